"""The tables of the routes page, full: values, intervals and n as columns; rates are 0 to 1, money US dollars."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from dashboard.analysis.filters import Filter
from dashboard.analysis.frontier import PlanePoint
from dashboard.analysis.intervals import Interval
from dashboard.analysis.remembered import remembered
from dashboard.analysis.route_comparison import Quality
from dashboard.analysis.route_table import Rate, RouteRow, RouteTable
from dashboard.analysis.route_value import AtMix
from dashboard.analysis.route_work import route_work
from data.words import TaskClass

Record = dict[str, Any]


@remembered()
def quality_frame(table: RouteTable, quality: Quality) -> pl.DataFrame:
    """Return one row per route: one quality raw, at the team's mix, drawn towards the team, and the ties."""
    name = quality.value
    names = (
        *("route", "task_count", "completed_count", "unknown_outcome_count"),
        *_rate_names(name),
        *_bounds(f"{name}_standardised"),
        *(f"{name}_standardised_n", "covered_share_of_mix"),
        *_bounds(f"{name}_shrunk"),
        *("tie_groups", "clearly_better"),
    )
    return _frame([_quality(row, quality) for row in table.rows], names)


@remembered()
def cost_frame(table: RouteTable) -> pl.DataFrame:
    """Return one row per route: cost, quality per dollar, latency, errors, unknown cost, use as a fallback."""
    names = (
        *("route", "pricing", "task_count", "completed_count", "completed_without_rollback_count"),
        *("immature_task_count", "spend_usd"),
        *_bounds("quality_per_usd"),
        *_bounds("quality_per_usd_standardised"),
        "quality_per_usd_tie_groups",
        *_bounds("cost_per_completed_task_usd"),
        *_bounds("standardised_cost_per_completed_task_usd"),
        "covered_share_of_mix",
        *("cost_reason", "call_count"),
        *_rate_names("error"),
        *_rate_names("unknown_cost"),
        *_rate_names("served_as_fallback"),
        *_bounds("median_latency_s"),
        *("latency_n", "latency_measured_by"),
    )
    return _frame([_cost(row) for row in table.rows], names)


@remembered()
def pair_frame(table: RouteTable) -> pl.DataFrame:
    """Return one row per pair of compared routes and quality: the difference raw, within classes, and by the mix."""
    return _frame(
        [
            {
                "quality": quality.value,
                "route": pair.leader,
                "compared_with": pair.other,
                "n": pair.leader_counts[1],
                "compared_n": pair.other_counts[1],
                **_interval("raw_difference", pair.raw.value, (pair.raw.low, pair.raw.high)),
                **_interval(
                    "within_classes_difference",
                    pair.pooled and pair.pooled.value,
                    pair.pooled and (pair.pooled.low, pair.pooled.high),
                ),
                **_interval("mix_difference", pair.mix.value, (pair.mix.low, pair.mix.high)),
                "overlap": pair.pooled.overlap if pair.pooled else 0.0,
                "p_value": pair.pooled and pair.pooled.p_value,
                "effect": pair.effect.value,
                "clearly_better": pair.better,
            }
            for quality in Quality
            for pair in table.comparisons[quality].pairs
        ],
        (
            *("quality", "route", "compared_with", "n", "compared_n"),
            *(end for name in ("raw", "within_classes", "mix") for end in _bounds(f"{name}_difference")),
            *("overlap", "p_value", "effect", "clearly_better"),
        ),
    )


@remembered()
def plane_frame(points: Sequence[PlanePoint]) -> pl.DataFrame:
    """Return one row per route in the plane of quality and cost."""
    return _frame(
        [
            {
                "route": point.route,
                **_interval("quality", point.quality, point.quality_interval),
                "n": point.n,
                "covered_share_of_mix": point.coverage,
                **_interval("standardised_cost_per_completed_task_usd", point.cost, point.cost_interval),
                "pricing": point.pricing.value,
                "is_on_frontier": point.is_efficient,
                "outdone_by": point.outdone_by,
            }
            for point in points
        ],
        (
            "route",
            *_bounds("quality"),
            *("n", "covered_share_of_mix"),
            *_bounds("standardised_cost_per_completed_task_usd"),
            *("pricing", "is_on_frontier", "outdone_by"),
        ),
    )


