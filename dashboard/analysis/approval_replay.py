"""What another rule would have done on history: escapes caught, good changes held, hours waited. Only proposed.

People are taken to decide as they did in the same period: on bad changes, on good ones, and as fast. A rejected
change that was not accepted in time counts as a bad one that was caught, one that cannot be compared as
neither; an accepted one that was not rolled back, as a good one. Where people decided on too few changes of the zone,
their decisions in all zones stand in. History is taken as it was; the intervals are those of how people decide
(Wilson for shares, Student for the mean wait), put together by the method of variance estimates recovery.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import erfc, isfinite, sqrt

import polars as pl

from dashboard.analysis.breakdowns import benjamini_hochberg
from dashboard.analysis.intervals import Z
from dashboard.analysis.remembered import remembered
from dashboard.analysis.strictness import Rate, Strictness, waiting_of
from dashboard.analysis.strictness_costs import Bounded, mean_wait
from dashboard.analysis.strictness_counts import ALL, Counts, Place, Who, order_of, rolled_up
from dashboard.analysis.ties import FALSE_SHARE
from data.definitions.approval_costs import ApprovalCosts, approval_costs
from data.frames import frame_of

NOTHING = Bounded(0.0, 0.0, 0.0)


class Rule(StrEnum):
    """A rule that could have been in force."""

    ASK = "ask_a_person"
    LET_PASS = "let_pass"
    SECOND_REVIEWER = "second_reviewer"

    @property
    def label(self) -> str:
        """Name on screen."""
        return {
            "ask_a_person": "Ask a person about every change",
            "let_pass": "Let changes pass without asking",
            "second_reviewer": "Require a second reviewer",
        }[self.value]


class Worth(StrEnum):
    """Whether a rule would have paid, its interval considered."""

    YES = "would have paid"
    NO = "would have cost more"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How people decide."""

    zone: str
    """Where it was seen; ALL where the zone itself has too few decisions."""
    catches: Rate
    """Bad changes that they rejected, of the bad ones that they saw."""
    holds: Rate
    """Good changes that they rejected, of the good ones that they saw."""
    wait_hours: Bounded | None
    """Mean waiting time; null when no record tells it."""
    decided: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What one rule would have changed in one zone, in numbers of changes, hours and USD over the period."""

    zone: str
    rule: Rule
    changes: int
    """Changes that the rule would have treated otherwise."""
    escapes: float
    """Of these, rolled back in fact."""
    caught: Bounded | None
    """Escapes fewer; negative: more."""
    held: Bounded | None
    """Good changes held more; negative: fewer."""
    wait_hours: Bounded | None
    """Hours waited more; negative: fewer."""
    saved_usd: Bounded | None
    """Cost of escapes saved minus cost of good changes held and of waiting; null where anything of it is unknown."""
    behaviour: Behaviour | None
    chance: float | None = None
    """Chance of so much saved or lost if the rule did neither, corrected for the number of replays; null if unknown."""

    @property
    def worth(self) -> Worth:
        """Whether the rule would have paid: of many rules replayed one looks good by luck, which is corrected for."""
        if self.saved_usd is None or self.chance is None or self.chance > FALSE_SHARE:
            return Worth.CANNOT_TELL
        return Worth.YES if self.saved_usd.value > 0 else Worth.NO


@remembered()
def replays_of(found: Strictness) -> tuple[Replay, ...]:
    """Return each rule replayed on the decisions of a period."""
    return replays(found.parts, approval_costs())


def replays(parts: Mapping[Place, Counts], costs: ApprovalCosts) -> tuple[Replay, ...]:
    """Return each rule replayed in each zone that has changes which it would have treated otherwise."""
    by_zone = rolled_up(parts, zones=True, classes=False)
    whole = rolled_up(parts, zones=False, classes=False)
    everywhere = _behaviour(ALL, whole.get(Place(ALL, ALL, Who.HUMAN), Counts()))
    found: list[Replay] = []
    for zone in dict.fromkeys(place.zone for place in sorted(by_zone, key=order_of)):
        people, automatic = by_zone.get(Place(zone, ALL, Who.HUMAN), Counts()), Counts()
        for who in (Who.POLICY, Who.NOT_ASKED):
            automatic += by_zone.get(Place(zone, ALL, who), Counts())
        own = _behaviour(zone, people)
        seen = own if own is not None and own.decided >= costs.fewest_decisions_in_zone else everywhere
        single = people.reviewers_known - people.second_reviewed
        share = single / people.accepted if people.accepted else 0.0
        found += [
            _asked(zone, Rule.ASK, automatic.accepted, automatic.rolled_back, seen, costs),
            _let_pass(zone, people, costs),
            # Who reviewed is not known of the changes that were rolled back: they are taken to be spread evenly.
            _asked(zone, Rule.SECOND_REVIEWER, single, people.rolled_back * share, seen, costs),
        ]
    return _corrected([one for one in found if one.changes])


def _corrected(found: Sequence[Replay]) -> tuple[Replay, ...]:
    """Return the replays with their chances, corrected for their number (Benjamini-Hochberg)."""
    chances = [None if one.saved_usd is None else _chance(one.saved_usd) for one in found]
    corrected = iter(benjamini_hochberg([chance for chance in chances if chance is not None]))
    return tuple(
        one if chance is None else replace(one, chance=next(corrected))
        for one, chance in zip(found, chances, strict=True)
    )


def _chance(saved: Bounded) -> float | None:
    """Return the two-sided chance of so much if nothing was saved, from the end of the interval that is nearest 0."""
    if not (isfinite(saved.low) and isfinite(saved.high)):
        return None
    half = saved.value - saved.low if saved.value > 0 else saved.high - saved.value
    if half <= 0:
        return 1.0 if saved.value == 0 else 0.0
    return erfc(Z * abs(saved.value) / half / sqrt(2))


@remembered()
def replay_frame(found: tuple[Replay, ...]) -> pl.DataFrame:
    """Return one row per zone and rule."""
    rows = [
        (
            replay.zone, replay.rule.value, replay.worth.value, replay.changes, replay.escapes,
            *_cells(replay.caught), *_cells(replay.held), *_cells(replay.wait_hours), *_cells(replay.saved_usd),
            replay.chance,
            replay.behaviour and replay.behaviour.zone, replay.behaviour and replay.behaviour.decided,
        )
        for replay in found
    ]  # fmt: skip
    bounds = [
        f"{name}{end}_{unit}"
        for name, unit in (("caught", "count"), ("held", "count"), ("waited", "hours"), ("saved", "usd"))
        for end in ("", "_low", "_high")
    ]
    return frame_of(
        rows,
        {
            "risk_zone": pl.String(),
            "rule": pl.String(),
            "worth": pl.String(),
            "change_count": pl.Int64(),
            "escape_count": pl.Float64(),
            **dict.fromkeys(bounds, pl.Float64()),
            "corrected_chance_rate": pl.Float64(),
            "behaviour_zone": pl.String(),
            "behaviour_decided_count": pl.Int64(),
        },
    )


def _behaviour(zone: str, people: Counts) -> Behaviour | None:
    """Return how people decided; null where they saw no bad or no good change."""
    rightly = people.comparable - people.accepted_again
    good = people.accepted - people.rolled_back + people.accepted_again
    if not rightly + people.rolled_back or not good:
        return None
    waiting = waiting_of(people, Who.HUMAN)
    return Behaviour(
        zone,
        Rate(rightly, rightly + people.rolled_back),
        Rate(people.accepted_again, good),
        None if waiting is None else mean_wait(waiting),
        people.judged,
    )


def _asked(zone: str, rule: Rule, changes: int, escapes: float, seen: Behaviour | None, costs: ApprovalCosts) -> Replay:
    """Replay that a person looks at changes at which none, or one person fewer, looked."""
    if seen is None:
        return Replay(zone, rule, changes, escapes, None, None, None, None, None)
    caught, held = _times(seen.catches, escapes), _times(seen.holds, changes - escapes)
    hours = None if seen.wait_hours is None else _scaled(seen.wait_hours, changes)
    return Replay(zone, rule, changes, escapes, caught, held, hours, _saved(zone, caught, held, hours, costs), seen)


def _let_pass(zone: str, people: Counts, costs: ApprovalCosts) -> Replay:
    """Replay that nobody is asked: what people caught comes through, what they held comes at once."""
    decided = people.judged
    caught = _times(Rate(people.comparable - people.accepted_again, decided), -decided)
    held = _times(Rate(people.accepted_again, decided), -decided)
    waiting = waiting_of(people, Who.HUMAN)
    hours = None if waiting is None else _scaled(mean_wait(waiting), -decided)
    return Replay(
        zone, Rule.LET_PASS, decided, people.rolled_back, caught, held, hours,
        _saved(zone, caught, held, hours, costs), _behaviour(zone, people),
    )  # fmt: skip


def _saved(zone: str, caught: Bounded, held: Bounded, hours: Bounded | None, costs: ApprovalCosts) -> Bounded | None:
    if hours is None:
        return None
    terms = (
        _scaled(caught, costs.rollback_usd(zone)),
        _scaled(held, -costs.blocked_usd),
        _scaled(hours, -costs.waiting_hour_usd),
    )
    value = sum(term.value for term in terms)
    return Bounded(
        value,
        value - sqrt(sum((term.value - term.low) ** 2 for term in terms)),
        value + sqrt(sum((term.high - term.value) ** 2 for term in terms)),
    )


def _times(rate: Rate, count: float) -> Bounded:
    low, high = rate.interval or (0.0, 1.0)
    return _scaled(Bounded(rate.value or 0.0, low, high), count)


def _scaled(amount: Bounded, by: float) -> Bounded:
    if by == 0:
        return NOTHING
    ends = (amount.low * by, amount.high * by)
    return Bounded(amount.value * by, min(ends), max(ends))


def _cells(amount: Bounded | None) -> tuple[float | None, float | None, float | None]:
    if amount is None:
        return None, None, None
    low, high = (end if isfinite(end) else None for end in (amount.low, amount.high))
    return amount.value, low, high
