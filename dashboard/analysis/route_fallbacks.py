"""Calls that asked for one route and were served by another, by the route that was asked for."""

import sqlite3
from collections import Counter
from dataclasses import dataclass

import polars as pl

from dashboard.analysis.figures import Unit
from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.remembered import remembered
from dashboard.analysis.rollup_choice import condition_of
from dashboard.analysis.route_service import route_service
from dashboard.analysis.route_table import Rate, rate
from dashboard.analysis.spend_amounts import MICRO_USD
from dashboard.analysis.units import interval_text, value_text
from data.frames import Schema, frame_of


@dataclass(frozen=True, slots=True)
class ServedBy:
    """Calls that one other route served in place of the one that was asked for."""

    route: str
    calls: int
    errors: int
    micro_usd: int
    """Known spend, in millionths of a US dollar."""


@dataclass(frozen=True, slots=True)
class AskedRoute:
    """One route that was asked for, and who stood in for it, most calls first."""

    route: str
    asked: int | None
    """Calls that asked for it; null where it is a name of the gateway, whose own calls are not told apart."""
    others: tuple[ServedBy, ...]

    @property
    def by_others(self) -> int:
        """Calls that others served."""
        return sum(other.calls for other in self.others)

    def share(self, calls: int) -> Rate:
        """Return so many calls as a share of those that asked for it."""
        return rate(calls, self.asked) if self.asked else rate(0, 0)


def asked_routes(connection: sqlite3.Connection, chosen: Filter) -> tuple[AskedRoute, ...]:
    """Return the routes for which others stood in, most such calls first.

    Asked for a route: what it served that asked for no other, and what others served in its place. A name without a
    provider is taken for the route whose model has this name, where exactly one served calls in the period.
    """
    condition, parameters = condition_of(chosen, chosen.period, "fallback_daily")
    services = route_service(connection, chosen, chosen.period)
    models = Counter(_model(name) for name in services)
    by_model = {_model(name): name for name in services if models[_model(name)] == 1}
    found: dict[str, dict[str, tuple[int, int, int]]] = {}
    for provider, model, served_provider, served_model, *sums in connection.execute(
        "SELECT requested_provider, requested_model, provider, model, sum(call_count), sum(error_count), "  # noqa: S608
        f"sum(cost_micro_usd) FROM fallback_daily WHERE {condition} GROUP BY 1, 2, 3, 4",
        parameters,
    ):
        asked = route_name(provider, model)
        if provider is None and model is not None:
            asked = by_model.get(model, asked)
        others = found.setdefault(asked, {})
        served = route_name(served_provider, served_model)
        before = others.get(served, (0, 0, 0))
        others[served] = before[0] + sums[0], before[1] + sums[1], before[2] + sums[2]
    routes = [
        AskedRoute(
            name,
            services[name].calls - services[name].fallback + sum(sums[0] for sums in others.values())
            if name in services
            else None,
            tuple(ServedBy(served, *sums) for served, sums in sorted(others.items(), key=lambda o: (-o[1][0], o[0]))),
        )
        for name, others in found.items()
    ]
    return tuple(sorted(routes, key=lambda route: (-route.by_others, route.route)))


@remembered()
def asked_frame(routes: tuple[AskedRoute, ...]) -> pl.DataFrame:
    """Return one row per route that was asked for and other route that served."""
    rows: list[tuple[object, ...]] = []
    for route in routes:
        for other in route.others:
            share = route.share(other.calls)
            rows.append(
                (
                    route.route,
                    other.route,
                    other.calls,
                    route.asked,
                    share.value,
                    *(share.interval or (None, None)),
                    other.errors,
                    other.micro_usd / MICRO_USD,
                )
            )
    schema: Schema = {
        "asked_route": pl.String(),
        "served_by": pl.String(),
        **dict.fromkeys(("call_count", "n_count"), pl.Int64()),
        **dict.fromkeys(("served_rate", "served_low_rate", "served_high_rate"), pl.Float64()),
        "error_count": pl.Int64(),
        "known_usd": pl.Float64(),
    }
    return frame_of(rows, schema)


def asked_words(routes: tuple[AskedRoute, ...]) -> str:
    """Say for which route others stood in most, how often, and who."""
    if not routes:
        return "No call was served by another route than the one it asked for"
    top = routes[0]
    share = top.share(top.by_others)
    who = " and ".join(other.route for other in top.others[:2]) + (" and others" if len(top.others) > 2 else "")
    more = f"; {len(routes) - 1} more routes needed others" if len(routes) > 2 else ""
    more = "; 1 more route needed others" if len(routes) == 2 else more
    if share.value is None:
        calls = f"{top.by_others:,} call" + ("" if top.by_others == 1 else "s")
        return f"{calls} that asked for {top.route} went to {who}{more}"
    amount = f"{value_text(share.value, Unit.RATE)} ({interval_text(*(share.interval or (None, None)), Unit.RATE)})"
    return f"{amount} of the calls that asked for {top.route} were served by {who}{more}"


def _model(name: str) -> str:
    return name.partition("/")[2]
