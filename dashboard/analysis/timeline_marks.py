"""What happened beside a trend: released policy changes, incidents, deployments that were rolled back."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from dashboard.analysis.as_of import day_end, instant
from dashboard.analysis.filters import Filter, stored_name
from dashboard.analysis.remembered import remembered
from data.epoch import stored_instant
from data.frames import INSTANT, frame_of

MOST_MARKS = 36
"""More marks than this hide the trend. Kinds are drawn whole, in their order, while they fit; the rest is counted."""
MOST_LISTED = 500
_SOURCES: Mapping[str, tuple[str, str, str]] = {
    "Incident": ("incident", "started_at", "coalesce(title, native_id) || ' (' || severity || ')'"),
    "Policy change": ("policy_change", "released_at", "coalesce(title, native_id)"),
    "Deployment rolled back": ("deployment", "rolled_back_at", "coalesce(target, platform)"),
}
"""By kind, those that explain most first: table, column of the instant, SQL of the title."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that happened."""

    at: datetime
    kind: str
    title: str
    """Foreign text."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What happened in a period."""

    listed: tuple[Mark, ...]
    """Oldest first; of a kind with more than MOST_LISTED the newest ones."""
    counts: Mapping[str, int]
    """By kind, those that did not happen left out."""

    @property
    def drawn(self) -> tuple[Mark, ...]:
        """The marks of the kinds that fit into a picture together."""
        kinds = self.drawn_counts
        return tuple(mark for mark in self.listed if mark.kind in kinds)

    @property
    def drawn_counts(self) -> Mapping[str, int]:
        """How many are drawn of each kind that is."""
        left, found = MOST_MARKS, dict[str, int]()
        for kind, number in self.counts.items():
            # What explains less is not drawn in place of what explains more.
            if number > left:
                break
            found[kind] = number
            left -= number
        return found

    @property
    def only_counted(self) -> Mapping[str, int]:
        """How many there are of each kind that is too many to be drawn."""
        drawn = self.drawn_counts
        return {kind: number for kind, number in self.counts.items() if kind not in drawn}


def mark_words(counts: Mapping[str, int]) -> str:
    """Return how many of each kind, in words; empty when there are none."""
    return ", ".join(f"{number:,} × {kind.lower()}" for kind, number in counts.items())


def timeline_marks(connection: sqlite3.Connection, chosen: Filter) -> Marks:
    """Return what happened in the period, in the chosen project or in all."""
    first = day_end(chosen.period.first - timedelta(days=1))
    last = day_end(chosen.period.last)
    parameters: dict[str, object] = {"first": stored_instant(first), "last": stored_instant(last), "most": MOST_LISTED}
    condition = "1"
    if chosen.project is not None:
        # What names no project is about all of them.
        condition = "(project IS :project OR project IS NULL)"
        parameters["project"] = stored_name(chosen.project)
    marks: list[Mark] = []
    counts: dict[str, int] = {}
    for kind, (table, at, title) in _SOURCES.items():
        where = f"{at} >= :first AND {at} < :last AND {condition}"
        counts[kind] = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", parameters).fetchone()[0]  # noqa: S608
        rows = connection.execute(
            f"SELECT {at}, {title} FROM {table} WHERE {where} ORDER BY {at} DESC, 2 LIMIT :most",  # noqa: S608
            parameters,
        )
        marks += [Mark(moment, kind, str(text)) for number, text in rows if (moment := instant(number)) is not None]
    listed = tuple(sorted(marks, key=lambda mark: (mark.at, mark.kind, mark.title)))
    return Marks(listed, {kind: number for kind, number in counts.items() if number})


@remembered()
def marks_frame(marks: Marks) -> pl.DataFrame:
    """Return one row per thing that happened, newest first: when, what kind of thing, and what it was."""
    rows = [(stored_instant(mark.at), mark.kind, mark.title) for mark in reversed(marks.listed)]
    return frame_of(rows, {"happened_at": INSTANT, "what": pl.String(), "title": pl.String()})
