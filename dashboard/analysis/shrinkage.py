"""Rates drawn towards the team's, the more so the fewer records they have: beta-binomial, prior from the data."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.analysis.intervals import CONFIDENCE

FEWEST_ROUTES = 3
"""From fewer the spread between routes cannot be told from chance."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of a route before its own records: the team's rate, worth so many records."""

    mean: float
    weight: float
    """Large when routes differ no more than by chance; never more records than the team has, from which it is known."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A rate after the team's experience was added, with its 95 % credible interval."""

    value: float
    low: float
    high: float


def prior_of(counts: Sequence[tuple[int, int]]) -> Prior | None:
    """Return the prior that fits the good of total of all routes, by moments; null when it cannot be estimated.

    The spread of k/n around the common rate, weighted by n, is what chance alone gives plus what routes differ by.
    """
    used = [(k, n) for k, n in counts if n > 0]
    whole = sum(n for _, n in used)
    mean = sum(k for k, _ in used) / whole if whole else 0.0
    if len(used) < FEWEST_ROUTES or not 0 < mean < 1:
        return None
    spread = sum(n * (k / n - mean) ** 2 for k, n in used) / (mean * (1 - mean))
    by_chance = len(used) - 1
    room = whole - sum(n * n for _, n in used) / whole - by_chance
    likeness = (spread - by_chance) / room if room > 0 else 0.0
    weight = 1 / likeness - 1 if likeness > 0 else float(whole)
    return Prior(mean, min(max(weight, 1.0), float(whole)))


def shrunk(k: int, n: int, prior: Prior) -> Shrunk:
    """Return a rate of k of n drawn towards the prior."""
    from scipy.special import betaincinv  # slow to import

    good, bad = prior.mean * prior.weight + k, (1 - prior.mean) * prior.weight + n - k
    low, high = (float(betaincinv(good, bad, tail)) for tail in ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return Shrunk(good / (good + bad), low, high)
