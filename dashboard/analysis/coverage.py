"""What the data covers, how fresh it is, and how much of it is known."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.analysis.as_of import day_from_number, instant, newest_record
from dashboard.analysis.figures import Fact, Unit
from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import ratio
from dashboard.analysis.selection import Sums, daily_sums, days_with_records, undated_count
from data.words import SourceKind


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
    sums = daily_sums(connection, chosen, chosen.period, ("task_daily", "call_daily"))
    sources = _sources(connection, as_of)
    first, last = connection.execute("SELECT min(date), max(date) FROM project_daily").fetchone()
    demo, files = connection.execute("SELECT coalesce(sum(is_demo), 0), count(*) FROM load").fetchone()
    return Coverage(
        sources=sources,
        first_day=None if first is None else day_from_number(first),
        last_day=None if last is None else day_from_number(last),
        newest_record_at=newest_record(connection),
        last_loaded_at=max((source.last_loaded_at for source in sources if source.last_loaded_at), default=None),
        file_count=files,
        is_demo=demo > 0,
        is_all_demo=files > 0 and demo == files,
        days_with_data=days_with_records(connection, chosen, sums),
        shares=_shares(sums),
        undated_count=undated_count(connection, chosen, ("task_count", "patch_count", "call_count")),
    )


def _sources(connection: sqlite3.Connection, as_of: datetime) -> tuple[SourceCoverage, ...]:
    rows = connection.execute(
        "SELECT kind, count(*), sum(loaded_count), min(first_record_at), max(last_record_at), max(finished_at) "
        "FROM load GROUP BY kind ORDER BY kind"
    )
    return tuple(
        SourceCoverage(
            kind=kind,
            title=SourceKind(kind).meaning if kind in set(SourceKind) else kind,
            file_count=files,
            record_count=records,
            first_record_at=instant(first),
            last_record_at=instant(last),
            last_loaded_at=instant(loaded),
            age_days=_days_between(instant(last), as_of),
        )
        for kind, files, records, first, last, loaded in rows
    )


def _shares(sums: Sums) -> tuple[Fact, ...]:
    calls, spend = sums.total("call_count"), sums.total("cost_micro_usd")
    tasks = sums.total("task_count")
    known_outcomes = tasks - sums.total("unknown_count")
    return (
        Fact("Tasks of known outcome", ratio(known_outcomes, tasks), Unit.RATE, f"of {tasks:,} tasks"),
        Fact(
            "Calls of known cost", ratio(calls - sums.total("unpriced_count"), calls), Unit.RATE, f"of {calls:,} calls"
        ),
        Fact("Calls of known tokens", ratio(sums.total("usage_known_count"), calls), Unit.RATE, f"of {calls:,} calls"),
        Fact(
            "Calls of known duration", ratio(sums.total("latency_known_count"), calls), Unit.RATE, f"of {calls:,} calls"
        ),
        Fact(
            "Spend that belongs to a task",
            ratio(sums.total("attributed_cost_micro_usd"), spend),
            Unit.RATE,
            f"of {spend / 1_000_000:,.2f} USD of known spend; the rest are gateway calls that no chat explains",
        ),
    )


def _days_between(earlier: datetime | None, later: datetime) -> float | None:
    return None if earlier is None else max((later - earlier).total_seconds() / 86_400, 0.0)
