"""Rollbacks of deployments: an older build published again undoes all that were published since."""

import sqlite3
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import Any, NamedTuple

from data.words import DeploymentStatus, Environment, FactSource
from etl.context import Touched, day_of
from etl.derive.commit_graph import StoredGraph, is_ancestor
from etl.derive.differences import key_table


class Build(NamedTuple):
    """A deployment that was published, on one target."""

    key: int
    published_at: int
    made_at: int
    """When the build was made: what was made earlier and published later was published again."""
    sha: str | None = None
    is_kept_build: bool = False
    """Whether the platform publishes a build again under the same id (Netlify), so that only the last time is told."""
    is_said: bool = False
    """Whether a record says itself that it is a rollback."""
    first_at: int | None = None
    """When it was published first, where it was made active again later (GitHub)."""


class Fate(NamedTuple):
    """What became of a deployment."""

    is_rollback: bool | None = False
    rolled_back_at: int | None = None
    rolled_back_by: int | None = None


_UNTOUCHED = Fate()


def find_rollbacks(builds: Iterable[Build], leads_to: Callable[[str, str], bool]) -> dict[int, Fate]:
    """Return what became of each build of one target.

    ``leads_to`` tells whether one commit is an ancestor of another. Publishing the newer build again takes the rollback
    back; publishing what is published already is none.
    """
    builds = list(builds)
    kept = [build for build in builds if build.is_kept_build]
    others = [build for build in builds if not build.is_kept_build]
    again = [
        build._replace(published_at=build.first_at)
        for build in others
        if build.sha is not None and build.first_at is not None and build.first_at < build.published_at
    ]
    return _of_commits(_in_order([*others, *again]), leads_to) | _of_kept(_in_order(kept))


def _in_order(builds: Iterable[Build]) -> list[Build]:
    return sorted(builds, key=lambda one: (one.published_at, one.made_at, one.key))


def _of_kept(ordered: Sequence[Build]) -> dict[int, Fate]:
    """Each build keeps its last publication only: one made earlier and published later was published again."""
    fates: dict[int, Fate] = {}
    older_ones = _next_older(ordered)
    made_before = _made_before(ordered) if any(older_ones) else []
    for build, place in zip(ordered, older_ones, strict=True):
        # A build that was made before the rollback, and newer than this one, was published again after it.
        if place is not None and made_before[place] <= build.made_at:
            older = ordered[place]
            fates[build.key] = Fate(rolled_back_at=older.published_at, rolled_back_by=older.key)
    newest = 0
    for build in ordered:
        is_again = build.made_at < newest
        newest = max(newest, build.made_at)
        fate = fates.get(build.key, _UNTOUCHED)
        fates[build.key] = Fate(is_again, fate.rolled_back_at, fate.rolled_back_by)
    return fates


def _next_older(ordered: Sequence[Build]) -> list[int | None]:
    """Return for each build the place of the first one behind it that was made earlier; null where there is none."""
    places: list[int | None] = [None] * len(ordered)
    waiting: list[int] = []
    for place, build in enumerate(ordered):
        while waiting and (build.made_at, build.key) < (ordered[waiting[-1]].made_at, ordered[waiting[-1]].key):
            places[waiting.pop()] = place
        waiting.append(place)
    return places


def _made_before(ordered: Sequence[Build]) -> list[float]:
    """Return when the newest build was made that was there when each one was published, and was published later."""
    newest = [-inf] * len(ordered)
    made: list[int] = []
    published: list[Build] = []
    for place in range(len(ordered) - 1, -1, -1):
        build = ordered[place]
        if published and published[-1].published_at > build.published_at:
            for one in published:
                insort(made, one.made_at)
            published.clear()
        found = bisect_left(made, build.published_at)
        newest[place] = made[found - 1] if found else -inf
        published.append(build)
    return newest


def _of_commits(ordered: Sequence[Build], leads_to: Callable[[str, str], bool]) -> dict[int, Fate]:
    """Follow what a target shows through versions: a new commit is a newer one, unless it leads to a shown one."""
    fates: dict[int, Fate] = {}
    versions: list[list[Build]] = []
    """Live and undone builds of each version, oldest version first."""
    places: dict[str | None, int] = {}
    current = -1
    for build in ordered:
        place = None if build.sha is None else places.get(build.sha)
        is_rollback = build.is_said or build.sha is not None
        if place is None:
            older = _older(versions, current, build, leads_to)
            if older is None:
                versions.append([build])
                current, is_rollback = len(versions) - 1, False
                places[build.sha] = current
            else:
                versions.insert(older, [build])
                places = {version[0].sha: number for number, version in enumerate(versions)}
                _undo(versions[older + 1 :], build, fates)
                current = older
        elif place < current:
            _undo(versions[place + 1 :], build, fates)
            _put_back(versions[place : place + 1], fates)
            versions[place].append(build)
            current = place
        else:
            if place > current:
                # What was undone before this version was stays so: it was published without that.
                _put_back(versions[current + 1 : place + 1], fates, since=fates[versions[place][0].key].rolled_back_at)
            versions[place].append(build)
            current, is_rollback = place, False
        fate = fates.get(build.key, _UNTOUCHED)
        fates[build.key] = Fate(
            is_rollback if build.sha is not None or build.is_said else None, fate.rolled_back_at, fate.rolled_back_by
        )
    return fates


def _older(
    versions: Sequence[Sequence[Build]], current: int, build: Build, leads_to: Callable[[str, str], bool]
) -> int | None:
    """Return before which version a commit that was never shown belongs; null when it is newer than what is shown."""
    if current < 0:
        return None
    place = current + 1
    while place > 0:
        shown = versions[place - 1][0].sha
        if shown is None or build.sha is None or not leads_to(build.sha, shown):
            break
        place -= 1
    if place > current and build.is_said:
        return current
    return place if place <= current else None


