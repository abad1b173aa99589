"""The numbers behind the pictures of an SLO, as frames: what tables show and their CSV files hold."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.burn_rates import BurnTable
from dashboard.analysis.error_budget import ErrorBudget
from dashboard.analysis.figures import Unit
from dashboard.analysis.remembered import remembered
from dashboard.analysis.trend_buckets import Trend
from data.frames import Schema, frame_of

_SUFFIX = {Unit.RATE: "rate", Unit.SECONDS: "s", Unit.USD: "usd"}


@remembered()
def trend_frame(trend: Trend) -> pl.DataFrame:
    """Return one row per bucket: its days, value with interval and n, how settled it is, and the compared value."""
    unit = _SUFFIX[trend.unit]
    before = trend.before or (None,) * len(trend.points)
    rows = [
        (
            _day(point.first),
            _day(point.last),
            point.value,
            point.low,
            point.high,
            point.n,
            point.state.value,
            trend.objective,
            None if earlier is None else _day(earlier.first),
            None if earlier is None else earlier.value,
            None if earlier is None else earlier.n,
        )
        for point, earlier in zip(trend.points, before, strict=True)
    ]
    real, count = pl.Float64(), pl.Int64()
    schema: Schema = {
        "first_date": pl.Date(),
        "last_date": pl.Date(),
        f"value_{unit}": real,
        f"low_{unit}": real,
        f"high_{unit}": real,
        "n_count": count,
        "state": pl.String(),
        f"objective_{unit}": real,
        "compared_first_date": pl.Date(),
        f"compared_value_{unit}": real,
        "compared_n_count": count,
    }
    return frame_of(rows, schema)


@remembered()
def budget_frame(budget: ErrorBudget) -> pl.DataFrame:
    """Return one row per day of the window: bad and all events, and what is left of the budget after it."""
    rows = [(_day(day.day), day.bad, day.total, day.remaining) for day in budget.days]
    counts = dict.fromkeys(("bad_count", "n_count"), pl.Int64())
    return frame_of(rows, {"date": pl.Date(), **counts, "remaining_rate": pl.Float64()})


@remembered()
def burn_frame(table: BurnTable) -> pl.DataFrame:
    """Return one row per rule: windows, factor, burn rates with interval, events, and how it stands."""
    rows = [
        (
            rate.rule.severity,
            window_words(rate.rule.long_minutes),
            window_words(rate.rule.short_minutes),
            rate.factor,
            rate.state.value,
            rate.long_rate,
            *(rate.long_interval or (None, None)),
            rate.short_rate,
            rate.bad,
            rate.total,
            rate.fewest_events,
            rate.reason,
        )
        for rate in table.rates
    ]
    rates = ("long_burn", "long_burn_low", "long_burn_high", "short_burn")
    schema: Schema = {
        **dict.fromkeys(("severity", "long_window", "short_window"), pl.String()),
        "factor": pl.Float64(),
        "stands": pl.String(),
        **dict.fromkeys(rates, pl.Float64()),
        **dict.fromkeys(("bad_count", "n_count", "fewest_count"), pl.Int64()),
        "why": pl.String(),
    }
    return frame_of(rows, schema)


def window_words(minutes: int) -> str:
    """Return a window as short as it can be said: 5 min, 6 h, 3 d."""
    if minutes % 1440 == 0:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def states_in(trends: Sequence[Trend]) -> set[str]:
    """Return which states the points of trends have, for the words under the pictures."""
    return {point.state.value for trend in trends for point in trend.points}


def _day(day: date) -> int:
    return day_number(day)
