"""Spend per completed task of each route, and why there is none: unknown prices and own machines are not free."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.intervals import Interval
from dashboard.analysis.routes import MICRO_USD, PARTIAL_SHARE, RouteFigure
from dashboard.analysis.strips import strips_of


class Pricing(StrEnum):
    """How the spend of a route is known."""

    PRICED = "priced"
    PARTIAL = "partly unpriced"
    """More than a twentieth of its calls have no known cost: a range, not a number."""
    UNPRICED = "unpriced"
    SELF_HOSTED = "self-hosted"
    NO_CALLS = "no calls"


@dataclass(frozen=True, slots=True)
class RouteCost:
    """Spend of the tasks that asked for a route, failed ones included, per completed task, in USD."""

    pricing: Pricing
    value: float | None
    interval: Interval | None
    completed: int
    reason: str | None = None
    """Why there is no value or no interval."""


@dataclass
class _Days:
    spend: list[int] = field(default_factory=list[int])
    completed: list[int] = field(default_factory=list[int])


def route_costs(
    connection: sqlite3.Connection, chosen: Filter, figures: Sequence[RouteFigure]
) -> Mapping[str, RouteCost]:
    """Return the cost of every route, by name; ``figures`` say how much of each route's calls has a price."""
    found: dict[str, _Days] = {}
    tasks = strips_of(connection, chosen, chosen.period, "task_daily")
    for name, _, (completed, micro_usd) in tasks.daily(
        ("provider", "model"), ("completed_count", "known_cost_micro_usd"), route_name
    ):
        days = found.setdefault(name, _Days())
        days.completed.append(completed)
        days.spend.append(micro_usd)
    return {figure.route: _cost(figure, found.get(figure.route, _Days())) for figure in figures}


def pricing_of(figure: RouteFigure) -> Pricing:
    """Return how the spend of a route is known."""
    if figure.is_self_hosted:
        return Pricing.SELF_HOSTED
    if figure.calls == 0:
        return Pricing.NO_CALLS
    if figure.unpriced_calls == figure.calls or not figure.spend_usd:
        return Pricing.UNPRICED
    return Pricing.PARTIAL if figure.unpriced_calls > PARTIAL_SHARE * figure.calls else Pricing.PRICED


_REASONS = {
    Pricing.SELF_HOSTED: "own machines have no price per token",
    Pricing.UNPRICED: "no call has a known cost",
    Pricing.NO_CALLS: "no call of its tasks is known",
}


def _cost(figure: RouteFigure, days: _Days) -> RouteCost:
    pricing, completed = pricing_of(figure), sum(days.completed)
    if pricing in _REASONS or not any(days.spend):
        return RouteCost(pricing, None, None, completed, _REASONS.get(pricing, "no spend of its tasks is known"))
    estimate = ratio_over_days([spend / MICRO_USD for spend in days.spend], days.completed)
    interval = estimate.interval
    if interval is not None:
        # Unpriced calls may have cost as much as the others: the range reaches up to that.
        interval = interval[0], interval[1] * figure.calls / (figure.calls - figure.unpriced_calls)
    if pricing is Pricing.PARTIAL:
        return RouteCost(pricing, None, interval, completed, "too many calls have no known cost for one number")
    return RouteCost(pricing, estimate.value, interval, completed, estimate.reason)
