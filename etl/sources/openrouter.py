"""OpenRouter's activity export: a CSV with one row per generation, read by the names of its columns.

Kept of a row: which model, when, how long, how it ended, tokens, cost, and whose key where sources.toml says so.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice

from data.words import QuarantineReason, SourceKind
from etl.context import LoadContext
from etl.redact import shape_of
from etl.sources.base import About, RawFile, RefusedError
from etl.sources.call_columns import microseconds_of
from etl.sources.call_writing import CallWriter, fast_python
from etl.sources.csv_rows import rows_of
from etl.sources.openrouter_rows import REQUIRED, calls_of
from etl.sources.openrouter_zone import Zone, zone_of
from etl.sources.record_bytes import LONGEST_RECORD

_AT_ONCE = 20_000
_SPEND_COLUMNS = frozenset({"model", "spend"})
# The answer of /api/v1/activity, and of /api/v1/generation.
_DAILY_SUMS = re.compile(
    rb'"model_permaslug"\s*:.{0,400}"requests"\s*:|"requests"\s*:.{0,400}"model_permaslug"', re.DOTALL
)
_GENERATION = re.compile(rb'"id"\s*:\s*"gen-.{0,4000}"native_tokens_prompt"', re.DOTALL)
_HOW_TO_GET = (
    "On openrouter.ai, Activity, choose the period and Export as CSV (openrouter_activity_….csv, one row per "
    "generation). Leave the file as it is: a spreadsheet may change ids and times."
)


class OpenRouter:
    """The source; one record is a generation."""

    about = About(
        title="OpenRouter activity export",
        record="generation",
        how_to_get=_HOW_TO_GET,
        gives=(
            "models, tokens with cache, billed cost, latency, first token, stopped calls; of errors only a lower "
            "bound: most failed calls are not in it"
        ),
    )

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Recognise the table by its columns; refuses OpenRouter's sums per model or day."""
        head = file.head
        header = _header(head)
        if set(REQUIRED) <= set(header):
            return SourceKind.OPENROUTER_ACTIVITY
        if set(header) >= _SPEND_COLUMNS and len(header) <= 8:
            raise RefusedError(f"{file.name} holds the spend of each model, not single calls. {_HOW_TO_GET}")
        if head.lstrip()[:1] in (b"{", b"["):
            if _DAILY_SUMS.search(head):
                raise RefusedError(
                    f"{file.name} holds OpenRouter's sums per day and model (/api/v1/activity), not single calls; no "
                    f"error, duration or task can be told from them. {_HOW_TO_GET}"
                )
            if _GENERATION.search(head):
                raise RefusedError(f"{file.name} is one generation of OpenRouter's API. {_HOW_TO_GET}")
        return None

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:  # noqa: ARG002
        """Read all rows, some thousands at a time."""
        header = _header(file.head)
        if not set(REQUIRED) <= set(header):
            raise RefusedError(f"{file.name} is not an activity export of OpenRouter. {_HOW_TO_GET}")
        zone = zone_of(file.name, _first_times(file.head))
        with fast_python(), CallWriter(context) as writer, closing(file.open()) as stream:
            csv.field_size_limit(LONGEST_RECORD)
            with io.TextIOWrapper(stream, "utf-8", errors="replace", newline="") as text:
                reader = csv.reader(text)
                next(reader, None)
                rows = rows_of(reader)
                while chunk := list(islice(rows, _AT_ONCE)):
                    _load_batch(header, chunk, zone, context, writer)
        if (note := zone.note()) is not None and context.read_count:
            context.notes.append(note)


def _load_batch(
    header: list[str],
    chunk: list[tuple[int, list[str] | None]],
    zone: Zone,
    context: LoadContext,
    writer: CallWriter,
) -> None:
    context.read(len(chunk))
    whole = [(line, row) for line, row in chunk if row is not None and len(row) == len(header)]
    calls, problems = calls_of(header, [row for _, row in whole], zone, context)
    writer.wait()
    for line, row in chunk:
        if row is None:
            detail = f"a cell is longer than {LONGEST_RECORD >> 20} MB, larger than any real one"
            context.quarantine(f"line {line}", QuarantineReason.TOO_LARGE, detail)
        elif len(row) != len(header):
            detail = f"{len(row)} cells where the header has {len(header)}"
            context.quarantine(f"line {line}", QuarantineReason.WRONG_TYPE, detail, shape_of(row))
    for problem in problems:
        line, row = whole[problem.index]
        context.quarantine(f"line {line}", problem.reason, problem.detail, shape_of(row))
    writer.write(calls)


def _header(head: bytes) -> list[str]:
    line = head.lstrip(b" \t\r\n").split(b"\n", 1)[0].decode("utf-8", "replace")
    return [cell.strip().lower() for cell in _cells_of(line)]


def _cells_of(line: str) -> list[str]:
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return []


def _first_times(head: bytes) -> Iterator[tuple[str, int]]:
    """Yield id and time (microseconds, read as UTC) of the rows in the beginning of a file."""
    lines = head.lstrip(b" \t\r\n").decode("utf-8", "replace").splitlines()
    header = _header(head)
    places = [header.index(name) for name in REQUIRED]
    for line in lines[1:]:
        cells: Sequence[str] = _cells_of(line)
        if len(cells) == len(header) and (at := microseconds_of(cells[places[1]])) is not None:
            yield cells[places[0]].strip(), at
