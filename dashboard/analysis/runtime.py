"""Runtime health: commands that ended within the threshold, and their median duration."""

import sqlite3
from dataclasses import replace
from itertools import chain

from dashboard.analysis.as_of import day_number
from dashboard.analysis.comparison import Estimate, Yardstick, estimate_change
from dashboard.analysis.figures import Direction, Fact, Figure, Point, SloFigure, Unit
from dashboard.analysis.filters import Period
from dashboard.analysis.intervals import quantile_interval, ratio
from dashboard.analysis.rates import GoodOfTotal, View, slo_rate, standing
from dashboard.analysis.selection import Sums, daily_histograms
from dashboard.analysis.series import Bucket
from data.definitions import Slo
from data.histogram import Histogram

_RELEVANT_SHARE = 0.1
"""A median that moved by less than a tenth is not worth a decision."""
DayBlobs = dict[int, list[bytes]]


def runtime_health(connection: sqlite3.Connection, slo: Slo, view: View) -> SloFigure:
    """Return the share of runs within the threshold; only runs that ended count, proposals stand beside."""
    rate = slo_rate(slo, "runs", view, within_threshold, _facts(view.now))
    durations = _durations(connection, view, view.chosen.period)
    compared = None if view.chosen.compared is None else _durations(connection, view, view.chosen.compared)
    headline = _median_figure(slo, view, durations, compared)
    if rate.n == 0:
        proposed = view.now.total("proposed_count")
        reason = (
            f"only proposals are known: {proposed:,} commands were proposed, and no file says how they ended"
            if proposed
            else "no command in this period"
        )
        remedy = (
            "bolt.diy does not export how commands end; load command runs as own records or as OpenTelemetry spans."
            if proposed
            else "Load bolt.diy chat exports (etl load PATH), or choose a longer period."
        )
        rate = replace(rate, reason=reason, remedy=remedy)
        headline = replace(headline, reason=reason, remedy=remedy)
    return SloFigure(slo, rate, headline)


def within_threshold(sums: Sums) -> GoodOfTotal:
    """Return runs that ended within the threshold, and runs that ended."""
    return sums.total("good_count"), sums.total("run_count")


def _facts(sums: Sums) -> list[Fact]:
    runs, timeouts = sums.total("run_count"), sums.total("timeout_count")
    return [
        Fact("Timed out", ratio(timeouts, runs), Unit.RATE, f"{timeouts:,} runs; a median hides them"),
        Fact("Only proposed", sums.total("proposed_count"), note="no file says how they ended; not counted"),
        Fact("Cancelled", sums.total("cancelled_count"), note="stopped by a person; not counted"),
        Fact(
            "Duration unknown", sums.total("untimed_count"), note="ended, but nobody says after how long; not counted"
        ),
    ]


def _durations(connection: sqlite3.Connection, view: View, period: Period) -> DayBlobs:
    return daily_histograms(connection, view.chosen, period, "command_daily", "duration_histogram")


def _merged(blobs: DayBlobs, first: int | None = None, last: int | None = None) -> Histogram:
    return Histogram.merged(
        chain.from_iterable(
            day_blobs
            for day, day_blobs in blobs.items()
            if (first is None or day >= first) and (last is None or day <= last)
        )
    )


def _median_figure(slo: Slo, view: View, blobs: DayBlobs, compared: DayBlobs | None) -> Figure:
    merged = _merged(blobs)
    median = merged.median()
    now = median_estimate(merged)
    change = None
    if compared is not None:
        before = median_estimate(_merged(compared))
        yardstick = Yardstick(
            Unit.SECONDS, Direction.LOWER, "runs", _RELEVANT_SHARE * (before or now or Estimate(1, 1, 1, 0)).value
        )
        change = estimate_change(now, before, yardstick)

    def measure(bucket: Bucket) -> Point | None:
        part = _merged(blobs, day_number(bucket.first), day_number(bucket.last))
        value = part.median()
        if value is None:
            return None
        low, high = quantile_interval(part, 0.5) or (None, None)
        return Point(bucket.first, bucket.last, value / 1000, part.n, _seconds(low), _seconds(high))

    low, high = (now.low, now.high) if now else (None, None)
    return Figure(
        name="median_command_duration",
        title="Median command duration",
        unit=Unit.SECONDS,
        direction=Direction.LOWER,
        value=_seconds(median),
        n=merged.n,
        n_unit="runs",
        low=low,
        high=high,
        objective=slo.headline_target,
        standing=standing(low, high, slo.headline_target, Direction.LOWER),
        change=change,
        series=view.points(measure),
        beside=tuple(_facts(view.now)),
        reason="too few runs for an interval" if median is not None and now is None else None,
    )


def median_estimate(histogram: Histogram, scale: float = 1000) -> Estimate | None:
    """Return the median with its interval, divided by the scale; null when there are too few values for one."""
    median, interval = histogram.median(), quantile_interval(histogram, 0.5)
    if median is None or interval is None:
        return None
    return Estimate(median / scale, interval[0] / scale, interval[1] / scale, histogram.n)


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
