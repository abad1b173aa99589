"""Telling that a folder is a git repository, and where its history lies, without running git."""

import os
from dataclasses import dataclass
from pathlib import Path

GIT_FOLDER = ".git"
_GITDIR = "gitdir:"
# A path and a word before it.
_LONGEST_POINTER = 8192


@dataclass(frozen=True)
class GitFolder:
    """A work tree or bare repository, and the folders that hold its history, with all links resolved."""

    path: Path
    """The folder itself, as it was named."""
    git_dir: Path
    """Holds HEAD; of a linked work tree, its own part of the repository."""
    common_dir: Path
    """Holds commits and refs."""

    @property
    def has_work_tree(self) -> bool:
        """Say whether files are checked out in the folder."""
        return (self.path / GIT_FOLDER).exists()

    @property
    def is_whole(self) -> bool:
        """Say whether everything that is needed to read it is there."""
        return (self.git_dir / "HEAD").is_file() and _holds_history(self.common_dir)

    def is_within(self, root: Path) -> bool:
        """Say whether its history lies in a folder; a .git file or a link can lead anywhere."""
        top = _resolved(root)
        return self.git_dir.is_relative_to(top) and self.common_dir.is_relative_to(top)


def git_folder_at(path: Path) -> GitFolder | None:
    """Return the repository that a folder is; null when it is none. Of a folder .git, the one that it belongs to."""
    if path.name == GIT_FOLDER and _is_bare(path):
        path = path.parent
    pointer = path / GIT_FOLDER
    if (pointer / "HEAD").is_file():
        return _git_folder(path, pointer)
    if pointer.is_file() and (target := _pointed_to(pointer, _GITDIR)) is not None:
        return _git_folder(path, target)
    return _git_folder(path, path) if _is_bare(path) else None


def _git_folder(path: Path, git_dir: Path) -> GitFolder:
    git_dir = _resolved(git_dir)
    common = _pointed_to(git_dir / "commondir", "") if (git_dir / "commondir").is_file() else None
    return GitFolder(path, git_dir, _resolved(common or git_dir))


def _resolved(path: Path) -> Path:
    """Return the path without links; unlike Path.resolve, links in a circle are no error."""
    return Path(os.path.realpath(path))


def _is_bare(path: Path) -> bool:
    return (path / "HEAD").is_file() and _holds_history(path)


def _holds_history(path: Path) -> bool:
    return (path / "objects").is_dir() and (path / "refs").is_dir()


def _pointed_to(file: Path, word: str) -> Path | None:
    """Return the folder that a small file names after a word, seen from where the file is."""
    with file.open("rb") as stream:
        text = stream.read(_LONGEST_POINTER).decode("utf-8", "surrogateescape")
    if not text.startswith(word) or not (target := text.removeprefix(word).strip()) or "\0" in target:
        return None
    return file.parent / target
