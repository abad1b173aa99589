"""Comparing a figure with that of another period: better, worse, no difference seen, or cannot tell yet.

The interval of a difference is put together from the intervals of both figures; from Wilson's this is Newcombe's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf, sqrt
from statistics import NormalDist

from dashboard.analysis.figures import Change, Direction, Unit, Verdict
from dashboard.analysis.intervals import Z, wilson
from dashboard.analysis.units import difference_text

POWER = 0.8
_Z_POWER = NormalDist().inv_cdf(POWER)
_MOST = 1 << 40


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, and how many records stand behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Yardstick:
    """How a difference is judged and put into words."""

    unit: Unit
    direction: Direction
    n_unit: str
    """What n counts, in the plural."""
    relevant: float
    """The smallest difference that matters; whether data suffice is judged against it."""


def difference(now: Estimate, before: Estimate) -> tuple[float, float, float]:
    """Return now minus before with its interval (method of variance estimates recovery; Newcombe's for rates)."""
    middle = now.value - before.value
    below = sqrt((now.value - now.low) ** 2 + (before.high - before.value) ** 2)
    above = sqrt((now.high - now.value) ** 2 + (before.value - before.low) ** 2)
    return middle, middle - below, middle + above


def rate_change(k: int, n: int, k_before: int, n_before: int, yardstick: Yardstick) -> Change:
    """Compare two rates."""
    now, before = wilson(k, n), wilson(k_before, n_before)
    if now is None or before is None:
        return _nothing_to_compare(n, n_before, ratio_before=k_before / n_before if n_before else None)
    needed = rate_n_needed(k_before / n_before, n_before, yardstick)
    return _change(Estimate(k / n, *now, n), Estimate(k_before / n_before, *before, n_before), yardstick, needed)


def estimate_change(now: Estimate | None, before: Estimate | None, yardstick: Yardstick) -> Change:
    """Compare two figures that come with intervals: medians, ratios."""
    if now is None or before is None:
        return _nothing_to_compare(now.n if now else 0, before.n if before else 0, before.value if before else None)
    return _change(now, before, yardstick, _estimate_n_needed(now, before, yardstick))


def rate_n_needed(p_before: float, n_before: int, yardstick: Yardstick) -> int | None:
    """Return the n at which a relevant worsening shows with 80 % chance; null when no n is enough.

    The compared period stays as it is, so a small one can make a comparison impossible.
    """
    worse = -yardstick.relevant if yardstick.direction is Direction.HIGHER else yardstick.relevant
    p_now = min(max(p_before + worse, 0.0), 1.0)
    shift = abs(p_now - p_before)

    def shows(n: float) -> bool:
        weight = 1.0 if n == inf else n / (n + n_before)
        pooled = weight * p_now + (1 - weight) * p_before
        null = sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_before))
        alternative = sqrt(p_now * (1 - p_now) / n + p_before * (1 - p_before) / n_before)
        return Z * null + _Z_POWER * alternative <= shift

    if shift == 0 or not shows(inf):
        return None
    return _smallest(shows)


def _estimate_n_needed(now: Estimate, before: Estimate, yardstick: Yardstick) -> int | None:
    """Return the n at which the interval of the difference is narrow enough; widths shrink with the root of n."""
    half_now, half_before = (now.high - now.low) / 2, (before.high - before.low) / 2
    # A difference shows with 80 % chance when it is this many times its half width.
    room = (yardstick.relevant / (1 + _Z_POWER / Z)) ** 2 - half_before**2
    return None if room <= 0 else ceil(now.n * half_now**2 / room)


def _change(now: Estimate, before: Estimate, yardstick: Yardstick, needed: int | None) -> Change:
    middle, low, high = difference(now, before)
    more = None if needed is None else max(needed - now.n, 0)
    unit = yardstick.unit
    amount = f"{difference_text(middle, unit)} ({difference_text(low, unit)} to {difference_text(high, unit)})"
    relevant = difference_text(yardstick.relevant, unit).lstrip("+±")
    if low > 0 or high < 0:
        is_better = (low > 0) == (yardstick.direction is Direction.HIGHER)
        verdict = Verdict.BETTER if is_better else Verdict.WORSE
        words, more = f"{verdict.value.capitalize()}: {amount}.", None
    elif more == 0:
        verdict = Verdict.NO_DIFFERENCE
        words, more = f"No difference seen: {amount}; one of {relevant} or more would very likely show.", None
    elif more is None:
        verdict = Verdict.CANNOT_TELL
        words = (
            f"Cannot tell: {amount}. The compared period has only {before.n:,} {yardstick.n_unit}; "
            "compare with a longer one."
        )
    else:
        verdict = Verdict.CANNOT_TELL
        words = f"Cannot tell yet: {amount}. {more:,} more {yardstick.n_unit} would show a difference of {relevant}."
    return Change(verdict, words, middle, low, high, before.value, before.n, more)


def _nothing_to_compare(n: int, n_before: int, ratio_before: float | None) -> Change:
    if n and not n_before:
        words = "Cannot tell: nothing was measured in the compared period."
    elif n:
        words = "Cannot tell: one of the two periods has too few records for an interval."
    else:
        words = "Cannot tell: nothing was measured in this period."
    return Change(Verdict.CANNOT_TELL, words, before=ratio_before, before_n=n_before)


def _smallest(holds: Callable[[float], bool]) -> int | None:
    """Return the smallest whole number for which a condition holds that, once true, stays true."""
    low, high = 1, 1
    while not holds(high):
        low, high = high, high * 2
        if high > _MOST:
            return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
