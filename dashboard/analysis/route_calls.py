"""Calls by the route that served them: how many, how many failed and how, and what they cost."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.selection import condition_of, smallest_rollup
from data.words import CallSource, CallStatus


@dataclass
class RouteCalls:
    """Calls that one route served."""

    call_count: int = 0
    error_count: int = 0
    priced_count: int = 0
    cost_micro_usd: int = 0
    lower_bound_count: int = 0
    """Calls of a source that leaves most failed calls out, so that their errors are a lower bound."""
    error_kinds: Counter[str] = field(default_factory=Counter[str])


def calls_by_route(connection: sqlite3.Connection, chosen: Filter, period: Period) -> dict[str, RouteCalls]:
    """Return the calls of a filter by the route that served them."""
    table = smallest_rollup(chosen, "call_daily")
    condition, parameters = condition_of(chosen, period, table)
    routes: dict[str, RouteCalls] = {}
    for provider, model, status, kind, calls, unpriced, cost, bounded in connection.execute(
        "SELECT provider, model, status, error_kind, sum(call_count), sum(unpriced_count), sum(cost_micro_usd), "  # noqa: S608
        f"sum(iif(source = '{CallSource.OPENROUTER}', call_count, 0)) "
        f"FROM {table} WHERE {condition} GROUP BY provider, model, status, error_kind",
        parameters,
    ):
        route = routes.setdefault(route_name(provider, model), RouteCalls())
        route.call_count += calls
        route.priced_count += calls - unpriced
        route.cost_micro_usd += cost
        route.lower_bound_count += bounded
        if status == CallStatus.ERROR:
            route.error_count += calls
            route.error_kinds[kind or "unknown"] += calls
    return routes
