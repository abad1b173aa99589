"""Writing deployments: one row each, put together from copies and, at GitHub, from the states that were reported."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.keys import stable_key
from data.tables import Deployment, DeploymentState
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


@dataclass(frozen=True, slots=True)
class StateFact:
    """A state that GitHub reported of a deployment."""

    state: str
    occurred_at: int
    environment: str | None = None


@dataclass(frozen=True, slots=True)
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
    copies, together = put_together((one.copy for one in facts), context)
    states = _write_states(facts, context)
    new = copies | states.keys()
    together |= told_of(context.connection, set(states.values()) - together.keys())
    _write_rows(source, together, context)
    outcome: list[Written] = []
    for one in facts:
        reported = [_state_key(one.key, state) for state in one.states]
        mine = {one.copy.key, *reported} & new
        new -= mine
        outcome.append(Written(bool(mine), reported if one.is_state else [one.key, *reported]))
    return outcome


def _state_key(deployment: int, state: StateFact) -> int:
    return stable_key("deployment_state", deployment, state.state, state.occurred_at // 1_000_000)


def _write_states(facts: Iterable[DeploymentFacts], context: LoadContext) -> dict[int, int]:
    """Write states; return the deployment of each one that is new or says more than before, by its key."""
    rows: dict[int, Row] = {}
    for one in facts:
        for state in one.states:
            key = _state_key(one.key, state)
            rows[key] = _merged((key, one.key, state.state, state.occurred_at, state.environment), rows.get(key))
    if not rows:
        return {}
    known = stored_rows(context.connection, DeploymentState, rows)
    changed = [row for key, one in rows.items() if (row := _merged(one, known.get(key))) != known.get(key)]
    replace_rows(context.connection, DeploymentState, changed)
    return {row[0]: row[1] for row in changed}


def _merged(row: Row, other: Row | None) -> Row:
    if other is None:
        return row
    return (*row[:3], min(row[3], other[3]), max(row[4] or "", other[4] or "") or None)


def _write_rows(source: FactSource, together: Mapping[int, Together], context: LoadContext) -> None:
    if not together:
        return
    states = _states_of(context.connection, together) if source is FactSource.GITHUB else {}
    rows = [_row_of(source, key, one, states.get(key, []), context) for key, one in together.items()]
    before = stored_rows(context.connection, Deployment, together)
    context.touched.days.update(row[8] for row in (*rows, *before.values()) if row[8] is not None)
    replace_rows(context.connection, Deployment, rows, leave=_DERIVED)
    context.touched.deployment_keys.update(together)


def _states_of(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, list[StateFact]]:
    found: dict[int, list[StateFact]] = {}
    for key, state, occurred_at, environment in connection.execute(
        "SELECT deployment_key, state, occurred_at, environment FROM json_each(?) AS wanted "
        "CROSS JOIN deployment_state ON deployment_key = wanted.value",
        (json.dumps(sorted(keys)),),
    ):
        found.setdefault(key, []).append(StateFact(state, occurred_at, environment))
    for states in found.values():
        states.sort(key=lambda one: (one.occurred_at, _ORDER.get(one.state, _LAST), one.state))
    return found


@dataclass(frozen=True, slots=True)
class _Ending:
    status: str
    finished_at: int | None = None
    duration_ms: int | None = None
    published_at: int | None = None
    environment: str | None = None


def _ending_of(states: list[StateFact], told_status: str | None) -> _Ending:
    """Return how a deployment ended by the states that were reported of it, in their order.

    The newest state that is not "inactive" counts: that one only says that another deployment took its place. A later
    success after it ended says that it was made active again, not that it was built again.
    """
    environment = next((one.environment for one in reversed(states) if one.environment), None)
    told = [one for one in states if one.state != "inactive"]
    if not told:
        return _Ending(told_status or DeploymentStatus.RUNNING.value, environment=environment)
    last = told[-1]
    published_at = max((one.occurred_at for one in told if one.state == "success"), default=None)
    if last.state in _RUNNING:
        return _Ending(DeploymentStatus.RUNNING.value, None, None, published_at, environment)
    final = [one.occurred_at for one in told]
    begun = [number for number, one in enumerate(told) if one.state in _RUNNING]
    finished_at = final[begun[-1] + 1] if begun else final[0]
    working = [one.occurred_at for one in told if one.state == "in_progress" and one.occurred_at <= finished_at]
    duration = (finished_at - working[-1]) // 1000 if working else None
    status = DeploymentStatus.FAILURE if last.state in _FAILED else DeploymentStatus.SUCCESS
    return _Ending(status.value, finished_at, duration, published_at, environment)


def _row_of(source: FactSource, key: int, one: Together, states: list[StateFact], context: LoadContext) -> Row:
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
