"""Command line of etl: load, status, quarantine, template, demo, version.

Results go to standard output, progress and messages to standard error. Exit codes: 0 when all went well, 1 when a file
was refused or the store cannot be used, 2 when the command or its configuration is wrong, 130 when it was interrupted.
"""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from data.words import SourceKind

if TYPE_CHECKING:
    from data.store import Store

app = typer.Typer(
    name="etl",
    help="Load exports of bolt.diy and of the LiteLLM gateway into the Boltscope store.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Store to use, such as sqlite:///data/team.db.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

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
def load(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Export files, folders of them, zip or gzip files.", show_default=False),
    ],
    database: Database = None,
    person: Annotated[
        str | None, typer.Option(metavar="P", help="Whose exports these are.", show_default=False)
    ] = None,
    project: Annotated[
        str | None, typer.Option(metavar="P", help="Project they belong to.", show_default=False)
    ] = None,
    sources: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The sources.toml to use, if not the one beside the files.", show_default=False
        ),
    ] = None,
    pseudonymous: Annotated[
        bool, typer.Option("--pseudonymous", help="Store people as stable pseudonyms; the store stays so.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load exports: each file in one transaction, each record accounted for."""
    from etl.load_command import run

    raise typer.Exit(
        run(
            paths,
            database=database,
            person=person,
            project=project,
            sources_file=sources,
            pseudonymous=pseudonymous,
            as_json=as_json,
            debug=_options["debug"],
        )
    )


@app.command()
def status(database: Database = None, as_json: AsJson = False) -> None:
    """Show what the store holds: sources, freshness, counts, coverage, quarantine, duplicates."""
    from etl.display import print_json, print_status
    from etl.status import status_of

    found = status_of(_store(database))
    if as_json:
        print_json(found)
    else:
        print_status(found)


@app.command()
def quarantine(
    database: Database = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show; --json shows all.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the records that could not be used: where they are, and why."""
    from etl.display import print_json, print_quarantine
    from etl.quarantine import quarantined

    found = quarantined(_store(database))
    if as_json:
        print_json({"quarantined": len(found), "records": found})
    else:
        print_quarantine(found, limit)


_RECORD_TABLES = ", ".join(
    kind.value.removeprefix("record_") for kind in SourceKind if kind.value.startswith("record_")
)


@app.command(
    help=f"Write the header of a table of your own records, to be filled and loaded. Tables: {_RECORD_TABLES}."
)
def template(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="Name of the table.", show_default=False)],
    form: Annotated[
        str, typer.Option("--format", metavar="csv|ndjson", help="csv: the header; ndjson: one example record.")
    ] = "csv",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write to this new file instead of the terminal.", show_default=False),
    ] = None,
) -> None:
    """Write a template of a record table."""
    from etl.records.template import write_template

    typer.echo(write_template(table, form, out), nl=False, err=out is not None)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to; created.", show_default=False)],
    tasks: Annotated[int, typer.Option(min=1, metavar="N", help="How many tasks.")] = 6000,
    days: Annotated[int, typer.Option(min=1, max=3660, metavar="D", help="Over how many days.")] = 365,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Last day, YYYY-MM-DD. Default: yesterday.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(metavar="S", help="Same seed and dates, same bytes.")] = 7,
    noise: Annotated[
        bool,
        typer.Option("--noise", help="Let clocks differ by up to two minutes, files be missing, pushes be squashed."),
    ] = False,
) -> None:
    """Write raw demo exports in the real formats, with planted truths listed in truth.json."""
    last_day = _day(until)
    from etl.demo import write_demo
    from etl.display import step_progress

    with step_progress("Writing demo exports") as on_progress:
        report = write_demo(
            out, until=last_day, tasks=tasks, days=days, seed=seed, is_noisy=noise, on_progress=on_progress
        )
    typer.echo(f"{report}\nLoad them: etl load {out}")


@app.command()
def version() -> None:
    """Show the version."""
    from importlib.metadata import version as version_of

    typer.echo(f"boltscope {version_of('boltscope')}")


def _store(database: str | None) -> "Store":
    from data.store import Store, store_url

    return Store(store_url(database), create=False)


def _day(text: str | None) -> date:
    from datetime import UTC, timedelta

    if text is None:
        return datetime.now(UTC).date() - timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a date. Expected YYYY-MM-DD, such as 2026-11-22.") from None


def _explain(error: Exception) -> NoReturn:
    from data.errors import BoltscopeError
    from etl.files import UsageError
    from etl.owners import SourcesError
    from etl.pseudonyms import PseudonymError

    if _options["debug"] and not isinstance(error, BoltscopeError):
        raise error
    if isinstance(error, BoltscopeError):
        typer.echo(str(error), err=True)
        sys.exit(2 if isinstance(error, UsageError | SourcesError | PseudonymError) else 1)
    if isinstance(error, BrokenPipeError):
        sys.exit(1)
    typer.echo(
        f"Unexpected error ({type(error).__name__}). This is a fault of Boltscope; what was committed before is kept. "
        "Run again with 'etl --debug ...' to see where.",
        err=True,
    )
    sys.exit(1)


if __name__ == "__main__":
    main()
