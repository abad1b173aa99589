"""Reading records in batches: where each stands, its cells side by side, and what could not be read at all."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from data.words import QuarantineReason
from etl.records.forms import Form, Layout, decoded, header_of
from etl.records.parquet import parquet_lines
from etl.records.plain import PlainObjects, plain_rows
from etl.sources.base import RawFile
from etl.sources.json_elements import split_elements
from etl.sources.record_bytes import CutOff, RecordBytes, TooLarge, split_lines

BATCH_ROWS = 50_000
LONGEST_RECORD = 2_000_000
_BLOCK_BYTES = 4 << 20
# A cell may hold line breaks; one that goes on for longer has lost its closing quote.
_MOST_LINES_OF_A_ROW = 100


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that could not be read, where it stands and why."""

    place: int
    reason: QuarantineReason
    detail: str
    raw: object


@dataclass(slots=True)
class Batch:
    """Some records of a file: their cells by column, null where they are empty, and those that cannot be read."""

    places: list[int] = field(default_factory=list[int])
    records: list[Any] = field(default_factory=list[Any])
    """Of a table rows of cells, of JSON objects; where columns are there, the lines that these were read from."""
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    columns: Mapping[str, Sequence[Any]] | None = None
    """The cells by column, where all records were read at once."""

    @classmethod
    def of_plain(cls, first_place: int, lines: Iterable[Any], columns: Mapping[str, Sequence[Any]]) -> "Batch":
        """Return a batch of lines that follow each other and were read at once."""
        records = list(lines)
        return cls(list(range(first_place, first_place + len(records))), records, columns=columns)

    def __len__(self) -> int:
        """Number of records that were read."""
        return len(self.records) + len(self.unreadable)

    def refuse(self, place: int, reason: QuarantineReason, detail: str, raw: object) -> None:
        """Add a record that cannot be read."""
        self.unreadable.append(Unreadable(place, reason, detail, raw))


def position(form: Form, place: int) -> str:
    """Return how a place in a file is written."""
    return f"{form.value.split()[0]} {place}"


def read_batches(file: RawFile, layout: Layout, known: Sequence[str]) -> Iterator[Batch]:
    """Yield the records of a file, some thousands at a time; known are the columns that a record may have."""
    if layout.form is Form.CSV:
        return _table(file, layout)
    return _objects(file, layout, known)


def cells_of(batch: Batch, layout: Layout, names: Sequence[str]) -> dict[str, list[Any]]:
    """Return the cells of a batch by column, also of columns that the file does not have; null where empty."""
    if layout.form is not Form.CSV:
        if batch.columns is not None:
            return {name: list(batch.columns[name]) for name in names}
        return {name: [record.get(name) for record in batch.records] for name in names}
    columns = batch.columns
    if columns is None:
        rows = zip(*batch.records, strict=True)
        columns = dict(zip(layout.columns, rows, strict=True)) if batch.records else {}
    empty = (None,) * len(batch.records)
    return {name: _filled(columns.get(name, empty)) for name in names}


def record_at(batch: Batch, layout: Layout, index: int) -> Any:
    """Return one record of a batch as its columns say it: of a table without its empty cells."""
    record = batch.records[index]
    if layout.form is not Form.CSV:
        return record if batch.columns is None else decoded(record)
    cells = record if batch.columns is None else record.split(layout.delimiter)
    return {name: cell for name, cell in zip(layout.columns, cells, strict=True) if cell}


def _filled(cells: Sequence[str | None]) -> list[Any]:
    return [cell or None for cell in cells] if "" in cells else list(cells)


def _objects(file: RawFile, layout: Layout, known: Sequence[str]) -> Iterator[Batch]:
    place = 1
    plain, names = PlainObjects(known), frozenset(known)
    for raws in _raw_objects(file, layout):
        for start in range(0, len(raws), BATCH_ROWS):
            some = raws[start : start + BATCH_ROWS]
            columns = plain.columns_of(some)
            yield _one_by_one(some, place, names) if columns is None else Batch.of_plain(place, some, columns)
            place += len(some)


def _one_by_one(raws: Sequence[RecordBytes], first_place: int, known: frozenset[str]) -> Batch:
    batch = Batch()
    for place, raw in enumerate(raws, first_place):
        if raw != b"" and not (isinstance(raw, bytes) and raw.isspace()):
            _add_object(batch, place, raw, known)
    return batch


def _raw_objects(file: RawFile, layout: Layout) -> Iterator[Sequence[RecordBytes]]:
    if layout.form is Form.PARQUET:
        yield from split_lines(parquet_lines(file), _BLOCK_BYTES, LONGEST_RECORD)
        return
    with closing(file.open()) as stream:
        if layout.form is Form.ARRAY:
            stream.read(layout.begins_at)
            yield from split_elements(stream, block_bytes=_BLOCK_BYTES, longest=LONGEST_RECORD)
        else:
            yield from split_lines(stream, _BLOCK_BYTES, LONGEST_RECORD)


def _add_object(batch: Batch, place: int, raw: RecordBytes, known: frozenset[str]) -> None:
    if not isinstance(raw, bytes):
        if isinstance(raw, CutOff):
            batch.refuse(place, QuarantineReason.NOT_JSON, "the file ends in the middle of this record", raw.rest)
        else:
            batch.refuse(place, QuarantineReason.TOO_LARGE, _TOO_LARGE, None)
        return
    try:
        record = decoded(raw)
    except RecursionError:
        batch.refuse(place, QuarantineReason.TOO_DEEP, "nested deeper than any record", None)
        return
    except ValueError:
        batch.refuse(place, QuarantineReason.NOT_JSON, "not JSON", raw)
        return
    if not isinstance(record, dict):
        batch.refuse(place, QuarantineReason.WRONG_TYPE, "expected an object with the columns of a record", record)
        return
    fields = cast("dict[str, Any]", record)
    if not fields.keys() <= known:
        unknown = len(fields.keys() - known)
        batch.refuse(
            place,
            QuarantineReason.WRONG_TYPE,
            f"has {unknown} column{'s' if unknown > 1 else ''} that the records before it do not have and the contract "
            "does not know",
            record,
        )
        return
    batch.places.append(place)
    batch.records.append(fields)


