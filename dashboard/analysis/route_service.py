"""How each route serves its calls: errors, latency, unknown cost, and how often it stood in for another route."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.intervals import Interval, quantile_interval
from dashboard.analysis.selection import condition_of, smallest_rollup
from dashboard.analysis.shared import shared
from data.histogram import Histogram
from data.words import CallStatus


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
    durations: tuple[bytes, ...] = ()
    """Stored histograms of the durations of calls that succeeded, in milliseconds."""
    measured_by: frozenset[str] = frozenset()
    """Sources of these durations (CallSource): a gateway times a request, a chat a whole answer."""

    @property
    def known_ends(self) -> int:
        """Calls whose end is known: what errors are counted among."""
        return self.calls - self.unknown

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


def route_service(connection: sqlite3.Connection, chosen: Filter, period: Period) -> Mapping[str, RouteService]:
    """Return the routes that served calls of the filter, by name; whatever the period of the filter is."""
    return _route_service(connection, chosen.during(period))


@shared
def _route_service(connection: sqlite3.Connection, chosen: Filter) -> Mapping[str, RouteService]:
    table = smallest_rollup(chosen, "call_daily")
    condition, parameters = condition_of(chosen, chosen.period, table)
    # Routes of which the name leaves out what tells them apart ("?") come together.
    counts: dict[str, list[int]] = {}
    for provider, model, *sums in connection.execute(
        f"SELECT provider, model, sum(call_count), sum(iif(status = '{CallStatus.UNKNOWN}', call_count, 0)), "  # noqa: S608
        f"sum(iif(status = '{CallStatus.ERROR}', call_count, 0)), sum(unpriced_count), sum(fallback_count) "
        f"FROM {table} WHERE {condition} GROUP BY 1, 2",
        parameters,
    ):
        name = route_name(provider, model)
        counts[name] = [one + other for one, other in zip(counts.get(name, [0] * len(sums)), sums, strict=True)]
    durations: dict[str, list[bytes]] = defaultdict(list)
    sources: dict[str, set[str]] = defaultdict(set)
    for provider, model, source, histogram in connection.execute(
        f"SELECT provider, model, source, latency_histogram FROM {table} "  # noqa: S608
        f"WHERE {condition} AND status = '{CallStatus.SUCCESS}' AND latency_histogram NOT NULL",
        parameters,
    ):
        name = route_name(provider, model)
        durations[name].append(histogram)
        sources[name].add(source)
    return {name: _service(sums, durations.get(name, ()), sources.get(name, ())) for name, sums in counts.items()}


def _service(sums: Sequence[int], durations: Iterable[bytes], sources: Iterable[str]) -> RouteService:
    calls, unknown, errors, unpriced, fallback = sums
    return RouteService(calls, unknown, errors, unpriced, fallback, tuple(durations), frozenset(sources))


def latency_of(service: RouteService) -> Latency | None:
    """Return the median of the known durations; null when none is known."""
    durations = service.latency
    median = durations.median()
    if median is None:
        return None
    interval = quantile_interval(durations, 0.5)
    seconds = None if interval is None else (interval[0] / 1000, interval[1] / 1000)
    return Latency(median / 1000, seconds, durations.n, tuple(sorted(service.measured_by)))
