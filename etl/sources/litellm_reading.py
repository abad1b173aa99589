"""Reading a file of LiteLLM record by record, in batches: where each record stands, and what is in it."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from data.words import QuarantineReason
from etl.sources.base import RawFile
from etl.sources.json_elements import split_elements
from etl.sources.litellm_records import Record, UnusableRecordError, decode_record, record_of
from etl.sources.litellm_shapes import Form, Layout
from etl.sources.record_bytes import LONGEST_RECORD, CutOff, RecordBytes, TooLarge, split_lines

if TYPE_CHECKING:
    import _csv

_BATCH_ROWS = 10_000


def _too_large() -> UnusableRecordError:
    return UnusableRecordError(
        QuarantineReason.TOO_LARGE, f"longer than {LONGEST_RECORD >> 20} MB, larger than any real record"
    )


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record that could not be decoded, where it stands and why."""

    position: str
    reason: QuarantineReason
    detail: str
    raw: object


@dataclass(slots=True)
class Batch:
    """Some records of a file: those that could be decoded, and what is wrong with the others."""

    records: list[Record] = field(default_factory=list[Record])
    positions: list[str] = field(default_factory=list[str])
    raw: list[object] = field(default_factory=list[object])
    """The records as they were read, for the masked excerpt of one that turns out to be no use."""
    unusable: list[Unusable] = field(default_factory=list[Unusable])

    def __len__(self) -> int:
        """Number of records read."""
        return len(self.records) + len(self.unusable)

    def add(self, position: str, raw: RecordBytes) -> None:
        """Decode one record of JSON."""
        try:
            if isinstance(raw, bytes):
                record = decode_record(raw)
            elif isinstance(raw, TooLarge):
                raise _too_large()
            else:
                raise UnusableRecordError(QuarantineReason.NOT_JSON, "the file ends in the middle of this record")
        except UnusableRecordError as error:
            shown = raw.rest if isinstance(raw, CutOff) else raw
            self.unusable.append(Unusable(position, error.reason, error.detail, shown))
            return
        self.records.append(record)
        self.positions.append(position)
        self.raw.append(raw)


def read_batches(file: RawFile, layout: Layout) -> Iterator[Batch]:
    """Yield the records of a file, some thousands at a time."""
    if layout.form is Form.LINES:
        return _lines(file)
    if layout.form is Form.CSV:
        return _table(file)
    if layout.form is Form.OBJECT:
        return _single(file)
    return _elements(file, layout)


def _lines(file: RawFile) -> Iterator[Batch]:
    number = 0
    with closing(file.open()) as stream:
        for lines in split_lines(stream):
            batch = Batch()
            for number, line in enumerate(lines, number + 1):  # noqa: B020
                if isinstance(line, TooLarge) or (line and not line.isspace()):
                    batch.add(f"line {number}", line)
            yield batch


def _elements(file: RawFile, layout: Layout) -> Iterator[Batch]:
    name = "data" if layout.form is Form.PAGE else "element "
    index = 0
    with closing(file.open()) as stream:
        stream.read(layout.begins_at)
        for elements in split_elements(stream):
            batch = Batch()
            for element in elements:
                batch.add(f"data[{index}]" if name == "data" else f"element {index + 1}", element)
                index += 1
            yield batch


def _single(file: RawFile) -> Iterator[Batch]:
    with closing(file.open()) as stream:
        data = stream.read(LONGEST_RECORD + 1)
    batch = Batch()
    batch.add("the only record", TooLarge() if len(data) > LONGEST_RECORD else data)
    yield batch


def _table(file: RawFile) -> Iterator[Batch]:
    """Yield the rows of a CSV; empty cells are missing values. A row is named by the line on which it ends."""
    csv.field_size_limit(LONGEST_RECORD)
    with closing(file.open()) as stream, io.TextIOWrapper(stream, "utf-8", errors="replace", newline="") as text:
        reader = csv.reader(text)
        header = [name.strip() for name in next(reader, [])]
        rows = _rows(reader)
        while chunk := list(islice(rows, _BATCH_ROWS)):
            batch = Batch()
            for line, row in chunk:
                _add_row(batch, f"line {line}", header, row)
            yield batch


def _rows(reader: "_csv.Reader") -> Iterator[tuple[int, list[str] | None]]:
    """Yield line and cells of each row; null cells for one that is too large."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, None
            continue
        if row:
            yield reader.line_num, row


def _add_row(batch: Batch, position: str, header: list[str], row: list[str] | None) -> None:
    try:
        if row is None:
            raise _too_large()
        if len(row) != len(header):
            raise UnusableRecordError(
                QuarantineReason.WRONG_TYPE, f"{len(row)} cells where the header has {len(header)}"
            )
        record = record_of({name: cell for name, cell in zip(header, row, strict=True) if cell})
    except UnusableRecordError as error:
        batch.unusable.append(Unusable(position, error.reason, error.detail, row))
        return
    batch.records.append(record)
    batch.positions.append(position)
    batch.raw.append(row)
