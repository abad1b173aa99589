"""The rollup rows that a filter selects: conditions, and sums by day."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import Filter, Period, route_condition, stored_name
from dashboard.analysis.shared import shared
from data.words import Actor, CallStatus, Decision

DayMeasures = Mapping[str, int]
_DIMENSIONS = {name: name for name in ("project", "task_class", "route")} | {"provider": "route", "model": "route"}
_NO_ROUTE = frozenset({"project_daily", "integration_daily"})
_MOST_DAYS_BY_INDEX = 100

_TASKS = (
    "task_count",
    "completed_count",
    "failed_count",
    "aborted_count",
    "unknown_count",
    "completed_priced_count",
    "within_budget_count",
    "known_cost_micro_usd",
    "unpriced_call_count",
)
_PATCHES = (
    "patch_count",
    "decided_count",
    "human_decided_count",
    "rejected_count",
    "unfinished_count",
    "rolled_back_count",
    "human_rolled_back_count",
    "rolled_back_late_count",
    "rolled_back_unsure_count",
    "rewind_count",
    "git_revert_count",
    "deploy_rollback_count",
    "human_overwrite_count",
    "reworked_count",
)
_CALLS = {
    "call_count": "call_count",
    "error_call_count": f"iif(status = '{CallStatus.ERROR}', call_count, 0)",
    "cancelled_call_count": f"iif(status = '{CallStatus.CANCELLED}', call_count, 0)",
    "unknown_call_count": f"iif(status = '{CallStatus.UNKNOWN}', call_count, 0)",
    "attributed_call_count": "iif(is_attributed, call_count, 0)",
    "unpriced_count": "unpriced_count",
    "usage_known_count": "usage_known_count",
    "latency_known_count": "latency_known_count",
    "fallback_count": "fallback_count",
    "retry_count": "retry_count",
    "cost_micro_usd": "cost_micro_usd",
    "attributed_cost_micro_usd": "iif(is_attributed, cost_micro_usd, 0)",
}
_COMMANDS = ("proposed_count", "run_count", "good_count", "timeout_count", "cancelled_count", "untimed_count")
_APPROVALS = {
    "approval_count": "approval_count",
    "pending_approval_count": f"iif(decision = '{Decision.PENDING}', approval_count, 0)",
    "human_approval_count": (f"iif(decision <> '{Decision.PENDING}' AND actor = '{Actor.HUMAN}', approval_count, 0)"),
}
_PROJECT_ONLY = (
    "tool_call_count",
    "failed_tool_call_count",
    "deployment_count",
    "failed_deployment_count",
    "event_count",
)
_FINE: dict[str, Mapping[str, str]] = {
    "task_daily": {name: name for name in _TASKS},
    "patch_daily": {name: name for name in _PATCHES},
    "call_daily": _CALLS,
    "command_daily": {name: name for name in _COMMANDS},
    "approval_daily": _APPROVALS,
}
_COARSE: dict[str, Mapping[str, str]] = {
    "project_daily": {name: name for names in (*_FINE.values(), _PROJECT_ONLY) for name in names}
}
MEASURES = tuple(_COARSE["project_daily"])
_COARSER: Mapping[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "task_daily": (("task_route_daily", frozenset({"project"})),),
    "patch_daily": (("patch_route_daily", frozenset({"project"})),),
    "command_daily": (("command_route_daily", frozenset({"project"})),),
    "approval_daily": (
        ("decision_daily", frozenset({"project", "route"})),
        ("decision_route_daily", frozenset({"project"})),
        ("decision_project_daily", frozenset({"route"})),
    ),
    "call_daily": (
        ("route_daily", frozenset({"project", "task_class"})),
        ("call_route_daily", frozenset({"project"})),
    ),
    "patch_decision_daily": (
        ("zone_decision_daily", frozenset({"project", "route"})),
        ("zone_decision_route_daily", frozenset({"project"})),
        ("zone_decision_project_daily", frozenset({"route"})),
    ),
}
"""By rollup: those that add it up under the same names, the smallest first, and over what of the filter they do."""
_EXPRESSIONS: Mapping[str, Mapping[str, str]] = {
    **_FINE,
    **_COARSE,
    **{coarser: measures for finest, measures in _FINE.items() for coarser, _ in _COARSER[finest]},
    "route_daily": _CALLS | {name: name for name in ("attributed_call_count", "attributed_cost_micro_usd")},
}
"""Measures of each rollup: name by SQL."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Measures by day, for the days of a period that have any; a measure that the filter cannot tell is absent."""

    days: Mapping[int, DayMeasures]

    def total(self, measure: str, first: int | None = None, last: int | None = None) -> int:
        """Return the sum over the days from first to last; 0 when there are none."""
        return sum(
            measures.get(measure, 0)
            for day, measures in self.days.items()
            if (first is None or day >= first) and (last is None or day <= last)
        )

    def until(self, last: int) -> "Sums":
        """Return the part up to a day."""
        return Sums({day: measures for day, measures in self.days.items() if day <= last})

    def between(self, first: int, last: int) -> "Sums":
        """Return the part from one day to another."""
        return Sums({day: measures for day, measures in self.days.items() if first <= day <= last})


