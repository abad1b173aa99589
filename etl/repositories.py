"""A git repository as one of the files to load: its name, whose it is, and how to tell that nothing changed."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from etl.files import INBOX, Identity, InputFile, shown
from etl.git_command import GitReader
from etl.git_folders import GitFolder
from etl.sources.base import RefusedError


@dataclass
class RepositoryFile(InputFile):
    """A repository, work tree or bare. It changes in place, so that only what its newest load saw counts as known."""

    folder: GitFolder = field(kw_only=True)

    @property
    def is_place(self) -> bool:
        """Say that its content changes in place."""
        return True

    @property
    def head(self) -> bytes:
        """Nothing: a repository is told by its folder, not by first bytes."""
        return b""

    @cached_property
    def sha256(self) -> str:
        """Hash of HEAD, of all refs, and of where a shallow clone ends: equal means that no commit came or went.

        Raises RefusedError when git is missing or cannot read the repository.
        """
        with self.reader() as reader:
            lines = [f"{name} {sha}" for name, sha in reader.refs()]
            lines += sorted(f"shallow {sha}" for sha in reader.shallow())
        return sha256("\n".join(["git repository", *lines]).encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def repository(self) -> str:
        """Name of the repository: that of its folder, without the ending of bare ones."""
        return shown(self.folder.path.absolute().name).removesuffix(".git")

    @contextmanager
    def reader(self) -> Generator[GitReader]:
        """Open it for reading by git."""
        with GitReader(self.folder, self.name) as reader:
            yield reader

    def open(self) -> BinaryIO:
        """Refuse: a repository is read by git, not as bytes."""
        raise RefusedError(f"{self.name} is a git repository, and is not read as a file.")


def repository_file(folder: GitFolder) -> RepositoryFile:
    """Return a repository as a file to load; right below an inbox, its own name is the project."""
    absolute = folder.path.absolute()
    parts = absolute.parts
    is_project = len(parts) > 1 and parts[-2].lower() == INBOX
    size = _packed_bytes(folder.common_dir / "objects" / "pack")
    return RepositoryFile(
        name=shown(str(folder.path)),
        size=size,
        parts=parts,
        folders=parts if is_project else parts[:-1],
        identity=Identity(str(absolute), size, 0),
        opener=_not_bytes,
        folder=folder,
    )


def _packed_bytes(packs: Path) -> int:
    """Return the size of its packed history, for the progress bar."""
    try:
        return sum(pack.stat().st_size for pack in packs.glob("*.pack"))
    except OSError:
        return 0


def _not_bytes() -> BinaryIO:
    raise RefusedError("A git repository is not read as a file.")
