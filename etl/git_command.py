"""Running git on a repository that may be hostile: its settings, hooks and programs are never read, nothing is written.

git is shown a folder of our own that holds nothing but links to the repository's commits and refs, and settings of our
own. So no setting of the repository, of the person or of the machine can name a program to run, and the log comes out
the same on every machine.
"""

import os
import re
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from io import RawIOBase
from pathlib import Path
from typing import IO, BinaryIO, Self, cast

from etl.git_folders import GitFolder
from etl.redact import redact_title
from etl.sources.base import RefusedError
from etl.streams import buffered

SHORT_SECONDS = 60.0
"""How long a question may take that git answers at once."""
STALL_SECONDS = 300.0
"""How long git may say nothing while it lists commits: comparing one very large file takes a minute."""

_SETTINGS = """[core]
\trepositoryformatversion = 1
\tbare = true
\tfsmonitor = false
\thooksPath = /dev/null
\tattributesFile = /dev/null
\tquotePath = false
\tcommitGraph = false
[log]
\tshowSignature = false
[protocol]
\tallow = never
[gc]
\tauto = 0
[extensions]
"""
_SHA256 = re.compile(rb"(?im)^[ \t]*objectformat[ \t]*=[ \t]*\"?sha256")
_LARGEST_SETTINGS = 1 << 20
_LARGEST_SHALLOW = 64 << 20
# Parts of a repository that say which commits there are; its settings, hooks, attributes and replacements are not.
_LINKED = ("refs", "packed-refs", "reftable", "shallow")
# refs that hold no history of the project: shelved changes, notes on commits, replacements, copies before a rewrite.
_ASIDE = ("refs/stash", "refs/notes/", "refs/replace/", "refs/original/", "refs/bisect/", "refs/rewritten/")


