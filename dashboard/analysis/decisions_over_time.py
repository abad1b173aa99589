"""Decisions over time: what was decided, by people and by rules apart, and how long it was waited for."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import polars as pl

from dashboard.analysis.as_of import day_from_number, day_number, day_of, last_whole_day
from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import Interval, quantile_interval
from dashboard.analysis.remembered import remembered
from dashboard.analysis.series import Bucket
from dashboard.analysis.strictness import Rate
from dashboard.analysis.strips import strips_of
from dashboard.analysis.trend_buckets import Every, PointState, cut, drawn, fitting, is_cut_short
from data.frames import Schema, frame_of
from data.histogram import Histogram
from data.words import Actor, Decision, Subject

HOUR_MS = 3_600_000
_TEXT, _COUNT, _REAL, _DAY = pl.String(), pl.Int64(), pl.Float64(), pl.Date()
_BUCKET: Schema = {"first_date": _DAY, "last_date": _DAY, "decided_by": _TEXT}
DECISION_ORDER = (Decision.APPROVED, Decision.EDITED, Decision.AUTO_APPROVED, Decision.REJECTED, Decision.PENDING)
_ACCEPTED = frozenset({Decision.APPROVED, Decision.EDITED, Decision.AUTO_APPROVED})


@dataclass(frozen=True)
class DecisionBucket:
    """What one kind of actor decided in some days. Days are those on which it was asked."""

    first: date
    last: date
    counts: Mapping[Decision, int]
    waits: Histogram
    """Known waiting times of decisions that were made, in milliseconds."""
    waited_ms: int
    """Their sum."""
    state: PointState

    @property
    def rejected(self) -> Rate:
        """Rejected, of all that were decided."""
        return Rate(self.rejected_count, self.accepted_count + self.rejected_count)

    @property
    def accepted_count(self) -> int:
        """Approved, accepted after changes, or let through by a rule."""
        return sum(count for decision, count in self.counts.items() if decision in _ACCEPTED)

    @property
    def rejected_count(self) -> int:
        """Rejected."""
        return self.counts.get(Decision.REJECTED, 0)

    @property
    def waits_count(self) -> int:
        """Asked for, and not decided in the newest file."""
        return self.counts.get(Decision.PENDING, 0)

    @cached_property
    def median_hours(self) -> float | None:
        """Half of the decisions came within this time; null when no waiting time is known."""
        median = self.waits.median()
        return None if median is None else median / HOUR_MS

    @property
    def total_hours(self) -> float | None:
        """Total of the known waiting times; null when none is known."""
        return self.waited_ms / HOUR_MS if self.waits.n else None

    @cached_property
    def median_interval(self) -> Interval | None:
        """Its order-statistic interval in hours; null when there are too few."""
        found = quantile_interval(self.waits, 0.5)
        return None if found is None else (found[0] / HOUR_MS, found[1] / HOUR_MS)


@dataclass(frozen=True)
class DecisionSeries:
    """Decisions on one kind of subject over time, one series for each kind of actor that decided on any."""

    subject: Subject
    every: Every
    by_actor: Mapping[Actor, tuple[DecisionBucket, ...]]

    def total(self, actor: Actor) -> Counter[Decision]:
        """Return what an actor decided over all buckets."""
        found: Counter[Decision] = Counter()
        for bucket in self.by_actor.get(actor, ()):
            found.update(bucket.counts)
        return found


def subjects_asked(connection: sqlite3.Connection, chosen: Filter) -> dict[Subject, int]:
    """Return how many decisions there are on each kind of subject in the period, in the order of the word list."""
    found = strips_of(connection, chosen, chosen.period, "approval_daily").sums(("subject",), ("approval_count",))
    return {subject: found[subject][0] for subject in Subject if subject in found and found[subject][0]}


def decisions_over_time(
    connection: sqlite3.Connection, chosen: Filter, as_of: datetime, subject: Subject, every: Every
) -> DecisionSeries:
    """Return the decisions on a kind of subject by bucket; too fine buckets are coarsened."""
    rows = strips_of(
        connection, chosen, chosen.period, "approval_daily", where=f"subject = '{subject}'", histograms=True
    )
    counted: dict[Actor, dict[int, Counter[Decision]]] = defaultdict(lambda: defaultdict(Counter))
    waited_ms: dict[Actor, Counter[int]] = defaultdict(Counter)
    known_waits = rows.daily_histograms(("actor",))
    for (actor, decision), day, (count, waited) in rows.daily(("actor", "decision"), ("approval_count", "waiting_ms")):
        counted[Actor(actor)][day][Decision(decision)] += count
        waited_ms[Actor(actor)][day] += waited
    measured = min((min(days) for days in counted.values()), default=None)
    period = drawn(chosen.period, None if measured is None else day_from_number(measured), day_of(as_of))
    size = fitting(period, every)

    def bucket_of(actor: Actor, bucket: Bucket) -> DecisionBucket:
        days = range(day_number(bucket.first), day_number(bucket.last) + 1)
        counts: Counter[Decision] = Counter()
        waits: list[Histogram] = []
        for day in days:
            if day in counted[actor]:
                counts.update(counted[actor][day])
            if (actor.value, day) in known_waits:
                waits.append(known_waits[actor.value, day])
        is_whole = bucket.last <= last_whole_day(as_of) and not is_cut_short(bucket, chosen.period, size)
        state = PointState.GAP if not counts else PointState.SETTLED if is_whole else PointState.INCOMPLETE
        waited = sum(waited_ms[actor][day] for day in days)
        return DecisionBucket(bucket.first, bucket.last, counts, Histogram.added(waits), waited, state)

    return DecisionSeries(
        subject,
        size,
        {actor: tuple(bucket_of(actor, bucket) for bucket in cut(period, size)) for actor in Actor if actor in counted},
    )


@remembered()
def decisions_frame(found: DecisionSeries) -> pl.DataFrame:
    """Return one row per bucket and actor: counts by decision, and the share of rejections with its interval."""
    rows = [
        (
            *_place(actor, bucket),
            *(bucket.counts.get(decision, 0) for decision in DECISION_ORDER),
            bucket.rejected.n,
            bucket.rejected.value,
            *(bucket.rejected.interval or (None, None)),
            bucket.state.value,
        )
        for actor, bucket in _rows(found)
    ]
    return frame_of(
        rows,
        {
            **_BUCKET,
            **{f"{decision.value}_count": _COUNT for decision in DECISION_ORDER},
            "decided_count": _COUNT,
            "rejected_rate": _REAL,
            "rejected_low_rate": _REAL,
            "rejected_high_rate": _REAL,
            "state": _TEXT,
        },
    )


@remembered()
def waiting_frame(found: DecisionSeries) -> pl.DataFrame:
    """Return one row per bucket and actor: the median waiting time with its interval, and the total."""
    rows = [
        (
            *_place(actor, bucket),
            bucket.waits.n,
            bucket.median_hours,
            *(bucket.median_interval or (None, None)),
            bucket.total_hours,
            bucket.state.value,
        )
        for actor, bucket in _rows(found)
    ]
    names = ("median_wait_hours", "median_wait_low_hours", "median_wait_high_hours", "total_wait_hours")
    hours = dict.fromkeys(names, _REAL)
    return frame_of(rows, {**_BUCKET, "waiting_known_count": _COUNT, **hours, "state": _TEXT})


def _rows(found: DecisionSeries) -> Sequence[tuple[Actor, DecisionBucket]]:
    return [(actor, bucket) for actor, buckets in found.by_actor.items() for bucket in buckets]


def _place(actor: Actor, bucket: DecisionBucket) -> tuple[object, ...]:
    return day_number(bucket.first), day_number(bucket.last), actor.value
