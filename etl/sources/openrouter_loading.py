"""Loading OpenRouter's export, some thousands of rows at a time."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice

from data.words import QuarantineReason
from etl.behind import fast_python
from etl.context import LoadContext
from etl.redact import shape_of
from etl.sources.base import RawFile
from etl.sources.call_columns import microseconds_of
from etl.sources.call_writing import CallWriter
from etl.sources.csv_rows import rows_of
from etl.sources.openrouter_header import REQUIRED, cells_of
from etl.sources.openrouter_rows import calls_of
from etl.sources.openrouter_zone import Zone, zone_of
from etl.sources.record_bytes import LONGEST_RECORD

_AT_ONCE = 20_000


def load_rows(file: RawFile, header: list[str], context: LoadContext) -> None:
    """Read all rows, some thousands at a time. Raises RefusedError when its times contradict its ids."""
    zone = zone_of(file.name, _first_times(file.head, header))
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


def _first_times(head: bytes, header: list[str]) -> Iterator[tuple[str, int]]:
    """Yield id and time (microseconds, read as UTC) of the rows in the beginning of a file."""
    lines = head.lstrip(b" \t\r\n").decode("utf-8", "replace").splitlines()
    places = [header.index(name) for name in REQUIRED]
    for line in lines[1:]:
        cells: Sequence[str] = cells_of(line)
        if len(cells) == len(header) and (at := microseconds_of(cells[places[1]])) is not None:
            yield cells[places[0]].strip(), at
