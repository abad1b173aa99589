"""Routes compared two by two within task classes: which differ, which tie, and which leads are only the mix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

import numpy as np

from dashboard.analysis.comparison import Estimate, difference
from dashboard.analysis.filters import NONE_NAME
from dashboard.analysis.intervals import wilson
from dashboard.analysis.rates import RELEVANT_RATE
from dashboard.analysis.route_work import RouteWork
from dashboard.analysis.stratified import (
    ByClass,
    Part,
    PooledDifference,
    mix_parts,
    pooled_differences,
    strata_of,
    total,
)
from dashboard.analysis.ties import clear_ones, letters, tie_groups

FEWEST_TASKS = 10
"""A route with fewer is shown and not compared."""
MOST_ROUTES = 20
"""Only so many of the most used routes are compared; every pair of them is."""
FEWEST_TO_SUSPECT = 30
"""A lead is called an effect of the mix only when both routes have at least so many records of the same classes."""
_SHARED = 0.5
"""Share of the records of each of two routes that must be of classes that both have."""
_MOSTLY = 0.75
"""Share of a lead that the mix must make up."""


class Quality(StrEnum):
    """Which rate stands for quality."""

    SUCCESS = "success"
    ACCEPTANCE = "acceptance"

    @property
    def label(self) -> str:
        """Name on screen."""
        return {"success": "Task success", "acceptance": "Diff acceptance"}[self.value]

    @property
    def unit(self) -> str:
        """What n counts."""
        return {"success": "tasks", "acceptance": "patches"}[self.value]

    @property
    def meaning(self) -> str:
        """What is good of what."""
        return {
            "success": "completed of completed, failed and aborted tasks",
            "acceptance": "patches not rolled back of patches decided, of days older than the rollback window",
        }[self.value]

    def counts(self, work: RouteWork) -> ByClass:
        """Return good of all by task class."""
        return work.success if self is Quality.SUCCESS else work.acceptance


class Effect(StrEnum):
    """What a raw lead is worth."""

    PLAIN = "plain"
    MIX = "mix effect"
    """Most of the lead comes from easier tasks, and within classes no lead is left that is clear."""
    UNCLEAR = "cannot tell"
    """The mix would make most of the lead, but too few records, or too small a part, are of classes that both have.

    What a class makes and what a route makes can be told apart only where both have the class.
    """
    REVERSED = "reversal"
    """Within classes the other route is clearly better (Simpson)."""


_ALARMS = (Effect.REVERSED, Effect.MIX, Effect.UNCLEAR)
"""What a raw order that misleads is worth, what is known before what is not."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two routes; leader is the one with the higher raw rate."""

    leader: str
    other: str
    leader_counts: tuple[int, int]
    other_counts: tuple[int, int]
    raw: Part
    """Leader minus other, over all tasks."""
    pooled: PooledDifference | None
    """The same within the classes that both have; null when they share none."""
    mix: Part
    """What of the raw difference the mix of classes makes."""
    effect: Effect
    shared: tuple[tuple[int, int], tuple[int, int]] = (0, 0), (0, 0)
    """Good of all within the classes that both have, of the leader and of the other."""
    better: str | None = None
    """The one that is clearly better within classes, all comparisons considered; null when they tie."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All compared routes."""

    quality: Quality
    routes: tuple[str, ...]
    """The compared ones, most used first."""
    pairs: tuple[Pair, ...]
    tie_marks: Mapping[str, str]
    """Letters of the tie groups: two routes that share one are not told apart."""
    beaten: Mapping[str, tuple[str, ...]]
    """By route: the routes that are clearly better."""

    @property
    def misleading(self) -> tuple[Pair, ...]:
        """Pairs whose raw order misleads or may: reversals first, then effects of the mix, then what cannot be told."""
        found = [pair for pair in self.pairs if pair.effect is not Effect.PLAIN]
        return tuple(sorted(found, key=_alarm))


