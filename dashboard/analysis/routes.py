"""Quality and cost of each route: completed tasks without rollback per dollar, with an interval over days."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dashboard.analysis.as_of import day_number, newest_mature_day
from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.class_days import Array, class_calls, class_tasks
from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.self_hosted import self_hosted_providers

MICRO_USD = 1_000_000
PARTIAL_SHARE = 0.05
"""From this share of unpriced calls on, quality per dollar is not given as one number."""
_TASKS = ("task_count", "completed_count", "kept_count")
_CALLS = ("call_count", "unpriced_count", "cost_micro_usd")


@dataclass(frozen=True, slots=True)
class RouteFigure:
    """One route. Tasks stay with the route they asked for; spend lies with the route that served the call.

    Tasks younger than the rollback window can still be rolled back: how many there are is said beside the ratio.
    """

    route: str
    tasks: int
    completed: int
    immature_tasks: int
    """Tasks asked on days that are not older than the rollback window, as the newest chat export shows."""
    kept: int
    """Completed tasks none of whose patches was rolled back within the window."""
    calls: int
    """Calls of tasks that the route served."""
    unpriced_calls: int
    spend_usd: float | None
    """Known spend of these calls; null when none of them has a known cost."""
    is_spend_known: bool
    """Whether every call has a known cost; otherwise the spend is a lower bound."""
    is_self_hosted: bool
    quality_per_usd: float | None
    low: float | None
    high: float | None


@dataclass
class _Days:
    provider: str | None
    tasks: Array
    """Rows are _TASKS, columns days."""
    calls: Array
    """Rows are _CALLS, columns days."""


def route_figures(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[RouteFigure, ...]:
    """Return every route that tasks asked for or that served them, by name."""
    days = chosen.period.day_count
    found: dict[str, _Days] = {}

    def days_of(provider: str | None, model: str | None) -> _Days:
        # Routes of which the name leaves out what tells them apart ("?") come together.
        nothing = _Days(provider, np.zeros((len(_TASKS), days)), np.zeros((len(_CALLS), days)))
        return found.setdefault(route_name(provider, model), nothing)

    for route, sums in class_tasks(connection, chosen).by_route(*_TASKS).items():
        days_of(*route).tasks += sums
    for route, sums in class_calls(connection, chosen).by_route(*_CALLS).items():
        days_of(*route).calls += sums
    mature = max(day_number(newest_mature_day(connection, as_of)) - day_number(chosen.period.first) + 1, 0)
    return tuple(_figure(name, found[name], mature) for name in sorted(found))


def _figure(name: str, route: _Days, mature: int) -> RouteFigure:
    """Return a route; ``mature`` is how many days of the period are older than the rollback window."""
    is_self_hosted = route.provider in self_hosted_providers()
    calls, unpriced, micro_usd = (int(count) for count in route.calls.sum(axis=1))
    value, low, high = (None, None, None)
    if micro_usd and not is_self_hosted:
        value, low, high = _quality(route, calls, unpriced)
    tasks, completed, kept = (int(count) for count in route.tasks.sum(axis=1))
    return RouteFigure(
        route=name,
        tasks=tasks,
        completed=completed,
        immature_tasks=int(route.tasks[0, mature:].sum()),
        kept=kept,
        calls=calls,
        unpriced_calls=unpriced,
        spend_usd=micro_usd / MICRO_USD if calls > unpriced else None,
        is_spend_known=calls > 0 and unpriced == 0,
        is_self_hosted=is_self_hosted,
        quality_per_usd=value,
        low=low,
        high=high,
    )


def _quality(route: _Days, calls: int, unpriced: int) -> tuple[float | None, float | None, float | None]:
    """Return kept tasks per dollar. Unpriced calls widen the interval downwards: they cost as much as a mean call."""
    estimate = ratio_over_days(route.tasks[2], route.calls[2] / MICRO_USD, counts_events=True)
    low, high = estimate.interval or (None, None)
    if low is not None:
        low *= (calls - unpriced) / calls
    is_partial = unpriced > PARTIAL_SHARE * calls
    return (None if is_partial else estimate.value), low, high
