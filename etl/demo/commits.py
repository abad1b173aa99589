"""Commits of the demo's repositories, and the log that git prints of them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha1

from etl.demo.facts import PatchFact

_NO_BLOB = "0" * 40
Change = tuple[str, str | None, str | None]
"""Path, text before and text after; null where there is no file."""


@dataclass(frozen=True)
class Author:
    """Who commits, and in which time zone."""

    name: str
    utc_offset_minutes: int = 0

    @property
    def email(self) -> str:
        """The address in commits."""
        return f"{self.name}@example.com"


@dataclass(eq=False)
class Commit:
    """One commit, with the whole tree that it leaves."""

    sha: str
    parents: tuple["Commit", ...]
    author: Author
    at: int
    subject: str
    body: str
    tree: dict[str, str]
    carries: list[PatchFact] = field(default_factory=list[PatchFact])
    """Patches whose changes it brings in, against its first parent."""
    is_clean: bool = False
    """Whether every file that it changes was written by a patch that it carries."""
    trailers: tuple[str, ...] = ()

    @property
    def changes(self) -> list[Change]:
        """What it changes against its first parent, by path as git sorts them."""
        before = self.parents[0].tree if self.parents else {}
        return changes_between(before, self.tree)

    @property
    def is_merge(self) -> bool:
        """Whether it joins two lines of commits; git shows no files of such a commit."""
        return len(self.parents) > 1


def changes_between(before: dict[str, str], after: dict[str, str]) -> list[Change]:
    """Return the files that differ between two trees, by path as git sorts them."""
    paths = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    return [(path, before.get(path), after.get(path)) for path in sorted(paths, key=str.encode)]


def made_sha(seed: str) -> str:
    """Return a hash in the shape of a commit's, the same for the same seed."""
    return sha1(seed.encode(), usedforsecurity=False).hexdigest()


def stored_text(text: str) -> str:
    """Return what stands in a file for the text of a file action: bolt.diy trims it and ends it with a line feed."""
    return text.strip() + "\n"


def log_text(commits: list[Commit], clock_ms: int = 0) -> str:
    """Return what `git log --all --raw --numstat ...` prints, newest first; clock_ms moves every time."""
    blobs: dict[str | None, str] = {None: _NO_BLOB}
    placed = sorted(enumerate(commits), key=lambda pair: (pair[1].at // 1000, pair[0]), reverse=True)
    return "\n".join(_record(commit, blobs, clock_ms) for _, commit in placed)


def blob_id(text: str) -> str:
    """Return the id of the blob that git makes of a file with this text."""
    data = text.encode()
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def strict_iso(moment: int, offset_minutes: int) -> str:
    """Return an instant (milliseconds) as git prints it with %aI."""
    zone = timezone(timedelta(minutes=offset_minutes)) if offset_minutes else UTC
    return datetime.fromtimestamp(moment // 1000, tz=zone).isoformat()


def line_counts(before: str | None, after: str | None) -> tuple[int, int]:
    """Return the lines added and removed between two texts; moved lines count as neither, and the demo moves none."""
    old, new = Counter((before or "").splitlines()), Counter((after or "").splitlines())
    return (new - old).total(), (old - new).total()


def _record(commit: Commit, blobs: dict[str | None, str], clock_ms: int) -> str:
    when = strict_iso(commit.at + clock_ms, commit.author.utc_offset_minutes)
    message = "\n\n".join(part for part in (commit.body, "\n".join(commit.trailers)) if part)
    fields = (
        commit.sha,
        " ".join(parent.sha for parent in commit.parents),
        commit.author.name,
        commit.author.email,
        when,
        when,
        commit.subject,
        message + "\n" if message else "",
        "\x1d".join(commit.trailers),
    )
    header = "\x1e" + "\x1f".join(fields)
    changes = [] if commit.is_merge else commit.changes
    if not changes:
        return header
    raw: list[str] = []
    counted: list[str] = []
    for path, before, after in changes:
        for text in (before, after):
            if text not in blobs:
                blobs[text] = blob_id(text or "")
        kind = "A" if before is None else "D" if after is None else "M"
        modes = f"{'000000' if before is None else '100644'} {'000000' if after is None else '100644'}"
        raw.append(f":{modes} {blobs[before]} {blobs[after]} {kind}\t{path}")
        added, removed = line_counts(before, after)
        counted.append(f"{added}\t{removed}\t{path}")
    return "\n".join((header, *raw, *counted)) + "\n"
