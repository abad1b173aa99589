"""Cutting a period into the buckets of a picture: days, weeks or months, never more than a screen can show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboard.analysis.as_of import last_whole_day
from dashboard.analysis.figures import Point
from dashboard.analysis.filters import Period

_MOST_DAYS = 92
_MOST_WEEK_DAYS = 53 * 7


@dataclass(frozen=True, slots=True)
class Bucket:
    """Days from first to last of one point."""

    first: date
    last: date


def buckets(period: Period) -> tuple[Bucket, ...]:
    """Return the buckets of a period: days up to a quarter, weeks (from Monday) up to a year, months beyond.

    The first and the last may be cut short by the period.
    """
    found: list[Bucket] = []
    first = period.first
    while first <= period.last:
        last = min(_bucket_end(first, period.day_count), period.last)
        found.append(Bucket(first, last))
        first = last + timedelta(days=1)
    return tuple(found)


def points(period: Period, as_of: datetime, measure: Callable[[Bucket], Point | None]) -> tuple[Point, ...]:
    """Measure every bucket; null makes a gap. A bucket that has not ended at as_of is provisional."""
    newest = last_whole_day(as_of)
    found: list[Point] = []
    for bucket in buckets(period):
        point = measure(bucket) or Point(bucket.first, bucket.last, None, 0)
        if bucket.last > newest and not point.is_provisional:
            point = Point(point.first, point.last, point.value, point.n, point.low, point.high, is_provisional=True)
        found.append(point)
    return tuple(found)


def _bucket_end(first: date, day_count: int) -> date:
    if day_count <= _MOST_DAYS:
        return first
    if day_count <= _MOST_WEEK_DAYS:
        return first + timedelta(days=6 - first.weekday())
    following = first.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)
