"""Finding the files to load: plain files, folders, members of archives; what cannot be read says why."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from data.errors import BoltscopeError
from etl.archives import Opener, is_archive, members_of
from etl.git_folders import GitFolder, git_folder_at
from etl.sources.base import RefusedError
from etl.streams import BLOCK_BYTES, RecodedStream, buffered, encoding_of

HEAD_BYTES = 64 << 10
# Formats that are one JSON document are read whole; no browser writes or reads larger ones.
LARGEST_WHOLE_FILE = 1 << 30
# A file changed less than this before it was loaded may have changed again within the clock's resolution.
_RACY_NANOSECONDS = 2_000_000_000

SOURCES_FILE = "sources.toml"
# What the demo generator leaves beside its files: what it planted, and which files it wrote.
TRUTH_FILE = "truth.json"
_TRUTH_MARK = b'"boltscope_demo"'
# Folders below one of this name say whose files they hold: inbox/<project>/<person>/...
INBOX = "inbox"
_JUNK_FOLDERS = {"__macosx", "node_modules", "$recycle.bin", "__pycache__", "@eadir"}
_JUNK_FILES = {"thumbs.db", "desktop.ini", "icon\r"}
_UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".tmp", ".swp")

OnSkip = Callable[[str, str], None]


class UsageError(BoltscopeError):
    """The command was given something that cannot be; nothing was done."""


@dataclass(frozen=True)
class Identity:
    """What tells cheaply that a file has not changed: path, size and time of change of the file on disk.

    For a member of an archive, size and time are those of the archive.
    """

    path: str
    size: int
    mtime_ns: int

    def is_settled(self, loaded_at: int) -> bool:
        """Say whether a load at that instant (microseconds) saw the last change, as far as clocks can tell."""
        return self.mtime_ns + _RACY_NANOSECONDS < loaded_at * 1000


@dataclass
class InputFile:
    """One file or member of an archive, decompressed and as UTF-8; implements etl.sources.base.RawFile."""

    name: str
    """Name as given, on one line; a member of an archive is archive/member."""
    size: int
    """Size in bytes on disk (of the whole archive for members)."""
    parts: tuple[str, ...]
    """Parts of the absolute path, members of archives included."""
    folders: tuple[str, ...]
    """Folders that hold the file; of a member, those in the archive only when one of them is an inbox."""
    identity: Identity
    opener: Opener = field(repr=False)
    """Opens the decompressed bytes as they are."""

    @property
    def is_place(self) -> bool:
        """Say whether its content changes in place, as that of a repository: then only its newest load counts."""
        return False

    @property
    def head(self) -> bytes:
        """First 64 kB, without a byte order mark, as UTF-8."""
        return self._head

    @cached_property
    def _head(self) -> bytes:
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the decompressed bytes, hexadecimal: the same for a file and its gzip."""
        digest = hashlib.sha256()
        with self._opened() as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
        return digest.hexdigest()

    def open(self) -> BinaryIO:
        """Open the bytes for reading from the start, without a byte order mark, as UTF-8."""
        encoding, mark_bytes = self._encoding
        stream = self._opened()
        stream.read(mark_bytes)
        if encoding == "utf-8":
            return stream
        return buffered(RecodedStream(stream, encoding, self.name))

    def read(self) -> bytes:
        """Read all bytes, without a byte order mark. Raises RefusedError above 1 GB."""
        with self.open() as stream:
            data = stream.read(LARGEST_WHOLE_FILE + 1)
        if len(data) > LARGEST_WHOLE_FILE:
            raise RefusedError(
                f"{self.name} is larger than {LARGEST_WHOLE_FILE >> 30} GB, more than any browser exports at once. "
                "Export fewer chats at a time (Settings, Data, Export Selected Chats)."
            )
        return data

    @cached_property
    def _encoding(self) -> tuple[str, int]:
        with self._opened() as stream:
            return encoding_of(stream.read(HEAD_BYTES))

    def _opened(self) -> BinaryIO:
        try:
            return self.opener()
        except OSError as error:
            raise RefusedError(f"{self.name} cannot be read: {error.strerror or error}.") from error


@dataclass
class UnreadableFile(InputFile):
    """A file that must not or cannot be read; every attempt raises RefusedError with the reason."""

    reason: str = ""

    def _opened(self) -> BinaryIO:
        raise RefusedError(self.reason)


