"""Days, weeks or months of a trend, and the points drawn over them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dashboard.analysis.figures import Direction, Standing, Unit
from dashboard.analysis.filters import Period
from dashboard.analysis.rates import standing
from dashboard.analysis.series import Bucket

MOST_POINTS = 400
"""More points than this cannot be told apart on a screen; a coarser bucket is taken instead."""


class Every(StrEnum):
    """Length of a bucket."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def label(self) -> str:
        """Name on screen."""
        return {"day": "Daily", "week": "Weekly", "month": "Monthly"}[self.value]


class PointState(StrEnum):
    """How far a point can be trusted."""

    SETTLED = "settled"
    PROVISIONAL = "provisional"
    """It holds days that are too young: patches can still be rolled back."""
    INCOMPLETE = "incomplete"
    """Its last day has not ended, or the period cuts it short."""
    GAP = "gap"
    """Nothing was measured."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One bucket: days from first to last."""

    first: date
    last: date
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    state: PointState = PointState.SETTLED


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure over time, with the compared period beside it, point by point."""

    name: str
    title: str
    unit: Unit
    direction: Direction
    n_unit: str
    every: Every
    points: tuple[TrendPoint, ...]
    before: tuple[TrendPoint | None, ...] = ()
    """The point as many days earlier as the compared period lies back; null where nothing is compared."""
    objective: float | None = None
    note: str | None = None
    """What must be known to read it."""

    def standing(self, point: TrendPoint) -> Standing:
        """Return how a point stands against the objective, its interval considered."""
        return standing(point.low, point.high, self.objective, self.direction)

    @property
    def settled(self) -> tuple[TrendPoint, ...]:
        """The points that will not change, without gaps."""
        return tuple(point for point in self.points if point.state is PointState.SETTLED)


def cut(period: Period, every: Every) -> tuple[Bucket, ...]:
    """Return the buckets of a period; weeks begin on Monday; the first and the last may be cut short by the period."""
    return tuple(_cut(period, every))


def fitting(period: Period, every: Every) -> Every:
    """Return the bucket asked for, or the next coarser one of which there are not too many."""
    order = list(Every)
    lengths = {Every.DAY: 1, Every.WEEK: 7, Every.MONTH: 30}
    return next(
        (size for size in order[order.index(every) :] if period.day_count / lengths[size] <= MOST_POINTS), Every.MONTH
    )


def drawn(period: Period, first_measured: date | None, today: date) -> Period:
    """Return the days of a period that are drawn: none of the future, and no decades before the first record."""
    last = max(min(period.last, today), period.first)
    first = period.first
    if (last - first).days > MOST_POINTS * 30:
        first = min(max(first, first_measured or last), last)
    return Period(first, last)


def shifted(bucket: Bucket, period: Period, compared: Period) -> Bucket | None:
    """Return the bucket of the compared period at the same distance from its beginning; null beyond its end."""
    offset = period.first - compared.first
    first, last = bucket.first - offset, min(bucket.last - offset, compared.last)
    return Bucket(first, last) if first <= last else None


def bucket_name(first: date, every: Every, *, with_year: bool = False) -> str:
    """Return a bucket in words: 3 Nov, week 45, November."""
    match every:
        case Every.DAY:
            return f"{first.day} {first:%b}" + (f" {first.year}" if with_year else "")
        case Every.WEEK:
            year, week, _ = first.isocalendar()
            return f"week {week}" + (f" of {year}" if with_year else "")
        case _:
            return f"{first:%B}" + (f" {first.year}" if with_year else "")


def _cut(period: Period, every: Every) -> Iterator[Bucket]:
    first = period.first
    while first <= period.last:
        last = min(_end(first, every), period.last)
        yield Bucket(first, last)
        first = last + timedelta(days=1)


def _end(first: date, every: Every) -> date:
    if every is Every.DAY:
        return first
    if every is Every.WEEK:
        return first + timedelta(days=6 - first.weekday())
    following = first.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)


def is_cut_short(bucket: Bucket, period: Period, every: Every) -> bool:
    """Whether the period ends before the bucket would."""
    return bucket.last == period.last and bucket.last < _end(bucket.first, every)
