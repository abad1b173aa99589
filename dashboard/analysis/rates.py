"""A rate as a figure: value, Wilson interval, standing against its objective, change, and its series."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dashboard.analysis.as_of import day_number
from dashboard.analysis.comparison import Yardstick, rate_change
from dashboard.analysis.figures import Direction, Fact, Figure, Point, Standing, Unit
from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import most_when_none_seen, wilson
from dashboard.analysis.route_calls import RouteCalls
from dashboard.analysis.selection import Sums
from dashboard.analysis.series import Bucket, points
from data.definitions import Slo

GoodOfTotal = tuple[int, int]
RELEVANT_RATE = 0.05
"""A difference of rates matters from the error budget on, and from 5 percentage points at the latest."""


@dataclass(frozen=True, slots=True)
class View:
    """What the figures of one page are made from: the sums of the period and of the compared one."""

    chosen: Filter
    as_of: datetime
    now: Sums
    before: Sums | None
    routes: Mapping[str, RouteCalls]
    routes_before: Mapping[str, RouteCalls] | None
    has_series: bool = True
    """Whether the small pictures beside the figures are wanted."""

    def points(self, measure: Callable[[Bucket], Point | None]) -> tuple[Point, ...]:
        """Measure every bucket of the period, where pictures are wanted."""
        return points(self.chosen.period, self.as_of, measure) if self.has_series else ()


def rate_figure(
    name: str,
    title: str,
    n_unit: str,
    now: GoodOfTotal,
    before: GoodOfTotal | None,
    objective: float | None = None,
) -> Figure:
    """Return good of total as a figure where more is better; facts and series are added by the caller."""
    k, n = now
    interval = wilson(k, n)
    relevant = min(1 - objective, RELEVANT_RATE) if objective is not None and objective < 1 else RELEVANT_RATE
    yardstick = Yardstick(Unit.RATE, Direction.HIGHER, n_unit, relevant)
    low, high = interval or (None, None)
    return Figure(
        name=name,
        title=title,
        unit=Unit.RATE,
        direction=Direction.HIGHER,
        value=k / n if n else None,
        n=n,
        n_unit=n_unit,
        k=k,
        low=low,
        high=high,
        objective=objective,
        standing=standing(low, high, objective, Direction.HIGHER),
        change=None if before is None else rate_change(k, n, *before, yardstick),
        beside=none_seen(k, n, n_unit),
    )


def slo_rate(
    slo: Slo, n_unit: str, view: View, good_of_total: Callable[[Sums], GoodOfTotal], beside: Sequence[Fact]
) -> Figure:
    """Return the indicator of an SLO with its change, its series and the facts that must be read beside it."""
    before = None if view.before is None else good_of_total(view.before)
    figure = rate_figure(slo.name, slo.title, n_unit, good_of_total(view.now), before, slo.objective)
    return replace(figure, series=rate_points(view, good_of_total), beside=(*beside, *figure.beside))


def rate_points(view: View, good_of_total: Callable[[Sums], GoodOfTotal]) -> tuple[Point, ...]:
    """Return a rate by bucket."""

    def measure(bucket: Bucket) -> Point | None:
        return rate_point(bucket, *good_of_total(part(view.now, bucket)))

    return view.points(measure)


def rate_point(bucket: Bucket, k: int, n: int, *, is_provisional: bool = False) -> Point | None:
    """Return one point of a rate; null where nothing was measured."""
    interval = wilson(k, n)
    if interval is None:
        return None
    return Point(bucket.first, bucket.last, k / n, n, *interval, is_provisional=is_provisional)


def part(sums: Sums, bucket: Bucket) -> Sums:
    """Return the days of a bucket."""
    return sums.between(day_number(bucket.first), day_number(bucket.last))


def standing(low: float | None, high: float | None, objective: float | None, direction: Direction) -> Standing:
    """Return how an interval stands against an objective."""
    if objective is None:
        return Standing.NO_OBJECTIVE
    if low is None or high is None:
        return Standing.NOT_MEASURED
    if direction is Direction.LOWER:
        low, high, objective = -high, -low, -objective
    if low >= objective:
        return Standing.MET
    return Standing.MISSED if high < objective else Standing.CANNOT_TELL


def none_seen(k: int, n: int, n_unit: str) -> tuple[Fact, ...]:
    """Return what a spotless record still allows: 0 bad of 5 allows 45 %."""
    allowed = most_when_none_seen(n) if n and k == n else None
    if allowed is None:
        return ()
    return (Fact("None bad; that still allows up to", allowed, Unit.RATE, f"exact bound for 0 of {n:,} {n_unit}"),)
