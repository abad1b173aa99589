"""Verdicts on approvals as the review names them: of groups with enough decisions only."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from dashboard.analysis.strictness import Balance, Strictness, StrictnessCell, judged


@dataclass(frozen=True)
class NamedVerdicts(Strictness):
    """Groups by zone whose verdict is only told from so many decisions on; the chances are corrected for all groups."""

    least: int = 1
    """The fewest decisions that a verdict is named from."""

    @cached_property
    def by_zone_and_class(self) -> tuple[StrictnessCell, ...]:
        """Zones, task classes and who decided."""
        return _held_back(judged(self.parts, self.costs, zones=True, classes=True), self.least)


def named_from(found: Strictness, least: int) -> NamedVerdicts:
    """Return verdicts of which those of fewer decisions cannot be told yet, in the compared period too."""
    before = None if found.before is None else named_from(found.before, least)
    by_zone = _held_back(found.by_zone, least)
    return NamedVerdicts(found.period, found.settled, found.young, found.costs, found.parts, by_zone, before, least)


def _held_back(cells: Iterable[StrictnessCell], least: int) -> tuple[StrictnessCell, ...]:
    return tuple(
        replace(
            cell,
            verdict=Balance.CANNOT_TELL,
            named_from=least,
            reason=f"fewer than {least} decisions",
        )
        if 0 < cell.counts.decided < least and cell.verdict is not Balance.CANNOT_TELL
        else cell
        for cell in cells
    )
