"""What both sides of an approval cost, and whether they differ: intervals, chances, and how much data would settle it.

All amounts are USD for a hundred decisions, accepted and rejected ones together. Of d decisions l were accepted and
rolled back, b were rejected and the same change accepted later; w is the mean time that a change waited. Then

    lax side          = 100 · l/d · cost of a rollback
    restrictive side  = 100 · (b/d · cost of a blocked change + w · cost of a waiting hour)
    difference        = lax side - restrictive side

Intervals: l/d and b/d have Wilson's interval, with the exact bound where none or all were seen; w has Student's
interval, its spread taken from the histogram of waiting times. They are put together by the method of variance
estimates recovery (MOVER, Zou and Donner 2008). l and b are two cells of the same d decisions, so they are correlated
by -√(p q / ((1-p)(1-q))), which widens the interval of their difference and narrows that of a sum; waiting is taken as
independent of both. Nothing is drawn at random: the same counts give the same interval.

The chance of a difference beyond the tolerance is found by widening the interval until it touches the tolerance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import erfc, inf, isfinite, sqrt
from statistics import NormalDist
from typing import NamedTuple

from dashboard.analysis.comparison import POWER
from dashboard.analysis.intervals import Interval, Z, most_when_none_seen, wilson

_STEPS = 60
_CLOSE = 1e-10
_WIDEST = 8.0
"""Standard errors beyond which a chance is as good as none."""
_Z_POWER = NormalDist().inv_cdf(POWER)
_MOST = 10_000_000
"""More decisions than this are no advice."""


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """What one of each costs, in USD."""

    rollback: float
    blocked: float
    waiting_hour: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Mean waiting time of a decision in hours, as known from n of them; spread is their standard deviation."""

    mean: float
    spread: float | None
    n: int


class Bounded(NamedTuple):
    """A value with its interval; an end is infinite where the data set no bound."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What the costs of one group rest on."""

    decided: int
    rolled_back: int
    accepted_again: int
    waiting: Waiting | None
    """Null where changes wait, and nobody says how long: then waiting costs from 0 to anything."""
    comparable_share: float = 1.0
    """Share of the rejected of which it can be told whether they were good; the others are taken to be like these."""
    is_asked: bool = True
    """Whether a change can be rejected at all; where nobody is asked, none is blocked, for certain."""


NO_WAITING = Waiting(0.0, 0.0, 2)
"""Of those that decide at once."""


def rate_interval(k: int, n: int) -> Interval | None:
    """Return the interval of a rate: Wilson's, and the exact bound where none or all were seen; null for no events."""
    if n == 0:
        return None
    allowed = most_when_none_seen(n) or 0.0
    if k == 0:
        return 0.0, allowed
    return (1.0 - allowed, 1.0) if k == n else wilson(k, n)


def lax_side(found: Outcomes, unit: UnitCosts) -> Bounded:
    """Return what rollbacks cost for a hundred decisions."""
    return _scaled(_share(found.rolled_back, found.decided, Z), 100 * unit.rollback)


def restrictive_side(found: Outcomes, unit: UnitCosts) -> Bounded:
    """Return what blocked changes and waiting cost for a hundred decisions."""
    blocked = _scaled(_blocked(found, found.decided, Z), 100 * unit.blocked)
    waiting = _scaled(_mean(found.waiting, Z), 100 * unit.waiting_hour)
    value = blocked.value + waiting.value
    below = sqrt((blocked.value - blocked.low) ** 2 + (waiting.value - waiting.low) ** 2)
    above = sqrt((blocked.high - blocked.value) ** 2 + (waiting.high - waiting.value) ** 2)
    return Bounded(value, max(value - below, 0.0), value + above)


def difference(found: Outcomes, unit: UnitCosts, z: float = Z) -> Bounded:
    """Return the lax minus the restrictive side, with the interval of so many standard errors (by default 95 %)."""
    p, q = _share(found.rolled_back, found.decided, z), _blocked(found, found.decided, z)
    return _difference(p, q, _mean(found.waiting, z), unit)


