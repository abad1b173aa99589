"""What the command line shows: progress on standard error, tables and JSON on standard output."""

import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import msgspec
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from etl.files import InputFile
from etl.loading import FileReport
from etl.quarantine import Quarantined
from etl.status import ReasonStatus, StoreStatus

# In a file or pipe, rows are not broken: each stays on its line.
_WIDTH_WITHOUT_TERMINAL = 10_000
_MOST_SKIPPED_SHOWN = 10
_MOST_KEPT_SHOWN = 10
_SECONDS_BETWEEN_UPDATES = 0.1


class LoadProgress:
    """Progress bar over files on standard error, on a terminal only; messages always."""

    def __init__(self, files: Sequence[InputFile]) -> None:
        """Prepare a bar as long as all files together."""
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[records]} records"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._total = sum(file.size for file in files)
        self._task: TaskID | None = None
        self._size = 0
        self._records = 0
        self._updated_at = 0.0

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        self._task = self._bar.add_task("", total=max(self._total, 1), records="0")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def file_begins(self, file: InputFile) -> None:
        """Show which file is read."""
        self._size = file.size
        if self._task is not None:
            self._bar.update(self._task, description=_tail(file.name, 50))

    def records_read(self, records: int) -> None:
        """Show how many records of the file were read so far."""
        now = time.monotonic()
        if self._task is not None and now - self._updated_at >= _SECONDS_BETWEEN_UPDATES:
            self._updated_at = now
            self._bar.update(self._task, records=f"{self._records + records:,}")

    def says(self, message: str) -> None:
        """Show a message above the bar."""
        self._console.print(Text(message))

    def file_ends(self, report: FileReport) -> None:
        """Advance the bar by the file."""
        self._records += report.read
        if self._task is not None:
            self._bar.update(self._task, advance=self._size, records=f"{self._records:,}")


@contextmanager
def step_progress(title: str) -> Generator[Callable[[int, int], None]]:
    """Progress bar over steps on standard error, on a terminal only; yields what is told steps done and in all."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, steps: int) -> None:
            bar.update(task, completed=done, total=steps)

        yield show


def print_json(value: object) -> None:
    """Print one JSON object on standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def print_load(reports: Sequence[FileReport], skipped: Sequence[dict[str, str]], stopped: str | None) -> None:
    """Print a table of the files on standard output, and what to know about them on standard error."""
    messages = Console(stderr=True, soft_wrap=True)
    table = _table("file", "kind")
    for title in ("read", "loaded", "known", "quarantined"):
        table.add_column(title, justify="right")
    table.add_column("refused")
    for report in reports:
        counts = (report.read, report.loaded, report.known, report.quarantined)
        refused = report.refused is not None
        table.add_row(
            Text(report.file, overflow="fold"),
            report.kind.value if report.kind else "",
            *("" if refused else f"{count:,}" for count in counts),
            "yes, see below" if refused else "",
        )
    if reports:
        _out().print(table)
    refusals = [report.refused for report in reports if report.refused]
    if refusals:
        _print_refusals(messages, refusals)
    _print_kept_for_others(messages, [report for report in reports if report.is_kept_for_others])
    for left_out in skipped[:_MOST_SKIPPED_SHOWN]:
        messages.print(Text(f"Left out: {left_out['file']} ({left_out['reason']})"))
    if len(skipped) > _MOST_SKIPPED_SHOWN:
        messages.print(Text(f"Left out: {len(skipped) - _MOST_SKIPPED_SHOWN} more."))
    if stopped:
        messages.print(Text(stopped))
    print(_total(reports))