def compare(works: Mapping[str, RouteWork], quality: Quality, order: Sequence[str]) -> Comparison:
    """Compare every two of the routes that have enough records; ``order`` ranks them for the tie groups."""
    counts = {name: quality.counts(work) for name, work in works.items()}
    used = sorted(
        (name for name in counts if name != NONE_NAME and total(counts[name])[1] >= FEWEST_TASKS),
        key=lambda name: (-total(counts[name])[1], name),
    )[:MOST_ROUTES]
    pairs = pairs_of({name: counts[name] for name in used})
    # The p-value of a pair that shares no class is 1: nothing tells them apart.
    clear = clear_ones([1.0 if pair.pooled is None else pair.pooled.p_value for pair in pairs])
    judged = tuple(_judged(pair, is_clear) for pair, is_clear in zip(pairs, clear, strict=True))
    apart = frozenset(frozenset((pair.leader, pair.other)) for pair in judged if pair.better)
    ranked = [name for name in order if name in used] + [name for name in used if name not in order]
    return Comparison(
        quality=quality,
        routes=tuple(used),
        pairs=judged,
        tie_marks=letters(tie_groups(ranked, apart)),
        beaten={name: _better_than(name, judged) for name in used},
    )


def pairs_of(counts: Mapping[str, ByClass]) -> list[Pair]:
    """Return every two routes compared, each pair by itself; all must have records."""
    names, sums = list(counts), {name: total(part) for name, part in counts.items()}
    rates = {name: _estimate(*sums[name]) for name in names}
    ordered = [sorted(both, key=lambda name: (-rates[name].value, name)) for both in combinations(names, 2)]
    numbers, strata = {name: number for number, name in enumerate(names)}, strata_of(list(counts.values()))
    first, second = (strata.rows([numbers[both[side]] for both in ordered]) for side in (0, 1))
    has_class = (first.whole > 0) & (second.whole > 0)
    parts = [np.where(has_class, part, 0.0).sum(axis=1).astype(np.int64).tolist() for part in (*first, *second)]
    found: list[Pair] = []
    for (leader, other), pooled, mix, k1, n1, k2, n2 in zip(
        ordered, pooled_differences(first, second), mix_parts(first, second), *parts, strict=True
    ):
        assert mix is not None
        raw, whole, shared = Part(*difference(rates[leader], rates[other])), (sums[leader], sums[other]), (n1, n2)
        is_shared = all(
            part >= max(_SHARED * side[1], FEWEST_TO_SUSPECT) for part, side in zip(shared, whole, strict=True)
        )
        effect = _effect(raw, pooled, mix, min(n for _, n in whole), is_shared=is_shared)
        found.append(Pair(leader, other, *whole, raw, pooled, mix, effect, ((k1, n1), (k2, n2))))
    return found


def _effect(raw: Part, pooled: PooledDifference | None, mix: Part, fewest: int, *, is_shared: bool) -> Effect:
    is_seen = raw.low > 0 or (raw.value >= RELEVANT_RATE and fewest >= FEWEST_TO_SUSPECT)
    if pooled is None:
        return Effect.UNCLEAR if is_seen else Effect.PLAIN
    if raw.low > 0 and pooled.high < 0:
        return Effect.REVERSED if is_shared else Effect.UNCLEAR
    if is_seen and mix.low > 0 and mix.value >= _MOSTLY * raw.value and pooled.low <= 0:
        return Effect.MIX if is_shared else Effect.UNCLEAR
    return Effect.PLAIN


def _alarm(pair: Pair) -> tuple[int, bool, float, str]:
    return _ALARMS.index(pair.effect), pair.raw.low <= 0, -pair.mix.value, pair.leader


def _judged(pair: Pair, is_clear: bool) -> Pair:
    pooled = pair.pooled
    if pooled is None or not is_clear or pooled.low <= 0 <= pooled.high:
        return pair
    better = pair.leader if pooled.low > 0 else pair.other
    return replace(pair, better=better)


def _better_than(name: str, pairs: Sequence[Pair]) -> tuple[str, ...]:
    found = [pair.better for pair in pairs if pair.better not in (None, name) and name in (pair.leader, pair.other)]
    return tuple(sorted(better for better in found if better is not None))


def _estimate(k: int, n: int) -> Estimate:
    interval = wilson(k, n)
    assert interval is not None
    return Estimate(k / n, *interval, n)
