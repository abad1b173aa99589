"""What the undoing commits and requests of a project name, looked up in the store."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from data.epoch import DAY_MICROSECONDS
from data.words import PullRequestState, RevertKind
from etl.derive.commit_graph import StoredGraph, brought_in, is_ancestor, is_unrelated
from etl.derive.differences import row_table
from etl.derive.patch_reverts import (
    NAMED_BY_HASH,
    NAMED_BY_NUMBER,
    NAMED_BY_SUBJECT,
    SUBJECT_OF_SEVERAL,
    Undoing,
    Undone,
    find_undone,
)
from etl.places import commit_key

_WHOLE = (40, 64)
"""Lengths of whole hashes; anything shorter is the beginning of one."""
_ELSEWHERE = 8
"""Of fitting commits that were read from a repository of another name, so many of the latest are looked at."""


def undone_commits(
    connection: sqlite3.Connection, project: str | None, keys: Iterable[int] | None = None
) -> dict[int, list[Undone]]:
    """Return which commits of a project were undone, by key; of the given ones at least."""
    namings, graph = _namings(connection, project)
    if keys is not None:
        namings = _about(namings, graph, set(keys))
    found: dict[int, Undoing] = {}
    for naming in namings:
        targets, confidence = _targets(connection, graph, naming)
        targets = tuple(key for key in dict.fromkeys(targets) if key != naming.key)
        if not targets:
            continue
        other = found.get(naming.key)
        if other is not None:
            # A request and the commit that merged it say the same; the surer of the two names goes first.
            targets = tuple(dict.fromkeys((*other.targets, *targets)))
            confidence = max(confidence, other.confidence)
        found[naming.key] = Undoing(naming.key, naming.at, naming.kind, targets, confidence)
    return find_undone(found.values()) if found else {}


def may_be_named(connection: sqlite3.Connection, project: str | None, shas: Iterable[str], first: int | None) -> bool:
    """Tell whether any of some commits, the first of them of an instant, may be among what others undo."""
    namings, graph = _namings(connection, project)
    if not {naming.reverted_sha for naming in namings}.isdisjoint(shas):
        return True
    latest = max((naming.at for naming in namings if not _names_one(naming, graph)), default=None)
    return latest is not None and (first is None or first <= latest + DAY_MICROSECONDS)


def undoing_keys(connection: sqlite3.Connection, project: str | None) -> set[int]:
    """Return the keys of all commits of a project that say that they undo something, or that requests say so of."""
    commits = connection.execute(
        "SELECT vcs_commit_key FROM vcs_commit WHERE project IS ? AND revert_kind IS NOT NULL", (project,)
    )
    return {row[0] for row in commits} | {naming.key for naming in _undoing_requests(connection, project)}


def named_requests(connection: sqlite3.Connection, project: str | None) -> set[int]:
    """Return the keys of the requests that undoing commits name, by number or by the commit they were merged into.

    That commit need not be loaded.
    """
    namings, _ = _namings(connection, project)
    row_table(
        connection, "named_request", "sha TEXT, number INTEGER",
        sorted({(naming.reverted_sha, naming.number) for naming in namings}, key=repr),
    )  # fmt: skip
    return {
        row[0]
        for condition in (
            "r.merge_sha >= n.sha AND r.merge_sha < n.sha || 'g'",
            "r.squash_sha = n.sha",
            "r.number = n.number",
        )
        for row in connection.execute(
            f"SELECT r.pull_request_key FROM temp.named_request n CROSS JOIN pull_request r ON {condition} "  # noqa: S608
            "WHERE +r.project IS ?",
            (project,),
        )
    }


def _namings(connection: sqlite3.Connection, project: str | None) -> "tuple[list[_Naming], StoredGraph]":
    """Return what says in a project that it undoes something, and the graph, in which what is named is read."""
    namings = [*_undoing_commits(connection, project), *_undoing_requests(connection, project)]
    graph = StoredGraph(connection, project)
    if namings:
        graph.read({naming.reverted_sha for naming in namings if naming.reverted_sha})
    return namings, graph


def _names_one(naming: "_Naming", graph: StoredGraph) -> bool:
    """Tell whether what undoes names one commit by its whole hash, and means no more than that."""
    if naming.kind not in (RevertKind.COMMIT, RevertKind.REAPPLY) or len(naming.reverted_sha or "") not in _WHOLE:
        return False
    node = graph.get(naming.reverted_sha or "")
    return node is None or len(node.parents) < 2


def _about(namings: "Sequence[_Naming]", graph: StoredGraph, keys: set[int]) -> "list[_Naming]":
    """Return what names some commits, and what names that again; everything where it is not told by whole hashes."""
    if not all(_names_one(naming, graph) for naming in namings):
        return list(namings)
    namers: dict[int, list[_Naming]] = defaultdict(list)
    for naming in namings:
        namers[commit_key(graph.project, naming.reverted_sha or "")].append(naming)
    found: dict[int, _Naming] = {}
    waiting = list(keys)
    while waiting:
        for naming in namers.get(waiting.pop(), ()):
            if naming.key not in found:
                found[naming.key] = naming
                waiting.append(naming.key)
    return sorted(found.values(), key=lambda naming: (naming.at, naming.key))


@dataclass(frozen=True, slots=True)
class _Naming:
    key: int
    at: int
    kind: RevertKind
    sha: str
    reverted_sha: str | None
    subject_hash: int | None
    number: int | None


def _undoing_commits(connection: sqlite3.Connection, project: str | None) -> Iterable[_Naming]:
    """Yield the commits that undo something; one of a request counts from when that was merged, and only then."""
    merged = _merges(connection, project)
    for key, at, kind, sha, reverted_sha, subject_hash, number in connection.execute(
        "SELECT vcs_commit_key, committed_at, revert_kind, sha, lower(reverted_sha), reverted_subject_hash, "
        "reverted_number FROM vcs_commit WHERE project IS ? AND revert_kind IS NOT NULL AND NOT is_left_behind "
        "AND committed_at IS NOT NULL ORDER BY committed_at, vcs_commit_key",
        (project,),
    ).fetchall():
        merges = merged.get(key)
        if merges is not None and not merges:
            continue
        # Of a merged request that does not tell when it was so, the commit's own time counts.
        merged_at = min((one for one in merges or () if one is not None), default=at)
        yield _Naming(key, max(at, merged_at), RevertKind(kind), sha, reverted_sha, subject_hash, number)


def _merges(connection: sqlite3.Connection, project: str | None) -> dict[int, list[int | None]]:
    """Return of each undoing commit that requests bring in when these were merged, if so; null: not told."""
    found: dict[int, list[int | None]] = {}
    for key, state, merged_at in connection.execute(
        "SELECT c.vcs_commit_key, r.state, r.merged_at FROM vcs_commit c "
        "CROSS JOIN pull_request_commit pc ON pc.vcs_commit_key = c.vcs_commit_key "
        "CROSS JOIN pull_request r ON r.pull_request_key = pc.pull_request_key "
        "WHERE c.project IS ? AND c.revert_kind IS NOT NULL",
        (project,),
    ):
        found.setdefault(key, []).extend([merged_at] if state == PullRequestState.MERGED else [])
    return found


def _undoing_requests(connection: sqlite3.Connection, project: str | None) -> Iterable[_Naming]:
    """Yield the merged requests that undo something, as the commits that they were merged or squashed into."""
    for sha, at, reverted_sha, number in connection.execute(
        "SELECT lower(coalesce(squash_sha, merge_sha)), merged_at, lower(reverted_sha), reverted_number "  # noqa: S608
        "FROM pull_request WHERE project IS ? AND (reverted_number IS NOT NULL OR reverted_sha IS NOT NULL) "
        f"AND state = '{PullRequestState.MERGED}' AND merged_at IS NOT NULL ORDER BY merged_at, pull_request_key",
        (project,),
    ).fetchall():
        if sha is not None:
            yield _Naming(commit_key(project, sha), at, RevertKind.PULL_REQUEST, sha, reverted_sha, None, number)


def _targets(connection: sqlite3.Connection, graph: StoredGraph, naming: _Naming) -> tuple[list[int], float]:
    """Return the keys of what a commit undoes, the surest way of naming first, and how sure that is."""
    if naming.reverted_sha:
        whole = _whole_sha(connection, graph.project, naming.reverted_sha)
        if whole is not None and naming.kind is RevertKind.VERSION:
            own = graph.get(naming.sha)
            between = brought_in(graph, own.parents[:1], [whole]) if own is not None else []
            return [commit_key(graph.project, sha) for sha in between], NAMED_BY_NUMBER
        if whole is not None:
            return _with_merged(graph, whole), NAMED_BY_HASH
    if naming.number is not None and (named := _of_number(connection, graph, naming)):
        return named, NAMED_BY_NUMBER
    if naming.subject_hash is not None:
        return _of_subject(connection, graph, naming)
    return [], 0.0


def _whole_sha(connection: sqlite3.Connection, project: str | None, sha: str) -> str | None:
    """Return the whole hash behind the beginning of one; null when no commit or several begin with it."""
    if len(sha) in _WHOLE:
        return sha
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT sha FROM vcs_commit WHERE sha >= ? AND sha < ? AND project IS ? LIMIT 2", (sha, sha + "g", project)
    ).fetchall()
    if not rows:
        rows = connection.execute(
            "SELECT DISTINCT merge_sha FROM pull_request WHERE merge_sha >= ? AND merge_sha < ? AND project IS ? "
            "LIMIT 2",
            (sha, sha + "g", project),
        ).fetchall()
    return rows[0][0] if len(rows) == 1 else None


def _with_merged(graph: StoredGraph, sha: str) -> list[int]:
    """Return the key of a commit and, where it merges, the keys of all that it brought in."""
    node = graph.get(sha)
    merged = brought_in(graph, node.parents[1:], node.parents[:1]) if node is not None and len(node.parents) > 1 else []
    return [commit_key(graph.project, one) for one in (sha, *merged)]


def _of_number(connection: sqlite3.Connection, graph: StoredGraph, naming: _Naming) -> list[int]:
    """Return the keys of the commits of the one request of the history that bears the number that is named."""
    requests = connection.execute(
        "SELECT pull_request_key, merge_sha, squash_sha FROM pull_request "
        "WHERE number = ? AND project IS ? AND state = 'merged' LIMIT 2",
        (naming.number, graph.project),
    ).fetchall()
    found: list[int] = []
    if len(requests) == 1:
        request_key, *merges = requests[0]
        for sha in filter(None, merges):
            found += _with_merged(graph, sha.lower())
        found += [
            row[0]
            for row in connection.execute(
                "SELECT vcs_commit_key FROM pull_request_commit WHERE pull_request_key = ? ORDER BY vcs_commit_key",
                (request_key,),
            )
        ]
        found = found if _is_of_history(connection, graph, naming, found) else []
    if len(requests) <= 1:
        own = _latest(connection, graph, naming, "pull_number = ?", naming.number, 1)
        found += [commit_key(graph.project, sha) for sha in own]
    return found


def _of_subject(connection: sqlite3.Connection, graph: StoredGraph, naming: _Naming) -> tuple[list[int], float]:
    shas = _latest(connection, graph, naming, "subject_hash = ?", naming.subject_hash, 2)
    if not shas:
        return [], 0.0
    return _with_merged(graph, shas[0]), NAMED_BY_SUBJECT if len(shas) == 1 else SUBJECT_OF_SEVERAL


def _latest(
    connection: sqlite3.Connection, graph: StoredGraph, naming: _Naming, condition: str, value: int | None, count: int
) -> list[str]:
    """Return the hashes of the latest commits, before one that undoes, that fit and belong to the same history.

    Numbers and first lines are unique in a repository at most, and a project may have several. The name of a
    repository is that of its folder: a commit that was read under another name counts where it leads to the one. A
    saved log names no repository: a commit of one counts unless it surely does not lead to the one.
    """
    own = _repository_of(connection, naming.key)
    fitting = (
        "SELECT sha, committed_at, vcs_commit_key, repository FROM vcs_commit "  # noqa: S608
        f"WHERE {condition} AND project IS ? AND NOT is_left_behind AND vcs_commit_key <> ? AND committed_at <= ? "
    )
    order = " ORDER BY committed_at DESC, vcs_commit_key DESC LIMIT ?"
    of = (value, graph.project, naming.key, naming.at)
    is_here = "AND (? IS NULL OR repository IS NULL OR repository = ?)"
    rows = connection.execute(fitting + is_here + order, (*of, own, own, count + _ELSEWHERE)).fetchall()
    rows = [row for row in rows if (own is not None and row[3] == own) or not is_unrelated(graph, row[0], naming.sha)]
    if own is not None:
        others = connection.execute(fitting + "AND repository <> ?" + order, (*of, own, _ELSEWHERE)).fetchall()
        rows += [row for row in others if is_ancestor(graph, row[0], naming.sha)]
    rows.sort(key=lambda row: (-row[1], -row[2]))
    return [row[0] for row in rows[:count]]


def _is_of_history(
    connection: sqlite3.Connection, graph: StoredGraph, naming: _Naming, commit_keys: Iterable[int]
) -> bool:
    """Tell whether some commits may be of the history of one that undoes: one may be, or none of them is known."""
    own = _repository_of(connection, naming.key)
    read = [
        row
        for key in commit_keys
        for row in connection.execute("SELECT sha, repository FROM vcs_commit WHERE vcs_commit_key = ?", (key,))
    ]
    for sha, repository in read:
        if own is None or repository is None:
            is_here = not is_unrelated(graph, sha, naming.sha)
        else:
            is_here = repository == own or is_ancestor(graph, sha, naming.sha)
        if is_here:
            return True
    return not read


def _repository_of(connection: sqlite3.Connection, key: int) -> str | None:
    row = connection.execute("SELECT repository FROM vcs_commit WHERE vcs_commit_key = ?", (key,)).fetchone()
    return None if row is None else row[0]