def find_files(paths: Sequence[str | Path], on_skip: OnSkip | None = None) -> list[InputFile]:
    """Return the files at the paths, folders and archives included, each once, in a stable order.

    A git repository, work tree or bare, is one file; what is checked out in it is not looked at. Hidden files and junk
    in folders are left out; on_skip is told name and reason. A file that cannot be read is in the list and raises
    RefusedError when it is read. Raises UsageError when a path does not exist.
    """
    given = [Path(path) for path in paths]
    missing = [str(path) for path in given if not os.path.lexists(path)]
    if missing:
        raise UsageError(
            f"No such file or folder: {', '.join(missing)}. Give paths of exports, or of folders that hold them."
        )
    finder = _Finder(on_skip or (lambda _name, _reason: None))
    for path in given:
        finder.add(path)
    return finder.files


@dataclass
class _Finder:
    on_skip: OnSkip
    files: list[InputFile] = field(default_factory=list[InputFile])
    seen: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])

    def add(self, path: Path) -> None:
        """Add what a person named: a link is followed here, and only here."""
        try:
            is_folder = path.is_dir()
            status = path.stat()
        except OSError as error:
            self._refuse(path, _unreadable(path, error))
            return
        if is_folder:
            self._add_folder(path, path)
        else:
            self._add_file(path, status, follow=True)

    def _add_folder(self, folder: Path, root: Path) -> None:
        try:
            if repository := git_folder_at(folder):
                self._add_repository(repository, folder, root)
                return
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            self._refuse(folder, _unreadable(folder, error))
            return
        for entry in entries:
            path = folder / entry.name
            if reason := _junk_reason(entry):
                self.on_skip(shown(str(path)), reason)
            elif entry.name == TRUTH_FILE and is_demo_folder(folder):
                self.on_skip(shown(str(path)), "says what the demo generator planted")
            elif entry.is_symlink():
                self._add_link(path, root)
            elif entry.is_dir(follow_symlinks=False):
                self._add_folder(path, root)
            else:
                try:
                    self._add_file(path, entry.stat(follow_symlinks=False), follow=False)
                except OSError as error:
                    self._refuse(path, _unreadable(path, error))

    def _add_repository(self, repository: GitFolder, folder: Path, root: Path) -> None:
        """Add a repository once, whichever of its work trees is named; one elsewhere must be named itself."""
        from etl.repositories import repository_file

        name = shown(str(folder))
        if folder != root and not repository.is_within(root):
            self._refuse(
                folder,
                f"{name} is a git work tree whose repository lies out of the folder, and is not followed. Give the "
                "work tree or the repository itself as a path if it is meant.",
            )
            return
        place = (-1, hash(repository.common_dir))
        if place in self.seen:
            self.on_skip(name, "a work tree of a repository that was named before")
            return
        self.seen.add(place)
        self.files.append(repository_file(repository))
        if repository.has_work_tree:
            self.on_skip(f"{name}/*", "files of a git work tree; its history is read, name files that are meant")

    def _add_link(self, path: Path, root: Path) -> None:
        """Never follow a link in a folder: inside the folder its target is read anyway, outside it was not named."""
        with suppress(OSError, RuntimeError):
            target = path.resolve(strict=True)
            if target.is_relative_to(root.resolve()):
                self.on_skip(shown(str(path)), "symbolic link within the folder; its target is read by its own name")
                return
            self._refuse(
                path,
                f"{shown(str(path))} is a symbolic link that leads out of the folder, and is not followed. "
                "Give the file itself as a path if it is meant.",
            )
            return
        self._refuse(path, f"{shown(str(path))} is a symbolic link that leads nowhere or to itself. Remove it.")

    def _add_file(self, path: Path, status: os.stat_result, *, follow: bool) -> None:
        name = shown(str(path))
        if not stat.S_ISREG(status.st_mode):
            self._refuse(path, f"{name} is a {_kind_of(status.st_mode)}, not a file, and is not opened.")
            return
        place = (status.st_dev, status.st_ino)
        if place in self.seen:
            self.on_skip(name, "the same file as another one that was named")
            return
        self.seen.add(place)
        if status.st_size == 0:
            self._refuse(path, f"{name} is empty (0 bytes). Export it again.")
            return
        absolute = path.absolute()
        opener = _file_opener(path, follow=follow)
        file = InputFile(
            name=name,
            size=status.st_size,
            parts=absolute.parts,
            folders=absolute.parts[:-1],
            identity=Identity(str(absolute), status.st_size, status.st_mtime_ns),
            opener=opener,
        )
        try:
            with opener() as stream:
                beginning = stream.read(8)
        except OSError as error:
            self._refuse(path, _unreadable(path, error))
            return
        if not is_archive(beginning):
            self.files.append(file)
            return
        try:
            self.files += _files_in(file)
        except RefusedError as error:
            self._refuse(path, str(error))

    def _refuse(self, path: Path, reason: str) -> None:
        absolute = path.absolute()
        self.files.append(
            UnreadableFile(
                name=shown(str(path)),
                size=0,
                parts=absolute.parts,
                folders=absolute.parts[:-1],
                identity=Identity(str(absolute), 0, 0),
                opener=_never,
                reason=reason,
            )
        )