def print_status(status: StoreStatus) -> None:
    """Print the status of the store."""
    out = _out()
    demo = "" if not status.demo_files else " (demo data)" if status.demo_files == status.files else " (some demo data)"
    people = ", people as pseudonyms" if status.is_pseudonymous else ""
    out.print(Text(f"{status.database}: {_counted(status.files, 'file')}{demo}{people}, version {status.data_version}"))
    sources = _table("source")
    for title in ("files", "read", "loaded", "known", "quarantined"):
        sources.add_column(title, justify="right")
    for title in ("first record", "last record", "last export", "last load"):
        sources.add_column(title)
    for source in status.sources:
        numbers = (source.files, source.read, source.loaded, source.known, source.quarantined)
        times = (source.first_record_at, source.last_record_at, source.last_exported_at, source.last_loaded_at)
        sources.add_row(source.kind, *(f"{number:,}" for number in numbers), *(time or "-" for time in times))
    _print_spaced(out, sources)
    counts = _table("rows")
    counts.add_column("number", justify="right")
    for name, number in status.counts.items():
        counts.add_row(name, f"{number:,}")
    _print_spaced(out, counts)
    coverage = status.coverage
    known = _table("coverage")
    known.add_column("share", justify="right")
    known.add_column("of", justify="right")
    for title, rate, whole in (
        ("calls with a known cost", coverage.cost_known_rate, f"{coverage.calls:,} calls"),
        ("calls with a known duration", coverage.latency_known_rate, f"{coverage.calls:,} calls"),
        ("calls with known tokens", coverage.usage_known_rate, f"{coverage.calls:,} calls"),
        ("spend attributed to tasks", coverage.attributed_spend_rate, f"{coverage.spend_usd:,.2f} USD"),
        ("tasks whose outcome is unknown", coverage.unknown_outcome_rate, f"{coverage.tasks:,} tasks"),
    ):
        known.add_row(title, "-" if rate is None else f"{rate:.1%}", whole)
    _print_spaced(out, known)
    _print_reasons(out, "quarantined because", status.quarantine)
    _print_reasons(out, "brought nothing new because", status.duplicates)


def print_quarantine(records: Sequence[Quarantined], limit: int) -> None:
    """Print the records in quarantine."""
    if not records:
        print("Nothing is in quarantine: every record that was read could be used.")
        return
    table = _table("file", "position", "reason", "what is wrong", "shape")
    for record in records[:limit]:
        shown = (record.file, record.position, record.reason, record.detail, record.excerpt or "")
        table.add_row(*(Text(value, overflow="fold") for value in shown))
    _out().print(table)
    print(f"{_counted(len(records), 'record')} in quarantine" + (f", {limit} shown." if len(records) > limit else "."))


def _print_reasons(out: Console, title: str, reasons: Sequence[ReasonStatus]) -> None:
    if not reasons:
        return
    table = _table(title, "meaning")
    table.add_column("records", justify="right")
    for reason in reasons:
        table.add_row(reason.reason, reason.meaning, f"{reason.records:,}")
    _print_spaced(out, table)


def _print_refusals(messages: Console, refusals: Sequence[str]) -> None:
    """Print each reason, and once what is accepted."""
    from etl.recognise import accepted

    help_text = accepted()
    for refusal in refusals:
        messages.print(Text(refusal.removesuffix(help_text).rstrip()))
    if any(refusal.endswith(help_text) for refusal in refusals):
        messages.print(Text(help_text))


def _print_kept_for_others(messages: Console, kept: Sequence[FileReport]) -> None:
    """Say which files stay somebody else's than was asked for, and how to change that."""
    for report in kept[:_MOST_KEPT_SHOWN]:
        messages.print(Text(f"{report.file}: {report.note}"))
    if len(kept) > _MOST_KEPT_SHOWN:
        messages.print(Text(f"So do {len(kept) - _MOST_KEPT_SHOWN:,} more files."))
    if kept:
        messages.print(
            Text(
                "A file stays with whom it was first loaded for. If that is wrong, load everything into a new store: "
                "etl load PATH --database sqlite:///data/new.db"
            )
        )


def _print_spaced(out: Console, table: Table) -> None:
    out.print()
    out.print(table)


def _total(reports: Sequence[FileReport]) -> str:
    read, loaded, known, quarantined = (
        sum(getattr(report, name) for report in reports) for name in ("read", "loaded", "known", "quarantined")
    )
    refused = sum(report.refused is not None for report in reports)
    return (
        f"{_counted(len(reports), 'file')}: {read:,} records read = {loaded:,} loaded + {known:,} known + "
        f"{quarantined:,} quarantined" + (f"; {_counted(refused, 'file')} refused" if refused else "")
    )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _table(*titles: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _out() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_WITHOUT_TERMINAL
    return console


def _tail(name: str, length: int) -> str:
    return name if len(name) <= length else "…" + name[-length + 1 :]
