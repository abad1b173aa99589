"""What happened beside a trend: released policy changes, incidents, deployments that were rolled back."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.analysis.as_of import day_end, instant
from dashboard.analysis.filters import NONE_NAME, Filter
from data.epoch import EPOCH

MOST_MARKS = 36
"""More marks than this hide the trend; they are counted instead."""
_SOURCES: Mapping[str, tuple[str, str, str]] = {
    "Policy change": ("policy_change", "released_at", "coalesce(title, native_id)"),
    "Incident": ("incident", "started_at", "coalesce(title, native_id) || ' (' || severity || ')'"),
    "Deployment rolled back": ("deployment", "rolled_back_at", "coalesce(target, platform)"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that happened."""

    at: datetime
    kind: str
    title: str
    """Foreign text."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What happened in a period; too many to draw are only counted."""

    drawn: tuple[Mark, ...]
    counts: Mapping[str, int]

    @property
    def words(self) -> str:
        """How many of each kind, in words; empty when there are none."""
        return ", ".join(f"{number:,} × {kind.lower()}" for kind, number in self.counts.items())


def timeline_marks(connection: sqlite3.Connection, chosen: Filter) -> Marks:
    """Return what happened in the period, in the chosen project or in all, oldest first."""
    first = day_end(chosen.period.first - timedelta(days=1))
    last = day_end(chosen.period.last)
    parameters: dict[str, object] = {"first": _micro(first), "last": _micro(last), "most": MOST_MARKS + 1}
    condition = "1"
    if chosen.project is not None:
        # What names no project is about all of them.
        condition = "(project IS :project OR project IS NULL)"
        parameters["project"] = None if chosen.project == NONE_NAME else chosen.project
    marks: list[Mark] = []
    counts: Counter[str] = Counter()
    for kind, (table, at, title) in _SOURCES.items():
        where = f"{at} >= :first AND {at} < :last AND {condition}"
        counts[kind] = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", parameters).fetchone()[0]  # noqa: S608
        rows = connection.execute(
            f"SELECT {at}, {title} FROM {table} WHERE {where} ORDER BY {at}, 2 LIMIT :most",  # noqa: S608
            parameters,
        )
        marks += [Mark(moment, kind, str(text)) for number, text in rows if (moment := instant(number)) is not None]
    drawn = () if len(marks) > MOST_MARKS else tuple(sorted(marks, key=lambda mark: (mark.at, mark.kind, mark.title)))
    return Marks(drawn, {kind: number for kind, number in counts.items() if number})


def _micro(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
