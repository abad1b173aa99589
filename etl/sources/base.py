"""What every source is: it recognises its files by their content, and loads one file into the open transaction."""

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from data.errors import BoltscopeError
from data.words import SourceKind
from etl.context import LoadContext


class RefusedError(BoltscopeError):
    """The file must not or cannot be loaded; the text says why and what to hand over instead. Never holds a secret."""


class RawFile(Protocol):
    """One file (or member of an archive) as its bytes, decompressed; limits against bombs apply while it is read."""

    @property
    def name(self) -> str:
        """Name as given; a member of an archive is archive/member."""
        ...

    @property
    def size(self) -> int:
        """Size in bytes (compressed size for gzip)."""
        ...

    @property
    def head(self) -> bytes:
        """First 64 kB, without a byte order mark."""
        ...

    def open(self) -> BinaryIO:
        """Open the bytes for reading from the start, as a stream."""
        ...

    def read(self) -> bytes:
        """Read all bytes, without a byte order mark; raises RefusedError above the limit for whole-file formats."""
        ...


@dataclass(frozen=True)
class About:
    """What documentation and refusals say about a source."""

    title: str
    record: str
    """What one record is: message, log entry, gateway row. The unit of all counts."""
    how_to_get: str
    gives: str


class Source(Protocol):
    """A source of records."""

    about: About

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Return what the file is, from its head; null when it is not of this source.

        Raises RefusedError for a file of this source that must not be loaded (credentials, filtered, aggregated).
        """
        ...

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:
        """Read the file record by record: write facts, count, quarantine. Raises RefusedError to refuse all of it."""
        ...
