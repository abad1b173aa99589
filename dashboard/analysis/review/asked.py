"""What a question of the review is answered from, and what all answers need: links, limits, lists in words."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from dashboard.analysis.as_of import day_from_number, day_of, last_whole_day
from dashboard.analysis.figures import SloFigure
from dashboard.analysis.filters import Filter
from dashboard.analysis.review.document import RowsLink
from dashboard.analysis.review.quarters import Quarter
from dashboard.analysis.strictness import Strictness


@dataclass(frozen=True, slots=True)
class Asked:
    """One quarter, as all questions look at it."""

    connection: sqlite3.Connection
    quarter: Quarter
    chosen: Filter
    """The days of the quarter, compared with the quarter before; with project, route and class of the scope."""
    as_of: datetime
    is_complete: bool
    """Whether the quarter has ended."""
    records_begin: date | None
    """Day of the oldest record; null for an empty store."""
    objectives: tuple[SloFigure, ...]
    """The objectives in the quarter, compared with the quarter before."""
    approvals: Strictness
    """The verdicts on approvals, compared with the quarter before where there is one."""

    @property
    def before(self) -> Filter:
        """The quarter before, by itself."""
        previous = self.quarter.previous()
        return replace(self.chosen, period=previous.period, compared=previous.previous().period)

    @property
    def has_before(self) -> bool:
        """Whether there are records of the quarter before."""
        return self.records_begin is not None and self.records_begin < self.quarter.first

    def rows(self, label: str, page: str, *, task_class: str | None = None, **picked: str) -> RowsLink:
        """Return a link to a page with the days of the quarter, one class if given, and what is picked there."""
        chosen = self.chosen if task_class is None else replace(self.chosen, task_class=task_class)
        return RowsLink(label, page, chosen.to_params() | picked)

    def no_before(self) -> str:
        """Return why nothing can be compared with the quarter before."""
        begin = "" if self.records_begin is None else f": records begin on {day_words(self.records_begin)}"
        return f"There is no quarter before to compare with{begin}."

    def limits(self) -> tuple[str, ...]:
        """Return what limits every answer of this quarter."""
        found: list[str] = []
        if not self.is_complete:
            found.append(f"{self.quarter.name} is not over: records reach to {day_words(day_of(self.as_of))}.")
        elif last_whole_day(self.as_of) < self.quarter.last:
            found.append(
                f"Records reach to {day_words(day_of(self.as_of))} only: what came after it in {self.quarter.name} is "
                "not in the figures."
            )
        begin, previous = self.records_begin, self.quarter.previous()
        if begin is not None and self.quarter.first < begin <= self.quarter.last:
            found.append(f"Records begin on {day_words(begin)}, within the quarter.")
        if begin is not None and previous.first < begin <= previous.last:
            found.append(f"Of {previous.name} there are records only from {day_words(begin)} on.")
        return tuple(found)


def records_begin(connection: sqlite3.Connection) -> date | None:
    """Return the day of the oldest record; null for an empty store."""
    row = connection.execute("SELECT min(date) FROM project_daily").fetchone()
    return None if row[0] is None else day_from_number(row[0])


def sentences(parts: Iterable[str]) -> str:
    """Return sentences as one text, without the empty ones."""
    return " ".join(part for part in parts if part)


def day_words(day: date) -> str:
    """Return a day as it is read: 3 July 2026."""
    return f"{day.day} {day:%B %Y}"
