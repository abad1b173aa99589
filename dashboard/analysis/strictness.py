"""Are approvals too lax or too restrictive? Each risk zone, task class and kind of decision, judged from both sides.

Lax error: accepted and rolled back, of the accepted. Restrictive error: rejected and the same change accepted in time
(approval_costs.toml), of the rejected that can be compared with later ones. Both only of days old enough to be
judged. What each side costs, and the interval of the difference, is told by dashboard.analysis.strictness_costs. A
group is called too lax or too restrictive when its interval lies beyond the tolerance of approval_costs.toml and the
chance of that, corrected for the number of groups compared (Benjamini-Hochberg), is at most 5 %; about right, when
the whole interval lies within the tolerance; else the data cannot tell, and so many more decisions would very likely
settle it.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from math import isfinite

from dashboard.analysis.breakdowns import benjamini_hochberg
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.intervals import Interval, quantile_interval, ratio
from dashboard.analysis.strictness_costs import (
    NO_WAITING,
    Bounded,
    Outcomes,
    UnitCosts,
    Waiting,
    chance_within,
    decisions_needed,
    difference,
    lax_side,
    rate_interval,
    restrictive_side,
)
from dashboard.analysis.strictness_counts import ALL, Counts, Place, Who, decided, rolled_up
from dashboard.analysis.ties import FALSE_SHARE
from data.definitions.approval_costs import ApprovalCosts, approval_costs

_HOUR_MS = 3_600_000


class Balance(StrEnum):
    """What is said of a group of decisions."""

    TOO_LAX = "too lax"
    TOO_RESTRICTIVE = "too restrictive"
    ABOUT_RIGHT = "about right"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Rate:
    """k of n; the interval is Wilson's, with the exact bound where none or all were seen."""

    k: int
    n: int

    @property
    def value(self) -> float | None:
        """The share; null of nothing."""
        return ratio(self.k, self.n)

    @property
    def interval(self) -> Interval | None:
        """Its 95 % interval; null of nothing."""
        return rate_interval(self.k, self.n)


@dataclass(frozen=True)
class StrictnessCell:
    """One group of decisions, judged from both sides. Amounts are USD for a hundred decisions."""

    place: Place
    counts: Counts
    lax: Rate
    restrictive: Rate
    difference_usd: Bounded | None
    """Lax minus restrictive side; null where nothing was decided."""
    chance: float | None
    """Chance of a difference as far beyond the tolerance, corrected for the number of groups; null of nothing."""
    verdict: Balance
    reason: str | None
    """Why it cannot be told."""
    unit: UnitCosts = field(repr=False)
    tolerance_usd: float = field(repr=False)
    compared: int = field(repr=False)
    """How many groups are compared with it, itself one of them."""
    named_from: int | None = field(default=None, repr=False)
    """Its verdict is only told from so many decisions on; null where it is told as it is."""

    # Worked out when they are first looked at: of most groups nobody does.
    @cached_property
    def more(self) -> int | None:
        """How many more decisions would very likely settle it; null where it is settled, or no number would."""
        if self.verdict is not Balance.CANNOT_TELL:
            return None
        if self.named_from is not None:
            return self.named_from - self.counts.decided
        found = outcomes_of(self.counts, self.place.who)
        needed = decisions_needed(found, self.unit, self.tolerance_usd, self.compared)
        return None if needed is None else max(needed - self.counts.decided, 1)

    @cached_property
    def median_wait_hours(self) -> float | None:
        """Median of the known waiting times."""
        median = self.counts.histogram.median()
        return None if median is None else median / _HOUR_MS

    @cached_property
    def median_wait_interval(self) -> Interval | None:
        """Its interval, in hours."""
        interval = quantile_interval(self.counts.histogram, 0.5)
        return None if interval is None else (interval[0] / _HOUR_MS, interval[1] / _HOUR_MS)

    @cached_property
    def lax_usd(self) -> Bounded | None:
        """Cost of rollbacks; null where nothing was decided."""
        return lax_side(outcomes_of(self.counts, self.place.who), self.unit) if self.counts.decided else None

    @cached_property
    def restrictive_usd(self) -> Bounded | None:
        """Cost of blocked changes and waiting; its value leaves out waiting where nobody says how long."""
        return restrictive_side(outcomes_of(self.counts, self.place.who), self.unit) if self.counts.decided else None

    @property
    def is_waiting_known(self) -> bool:
        """Whether the cost of waiting is known, or there is none."""
        return self.counts.waiting_known > 0 or not self.place.who.takes_time

    @property
    def is_asking_known(self) -> bool:
        """Whether the cost of asking is known: that of waiting, and how many rejected changes were good."""
        return self.is_waiting_known and (self.counts.comparable > 0 or not self.counts.rejected)

    @property
    def wait_hours(self) -> float:
        """Total of the known waiting times."""
        return self.counts.waiting_ms / _HOUR_MS


