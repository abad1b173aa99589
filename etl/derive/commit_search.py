"""Finds the commits that carried patches: reads what linking needs from the store, then asks etl.derive.patch_links."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from data.words import LinkMethod, PullRequestState, RevertKind
from etl.derive.differences import has_rows, key_table, row_table
from etl.derive.patch_facts import PatchFacts, by_chat, undone_in_chat
from etl.derive.patch_links import (
    Carrier,
    Changes,
    CommitFacts,
    Contents,
    by_content,
    by_later_patch,
    by_paths,
    paths_windows,
)
from etl.places import commit_key

_FIT = (
    "NOT c.is_left_behind AND c.committed_at IS NOT NULL "
    f"AND (c.revert_kind IS NULL OR c.revert_kind = '{RevertKind.REAPPLY}')"
)
"""What undoes carries nothing, and what was left behind is no longer there."""
_FACTS = "c.vcs_commit_key, c.sha, c.committed_at, c.person, c.push_kind IS NOT NULL"
MANY = 5_000
"""For so many patches all commits are read."""
_FEW_OF_THEM = 4
"""When at most one patch in so many is left to be looked for by paths, the commits about it are read by index."""
_Commits = dict[int, CommitFacts]
_File = tuple[int, int | None, int]
"""Place, hash of the content where that is told, and key of the commit."""
_WHOLE = (40, 64)
_SHORTEST = 4


def find_carriers(connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], keys: str) -> dict[int, Carrier]:
    """Return the commit that carried each patch, of the closed ones with files whose keys are in a temporary table."""
    usable = [patch for patch in patches.values() if patch.is_closed and patch.files]
    carriers = _given(connection, patches.values())
    read = _AllCommits(connection) if len(usable) > MANY else _SomeCommits(connection, keys)
    contents = read.contents()
    for patch in usable if contents else ():
        if patch.key not in carriers and (found := by_content(patch, contents)):
            carriers[patch.key] = found
    undone = undone_in_chat(connection, keys)
    if carriers:
        for chat in by_chat({patch.key: patch for patch in usable}):
            carriers |= by_later_patch(chat, carriers, undone)
    left = [patch for patch in usable if patch.key not in carriers]
    if len(left) * _FEW_OF_THEM < len(usable):
        read = _SomeCommits(connection, keys)
    changes = read.changes(left)
    for patch in left if changes.by_place else ():
        if found := by_paths(patch, changes, undone.get(patch.key)):
            carriers[patch.key] = found
    return carriers


def _given(connection: sqlite3.Connection, patches: Iterable[PatchFacts]) -> dict[int, Carrier]:
    named = {patch.key: patch for patch in patches if patch.commit_sha and len(patch.commit_sha) >= _SHORTEST}
    found: dict[int, Carrier] = {}
    if not named:
        return found
    row_table(
        connection, "named_sha", "patch_key INTEGER, sha TEXT, project TEXT",
        ((key, patch.commit_sha, patch.project) for key, patch in sorted(named.items())),
    )  # fmt: skip
    fitting: dict[int, list[tuple[int, str, int | None]]] = defaultdict(list)
    for patch_key, key, sha, at in connection.execute(
        "SELECT n.patch_key, c.vcs_commit_key, c.sha, c.committed_at FROM temp.named_sha n "
        "CROSS JOIN vcs_commit c ON c.sha >= n.sha AND c.sha < n.sha || 'g' WHERE +c.project IS n.project"
    ):
        fitting[patch_key].append((key, sha, at))
    for patch_key, patch in named.items():
        commits, sha = fitting[patch_key], patch.commit_sha or ""
        if not commits and len(sha) in _WHOLE:
            commits = [(commit_key(patch.project, sha), sha, None)]
        if len(commits) == 1:
            key, sha, at = commits[0]
            found[patch_key] = Carrier(key, sha, at, LinkMethod.GIVEN, 1.0)
    return found


class _SomeCommits:
    """Reads the commits that some patches need, by index."""

    def __init__(self, connection: sqlite3.Connection, keys: str) -> None:
        self._connection = connection
        self._keys = keys

    def contents(self) -> Contents:
        """Return the commits that hold what the patches wrote, or were edited to."""
        key_table(self._connection, "wanted_blob", ())
        for table in ("patch_file", "patch_edit"):
            self._connection.execute(
                "INSERT OR IGNORE INTO temp.wanted_blob SELECT f.blob_hash FROM "  # noqa: S608
                f"temp.{self._keys} k CROSS JOIN {table} f ON f.patch_key = k.key WHERE f.blob_hash IS NOT NULL"
            )
        commits, files = self._read("temp.wanted_blob w CROSS JOIN commit_file f ON f.blob_hash = w.key")
        _note_abandoned(self._connection, commits)
        return _by_content(commits, files)

    def changes(self, patches: Sequence[PatchFacts]) -> Changes:
        """Return the commits that change files of patches about when these were proposed."""
        spans = paths_windows(patches)
        row_table(self._connection, "wanted_span", "place INTEGER, first INTEGER, last INTEGER", spans)
        return _by_place(
            *self._read(
                "temp.wanted_span w CROSS JOIN commit_file f "
                "ON f.place_hash = w.place AND f.committed_at BETWEEN w.first AND w.last"
            )
        )

    def _read(self, files: str) -> tuple[_Commits, list[_File]]:
        commits: _Commits = {}
        found: list[_File] = []
        for place, blob, *facts in self._connection.execute(
            f"SELECT f.place_hash, f.blob_hash, {_FACTS} FROM {files} "  # noqa: S608
            f"CROSS JOIN vcs_commit c ON c.vcs_commit_key = f.vcs_commit_key WHERE {_FIT}"
        ):
            if facts[0] not in commits:
                commits[facts[0]] = CommitFacts(*facts)
            found.append((place, blob, facts[0]))
        return commits, found


class _AllCommits:
    """Reads all commits in one pass, which is faster than by index where most are needed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        facts = connection.execute(f"SELECT {_FACTS} FROM vcs_commit c WHERE {_FIT}")  # noqa: S608
        self._commits = {row[0]: CommitFacts(*row) for row in facts}
        self._files: list[_File] = connection.execute(
            "SELECT place_hash, blob_hash, vcs_commit_key FROM commit_file"
        ).fetchall()
        _note_abandoned(connection, self._commits)

    def contents(self) -> Contents:
        """Return the commits that hold each content."""
        return _by_content(self._commits, self._files)

    def changes(self, patches: Sequence[PatchFacts]) -> Changes:
        """Return the commits that change the files of some patches."""
        places = {place for patch in patches for place in patch.files}
        return _by_place(self._commits, [file for file in self._files if file[0] in places])


