"""Rejected patches whose change was accepted after all: what a rejection cost, and gained nothing."""

import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from data.definitions.approval_costs import approval_costs
from data.words import Decision
from etl.context import HOUR_MICROSECONDS, Touched, day_of
from etl.derive.differences import key_table, row_table

MANY = 3_000
"""From so many patches that may have changed on, all rejected ones are looked at: they are few among all."""

_REJECTED = f"p.decision = '{Decision.REJECTED}'"
_DECIDED_AT = "coalesce(p.decided_at, p.proposed_at)"
_NO_CHAT = "NOT EXISTS (SELECT 1 FROM task t WHERE t.task_key = p.task_key AND t.chat_key IS NOT NULL)"

COMPARABLE_SQL = (
    "(patch.accepted_again_at IS NOT NULL OR patch.proposed_at IS NOT NULL "
    "AND EXISTS (SELECT 1 FROM patch_file AS f WHERE f.patch_key = patch.patch_key) AND (patch.person IS NOT NULL "
    "OR EXISTS (SELECT 1 FROM task AS t WHERE t.task_key = patch.task_key AND t.chat_key IS NOT NULL)))"
)
"""Whether a rejected patch can be found again among later ones: its time, files, and chat or person are known."""

Group = int | tuple[str, str | None]
"""A chat; of patches without one, person and project."""


def accepted_sql(of: str = "") -> str:
    """Return whether a patch (of an alias with its dot) is whole and approved, edited, let through or just applied."""
    return (
        f"{of}is_closed AND ({of}decision IS NULL OR {of}decision NOT IN ('{Decision.REJECTED}', '{Decision.PENDING}'))"
    )


class _Patch(NamedTuple):
    """A patch with a chat or a person; at is when it was decided on, or proposed where nobody was asked."""

    at: int
    key: int
    proposed_at: int


class _Stored(NamedTuple):
    """One patch to look at, as it is stored."""

    patch: _Patch | None
    """Null when it is not rejected, or cannot be compared."""
    group: Group | None
    key: int
    proposed_date: int | None
    again: tuple[int | None, int | None]


def derive_accepted_again(connection: sqlite3.Connection, touched: Touched) -> None:
    """Write anew which rejected patches were accepted again, as far as a load may have changed it.

    Runs after derive_outcomes, on the patches that it looked at. Adds the days of changed patches to touched.days.
    """
    if not (touched.patch_keys or touched.commit_keys or touched.pull_request_keys or touched.deployment_keys):
        return
    if not _choose(connection):
        return
    stored = _stored(connection)
    groups: dict[Group, list[_Patch]] = defaultdict(list)
    for one in stored:
        if one.patch is not None and one.group is not None:
            groups[one.group].append(one.patch)
    found = _again(connection, groups)
    updates: list[tuple[int | None, int | None, int]] = []
    for one in stored:
        again = found.get(one.key, (None, None))
        if again != one.again:
            updates.append((*again, one.key))
            touched.days.update(() if one.proposed_date is None else (one.proposed_date,))
    connection.executemany(
        "UPDATE patch SET accepted_again_at = ?, accepted_again_key = ? WHERE patch_key = ?", updates
    )


def _choose(connection: sqlite3.Connection) -> bool:
    """Fill the temporary table again_patch with the patches to look at; return whether there are any.

    These are the rejected ones of the same chats and people as what may have changed, and those that were told to be
    accepted again, or are now, by one of these.
    """
    key_table(connection, "again_patch", ())
    counted = connection.execute(f"SELECT count(*) FROM (SELECT 1 FROM temp.outcome_patch LIMIT {MANY + 1})")  # noqa: S608
    if counted.fetchone()[0] > MANY:
        _add(connection, f"SELECT p.patch_key FROM patch p WHERE {_REJECTED}")  # noqa: S608
        _add(connection, "SELECT p.patch_key FROM patch p WHERE p.accepted_again_key >= 0")
    else:
        _add_near(connection)
    return connection.execute("SELECT 1 FROM temp.again_patch LIMIT 1").fetchone() is not None


def _add_near(connection: sqlite3.Connection) -> None:
    looked_at = "temp.outcome_patch k CROSS JOIN patch p ON p.patch_key = k.key"
    _add(connection, f"SELECT k.key FROM {looked_at} WHERE {_REJECTED} OR p.accepted_again_key IS NOT NULL")  # noqa: S608
    _add(
        connection,
        "SELECT p.patch_key FROM temp.outcome_patch k CROSS JOIN patch p ON p.accepted_again_key = k.key",
    )
    _add(
        connection,
        f"SELECT p.patch_key FROM (SELECT DISTINCT t.chat_key FROM {looked_at} "  # noqa: S608
        "CROSS JOIN task t ON t.task_key = p.task_key WHERE t.chat_key IS NOT NULL) c "
        f"CROSS JOIN task t ON t.chat_key = c.chat_key CROSS JOIN patch p ON p.task_key = t.task_key WHERE {_REJECTED}",
    )
    _add(
        connection,
        f"SELECT p.patch_key FROM (SELECT p.person, min({_DECIDED_AT}) - {_window()} AS first, "  # noqa: S608
        f"max({_DECIDED_AT}) AS last FROM {looked_at} WHERE {accepted_sql('p.')} AND {_NO_CHAT} "
        "AND p.person IS NOT NULL "
        f"GROUP BY p.person) w CROSS JOIN patch p ON {_REJECTED} AND p.person = w.person "
        f"WHERE {_DECIDED_AT} BETWEEN w.first AND w.last",
    )