@dataclass(frozen=True)
class Strictness:
    """All groups of a filter, judged; each family of groups is corrected for its own number."""

    period: Period
    settled: date
    """The newest day whose decisions can be judged."""
    young: int
    """Decisions of the period that are too young to be judged."""
    costs: ApprovalCosts
    parts: Mapping[Place, Counts] = field(default_factory=dict[Place, Counts], repr=False)
    """The counts that all groups are made of."""
    by_zone: tuple[StrictnessCell, ...] = ()
    """Zones and who decided."""
    before: "Strictness | None" = None
    """The compared period."""

    @property
    def tolerance_usd(self) -> float:
        """By how much both sides may differ for a hundred decisions and be about right."""
        return self.costs.tolerance_usd

    # The other families are judged when they are first looked at: few pages do.
    @cached_property
    def by_zone_and_class(self) -> tuple[StrictnessCell, ...]:
        """Zones, task classes and who decided."""
        return judged(self.parts, self.costs, zones=True, classes=True)

    @cached_property
    def by_class(self) -> tuple[StrictnessCell, ...]:
        """Task classes and who decided, over all zones."""
        return judged(self.parts, self.costs, zones=False, classes=True)

    @cached_property
    def whole(self) -> tuple[StrictnessCell, ...]:
        """Who decided, over all zones and classes."""
        return judged(self.parts, self.costs, zones=False, classes=False)

    def family(self, *, zones: bool, classes: bool) -> tuple[StrictnessCell, ...]:
        """Return the groups that keep zones and classes apart, or not."""
        if zones:
            return self.by_zone_and_class if classes else self.by_zone
        return self.by_class if classes else self.whole

    @property
    def cells(self) -> tuple[StrictnessCell, ...]:
        """All groups, the most coarse first."""
        return (*self.whole, *self.by_zone, *self.by_class, *self.by_zone_and_class)

    def at(self, place: Place) -> StrictnessCell | None:
        """Return the group of a place; null where nothing is recorded."""
        cells = self.family(zones=place.zone != ALL, classes=place.task_class != ALL)
        return next((cell for cell in cells if cell.place == place), None)