def is_demo_folder(folder: Path) -> bool:
    """Say whether the demo generator wrote into a folder; files of others may lie there too."""
    manifest = folder / TRUTH_FILE
    try:
        if not manifest.is_file():
            return False
        with manifest.open("rb") as stream:
            return _TRUTH_MARK in stream.read(4096)
    except OSError:
        return False


def _files_in(archive: InputFile) -> Iterator[InputFile]:
    found = 0
    for member in members_of(archive.name, archive.opener, archive.size):
        parts = tuple(part for part in member.path.split("/") if part not in {"", ".", ".."})
        if any(part.startswith(".") or part.lower() in _JUNK_FOLDERS | _JUNK_FILES for part in parts):
            continue
        found += 1
        inner = InputFile(
            name=f"{archive.name}/{shown(member.path)}" if member.path else archive.name,
            size=archive.size,
            parts=(*archive.parts, *parts),
            folders=parts[:-1] if any(part.lower() == INBOX for part in parts[:-1]) else archive.folders,
            identity=_member_identity(archive.identity, member.path),
            opener=member.open,
        )
        yield _unreadable_like(inner, member.refusal) if member.refusal else inner
    if not found:
        raise RefusedError(f"{archive.name} is an archive without files in it.")


def _member_identity(archive: Identity, path: str) -> Identity:
    return Identity(f"{archive.path}!/{shown(path)}", archive.size, archive.mtime_ns) if path else archive


def _unreadable_like(file: InputFile, reason: str) -> UnreadableFile:
    return UnreadableFile(file.name, file.size, file.parts, file.folders, file.identity, _never, reason)


def _file_opener(path: Path, *, follow: bool) -> Opener:
    # Between listing and opening, a file may have become a link or a pipe: neither is followed or waited for.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)

    def open_file() -> BinaryIO:
        handle = os.open(path, flags)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise RefusedError(f"{shown(str(path))} is no longer a plain file, and is not read.")
        return os.fdopen(handle, "rb", buffering=BLOCK_BYTES)

    return open_file


def _never() -> BinaryIO:
    raise RefusedError("This file is not read.")


def _junk_reason(entry: os.DirEntry[str]) -> str | None:
    name = entry.name.lower()
    if name.startswith("."):
        return "hidden"
    if name in _JUNK_FOLDERS | _JUNK_FILES or name.startswith("~$") or name.endswith("~"):
        return "left by the operating system or by another program"
    if name.endswith(_UNFINISHED):
        return "an unfinished download or a temporary file"
    if name == SOURCES_FILE:
        return "says whose files these are"
    return None


def _kind_of(mode: int) -> str:
    kinds = {stat.S_IFIFO: "named pipe", stat.S_IFSOCK: "socket", stat.S_IFCHR: "device", stat.S_IFBLK: "device"}
    return kinds.get(stat.S_IFMT(mode), "special file")


def _unreadable(path: Path, error: OSError) -> str:
    return f"{shown(str(path))} cannot be read: {error.strerror or error}. Check the permissions of file and folder."


def shown(name: str) -> str:
    """Return a file name fit for a terminal, for JSON and for the store: one line, no control or broken characters."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
