"""Exports of figures: the objectives day by day, and quality and cost of routes."""

import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import Interval, ratio, wilson
from dashboard.analysis.route_comparison import Quality
from dashboard.analysis.route_table import RouteQuality, route_table
from dashboard.analysis.slos import daily_good_of_total

Cell = str | int | float | None
SLO_DAILY_COLUMNS = ("date", "slo", "good", "total", "value", "low", "high", "objective")
ROUTES_COLUMNS = (
    "route",
    "tasks",
    "completed",
    "spend_usd",
    "quality_per_usd",
    "quality_per_usd_low",
    "quality_per_usd_high",
    "completed_without_rollback",
    "immature_task_count",
    "call_count",
    "unpriced_call_count",
    "is_spend_known",
    "is_self_hosted",
    *(
        f"{name}{bound}"
        for name in (
            "task_success",
            "task_success_at_team_mix",
            "diff_acceptance",
            "diff_acceptance_at_team_mix",
            "cost_per_completed_task_usd",
            "call_error_rate",
            "median_latency_s",
        )
        for bound in ("", "_low", "_high")
    ),
)


@dataclass(frozen=True, slots=True)
class Summary:
    """One export of figures."""

    name: str
    meaning: str
    columns: tuple[str, ...]


SUMMARIES = (
    Summary(
        "slo_daily",
        "one row per day and objective that has data; patches only of days that are mature",
        SLO_DAILY_COLUMNS,
    ),
    Summary(
        "routes",
        "one row per provider route: tasks that asked for it, spend of the calls it served; quality per dollar is "
        "completed_without_rollback per spend_usd; immature tasks can still be rolled back; rates raw and "
        "at the team's mix of task classes, with their intervals",
        ROUTES_COLUMNS,
    ),
)


def slo_daily(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> Iterator[tuple[Cell, ...]]:
    """Return good and total of each objective and day; their sums are the figures of the overview."""
    for day, slo, good, total in daily_good_of_total(connection, chosen, as_of):
        low, high = wilson(good, total) or (None, None)
        value = ratio(good, total)
        yield (
            day.isoformat(),
            slo.name,
            good,
            total,
            plain_number(value),
            plain_number(low),
            plain_number(high),
            slo.objective,
        )


def routes(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> Iterator[tuple[Cell, ...]]:
    """Return the routes by name."""
    for row in sorted(route_table(connection, chosen, as_of).rows, key=lambda row: row.route):
        route = row.figure
        yield (
            route.route,
            route.tasks,
            route.completed,
            plain_number(route.spend_usd),
            plain_number(route.quality_per_usd),
            plain_number(route.low),
            plain_number(route.high),
            route.kept,
            route.immature_tasks,
            route.calls,
            route.unpriced_calls,
            "true" if route.is_spend_known else "false",
            "true" if route.is_self_hosted else "false",
            *_quality(row.quality[Quality.SUCCESS]),
            *_quality(row.quality[Quality.ACCEPTANCE]),
            *_bounded(row.cost.value, row.cost.interval),
            *_bounded(row.errors.value, row.errors.interval),
            *_bounded(row.latency and row.latency.median, row.latency and row.latency.interval),
        )


def _quality(found: RouteQuality) -> tuple[Cell, ...]:
    at_mix = found.standardised
    return (
        *_bounded(found.raw.value, found.raw.interval),
        *_bounded(at_mix and at_mix.value, (at_mix.low, at_mix.high) if at_mix else None),
    )


def _bounded(value: float | None, bounds: Interval | None) -> tuple[Cell, Cell, Cell]:
    low, high = bounds or (None, None)
    return plain_number(value), plain_number(low), plain_number(high)


def plain_number(value: float | None) -> str | None:
    """Write a number in full, so that it reads back the same, never as 1e-05; what is no number is empty."""
    if value is None or not math.isfinite(value):
        return None
    return format(Decimal(repr(float(value))), "f")