def _add(connection: sqlite3.Connection, select: str) -> None:
    connection.execute(f"INSERT OR IGNORE INTO temp.again_patch {select}")


def _stored(connection: sqlite3.Connection) -> list[_Stored]:
    found: list[_Stored] = []
    for key, chat, person, project, proposed_at, at, date, is_rejected, *again in connection.execute(
        f"SELECT p.patch_key, t.chat_key, p.person, p.project, p.proposed_at, {_DECIDED_AT}, p.proposed_date, "  # noqa: S608
        f"p.is_closed AND coalesce({_REJECTED}, 0), p.accepted_again_at, p.accepted_again_key "
        "FROM temp.again_patch k CROSS JOIN patch p ON p.patch_key = k.key LEFT JOIN task t ON t.task_key = p.task_key"
    ):
        patch = _Patch(at, key, proposed_at) if is_rejected and proposed_at is not None else None
        found.append(_Stored(patch, _group(chat, person, project), key, date, (again[0], again[1])))
    return found


def _again(
    connection: sqlite3.Connection, groups: Mapping[Group, Sequence[_Patch]]
) -> dict[int, tuple[int | None, int | None]]:
    """Return of rejected patches when, and as which patch, the same change was accepted first."""
    accepted: dict[Group, list[_Patch]] = defaultdict(list)
    for group, patch in (*_accepted_in_chats(connection, groups), *_accepted_without_chat(connection, groups)):
        accepted[group].append(patch)
    later: dict[int, list[_Patch]] = {}
    for group, rejected in groups.items():
        others = sorted(accepted[group])
        for patch in rejected:
            end = patch.at + _window()
            first = bisect_left(others, patch.at, key=lambda other: other.at)
            last = bisect_left(others, end + 1, key=lambda other: other.at)
            if found := [other for other in others[first:last] if patch.proposed_at < other.proposed_at <= end]:
                later[patch.key] = found
    paths = _paths(connection, {*later, *(other.key for others in later.values() for other in others)})
    again: dict[int, tuple[int | None, int | None]] = {}
    for key, others in later.items():
        for other in others:
            if are_alike(paths[key], paths[other.key]):
                again[key] = other.at, other.key
                break
    return again


def are_alike(one: set[str], other: set[str]) -> bool:
    """Tell whether two sets of files are of the same change: enough of all files of both are in both."""
    return bool(one) and len(one & other) >= approval_costs().alike_share * len(one | other)


def _accepted_in_chats(connection: sqlite3.Connection, groups: Iterable[Group]) -> Iterable[tuple[Group, _Patch]]:
    key_table(connection, "again_chat", (group for group in groups if isinstance(group, int)))
    for chat, *patch in connection.execute(
        f"SELECT t.chat_key, {_DECIDED_AT}, p.patch_key, p.proposed_at FROM temp.again_chat c "  # noqa: S608
        "CROSS JOIN task t ON t.chat_key = c.key CROSS JOIN patch p ON p.task_key = t.task_key "
        f"WHERE {accepted_sql('p.')} AND p.proposed_at IS NOT NULL"
    ):
        yield chat, _Patch(*patch)


def _accepted_without_chat(
    connection: sqlite3.Connection, groups: Mapping[Group, Sequence[_Patch]]
) -> Iterable[tuple[Group, _Patch]]:
    """Yield accepted patches without a chat of the people concerned, from all days that matter, each read once."""
    days = sorted(
        (day_of(patch.proposed_at) or 0, day_of(patch.at + _window()) or 0)
        for group, patches in groups.items()
        if not isinstance(group, int)
        for patch in patches
        if patch.proposed_at <= patch.at + _window()
    )
    spans: list[list[int]] = []
    for first, last in days:
        if spans and first <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], last)
        else:
            spans.append([first, last])
    row_table(connection, "again_span", "first INTEGER, last INTEGER", spans)
    for person, project, *patch in connection.execute(
        f"SELECT p.person, p.project, {_DECIDED_AT}, p.patch_key, p.proposed_at FROM temp.again_span s "  # noqa: S608
        "CROSS JOIN patch p ON p.proposed_date BETWEEN s.first AND s.last "
        f"WHERE {accepted_sql('p.')} AND p.person IS NOT NULL AND {_NO_CHAT}"
    ):
        if (person, project) in groups:
            yield (person, project), _Patch(*patch)


def _paths(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, set[str]]:
    key_table(connection, "compared_patch", keys)
    found: dict[int, set[str]] = defaultdict(set)
    for key, path in connection.execute(
        "SELECT f.patch_key, f.path FROM temp.compared_patch k CROSS JOIN patch_file f ON f.patch_key = k.key"
    ):
        found[key].add(path)
    return found


def _group(chat: int | None, person: str | None, project: str | None) -> Group | None:
    if chat is not None:
        return chat
    return None if person is None else (person, project)


def _window() -> int:
    return approval_costs().accepted_again_hours * HOUR_MICROSECONDS
