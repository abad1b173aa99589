"""The efficient frontier: routes for which no other is both better and cheaper."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.analysis.intervals import Interval
from dashboard.analysis.remembered import remembered
from dashboard.analysis.route_comparison import Quality
from dashboard.analysis.route_costs import Pricing
from dashboard.analysis.route_table import RouteTable

FULL_COVERAGE = 0.5
"""A standardised rate that covers less of the mix is drawn hollow: it says little about the rest."""


@dataclass(frozen=True, slots=True)
class PlanePoint:
    """One route in the plane of quality and cost."""

    route: str
    quality: float
    """Standardised rate."""
    quality_interval: Interval
    n: int
    """Tasks or patches behind the quality."""
    coverage: float
    pricing: Pricing
    cost: float | None
    """USD per completed task at the team's mix; null for routes without a price or with too few tasks, shown apart."""
    cost_interval: Interval | None
    is_efficient: bool
    outdone_by: str | None
    """A route that is at least as good and cheaper; null on the frontier and where there is no price."""


@remembered(24)
def plane(table: RouteTable, quality: Quality) -> tuple[PlanePoint, ...]:
    """Return the routes that are compared, with those on the frontier marked; cheapest first, the unpriced last."""
    compared = set(table.comparisons[quality].routes)
    found: list[tuple[str, float, float | None]] = []
    for row in table.rows:
        at_mix = row.quality[quality].standardised
        if row.route in compared and at_mix is not None:
            found.append((row.route, at_mix.value, row.cost_at_mix and row.cost_at_mix.value))
    outdone = outdone_by(found)
    points: list[PlanePoint] = []
    for route, value, cost in found:
        row = table.row(route)
        assert row is not None
        at_mix = row.quality[quality].standardised
        assert at_mix is not None
        points.append(
            PlanePoint(
                route=route,
                quality=value,
                quality_interval=(at_mix.low, at_mix.high),
                n=at_mix.n,
                coverage=at_mix.coverage,
                pricing=row.pricing,
                cost=cost,
                cost_interval=row.cost_at_mix.interval if row.cost_at_mix else row.cost.interval,
                is_efficient=cost is not None and route not in outdone,
                outdone_by=outdone.get(route),
            )
        )
    return tuple(sorted(points, key=lambda point: (point.cost is None, point.cost or 0.0, -point.quality, point.route)))


def outdone_by(routes: Sequence[tuple[str, float, float | None]]) -> dict[str, str]:
    """Return for each route off the frontier the best of those that are as good and cheap, and better in one.

    Takes name, quality and cost; routes without cost are neither on the frontier nor off it.
    """
    priced = [(name, quality, cost) for name, quality, cost in routes if cost is not None]
    found: dict[str, str] = {}
    for name, quality, cost in priced:
        over = [
            (-other_quality, other_cost, other)
            for other, other_quality, other_cost in priced
            if other_quality >= quality and other_cost <= cost and (other_quality, other_cost) != (quality, cost)
        ]
        if over:
            found[name] = min(over)[2]
    return found
