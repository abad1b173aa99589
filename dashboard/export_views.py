"""Exports of the tables of pages that have filters: the same bytes as the button on the page gives."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime

import polars as pl

from dashboard.analysis.breakdowns import By, breakdown, breakdown_frame
from dashboard.analysis.burn_rates import burn_table
from dashboard.analysis.cache_savings import cache_savings, savings_frame
from dashboard.analysis.control_plane import control_plane, control_plane_frame
from dashboard.analysis.cost_discrepancy import discrepancies, discrepancy_frame
from dashboard.analysis.error_budget import error_budget
from dashboard.analysis.error_kinds import errors_by_model, errors_frame
from dashboard.analysis.filters import Filter
from dashboard.analysis.frontier import plane
from dashboard.analysis.policy_frames import drift_frame, drift_routes_frame, fallback_frame
from dashboard.analysis.price_effect import PriceEffect, price_effect
from dashboard.analysis.price_frames import change_frame, price_frame
from dashboard.analysis.route_changes import changes_frame, route_changes
from dashboard.analysis.route_comparison import Quality
from dashboard.analysis.route_fallbacks import asked_frame, asked_routes
from dashboard.analysis.route_frames import cost_frame, pair_frame, plane_frame, quality_frame, use_frame
from dashboard.analysis.route_table import route_table
from dashboard.analysis.routing_policy import drift, fallbacks
from dashboard.analysis.slo_frames import slo_frame
from dashboard.analysis.slos import slo_figures
from dashboard.analysis.spend import SpendBy, spend
from dashboard.analysis.spend_frames import budgets_frame, groups_frame, month_frame, spend_frame, unpriced_frame
from dashboard.analysis.spend_month import month_spend
from dashboard.analysis.spend_parts import per_completed_task, unpriced_routes
from dashboard.analysis.survival import patch_survival, survival_frame
from dashboard.analysis.timeline_marks import MOST_LISTED, marks_frame, timeline_marks
from dashboard.analysis.token_use import token_use
from dashboard.analysis.trend_buckets import Every
from dashboard.analysis.trend_frames import budget_frame, burn_frame, trend_frame
from dashboard.analysis.trends import slo_trends
from dashboard.analysis.unattributed import unattributed
from dashboard.export_approvals import APPROVAL_TABLES
from dashboard.export_review import REVIEW_TABLES
from dashboard.export_view_table import FrameOf, ViewTable, fits

TREND_NAMES = {
    "task_success": ("task_success_rate",),
    "diff_acceptance": ("diff_acceptance_rate",),
    "runtime_health": ("runtime_health_rate", "median_duration", "p95_duration", "timeout_rate"),
    "provider_stability": ("provider_stability_rate",),
    "cost_efficiency": ("spend_per_completed_task", "cost_efficiency_rate"),
}
"""The trends of each SLO by name."""


def _overview() -> Iterator[ViewTable]:
    yield ViewTable(
        "slo_figures",
        "one row per objective: its rate with interval, n, objective and change, and what people name it by",
        lambda connection, chosen, as_of: slo_frame(slo_figures(connection, chosen, as_of)),
    )
    yield ViewTable(
        "control_plane",
        "one row per count of the control plane",
        lambda connection, chosen, as_of: control_plane_frame(control_plane(connection, chosen, as_of)),
    )


def _trends() -> Iterator[ViewTable]:
    for slo, names in TREND_NAMES.items():
        for name in names:
            for every in Every:
                yield ViewTable(
                    f"{name}_by_{every.value}",
                    f"one row per {every.value}: value with interval and n, and the compared period beside it",
                    _trend(slo, name, every),
                )
        yield ViewTable(
            f"{slo}_error_budget", "one row per day of the window of the SLO: what is left of the budget", _budget(slo)
        )
        yield ViewTable(f"{slo}_burn_rates", "one row per burn-rate rule: burn rates and how it stands", _burn(slo))
        for by in By:
            yield ViewTable(
                f"{slo}_by_{by.value}",
                f"one row per {by.value.replace('_', ' ')}: its rate, against all others together",
                _part(slo, by),
            )
    yield ViewTable(
        "errors_by_model",
        "one row per route that served: calls without an error, and a column for each kind of error that occurred",
        lambda connection, chosen, _: errors_frame(errors_by_model(connection, chosen)),
    )
    yield ViewTable(
        "what_happened",
        f"one row per incident, released policy change and deployment rolled back (the newest {MOST_LISTED} of each)",
        lambda connection, chosen, _: marks_frame(timeline_marks(connection, chosen)),
    )
    yield ViewTable(
        "patch_survival",
        "one row per kind of decision and age: share of the patches that are still in place",
        lambda connection, chosen, as_of: survival_frame(patch_survival(connection, chosen, as_of)),
    )


def _trend(slo: str, name: str, every: Every) -> FrameOf:
    def frame(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> pl.DataFrame:
        found = next(trend for trend in slo_trends(connection, chosen, as_of, slo, every) if trend.name == name)
        fits(found.every, every, chosen)
        return trend_frame(found)

    return frame


def _budget(slo: str) -> FrameOf:
    return lambda connection, chosen, as_of: budget_frame(error_budget(connection, chosen, as_of, slo))


def _burn(slo: str) -> FrameOf:
    return lambda connection, chosen, as_of: burn_frame(burn_table(connection, chosen, as_of, slo))


def _part(slo: str, by: By) -> FrameOf:
    return lambda connection, chosen, as_of: breakdown_frame(breakdown(connection, chosen, as_of, slo, by), by)


def _routes() -> Iterator[ViewTable]:
    for quality in Quality:
        label = quality.label.lower()
        yield ViewTable(
            f"route_{quality}", f"one row per route: {label} raw and at the team's mix", _quality(quality), False
        )
        yield ViewTable(
            f"route_plane_{quality}",
            f"one row per route in the plane of {label} and cost: on the frontier, or outdone by another",
            _plane(quality),
            False,
        )
    others: tuple[tuple[str, str, FrameOf], ...] = (
        (
            "route_pairs",
            "one row per pair of routes and quality: the difference raw, within task classes, and by the mix",
            lambda connection, chosen, as_of: pair_frame(route_table(connection, chosen, as_of)),
        ),
        (
            "route_cost",
            "one row per route: cost, quality per dollar, latency, errors, unknown cost, use as a fallback",
            lambda connection, chosen, as_of: cost_frame(route_table(connection, chosen, as_of)),
        ),
        (
            "served_by_others",
            "one row per route that was asked for and other route that served calls in its place",
            lambda connection, chosen, _: asked_frame(asked_routes(connection, chosen)),
        ),
        ("route_use", "one row per route and task class: what the route is used for", use_frame),
        (
            "route_changes",
            "one row per route and figure: now and in the compared days, with the difference and its interval",
            lambda connection, chosen, as_of: changes_frame(route_changes(connection, chosen, as_of)),
        ),
        (
            "routing_drift",
            "one row per task class: share of its tasks by what the routing policy says of their route",
            lambda connection, chosen, as_of: drift_frame(drift(connection, chosen, as_of)),
        ),
        (
            "routing_drift_routes",
            "one row per task class and route: its place in the routing policy and its tasks",
            lambda connection, chosen, as_of: drift_routes_frame(drift(connection, chosen, as_of)),
        ),
        (
            "fallback_readiness",
            "one row per fallback of the routing policy, over all projects before the newest record",
            lambda connection, chosen, as_of: fallback_frame(fallbacks(connection, chosen, as_of)),
        ),
    )
    for name, meaning, frame in others:
        yield ViewTable(name, meaning, frame, has_route=False)


def _quality(quality: Quality) -> FrameOf:
    return lambda connection, chosen, as_of: quality_frame(route_table(connection, chosen, as_of), quality)


def _plane(quality: Quality) -> FrameOf:
    return lambda connection, chosen, as_of: plane_frame(plane(route_table(connection, chosen, as_of), quality))


def _spend() -> Iterator[ViewTable]:
    for by in SpendBy:
        yield ViewTable(
            f"spend_by_{by.value}",
            f"one row per {by.noun}: known spend, its range, and what a completed task costs",
            _spend_by(by),
        )
        for every in Every:
            yield ViewTable(
                f"spend_by_{every.value}_and_{by.value}",
                f"one row per {every.value} and {by.noun}, the whole first",
                _spend_over_time(every, by),
            )
    others: tuple[tuple[str, str, FrameOf], ...] = (
        (
            "budgets",
            "one row for all and for each project with a budget: the running month, projected to its end",
            lambda connection, chosen, as_of: budgets_frame(month_spend(connection, chosen, as_of)),
        ),
        (
            "month_to_date",
            "one row per day of the running month: spend up to its end, known or projected",
            lambda connection, chosen, as_of: month_frame(month_spend(connection, chosen, as_of)[0]),
        ),
        ("unpriced_calls", "one row per route with calls of unknown cost: what they may have cost", _unpriced),
        (
            "reported_against_computed",
            "one row per route: cost that a gateway reported against tokens times price",
            lambda connection, chosen, _: discrepancy_frame(discrepancies(connection, chosen)),
        ),
        (
            "cache_savings",
            "one row per route that used a cache: what it saved",
            lambda connection, chosen, _: savings_frame(cache_savings(connection, chosen)),
        ),
        ("unattributed_spend", "one row per route, source and cause: spend that no task explains", unattributed),
        (
            "tokens",
            "one row per route: tokens, and how many were read from caches",
            lambda connection, chosen, _: token_use(connection, chosen),
        ),
    )
    for name, meaning, frame in others:
        yield ViewTable(name, meaning, frame)
    yield _priced(
        "price_effect", "one row per route: its usage at the prices of its days, and of another date", price_frame
    )
    yield _priced(
        "spend_change",
        "one row per route: what the difference in spend to the compared days is made of",
        change_frame,
    )


def _priced(name: str, meaning: str, made: Callable[[PriceEffect], pl.DataFrame]) -> ViewTable:
    return ViewTable(
        name,
        meaning,
        lambda connection, chosen, _: made(price_effect(connection, chosen)),
        at_prices_of=lambda connection, chosen, day: made(price_effect(connection, chosen, day)),
    )


def _spend_by(by: SpendBy) -> FrameOf:
    def frame(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> pl.DataFrame:
        found = spend(connection, chosen, as_of, Every.MONTH, by)
        return groups_frame(found, per_completed_task(connection, chosen, by))

    return frame


def _spend_over_time(every: Every, by: SpendBy) -> FrameOf:
    def frame(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> pl.DataFrame:
        found = spend(connection, chosen, as_of, every, by)
        fits(found.every, every, chosen)
        return spend_frame(found)

    return frame


def _unpriced(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> pl.DataFrame:
    costs = spend(connection, chosen, as_of, Every.MONTH, SpendBy.MODEL).costs
    return unpriced_frame(unpriced_routes(connection, chosen, costs), costs)


VIEW_TABLES = (*_overview(), *_trends(), *_routes(), *_spend(), *APPROVAL_TABLES, *REVIEW_TABLES)
