"""Quality and cost of each route: completed tasks without rollback per dollar, with an interval over days."""

import sqlite3
from dataclasses import dataclass, field

from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.selection import condition_of
from dashboard.analysis.self_hosted import self_hosted_providers

MICRO_USD = 1_000_000
PARTIAL_SHARE = 0.05
"""From this share of unpriced calls on, quality per dollar is not given as one number."""


@dataclass(frozen=True, slots=True)
class RouteFigure:
    """One route. Tasks stay with the route they asked for; spend lies with the route that served the call."""

    route: str
    tasks: int
    completed: int
    kept: int
    """Completed tasks none of whose patches was undone within the window."""
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
    tasks: int = 0
    completed: int = 0
    calls: int = 0
    unpriced: int = 0
    kept: dict[int, int] = field(default_factory=dict[int, int])
    spend: dict[int, int] = field(default_factory=dict[int, int])


def route_figures(connection: sqlite3.Connection, chosen: Filter) -> tuple[RouteFigure, ...]:
    """Return every route that tasks asked for or that served them, by name."""
    found: dict[str, _Days] = {}
    condition, parameters = condition_of(chosen, chosen.period, "task_daily")
    for day, provider, model, tasks, completed, kept in connection.execute(
        "SELECT date, provider, model, sum(task_count), sum(completed_count), sum(kept_count) "  # noqa: S608
        f"FROM task_daily WHERE {condition} GROUP BY date, provider, model",
        parameters,
    ):
        route = found.setdefault(route_name(provider, model), _Days(provider))
        route.tasks += tasks
        route.completed += completed
        route.kept[day] = kept
    condition, parameters = condition_of(chosen, chosen.period, "call_daily")
    for day, provider, model, calls, unpriced, cost in connection.execute(
        "SELECT date, provider, model, sum(call_count), sum(unpriced_count), sum(cost_micro_usd) "  # noqa: S608
        f"FROM call_daily WHERE is_attributed AND {condition} GROUP BY date, provider, model",
        parameters,
    ):
        route = found.setdefault(route_name(provider, model), _Days(provider))
        route.calls += calls
        route.unpriced += unpriced
        route.spend[day] = cost
    return tuple(_figure(name, found[name]) for name in sorted(found))


def _figure(name: str, route: _Days) -> RouteFigure:
    spend = sum(route.spend.values())
    is_self_hosted = route.provider in self_hosted_providers()
    priced = route.calls - route.unpriced
    value, low, high = (None, None, None)
    if spend > 0 and not is_self_hosted:
        value, low, high = _quality(route, spend, priced)
    return RouteFigure(
        route=name,
        tasks=route.tasks,
        completed=route.completed,
        kept=sum(route.kept.values()),
        calls=route.calls,
        unpriced_calls=route.unpriced,
        spend_usd=spend / MICRO_USD if priced else None,
        is_spend_known=route.calls > 0 and route.unpriced == 0,
        is_self_hosted=is_self_hosted,
        quality_per_usd=value,
        low=low,
        high=high,
    )


def _quality(route: _Days, spend: int, priced: int) -> tuple[float | None, float | None, float | None]:
    """Return kept tasks per dollar. Unpriced calls widen the interval downwards: they cost as much as a mean call."""
    days = sorted(route.kept.keys() | route.spend.keys())
    estimate = ratio_over_days(
        [route.kept.get(day, 0) for day in days], [route.spend.get(day, 0) / MICRO_USD for day in days]
    )
    low, high = estimate.interval or (None, None)
    if low is not None:
        low *= spend / (spend + route.unpriced * spend / priced)
    is_partial = route.unpriced > PARTIAL_SHARE * route.calls
    return (None if is_partial else estimate.value), low, high
