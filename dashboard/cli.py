"""Command line of the dashboard: serve, export, review, slos.

Exports go to a file or to standard output, messages to standard error. Exit codes: 0 when all went well, 1 when the
store cannot be used, 2 when the command is wrong, 3 when chats or calls are older than --max-age allows, 130 when it
was interrupted.
"""

import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from dashboard.analysis.filters import Compare, Period
    from dashboard.exports import Selection

app = typer.Typer(
    name="dashboard",
    help="Show the Boltscope dashboard, and export its tables as CSV.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Store to use, such as sqlite:///data/team.db.", show_default=False),
]
Project = Annotated[str | None, typer.Option("--project", metavar="P", help="Only this project.", show_default=False)]
Route = Annotated[
    str | None, typer.Option("--route", metavar="R", help="Only this route: provider/model.", show_default=False)
]
TaskClass = Annotated[
    str | None, typer.Option("--task-class", metavar="C", help="Only this class.", show_default=False)
]
MaxAge = Annotated[
    str | None,
    typer.Option(
        "--max-age",
        metavar="AGE",
        help="Write nothing and exit with 3 when the newest chats or calls are older: 36h, 2d, 1w.",
        show_default=False,
    ),
]
_options = {"debug": False}


def main() -> NoReturn:
    """Run the command line; problems are told in words, never as a trace."""
    try:
        app()
    except Exception as error:
        _explain(error)
    sys.exit(0)


@app.callback()
def _root(
    debug: Annotated[bool, typer.Option("--debug", help="Show the full trace of an unexpected error.")] = False,
) -> None:
    _options["debug"] = debug


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on; others than this machine need it.")] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Name under which others open it, with --address.", show_default=False),
    ] = None,
    warm_up: Annotated[
        bool,
        typer.Option(help="Run each page once before the port answers, so that the first visitor does not wait."),
    ] = True,
    database: Database = None,
) -> None:
    """Serve the dashboard on this machine."""
    from dashboard import serving

    warning = serving.warning_of(address)
    if warning:
        typer.echo(warning, err=True)
    serving.serve(database, address, port, allow_host or (), warm_up=warm_up)


@app.command()
def export(
    table: Annotated[
        str | None, typer.Argument(metavar="TABLE", help="What to export; --list names all.", show_default=False)
    ] = None,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="File to write; - is standard output.", show_default=False)
    ] = None,
    list_tables: Annotated[
        bool,
        typer.Option("--list", help="List the tables and their columns; with TABLE, what each of its columns means."),
    ] = False,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day, YYYY-MM-DD.", show_default=False)
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day, included.", show_default=False)
    ] = None,
    project: Project = None,
    route: Route = None,
    task_class: TaskClass = None,
    person: Annotated[str | None, typer.Option(metavar="P", help="Only this person.", show_default=False)] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="DAYS",
            help="For tables of pages: previous, last-year or FROM..TO; default: nothing.",
            show_default=False,
        ),
    ] = None,
    prices_of: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="For tables about prices: the date whose prices are taken. Default: first of the compared days.",
            show_default=False,
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Moment from which outcomes are seen. Default: the newest record of the store.",
            show_default=False,
        ),
    ] = None,
    max_age: MaxAge = None,
    database: Database = None,
) -> None:
    """Export a table as CSV. Filters take '(none)' for rows that have no project, person or class."""
    if list_tables:
        _print_list(table)
        return
    if table is None:
        raise typer.BadParameter("Name a table. Which there are: dashboard export --list", param_hint="TABLE")
    from dashboard.exports import Selection, check_export

    days = _day("--from", first), _day("--to", last)
    selection = Selection(*days, project, route, task_class, person, *_compare(compare), _day("--prices-of", prices_of))
    check_export(table, selection)
    if out is None:
        raise typer.BadParameter(
            "Name the file to write, such as --out tasks.csv; - is standard output.", param_hint="--out"
        )
    from dashboard.max_age import read_age

    oldest = None if max_age is None else read_age(max_age)
    count = _write(table, out, selection, _instant(as_of), database, oldest)
    if out != "-":
        typer.echo(f"{out}: {count:,} rows", err=True)


@app.command()
def review(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the files; made where there is none.")],
    quarter: Annotated[
        str | None,
        typer.Option(
            metavar="Q", help="Quarter, such as 2026Q3. Default: the last that has ended.", show_default=False
        ),
    ] = None,
    frozen: Annotated[bool, typer.Option("--frozen", help="As it was frozen last, not as it is now.")] = False,
    revision: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="As it was frozen as this revision.", show_default=False),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAMES", help="Only these, such as csv,xlsx. Default: all.", show_default=False
        ),
    ] = None,
    project: Project = None,
    route: Route = None,
    task_class: TaskClass = None,
    max_age: MaxAge = None,
    database: Database = None,
) -> None:
    """Write the quarterly review as files to take away: answers, figures, charts, decisions."""
    from dashboard.review_command import Asked, write_review

    asked = Asked(out, quarter, frozen, project, route, task_class, formats, max_age, revision)
    for path, size in write_review(asked, database):
        typer.echo(f"{path}: {size:,} bytes", err=True)


