"""Rates over task classes: standardised to one mix, compared class by class, and what of a difference is the mix.

A difference of two raw rates falls into two parts, exactly: raw = mix + within. The within part is the Mantel–Haenszel
difference times the overlap of the two mixes; the mix part is what remains when both do equally well in each class.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import erfc, sqrt

from dashboard.analysis.intervals import Interval, Z, wilson

Counts = tuple[int, int]
"""Good ones, and all."""
ByClass = Mapping[str, Counts]
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


def standardised(counts: ByClass, mix: Mapping[str, int], classes: frozenset[str] | None = None) -> Standardised | None:
    """Return the rate at the given mix over the classes that take part; null when none does.

    ``classes`` limits the classes, for example to those that another route has too. Weights are taken as exact.
    """
    whole = sum(mix.values())
    used = [
        (mix[name], *counts[name])
        for name in sorted(counts)
        if counts[name][1] >= FEWEST_IN_CLASS and mix.get(name, 0) > 0 and (classes is None or name in classes)
    ]
    covered = sum(weight for weight, _, _ in used)
    if not covered:
        return None
    weighted = [(weight / covered, k, n) for weight, k, n in used]
    value = sum(weight * k / n for weight, k, n in weighted)
    low, high = _weighted_wilson(weighted)
    return Standardised(value, low, high, sum(n for _, _, n in used), covered / whole)


def pooled_difference(first: ByClass, second: ByClass) -> PooledDifference | None:
    """Return first minus second within the classes that both have; null when they share none."""
    shared = [(*first[name], *second[name]) for name in sorted(first) if _has(first, name) and _has(second, name)]
    weights = [n1 * n2 / (n1 + n2) for _, n1, _, n2 in shared]
    whole = sum(weights)
    if not whole:
        return None
    value = sum(weight * (k1 / n1 - k2 / n2) for weight, (k1, n1, k2, n2) in zip(weights, shared, strict=True)) / whole
    sides = (
        [(weight / whole, k1, n1) for weight, (k1, n1, _, _) in zip(weights, shared, strict=True)],
        [(weight / whole, k2, n2) for weight, (_, _, k2, n2) in zip(weights, shared, strict=True)],
    )
    (p1, l1, u1), (p2, l2, u2) = (_with_interval(side) for side in sides)
    all1, all2 = total(first)[1], total(second)[1]
    return PooledDifference(
        value=value,
        low=value - sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2),
        high=value + sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
        n=sum(n1 + n2 for _, n1, _, n2 in shared),
        overlap=whole / (all1 * all2 / (all1 + all2)),
        p_value=_no_difference_p(shared),
    )


def mix_part(first: ByClass, second: ByClass) -> Part | None:
    """Return what of first minus second is due to the mix of classes, each class at the rate of both together.

    The interval recovers the variances of Wilson's intervals of the classes; null when one side is empty.
    """
    all1, all2 = total(first)[1], total(second)[1]
    if not all1 or not all2:
        return None
    value, below, above = 0.0, 0.0, 0.0
    for name in sorted(first.keys() | second.keys()):
        (k1, n1), (k2, n2) = first.get(name, (0, 0)), second.get(name, (0, 0))
        k, n = k1 + k2, n1 + n2
        interval = wilson(k, n)
        if interval is None:
            continue
        shift, rate = n1 / all1 - n2 / all2, k / n
        value += shift * rate
        low, high = interval if shift > 0 else interval[::-1]
        below += (shift * (rate - low)) ** 2
        above += (shift * (high - rate)) ** 2
    return Part(value, value - sqrt(below), value + sqrt(above))


def _has(counts: ByClass, name: str) -> bool:
    return counts.get(name, (0, 0))[1] > 0


def _with_interval(weighted: list[tuple[float, int, int]]) -> tuple[float, float, float]:
    return sum(weight * k / n for weight, k, n in weighted), *_weighted_wilson(weighted)


def _weighted_wilson(weighted: list[tuple[float, int, int]]) -> Interval:
    """Return Wilson's interval of a weighted rate at its effective number of records.

    That number is the n of a plain rate with the same variance. Variances are judged from Wilson's centres, which are
    never 0 or 1, so that classes without a failure still leave doubt. Of one class it is n: plain Wilson.
    """
    centres = [(weight, (k + Z * Z / 2) / (n + Z * Z), n) for weight, k, n in weighted]
    mean = sum(weight * centre for weight, centre, _ in centres)
    n = mean * (1 - mean) / sum(weight**2 * centre * (1 - centre) / n for weight, centre, n in centres)
    p, scale = sum(weight * k / n for weight, k, n in weighted), 1 + Z * Z / n
    middle = (p + Z * Z / (2 * n)) / scale
    half = Z / scale * sqrt(max(p * (1 - p), 0.0) / n + Z * Z / (4 * n * n))
    is_none, is_all = all(k == 0 for _, k, _ in weighted), all(k == n for _, k, n in weighted)
    # As for a plain rate: the bounds of none and of all are exactly 0 and 1.
    return (0.0 if is_none else middle - half), (1.0 if is_all else middle + half)


def _no_difference_p(strata: list[tuple[int, int, int, int]]) -> float:
    """Return the p-value of the Cochran–Mantel–Haenszel test, without correction of continuity."""
    distance, variance = 0.0, 0.0
    for k1, n1, k2, n2 in strata:
        k, n = k1 + k2, n1 + n2
        if n > 1:
            distance += k1 - n1 * k / n
            variance += n1 * n2 * k * (n - k) / (n * n * (n - 1))
    # One degree of freedom: the tail of the square is that of both sides of the normal distribution.
    return 1.0 if variance == 0 else erfc(abs(distance) / sqrt(2 * variance))
