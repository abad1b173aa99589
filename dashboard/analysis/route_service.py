"""How each route serves its calls: errors, latency, unknown cost, and how often it stood in for another route."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.intervals import Interval, quantile_interval
from dashboard.analysis.shared import shared
from dashboard.analysis.strips import strips_of
from data.histogram import Histogram
from data.words import CallStatus

_NO_DURATIONS = Histogram.merged(())


@dataclass(frozen=True)
class RouteService:
    """Calls that one route served, of tasks or not."""

    calls: int = 0
    unknown: int = 0
    """Calls of which nobody says how they ended."""
    errors: int = 0
    unpriced: int = 0
    fallback: int = 0
    """Calls that asked for another route, and that this one served."""
    latency: Histogram = _NO_DURATIONS
    """Durations of calls that succeeded, in milliseconds; how long a failed one took says nothing about the answer."""
    measured_by: frozenset[str] = frozenset()
    """Sources of these durations (CallSource): a gateway times a request, a chat a whole answer."""

    @property
    def known_ends(self) -> int:
        """Calls whose end is known: what errors are counted among."""
        return self.calls - self.unknown


@dataclass(frozen=True, slots=True)
class Latency:
    """Median duration of a successful call in seconds, with the interval of its order statistics."""

    median: float
    interval: Interval | None
    n: int
    measured_by: tuple[str, ...]
    """Sources of the durations (CallSource); those of a gateway and of a chat are not alike."""


def route_service(connection: sqlite3.Connection, chosen: Filter, period: Period) -> Mapping[str, RouteService]:
    """Return the routes that served calls of the filter, by name; whatever the period of the filter is."""
    return _route_service(connection, chosen.during(period))


@shared
def _route_service(connection: sqlite3.Connection, chosen: Filter) -> Mapping[str, RouteService]:
    served = strips_of(connection, chosen, chosen.period, "call_daily", histograms=True)
    by, count = ("provider", "model"), ("call_count",)
    unknown, errors = (
        served.of("status", status).sums(by, count, route_name) for status in (CallStatus.UNKNOWN, CallStatus.ERROR)
    )
    durations: dict[str, dict[str, Histogram]] = defaultdict(dict)
    succeeded = served.of("status", CallStatus.SUCCESS)
    for (name, source), histogram in succeeded.histograms((*by, "source"), _route_and_source).items():
        durations[name][source] = histogram
    whole = served.sums(by, (*count, "unpriced_count", "fallback_count"), route_name)
    return {
        name: RouteService(
            calls=calls,
            unknown=sum(unknown.get(name, ())),
            errors=sum(errors.get(name, ())),
            unpriced=unpriced,
            fallback=fallback,
            latency=Histogram.added(durations[name].values()),
            measured_by=frozenset(durations[name]),
        )
        for name, (calls, unpriced, fallback) in sorted(whole.items())
    }


def _route_and_source(provider: str | None, model: str | None, source: str) -> tuple[str, str]:
    return route_name(provider, model), source


def latency_of(service: RouteService) -> Latency | None:
    """Return the median of the known durations; null when none is known."""
    durations = service.latency
    median = durations.median()
    if median is None:
        return None
    interval = quantile_interval(durations, 0.5)
    seconds = None if interval is None else (interval[0] / 1000, interval[1] / 1000)
    return Latency(median / 1000, seconds, durations.n, tuple(sorted(service.measured_by)))