def _undo(versions: Iterable[Iterable[Build]], by: Build, fates: dict[int, Fate]) -> None:
    for build in (build for builds in versions for build in builds):
        fate = fates.get(build.key, _UNTOUCHED)
        if fate.rolled_back_at is None:
            fates[build.key] = Fate(fate.is_rollback, by.published_at, by.key)


def _put_back(versions: Iterable[Iterable[Build]], fates: dict[int, Fate], *, since: int | None = None) -> None:
    """Take back that builds were undone, of those that were so since an instant; null for all."""
    for build in (build for builds in versions for build in builds):
        fate = fates.get(build.key, _UNTOUCHED)
        if fate.rolled_back_at is not None and (since is None or fate.rolled_back_at >= since):
            fates[build.key] = Fate(fate.is_rollback)


_COLUMNS = "is_rollback, rolled_back_at, rolled_back_by_key"


def derive_rollbacks(connection: sqlite3.Connection, touched: Touched) -> None:
    """Derive anew which deployments were rolled back, on every target that a load touched.

    Adds the deployments whose fate changed to touched.deployment_keys, and their days to touched.days.
    """
    for project, platform, target in _targets(connection, touched):
        rows = connection.execute(
            "SELECT deployment_key, published_at, coalesce(created_at, finished_at, published_at), lower(commit_sha), "  # noqa: S608
            f"is_rollback, source, finished_at, finished_date, {_COLUMNS} FROM deployment WHERE target IS ? "
            "AND platform = ? AND project IS ? AND environment = ? AND status = ? AND published_at IS NOT NULL",
            (target, platform, project, Environment.ACTIVE.value, DeploymentStatus.SUCCESS.value),
        ).fetchall()
        graph = StoredGraph(connection, project)
        graph.read({row[3] for row in rows if row[3] is not None})
        fates = find_rollbacks(map(_build, rows), lambda old, new, graph=graph: is_ancestor(graph, old, new))
        _write(connection, rows, fates, touched)
    _clear_others(connection)


def _build(row: Sequence[Any]) -> Build:
    key, published_at, made_at, sha, is_rollback, source, finished_at, *_ = row
    is_said = source == FactSource.RECORD and bool(is_rollback)
    return Build(key, published_at, made_at, sha, source == FactSource.NETLIFY, is_said, finished_at)


def _write(
    connection: sqlite3.Connection, rows: Iterable[Sequence[Any]], fates: dict[int, Fate], touched: Touched
) -> None:
    changed: list[tuple[Any, ...]] = []
    for row in rows:
        key, source, finished_date, before = row[0], row[5], row[7], row[8:11]
        fate = fates[key]
        is_rollback = before[0] if source == FactSource.RECORD else fate.is_rollback and int(fate.is_rollback)
        after = (is_rollback, fate.rolled_back_at, fate.rolled_back_by)
        if after != before:
            changed.append((*after, key))
            touched.deployment_keys.add(key)
            touched.days.update(() if finished_date is None else (finished_date,))
    connection.executemany(
        "UPDATE deployment SET is_rollback = ?, rolled_back_at = ?, rolled_back_by_key = ? WHERE deployment_key = ?",
        sorted(changed, key=lambda row: row[3]),
    )


def _clear_others(connection: sqlite3.Connection) -> None:
    """Take back what was derived of touched deployments that are no longer published ones; what records say stays.

    Those that _write adds to the touched ones are published, so that the table which _targets made holds all.
    """
    connection.execute(
        "UPDATE deployment SET is_rollback = CASE source WHEN ? THEN is_rollback END, rolled_back_at = NULL, "
        "rolled_back_by_key = NULL WHERE deployment_key IN (SELECT key FROM temp.touched_deployment) "
        "AND NOT (coalesce(environment, '') = ? AND status = ? AND published_at IS NOT NULL) "
        "AND (rolled_back_at IS NOT NULL OR is_rollback IS NOT NULL)",
        (FactSource.RECORD.value, Environment.ACTIVE.value, DeploymentStatus.SUCCESS.value),
    )


def _targets(connection: sqlite3.Connection, touched: Touched) -> list[tuple[str | None, str, str | None]]:
    """Return project, platform and target of touched deployments, now and before, and of those after commits."""
    key_table(connection, "touched_deployment", touched.deployment_keys)
    found: set[tuple[str | None, str, str | None]] = set(
        connection.execute(
            "SELECT d.project, d.platform, d.target FROM temp.touched_deployment t "
            "CROSS JOIN deployment d ON d.deployment_key = t.key"
        )
    )
    found |= touched.former_targets
    if touched.commit_keys:
        found |= _targets_after(connection, touched)
    return sorted(found, key=repr)


def _targets_after(connection: sqlite3.Connection, touched: Touched) -> set[tuple[str | None, str, str | None]]:
    """Return the targets on which something was published since the day before the first touched commit of a project.

    A commit that was missing so far may show that one published commit leads to another.
    """
    key_table(connection, "touched_commit", touched.commit_keys)
    firsts: dict[str | None, int] = defaultdict(int)
    for project, at in connection.execute(
        "SELECT c.project, min(c.committed_at) FROM temp.touched_commit t "
        "CROSS JOIN vcs_commit c ON c.vcs_commit_key = t.key GROUP BY c.project"
    ):
        firsts[project] = day_of(at) or 0
    return {
        row
        for project, first in firsts.items()
        for row in connection.execute(
            "SELECT project, platform, target FROM deployment WHERE finished_date >= ? AND project IS ? "
            "AND environment = ? AND commit_sha IS NOT NULL",
            (first - 1, project, Environment.ACTIVE.value),
        )
    }
