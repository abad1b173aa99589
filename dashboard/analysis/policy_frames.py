"""The routing policy as tables: drift by class and route, and readiness of the fallbacks."""

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.remembered import remembered
from dashboard.analysis.routing_policy import ClassDrift, Fallback, Place

_DRIFT = {"task_class": pl.String, "primary": pl.String, "task_count": pl.Int64}
_ROUTES = {
    "task_class": pl.String,
    "route": pl.String,
    "place": pl.String,
    "task_count": pl.Int64,
    "share_rate": pl.Float64,
}
_FALLBACKS = {
    "primary": pl.String,
    "fallback": pl.String,
    "for_classes": pl.String,
    "readiness": pl.String,
    "fallback_call_count": pl.Int64,
    "call_count": pl.Int64,
    "error_rate": pl.Float64,
    "error_low_rate": pl.Float64,
    "error_high_rate": pl.Float64,
    "last_used_date": pl.Date,
}


@remembered()
def drift_frame(drifts: Sequence[ClassDrift]) -> pl.DataFrame:
    """Return one row per task class: share of its tasks by what the policy says of the route they asked for."""
    rows: list[tuple[object, ...]] = []
    for one in drifts:
        low, high = one.by_place[Place.PRIMARY].interval or (None, None)
        shares = [one.by_place[place].value for place in Place]
        rows.append((one.task_class, one.rule.primary, one.tasks, shares[0], low, high, *shares[1:]))
    names = ["primary_rate", "primary_low_rate", "primary_high_rate"] + [f"{place}_rate" for place in list(Place)[1:]]
    return pl.DataFrame(rows, schema={**_DRIFT, **dict.fromkeys(names, pl.Float64)}, orient="row")


@remembered()
def drift_routes_frame(drifts: Sequence[ClassDrift]) -> pl.DataFrame:
    """Return one row per task class and route: its place in the policy and its tasks."""
    rows = [
        (one.task_class, route, place.value, count, count / one.tasks)
        for one in drifts
        for route, place, count in one.by_route
    ]
    return pl.DataFrame(rows, schema=_ROUTES, orient="row")


@remembered()
def fallback_frame(found: Sequence[Fallback]) -> pl.DataFrame:
    """Return one row per fallback of the policy: whether it is known to hold, and how its calls went."""
    rows = [
        (
            one.primary,
            one.route,
            ", ".join("all other" if name == "*" else name for name in one.task_classes),
            one.readiness.value,
            one.fallback_calls,
            one.calls,
            one.errors.value,
            *(one.errors.interval or (None, None)),
            one.last_used,
        )
        for one in found
    ]
    return pl.DataFrame(rows, schema=_FALLBACKS, orient="row")
