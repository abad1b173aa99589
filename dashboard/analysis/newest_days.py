"""The newest days of a period that hold no more records than can be read one by one while somebody waits."""

import sqlite3

from dashboard.analysis.as_of import day_from_number
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.rollup_choice import condition_of

MOST_RECORDS = 50_000


Counts = tuple[tuple[int, int], ...]
"""Days that have records (their numbers), the newest first, with how many they have."""


def newest_days(counts: Counts, period: Period, *, most: int = MOST_RECORDS) -> Period | None:
    """Return the newest whole days of a period with at most so many records, at least one; null without a record."""
    first: int | None = None
    total = 0
    for day, count in counts:
        total += count
        if first is not None and total > most:
            return Period(day_from_number(first), period.last)
        first = day
    return None if first is None else period


def counts_by_day(connection: sqlite3.Connection, chosen: Filter, table: str, counted: str) -> Counts:
    """Return the days of the filter's period that have records.

    ``table`` is a rollup and ``counted`` its SQL of how many records a row stands for, both of the program.
    """
    condition, parameters = condition_of(chosen, chosen.period, table)
    return tuple(
        connection.execute(
            f"SELECT date, sum({counted}) AS n FROM {table} WHERE {condition} GROUP BY date HAVING n > 0 "  # noqa: S608
            "ORDER BY date DESC",
            parameters,
        )
    )
