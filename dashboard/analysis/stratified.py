"""Rates over task classes: standardised to one mix, compared class by class, and what of a difference is the mix.

A difference of two raw rates falls into two parts, exactly: raw = mix + within. The within part is the Mantel–Haenszel
difference times the overlap of the two mixes; the mix part is what remains when both do equally well in each class.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import erfc, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dashboard.analysis.intervals import Z

Counts = tuple[int, int]
"""Good ones, and all."""
ByClass = Mapping[str, Counts]
Array = npt.NDArray[np.float64]
FEWEST_IN_CLASS = 5
"""A class with fewer takes no part in a standardised rate: its interval alone would be wider than a half."""


@dataclass(frozen=True, slots=True)
class Standardised:
    """A rate as it would be with another mix of classes."""

    value: float
    low: float
    high: float
    n: int
    """Records behind it, of the classes that take part."""
    coverage: float
    """Share of the mix that these classes make up, 0 to 1."""


@dataclass(frozen=True, slots=True)
class PooledDifference:
    """One rate minus another, within classes: Mantel–Haenszel weights, Newcombe's interval of both weighted rates."""

    value: float
    low: float
    high: float
    n: int
    """Records of both in the classes that both have."""
    overlap: float
    """1 when both have the same mix, 0 when they share no class."""
    p_value: float
    """Of the Cochran–Mantel–Haenszel test that there is no difference in any class."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a difference, with its interval."""

    value: float
    low: float
    high: float


def total(counts: ByClass) -> Counts:
    """Return the sums over all classes."""
    return sum(k for k, _ in counts.values()), sum(n for _, n in counts.values())


def mix_of(parts: Iterable[ByClass]) -> dict[str, int]:
    """Return how many records all parts together have in each class."""
    mix: Counter[str] = Counter()
    for part in parts:
        mix.update({name: n for name, (_, n) in part.items()})
    return dict(mix)


class Strata(NamedTuple):
    """Counts of many parts at once: one row a part, one column a class; a class that a part does not have is 0 of 0."""

    good: Array
    whole: Array

    def rows(self, numbers: Sequence[int]) -> "Strata":
        """Return some of the parts, in the order of their numbers."""
        return Strata(self.good[numbers], self.whole[numbers])


def strata_of(parts: Sequence[ByClass]) -> Strata:
    """Return the counts of parts with the columns that all of them have together, in the order of their names."""
    classes = sorted({name for part in parts for name in part})
    counts = np.array([[part.get(name, (0, 0)) for name in classes] for part in parts], dtype=np.float64)
    counts = counts.reshape(len(parts), len(classes), 2)
    return Strata(counts[:, :, 0], counts[:, :, 1])


def standardised(counts: ByClass, mix: Mapping[str, int]) -> Standardised | None:
    """Return the rate at the given mix over the classes that take part; null when none does."""
    return standardised_rates({"": counts}, mix)[""]


def standardised_rates(
    parts: Mapping[str, ByClass], mix: Mapping[str, int], classes: frozenset[str] | None = None
) -> Mapping[str, Standardised | None]:
    """Return the rate of each part at the given mix over the classes of it that take part; null where none does.

    ``classes`` limits the classes, for example to those that another route has too. Weights are taken as exact.
    """
    names = sorted(name for name, weight in mix.items() if weight > 0 and (classes is None or name in classes))
    strata = strata_of([{name: part.get(name, (0, 0)) for name in names} for part in parts.values()])
    weights = np.where(strata.whole >= FEWEST_IN_CLASS, [float(mix[name]) for name in names], 0.0)
    covered, records = weights.sum(axis=1), np.where(weights > 0, strata.whole, 0.0).sum(axis=1)
    value, low, high = _weighted(weights, strata)
    shares = covered / max(sum(mix.values()), 1)
    figures = zip(*(figure.tolist() for figure in (value, low, high, records, shares)), strict=True)
    return {
        part: Standardised(rate, least, most, int(n), share) if share else None
        for part, (rate, least, most, n, share) in zip(parts, figures, strict=True)
    }