def needs_fine_rollups(chosen: Filter) -> bool:
    """Whether the filter asks for a route or a class, which the rows by project do not tell apart."""
    return chosen.route is not None or chosen.task_class is not None


def coarsest_rollup(chosen: Filter, finest: str, *, by_project: bool = False) -> str:
    """Return project_daily, which has the measures of all rollups, where it tells what a filter selects.

    Else the smallest rollup that adds up the finest one named, with the projects apart where that is wanted.
    """
    by = ("project",) if by_project else ()
    return smallest_rollup(chosen, finest, *by) if needs_fine_rollups(chosen) else "project_daily"


def daily_sums(
    connection: sqlite3.Connection, chosen: Filter, period: Period, rollups: Sequence[str] = tuple(_FINE)
) -> Sums:
    """Return the measures of the filter by day of a period: one query where projects suffice, else one a rollup.

    ``rollups`` names those whose measures are wanted; where projects suffice, all are there.
    """
    plain = chosen.during(period)
    if not needs_fine_rollups(chosen):
        return _sums_of(connection, plain, "project_daily")
    return _sums_of(connection, plain, rollups[0]) if len(rollups) == 1 else _daily_sums(connection, plain, rollups)


@shared
def _daily_sums(connection: sqlite3.Connection, chosen: Filter, rollups: Sequence[str]) -> Sums:
    days: dict[int, dict[str, int]] = {}
    for name in rollups:
        for day, measures in _sums_of(connection, chosen, name).days.items():
            days.setdefault(day, {}).update(measures)
    return Sums(days)


@shared
def _sums_of(connection: sqlite3.Connection, chosen: Filter, rollup: str) -> Sums:
    table = smallest_rollup(chosen, rollup)
    measures = _EXPRESSIONS[table]
    condition, parameters = condition_of(chosen, chosen.period, table)
    summed = ", ".join(f"sum({expression})" for expression in measures.values())
    rows = connection.execute(
        f"SELECT date, {summed} FROM {table} WHERE {condition} GROUP BY date",  # noqa: S608
        parameters,
    )
    return Sums({day: dict(zip(measures, values, strict=True)) for day, *values in rows})


def first_day(connection: sqlite3.Connection, chosen: Filter, period: Period, sums: Sums) -> int | None:
    """Return the first day of a period with a row of any rollup, from sums of some of them where these begin with it.

    Each of the others is read in the order of days up to its first row.
    """
    found = min(sums.days, default=None)
    if found == day_number(period.first) or not needs_fine_rollups(chosen):
        return found
    for finest in _FINE:
        rollup = smallest_rollup(chosen, finest)
        condition, parameters = condition_of(chosen, period, rollup)
        row = connection.execute(f"SELECT min(date) FROM {rollup} WHERE {condition}", parameters).fetchone()  # noqa: S608
        if row[0] is not None and (found is None or row[0] < found):
            found = int(row[0])
    return found


def days_with_records(connection: sqlite3.Connection, chosen: Filter, sums: Sums) -> int:
    """Return how many days of the filter's period have any record; ``sums`` are those of some rollups."""
    days = {day for day, measures in sums.days.items() if any(measures.values())}
    if not needs_fine_rollups(chosen):
        return len(days)
    whole = daily_sums(connection, replace(chosen, route=None, task_class=None), chosen.period)
    others = {day for day, measures in whole.days.items() if any(measures.values())} - days
    for finest in _FINE:
        if not others:
            break
        rollup = smallest_rollup(chosen, finest)
        condition, parameters = condition_of(chosen, chosen.period, rollup)
        listed = ", ".join(str(day) for day in others)
        rows = connection.execute(
            f"SELECT DISTINCT date FROM {rollup} WHERE {condition} AND +date IN ({listed}) "  # noqa: S608
            f"AND {' + '.join(_EXPRESSIONS[rollup].values())} > 0",
            parameters,
        )
        found = {day for (day,) in rows}
        days |= found
        others -= found
    return len(days)


