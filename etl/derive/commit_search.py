"""Finds the commits that carried patches: reads what linking needs from the store, then asks etl.derive.patch_links."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data.words import LinkMethod, PullRequestState, RevertKind
from etl.derive.differences import key_table, row_table
from etl.derive.patch_facts import PatchFacts, by_chat, undone_in_chat
from etl.derive.patch_links import (
    Carrier,
    Changes,
    CommitFacts,
    by_content,
    by_later_patch,
    by_paths,
    paths_windows,
)
from etl.places import commit_key

_FIT = f"NOT c.is_left_behind AND (c.revert_kind IS NULL OR c.revert_kind = '{RevertKind.REAPPLY}')"
"""What undoes carries nothing, and what was left behind is no longer there."""
_FACTS = "c.vcs_commit_key, c.sha, f.committed_at, c.person, c.push_kind IS NOT NULL"
_WHOLE = (40, 64)
_SHORTEST = 4


def find_carriers(connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], keys: str) -> dict[int, Carrier]:
    """Return the commit that carried each patch, of the closed ones with files whose keys are in a temporary table."""
    usable = [patch for patch in patches.values() if patch.is_closed and patch.files]
    carriers = _given(connection, patches.values())
    contents = _contents(connection, keys)
    for patch in usable if contents else ():
        if patch.key not in carriers and (found := by_content(patch, contents)):
            carriers[patch.key] = found
    undone = undone_in_chat(connection, keys)
    if carriers:
        for chat in by_chat({patch.key: patch for patch in usable}):
            carriers |= by_later_patch(chat, carriers, undone)
    left = [patch for patch in usable if patch.key not in carriers]
    changes = _changes(connection, left)
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
        "CROSS JOIN vcs_commit c ON c.sha >= n.sha AND c.sha < n.sha || 'g' WHERE c.project IS n.project"
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


def _contents(connection: sqlite3.Connection, keys: str) -> dict[tuple[int, int | None], Sequence[CommitFacts]]:
    key_table(connection, "wanted_blob", ())
    connection.execute(
        "INSERT OR IGNORE INTO temp.wanted_blob SELECT f.blob_hash FROM "  # noqa: S608
        f"temp.{keys} k CROSS JOIN patch_file f ON f.patch_key = k.key WHERE f.blob_hash IS NOT NULL"
    )
    connection.execute(
        "INSERT OR IGNORE INTO temp.wanted_blob SELECT e.blob_hash FROM "  # noqa: S608
        f"temp.{keys} k CROSS JOIN patch_edit e ON e.patch_key = k.key"
    )
    rows = connection.execute(
        f"SELECT f.place_hash, f.blob_hash, {_FACTS} FROM temp.wanted_blob w "  # noqa: S608
        "CROSS JOIN commit_file f ON f.blob_hash = w.key "
        "CROSS JOIN vcs_commit c ON c.vcs_commit_key = f.vcs_commit_key "
        f"WHERE {_FIT} AND f.committed_at IS NOT NULL"
    ).fetchall()
    commits = _commits(connection, rows)
    found: dict[tuple[int, int | None], list[CommitFacts]] = defaultdict(list)
    for row in rows:
        found[row[0], row[1]].append(commits[row[2]])
    for some in found.values():
        if len(some) > 1:
            some.sort(key=lambda commit: (commit.at, commit.key))
    return dict(found)


def _changes(connection: sqlite3.Connection, patches: Sequence[PatchFacts]) -> Changes:
    row_table(connection, "wanted_span", "place INTEGER, first INTEGER, last INTEGER", paths_windows(patches))
    rows = connection.execute(
        f"SELECT f.place_hash, f.blob_hash, {_FACTS} FROM temp.wanted_span w "  # noqa: S608
        "CROSS JOIN commit_file f ON f.place_hash = w.place AND f.committed_at BETWEEN w.first AND w.last "
        f"CROSS JOIN vcs_commit c ON c.vcs_commit_key = f.vcs_commit_key WHERE {_FIT}"
    ).fetchall()
    commits = _commits(connection, rows)
    by_place: dict[int, list[CommitFacts]] = defaultdict(list)
    by_commit: dict[CommitFacts, dict[int, int | None]] = defaultdict(dict)
    for row in rows:
        commit = commits[row[2]]
        by_place[row[0]].append(commit)
        by_commit[commit][row[0]] = row[1]
    for some in by_place.values():
        some.sort(key=lambda commit: (commit.at, commit.key))
    return Changes({place: ([commit.at for commit in some], some) for place, some in by_place.items()}, by_commit)


def _commits(connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> dict[int, CommitFacts]:
    """Return the commits in rows that end with _FACTS; those that only closed requests bring in are abandoned."""
    distinct = {row[2]: row[2:] for row in rows}
    abandoned: set[int] = set()
    if distinct and connection.execute("SELECT 1 FROM pull_request WHERE pull_request_key >= 0 LIMIT 1").fetchone():
        key_table(connection, "found_commit", distinct)
        abandoned = {
            row[0]
            for row in connection.execute(
                "SELECT k.key FROM temp.found_commit k "  # noqa: S608
                "CROSS JOIN pull_request_commit pc ON pc.vcs_commit_key = k.key "
                "CROSS JOIN pull_request r ON r.pull_request_key = pc.pull_request_key "
                f"GROUP BY k.key HAVING min(r.state = '{PullRequestState.CLOSED}')"
            )
        }
    return {
        key: CommitFacts(*row[:4], is_push=bool(row[4]), is_abandoned=key in abandoned) for key, row in distinct.items()
    }
