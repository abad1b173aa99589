"""Evidence about patches from what carried them: reverted commits, deployments rolled back, fixes that followed."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from data.keys import stable_key
from data.words import EvidenceKind, FactSource, LinkKind, ReworkKind, RollbackEvidence
from etl.derive.differences import Rows
from etl.derive.fix_commits import FIX_CONFIDENCE, find_fixes
from etl.derive.patch_facts import PatchFacts
from etl.derive.patch_reverts import Undone
from etl.derive.revert_targets import undone_commits
from etl.places import commit_key

_COMMIT, _DEPLOYMENT = LinkKind.COMMIT.value, LinkKind.DEPLOYMENT.value
Undoings = dict[str | None, dict[int, list[Undone]]]
"""By project: which commits were undone."""


class Link(NamedTuple):
    """One row of patch_link."""

    patch_link_key: int
    patch_key: int
    kind: str
    target_key: int
    method: str
    confidence: float
    project: str | None
    linked_at: int | None
    proposed_date: int | None


def read_links(connection: sqlite3.Connection, keys: str) -> dict[int, Link]:
    """Return the links of the patches whose keys are in a temporary table, by their keys."""
    return {
        row[0]: Link(*row)
        for row in connection.execute(
            f"SELECT l.* FROM temp.{keys} k CROSS JOIN patch_link l ON l.patch_key = k.key"  # noqa: S608
        )
    }


def stored_evidence(connection: sqlite3.Connection, keys: str) -> Rows:
    """Return the rows of evidence about patches that follow from what carried them."""
    return {
        row[0]: row
        for row in connection.execute(
            f"SELECT e.* FROM temp.{keys} k CROSS JOIN patch_evidence e ON e.patch_key = k.key "  # noqa: S608
            f"WHERE NOT e.is_fact AND e.source <> '{FactSource.BOLT_CHAT}'"
        )
    }


def find_evidence(
    connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], links: Sequence[Link], undoings: Undoings
) -> Rows:
    """Return the rows of evidence about patches that follow from what carried them."""
    rows = reverts(connection, links, undoings)
    for row in (*_rolled_back(connection, links), *_fixed(connection, patches, links)):
        rows[row[0]] = row
    return rows


def reverts(connection: sqlite3.Connection, links: Sequence[Link], undoings: Undoings) -> Rows:
    """Return the rows of evidence that commits behind some links were undone; the surest where several say the same.

    ``undoings`` holds what is known of projects as a whole; of others only what may be about these links is looked up.
    """
    merges = _merges(connection, links)
    carrying: dict[str | None, list[tuple[Link, int]]] = defaultdict(list)
    for link in links:
        if link.kind != _DEPLOYMENT:
            commits = (link.target_key,) if link.kind == _COMMIT else merges.get(link.target_key, ())
            carrying[link.project] += ((link, commit) for commit in commits)
    rows: Rows = {}
    for project, carried in carrying.items():
        undone = undoings.get(project)
        if undone is None:
            undone = undone_commits(connection, project, {commit for _, commit in carried})
        for link, commit in carried if undone else ():
            for one in undone.get(commit, ()):
                row = _row(
                    link.patch_key, EvidenceKind.ROLLBACK, RollbackEvidence.GIT_REVERT, FactSource.GIT, one.by, one.at,
                    one.at, one.taken_back_at, one.confidence * link.confidence,
                )  # fmt: skip
                if row[0] not in rows or rows[row[0]][9] < row[9]:
                    rows[row[0]] = row
    return rows


def _merges(connection: sqlite3.Connection, links: Iterable[Link]) -> dict[int, list[int]]:
    """Return the keys of the commits that each linked request was merged or squashed into."""
    found: dict[int, list[int]] = defaultdict(list)
    for key in sorted({link.target_key for link in links if link.kind == LinkKind.PULL_REQUEST}):
        for project, *shas in connection.execute(
            "SELECT project, merge_sha, squash_sha FROM pull_request WHERE pull_request_key = ?", (key,)
        ):
            found[key] = [commit_key(project, sha) for sha in shas if sha]
    return found


def _rolled_back(connection: sqlite3.Connection, links: Iterable[Link]) -> Iterable[tuple[Any, ...]]:
    of_deployment: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        if link.kind == _DEPLOYMENT:
            of_deployment[link.target_key].append(link)
    for key, published in sorted(of_deployment.items()):
        for source, at, by in connection.execute(
            "SELECT source, rolled_back_at, rolled_back_by_key FROM deployment "
            "WHERE deployment_key = ? AND rolled_back_at IS NOT NULL",
            (key,),
        ):
            for link in published:
                yield _row(
                    link.patch_key, EvidenceKind.ROLLBACK, RollbackEvidence.DEPLOY_ROLLBACK, FactSource(source), by, at,
                    at, None, link.confidence,
                )  # fmt: skip


def _fixed(
    connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], links: Iterable[Link]
) -> Iterable[tuple[Any, ...]]:
    carried = {link.patch_key: link for link in links if link.kind == _COMMIT and link.patch_key in patches}
    carried_at = {key: link.linked_at for key, link in carried.items()}
    for key, fix in find_fixes(connection, patches, carried_at).items():
        yield _row(
            key, EvidenceKind.REWORK, ReworkKind.FIX_COMMIT, FactSource.GIT, fix.key, fix.at, None, None,
            FIX_CONFIDENCE * carried[key].confidence,
        )  # fmt: skip


def _row(
    patch_key: int,
    kind: EvidenceKind,
    word: RollbackEvidence | ReworkKind,
    source: FactSource,
    source_key: int | None,
    at: int | None,
    before_at: int | None,
    taken_back_at: int | None,
    confidence: float,
) -> tuple[Any, ...]:
    key = stable_key("patch_evidence", patch_key, kind.value, word.value, source.value, source_key)
    return (
        key, patch_key, kind.value, word.value, source.value, source_key, at, before_at, taken_back_at,
        round(confidence, 3), 0,
    )  # fmt: skip
