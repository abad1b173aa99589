"""Calls by the route that served them: how many, how many failed and how, and what they cost."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.shared import shared
from dashboard.analysis.strips import strips_of
from data.words import CallSource, CallStatus


@dataclass(frozen=True, slots=True)
class RouteCalls:
    """Calls that one route served."""

    call_count: int = 0
    unknown_count: int = 0
    """Nobody says how they ended: in no rate of errors."""
    error_count: int = 0
    priced_count: int = 0
    cost_micro_usd: int = 0
    lower_bound_count: int = 0
    """Calls of a source that leaves most failed calls out, so that their errors are a lower bound."""
    error_kinds: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def without_error(self) -> tuple[int, int]:
        """Calls that did not end in an error, and all calls whose end is known."""
        known = self.call_count - self.unknown_count
        return known - self.error_count, known

    def __add__(self, other: "RouteCalls") -> "RouteCalls":
        return RouteCalls(
            self.call_count + other.call_count,
            self.unknown_count + other.unknown_count,
            self.error_count + other.error_count,
            self.priced_count + other.priced_count,
            self.cost_micro_usd + other.cost_micro_usd,
            self.lower_bound_count + other.lower_bound_count,
            Counter(self.error_kinds) + Counter(other.error_kinds),
        )


def calls_by_route(connection: sqlite3.Connection, chosen: Filter, period: Period) -> Mapping[str, RouteCalls]:
    """Return the calls of a filter by the route that served them."""
    return _calls_by_route(connection, chosen.during(period))


@shared
def _calls_by_route(connection: sqlite3.Connection, chosen: Filter) -> Mapping[str, RouteCalls]:
    ends = strips_of(connection, chosen, chosen.period, "call_daily").sums(
        ("provider", "model", "status", "error_kind", "source"), ("call_count", "unpriced_count", "cost_micro_usd")
    )
    routes: dict[str, RouteCalls] = {}
    for (provider, model, status, kind, source), (calls, unpriced, cost) in ends.items():
        is_error, is_unknown = status == CallStatus.ERROR, status == CallStatus.UNKNOWN
        bounded = calls if source == CallSource.OPENROUTER else 0
        route, found = route_name(provider, model), RouteCalls(
            calls, calls if is_unknown else 0, calls if is_error else 0, calls - unpriced, cost, bounded,
            {kind or "unknown": calls} if is_error else {},
        )  # fmt: skip
        routes[route] = routes[route] + found if route in routes else found
    return dict(sorted(routes.items()))
