"""What gateways report against tokens times price: by route, only calls that have both, the worst first."""

import sqlite3
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis.as_of import day_from_number, day_number
from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.burn_rates import facts_condition
from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.intervals import Interval
from dashboard.analysis.newest_days import newest_days
from dashboard.analysis.remembered import remembered
from dashboard.analysis.selection import condition_of
from dashboard.analysis.slo_events import events_of
from dashboard.analysis.spend_amounts import MICRO_USD
from data.frames import Schema, frame_of
from data.words import CostBasis

_MOST_CALLS = 10_000
"""Of all projects and routes together: a filter is asked of the calls themselves, so all of a day are looked at."""
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
    """All routes, and the days that were read call by call; null when no call has both costs."""

    routes: tuple[RouteDiscrepancy, ...]
    days: Period | None
    calls: int
    """Calls of the whole period that have both costs; those of the routes where all its days were read."""


def discrepancies(connection: sqlite3.Connection, chosen: Filter) -> Discrepancies:
    """Return the discrepancy of each route, the largest amount first, over the newest days that can be read."""
    newest = _newest(connection, chosen)
    if newest is None:
        return Discrepancies((), None, 0)
    until = Filter(Period(chosen.period.first, newest))
    days = newest_days(connection, until, "call_daily", "both_costs_count", most=_MOST_CALLS) or chosen.period
    condition, parameters = facts_condition(chosen, events_of("provider_stability"))
    by_route: dict[str, list[tuple[int, int, int, int]]] = {}
    for provider, model, *sums in connection.execute(
        "SELECT provider, model, count(*), sum(reported_cost_micro_usd), sum(computed_cost_micro_usd), "  # noqa: S608
        f"sum(cost_basis = '{CostBasis.REPORTED}') FROM llm_call WHERE started_date BETWEEN :first AND :last "
        "AND is_counted AND reported_cost_micro_usd IS NOT NULL AND computed_cost_micro_usd IS NOT NULL "
        f"AND {condition} "
        "GROUP BY provider, model, started_date ORDER BY started_date",
        parameters | {"first": day_number(days.first), "last": day_number(days.last)},
    ):
        by_route.setdefault(route_name(provider, model), []).append((sums[0], sums[1], sums[2], sums[3]))
    found = [_route(name, rows) for name, rows in by_route.items()]
    ranked = sorted(found, key=lambda route: (-abs(route.difference_usd), route.route))
    within, named = condition_of(chosen, chosen.period, "call_daily")
    row = connection.execute(f"SELECT sum(both_costs_count) FROM call_daily WHERE {within}", named).fetchone()  # noqa: S608
    return Discrepancies(tuple(ranked), Period(days.first, chosen.period.last), int(row[0]))


def _newest(connection: sqlite3.Connection, chosen: Filter) -> date | None:
    """Return the newest day of the filter with a call that has both costs."""
    condition, parameters = condition_of(chosen, chosen.period, "call_daily")
    row = connection.execute(
        f"SELECT max(date) FROM call_daily WHERE {condition} AND both_costs_count > 0",  # noqa: S608
        parameters,
    ).fetchone()
    return None if row[0] is None else day_from_number(row[0])


def _route(name: str, days: list[tuple[int, int, int, int]]) -> RouteDiscrepancy:
    calls, reported, computed, counts = (sum(column) for column in zip(*days, strict=True))
    estimate = ratio_over_days([day[1] - day[2] for day in days], [day[2] for day in days])
    return RouteDiscrepancy(
        name, calls, reported / MICRO_USD, computed / MICRO_USD, estimate.value, estimate.interval, counts
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
