"""Decisions on patches as counts: per risk zone, task class and who decided, of days that can be judged."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from functools import cache, cached_property
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from dashboard.analysis.as_of import day_number, last_mature_day, newest_mature_day, patches_judged_at
from dashboard.analysis.filters import NONE_NAME, Filter, Period
from dashboard.analysis.strips import Strips, strips_of
from data.definitions.approval_costs import approval_costs
from data.definitions.risk_zones import risk_zones
from data.histogram import Histogram
from data.words import Actor, TaskClass

ALL = "all"
"""Stands for all zones or all task classes together."""
_MEASURES = (
    "accepted_count",
    "rolled_back_count",
    "rejected_count",
    "accepted_again_count",
    "pending_count",
    "unfinished_count",
    "reviewers_known_count",
    "second_reviewed_count",
    "waiting_known_count",
    "waiting_ms",
    "comparable_rejected_count",
)


class Who(StrEnum):
    """Who decided on a patch. They are never summed into one rate: they fail in different ways."""

    HUMAN = "human"
    POLICY = "policy"
    NOT_ASKED = "not_asked"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """Name on screen."""
        return {"human": "People", "policy": "Rules", "not_asked": "Nobody asked", "unknown": "Not known who"}[
            self.value
        ]

    @property
    def takes_time(self) -> bool:
        """Whether changes wait for the decision even where no record says how long; rules decide at once."""
        return self in (Who.HUMAN, Who.UNKNOWN)


@dataclass(frozen=True)
class Counts:
    """Patches of one group. Sums of groups are sums of every field."""

    accepted: int = 0
    rolled_back: int = 0
    """Of the accepted: rolled back within the rollback window."""
    rejected: int = 0
    accepted_again: int = 0
    """Of the comparable rejected: the same change was accepted in time (approval_costs.toml)."""
    pending: int = 0
    unfinished: int = 0
    reviewers_known: int = 0
    """Of the accepted: it is known how many people approved them."""
    second_reviewed: int = 0
    """Of these: at least two did."""
    waiting_known: int = 0
    waiting_ms: int = 0
    """Sum of the known waiting times."""
    incomparable: int = 0
    """Of the rejected: too little is known of them to find the same change among later ones."""
    waits: tuple[Histogram, ...] = field(default=(), repr=False)
    """Histograms of these waiting times, which add up."""

    @property
    def decided(self) -> int:
        """Accepted and rejected."""
        return self.accepted + self.rejected

    @property
    def comparable(self) -> int:
        """Rejected, and it can be told whether the same change was accepted later."""
        return self.rejected - self.incomparable

    @property
    def judged(self) -> int:
        """Accepted and comparable: decisions of which it can be told whether they were right."""
        return self.accepted + self.comparable

    @cached_property
    def histogram(self) -> Histogram:
        """Waiting times in milliseconds."""
        return Histogram.added(self.waits)

    @cached_property
    def waiting_spread_ms(self) -> float | None:
        """Standard deviation of the known waiting times; null for fewer than two."""
        return self.histogram.spread()

    def __add__(self, other: "Counts") -> "Counts":
        return total((self, other))


_NUMBERS = attrgetter(*(one.name for one in fields(Counts) if one.name != "waits"))
"""All that is summed of counts, in the order of their fields."""


class Place(NamedTuple):
    """A group of decisions: ALL stands for all zones or classes; NONE_NAME for patches without one."""

    zone: str
    task_class: str
    who: Who


@dataclass(frozen=True)
class Decided:
    """The decisions of a filter, by the finest groups."""

    parts: Mapping[Place, Counts]
    """Of days that can be judged."""
    settled: date
    """The newest day that can be judged: its patches have outlived the rollback window, its rejected ones
    the time in which they may be accepted again."""
    young: int
    """Decisions of younger days."""


def decided(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, period: Period) -> Decided:
    """Return the decisions on the patches that were proposed in a period."""
    settled = settled_day(connection, as_of)
    rows = strips_of(connection, chosen, period, "patch_decision_daily", histograms=True)
    old = rows.until(day_number(settled))
    return Decided(_parts(old), settled, sum(rows.after(day_number(settled)).total("accepted_count", "rejected_count")))


def _parts(rows: Strips) -> Mapping[Place, Counts]:
    by = ("risk_zone", "task_class", "actor")
    waits = rows.histograms(by)
    found: dict[Place, list[Counts]] = defaultdict(list)
    for names, (accepted, undone, rejected, *more, comparable) in rows.sums(by, _MEASURES).items():
        zone, task_class, actor = names
        own = (waits[names],) if names in waits else ()
        # Several names are the same place: that of an actor who is not known, say.
        found[Place(zone or NONE_NAME, task_class or NONE_NAME, who_of(actor))].append(
            Counts(accepted, undone, rejected, *more, incomparable=rejected - comparable, waits=own)
        )
    return {place: total(counts) for place, counts in found.items()}


def settled_day(connection: sqlite3.Connection, as_of: datetime) -> date:
    """Return the newest day that can be judged from both sides."""
    judged_at = patches_judged_at(connection, as_of)
    return min(newest_mature_day(connection, as_of), last_mature_day(judged_at, approval_costs().accepted_again_days))


@cache
def who_of(actor: str | None) -> Who:
    """Return who decided; without an actor, the change was applied and nobody was asked."""
    if actor is None:
        return Who.NOT_ASKED
    return {Actor.HUMAN: Who.HUMAN, Actor.POLICY: Who.POLICY}.get(Actor(actor), Who.UNKNOWN)


def rolled_up(parts: Mapping[Place, Counts], *, zones: bool, classes: bool) -> dict[Place, Counts]:
    """Return the sums by who decided, and by zone and by task class where these are kept apart; in a fixed order."""
    grouped: dict[Place, list[Counts]] = defaultdict(list)
    for place, counts in parts.items():
        group = Place(place.zone if zones else ALL, place.task_class if classes else ALL, place.who)
        grouped[group].append(counts)
    return {place: total(grouped[place]) for place in sorted(grouped, key=order_of)}


def total(parts: Iterable[Counts]) -> Counts:
    """Return the sum of groups."""
    listed = list(parts)
    if len(listed) == 1:
        return listed[0]
    sums = map(sum, zip(*map(_NUMBERS, listed), strict=True))
    return Counts(*sums, waits=tuple(chain.from_iterable(part.waits for part in listed)))


def order_of(place: Place) -> tuple[int, int, int, str, str]:
    """Return what sorts groups: zones in their order of care, classes and actors in theirs; unknown names last."""
    zones, classes = (ALL, *risk_zones().names), (ALL, *TaskClass)
    return (
        zones.index(place.zone) if place.zone in zones else len(zones),
        classes.index(place.task_class) if place.task_class in classes else len(classes),
        list(Who).index(place.who),
        place.zone,
        place.task_class,
    )
