"""What the data covers, how fresh it is, and how much of it is known."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.analysis.figures import Fact
from dashboard.analysis.filters import Filter


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """One kind of file: what was loaded of it."""

    kind: str
    title: str
    file_count: int
    record_count: int
    """Records that were new."""
    first_record_at: datetime | None
    last_record_at: datetime | None
    last_loaded_at: datetime | None
    age_days: float | None
    """Days from its newest record to as_of."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the store holds, and what the filter selects of it."""

    sources: tuple[SourceCoverage, ...]
    first_day: date | None
    """Earliest day that has a record."""
    last_day: date | None
    newest_record_at: datetime | None
    last_loaded_at: datetime | None
    file_count: int
    is_demo: bool
    """Whether any file came from the demo generator."""
    is_all_demo: bool
    days_with_data: int
    """Days of the filter's period that have any record."""
    shares: tuple[Fact, ...]
    """For the filter: calls with known cost, known tokens, known duration; attributed spend; tasks of known outcome."""
    undated_count: int
    """Tasks, patches and calls without a time: in no period."""


def coverage(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> Coverage:
    """Return what the data covers."""
    raise NotImplementedError
