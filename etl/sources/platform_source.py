"""What the sources of platforms have in common: recognising records by their keys, reading and counting them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar, cast

from data.words import KnownReason, QuarantineReason, SourceKind
from etl.behind import written_behind
from etl.bulk import indexes_built_after, rows_in
from etl.context import LoadContext
from etl.redact import shape_of
from etl.sources.base import About, RawFile
from etl.sources.platform_copies import Written
from etl.sources.platform_fields import Fields, Texts
from etl.sources.platform_reading import Found, UnusableRecordError, read_records
from etl.sources.platform_shapes import record_keys

_BATCH = 10_000
Given = TypeVar("Given")
Refused = tuple[str, QuarantineReason, str, str]
"""Position, reason, detail and masked excerpt of a record that cannot be used."""


@dataclass(slots=True)
class Reading:
    """What reading a record needs beside the record, and where parts of it that cannot be used are noted."""

    context: LoadContext
    texts: Texts
    position: str = ""
    refused: list[Refused] = field(default_factory=list[Refused])
    """What waits to be written into the quarantine."""

    def refuse(self, position: str, error: UnusableRecordError, raw: object) -> None:
        """Note a record that cannot be used."""
        self.refused.append((position, error.reason, error.detail, shape_of(raw)))

    def refuse_part(self, name: str, error: UnusableRecordError, raw: object) -> None:
        """Count and note a part of a record, such as one of its reviews, that counts as a record of its own."""
        self.context.read()
        self.refuse(f"{self.position}.{name}", error, raw)

    def take_refused(self) -> list[Refused]:
        """Return what was refused since the last time."""
        refused, self.refused = self.refused, []
        return refused

    def each(self, items: list[Any] | None, name: str, read: Callable[[Fields, int], Given]) -> list[Given]:
        """Return what each object of a list in the record gives; what cannot be used is quarantined by itself."""
        given: list[Given] = []
        for number, item in enumerate(items or ()):
            try:
                if not isinstance(item, dict):
                    raise UnusableRecordError(QuarantineReason.WRONG_TYPE, f"one of {name} is not an object")
                given.append(read(cast("Fields", item), number))
            except UnusableRecordError as error:
                self.refuse_part(f"{name}[{number}]", error, item)
        return given


@dataclass
class PlatformSource(Generic[Given]):
    """A source of JSON that a platform's API or command line tool hands out."""

    kind: SourceKind
    about: About
    is_record: Callable[[frozenset[str]], bool]
    """Tells from the keys of an object, as far as they are seen, whether it is a record of this source."""
    read: Callable[[Fields, Reading], Given]
    """Reads one record into facts. Raises UnusableRecordError."""
    write: Callable[[list[Given], LoadContext], list[Written]]
    """Writes facts; returns for each record what became of it."""
    table: str
    """The table of what the records are about; while a file is read, its rows are looked up by their keys alone."""

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Recognise a file by the keys of its first records."""
        if not file.head.lstrip().startswith((b"{", b"[")):
            return None
        return self.kind if any(map(self.is_record, record_keys(file.head))) else None

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:  # noqa: ARG002
        """Read all records, some thousands at a time."""
        reading = Reading(context, Texts(context))
        seen: set[int] = set()
        records = read_records(file)
        with (
            indexes_built_after(context.connection, self.table, rows_in(context.file_bytes)),
            written_behind(partial(self._write, seen, context)) as hand_over,
        ):
            while found := list(islice(records, _BATCH)):
                facts = list(self._read_all(found, reading))
                hand_over((facts, reading.take_refused()))

    def _write(self, seen: set[int], context: LoadContext, read: tuple[list[Given], list[Refused]]) -> None:
        facts, refused = read
        for position, reason, detail, excerpt in refused:
            context.quarantine(position, reason, detail, excerpt)
        self._count(self.write(facts, context), seen, context)

    def _read_all(self, found: list[Found], reading: Reading) -> Iterator[Given]:
        context = reading.context
        context.read(len(found))
        for one in found:
            reading.position = one.position
            try:
                if one.error is not None:
                    raise one.error
                if not isinstance(one.value, dict):
                    raise UnusableRecordError(QuarantineReason.WRONG_TYPE, "the record is not an object")
                yield self.read(cast("Fields", one.value), reading)
            except UnusableRecordError as error:
                reading.refuse(one.position, error, one.raw)

    def _count(self, written: list[Written], seen: set[int], context: LoadContext) -> None:
        # A copy may stand before the newer one of the same file that it gives way to.
        for one in written:
            if one.is_new:
                seen.update(one.about)
        for one in written:
            if one.is_new:
                context.loaded()
            elif one.about[0] in seen:
                context.already_known(KnownReason.REPEATED_IN_FILE)
            else:
                context.already_known(KnownReason.LOADED_BEFORE)
                seen.update(one.about)
