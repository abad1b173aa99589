"""Provider stability by model: calls, errors with their kinds, and the share without one."""

import sqlite3

import polars as pl

from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import ratio, wilson
from dashboard.analysis.route_calls import calls_by_route
from data.frames import frame_of


def errors_by_model(connection: sqlite3.Connection, chosen: Filter) -> pl.DataFrame:
    """Return one row per route that served, most errors first; one column for each kind of error that occurred."""
    routes = sorted(
        calls_by_route(connection, chosen, chosen.period).items(),
        key=lambda item: (-item[1].error_count, -item[1].call_count, item[0]),
    )
    kinds = sorted({kind for _, calls in routes for kind in calls.error_kinds})
    rows = [
        (
            route,
            calls.call_count,
            calls.error_count,
            ratio(calls.call_count - calls.error_count, calls.call_count),
            *(wilson(calls.call_count - calls.error_count, calls.call_count) or (None, None)),
            *(calls.error_kinds.get(kind, 0) for kind in kinds),
        )
        for route, calls in routes
    ]
    counts = dict.fromkeys(("call_count", "error_count"), pl.Int64())
    rates = dict.fromkeys(("without_error_rate", "low_rate", "high_rate"), pl.Float64())
    of_kinds = dict.fromkeys((f"{kind}_error_count" for kind in kinds), pl.Int64())
    return frame_of(rows, {"route": pl.String(), **counts, **rates, **of_kinds})
