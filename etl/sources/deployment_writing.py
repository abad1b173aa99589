"""Writing deployments: one row each, put together from copies and, at GitHub, from the states that were reported."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.keys import encoded, keys_of_encoded, stable_key
from data.words import DeploymentStatus, Environment, FactSource
from etl.context import LoadContext, day_of
from etl.sources.platform_copies import Copy, Together, Written, put_together, told_of
from etl.sources.platform_rows import replace_rows, stored_rows

Row = tuple[Any, ...]
_DERIVED = ("is_rollback", "rolled_back_at", "rolled_back_by_key")
_RUNNING = frozenset({"queued", "pending", "in_progress", "waiting"})
_FAILED = frozenset({"failure", "error"})
STATES = frozenset({"success", "inactive"}) | _RUNNING | _FAILED
"""States of a GitHub deployment, in small letters."""
# States that were reported in the same second: the one that comes later in the life of a deployment counts.
_ORDER = {state: number for number, state in enumerate(("queued", "pending", "waiting", "in_progress"))}
_LAST = len(_ORDER)


@dataclass(slots=True)
class StateFact:
    """A state that GitHub reported of a deployment."""

    state: str
    occurred_at: int
    environment: str | None = None
    key: int = 0
    """Hash of deployment, state and time; made for many at once when they are written."""


@dataclass(slots=True)
class DeploymentFacts:
    """What one record tells: a copy of a deployment, with the states that it tells."""

    copy: Copy
    states: Sequence[StateFact] = ()
    is_state: bool = False
    """Whether the record is a state that stands alone."""

    @property
    def key(self) -> int:
        """Key of the deployment."""
        return self.copy.subject_key


def deployment_key(project: str | None, source: FactSource, native_id: str) -> int:
    """Return the key of a deployment; ids are unique at each platform."""
    return stable_key("deployment", source.value, project, native_id)


def write_deployments(source: FactSource, facts: list[DeploymentFacts], context: LoadContext) -> list[Written]:
    """Write the facts of some records; return for each what became of it."""
    _name_states(facts)
    copies, together = put_together((one.copy for one in facts), context)
    states = _states_told(facts, context)
    changed = _write_changed(states, context)
    new = copies | changed.keys()
    together |= told_of(context.connection, set(changed.values()) - together.keys())
    _write_rows(source, together, states.values(), context)
    outcome: list[Written] = []
    for one in facts:
        reported = [state.key for state in one.states]
        mine = {one.copy.key, *reported} & new
        new -= mine
        outcome.append(Written(bool(mine), reported if one.is_state else [one.key, *reported]))
    return outcome


def _name_states(facts: Iterable[DeploymentFacts]) -> None:
    """Give states their keys; files of the REST API and of GraphQL tell the same one to the second."""
    first = encoded(("deployment_state",))
    words = {state: encoded((state,)) for state in STATES}
    states: list[StateFact] = []
    texts: list[str] = []
    for one in facts:
        if one.states:
            of_deployment = first + encoded((one.key,))
            for state in one.states:
                states.append(state)
                second = str(state.occurred_at // 1_000_000)
                texts.append(f"{of_deployment}{words[state.state]}{len(second)}:{second}")
    for state, key in zip(states, keys_of_encoded(texts), strict=True):
        state.key = key


def _states_told(facts: Iterable[DeploymentFacts], context: LoadContext) -> dict[int, tuple[Row, Row | None]]:
    """Return rows of states by key: as they are now, and as they were stored."""
    rows: dict[int, Row] = {}
    for one in facts:
        for state in one.states:
            row = (state.key, one.key, state.state, state.occurred_at, state.environment)
            rows[state.key] = _merged(row, rows.get(state.key))
    known = stored_rows(context.connection, "deployment_state", rows) if rows else {}
    return {key: (_merged(row, before := known.get(key)), before) for key, row in rows.items()}


def _write_changed(states: Mapping[int, tuple[Row, Row | None]], context: LoadContext) -> dict[int, int]:
    """Write the states that are new or say more than before; return their deployments by their keys."""
    changed = [now for now, before in states.values() if now != before]
    replace_rows(context.connection, "deployment_state", changed)
    return {row[0]: row[1] for row in changed}


def _merged(row: Row, other: Row | None) -> Row:
    if other is None:
        return row
    return (*row[:3], min(row[3], other[3]), max(row[4] or "", other[4] or "") or None)


def _write_rows(
    source: FactSource,
    together: Mapping[int, Together],
    states: Iterable[tuple[Row, Row | None]],
    context: LoadContext,
) -> None:
    if not together:
        return
    before = stored_rows(context.connection, "deployment", together)
    reported: dict[int, list[Row]] = {}
    for row, _ in states:
        if row[1] not in before:
            reported.setdefault(row[1], []).append(row)
    # Of a deployment that is not stored yet no state is stored either.
    reported |= _stored_states(context.connection, before)
    rows = [_row_of(source, key, one, reported.get(key, []), context) for key, one in together.items()]
    context.touched.days.update(row[8] for row in (*rows, *before.values()) if row[8] is not None)
    context.touched.former_targets.update((row[2], row[3], row[4]) for row in before.values())
    replace_rows(context.connection, "deployment", rows, leave=_DERIVED)
    context.touched.deployment_keys.update(together)


def _stored_states(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in connection.execute(
        "SELECT state.* FROM json_each(?) AS wanted "
        "CROSS JOIN deployment_state AS state ON deployment_key = wanted.value",
        (json.dumps(sorted(keys)),),
    ):
        found.setdefault(row[1], []).append(row)
    return found


@dataclass(slots=True)
class _Ending:
    status: str
    finished_at: int | None = None
    duration_ms: int | None = None
    published_at: int | None = None
    environment: str | None = None


def _ending_of(states: list[Row], told_status: str | None) -> _Ending:
    """Return how a deployment ended by the rows of the states that were reported of it.

    The newest state that is not "inactive" counts: that one only says that another deployment took its place. A later
    success after it ended says that it was made active again, not that it was built again.
    """
    states.sort(key=_in_life)
    environment = started_at = published_at = None
    told: list[tuple[str, int]] = []
    begun = -1
    for _, _, state, at, reported_for in states:
        environment = reported_for or environment
        if state == "inactive":
            continue
        if state in _RUNNING:
            begun = len(told)
            if state == "in_progress":
                started_at = at
        elif state == "success":
            published_at = at
        told.append((state, at))
    if not told:
        return _Ending(told_status or DeploymentStatus.RUNNING.value, environment=environment)
    last = told[-1][0]
    if last in _RUNNING:
        return _Ending(DeploymentStatus.RUNNING.value, None, None, published_at, environment)
    finished_at = told[begun + 1][1]
    duration = None if started_at is None else (finished_at - started_at) // 1000
    status = DeploymentStatus.FAILURE if last in _FAILED else DeploymentStatus.SUCCESS
    return _Ending(status.value, finished_at, duration, published_at, environment)


def _in_life(state: Row) -> tuple[int, int, str]:
    return state[3], _ORDER.get(state[2], _LAST), state[2]


def _row_of(source: FactSource, key: int, one: Together, states: list[Row], context: LoadContext) -> Row:
    told = one.told
    if source is FactSource.GITHUB:
        ending = _ending_of(states, told.get("status"))
    else:
        status = told.get("status") or DeploymentStatus.RUNNING.value
        ended = () if status == DeploymentStatus.RUNNING else (told.get("finished_at"), told.get("duration_ms"))
        ending = _Ending(status, *(ended or (None, None)), told.get("published_at"))
    environment = told.get("environment") or ending.environment
    is_active = environment == Environment.ACTIVE
    created_at = told.get("created_at")
    return (
        key,
        told.get("person"),
        context.owner.project,
        source.value,
        _target(told, is_active=is_active),
        environment,
        ending.status,
        ending.finished_at,
        day_of(ending.finished_at if ending.finished_at is not None else created_at),
        None,
        source.value,
        told.get("native_id"),
        told.get("native_chat_id"),
        created_at,
        ending.published_at if is_active else None,
        ending.duration_ms,
        told.get("commit_sha"),
        told.get("branch"),
        None,
        None,
        None,
        one.rank,
        context.load_id,
    )


def _target(told: Mapping[str, Any], *, is_active: bool) -> str | None:
    """Return where to it was published; of several active environments of one repository, which one too."""
    name = told.get("environment_name")
    if is_active and name and name.lower() != "production":
        return f"{told['target']} ({name})" if told.get("target") else name
    return told.get("target")
