"""How decisions are spread over reviewers: shown only where so many decided that nobody is looked at alone."""

import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.intervals import quantile_interval, ratio
from dashboard.analysis.newest_days import newest_days
from dashboard.analysis.selection import fact_condition, task_join
from dashboard.analysis.strips import strips_of
from dashboard.analysis.units import share_text
from data.frames import frame_of
from data.histogram import Histogram
from data.words import Actor, Decision, Subject

FEWEST_PEOPLE = 5
"""Groups of fewer people are not shown by person."""
_MOST_DECISIONS = 8_000
_HOUR_MS = 3_600_000
_COLUMNS = {
    "project": "asked.project",
    "task_class": "asked.task_class",
    "provider": "task.provider",
    "model": "task.model",
}


@dataclass(frozen=True)
class ReviewerLoad:
    """Decisions of people on patches, by reviewer; the frame is empty where fewer than FEWEST_PEOPLE decided."""

    read: Period | None
    """The days that were read: the newest ones only, where there are very many decisions."""
    reviewers: int
    unnamed: int
    """Decisions whose reviewer no record names."""
    frame: pl.DataFrame

    @property
    def words(self) -> str:
        """Say how decisions are spread, or why that is not shown."""
        if not self.reviewers:
            return "Who decided is not recorded, so there is nothing to show by reviewer"
        if self.reviewers < FEWEST_PEOPLE:
            people = "1 person" if self.reviewers == 1 else f"{self.reviewers} people"
            return f"Not shown by reviewer: {people} decided; figures of fewer than {FEWEST_PEOPLE} people are nobody's"
        busiest = self.frame["share_of_decisions_rate"][0]
        return f"{self.reviewers} people decided; the busiest on {share_text(busiest)} of the changes"


def reviewer_load(connection: sqlite3.Connection, chosen: Filter) -> ReviewerLoad:
    """Return the decisions of people on patches asked in the period, by reviewer, most decisions first."""
    by_people = strips_of(connection, Filter(chosen.period), chosen.period, "approval_daily").of("actor", Actor.HUMAN)
    counts = by_people.of("subject", Subject.PATCH).newest_first(("approval_count",))
    read = newest_days(counts, chosen.period, most=_MOST_DECISIONS)
    decisions: dict[str, Counter[str]] = defaultdict(Counter)
    waits: dict[str, list[int]] = defaultdict(list)
    unnamed = 0
    for reviewer, decision, waiting_ms in () if read is None else _read(connection, chosen, read.first, read.last):
        if reviewer is None:
            unnamed += 1
            continue
        decisions[reviewer][decision] += 1
        if waiting_ms is not None:
            waits[reviewer].append(waiting_ms)
    rows: list[tuple[object, ...]] = []
    if len(decisions) >= FEWEST_PEOPLE:
        whole = sum(sum(counts.values()) for counts in decisions.values())
        ranked = sorted(decisions, key=lambda name: (-sum(decisions[name].values()), name))
        rows = [_row(name, decisions[name], waits[name], whole) for name in ranked]
    return ReviewerLoad(read, len(decisions), unnamed, frame_of(rows, _SCHEMA))


_SCHEMA: dict[str, pl.DataType] = {
    "reviewer": pl.String(),
    "decided_count": pl.Int64(),
    "rejected_count": pl.Int64(),
    "share_of_decisions_rate": pl.Float64(),
    "waiting_known_count": pl.Int64(),
    **dict.fromkeys(
        ("median_wait_hours", "median_wait_low_hours", "median_wait_high_hours", "total_wait_hours"), pl.Float64()
    ),
}


def reviewer_frame(connection: sqlite3.Connection, chosen: Filter) -> pl.DataFrame:
    """Return one row per reviewer; none where fewer than FEWEST_PEOPLE decided."""
    return reviewer_load(connection, chosen).frame


def _row(name: str, decided: Counter[str], waits: list[int], whole: int) -> tuple[object, ...]:
    histogram = Histogram.of(max(wait, 0) for wait in waits)
    median, interval = histogram.median(), quantile_interval(histogram, 0.5)
    return (
        name,
        sum(decided.values()),
        decided[Decision.REJECTED.value],
        ratio(sum(decided.values()), whole),
        len(waits),
        None if median is None else median / _HOUR_MS,
        *((None, None) if interval is None else (bound / _HOUR_MS for bound in interval)),
        sum(waits) / _HOUR_MS if waits else None,
    )


def _read(
    connection: sqlite3.Connection, chosen: Filter, first: date, last: date
) -> list[tuple[str | None, str, int | None]]:
    parts = ["asked.asked_date BETWEEN :first AND :last", "asked.subject = :subject", "asked.actor = :actor"]
    parts.append("asked.decision <> :pending")
    parameters: dict[str, object] = {
        "first": day_number(first), "last": day_number(last), "subject": Subject.PATCH.value,
        "actor": Actor.HUMAN.value, "pending": Decision.PENDING.value,
    }  # fmt: skip
    condition, named = fact_condition(chosen, _COLUMNS)
    return connection.execute(
        "SELECT asked.decided_by, asked.decision, asked.waiting_ms FROM approval AS asked "  # noqa: S608
        f"{task_join(chosen)}WHERE {' AND '.join([*parts, condition])}",
        parameters | named,
    ).fetchall()
