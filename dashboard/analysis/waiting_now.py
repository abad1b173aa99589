"""What waits for a decision now, as of the newest record: how much of each kind, and for how long."""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.remembered import remembered
from dashboard.analysis.shared import shared
from data.epoch import EPOCH
from data.frames import frame_of
from data.words import Decision, Subject

_HOUR_MICROSECONDS = 3_600_000_000
EDGES_HOURS = (1, 24, 24 * 7)
"""Ages at which the queue is cut: an hour, a day, a week."""
AGE_NAMES = ("up to an hour", "up to a day", "up to a week", "longer than a week", "since an unknown time")


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits of one kind of subject; pending ones of chats that were left are in it, nothing tells them apart."""

    subject: Subject
    by_age: tuple[int, ...]
    """How many are of each of AGE_NAMES; together all that wait."""
    median_hours: float | None
    """Median age of those whose time is known."""
    oldest_hours: float | None

    @property
    def count(self) -> int:
        """All that wait."""
        return sum(self.by_age)


def waiting_now(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[Queue, ...]:
    """Return what waits in the part of the store that a filter selects, whatever its period."""
    now = (as_of - EPOCH).total_seconds() * 1e6
    ages: dict[Subject, list[float | None]] = defaultdict(list)
    for subject, project, task_class, route, times in _waiting(connection):
        if chosen.selects(project, task_class, route):
            ages[subject] += [
                None if asked_at is None else max(now - asked_at, 0.0) / _HOUR_MICROSECONDS for asked_at in times
            ]
    return tuple(_queue(subject, ages[subject]) for subject in Subject if subject in ages)


@shared
def _waiting(
    connection: sqlite3.Connection,
) -> tuple[tuple[Subject, str | None, str | None, str, tuple[int | None, ...]], ...]:
    """Return all that waits, for every filter: subject, project, task class and route, and since when each one does."""
    times: dict[tuple[Any, ...], list[int | None]] = defaultdict(list)
    for *group, asked_at in connection.execute(
        "SELECT asked.subject, asked.project, asked.task_class, task.provider, task.model, asked.asked_at "  # noqa: S608
        f"FROM approval AS asked LEFT JOIN task USING (task_key) WHERE asked.decision = '{Decision.PENDING}' "
        # Patches that only their own record calls pending.
        f"UNION ALL SELECT '{Subject.PATCH}', patch.project, patch.task_class, patch.provider, patch.model, "
        f"patch.proposed_at FROM patch WHERE patch.decision = '{Decision.PENDING}' "
        "AND NOT EXISTS (SELECT 1 FROM approval AS one WHERE one.subject_key = patch.patch_key "
        f"AND one.subject = '{Subject.PATCH}' AND one.decision = '{Decision.PENDING}')"
    ):
        times[tuple(group)].append(asked_at)
    return tuple(
        (Subject(subject), project, task_class, route_name(provider, model), tuple(found))
        for (subject, project, task_class, provider, model), found in times.items()
    )


@remembered()
def waiting_now_frame(queues: tuple[Queue, ...]) -> pl.DataFrame:
    """Return one row per kind of subject: how many wait, by age, and the ages in hours."""
    rows = [
        (queue.subject.value, queue.count, *queue.by_age, queue.median_hours, queue.oldest_hours) for queue in queues
    ]
    counts = (
        "pending_count",
        "up_to_hour_count",
        "up_to_day_count",
        "up_to_week_count",
        "over_week_count",
        "unknown_age_count",
    )
    return frame_of(
        rows,
        {
            "subject": pl.String(),
            **dict.fromkeys(counts, pl.Int64()),
            "median_age_hours": pl.Float64(),
            "oldest_age_hours": pl.Float64(),
        },
    )


def _queue(subject: Subject, ages: list[float | None]) -> Queue:
    known = np.array([age for age in ages if age is not None])
    cuts = np.searchsorted(np.array(EDGES_HOURS), known)
    by_age = [int(np.count_nonzero(cuts == place)) for place in range(len(EDGES_HOURS) + 1)]
    return Queue(
        subject,
        (*by_age, len(ages) - len(known)),
        float(np.median(known)) if len(known) else None,
        float(known.max()) if len(known) else None,
    )
