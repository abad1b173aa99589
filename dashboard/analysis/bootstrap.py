"""Interval of a ratio of two sums by a bootstrap over days: BCa, fixed seed, so the same data give the same figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from dashboard.analysis.intervals import CONFIDENCE, Interval

FEWEST_DAYS = 6
"""With fewer days the interval would be made up rather than measured."""
_RESAMPLES = 2000
_SEED = 20_260_301
_LARGEST_DRAW = 4_000_000
_MOST_KEPT_DAYS = 400
"""Draws of as many days are kept, in 0.8 MB (the newest ones ready to be used in 6 MB); of more they are made anew."""
_KEPT_COUNTS = 128
"""Draws are kept of so many counts of days: 100 MB if all were the longest, 25 MB for quarters."""
_TIE = 1e-9
_NORMAL = NormalDist()
_MOST_EVENTS_WHEN_NONE_SEEN = -log((1 - CONFIDENCE) / 2)
"""Exact upper bound of a Poisson count of which none was seen: 3.69 events (Garwood 1936, two-sided 95 %)."""


@dataclass(frozen=True, slots=True)
class RatioEstimate:
    """A ratio of sums over days; the interval is null, with the reason, when the data cannot support one."""

    value: float | None
    interval: Interval | None
    reason: str | None = None


def ratio_over_days(
    numerators: Sequence[float], denominators: Sequence[float], *, counts_events: bool = False
) -> RatioEstimate:
    """Return the ratio of the sums with its BCa interval; days are drawn whole, since what happens in a day is alike.

    Days on which both are 0 are left out. Not estimable when the interval of the denominator reaches 0. Where
    numerators count events and none was seen, every draw has none, which would look certain: the exact bound takes
    their place.
    """
    x = np.asarray(numerators, dtype=np.float64)
    y = np.asarray(denominators, dtype=np.float64)
    has_data = (x != 0) | (y != 0)
    x, y = x[has_data], y[has_data]
    if len(y) == 0 or y.sum() == 0:
        return RatioEstimate(None, None, "nothing to divide by")
    value = float(x.sum() / y.sum())
    if len(y) < FEWEST_DAYS:
        return RatioEstimate(value, None, f"an interval needs {FEWEST_DAYS} days with data; there are {len(y)}")
    drawn_x, drawn_y = _draw(x, y)
    if _quantile(np.sort(drawn_y), (1 - CONFIDENCE) / 2) <= 0 or float((y.sum() - y).min()) <= 0:
        return RatioEstimate(value, None, "not estimable: nearly everything to divide by fell on too few days")
    if counts_events and not x.any():
        return RatioEstimate(0.0, none_seen(float(y.sum())))
    usable = drawn_y > 0
    interval = bca(value, drawn_x[usable] / drawn_y[usable], (x.sum() - x) / (y.sum() - y))
    return RatioEstimate(value, interval)


def none_seen(denominator: float) -> Interval:
    """Return the exact interval of events per unit when none was seen in so many units: from 0 to 3.69 / units."""
    return 0.0, _MOST_EVENTS_WHEN_NONE_SEEN / denominator


Array = npt.NDArray[np.float64]
Daily = Sequence[tuple[float, float]]
"""Numerator and denominator of each day."""


def difference_of_ratios_over_days(first: Daily, second: Daily) -> RatioEstimate:
    """Return the ratio of first minus that of second with its BCa interval; both have the same days, in order.

    A drawn day counts for both, so that what happens to all on a day does not look like a difference.
    """
    a, b = np.asarray(first, dtype=np.float64).reshape(-1, 2), np.asarray(second, dtype=np.float64).reshape(-1, 2)
    has_data = (a != 0).any(axis=1) | (b != 0).any(axis=1)
    a, b = a[has_data], b[has_data]
    if len(a) == 0 or a[:, 1].sum() == 0 or b[:, 1].sum() == 0:
        return RatioEstimate(None, None, "nothing to divide by")
    value = float(a[:, 0].sum() / a[:, 1].sum() - b[:, 0].sum() / b[:, 1].sum())
    fewest = min(int((days[:, 1] > 0).sum()) for days in (a, b))
    if fewest < FEWEST_DAYS:
        return RatioEstimate(value, None, f"an interval needs {FEWEST_DAYS} days of each with data; there are {fewest}")
    # The same seed draws the same days for both.
    drawn = [_draw(days[:, 0].copy(), days[:, 1].copy()) for days in (a, b)]
    usable = (drawn[0][1] > 0) & (drawn[1][1] > 0)
    if usable.mean() < CONFIDENCE:
        return RatioEstimate(value, None, "not estimable: nearly everything to divide by fell on too few days")
    resampled = drawn[0][0][usable] / drawn[0][1][usable] - drawn[1][0][usable] / drawn[1][1][usable]
    left_out = _without_each(a) - _without_each(b)
    return RatioEstimate(value, bca(value, resampled, left_out))


def _without_each(days: Array) -> Array:
    sums = days.sum(axis=0)
    return (sums[0] - days[:, 0]) / (sums[1] - days[:, 1])


def _draw(x: Array, y: Array) -> tuple[Array, Array]:
    """Return the sums of x and y over days drawn with replacement, once for each resample."""
    days = len(x)
    if days <= _MOST_KEPT_DAYS:
        # How often each day was drawn, times the day: in a quarter of the time the same sums, but for rounding.
        sums = _kept_draws(days) @ np.column_stack((x, y))
        return sums[:, 0], sums[:, 1]
    sums_x, sums_y = np.empty(_RESAMPLES), np.empty(_RESAMPLES)
    step = max(_LARGEST_DRAW // days, 1)
    for start, chosen in zip(range(0, _RESAMPLES, step), _draws(days, step), strict=True):
        stop = min(start + step, _RESAMPLES)
        sums_x[start:stop] = x[chosen].sum(axis=1)
        sums_y[start:stop] = y[chosen].sum(axis=1)
    return sums_x, sums_y


def _draws(days: int, step: int) -> Iterator[npt.NDArray[np.int64]]:
    """Return the days that are drawn for each resample: as many days always the same, from one seed."""
    generator = np.random.default_rng(_SEED)
    for start in range(0, _RESAMPLES, step):
        yield generator.integers(0, days, size=(min(start + step, _RESAMPLES) - start, days))


@lru_cache(maxsize=4)
def _kept_draws(days: int) -> Array:
    """Return how often each day was drawn for each resample, one row a resample."""
    return drawn_days(days)


def drawn_days(days: int) -> Array:
    """Return how often each day is drawn in each resample, one row a resample; the same days for the same count."""
    times = _kept_times(days) if days <= _MOST_KEPT_DAYS else _times(days)
    return times.astype(np.float64)


@lru_cache(maxsize=_KEPT_COUNTS)
def _kept_times(days: int) -> npt.NDArray[np.unsignedinteger]:
    # To draw the days of a year takes 7 ms; a byte each is enough to keep them.
    return _times(days)


def _times(days: int) -> npt.NDArray[np.unsignedinteger]:
    """Return how often each day was drawn, one row a resample, in the smallest type that holds the counts."""
    (drawn,) = _draws(days, _RESAMPLES)
    drawn += np.arange(_RESAMPLES)[:, np.newaxis] * days
    times = np.bincount(drawn.ravel(), minlength=_RESAMPLES * days).reshape(_RESAMPLES, days)
    return times.astype(np.min_scalar_type(int(times.max())))


def bca(value: float, drawn: Array, left_out: Array) -> Interval:
    """Return the bias-corrected and accelerated interval; left_out holds the ratio without each day in turn."""
    spread = left_out.mean() - left_out
    squares = float((spread**2).sum())
    if squares <= (1e-12 * value) ** 2 * len(left_out):
        return value, value
    acceleration = float((spread**3).sum()) / (6 * squares**1.5)
    ordered = np.sort(drawn)
    # Draws of the same days differ from the value by rounding alone: they are ties, whatever the unit.
    near = _TIE * max(abs(value), value - float(ordered[0]), float(ordered[-1]) - value)
    first, last = np.searchsorted(ordered, value - near, "left"), np.searchsorted(ordered, value + near, "right")
    below = float(first + last) / (2 * len(ordered))
    bias = _NORMAL.inv_cdf(min(max(below, 1 / (2 * len(drawn))), 1 - 1 / (2 * len(drawn))))
    low, high = (_corrected(tail, bias, acceleration) for tail in ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return _quantile(ordered, low), _quantile(ordered, high)


def _quantile(ordered: Array, share: float) -> float:
    """Return what numpy.quantile does (linear between two values), of values that are sorted once for all shares."""
    place = share * (len(ordered) - 1)
    first = int(place)
    low, high = float(ordered[first]), float(ordered[min(first + 1, len(ordered) - 1)])
    return low + (high - low) * (place - first)


def _corrected(share: float, bias: float, acceleration: float) -> float:
    z = bias + _NORMAL.inv_cdf(share)
    return _NORMAL.cdf(bias + z / (1 - acceleration * z))
