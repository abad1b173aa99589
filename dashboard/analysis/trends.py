"""The trends of one SLO: its rate, and what people name it by (median duration, spend per completed task)."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from dashboard.analysis.as_of import day_from_number, day_number, day_of, last_whole_day, newest_mature_day
from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.costs import MICRO_USD
from dashboard.analysis.figures import Direction, Unit
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.intervals import quantile_interval, wilson
from dashboard.analysis.rates import part
from dashboard.analysis.selection import Sums, daily_histograms, daily_sums, first_day
from dashboard.analysis.self_hosted import without_self_hosted_cost
from dashboard.analysis.series import Bucket
from dashboard.analysis.slo_events import events_of
from dashboard.analysis.slos import GOOD_OF_TOTAL
from dashboard.analysis.trend_buckets import (
    Every,
    PointState,
    Trend,
    TrendPoint,
    cut,
    drawn,
    fitting,
    is_cut_short,
    shifted,
)
from data.definitions import Slo, slos
from data.histogram import Histogram

Value = tuple[float | None, int, float | None, float | None]
"""Value, n, low, high."""
NOTHING: Value = (None, 0, None, None)
Measure = Callable[[Sums, Bucket], Value]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all trends of one SLO share."""

    connection: sqlite3.Connection
    chosen: Filter
    as_of: datetime
    slo: Slo
    every: Every
    drawn: Period
    now: Sums
    before: Sums | None
    newest_settled: date

    def trend(
        self, name: str, title: str, unit: Unit, direction: Direction, n_unit: str, measure: Measure,
        objective: float | None = None, note: str | None = None,
    ) -> Trend:  # fmt: skip
        """Measure each bucket, and the one that lies as far back as the compared period."""
        compared = self.chosen.compared
        buckets = cut(self.drawn, self.every)
        points = tuple(self._point(bucket, measure) for bucket in buckets)
        before: tuple[TrendPoint | None, ...] = ()
        if compared is not None and self.before is not None:
            before = tuple(self._earlier(bucket, compared, self.before, measure) for bucket in buckets)
        return Trend(name, title, unit, direction, n_unit, self.every, points, before, objective, note)

    def _point(self, bucket: Bucket, measure: Measure) -> TrendPoint:
        value = measure(self.now, bucket)
        if value[0] is None:
            return TrendPoint(bucket.first, bucket.last, None, value[1], state=PointState.GAP)
        state = PointState.SETTLED
        if bucket.last > last_whole_day(self.as_of) or is_cut_short(bucket, self.chosen.period, self.every):
            state = PointState.INCOMPLETE
        if bucket.last > self.newest_settled:
            state = PointState.PROVISIONAL
        return TrendPoint(bucket.first, bucket.last, *value, state=state)

    def _earlier(self, bucket: Bucket, compared: Period, sums: Sums, measure: Measure) -> TrendPoint | None:
        earlier = shifted(bucket, self.chosen.period, compared)
        if earlier is None:
            return None
        value = measure(sums, earlier)
        state = PointState.GAP if value[0] is None else PointState.SETTLED
        return TrendPoint(earlier.first, earlier.last, *value, state=state)


def slo_trends(
    connection: sqlite3.Connection, chosen: Filter, as_of: datetime, slo_name: str, every: Every
) -> tuple[Trend, ...]:
    """Return the trends of an SLO, the most important first; a bucket that is too fine for the period is coarsened."""
    slo = slos().named(slo_name)
    # The first is of the objective, the others say whether its cost was measured.
    rollups = (events_of(slo_name).rollup, *(("call_daily",) if slo_name == "cost_efficiency" else ()))
    now = daily_sums(connection, chosen, chosen.period, rollups)
    before = None if chosen.compared is None else daily_sums(connection, chosen, chosen.compared, rollups)
    first = first_day(connection, chosen, chosen.period, now)
    if slo_name == "cost_efficiency":
        now = without_self_hosted_cost(connection, chosen, chosen.period, now)
        if before is not None and chosen.compared is not None:
            before = without_self_hosted_cost(connection, chosen, chosen.compared, before)
    newest = newest_mature_day(connection, as_of) if slo_name == "diff_acceptance" else date.max
    measured = None if first is None else day_from_number(first)
    period = drawn(chosen.period, measured, day_of(as_of))
    frame = _Frame(connection, chosen, as_of, slo, fitting(period, every), period, now, before, newest)
    return _TRENDS.get(slo_name, _rate_only)(frame)


