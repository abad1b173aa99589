"""Tasks of a filter by the route that they asked for and by day: read once for quality, spend and their intervals."""

import sqlite3
from typing import NamedTuple

from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.selection import condition_of, smallest_rollup
from dashboard.analysis.shared import shared


class RouteTaskDay(NamedTuple):
    """Tasks that asked for one route on one day: sums of columns of task_daily."""

    provider: str | None
    model: str | None
    day: int
    tasks: int
    completed: int
    kept: int
    """Completed ones none of whose patches was rolled back within the window."""
    unknown: int
    """Tasks of which nobody knows how they ended: in no rate."""
    micro_usd: int
    """Known spend, in millionths of a US dollar."""


def route_task_days(connection: sqlite3.Connection, chosen: Filter, period: Period) -> tuple[RouteTaskDay, ...]:
    """Return the routes and days of a period in the order of days, whatever the period of the filter is."""
    return _route_task_days(connection, chosen.during(period))


@shared
def _route_task_days(connection: sqlite3.Connection, chosen: Filter) -> tuple[RouteTaskDay, ...]:
    table = smallest_rollup(chosen, "task_daily")
    condition, parameters = condition_of(chosen, chosen.period, table)
    rows = connection.execute(
        "SELECT provider, model, date, sum(task_count), sum(completed_count), sum(kept_count), "  # noqa: S608
        f"sum(unknown_count), sum(known_cost_micro_usd) FROM {table} WHERE {condition} GROUP BY date, provider, model "
        "ORDER BY date",
        parameters,
    )
    return tuple(map(RouteTaskDay._make, rows))
