"""What a filter selects, summed by day: from rows by project where these suffice, else from strips."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.rollup_choice import (
    COARSER,
    coarsest_rollup,
    condition_of,
    needs_fine_rollups,
    smallest_rollup,
)
from dashboard.analysis.shared import shared
from dashboard.analysis.strips import strips_of
from data.words import Actor, CallStatus, Decision

DayMeasures = Mapping[str, int]
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


@dataclass(frozen=True, slots=True)
class _Measure:
    """A column of a rollup, summed over the rows that have one of some names in each of some dimensions."""

    column: str
    only: tuple[tuple[str, tuple[object, ...]], ...] = ()

    @property
    def sql(self) -> str:
        """The value of one row."""
        if not self.only:
            return self.column
        conditions = (f"{dimension} IN ({', '.join(map(_literal, names))})" for dimension, names in self.only)
        return f"iif({' AND '.join(conditions)}, {self.column}, 0)"


def _literal(name: object) -> str:
    return str(name) if isinstance(name, int) else f"'{name}'"


def _plain(*names: str) -> dict[str, _Measure]:
    return {name: _Measure(name) for name in names}


_ATTRIBUTED = (("is_attributed", (1,)),)
_DECIDED = tuple(decision.value for decision in Decision if decision is not Decision.PENDING)
_CALLS = {
    "call_count": _Measure("call_count"),
    "error_call_count": _Measure("call_count", (("status", (CallStatus.ERROR.value,)),)),
    "cancelled_call_count": _Measure("call_count", (("status", (CallStatus.CANCELLED.value,)),)),
    "unknown_call_count": _Measure("call_count", (("status", (CallStatus.UNKNOWN.value,)),)),
    "attributed_call_count": _Measure("call_count", _ATTRIBUTED),
    **_plain("unpriced_count", "usage_known_count", "latency_known_count", "fallback_count", "retry_count"),
    "cost_micro_usd": _Measure("cost_micro_usd"),
    "attributed_cost_micro_usd": _Measure("cost_micro_usd", _ATTRIBUTED),
}
_COMMANDS = ("proposed_count", "run_count", "good_count", "timeout_count", "cancelled_count", "untimed_count")
_APPROVALS = {
    "approval_count": _Measure("approval_count"),
    "pending_approval_count": _Measure("approval_count", (("decision", (Decision.PENDING.value,)),)),
    "human_approval_count": _Measure("approval_count", (("decision", _DECIDED), ("actor", (Actor.HUMAN.value,)))),
}
_PROJECT_ONLY = (
    "tool_call_count",
    "failed_tool_call_count",
    "deployment_count",
    "failed_deployment_count",
    "event_count",
)
_FINE: dict[str, Mapping[str, _Measure]] = {
    "task_daily": _plain(*_TASKS),
    "patch_daily": _plain(*_PATCHES),
    "call_daily": _CALLS,
    "command_daily": _plain(*_COMMANDS),
    "approval_daily": _APPROVALS,
}
_COARSE: dict[str, Mapping[str, _Measure]] = {
    "project_daily": _plain(*(name for names in (*_FINE.values(), _PROJECT_ONLY) for name in names))
}
MEASURES = tuple(_COARSE["project_daily"])
_MEASURES: Mapping[str, Mapping[str, _Measure]] = {
    **_FINE,
    **_COARSE,
    **{coarser: measures for finest, measures in _FINE.items() for coarser, _ in COARSER[finest]},
    **dict.fromkeys(
        ("route_daily", "call_project_daily"), _CALLS | _plain("attributed_call_count", "attributed_cost_micro_usd")
    ),
}
"""Measures of each rollup by name."""


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


def daily_sums(
    connection: sqlite3.Connection, chosen: Filter, period: Period, rollups: Sequence[str] = tuple(_FINE)
) -> Sums:
    """Return the measures of the filter by day of a period: rows by project where these suffice, else strips.

    ``rollups`` names those whose measures are wanted; where projects suffice, all are there.
    """
    plain = chosen.during(period)
    if not needs_fine_rollups(chosen):
        return _project_sums(connection, plain)
    return _strip_sums(connection, plain, rollups[0]) if len(rollups) == 1 else _daily_sums(connection, plain, rollups)


@shared
def _daily_sums(connection: sqlite3.Connection, chosen: Filter, rollups: Sequence[str]) -> Sums:
    days: dict[int, dict[str, int]] = {}
    for name in rollups:
        for day, measures in _strip_sums(connection, chosen, name).days.items():
            days.setdefault(day, {}).update(measures)
    return Sums(days)


@shared
def _project_sums(connection: sqlite3.Connection, chosen: Filter) -> Sums:
    condition, parameters = condition_of(chosen, chosen.period, "project_daily")
    rows = connection.execute(
        f"SELECT date, {', '.join(f'sum({name})' for name in MEASURES)} FROM project_daily "  # noqa: S608
        f"WHERE {condition} GROUP BY date",
        parameters,
    )
    return Sums({day: dict(zip(MEASURES, values, strict=True)) for day, *values in rows})


@shared
def _strip_sums(connection: sqlite3.Connection, chosen: Filter, rollup: str) -> Sums:
    rows = strips_of(connection, chosen, chosen.period, rollup)
    measures = _MEASURES[smallest_rollup(chosen, rollup)]
    together: dict[Any, list[str]] = {}
    for name, measure in measures.items():
        together.setdefault(measure.only, []).append(name)
    zeros = dict.fromkeys(measures, 0)
    days: dict[int, dict[str, int]] = {}
    # Those of all rows come first, and with them each day that has a row.
    for only in sorted(together, key=len):
        part, names = rows, together[only]
        for dimension, wanted in only:
            part = part.of(dimension, *wanted)
        for _, day, values in part.daily((), [measures[name].column for name in names]):
            days.setdefault(day, zeros.copy()).update(zip(names, values, strict=True))
    return Sums(days)


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
            f"AND {' + '.join(one.sql for one in _MEASURES[rollup].values())} > 0",
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
        here = [measure.sql for name, measure in _MEASURES[table].items() if name in wanted]
        if here:
            condition, parameters = condition_of(chosen, None, table)
            row = connection.execute(
                f"SELECT coalesce(sum({' + '.join(here)}), 0) FROM {table} WHERE {condition}",  # noqa: S608
                parameters,
            ).fetchone()
            count += int(row[0])
    return count