def strictness(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> Strictness:
    """Return the verdict on each group of decisions in the period, and in the compared one."""
    now = _strictness(connection, chosen, as_of, chosen.period)
    if chosen.compared is None:
        return now
    before = _strictness(connection, chosen, as_of, chosen.compared)
    return replace(now, before=before)


def _strictness(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, period: Period) -> Strictness:
    found = decided(connection, chosen, as_of, period)
    costs = approval_costs()
    by_zone = judged(found.parts, costs, zones=True, classes=False)
    return Strictness(period, found.settled, found.young, costs, found.parts, by_zone)


def judged(
    parts: Mapping[Place, Counts], costs: ApprovalCosts, *, zones: bool, classes: bool
) -> tuple[StrictnessCell, ...]:
    """Return one family of groups, judged; zones and classes say what is kept apart. Who decided always is."""
    groups = rolled_up(parts, zones=zones, classes=classes)
    priced = [(place, counts, _unit_costs(place, parts, costs)) for place, counts in groups.items()]
    tolerance = costs.tolerance_usd
    chances = [
        chance_within(outcomes_of(counts, place.who), unit, tolerance) if counts.decided else None
        for place, counts, unit in priced
    ]
    corrected = iter(benjamini_hochberg([chance for chance in chances if chance is not None]))
    compared = sum(chance is not None for chance in chances)
    return tuple(
        _cell(place, counts, unit, tolerance, None if chance is None else next(corrected), compared)
        for (place, counts, unit), chance in zip(priced, chances, strict=True)
    )


def outcomes_of(counts: Counts, who: Who) -> Outcomes:
    """Return what the costs of a group rest on."""
    is_asked = who is not Who.NOT_ASKED
    share = counts.comparable / counts.rejected if counts.rejected else 1.0
    waiting = waiting_of(counts, who)
    return Outcomes(counts.decided, counts.rolled_back, counts.accepted_again, waiting, share, is_asked)


def waiting_of(counts: Counts, who: Who) -> Waiting | None:
    """Return the mean waiting time in hours: as known, 0 where a rule decides at once, null where nobody says."""
    if counts.waiting_known:
        spread = counts.waiting_spread_ms
        mean = counts.waiting_ms / counts.waiting_known / _HOUR_MS
        return Waiting(mean, None if spread is None else spread / _HOUR_MS, counts.waiting_known)
    return None if who.takes_time else NO_WAITING


def _unit_costs(place: Place, parts: Mapping[Place, Counts], costs: ApprovalCosts) -> UnitCosts:
    """Return the costs of a group; over several zones a rollback costs what those seen cost on average."""
    if place.zone != ALL:
        return UnitCosts(costs.rollback_usd(place.zone), costs.blocked_usd, costs.waiting_hour_usd)
    own = [
        (part.zone, counts)
        for part, counts in parts.items()
        if part.who == place.who and place.task_class in (ALL, part.task_class)
    ]
    seen = sum(counts.rolled_back for _, counts in own)
    weights = [(zone, counts.rolled_back if seen else counts.decided) for zone, counts in own]
    summed = sum(costs.rollback_usd(zone) * weight for zone, weight in weights)
    mean = ratio(summed, sum(weight for _, weight in weights))
    # A cost of 0 is a cost that somebody stated.
    return UnitCosts(costs.rollback_usd(None) if mean is None else mean, costs.blocked_usd, costs.waiting_hour_usd)


def _cell(
    place: Place, counts: Counts, unit: UnitCosts, tolerance: float, chance: float | None, compared: int
) -> StrictnessCell:
    found = outcomes_of(counts, place.who)
    apart = difference(found, unit) if counts.decided else None
    verdict, reason = _verdict(apart, tolerance, chance)
    return StrictnessCell(
        place=place,
        counts=counts,
        lax=Rate(counts.rolled_back, counts.accepted),
        restrictive=Rate(counts.accepted_again, counts.comparable),
        difference_usd=apart,
        chance=chance,
        verdict=verdict,
        reason=reason,
        unit=unit,
        tolerance_usd=tolerance,
        compared=compared,
    )


def _verdict(apart: Bounded | None, tolerance: float, chance: float | None) -> tuple[Balance, str | None]:
    if apart is None or chance is None:
        return Balance.CANNOT_TELL, "nothing that is old enough to be judged was decided"
    if apart.low > tolerance or apart.high < -tolerance:
        if chance <= FALSE_SHARE:
            return (Balance.TOO_LAX if apart.low > tolerance else Balance.TOO_RESTRICTIVE), None
        return Balance.CANNOT_TELL, "it stands out alone, but among so many groups one does by chance"
    if -tolerance <= apart.low and apart.high <= tolerance:
        return Balance.ABOUT_RIGHT, None
    if not isfinite(apart.low):
        return (
            Balance.CANNOT_TELL,
            "too little is known of how long these changes waited, so the cost of asking is not known",
        )
    return Balance.CANNOT_TELL, "the interval of the difference reaches over the edge of what is about right"