class GitReader:
    """Reads one repository by git; a context, as git needs a folder of its own meanwhile."""

    def __init__(self, folder: GitFolder, name: str) -> None:
        """Take the repository, and the name that messages give it."""
        self._folder = folder
        self._name = name
        self._place = tempfile.TemporaryDirectory(prefix="boltscope-git-", ignore_cleanup_errors=True)
        self._git_dir = Path(self._place.name).resolve()

    def __enter__(self) -> Self:
        """Make the folder that git is shown. Raises RefusedError when the repository is incomplete."""
        try:
            self._link()
        except OSError as error:
            self._place.cleanup()
            raise RefusedError(f"{self._name} cannot be read: {error.strerror or error}.") from error
        except BaseException:
            self._place.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Remove that folder; the repository is as it was."""
        self._place.cleanup()

    def _link(self) -> None:
        folder, common = self._folder, self._folder.common_dir
        if not folder.is_whole:
            raise RefusedError(
                f"{self._name} is a git work tree whose repository is not there: its .git names a folder that is "
                "missing or incomplete. Load the repository that it was made from."
            )
        settings = _beginning(common / "config", _LARGEST_SETTINGS)
        extensions = "\tobjectFormat = sha256\n" if _SHA256.search(settings) else ""
        extensions += "\trefStorage = reftable\n" if (common / "reftable").is_dir() else ""
        (self._git_dir / "config").write_text(_SETTINGS + extensions)
        (self._git_dir / "HEAD").write_bytes(_beginning(folder.git_dir / "HEAD", 4096))
        (self._git_dir / "objects").symlink_to(common / "objects")
        for part in _LINKED:
            if (common / part).exists():
                (self._git_dir / part).symlink_to(common / part)

    def refs(self) -> list[tuple[str, str]]:
        """Return HEAD and each ref of the history with the object it points to, by name."""
        listed = self._answer("for-each-ref", "--format=%(objectname) %(refname)").decode("utf-8", "replace")
        pairs = [line.split(" ", 1) for line in listed.splitlines()]
        found = [(name, sha) for sha, name in pairs if not name.startswith(_ASIDE)]
        head = self._answer("rev-parse", "--verify", "--quiet", "HEAD", expected=(0, 1)).decode("ascii", "replace")
        return sorted([*found, *([("HEAD", head.strip())] if head.strip() else [])])

    def shallow(self) -> frozenset[str]:
        """Return the commits at which a shallow clone ends; empty for a whole one."""
        path = self._folder.common_dir / "shallow"
        listed = _beginning(path, _LARGEST_SHALLOW) if path.exists() else b""
        return frozenset(listed.decode("ascii", "replace").split())

    def commits_of(self, shas: Iterable[str]) -> dict[str, str]:
        """Return the commit that each object is or that a tag leads to; those that are missing are left out."""
        asked = sorted(set(shas))
        lines = "".join(f"{sha}^{{commit}}\n" for sha in asked)
        answer = self._answer("cat-file", "--batch-check=%(objectname) %(objecttype)", lines=lines).decode("ascii")
        pairs = [line.rpartition(" ") for line in answer.splitlines()]
        return {sha: found for sha, (found, _, kind) in zip(asked, pairs, strict=True) if kind == "commit"}

    def is_left_out(self, commits: Iterable[str], tips: Iterable[str]) -> bool:
        """Say whether some of the commits cannot be reached from the tips."""
        lines = _selection(commits, tips)
        return bool(self._answer("rev-list", "--max-count=1", "--stdin", lines=lines).strip())

    def reachable(self, tips: Iterable[str]) -> set[str]:
        """Return every commit that can be reached from the tips."""
        return set(self._answer("rev-list", "--stdin", lines=_selection(tips)).decode("ascii").split())

    def log_options(self) -> list[str]:
        """Return the options that tell the files of commits, as far as the repository holds what they need.

        Only a partial clone lacks something: contents (lines cannot be counted) or folders too (no files are told).
        """
        whole = ["--raw", "--numstat", "--no-renames", "--no-abbrev", "--no-ext-diff", "--no-textconv"]
        if not any((self._folder.common_dir / "objects" / "pack").glob("*.promisor")):
            return whole
        without_lines = [option for option in whole if option != "--numstat"]
        for options in (whole, without_lines):
            command = ("log", "--all", "--format=", *options)
            with self._started(command, None, quiet=True) as running:
                if running.wait() == 0:
                    return options
        return ["--no-patch"]

    def log(self, log_format: str, tips: Iterable[str], known: Iterable[str], options: Sequence[str]) -> BinaryIO:
        """Stream git's log of the commits that can be reached from the tips and not from what is known.

        Reading raises RefusedError when git fails or says nothing for too long.
        """
        command = ("log", "--stdin", "--no-color", "--no-decorate", "--no-notes", "--no-mailmap", "--encoding=UTF-8")
        started = self._started((*command, *options, f"--format=format:{log_format}"), _selection(tips, known))
        return buffered(_LogStream(started, self._name))

    def _answer(self, *command: str, lines: str | None = None, expected: Sequence[int] = (0,)) -> bytes:
        with self._started(command, lines) as running:
            output = running.all_output(SHORT_SECONDS if lines is None else STALL_SECONDS)
            if running.wait() not in expected:
                raise RefusedError(running.failure(self._name))
            return output

    def _started(self, command: Sequence[str], lines: str | None, *, quiet: bool = False) -> "_Running":
        git = shutil.which("git")
        if git is None:
            raise RefusedError(
                f"{self._name} is a git repository, and git is not installed here. Install git, or save the log where "
                "git is (README, Your own files) and load that file."
            )
        return _Running([git, "--no-pager", "--no-replace-objects", *command], self._git_dir, lines, quiet=quiet)


class _Running:
    """One git that runs: its output, what it complains of, and an end to it whatever happens."""

    def __init__(self, command: list[str], git_dir: Path, lines: str | None, *, quiet: bool) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
        # A file and no pipe: git reads its list when it likes, and nobody has to wait for it.
        with tempfile.TemporaryFile() as questions:
            questions.write((lines or "").encode("ascii", "replace"))
            questions.seek(0)
            self._process = subprocess.Popen(
                command,
                stdin=questions,
                stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
                stderr=self._complaints,
                cwd=git_dir,
                env=_environment(git_dir),
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def some_output(self, most: int, seconds: float) -> bytes:
        """Return the next output, empty at its end. Raises TimeoutError when none comes in time."""
        stream = cast("IO[bytes]", self._process.stdout)
        ready, _, _ = select.select([stream], [], [], seconds)
        if not ready:
            raise TimeoutError
        return os.read(stream.fileno(), most)

    def all_output(self, seconds: float) -> bytes:
        """Return all output. Raises RefusedError when it does not come in time."""
        pieces: list[bytes] = []
        until = time.monotonic() + seconds
        try:
            while piece := self.some_output(1 << 20, max(0.0, until - time.monotonic())):
                pieces.append(piece)
        except TimeoutError:
            self.end()
            raise RefusedError(_stalled("The repository", seconds)) from None
        return b"".join(pieces)

    def wait(self) -> int:
        """Return git's exit code."""
        try:
            return self._process.wait(STALL_SECONDS)
        except subprocess.TimeoutExpired:
            self.end()
            return -1

    def failure(self, name: str) -> str:
        """Return why git failed, and what to do."""
        self._complaints.seek(0)
        lines = self._complaints.read(20_000).decode("utf-8", "replace").strip().splitlines()
        said = redact_title(lines[-1].removeprefix("fatal: ")) if lines else "it was stopped"
        return (
            f"{name}: git cannot read this repository ({said}). Nothing of it was kept. 'git fsck' in it says more; a "
            "fresh clone is often the quickest way out."
        )

    def end(self) -> None:
        """Stop git if it still runs, and close what belongs to it."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._complaints.close()


class _LogStream(RawIOBase):
    """The output of git log; fails when git fails, so that half a history never passes for a whole one."""

    def __init__(self, running: _Running, name: str) -> None:
        self._running = running
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        try:
            data = self._running.some_output(len(view), STALL_SECONDS)
        except TimeoutError:
            raise RefusedError(_stalled(self._name, STALL_SECONDS)) from None
        if not data and self._running.wait() != 0:
            raise RefusedError(self._running.failure(self._name))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._running.end()
        super().close()


def _stalled(name: str, seconds: float) -> str:
    return (
        f"{name}: git gave no answer for {seconds:.0f} seconds and was stopped; nothing of it was kept. Look at the "
        "repository with 'git fsck', or save its log (README, Your own files) and load that file."
    )


def _environment(git_dir: Path) -> dict[str, str]:
    """Return all that git sees of the environment: nothing of the caller's but where programs are."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(git_dir),
        "XDG_CONFIG_HOME": str(git_dir),
        "LC_ALL": "C",
        "GIT_DIR": str(git_dir),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_PAGER": "cat",
    }


def _selection(tips: Iterable[str], known: Iterable[str] = ()) -> str:
    return "".join([*(f"{sha}\n" for sha in sorted(set(tips))), *(f"^{sha}\n" for sha in sorted(set(known)))])


def _beginning(path: Path, most: int) -> bytes:
    """Return the first bytes of a plain file; empty when there is none. A pipe is never opened."""
    if not path.is_file():
        return b""
    with path.open("rb") as stream:
        return stream.read(most)