_TOO_LARGE = f"longer than {LONGEST_RECORD:,} bytes, larger than any record"


def _table(file: RawFile, layout: Layout) -> Iterator[Batch]:
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
    batch = Batch()
    with closing(file.open()) as stream:
        for rows in _rows(_Lines(split_lines(stream, _BLOCK_BYTES, LONGEST_RECORD)), layout):
            if not isinstance(rows, Batch):
                _add_row(batch, rows, len(layout.columns))
            # Records keep their order: those before plain ones are handed over first.
            if len(batch) >= BATCH_ROWS or (isinstance(rows, Batch) and len(batch)):
                yield batch
                batch = Batch()
            if isinstance(rows, Batch):
                yield rows
    if len(batch):
        yield batch


def _add_row(batch: Batch, read: "Row", width: int) -> None:
    place, row, raw = read
    if isinstance(row, Unreadable):
        batch.unreadable.append(row)
    elif len(row) == width or (len(row) > width and not any(row[width:])):
        batch.places.append(place)
        batch.records.append(row[:width])
    else:
        detail = f"{len(row)} cells where the header has {width}"
        batch.refuse(place, QuarantineReason.WRONG_TYPE, detail, raw)


class _Lines(Iterator["tuple[int, bytes | TooLarge]"]):
    """Lines with their numbers, one by one or what is left of a block at once."""

    def __init__(self, blocks: Iterator[list[bytes | TooLarge]]) -> None:
        self._blocks = blocks
        self._block: list[bytes | TooLarge] = []
        self._taken = 0
        self._number = 0

    def __next__(self) -> tuple[int, bytes | TooLarge]:
        while self._taken == len(self._block):
            self._block, self._taken = next(self._blocks), 0
        self._taken += 1
        self._number += 1
        return self._number, self._block[self._taken - 1]

    def take_plain(self, layout: Layout) -> Batch | None:
        """Take what is left of the block, or as much as a batch holds, when all of it is plain rows; null otherwise."""
        taken = self._block[self._taken : self._taken + BATCH_ROWS]
        plain = plain_rows(taken, layout)
        if plain is None:
            return None
        first_place = self._number + 1
        self._number += len(taken)
        self._taken += len(taken)
        return Batch.of_plain(first_place, *plain)

    @property
    def left_of_block(self) -> int:
        """How many lines of the block are left; reads the next block when none is, 0 at the end of the file."""
        if self._taken == len(self._block):
            self._block, self._taken = next(self._blocks, []), 0
        return len(self._block) - self._taken


Row = tuple[int, "list[str] | Unreadable", "bytes | None"]


def _rows(lines: _Lines, layout: Layout) -> Iterator[Row | Batch]:
    """Yield place, cells and bytes of each row behind the header; a row is named by the line on which it begins.

    Blocks of plain rows are yielded at once.
    """
    waiting: list[tuple[int, bytes | TooLarge]] = []
    is_header, one_by_one = True, 0
    while True:
        if not (waiting or is_header or one_by_one):
            if not lines.left_of_block:
                return
            if (plain := lines.take_plain(layout)) is not None:
                yield plain
                continue
            one_by_one = lines.left_of_block
        if waiting:
            number, line = waiting.pop(0)
        else:
            try:
                number, line = next(lines)
            except StopIteration:
                return
            one_by_one = max(one_by_one - 1, 0)
        if isinstance(line, TooLarge):
            yield number, Unreadable(number, QuarantineReason.TOO_LARGE, _TOO_LARGE, None), None
            continue
        if is_header:
            is_header = not (line.strip() and header_of(line.strip(), layout.delimiter) == layout.columns)
            continue
        if line.count(b'"') % 2:
            whole = _with_following(line, waiting, lines)
            if whole is None:
                detail = "a quote is opened and not closed again"
                yield number, Unreadable(number, QuarantineReason.NOT_JSON, detail, line), None
                continue
            line = whole
        row = _cells(number, line, layout.delimiter)
        if isinstance(row, Unreadable) or any(row):
            yield number, row, line


def _with_following(
    line: bytes, waiting: list[tuple[int, bytes | TooLarge]], lines: Iterator[tuple[int, bytes | TooLarge]]
) -> bytes | None:
    """Return a row whose cell goes on in the next lines; null, and all of them put back, when it finds no end."""
    waiting += islice(lines, max(0, _MOST_LINES_OF_A_ROW - len(waiting)))
    parts = [line]
    for taken, (_, following) in enumerate(waiting[:_MOST_LINES_OF_A_ROW], 1):
        if isinstance(following, TooLarge):
            return None
        parts.append(following)
        if following.count(b'"') % 2:
            del waiting[:taken]
            return b"\n".join(parts)
    return None


def _cells(number: int, line: bytes, delimiter: str) -> "list[str] | Unreadable":
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        detail = "not UTF-8 text; save the table as CSV UTF-8"
        return Unreadable(number, QuarantineReason.NOT_TEXT, detail, line)
    if '"' not in text and "\r" not in text[:-1]:
        return text.removesuffix("\r").split(delimiter)
    try:
        return next(csv.reader(_as_lines(text), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return Unreadable(number, QuarantineReason.NOT_JSON, "not a row of a table: a quote is in a wrong place", line)


def _as_lines(text: str) -> Iterable[str]:
    return io.StringIO(text, newline="")