def pooled_differences(first: Strata, second: Strata) -> list[PooledDifference | None]:
    """Return first minus second of each row within the classes that both have; null where they share none."""
    shared = (first.whole > 0) & (second.whole > 0)
    n = first.whole + second.whole
    weights = np.where(shared, first.whole * second.whole / np.where(shared, n, 1.0), 0.0)
    overlap = weights.sum(axis=1)
    (p1, l1, u1), (p2, l2, u2) = _weighted(weights, first), _weighted(weights, second)
    all1, all2 = first.whole.sum(axis=1), second.whole.sum(axis=1)
    value = p1 - p2
    low, high = value - np.hypot(p1 - l1, u2 - p2), value + np.hypot(u1 - p1, p2 - l2)
    records, chances = np.where(shared, n, 0.0).sum(axis=1), _no_difference_p(first, second)
    return [
        PooledDifference(
            value=float(value[row]),
            low=float(low[row]),
            high=float(high[row]),
            n=int(records[row]),
            overlap=float(overlap[row] / (all1[row] * all2[row] / (all1[row] + all2[row]))),
            p_value=chances[row],
        )
        if overlap[row]
        else None
        for row in range(len(overlap))
    ]


def mix_parts(first: Strata, second: Strata) -> list[Part | None]:
    """Return what of first minus second of each row is due to the mix of classes, each class at the rate of both.

    The interval recovers the variances of Wilson's intervals of the classes; null where one side is empty.
    """
    all1, all2 = first.whole.sum(axis=1, keepdims=True), second.whole.sum(axis=1, keepdims=True)
    shift = first.whole / np.where(all1, all1, 1.0) - second.whole / np.where(all2, all2, 1.0)
    k, n = first.good + second.good, first.whole + second.whole
    rate = k / np.where(n, n, 1.0)
    low, high = _wilson(rate, np.where(n, n, 1.0), k == 0, k == n)
    value = (shift * rate).sum(axis=1)
    down, up = (np.where(shift > 0, *bounds) for bounds in ((rate - low, high - rate), (high - rate, rate - low)))
    below, above = (np.sqrt(((shift * bound) ** 2).sum(axis=1)) for bound in (down, up))
    is_able = (all1 > 0) & (all2 > 0)
    return [
        Part(float(value[row]), float(value[row] - below[row]), float(value[row] + above[row])) if able else None
        for row, able in enumerate(is_able[:, 0])
    ]


def _weighted(weights: Array, strata: Strata) -> tuple[Array, Array, Array]:
    """Return the weighted rate of each row with Wilson's interval at its effective number of records.

    That number is the n of a plain rate with the same variance. Variances are judged from Wilson's centres, which are
    never 0 or 1, so that classes without a failure still leave doubt. Of one class it is n: plain Wilson. A row
    without any weight is without meaning.
    """
    used = weights > 0
    whole = weights.sum(axis=1, keepdims=True)
    share, n = weights / np.where(whole, whole, 1.0), np.where(used, strata.whole, 1.0)
    centre = (strata.good + Z * Z / 2) / (n + Z * Z)
    mean, variance = (share * centre).sum(axis=1), (share**2 * centre * (1 - centre) / n).sum(axis=1)
    records = np.where(variance > 0, mean * (1 - mean) / np.where(variance > 0, variance, 1.0), 1.0)
    p = (share * strata.good / n).sum(axis=1)
    is_none = (used & (strata.good > 0)).sum(axis=1) == 0
    is_all = (used & (strata.good < n)).sum(axis=1) == 0
    return p, *_wilson(p, records, is_none, is_all)


def _wilson(p: Array, n: Array, is_none: npt.NDArray[np.bool_], is_all: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return Wilson's bounds of rates; n may be effective. The bounds of none and of all are exactly 0 and 1."""
    scale = 1 + Z * Z / n
    middle = (p + Z * Z / (2 * n)) / scale
    half = Z / scale * np.sqrt(np.maximum(p * (1 - p), 0.0) / n + Z * Z / (4 * n * n))
    return np.where(is_none, 0.0, middle - half), np.where(is_all, 1.0, middle + half)


def _no_difference_p(first: Strata, second: Strata) -> list[float]:
    """Return the p-values of the Cochran–Mantel–Haenszel test, without correction of continuity."""
    n1, n2 = first.whole, second.whole
    k, n = first.good + second.good, n1 + n2
    used = (n1 > 0) & (n2 > 0)
    # With both sides there, n is 2 at least.
    some = np.where(used, n, 2.0)
    distance = np.where(used, first.good - n1 * k / some, 0.0).sum(axis=1)
    variance = np.where(used, n1 * n2 * k * (n - k) / (some * some * (some - 1)), 0.0).sum(axis=1)
    # One degree of freedom: the tail of the square is that of both sides of the normal distribution.
    pairs = zip(distance.tolist(), variance.tolist(), strict=True)
    return [1.0 if spread == 0 else erfc(abs(far) / sqrt(2 * spread)) for far, spread in pairs]
