"""What gateways report against tokens times price: by route, only calls that have both, the worst first."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.intervals import Interval
from dashboard.analysis.remembered import remembered
from dashboard.analysis.route_days import RouteDay, route_days
from dashboard.analysis.spend_amounts import MICRO_USD
from data.frames import Schema, frame_of

NOTICEABLE_SHARE = 0.01
"""A difference below a hundredth of the computed cost is rounding and small print."""


@dataclass(frozen=True, slots=True)
class RouteDiscrepancy:
    """One route: the calls that have both costs."""

    route: str
    calls: int
    reported_usd: float
    computed_usd: float
    relative: float | None
    """Reported minus computed, as a share of the computed cost."""
    interval: Interval | None
    """Of that share: a bootstrap over days."""
    reported_counts: int
    """Of the calls: those whose reported cost is the one that counts."""

    @property
    def difference_usd(self) -> float:
        """Reported minus computed."""
        return self.reported_usd - self.computed_usd

    @property
    def counts(self) -> str:
        """Which of the two counts as the cost of the calls."""
        if self.reported_counts in (0, self.calls):
            return "reported" if self.reported_counts else "computed"
        return f"reported for {self.reported_counts:,}, computed for the others"


@dataclass(frozen=True, slots=True)
class Discrepancies:
    """All routes, the largest amount first; none when no call has both costs."""

    routes: tuple[RouteDiscrepancy, ...]

    @property
    def calls(self) -> int:
        """Calls that have both costs."""
        return sum(route.calls for route in self.routes)


def discrepancies(connection: sqlite3.Connection, chosen: Filter) -> Discrepancies:
    """Return the discrepancy of each route, over all calls of the period that have both costs."""
    by_route: dict[str, list[RouteDay]] = {}
    for one in sorted(route_days(connection, chosen, chosen.period), key=lambda one: one.day):
        if one.both_calls:
            by_route.setdefault(route_name(one.provider, one.model), []).append(one)
    found = [_route(name, days) for name, days in by_route.items()]
    return Discrepancies(tuple(sorted(found, key=lambda route: (-abs(route.difference_usd), route.route))))


def _route(name: str, days: Sequence[RouteDay]) -> RouteDiscrepancy:
    estimate = ratio_over_days(
        [day.both_reported - day.both_computed for day in days], [day.both_computed for day in days]
    )
    return RouteDiscrepancy(
        route=name,
        calls=sum(day.both_calls for day in days),
        reported_usd=sum(day.both_reported for day in days) / MICRO_USD,
        computed_usd=sum(day.both_computed for day in days) / MICRO_USD,
        relative=estimate.value,
        interval=estimate.interval,
        reported_counts=sum(day.both_billed for day in days),
    )


@remembered()
def discrepancy_frame(found: Discrepancies) -> pl.DataFrame:
    """Return one row per route, as the table and its CSV show it."""
    text, real, count = pl.String(), pl.Float64(), pl.Int64()
    rows = [
        (
            route.route,
            route.calls,
            route.reported_usd,
            route.computed_usd,
            route.difference_usd,
            route.relative,
            *(route.interval or (None, None)),
            route.counts,
        )
        for route in found.routes
    ]
    schema: Schema = {
        "route": text,
        "n_count": count,
        **dict.fromkeys(("reported_usd", "computed_usd", "difference_usd"), real),
        **dict.fromkeys(("difference_rate", "difference_low_rate", "difference_high_rate"), real),
        "cost_that_counts": text,
    }
    return frame_of(rows, schema)
