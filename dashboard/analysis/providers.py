"""Provider stability: calls without an error, of all attempts, over all routes and for each."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard.analysis.figures import Fact, Figure, Part, SloFigure, Unit
from dashboard.analysis.intervals import ratio
from dashboard.analysis.rates import GoodOfTotal, View, rate_figure, slo_rate
from dashboard.analysis.route_calls import RouteCalls
from dashboard.analysis.selection import Sums
from data.definitions import Slo

_NO_CALL = "no call to a provider in this period"
_LOWER_BOUND = "calls of OpenRouter's export, which leaves most failed calls out"


def provider_stability(_connection: sqlite3.Connection, slo: Slo, view: View) -> SloFigure:
    """Return calls that did not end in an error, of all attempts whose end is known; stopped calls are no errors."""
    rate = slo_rate(slo, "calls", view, without_error, _facts(view.now, list(view.routes.values())))
    if rate.n == 0:
        unknown = view.now.total("unknown_call_count")
        rate = replace(
            rate,
            reason=f"of {unknown:,} calls no file says how they ended" if unknown else _NO_CALL,
            remedy="Load bolt.diy chat exports or gateway logs (etl load PATH), or choose a longer period.",
        )
    parts = tuple(
        Part(route, route_rate(slo, route, calls, view.routes_before))
        for route, calls in sorted(view.routes.items(), key=lambda item: (-item[1].call_count, item[0]))
    )
    return SloFigure(slo, rate, parts=parts)


def route_rate(slo: Slo, route: str, calls: RouteCalls, compared: Mapping[str, RouteCalls] | None) -> Figure:
    """Return the rate of one route against the objective, and against the compared period where there is one."""
    before = None
    if compared is not None:
        before = compared.get(route, RouteCalls()).without_error
    figure = rate_figure(slo.name, route, "calls", calls.without_error, before, slo.objective)
    return replace(figure, beside=(*_kinds(calls.error_kinds), *figure.beside))


def without_error(sums: Sums) -> GoodOfTotal:
    """Return calls that did not end in an error, and all calls whose end is known."""
    known = sums.total("call_count") - sums.total("unknown_call_count")
    return known - sums.total("error_call_count"), known


def _facts(sums: Sums, routes: Sequence[RouteCalls]) -> list[Fact]:
    calls, unknown, retries = sums.total("call_count"), sums.total("unknown_call_count"), sums.total("retry_count")
    kinds = sum((Counter(route.error_kinds) for route in routes), Counter[str]())
    facts = [
        *_kinds(kinds),
        Fact("Cancelled", sums.total("cancelled_call_count"), note="stopped by the person; not an error"),
        Fact(
            "End unknown",
            ratio(unknown, calls),
            Unit.RATE,
            f"{unknown:,} calls; not counted in the rate",
            is_warning=unknown > 0.05 * calls,
        ),
        Fact("Served by a fallback", sums.total("fallback_count")),
    ]
    if retries:
        facts.append(Fact("Retries inside the gateway", retries, note="not calls of their own; they hide errors"))
    bounded = sum(route.lower_bound_count for route in routes)
    if bounded:
        facts.append(Fact("Errors a lower bound for", bounded, note=_LOWER_BOUND))
    return facts


def _kinds(kinds: Mapping[str, int]) -> tuple[Fact, ...]:
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Fact(f"Error: {kind.replace('_', ' ')}", count) for kind, count in ordered)
