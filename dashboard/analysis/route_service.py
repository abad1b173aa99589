"""How each route serves its calls: errors, latency, unknown cost, and how often it stood in for another route."""

import sqlite3
from dataclasses import dataclass, field

from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.intervals import Interval, quantile_interval
from dashboard.analysis.selection import condition_of
from data.histogram import Histogram
from data.words import CallStatus


@dataclass
class RouteService:
    """Calls that one route served, of tasks or not."""

    calls: int = 0
    errors: int = 0
    unpriced: int = 0
    fallback: int = 0
    """Calls that asked for another route, and that this one served."""
    durations: list[bytes] = field(default_factory=list[bytes])
    """Stored histograms of the durations of calls that succeeded, in milliseconds."""
    measured_by: set[str] = field(default_factory=set[str])
    """Sources of these durations (CallSource): a gateway times a request, a chat a whole answer."""

    @property
    def latency(self) -> Histogram:
        """Durations of calls that succeeded; how long a failed one took says nothing about the answer."""
        return Histogram.merged(self.durations)


@dataclass(frozen=True, slots=True)
class Latency:
    """Median duration of a successful call in seconds, with the interval of its order statistics."""

    median: float
    interval: Interval | None
    n: int
    measured_by: tuple[str, ...]
    """Sources of the durations (CallSource); those of a gateway and of a chat are not alike."""


def route_service(connection: sqlite3.Connection, chosen: Filter, period: Period) -> dict[str, RouteService]:
    """Return the routes that served calls of the filter, by name."""
    is_fine = chosen.project is not None or chosen.task_class is not None
    table = "call_daily" if is_fine else "route_daily"
    condition, parameters = condition_of(chosen, period, table)
    found: dict[str, RouteService] = {}
    for source, provider, model, status, calls, unpriced, fallback, durations in connection.execute(
        "SELECT source, provider, model, status, call_count, unpriced_count, fallback_count, latency_histogram "  # noqa: S608
        f"FROM {table} WHERE {condition}",
        parameters,
    ):
        route = found.setdefault(route_name(provider, model), RouteService())
        route.calls += calls
        route.unpriced += unpriced
        route.fallback += fallback
        route.errors += calls if status == CallStatus.ERROR else 0
        if status == CallStatus.SUCCESS and durations is not None:
            route.durations.append(durations)
            route.measured_by.add(source)
    return found


def latency_of(service: RouteService) -> Latency | None:
    """Return the median of the known durations; null when none is known."""
    durations = service.latency
    median = durations.median()
    if median is None:
        return None
    interval = quantile_interval(durations, 0.5)
    seconds = None if interval is None else (interval[0] / 1000, interval[1] / 1000)
    return Latency(median / 1000, seconds, durations.n, tuple(sorted(service.measured_by)))
