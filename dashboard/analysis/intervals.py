"""Intervals of 95 %: Wilson for rates, exact bounds, order statistics for quantiles; and division that knows null."""

from collections.abc import Callable
from functools import lru_cache
from math import sqrt
from statistics import NormalDist

import polars as pl

from data.histogram import Histogram

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
_TAIL = (1 - CONFIDENCE) / 2

Interval = tuple[float, float]


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """Divide; null where either is unknown or there is nothing to divide by. Never infinite."""
    if numerator is None or not denominator:
        return None
    return numerator / denominator


def ratio_expression(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Divide columns; null where there is nothing to divide by."""
    return pl.when(denominator != 0).then(numerator / denominator)


def wilson(k: int, n: int) -> Interval | None:
    """Return the Wilson interval of k of n; null when n is 0."""
    if n == 0:
        return None
    p = k / n
    scale = 1 + Z * Z / n
    centre = (p + Z * Z / (2 * n)) / scale
    half = Z / scale * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    # The bounds of none and of all are exactly 0 and 1; rounding must not push them off.
    return (0.0 if k == 0 else centre - half), (1.0 if k == n else centre + half)


def wilson_low(k: pl.Expr, n: pl.Expr) -> pl.Expr:
    """Return the lower Wilson bound for each row; null where n is 0."""
    return pl.when(n > 0).then(pl.when(k == 0).then(0.0).otherwise(_wilson_centre(k, n) - _wilson_half(k, n)))


def wilson_high(k: pl.Expr, n: pl.Expr) -> pl.Expr:
    """Return the upper Wilson bound for each row; null where n is 0."""
    return pl.when(n > 0).then(pl.when(k == n).then(1.0).otherwise(_wilson_centre(k, n) + _wilson_half(k, n)))


def _wilson_centre(k: pl.Expr, n: pl.Expr) -> pl.Expr:
    return (k / n + Z * Z / (2 * n)) / (1 + Z * Z / n)


def _wilson_half(k: pl.Expr, n: pl.Expr) -> pl.Expr:
    p = k / n
    return Z / (1 + Z * Z / n) * (p * (1 - p) / n + Z * Z / (4 * n * n)).sqrt()


def clopper_pearson(k: int, n: int) -> Interval | None:
    """Return the exact interval of k of n; null when n is 0."""
    if n == 0:
        return None
    from scipy.special import betaincinv  # slow to import

    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, _TAIL))
    high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - _TAIL))
    return low, high


def most_when_none_seen(n: int) -> float | None:
    """Return the largest rate that none in n still allows (exact, one-sided): 0 of 5 allows 45 %."""
    return None if n == 0 else 1 - (1 - CONFIDENCE) ** (1 / n)


@lru_cache(maxsize=8192)
def quantile_ranks(n: int, share: float) -> tuple[int, int] | None:
    """Return the ranks (from 1) of the two order statistics that hold a quantile; null when n is too small.

    The number of values below the quantile is binomial, so the ranks cut off at most 2.5 % on each side, exactly.
    """
    # Five values say nothing about a median: all of them lie on one side with a chance of 1 in 16.
    if n == 0 or (1 - share) ** n > _TAIL or share**n > _TAIL:
        return None
    from scipy.special import bdtr  # slow to import

    low = _first(n, lambda rank: float(bdtr(rank, n, share)) > _TAIL)
    high = _first(n, lambda rank: float(bdtr(rank, n, share)) >= 1 - _TAIL) + 1
    return (low, high) if low >= 1 and high <= n else None


def quantile_interval(histogram: Histogram, share: float) -> Interval | None:
    """Return the order-statistic interval of a quantile; null when there are too few values."""
    ranks = quantile_ranks(histogram.n, share)
    return None if ranks is None else (histogram.at_rank(ranks[0]), histogram.at_rank(ranks[1]))


def _first(n: int, holds: Callable[[int], bool]) -> int:
    """Return the smallest number from 0 to n for which a condition holds that, once true, stays true."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