def mean_wait(waiting: Waiting) -> Bounded:
    """Return the mean waiting time in hours with its 95 % interval."""
    return _mean(waiting, Z)


def chance_within(found: Outcomes, unit: UnitCosts, tolerance: float) -> float:
    """Return the two-sided chance of a difference as far beyond the tolerance if the true one just reached it.

    1 where the difference seen does not exceed the tolerance.
    """
    seen = difference(found, unit).value
    if abs(seen) <= tolerance:
        return 1.0

    def room(z: float) -> float:
        """How far the interval of so many standard errors lies beyond the tolerance; it shrinks as they grow."""
        bounds = difference(found, unit, z)
        return bounds.low - tolerance if seen > 0 else -tolerance - bounds.high

    if not isfinite(room(1.0)):
        return 1.0
    return erfc(_where_it_ends(room) / sqrt(2))


def _where_it_ends(room: Callable[[float], float]) -> float:
    """Return where a shrinking function reaches 0, between 0 and _WIDEST (regula falsi, Illinois)."""
    low, high = 0.0, _WIDEST
    at_low, at_high = room(low), room(high)
    if at_low <= 0:
        # It never was above 0: what is not known of waiting alone reaches over the edge.
        return low
    if at_high >= 0:
        return _WIDEST
    side = 0
    for _ in range(_STEPS):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        found = room(middle)
        if abs(found) < _CLOSE * abs(at_low - at_high) or high - low < _CLOSE:
            return middle
        if found > 0:
            low, at_low = middle, found
            at_high = at_high / 2 if side > 0 else at_high
            side = 1
        else:
            high, at_high = middle, found
            at_low = at_low / 2 if side < 0 else at_low
            side = -1
    return (low + high) / 2


def decisions_needed(found: Outcomes, unit: UnitCosts, tolerance: float, compared: int) -> int | None:
    """Return how many decisions in all would settle the verdict with 80 % chance, if the rates stay as they are.

    Beyond the tolerance, the difference has to stand out among as many groups as are compared (Bonferroni, which is
    enough for Benjamini-Hochberg); within it, the interval has to fit. Null where no number would do: the difference
    lies at the tolerance, or waiting is not known.
    """
    if not found.decided * found.comparable_share or found.waiting is None or found.waiting.spread is None:
        return None
    seen = difference(found, unit).value
    is_beyond = abs(seen) > tolerance
    z = NormalDist().inv_cdf(1 - 0.025 / max(compared, 1)) if is_beyond else Z
    error = _Z_POWER * _deviation(found, unit, found.waiting.spread)

    def settles(n: int) -> bool:
        bounds = _difference_of(found, unit, n, z)
        room = bounds.low - tolerance if seen > 0 else -tolerance - bounds.high
        if not is_beyond:
            room = min(bounds.low, -bounds.high) + tolerance
        return room >= error / sqrt(n)

    if not settles(_MOST):
        return None
    low, high = 1, _MOST
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if settles(middle) else (middle + 1, high)
    return low


def _difference_of(found: Outcomes, unit: UnitCosts, n: int, z: float) -> Bounded:
    """Return the difference as it would be with n decisions at the same rates and waiting times."""
    p, q = _share(found.rolled_back * n / found.decided, n, z), _blocked(found, n, z)
    waiting = found.waiting
    if waiting is not None and waiting.spread:
        waiting = Waiting(waiting.mean, waiting.spread, max(round(waiting.n * n / found.decided), 2))
    return _difference(p, q, _mean(waiting, z), unit)


