"""Quality and cost of each route: completed tasks without rollback per dollar, with an interval over days."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dashboard.analysis.as_of import day_number, newest_mature_day
from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.route_task_days import route_task_days
from dashboard.analysis.selection import condition_of, smallest_rollup
from dashboard.analysis.self_hosted import self_hosted_providers

MICRO_USD = 1_000_000
PARTIAL_SHARE = 0.05
"""From this share of unpriced calls on, quality per dollar is not given as one number."""


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
class _Calls:
    count: int = 0
    unpriced: int = 0
    spend: dict[int, int] = field(default_factory=dict[int, int])
    """Known spend by day, in millionths of a US dollar."""

    def add(self, day: int, count: int, unpriced: int, cost: int) -> None:
        self.count += count
        self.unpriced += unpriced
        self.spend[day] = self.spend.get(day, 0) + cost

    @property
    def priced(self) -> int:
        return self.count - self.unpriced

    @property
    def spend_usd(self) -> float | None:
        return sum(self.spend.values()) / MICRO_USD if self.priced else None


@dataclass
class _Days:
    provider: str | None
    tasks: int = 0
    completed: int = 0
    immature_tasks: int = 0
    kept: dict[int, int] = field(default_factory=dict[int, int])
    """By day."""
    calls: _Calls = field(default_factory=_Calls)


def route_figures(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[RouteFigure, ...]:
    """Return every route that tasks asked for or that served them, by name."""
    newest_mature = day_number(newest_mature_day(connection, as_of))
    found: dict[str, _Days] = {}
    for one in route_task_days(connection, chosen, chosen.period):
        route = found.setdefault(route_name(one.provider, one.model), _Days(one.provider))
        route.tasks += one.tasks
        route.completed += one.completed
        route.kept[one.day] = route.kept.get(one.day, 0) + one.kept
        if one.day > newest_mature:
            route.immature_tasks += one.tasks
    table = smallest_rollup(chosen, "call_daily")
    condition, parameters = condition_of(chosen, chosen.period, table)
    # Rows of one route say how many of its calls belong to tasks; those of one class are either or.
    own, where = ("attributed_", "attributed_call_count > 0") if table == "route_daily" else ("", "is_attributed")
    for day, provider, model, calls, unpriced, cost in connection.execute(
        f"SELECT date, provider, model, sum({own}call_count), sum({own}unpriced_count), sum({own}cost_micro_usd) "  # noqa: S608
        f"FROM {table} WHERE {where} AND {condition} GROUP BY date, provider, model",
        parameters,
    ):
        route = found.setdefault(route_name(provider, model), _Days(provider))
        route.calls.add(day, calls, unpriced, cost)
    return tuple(_figure(name, found[name]) for name in sorted(found))


def _figure(name: str, route: _Days) -> RouteFigure:
    is_self_hosted = route.provider in self_hosted_providers()
    value, low, high = (None, None, None)
    if any(route.calls.spend.values()) and not is_self_hosted:
        value, low, high = _quality(route.kept, route.calls)
    return RouteFigure(
        route=name,
        tasks=route.tasks,
        completed=route.completed,
        immature_tasks=route.immature_tasks,
        kept=sum(route.kept.values()),
        calls=route.calls.count,
        unpriced_calls=route.calls.unpriced,
        spend_usd=route.calls.spend_usd,
        is_spend_known=route.calls.count > 0 and route.calls.unpriced == 0,
        is_self_hosted=is_self_hosted,
        quality_per_usd=value,
        low=low,
        high=high,
    )


def _quality(kept: Mapping[int, int], calls: _Calls) -> tuple[float | None, float | None, float | None]:
    """Return kept tasks per dollar. Unpriced calls widen the interval downwards: they cost as much as a mean call."""
    days = sorted(kept.keys() | calls.spend.keys())
    estimate = ratio_over_days(
        [kept.get(day, 0) for day in days], [calls.spend.get(day, 0) / MICRO_USD for day in days], counts_events=True
    )
    low, high = estimate.interval or (None, None)
    if low is not None:
        low *= calls.priced / calls.count
    is_partial = calls.unpriced > PARTIAL_SHARE * calls.count
    return (None if is_partial else estimate.value), low, high