def _rate(frame: _Frame, title: str | None = None) -> Trend:
    good_of_total = GOOD_OF_TOTAL[frame.slo.name]

    def measure(sums: Sums, bucket: Bucket) -> Value:
        return _share(*good_of_total(part(sums, bucket)))

    noun = events_of(frame.slo.name).noun
    return frame.trend(
        f"{frame.slo.name}_rate", title or frame.slo.title, Unit.RATE, Direction.HIGHER, noun, measure,
        frame.slo.objective,
    )  # fmt: skip


def _share(k: int, n: int) -> Value:
    interval = wilson(k, n)
    return NOTHING if interval is None else (k / n, n, *interval)


def _rate_only(frame: _Frame) -> tuple[Trend, ...]:
    return (_rate(frame),)


def _runtime(frame: _Frame) -> tuple[Trend, ...]:
    blobs: dict[int, list[bytes]] = {}
    for period in (frame.chosen.period, frame.chosen.compared):
        if period is not None:
            blobs |= daily_histograms(frame.connection, frame.chosen, period, "command_daily", "duration_histogram")

    def quantile_of(share: float) -> Measure:
        def measure(_: Sums, bucket: Bucket) -> Value:
            first, last = day_number(bucket.first), day_number(bucket.last)
            merged = Histogram.merged(chain.from_iterable(blobs[day] for day in blobs if first <= day <= last))
            value = merged.median() if share == 0.5 else merged.quantile(share)
            if value is None:
                return NOTHING
            low, high = quantile_interval(merged, share) or (None, None)
            return value / 1000, merged.n, _seconds(low), _seconds(high)

        return measure

    def timed_out(sums: Sums, bucket: Bucket) -> Value:
        days = part(sums, bucket)
        return _share(days.total("timeout_count"), days.total("run_count"))

    lower = Direction.LOWER
    return (
        _rate(frame, "Commands within the threshold"),
        frame.trend(
            "median_duration", "Median command duration", Unit.SECONDS, lower, "runs", quantile_of(0.5),
            frame.slo.headline_target, "Timeouts are not in it; their share is shown below.",
        ),
        frame.trend("p95_duration", "95th percentile of command duration", Unit.SECONDS, lower, "runs",
                    quantile_of(0.95), note="Timeouts are not in it; an interval needs about 75 runs in a point."),
        frame.trend("timeout_rate", "Share of commands that timed out", Unit.RATE, lower, "runs", timed_out),
    )  # fmt: skip


def _costs(frame: _Frame) -> tuple[Trend, ...]:
    def spend(sums: Sums, bucket: Bucket) -> Value:
        days = part(sums, bucket)
        completed = days.total("completed_count")
        if days.total("known_cost_micro_usd") == 0 and days.total("completed_priced_count") == 0:
            return NOTHING
        found = ratio_over_days(
            [day.get("known_cost_micro_usd", 0) / MICRO_USD for day in days.days.values()],
            [day.get("completed_count", 0) for day in days.days.values()],
        )
        low, high = found.interval or (None, None)
        return found.value, completed, low, high

    unpriced, calls = frame.now.total("unpriced_call_count"), frame.now.total("attributed_call_count")
    note = "Failed tasks are paid for too, so their spend is in it. One day is too little for an interval."
    if unpriced:
        note += f" {unpriced:,} of {calls:,} calls of tasks have no known cost, so it is a lower bound."
    return (
        frame.trend(
            "spend_per_completed_task", "Spend per completed task", Unit.USD, Direction.LOWER, "completed tasks",
            spend, note=note,
        ),
        _rate(frame, "Completed tasks within the task budget"),
    )  # fmt: skip


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


_TRENDS: Mapping[str, Callable[[_Frame], tuple[Trend, ...]]] = {
    "runtime_health": _runtime,
    "cost_efficiency": _costs,
}
