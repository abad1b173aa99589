"""Calls of a filter by route and day: read once for all that is said of spend, prices, caches and tokens."""

import sqlite3
from typing import NamedTuple

from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.selection import condition_of, smallest_rollup
from dashboard.analysis.shared import shared


class RouteDay(NamedTuple):
    """Counted calls of one route on one day: sums of columns of call_daily."""

    provider: str | None
    model: str | None
    day: int
    calls: int
    unpriced: int
    micro_usd: int
    """Known spend, in millionths of a US dollar."""
    known_calls: int
    """Calls whose tokens are known."""
    sent: int
    cache_read: int
    cache_write: int
    received: int
    listed: int
    """Computed cost: tokens times the prices of the day."""
    both_calls: int
    """Calls with a reported and a computed cost."""
    both_billed: int
    """Of these, where the reported cost is the one that counts."""
    both_reported: int
    both_computed: int


def route_days(connection: sqlite3.Connection, chosen: Filter, period: Period) -> tuple[RouteDay, ...]:
    """Return the routes and days of a period, whatever that of the filter is."""
    return _route_days(connection, chosen.during(period))


@shared
def _route_days(connection: sqlite3.Connection, chosen: Filter) -> tuple[RouteDay, ...]:
    table = smallest_rollup(chosen, "call_daily")
    condition, parameters = condition_of(chosen, chosen.period, table)
    rows = connection.execute(
        "SELECT provider, model, date, sum(call_count), sum(unpriced_count), sum(cost_micro_usd), "  # noqa: S608
        "sum(usage_known_count), sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens), "
        "sum(output_tokens), sum(computed_cost_micro_usd), sum(both_costs_count), sum(both_billed_count), "
        f"sum(both_reported_micro_usd), sum(both_computed_micro_usd) FROM {table} WHERE {condition} "
        "GROUP BY provider, model, date",
        parameters,
    )
    return tuple(map(RouteDay._make, rows))