def _deviation(found: Outcomes, unit: UnitCosts, spread: float) -> float:
    """Return the standard deviation of the difference of one decision, for a hundred."""
    # Few events are drawn towards one half, as by Wilson's interval, so that none seen is not taken for never.
    share = found.comparable_share
    p, q = _drawn(found.rolled_back, found.decided), _drawn(found.accepted_again, found.decided * share)
    q *= found.is_asked
    lax, blocked, waiting = 100 * unit.rollback, 100 * unit.blocked, 100 * unit.waiting_hour
    covariance = -lax * blocked * p * q
    return sqrt(lax**2 * p * (1 - p) + blocked**2 * q * (1 - q) / share - 2 * covariance + (waiting * spread) ** 2)


def _difference(p: Bounded, q: Bounded, hours: Bounded, unit: UnitCosts) -> Bounded:
    lax, blocked = _scaled(p, 100 * unit.rollback), _scaled(q, 100 * unit.blocked)
    waiting = _scaled(hours, 100 * unit.waiting_hour)
    together = _correlation(p.value, q.value)
    value = lax.value - blocked.value - waiting.value
    below = _apart(lax.value - lax.low, blocked.high - blocked.value, together, waiting.high - waiting.value)
    above = _apart(lax.high - lax.value, blocked.value - blocked.low, together, waiting.value - waiting.low)
    return Bounded(value, value - below, value + above)


def _blocked(found: Outcomes, n: int, z: float) -> Bounded:
    """Return the share of good changes that were rejected, with n decisions at the rate that was seen."""
    if not found.is_asked:
        return Bounded(0.0, 0.0, 0.0)
    # As many decisions fewer tell of the share as rejected ones cannot be compared; none of them, and it may be any.
    return _share(found.accepted_again * n / found.decided if found.decided else 0, n * found.comparable_share, z)


def _share(k: float, n: float, z: float) -> Bounded:
    """Return the share k of n with Wilson's interval of so many standard errors, exact where none or all were seen."""
    if n == 0:
        return Bounded(0.0, 0.0, 1.0)
    p, square = k / n, z * z
    centre = (p + square / (2 * n)) / (1 + square / n)
    half = z / (1 + square / n) * sqrt(p * (1 - p) / n + square / (4 * n * n))
    if 0 < k < n:
        return Bounded(p, centre - half, centre + half)
    allowed = 1 - erfc(z / sqrt(2)) ** (1 / n)
    return Bounded(0.0, 0.0, allowed) if k == 0 else Bounded(1.0, 1 - allowed, 1.0)


def _mean(waiting: Waiting | None, z: float) -> Bounded:
    """Return the mean with Student's interval; from 0 to anything where nothing is known of it."""
    if waiting is None:
        return Bounded(0.0, 0.0, inf)
    if waiting.spread is None:
        return Bounded(waiting.mean, 0.0, inf)
    if waiting.spread == 0:
        return Bounded(waiting.mean, waiting.mean, waiting.mean)
    half = float(_student()(waiting.n - 1, 1 - erfc(z / sqrt(2)) / 2)) * waiting.spread / sqrt(waiting.n)
    return Bounded(waiting.mean, max(waiting.mean - half, 0.0), waiting.mean + half)


@cache
def _student() -> Callable[[float, float], float]:
    from scipy.special import stdtrit  # slow to import

    return stdtrit


def _scaled(share: Bounded, by: float) -> Bounded:
    if by == 0:
        return Bounded(0.0, 0.0, 0.0)
    return Bounded(share.value * by, share.low * by, share.high * by)


def _correlation(p: float, q: float) -> float:
    """Return by how much two shares of the same decisions go against each other, from 0 to 1."""
    left = (1 - p) * (1 - q)
    return min(sqrt(p * q / left), 1.0) if left > 0 else 1.0 if p * q > 0 else 0.0


def _apart(first: float, second: float, together: float, third: float) -> float:
    if not all(map(isfinite, (first, second, third))):
        return inf
    return sqrt(first**2 + second**2 + 2 * together * first * second + third**2)


def _drawn(k: int, n: float) -> float:
    square = Z * Z
    return (k + square / 2) / (n + square)
