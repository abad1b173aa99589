"""Tasks of a filter by the route that they asked for and by day: what costs and their intervals are made of."""

import sqlite3
from typing import NamedTuple

import numpy as np

from dashboard.analysis.class_days import class_tasks
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.shared import shared

_MEASURES = ("task_count", "completed_count", "kept_count", "unknown_count", "known_cost_micro_usd")


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
    found = class_tasks(connection, chosen)
    days = [
        RouteTaskDay(*route, day, *counts)
        for route, sums in found.by_route(*_MEASURES).items()
        for day, counts in enumerate(sums.astype(np.int64).T.tolist(), found.first)
        if any(counts)
    ]
    return tuple(sorted(days, key=lambda one: one.day))
