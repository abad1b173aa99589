"""Patches whose commits were undone, or put back, by what a load touched."""

import sqlite3
from collections.abc import Iterable

from data.words import RollbackEvidence
from etl.context import Touched
from etl.derive.differences import key_table
from etl.derive.outcome_evidence import Link, Undoings, reverts
from etl.derive.revert_targets import may_be_named, named_requests, undoing_keys, undone_commits


def patches_of_undone(connection: sqlite3.Connection, touched: Touched, undoings: Undoings) -> set[int]:
    """Return the patches of which other commits were undone than their stored evidence says.

    Looks at the projects where what a load touched may have changed that, and fills ``undoings`` for these.
    """
    undone: set[int] = set()
    undoing: set[int] = set()
    for project in _projects(connection, touched):
        undoings[project] = undone_commits(connection, project)
        undone |= undoings[project].keys()
        undoing |= undoing_keys(connection, project)
    if not undoing:
        return set()
    key_table(connection, "undoing_commit", undoing)
    stored = {
        row[0]: row
        for row in connection.execute(
            "SELECT e.* FROM temp.undoing_commit u CROSS JOIN patch_evidence e ON e.source_key = u.key "  # noqa: S608
            f"WHERE e.evidence = '{RollbackEvidence.GIT_REVERT}' AND NOT e.is_fact"
        )
    }
    found = reverts(connection, _links_of(connection, undoings, undone), undoings)
    return {
        row[1]
        for rows, others in ((stored, found), (found, stored))
        for key, row in rows.items()
        if others.get(key) != row
    }


def _links_of(connection: sqlite3.Connection, projects: Iterable[str | None], undone: set[int]) -> list[Link]:
    """Return the links of patches to commits that were undone, and to requests that were merged as one of them."""
    key_table(connection, "undone_commit", undone)
    named = {key for project in projects for key in named_requests(connection, project)}
    key_table(connection, "undone_request", named)
    merged = "temp.undone_commit u CROSS JOIN vcs_commit c ON c.vcs_commit_key = u.key CROSS JOIN pull_request r"
    return [
        Link(*row)
        for row in connection.execute(
            "SELECT l.* FROM temp.undone_commit u CROSS JOIN patch_link l ON l.target_key = u.key "  # noqa: S608
            f"UNION SELECT l.* FROM {merged} ON r.merge_sha = c.sha "
            "CROSS JOIN patch_link l ON l.target_key = r.pull_request_key "
            f"UNION SELECT l.* FROM {merged} ON r.squash_sha = c.sha "
            "CROSS JOIN patch_link l ON l.target_key = r.pull_request_key "
            "UNION SELECT l.* FROM temp.undone_request u CROSS JOIN patch_link l ON l.target_key = u.key"
        )
    ]


def _projects(connection: sqlite3.Connection, touched: Touched) -> list[str | None]:
    """Return the projects in which a touched commit or request may change what was undone."""
    key_table(connection, "touched_commit", touched.commit_keys)
    key_table(connection, "touched_request", touched.pull_request_keys)
    found: set[str | None] = {
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT r.project FROM temp.touched_request t "
            "CROSS JOIN pull_request r ON r.pull_request_key = t.key"
        )
    }
    of_project: dict[str | None, list[tuple[str, int | None, bool]]] = {}
    for project, sha, at, is_undoing in connection.execute(
        "SELECT c.project, c.sha, c.committed_at, c.revert_kind IS NOT NULL FROM temp.touched_commit t "
        "CROSS JOIN vcs_commit c ON c.vcs_commit_key = t.key"
    ):
        of_project.setdefault(project, []).append((sha, at, bool(is_undoing)))
    for project, commits in of_project.items():
        times = [at for _, at, _ in commits if at is not None]
        first = min(times) if len(times) == len(commits) else None
        if any(is_undoing for *_, is_undoing in commits) or (
            project not in found and may_be_named(connection, project, {sha for sha, *_ in commits}, first)
        ):
            found.add(project)
    return sorted(found, key=repr)