def daily_histograms(
    connection: sqlite3.Connection, chosen: Filter, period: Period, table: str, column: str
) -> dict[int, list[bytes]]:
    """Return the stored histograms of the filter by day, of a fine rollup or of the same column by project."""
    source = coarsest_rollup(chosen, table)
    condition, parameters = condition_of(chosen, period, source)
    days: dict[int, list[bytes]] = {}
    for day, blob in connection.execute(
        f"SELECT date, {column} FROM {source} WHERE {condition} AND {column} IS NOT NULL",  # noqa: S608
        parameters,
    ):
        days.setdefault(day, []).append(blob)
    return days


def undated_count(connection: sqlite3.Connection, chosen: Filter, measures: Iterable[str]) -> int:
    """Return how many records of the filter have no time and so are in no period."""
    wanted = set(measures)
    count = 0
    for finest in _FINE if needs_fine_rollups(chosen) else _COARSE:
        table = smallest_rollup(chosen, finest)
        here = [expression for name, expression in _EXPRESSIONS[table].items() if name in wanted]
        if here:
            condition, parameters = condition_of(chosen, None, table)
            row = connection.execute(
                f"SELECT coalesce(sum({' + '.join(here)}), 0) FROM {table} WHERE {condition}",  # noqa: S608
                parameters,
            ).fetchone()
            count += int(row[0])
    return count


def condition_of(chosen: Filter, period: Period | None, table: str) -> tuple[str, dict[str, object]]:
    """Return the condition, with its parameters, that selects the rows of a filter; without period, those undated."""
    parts = ["date IS NULL"]
    parameters: dict[str, object] = {}
    if period is not None:
        # The unary plus keeps SQLite off the index of days: a large part of a rollup is read faster in its own order.
        parts = [f"{'' if period.day_count <= _MOST_DAYS_BY_INDEX else '+'}date BETWEEN :first AND :last"]
        parameters |= {"first": day_number(period.first), "last": day_number(period.last)}
    names, named = names_condition(chosen, table)
    return " AND ".join(parts) + names, parameters | named


def names_condition(chosen: Filter, table: str) -> tuple[str, dict[str, object]]:
    """Return what selects the names of a filter in a rollup, whatever the day: more conditions, each after an AND."""
    parts: list[str] = []
    parameters: dict[str, object] = {}
    if chosen.project is not None:
        parts.append("project IS :project")
        parameters["project"] = stored_name(chosen.project)
    if table not in _NO_ROUTE and chosen.task_class is not None:
        parts.append("task_class IS :task_class")
        parameters["task_class"] = stored_name(chosen.task_class)
    if table not in _NO_ROUTE and chosen.route is not None:
        condition, named = route_condition(chosen.route)
        parts.append(condition)
        parameters |= named
    return "".join(f" AND {part}" for part in parts), parameters


def smallest_rollup(chosen: Filter, finest: str, *by: str) -> str:
    """Return the smallest rollup that tells what a filter selects of a finest one, apart by some more dimensions.

    ``by`` are of project, task_class, and route, provider or model, which a rollup has together or not at all.
    """
    asked = {
        *(_DIMENSIONS[name] for name in by),
        *(name for name in ("project", "task_class", "route") if getattr(chosen, name) is not None),
    }
    return next((coarser for coarser, left_out in _COARSER.get(finest, ()) if not asked & left_out), finest)


def fact_condition(chosen: Filter, columns: Mapping[str, str]) -> tuple[str, dict[str, object]]:
    """Return the condition, with its parameters, for the facts that a filter selects, whatever their day.

    ``columns`` names the SQL of project, task_class, provider and model in the facts.
    """
    parts, parameters = ["1"], dict[str, object]()
    for name, value in (("project", chosen.project), ("task_class", chosen.task_class)):
        if value is not None:
            parts.append(f"{columns[name]} IS :{name}")
            parameters[name] = stored_name(value)
    if chosen.route is not None:
        condition, named = route_condition(chosen.route, columns["provider"], columns["model"])
        parts.append(condition)
        parameters |= named
    return " AND ".join(parts), parameters


def task_join(chosen: Filter, *, has_class: bool = True) -> str:
    """Return the join that brings in the task of a fact, where a filter asks for its route (or class): it is not free.

    ``has_class`` says that the fact knows the class of its task itself.
    """
    is_needed = chosen.route is not None or (chosen.task_class is not None and not has_class)
    return "LEFT JOIN task USING (task_key) " if is_needed else ""
