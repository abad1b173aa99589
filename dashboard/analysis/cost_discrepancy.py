"""What gateways report against tokens times price: by route, only calls that have both, the worst first."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from dashboard.analysis.as_of import day_from_number, day_number
from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.burn_rates import facts_condition
from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.intervals import Interval
from dashboard.analysis.newest_days import counts_by_day, newest_days, newest_of
from dashboard.analysis.remembered import remembered
from dashboard.analysis.selection import condition_of
from dashboard.analysis.slo_events import events_of
from dashboard.analysis.spend_amounts import MICRO_USD
from data.frames import Schema, frame_of
from data.words import CostBasis

_MOST_CALLS = 10_000
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
    """Of the calls: those whose reported cost is the one that counts; where both make the same spend, either may be."""

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
    counts = counts_by_day(connection, chosen, "call_daily", "both_costs_count")
    days = newest_of(counts, chosen.period, most=_MOST_CALLS)
    if days is None:
        return Discrepancies((), None, 0)
    sums, unclear = _sums(connection, chosen, days)
    if unclear:
        days = _read_days(connection, chosen.period, newest=counts[0][0])
        sums = {key: value for key, value in sums.items() if key[2] >= day_number(days.first)}
        called = _sums_of_calls(connection, chosen, {key[2] for key in unclear & sums.keys()})
        sums |= {key: called[key] for key in unclear & sums.keys()}
    by_route: dict[str, list[_Sums]] = {}
    for (provider, model, _), value in sorted(sums.items(), key=lambda entry: entry[0][2]):
        by_route.setdefault(route_name(provider, model), []).append(value)
    found = [_route(name, rows) for name, rows in by_route.items()]
    ranked = sorted(found, key=lambda route: (-abs(route.difference_usd), route.route))
    return Discrepancies(tuple(ranked), days, sum(count for _, count in counts))


_Sums = tuple[int, int, int, int]
"""Calls with both costs, what is reported and what is computed for them, and how many count as reported."""
_RouteDay = tuple[str | None, str | None, int]

# Calls of unknown cost have neither, so that the sums of such a row are those of its calls with both costs.
_IS_CLEAR = (
    "both_costs_count + unpriced_count = call_count AND cost_micro_usd IN (reported_cost_micro_usd, "
    "computed_cost_micro_usd)"
)


def _sums(
    connection: sqlite3.Connection, chosen: Filter, days: Period
) -> tuple[dict[_RouteDay, _Sums], set[_RouteDay]]:
    """Return the sums by route and day as the rollup has them, and of which of these only the calls tell them.

    Which cost counts shows where the spend is one of the two sums.
    """
    condition, parameters = condition_of(chosen, days, "call_daily")
    found: dict[_RouteDay, _Sums] = {}
    unclear: set[_RouteDay] = set()
    for provider, model, day, is_clear, *sums in connection.execute(
        f"SELECT provider, model, date, min({_IS_CLEAR}), sum(both_costs_count), sum(reported_cost_micro_usd), "  # noqa: S608
        "sum(computed_cost_micro_usd), sum(iif(cost_micro_usd = reported_cost_micro_usd, both_costs_count, 0)) "
        f"FROM call_daily WHERE {condition} AND both_costs_count > 0 GROUP BY provider, model, date",
        parameters,
    ):
        found[provider, model, day] = (sums[0], sums[1], sums[2], sums[3])
        if not is_clear:
            unclear.add((provider, model, day))
    return found, unclear


def _read_days(connection: sqlite3.Connection, period: Period, newest: int) -> Period:
    """Return the newest days, up to one, of which the calls can be read: those of all projects and routes."""
    until = Filter(Period(period.first, day_from_number(newest)))
    days = newest_days(connection, until, "call_daily", "both_costs_count", most=_MOST_CALLS)
    return period if days is None else Period(days.first, period.last)


def _sums_of_calls(connection: sqlite3.Connection, chosen: Filter, days: Iterable[int]) -> dict[_RouteDay, _Sums]:
    condition, parameters = facts_condition(chosen, events_of("provider_stability"))
    listed = ", ".join(str(day) for day in sorted(days))
    return {
        (provider, model, day): (sums[0], sums[1], sums[2], sums[3])
        for provider, model, day, *sums in connection.execute(
            "SELECT provider, model, started_date, count(*), sum(reported_cost_micro_usd), "  # noqa: S608
            f"sum(computed_cost_micro_usd), sum(cost_basis = '{CostBasis.REPORTED}') FROM llm_call "
            f"WHERE started_date IN ({listed}) AND is_counted AND reported_cost_micro_usd IS NOT NULL "
            f"AND computed_cost_micro_usd IS NOT NULL AND {condition} GROUP BY provider, model, started_date",
            parameters,
        )
    }


def _route(name: str, days: list[_Sums]) -> RouteDiscrepancy:
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