def _by_content(commits: _Commits, files: Iterable[_File]) -> Contents:
    found: dict[tuple[int, int | None], list[CommitFacts]] = {}
    for place, blob, key in files:
        if blob is not None and (commit := commits.get(key)):
            some = found.get((place, blob))
            if some is None:
                found[place, blob] = [commit]
            else:
                some.append(commit)
    for some in found.values():
        if len(some) > 1:
            some.sort(key=_order)
    return found


def _by_place(commits: _Commits, files: Iterable[_File]) -> Changes:
    by_place: dict[int, list[CommitFacts]] = defaultdict(list)
    by_commit: dict[CommitFacts, dict[int, int | None]] = defaultdict(dict)
    for place, blob, key in files:
        if commit := commits.get(key):
            by_place[place].append(commit)
            by_commit[commit][place] = blob
    for some in by_place.values():
        some.sort(key=_order)
    return Changes({place: ([commit.at for commit in some], some) for place, some in by_place.items()}, by_commit)


def _order(commit: CommitFacts) -> tuple[int, int]:
    return commit.at, commit.key


def _note_abandoned(connection: sqlite3.Connection, commits: Mapping[int, CommitFacts]) -> None:
    """Mark the commits that only closed requests bring in."""
    if not (commits and has_rows(connection, "pull_request")):
        return
    key_table(connection, "found_commit", commits)
    for (key,) in connection.execute(
        "SELECT k.key FROM temp.found_commit k "  # noqa: S608
        "CROSS JOIN pull_request_commit pc ON pc.vcs_commit_key = k.key "
        "CROSS JOIN pull_request r ON r.pull_request_key = pc.pull_request_key "
        f"GROUP BY k.key HAVING min(r.state = '{PullRequestState.CLOSED}')"
    ):
        commits[key].is_abandoned = True
