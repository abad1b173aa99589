"""Which of several parts has the highest share of bad events: named only when it stands out, ties named with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from dashboard.analysis.breakdowns import compare_parts, difference_chance
from dashboard.analysis.comparison import Estimate, Yardstick, difference, rate_n_needed
from dashboard.analysis.figures import Direction, Unit, Verdict
from dashboard.analysis.intervals import Interval, wilson
from dashboard.analysis.ties import clear_ones

Counts = tuple[int, int]
"""Bad events and all events."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One part among the others."""

    name: str
    bad: int
    total: int
    interval: Interval | None
    """Of the share of bad events."""
    chance: float | None
    """Chance of such a distance to the others together if there were none, corrected; null when not compared."""
    verdict: Verdict | None
    """Better or worse than the others together; null when it has too few events to be compared."""

    @property
    def rate(self) -> float | None:
        """Bad of all."""
        return self.bad / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Worst:
    """All parts, those with the highest share of bad events first, and which of them stand out."""

    parts: tuple[Judged, ...]
    named: tuple[str, ...]
    """The worst and those that cannot be told apart from it; empty when none stands out."""
    next: Judged | None
    """The highest of those that are told apart from the named ones; null when there is none."""

    @property
    def compared(self) -> tuple[Judged, ...]:
        """Parts with enough events."""
        return tuple(part for part in self.parts if part.verdict is not None)

    def part(self, name: str) -> Judged:
        """Return a part by its name."""
        return next(part for part in self.parts if part.name == name)

    def rest_of(self, name: str) -> Counts:
        """Return bad and all events of the compared parts other than one."""
        others = [part for part in self.compared if part.name != name]
        return sum(part.bad for part in others), sum(part.total for part in others)


def find_worst(counts: dict[str, Counts], least: int) -> Worst:
    """Compare the parts that have at least so many events; what is named is clear with all comparisons considered."""
    enough = {name: pair for name, pair in sorted(counts.items()) if pair[1] >= least}
    verdicts = {
        part.name: (part.chance, part.verdict)
        for part in compare_parts([(name, total - bad, total) for name, (bad, total) in enough.items()])
    }
    parts = [
        Judged(name, bad, total, wilson(bad, total), *verdicts.get(name, (None, None)))
        for name, (bad, total) in counts.items()
        if total
    ]
    parts.sort(key=lambda part: (-(part.bad / part.total), -part.total, part.name))
    compared = [part for part in parts if part.verdict is not None]
    tied = _tied_with_first(compared)
    if all(part.verdict is not Verdict.WORSE for part in tied):
        return Worst(tuple(parts), (), None)
    behind = [part for part in compared if part not in tied]
    return Worst(tuple(parts), tuple(part.name for part in tied), behind[0] if behind else None)


def _tied_with_first(compared: Sequence[Judged]) -> list[Judged]:
    pairs = list(combinations(compared, 2))
    chances = [difference_chance(one.bad, one.total, two.bad, two.total) for one, two in pairs]
    clear = clear_ones([1.0 if chance is None else chance for chance in chances])
    apart = {frozenset((one.name, two.name)) for (one, two), is_clear in zip(pairs, clear, strict=True) if is_clear}
    return [
        part
        for part in compared
        if part is compared[0]
        or (part.verdict is not Verdict.BETTER and frozenset((part.name, compared[0].name)) not in apart)
    ]


def fewer_to_tie(part: Judged, other: Judged) -> int | None:
    """Return how many fewer bad events would let a part no longer be told apart from another; null when none would."""
    low, high = 0, part.bad
    if not _is_above((low, part.total), other) and _is_above((high, part.total), other):
        # The smallest number of bad events that still lies clearly above.
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if _is_above((middle, part.total), other) else (middle, high)
        return part.bad - low
    return None


def worse_to_stand_out(part: Judged, rest: Counts) -> int | None:
    """Return how many more bad events would put a part clearly above the rest; null when all of them would not."""
    bad, total = rest
    others = Judged("", bad, total, wilson(bad, total), None, None)
    if not _is_above((part.total, part.total), others):
        return None
    low, high = part.bad, part.total
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _is_above((middle, part.total), others) else (middle, high)
    return high - part.bad


def more_to_tell(part: Judged, rest: Counts, relevant: float, n_unit: str) -> int | None:
    """Return how many more events would show a part that is worse than the rest by what matters; null when none."""
    bad, total = rest
    if not total:
        return None
    needed = rate_n_needed(bad / total, total, Yardstick(Unit.RATE, Direction.LOWER, n_unit, relevant))
    return None if needed is None else max(needed - part.total, 0)


def each_to_tell(rate: float, relevant: float, n_unit: str) -> int:
    """Return how many events each of two parts needs, one of them with this rate, to show what matters."""
    yardstick = Yardstick(Unit.RATE, Direction.LOWER, n_unit, relevant)

    def suffices(n: int) -> bool:
        needed = rate_n_needed(rate, n, yardstick)
        return needed is not None and needed <= n

    high = 1
    while not suffices(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def _is_above(counts: Counts, other: Judged) -> bool:
    mine, theirs = wilson(*counts), other.interval
    if mine is None or theirs is None or other.rate is None:
        return False
    now = Estimate(counts[0] / counts[1], *mine, counts[1])
    return difference(now, Estimate(other.rate, *theirs, other.total))[1] > 0
