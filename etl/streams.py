"""Streams of untrusted bytes: limits against decompression bombs, and other encodings turned into UTF-8."""

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from etl.sources.base import RefusedError

BLOCK_BYTES = 1 << 20
# Exports of chats and gateway rows shrink 5 to 60 times; a bomb 1,000 times and more.
MOST_UNPACKED_RATIO = 250
UNPACKED_FREE_BYTES = 64 << 20
MOST_UNPACKED_BYTES = 64 << 30

_BROKEN = (zlib.error, EOFError, zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError)


@dataclass
class UnpackBudget:
    """How many bytes an archive may unpack to, all members together; reading a member again costs nothing."""

    archive: str
    packed_bytes: int
    used: int = 0
    reached: dict[str, int] = field(default_factory=dict[str, int])

    def charge(self, member: str, position: int) -> None:
        """Note how far a member was read. Raises RefusedError when the archive unpacks to far more than its size."""
        before = self.reached.get(member, 0)
        if position <= before:
            return
        self.reached[member] = position
        self.used += position - before
        limit = min(max(UNPACKED_FREE_BYTES, MOST_UNPACKED_RATIO * self.packed_bytes), MOST_UNPACKED_BYTES)
        if self.used > limit:
            raise RefusedError(
                f"{self.archive} is {self.packed_bytes:,} bytes and unpacks to more than {limit:,}: this looks like a "
                "decompression bomb. If the file is genuine, unpack it yourself and load what is in it."
            )


class UnpackedStream(io.RawIOBase):
    """Decompressed bytes of one member of an archive, within the archive's budget, with errors that say what to do."""

    def __init__(
        self,
        inner: BinaryIO,
        member: str,
        budget: UnpackBudget,
        *,
        level: int = 1,
        on_close: Callable[[], object] = lambda: None,
    ) -> None:
        """Read from an open decompressing stream; closing this one closes it and calls on_close.

        The level tells apart a member and what is unpacked from it under the same name.
        """
        self._inner = inner
        self._member = member
        self._budgeted = f"{level}:{member}"
        self._on_close = on_close
        self._budget = budget
        self._position = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Read the next bytes."""
        view = memoryview(cast("bytearray", buffer)).cast("B")
        try:
            data = self._inner.read(min(len(view), BLOCK_BYTES))
        except _BROKEN as error:
            raise RefusedError(
                f"{self._member} cannot be unpacked: the archive is damaged or cut off ({error}). Get the file again."
            ) from error
        self._position += len(data)
        self._budget.charge(self._budgeted, self._position)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close it and the stream it reads from."""
        if not self.closed:
            self._inner.close()
            self._on_close()
        super().close()


class RecodedStream(io.RawIOBase):
    """Text of another Unicode encoding as UTF-8 bytes."""

    def __init__(self, inner: BinaryIO, encoding: str, name: str) -> None:
        """Read from an open stream of that encoding; closing this one closes it."""
        self._inner = inner
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._name = name
        self._pending = b""
        self._ended = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Read the next bytes."""
        view = memoryview(cast("bytearray", buffer)).cast("B")
        while not self._pending and not self._ended:
            block = self._inner.read(BLOCK_BYTES)
            self._ended = not block
            try:
                text = self._decoder.decode(block, final=self._ended)
            except UnicodeDecodeError as error:
                raise RefusedError(
                    f"{self._name} is not valid {self._encoding.upper()} text ({error.reason}). Save it as UTF-8."
                ) from error
            self._pending = text.encode("utf-8", "replace")
        count = min(len(view), len(self._pending))
        view[:count] = self._pending[:count]
        self._pending = self._pending[count:]
        return count

    def close(self) -> None:
        """Close it and the stream it reads from."""
        if not self.closed:
            self._inner.close()
        super().close()


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(beginning: bytes) -> tuple[str, int]:
    """Return the Unicode encoding that the first bytes show, and the length of the byte order mark."""
    for mark, encoding in _MARKS:
        if beginning.startswith(mark):
            return encoding, len(mark)
    if beginning.startswith(b"PAR1"):
        # Numbers in a Parquet file may look like text of another encoding.
        return "utf-8", 0
    sample = beginning[:1024]
    if len(sample) >= 4 and b"\0" in sample:
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        half = len(sample) // 2
        if odd > 0.6 * half and even < 0.1 * half:
            return "utf-16-le", 0
        if even > 0.6 * half and odd < 0.1 * half:
            return "utf-16-be", 0
    return "utf-8", 0


def encoding_problem(data: bytes) -> str | None:
    """Return what is wrong with bytes that should be UTF-8, and how to mend it; null when nothing is."""
    try:
        # An incremental decoder accepts a character that is cut off at the end of a part of a file.
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return (
            f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start} (line {line}). Another program saved "
            "it in another encoding; turn it back, for example: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
        )
    return None


def buffered(raw: io.RawIOBase) -> BinaryIO:
    """Return a stream with a large read buffer."""
    return cast("BinaryIO", io.BufferedReader(raw, BLOCK_BYTES))
