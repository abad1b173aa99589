"""Which deployments first published patches on each target: by the commit, or by the chat that a site's name tells."""

import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from data.epoch import DAY_MICROSECONDS
from data.words import DeploymentStatus, LinkMethod
from etl.context import HOUR_MICROSECONDS, day_of
from etl.derive.commit_graph import Graph, StoredGraph, is_ancestor
from etl.derive.differences import has_rows, key_table, row_table
from etl.derive.patch_facts import PatchFacts, by_chat
from etl.derive.patch_links import EARLY, SKEW, Carrier

PUBLISHING_WINDOW = 30 * DAY_MICROSECONDS
"""A deployment later than this after a commit is not said to have published it first."""
CHAT_NAME_CONFIDENCE = 0.8
_ALIVE = DAY_MICROSECONDS
"""A chat is alive from its first patch until so long after its last one."""
_MANY = 200
_FEW = 8
"""Of the publications after a commit that an earlier one holds already by a wrong clock, so many are asked."""
Target = tuple[str, str | None, str | None]
"""Platform, target and environment."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A deployment that went out."""

    key: int
    at: int
    sha: str
    target: Target


class DeploymentLink(NamedTuple):
    """That a deployment published a patch first on its target, and how that is known."""

    key: int
    at: int
    method: LinkMethod
    confidence: float


def went_out_sql(alias: str) -> str:
    """Return the expression of when a deployment went out first: its end, as publishing it again moves the other."""
    return f"coalesce({alias}.finished_at, {alias}.published_at, {alias}.created_at)"


def find_deployments(
    connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], carriers: Mapping[int, Carrier],
    undone: Mapping[int, int],
) -> dict[int, list[DeploymentLink]]:  # fmt: skip
    """Return the deployments that first published each patch."""
    if not has_rows(connection, "deployment"):
        return {}
    of_project: dict[str | None, list[int]] = defaultdict(list)
    for key in carriers:
        of_project[patches[key].project].append(key)
    found: dict[int, list[DeploymentLink]] = {}
    for project, keys in of_project.items():
        times = {carriers[key].sha: carriers[key].at for key in keys}
        first = _first_by_commit(connection, project, {sha: at for sha, at in times.items() if at is not None})
        first |= _first_of_unknown(connection, project, [sha for sha, at in times.items() if at is None])
        for key in keys:
            carrier = carriers[key]
            if publications := first.get(carrier.sha):
                found[key] = [
                    DeploymentLink(one.key, one.at, LinkMethod.COMMIT, carrier.confidence) for one in publications
                ]
    for key, link in _by_chat_name(connection, patches, undone):
        links = found.setdefault(key, [])
        if all(one.key != link.key for one in links):
            links.append(link)
    return found


def first_publications(
    graph: Graph, publications: Sequence[Publication], commits: Mapping[str, int]
) -> dict[str, Publication]:
    """Return the first of a target's publications, in order of time, that holds each commit (hash: time).

    A publication holds its own commit and all that lead to it. One that seems to be from before the commit itself is
    passed over for it, and the next few are asked one by one, so that what is found of a commit does not depend on the
    commits that are asked for with it. Walks go back to an hour before the oldest commit.
    """
    found: dict[str, Publication] = {}
    early: list[str] = []
    oldest = min(commits.values(), default=0) - HOUR_MICROSECONDS
    seen: set[str] = set()
    met = 0
    for publication in publications:
        waiting = [publication.sha]
        while waiting:
            sha = waiting.pop()
            if sha in seen:
                continue
            seen.add(sha)
            at = commits.get(sha)
            if at is not None:
                met += 1
                if publication.at < at - EARLY:
                    early.append(sha)
                elif publication.at <= at + PUBLISHING_WINDOW:
                    found[sha] = publication
            node = graph.get(sha)
            if node is not None and node.committed_at >= oldest:
                waiting.extend(node.parents)
        if met == len(commits):
            break
    for sha in early:
        start = bisect_left(publications, commits[sha] - EARLY, key=lambda one: one.at)
        for publication in publications[start : start + _FEW]:
            if publication.at > commits[sha] + PUBLISHING_WINDOW:
                break
            if is_ancestor(graph, sha, publication.sha):
                found[sha] = publication
                break
    return found


def _first_by_commit(
    connection: sqlite3.Connection, project: str | None, commits: Mapping[str, int]
) -> dict[str, list[Publication]]:
    found: dict[str, list[Publication]] = defaultdict(list)
    graph = StoredGraph(connection, project)
    for some in _close_in_time(commits):
        first, last = min(some.values()), max(some.values())
        publications = _publications(connection, project, first - EARLY, last + PUBLISHING_WINDOW)
        if publications and len(some) > _MANY:
            graph.read_days(_day(first) - 1, _day(last + PUBLISHING_WINDOW) + 1)
        for _, of_target in groupby(publications, key=lambda one: one.target):
            for sha, publication in first_publications(graph, list(of_target), some).items():
                found[sha].append(publication)
    return found


