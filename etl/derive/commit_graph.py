"""The graph of a project's commits, read from the store as far as a question needs it."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

from etl.derive.differences import has_rows, row_table
from etl.places import commit_key

_CLOCKS = 3_600_000_000
"""By more than an hour (microseconds) no commit is older than what it was made on."""
MOST_STEPS = 100_000
"""A walk through a history ends here, however the history is made."""
_SLOP = 16
"""Commits looked at beyond the last open question, as clocks of committers are not quite alike."""


class Node(NamedTuple):
    """A commit as the graph knows it."""

    committed_at: int
    parents: tuple[str, ...]


class Graph(Protocol):
    """Answers what is known of a commit by its whole hash."""

    def get(self, sha: str) -> Node | None:
        """Return the commit; null when it was not loaded."""
        ...


@dataclass
class StoredGraph:
    """The commits of one project in the store; each is read once, when it is first asked for."""

    connection: sqlite3.Connection
    project: str | None
    nodes: dict[str, Node | None] = field(default_factory=dict[str, "Node | None"])

    def get(self, sha: str) -> Node | None:
        """Return the commit; null when it was not loaded."""
        if sha not in self.nodes:
            row = self.connection.execute(
                "SELECT committed_at, parent_shas FROM vcs_commit WHERE vcs_commit_key = ?",
                (commit_key(self.project, sha),),
            ).fetchone()
            self.nodes[sha] = None if row is None else Node(row[0] or 0, tuple(row[1].split()))
        return self.nodes[sha]

    def read(self, shas: Iterable[str]) -> None:
        """Read some commits at once."""
        wanted = sorted(shas)
        if has_rows(self.connection, "vcs_commit"):
            self._read_stored(wanted)
        for sha in wanted:
            self.nodes.setdefault(sha, None)

    def _read_stored(self, wanted: Sequence[str]) -> None:
        row_table(self.connection, "wanted_sha", "sha TEXT", ((sha,) for sha in wanted))
        for sha, at, parents in self.connection.execute(
            "SELECT c.sha, c.committed_at, c.parent_shas FROM temp.wanted_sha w "
            "CROSS JOIN vcs_commit c ON c.sha = w.sha WHERE c.project IS ?",
            (self.project,),
        ):
            self.nodes[sha] = Node(at or 0, tuple(parents.split()))

    def read_days(self, first: int, last: int) -> None:
        """Read all commits of some days at once, which is faster than one by one where many are asked for."""
        for sha, at, parents in self.connection.execute(
            "SELECT sha, committed_at, parent_shas FROM vcs_commit "
            "WHERE committed_date BETWEEN ? AND ? AND project IS ?",
            (first, last, self.project),
        ):
            self.nodes[sha] = Node(at or 0, tuple(parents.split()))


@dataclass
class KnownGraph:
    """A graph that is held in memory."""

    nodes: Mapping[str, Node]

    def get(self, sha: str) -> Node | None:
        """Return the commit; null when it is not in the graph."""
        return self.nodes.get(sha)


def brought_in(graph: Graph, tips: Iterable[str], excluded: Iterable[str], *, oldest: int | None = None) -> list[str]:
    """Return the hashes of commits that lead to the tips and not to the excluded commits, as `git log a ^b` would.

    Commits that were not loaded end a walk, and so do those older than ``oldest``.
    """
    wanted: dict[str, bool] = {}
    queue: list[tuple[int, str]] = []
    unsettled: set[str] = set()

    def add(sha: str, *, is_wanted: bool) -> None:
        before = wanted.get(sha)
        if before is None or (before and not is_wanted):
            wanted[sha] = is_wanted
            unsettled.discard(sha)
            node = graph.get(sha)
            if node is not None and (oldest is None or node.committed_at >= oldest):
                heappush(queue, (-node.committed_at, sha))
                if is_wanted:
                    unsettled.add(sha)

    for sha in excluded:
        add(sha, is_wanted=False)
    for sha in tips:
        add(sha, is_wanted=True)
    left = _SLOP
    for _ in range(MOST_STEPS):
        if not queue or (not unsettled and left <= 0):
            break
        left = _SLOP if unsettled else left - 1
        _, sha = heappop(queue)
        unsettled.discard(sha)
        node = graph.get(sha)
        for parent in node.parents if node else ():
            add(parent, is_wanted=wanted[sha])
    return [sha for sha, is_wanted in wanted.items() if is_wanted and graph.get(sha) is not None]


def is_ancestor(graph: Graph, ancestor: str, sha: str) -> bool:
    """Tell whether one commit leads to another, or is the same; false when that cannot be told."""
    if ancestor == sha:
        return True
    first, last = graph.get(ancestor), graph.get(sha)
    if first is None or last is None or last.committed_at + _CLOCKS < first.committed_at:
        return False
    seen = {sha}
    waiting = [sha]
    while waiting and len(seen) < MOST_STEPS:
        node = graph.get(waiting.pop())
        if node is None:
            continue
        for parent in node.parents:
            if parent == ancestor:
                return True
            if parent not in seen:
                seen.add(parent)
                found = graph.get(parent)
                if found is not None and found.committed_at + _CLOCKS >= first.committed_at:
                    waiting.append(parent)
    return False


def is_unrelated(graph: Graph, older: str, sha: str) -> bool:
    """Tell whether one commit surely does not lead to another: the other's history back to its time is all known.

    A log may leave parents out; then nothing is sure.
    """
    first, last = graph.get(older), graph.get(sha)
    if older == sha or first is None or last is None or not last.parents:
        return False
    seen = {sha}
    waiting = [sha]
    while waiting:
        if len(seen) >= MOST_STEPS:
            return False
        node = graph.get(waiting.pop())
        if node is None:
            return False
        for parent in node.parents:
            if parent == older:
                return False
            if parent not in seen:
                seen.add(parent)
                found = graph.get(parent)
                if found is None:
                    return False
                if found.committed_at + _CLOCKS >= first.committed_at:
                    waiting.append(parent)
    return True