def use_frame(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> pl.DataFrame:
    """Return one row per route and task class: how much of what the route is asked for is of that class."""
    works = [work for work in route_work(connection, chosen, as_of).values() if work.task_count]
    whole = sum(work.task_count for work in works)
    of_team = {word.value: sum(work.tasks.get(word.value, 0) for work in works) / whole for word in TaskClass if whole}
    return _frame(
        [
            {
                "route": work.name,
                "task_class": task_class,
                "task_count": work.tasks.get(task_class, 0),
                "route_task_count": work.task_count,
                "share": work.tasks.get(task_class, 0) / work.task_count,
                "team_share": share,
            }
            for work in sorted(works, key=lambda work: (-work.task_count, work.name))
            for task_class, share in of_team.items()
            if share
        ],
        ("route", "task_class", "task_count", "route_task_count", "share", "team_share"),
    )


def _quality(row: RouteRow, quality: Quality) -> Record:
    found = row.quality[quality]
    at_mix, drawn = found.standardised, found.shrunk
    return {
        "route": row.route,
        "task_count": row.tasks,
        "completed_count": row.completed,
        "unknown_outcome_count": row.unknown,
        **_rate(quality.value, found.raw),
        **_interval(f"{quality}_standardised", at_mix and at_mix.value, (at_mix.low, at_mix.high) if at_mix else None),
        f"{quality}_standardised_n": at_mix and at_mix.n,
        "covered_share_of_mix": at_mix and at_mix.coverage,
        **_interval(f"{quality}_shrunk", drawn and drawn.value, (drawn.low, drawn.high) if drawn else None),
        "tie_groups": found.ties,
        "clearly_better": ", ".join(found.better) or None,
    }


def _cost(row: RouteRow) -> Record:
    figure, latency = row.figure, row.latency
    per_dollar = (figure.low, figure.high) if figure.low is not None and figure.high is not None else None
    return {
        "route": row.route,
        "pricing": row.pricing.value,
        "task_count": row.tasks,
        "completed_count": row.completed,
        "completed_without_rollback_count": figure.kept,
        "immature_task_count": figure.immature_tasks,
        "spend_usd": figure.spend_usd,
        **_interval("quality_per_usd", figure.quality_per_usd, per_dollar),
        **_at_mix("quality_per_usd_standardised", row.per_dollar_at_mix),
        "quality_per_usd_tie_groups": row.value_ties,
        **_interval("cost_per_completed_task_usd", row.cost.value, row.cost.interval),
        **_at_mix("standardised_cost_per_completed_task_usd", row.cost_at_mix),
        "covered_share_of_mix": row.per_dollar_at_mix and row.per_dollar_at_mix.covered,
        "cost_reason": row.cost.reason,
        "call_count": row.calls,
        **_rate("error", row.errors),
        **_rate("unknown_cost", row.unpriced),
        **_rate("served_as_fallback", row.fallback),
        **_interval("median_latency_s", latency and latency.median, latency and latency.interval),
        "latency_n": latency and latency.n,
        "latency_measured_by": ", ".join(latency.measured_by) if latency else None,
    }


def _at_mix(name: str, found: AtMix | None) -> Record:
    return _interval(name, found and found.value, found and found.interval)


def _rate(name: str, found: Rate) -> Record:
    return {**_interval(name, found.value, found.interval), f"{name}_k": found.k, f"{name}_n": found.n}


def _interval(name: str, value: float | None, bounds: Interval | None) -> Record:
    low, high = bounds or (None, None)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _bounds(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


def _rate_names(name: str) -> tuple[str, ...]:
    return *_bounds(name), f"{name}_k", f"{name}_n"


def _frame(records: Sequence[Mapping[str, Any]], names: Sequence[str]) -> pl.DataFrame:
    """Return records as a frame with these columns, also where there are none."""
    return pl.DataFrame(list(records), schema=None if records else list(names), infer_schema_length=None)
