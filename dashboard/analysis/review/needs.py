"""Changes of policy that are needed before usage grows, each with its evidence and the level at which it is needed."""

from dataclasses import dataclass
from enum import StrEnum

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.usage_spend import MonthOf

NOW = 1.0


class Area(StrEnum):
    """What a proposal is about; proposals of the same level come in this order."""

    ZONES = "approvals"
    OBJECTIVES = "objectives"
    BUDGET = "budget"
    ROUTES = "routes"
    QUEUE = "waiting for decisions"
    LIMITS = "limits of providers"


@dataclass(frozen=True, slots=True)
class Need:
    """One change of policy."""

    area: Area
    level: float
    """The multiple of usage at which it becomes necessary; 1 is now."""
    proposal: str
    """What to do, as a sentence without a full stop, in the imperative."""
    evidence: str
    effect: str
    """What is expected of it, or what happens without it."""
    weight: float = 0.0
    """Orders proposals of the same level and area, the heaviest first."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One amount that grows with usage, beside the limit that it must not pass."""

    name: str
    month: MonthOf
    unit: Unit
    unit_words: str
    limit: float | None
    """Null where nobody set one."""
    note: str = ""
    """How it is known, as a sentence; empty when nothing has to be said."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found."""

    needs: tuple[Need, ...] = ()
    measures: tuple[Measure, ...] = ()
    would_change: tuple[str, ...] = ()
    missing: str | None = None
    """What could not be measured, as words after: not measured."""
    cannot_tell: tuple[str, ...] = ()
    """What there are too few records to tell of, each as words after: cannot tell yet."""
    is_measured: bool = True


def level_words(level: float) -> str:
    """Return a level as it is read: now, 1.5×, 2×."""
    return "now" if level <= NOW else f"{level:g}×"


def until_words(level: float) -> str:
    """Return by when, as words after a proposal: now, or: before usage reaches 2×."""
    return "now" if level <= NOW else f"before usage reaches {level_words(level)}"


def ordered(needs: list[Need]) -> tuple[Need, ...]:
    """Return proposals by the level at which they become necessary."""
    areas = list(Area)
    return tuple(sorted(needs, key=lambda need: (need.level, areas.index(need.area), -need.weight, need.proposal)))