def _first_of_unknown(
    connection: sqlite3.Connection, project: str | None, shas: Iterable[str]
) -> dict[str, list[Publication]]:
    """Return, of commits that were not loaded, the first publications of each itself."""
    went_out = went_out_sql("d")
    found: dict[str, list[Publication]] = defaultdict(list)
    row_table(connection, "unknown_sha", "sha TEXT", ((sha,) for sha in sorted(shas)))
    for sha, key, at, *target in connection.execute(
        f"SELECT s.sha, d.deployment_key, {went_out}, d.platform, d.target, d.environment "  # noqa: S608
        "FROM temp.unknown_sha s CROSS JOIN deployment d ON d.commit_sha = s.sha WHERE d.project IS ? "
        f"AND d.status = '{DeploymentStatus.SUCCESS}' AND {went_out} IS NOT NULL ORDER BY 3, 2",
        (project,),
    ):
        place = (target[0], target[1], target[2])
        if all(one.target != place for one in found[sha]):
            found[sha].append(Publication(key, at, sha, place))
    return found


def _close_in_time(commits: Mapping[str, int]) -> Iterable[dict[str, int]]:
    """Part commits where nothing that follows the one can be a publication of the other."""
    some: dict[str, int] = {}
    last: int | None = None
    for sha, at in sorted(commits.items(), key=itemgetter(1)):
        if last is not None and at - last > PUBLISHING_WINDOW:
            yield some
            some = {}
        some[sha] = last = at
    if some:
        yield some


def _publications(connection: sqlite3.Connection, project: str | None, first: int, last: int) -> list[Publication]:
    """Return the publications of a time by target, each in order of time."""
    went_out = went_out_sql("d")
    rows = connection.execute(
        f"SELECT d.deployment_key, {went_out}, lower(d.commit_sha), d.platform, d.target, d.environment "  # noqa: S608
        "FROM deployment d WHERE d.finished_date BETWEEN ? AND ? AND d.project IS ? AND d.commit_sha IS NOT NULL "
        f"AND d.status = '{DeploymentStatus.SUCCESS}' AND {went_out} BETWEEN ? AND ?",
        (_day(first) - 1, _day(last) + 1, project, first, last),
    )
    found = [Publication(*row[:3], target=(row[3], row[4], row[5])) for row in rows]
    return sorted(found, key=lambda one: (*(part or "" for part in one.target), one.at, one.key))


def _by_chat_name(
    connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], undone: Mapping[int, int]
) -> Iterable[tuple[int, DeploymentLink]]:
    """Yield patch and link: the first deployment of each site that tells the patch's chat, at or after the patch.

    The chat must be the only one of its number in the project that is alive when the deployment is made.
    """
    if connection.execute("SELECT 1 FROM deployment WHERE native_chat_id IS NOT NULL LIMIT 1").fetchone() is None:
        return
    chats = {chat[0].chat_key: chat for chat in by_chat(patches) if chat[0].chat_key is not None}
    key_table(connection, "named_chat", (key for key in chats if key is not None))
    rows = connection.execute(
        "SELECT c.chat_key, c.project, c.native_chat_id, d.deployment_key, "  # noqa: S608
        "coalesce(d.created_at, d.finished_at), "
        f"d.platform, d.target, d.environment, {went_out_sql('d')} "
        "FROM temp.named_chat n CROSS JOIN chat c ON c.chat_key = n.key "
        "CROSS JOIN deployment d ON d.native_chat_id = c.native_chat_id "
        f"WHERE d.project IS c.project AND d.status = '{DeploymentStatus.SUCCESS}' "
        "AND coalesce(d.created_at, d.finished_at) IS NOT NULL"
    ).fetchall()
    lives = _lives(connection, {(row[1], row[2]) for row in rows})
    by_site: dict[tuple[int, Target], list[tuple[int, int, int]]] = defaultdict(list)
    for chat_key, project, number, key, made_at, platform, target, environment, at in rows:
        alive = [
            chat for chat, first, last in lives[project, number] if first <= made_at + SKEW and made_at <= last + _ALIVE
        ]
        if alive == [chat_key]:
            by_site[chat_key, (platform, target, environment)].append((made_at, key, at))
    for (chat_key, _), deployments in by_site.items():
        deployments.sort()
        for patch in chats[chat_key]:
            first = next((one for one in deployments if one[0] + SKEW >= (patch.proposed_at or 0)), None)
            undone_at = undone.get(patch.key)
            if first and patch.is_closed and patch.files and not (undone_at is not None and undone_at <= first[0]):
                yield patch.key, DeploymentLink(first[1], first[2], LinkMethod.CHAT_NAME, CHAT_NAME_CONFIDENCE)


def _lives(
    connection: sqlite3.Connection, named: set[tuple[str | None, str]]
) -> Mapping[tuple[str | None, str], list[tuple[int, int, int]]]:
    """Return chat, first and last patch of all chats of some numbers, by project and number."""
    found: dict[tuple[str | None, str], list[tuple[int, int, int]]] = defaultdict(list)
    if not named:
        return found
    row_table(connection, "wanted_number", "project TEXT, number TEXT", sorted(named, key=repr))
    for project, number, *life in connection.execute(
        "SELECT c.project, c.native_chat_id, c.chat_key, min(p.proposed_at), max(p.proposed_at) FROM chat c "
        "CROSS JOIN task t ON t.chat_key = c.chat_key CROSS JOIN patch p ON p.task_key = t.task_key "
        "WHERE p.proposed_at IS NOT NULL AND EXISTS (SELECT 1 FROM temp.wanted_number n "
        "WHERE n.number = c.native_chat_id AND n.project IS c.project) GROUP BY c.chat_key"
    ):
        found[project, number].append((life[0], life[1], life[2]))
    return found


def _day(at: int) -> int:
    return day_of(at) or 0
