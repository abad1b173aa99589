"""What a figure is: a value with its interval, its n, what it is measured against, and what must be read beside it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from data.definitions import Slo


class Unit(StrEnum):
    """What a value counts; rates are 0 to 1 and become percent only on screen."""

    RATE = "rate"
    SECONDS = "s"
    USD = "usd"
    COUNT = "count"
    DAY = "day"
    TEXT = "text"


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Verdict(StrEnum):
    """How a figure compares with the compared period."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference seen"
    CANNOT_TELL = "cannot tell yet"


class Standing(StrEnum):
    """How a figure stands against its objective, the interval considered."""

    MET = "met"
    MISSED = "missed"
    CANNOT_TELL = "cannot tell yet"
    """The interval holds the objective: the data allow both."""
    NOT_MEASURED = "not measured"
    NO_OBJECTIVE = "no objective"


@dataclass(frozen=True, slots=True)
class Change:
    """Difference to the compared period, with a 95 % interval and what it means."""

    verdict: Verdict
    words: str
    """The verdict in a sentence, for example: Cannot tell yet: 292 more tasks would settle it."""
    difference: float | None = None
    """Now minus before, in the unit of the figure."""
    low: float | None = None
    high: float | None = None
    before: float | None = None
    before_n: int = 0
    more_needed: int | None = None
    """How many more records of this period would settle it; null when settled or when more of them cannot."""


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of a series: days from first to last."""

    first: date
    last: date
    value: float | None
    """Null is a gap: nothing was measured."""
    n: int
    low: float | None = None
    high: float | None = None
    is_provisional: bool = False
    """The bucket holds days that are too young (immature patches) or has not ended."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that must be read beside a figure: unknown share, immature count, unpriced calls."""

    label: str
    value: float | int | str | None
    unit: Unit = Unit.COUNT
    note: str | None = None
    """What it means for the figure; for a hover text."""
    is_warning: bool = False
    """Whether it limits what the figure says so much that it should catch the eye."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number to show."""

    name: str
    title: str
    unit: Unit
    direction: Direction
    value: float | None
    """Null when not measured; see reason and remedy."""
    n: int
    n_unit: str
    """What n counts: tasks, patches, calls, runs."""
    k: int | None = None
    """Good ones among n, for a rate."""
    low: float | None = None
    high: float | None = None
    objective: float | None = None
    standing: Standing = Standing.NO_OBJECTIVE
    change: Change | None = None
    """Null when nothing is compared."""
    series: tuple[Point, ...] = ()
    beside: tuple[Fact, ...] = ()
    reason: str | None = None
    """Why there is no value, or no interval."""
    remedy: str | None = None
    """What to do so that it can be measured."""


@dataclass(frozen=True, slots=True)
class Part:
    """The figure of one part, for example of one route; all parts together make the whole."""

    label: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class SloFigure:
    """One service level objective as it stands."""

    slo: Slo
    rate: Figure
    """The indicator against its objective: good of total."""
    headline: Figure | None = None
    """What people name the objective by, where it is not the rate: median duration, spend per completed task."""
    parts: tuple[Part, ...] = ()
    """The rate by route (provider stability), largest n first."""

    @property
    def main(self) -> Figure:
        """The figure to show large."""
        return self.headline or self.rate
