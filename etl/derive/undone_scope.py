"""Patches whose commits may have been undone, or put back, by what a load touched."""

import sqlite3
from collections.abc import Iterable

from data.words import PullRequestState
from etl.context import DAY_MICROSECONDS, Touched
from etl.derive.differences import key_table
from etl.derive.outcome_evidence import Undoings
from etl.derive.revert_targets import undoing_keys, undone_commits
from etl.places import commit_key


def patches_of_undone(connection: sqlite3.Connection, touched: Touched, undoings: Undoings) -> set[int]:
    """Return the patches of commits that are or were undone, in the projects where that may have changed.

    Fills ``undoings`` for these projects.
    """
    undone: set[int] = set()
    undoing: set[int] = set()
    for project in _projects(connection, touched):
        undoings[project] = undone_commits(connection, project)
        undone |= undoings[project].keys()
        undoing |= undoing_keys(connection, project)
    if not undoing:
        return set()
    key_table(connection, "undone_commit", undone)
    key_table(connection, "undoing_commit", undoing)
    key_table(connection, "undone_request", _merged_as_unknown(connection, undoings, undone))
    return {
        row[0]
        for row in connection.execute(
            "SELECT e.patch_key FROM temp.undoing_commit u CROSS JOIN patch_evidence e ON e.source_key = u.key "
            "UNION SELECT l.patch_key FROM temp.undone_commit u CROSS JOIN patch_link l ON l.target_key = u.key "
            "UNION SELECT l.patch_key FROM temp.undone_commit u CROSS JOIN vcs_commit c ON c.vcs_commit_key = u.key "
            "CROSS JOIN pull_request r ON r.merge_sha = c.sha "
            "CROSS JOIN patch_link l ON l.target_key = r.pull_request_key "
            "UNION SELECT l.patch_key FROM temp.undone_commit u CROSS JOIN vcs_commit c ON c.vcs_commit_key = u.key "
            "CROSS JOIN pull_request r ON r.squash_sha = c.sha "
            "CROSS JOIN patch_link l ON l.target_key = r.pull_request_key "
            "UNION SELECT l.patch_key FROM temp.undone_request u CROSS JOIN patch_link l ON l.target_key = u.key"
        )
    }


def _merged_as_unknown(connection: sqlite3.Connection, projects: Iterable[str | None], undone: set[int]) -> set[int]:
    """Return the requests that were merged or squashed into undone commits that were not loaded.

    Their hashes are only in the requests: all merged ones of the projects are asked.
    """
    undone = undone - {
        row[0]
        for row in connection.execute(
            "SELECT c.vcs_commit_key FROM temp.undone_commit u CROSS JOIN vcs_commit c ON c.vcs_commit_key = u.key"
        )
    }
    if not undone:
        return set()
    return {
        key
        for project in projects
        for key, *shas in connection.execute(
            "SELECT pull_request_key, merge_sha, squash_sha FROM pull_request WHERE project IS ? AND state = ?",
            (project, PullRequestState.MERGED.value),
        )
        if any(sha and commit_key(project, sha) in undone for sha in shas)
    }


def _projects(connection: sqlite3.Connection, touched: Touched) -> list[str | None]:
    """Return the projects in which a touched commit or request may change what was undone.

    A commit that undoes nothing and is younger than all that undo is named by none of them, and part of nothing undone.
    """
    key_table(connection, "touched_commit", touched.commit_keys)
    key_table(connection, "touched_request", touched.pull_request_keys)
    found: set[str | None] = set()
    for project, first, is_undoing in connection.execute(
        "SELECT c.project, min(c.committed_at), max(c.revert_kind IS NOT NULL) FROM temp.touched_commit t "
        "CROSS JOIN vcs_commit c ON c.vcs_commit_key = t.key GROUP BY c.project"
    ).fetchall():
        last = connection.execute(
            "SELECT max(committed_at) FROM vcs_commit WHERE project IS ? AND revert_kind IS NOT NULL", (project,)
        ).fetchone()[0]
        requested = connection.execute(
            "SELECT max(merged_at) FROM pull_request WHERE project IS ? "
            "AND (reverted_number IS NOT NULL OR reverted_sha IS NOT NULL)",
            (project,),
        ).fetchone()[0]
        latest = max(last or 0, requested or 0)
        if is_undoing or (latest and (first is None or first <= latest + DAY_MICROSECONDS)):
            found.add(project)
    found |= {
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT r.project FROM temp.touched_request t "
            "CROSS JOIN pull_request r ON r.pull_request_key = t.key"
        )
    }
    return sorted(found, key=repr)
