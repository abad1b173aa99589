"""Members of zip and gzip files as streams; nothing is ever unpacked to disk."""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, ClassVar, cast

from etl.sources.base import RefusedError
from etl.streams import BLOCK_BYTES, UnpackBudget, UnpackedStream, buffered

Opener = Callable[[], BinaryIO]

MOST_MEMBERS = 10_000
DEEPEST_NESTING = 2
# An archive inside an archive is held in memory while its members are read.
LARGEST_INNER_ARCHIVE = 256 << 20

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP_MAGIC = b"\x1f\x8b"
_OFFICE_MEMBER = "[Content_Types].xml"
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError)


@dataclass(frozen=True)
class Member:
    """One file inside an archive: its path in it, how to open it, or why it cannot be."""

    path: str
    open: Opener
    refusal: str | None = None


def is_archive(beginning: bytes) -> bool:
    """Say whether the first bytes are those of a zip or gzip file."""
    return beginning.startswith(_ZIP_MAGIC) or beginning.startswith(_GZIP_MAGIC)


def members_of(name: str, opener: Opener, packed_bytes: int) -> Iterator[Member]:
    """Yield the files inside a zip or gzip file, archives in archives included, down to two levels.

    The path of the only file in a gzip file is empty: it goes by the name of the gzip file.
    """
    budget = UnpackBudget(name, packed_bytes)
    yield from _members(name, "", opener, budget, 1)


def _members(name: str, path: str, opener: Opener, budget: UnpackBudget, depth: int) -> Iterator[Member]:
    with opener() as stream:
        beginning = stream.read(4)
    if not is_archive(beginning):
        yield Member(path, opener)
    elif depth > DEEPEST_NESTING:
        reason = f"{name} is an archive in an archive in an archive. Unpack it yourself and load what is in it."
        yield Member(path, opener, reason)
    elif beginning.startswith(_GZIP_MAGIC):
        yield from _guarded(name, path, _gzip_opener(name, opener, budget, depth), budget, depth + 1)
    else:
        yield from _zip_members(name, path, opener, budget, depth)


def _guarded(name: str, path: str, opener: Opener, budget: UnpackBudget, depth: int) -> Iterator[Member]:
    try:
        yield from _members(name, path, opener, budget, depth)
    except RefusedError as error:
        yield Member(path, opener, str(error))


def _gzip_opener(name: str, opener: Opener, budget: UnpackBudget, depth: int) -> Opener:
    def open_unpacked() -> BinaryIO:
        packed = opener()
        unpacked = cast("BinaryIO", gzip.GzipFile(fileobj=packed, mode="rb"))
        return buffered(UnpackedStream(unpacked, name, budget, level=depth, on_close=packed.close))

    return open_unpacked


class _Zip:
    """A zip file that is opened when a member is; only the latest one stays open, however many there are."""

    latest: ClassVar["_Zip | None"] = None

    def __init__(self, name: str, opener: Opener, *, is_inner: bool) -> None:
        self._name = name
        self._opener = opener
        self._is_inner = is_inner
        self._stream: BinaryIO | None = None
        self._archive: zipfile.ZipFile | None = None
        self._open_members = 0

    def archive(self) -> zipfile.ZipFile:
        """Return the open archive. Raises RefusedError when it is damaged."""
        if self._archive is None:
            if _Zip.latest is not None:
                _Zip.latest.release()
            _Zip.latest = self
            self._stream = _in_memory(self._opener(), self._name) if self._is_inner else self._opener()
            try:
                self._archive = zipfile.ZipFile(self._stream)
            except _DAMAGED as error:
                raise RefusedError(f"{self._name} is a damaged zip file ({error}). Get the file again.") from error
        return self._archive

    def open(self, info: zipfile.ZipInfo, name: str, budget: UnpackBudget, depth: int) -> BinaryIO:
        """Open one member. Raises RefusedError when it cannot be unpacked."""
        try:
            unpacked = cast("BinaryIO", self.archive().open(info))
        except (*_DAMAGED, RuntimeError) as error:
            raise RefusedError(
                f"{name} cannot be unpacked ({error}). Unpack the archive yourself and load what is in it."
            ) from error
        self._open_members += 1
        return buffered(UnpackedStream(unpacked, name, budget, level=depth, on_close=self._member_closed))

    def release(self) -> None:
        """Close the file unless a member of it is being read."""
        if self._stream is not None and not self._open_members:
            self._stream.close()
        self._stream = self._archive = None

    def _member_closed(self) -> None:
        self._open_members -= 1


def _zip_members(name: str, path: str, opener: Opener, budget: UnpackBudget, depth: int) -> Iterator[Member]:
    archive = _Zip(name, opener, is_inner=depth > 1)
    infos = archive.archive().infolist()
    _check_listing(name, infos, budget.packed_bytes if depth == 1 else None)
    for info in sorted(infos, key=lambda info: info.filename):
        if info.is_dir():
            continue
        inner_path = f"{path}/{info.filename}" if path else info.filename
        inner_name = f"{name}/{info.filename}"
        inner_opener = partial(archive.open, info, inner_name, budget, depth)
        if info.flag_bits & _ENCRYPTED:
            reason = f"{inner_name} is locked with a password. Unpack the archive yourself and load what is in it."
            yield Member(inner_path, inner_opener, reason)
        else:
            yield from _guarded(inner_name, inner_path, inner_opener, budget, depth + 1)


def _check_listing(name: str, infos: list[zipfile.ZipInfo], packed_bytes: int | None) -> None:
    if len(infos) > MOST_MEMBERS:
        raise RefusedError(
            f"{name} holds {len(infos):,} files; at most {MOST_MEMBERS:,} are read from one archive. "
            "Unpack it yourself and load the folder."
        )
    if any(info.filename == _OFFICE_MEMBER for info in infos):
        raise RefusedError(
            f"{name} is an office document (spreadsheet or text), which is not read. Save the table as CSV."
        )
    if packed_bytes is not None and sum(info.compress_size for info in infos) > packed_bytes:
        raise RefusedError(
            f"{name} has members that overlap each other: this looks like a decompression bomb. "
            "If the file is genuine, unpack it yourself and load what is in it."
        )


def _in_memory(stream: BinaryIO, name: str) -> BinaryIO:
    with stream:
        held = io.BytesIO()
        while block := stream.read(BLOCK_BYTES):
            if held.tell() + len(block) > LARGEST_INNER_ARCHIVE:
                raise RefusedError(
                    f"{name} is an archive of more than {LARGEST_INNER_ARCHIVE >> 20} MB inside another one. "
                    "Unpack the outer archive yourself and load what is in it."
                )
            held.write(block)
    held.seek(0)
    return held
