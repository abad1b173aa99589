"""Calls of a filter by route and day: read once for all that is said of spend, prices, caches and tokens."""

import sqlite3
from typing import NamedTuple

from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.shared import shared
from dashboard.analysis.strips import strips_of

_MEASURES = (
    "call_count", "unpriced_count", "cost_micro_usd", "usage_known_count", "input_tokens", "cache_read_tokens",
    "cache_write_tokens", "output_tokens", "computed_cost_micro_usd", "both_costs_count", "both_billed_count",
    "both_reported_micro_usd", "both_computed_micro_usd",
)  # fmt: skip


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
    """Return the routes and days of a period, whatever that of the filter is; the days of a route come together."""
    return _route_days(connection, chosen.during(period))


@shared
def _route_days(connection: sqlite3.Connection, chosen: Filter) -> tuple[RouteDay, ...]:
    calls = strips_of(connection, chosen, chosen.period, "call_daily")
    days = calls.daily(("provider", "model"), _MEASURES)
    found = (RouteDay(provider, model, day, *sums) for (provider, model), day, sums in days)
    return tuple(sorted(found, key=_order))


def _order(one: RouteDay) -> tuple[bool, str, bool, str, int]:
    return one.provider is None, one.provider or "", one.model is None, one.model or "", one.day
