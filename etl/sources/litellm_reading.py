"""Reading a file of LiteLLM record by record, in batches: where each record stands, and what is in it."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from data.words import QuarantineReason
from etl.sources.base import RawFile
from etl.sources.csv_rows import rows_of
from etl.sources.json_elements import split_elements
from etl.sources.litellm_records import Record, UnusableRecordError, decode_record, decode_records, record_of
from etl.sources.litellm_shapes import Form, Layout
from etl.sources.record_bytes import LONGEST_RECORD, CutOff, RecordBytes, TooLarge, split_lines

# A batch and the one that is being written meanwhile stay below some hundred MB, whatever the rows are like.
_BATCH_ROWS = 20_000
# Records that are decoded in one go; one that is odd sends only these through the careful reader.
_AT_ONCE = 1000


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

    name_of: Callable[[int], str]
    """How a place in the file is written."""
    records: list[Record] = field(default_factory=list[Record])
    places: list[int] = field(default_factory=list[int])
    raw: list[object] = field(default_factory=list[object])
    """The records as they were read, for the masked excerpt of one that turns out to be no use."""
    unusable: list[Unusable] = field(default_factory=list[Unusable])

    def __len__(self) -> int:
        """Number of records read."""
        return len(self.records) + len(self.unusable)

    def position_of(self, index: int) -> str:
        """Return where a decoded record stands in the file."""
        return self.name_of(self.places[index])

    def add_all(self, first_place: int, raws: Sequence[RecordBytes], *, skip_blank: bool = False) -> None:
        """Decode records of JSON that stand one after the other; blank ones are no records where told so."""
        for start in range(0, len(raws), _AT_ONCE):
            some = raws[start : start + _AT_ONCE]
            records = decode_records(some)
            if records is not None:
                self.records += records
                self.places += range(first_place + start, first_place + start + len(some))
                self.raw += some
                continue
            for place, raw in enumerate(some, first_place + start):
                if not (skip_blank and isinstance(raw, bytes) and not raw.strip()):
                    self._add(place, raw)

    def _add(self, place: int, raw: RecordBytes) -> None:
        try:
            if isinstance(raw, bytes):
                record = decode_record(raw)
            elif isinstance(raw, TooLarge):
                raise _too_large()
            else:
                raise UnusableRecordError(QuarantineReason.NOT_JSON, "the file ends in the middle of this record")
        except UnusableRecordError as error:
            self.refuse(place, error, raw.rest if isinstance(raw, CutOff) else raw)
            return
        self.keep(place, record, raw)

    def keep(self, place: int, record: Record, raw: object) -> None:
        """Add a decoded record."""
        self.records.append(record)
        self.places.append(place)
        self.raw.append(raw)

    def refuse(self, place: int, error: UnusableRecordError, raw: object) -> None:
        """Add a record that could not be decoded."""
        self.unusable.append(Unusable(self.name_of(place), error.reason, error.detail, raw))


def read_batches(file: RawFile, layout: Layout) -> Iterator[Batch]:
    """Yield the records of a file, some thousands at a time."""
    if layout.form is Form.LINES:
        return _lines(file)
    if layout.form is Form.CSV:
        return _table(file)
    if layout.form is Form.OBJECT:
        return _single(file)
    return _elements(file, layout)


def _line(place: int) -> str:
    return f"line {place}"


def _element(place: int) -> str:
    return f"element {place + 1}"


def _element_of_page(place: int) -> str:
    return f"data[{place}]"


def _in_parts(blocks: Iterable[Sequence[RecordBytes]]) -> Iterator[Sequence[RecordBytes]]:
    for block in blocks:
        for start in range(0, len(block), _BATCH_ROWS):
            yield block[start : start + _BATCH_ROWS]


def _lines(file: RawFile) -> Iterator[Batch]:
    place = 1
    with closing(file.open()) as stream:
        for lines in _in_parts(split_lines(stream)):
            batch = Batch(_line)
            batch.add_all(place, lines, skip_blank=True)
            place += len(lines)
            yield batch


def _elements(file: RawFile, layout: Layout) -> Iterator[Batch]:
    name_of = _element_of_page if layout.form is Form.PAGE else _element
    place = 0
    with closing(file.open()) as stream:
        stream.read(layout.begins_at)
        for elements in _in_parts(split_elements(stream)):
            batch = Batch(name_of)
            batch.add_all(place, elements)
            place += len(elements)
            yield batch


def _single(file: RawFile) -> Iterator[Batch]:
    with closing(file.open()) as stream:
        data = stream.read(LONGEST_RECORD + 1)
    batch = Batch(_line)
    batch.add_all(1, [TooLarge() if len(data) > LONGEST_RECORD else data])
    yield batch


def _table(file: RawFile) -> Iterator[Batch]:
    """Yield the rows of a CSV; empty cells are missing values. A row is named by the line on which it ends."""
    csv.field_size_limit(LONGEST_RECORD)
    with closing(file.open()) as stream, io.TextIOWrapper(stream, "utf-8", errors="replace", newline="") as text:
        reader = csv.reader(text)
        header = [name.strip() for name in next(reader, [])]
        rows = rows_of(reader)
        while chunk := list(islice(rows, _BATCH_ROWS)):
            batch = Batch(_line)
            for line, row in chunk:
                _add_row(batch, line, header, row)
            yield batch


def _add_row(batch: Batch, line: int, header: list[str], row: list[str] | None) -> None:
    try:
        if row is None:
            raise _too_large()
        if len(row) != len(header):
            raise UnusableRecordError(
                QuarantineReason.WRONG_TYPE, f"{len(row)} cells where the header has {len(header)}"
            )
        record = record_of({name: cell for name, cell in zip(header, row, strict=True) if cell})
    except UnusableRecordError as error:
        batch.refuse(line, error, row)
        return
    batch.keep(line, record, row)