@app.command("slos")
def _slos(
    openslo: Annotated[bool, typer.Option("--openslo", help="Give them as OpenSLO v1 YAML.")] = False,
    out: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="File for --openslo. Default: standard output.", show_default=False),
    ] = None,
    taken_from: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Check an OpenSLO file, and print the slos.toml that follows from it.",
            show_default=False,
        ),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="With --from: put it into data/definitions/slos.toml.")
    ] = False,
) -> None:
    """List the service level objectives; give them as OpenSLO YAML, or take them from it."""
    from dashboard import slo_files

    if out is not None and not openslo:
        raise typer.BadParameter("It goes with --openslo.", param_hint="--out")
    if write and taken_from is None:
        raise typer.BadParameter("It goes with --from FILE.", param_hint="--write")
    if openslo and taken_from is not None:
        raise typer.BadParameter("Give or take: one of --openslo and --from.", param_hint="--openslo")
    if taken_from is not None:
        typer.echo(slo_files.take_openslo(taken_from, write), err=True)
    elif openslo:
        slo_files.write_openslo(out)
    else:
        slo_files.show_slos()


def _print_list(table: str | None) -> None:
    from dashboard.exports import Selection, check_export, exports

    if table is not None:
        check_export(table, Selection())
    for found in exports():
        if table is None:
            typer.echo(f"{found.name}: {found.meaning}")
            typer.echo(f"    {', '.join(found.columns)}")
        elif found.name == table:
            typer.echo(f"{found.name}: {found.meaning}")
            for column, meaning in found.meanings():
                typer.echo(f"    {column}: {meaning}")


def _write(
    table: str,
    out: str,
    selection: "Selection",
    as_of: datetime | None,
    database: str | None,
    oldest: timedelta | None,
) -> int:
    from dashboard.analysis.as_of import newest_record
    from dashboard.exports import write_csv
    from dashboard.max_age import check_age
    from dashboard.whole_file import whole_file
    from data.store import Store, store_url

    with Store(store_url(database), create=False).reading() as connection:
        # Pages mapped into memory would count as memory of the export, which reads each of them about once.
        connection.execute("PRAGMA mmap_size=0")
        if oldest is not None:
            check_age(connection, oldest)
        moment = as_of or newest_record(connection) or datetime.now(UTC)
        if out == "-":
            return write_csv(connection, table, sys.stdout.buffer, selection, moment)
        with whole_file(Path(out)) as file:
            return write_csv(connection, table, file, selection, moment)


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not 1971 <= found.year <= 9000:
        raise typer.BadParameter(
            f"'{text[:50]}' is not a day. Expected YYYY-MM-DD, such as 2026-11-22.", param_hint=option
        )
    return found


def _compare(text: str | None) -> "tuple[Compare, Period | None]":
    from dashboard.analysis.filters import read_compare

    found = read_compare("none" if text is None else text)
    if found is None:
        raise typer.BadParameter(
            f"'{(text or '')[:50]}' is no comparison. Expected previous, last-year, none, or two days: "
            "2026-10-01..2026-10-31.",
            param_hint="--compare",
        )
    return found


def _instant(text: str | None) -> datetime | None:
    """Return a moment; a day stands for its end, and a time without zone is UTC."""
    from dashboard.analysis.as_of import day_end

    if text is None:
        return None
    try:
        if len(text) == len("2026-11-22"):
            return day_end(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"'{text[:50]}' is not a time. Expected 2026-11-22 or 2026-11-22T12:00:00Z.", param_hint="--as-of"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _explain(error: Exception) -> NoReturn:
    from dashboard.max_age import EXIT_CODE, StaleDataError
    from data.errors import BoltscopeError, StoreError

    if isinstance(error, StaleDataError):
        typer.echo(str(error), err=True)
        sys.exit(EXIT_CODE)
    if isinstance(error, BrokenPipeError):
        # The reader of standard output has gone (head, less); Python must not write to it again while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    if isinstance(error, BoltscopeError):
        typer.echo(str(error), err=True)
        sys.exit(1 if isinstance(error, StoreError) else 2)
    if _options["debug"]:
        raise error
    typer.echo(
        f"Unexpected error ({type(error).__name__}). This is a fault of Boltscope; the store is as it was. "
        "Run again with 'dashboard --debug ...' to see where.",
        err=True,
    )
    sys.exit(1)


if __name__ == "__main__":
    main()
