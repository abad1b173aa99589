"""Quarters of the year, or of a fiscal year that begins with another month; cut in the reporting time zone.

A quarter of the calendar year is written 2026Q3. Where the fiscal year begins with another month than January
(fiscal_year_starts in reporting.toml), a quarter is written FY2027Q1: a fiscal year is named after the calendar year in
which it ends, and the letters keep it from being taken for a quarter of the calendar.
"""

import re
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboard.analysis.as_of import day_from_number, day_of, last_whole_day
from dashboard.analysis.filters import Period
from data.definitions import reporting
from data.errors import BoltscopeError

_WRITTEN = re.compile(r"(fy)?\s*(\d{4})\s*[-/ ]?\s*q([1-4])", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1971, 9000


class QuarterError(BoltscopeError):
    """A text that names no quarter; says how quarters are written."""


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three whole months."""

    first: date
    last: date
    name: str
    """As it is written everywhere: 2026Q3, or FY2027Q1 where the fiscal year is not that of the calendar."""

    @property
    def period(self) -> Period:
        """Its days."""
        return Period(self.first, self.last)

    @property
    def months(self) -> str:
        """Its months in words: July to September 2026."""
        years = f" {self.first.year}" if self.first.year != self.last.year else ""
        return f"{self.first:%B}{years} to {self.last:%B} {self.last.year}"

    def previous(self) -> "Quarter":
        """Return the quarter before it."""
        return quarter_of(self.first - timedelta(days=1))

    def next(self) -> "Quarter":
        """Return the quarter after it."""
        return quarter_of(self.last + timedelta(days=1))

    def __str__(self) -> str:
        return self.name


def quarter_of(day: date) -> Quarter:
    """Return the quarter that a day lies in."""
    fiscal = reporting().fiscal_year_starts
    into = (day.month - fiscal) % 3
    first = _month(day.year, day.month - into)
    return Quarter(first, _month(first.year, first.month + 3) - timedelta(days=1), _name(first, fiscal))


def quarters_of_store(connection: sqlite3.Connection, as_of: datetime) -> tuple[Quarter, ...]:
    """Return the quarters from the first to the newest record, the newest first; empty for an empty store."""
    first, last = connection.execute("SELECT min(date), max(date) FROM project_daily").fetchone()
    if first is None:
        return ()
    oldest, found = day_from_number(first), [quarter_of(max(day_from_number(last), day_of(as_of)))]
    while found[-1].first > oldest:
        found.append(found[-1].previous())
    return tuple(found)


def default_quarter(connection: sqlite3.Connection, as_of: datetime, today: date | None = None) -> Quarter:
    """Return the last quarter with records that has ended; the running one where the store has no record before it.

    ``today`` is the day in the reporting time zone; without it quarters end when records from after them are there.
    """
    begun = last_whole_day(as_of) + timedelta(days=1)
    running = quarter_of(begun if today is None else max(begun, today))
    offered = quarters_of_store(connection, as_of)
    ended = [quarter for quarter in offered if quarter < running]
    if ended:
        return ended[0]
    return min(running, offered[0]) if offered else running.previous()


def read_quarter(text: str) -> Quarter:
    """Return the quarter that a text names: 2026Q3, 2026-Q3, FY2027Q1. Raises QuarterError that says how."""
    starts = reporting().fiscal_year_starts
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise QuarterError(f"'{text[:40]}' is not a quarter; {_expected(starts)}")
    year, number = int(found[2]), int(found[3])
    if starts != 1 and found[1] is None:
        raise QuarterError(
            f"'{text[:40]}' could be of the calendar or of the fiscal year, which begins in {_month(2000, starts):%B} "
            f"(data/definitions/reporting.toml); {_expected(starts)}"
        )
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise QuarterError(f"'{text[:40]}' is out of range; {_expected(starts)}")
    return quarter_of(_month(year if starts == 1 else year - 1, starts + 3 * (number - 1)))


def _expected(starts: int) -> str:
    example = _name(_month(2026, starts), starts)
    return f"write it as {example}, for {quarter_of(_month(2026, starts)).months}"


def _name(first: date, fiscal: int) -> str:
    number = ((first.month - fiscal) % 12) // 3 + 1
    if fiscal == 1:
        return f"{first.year:04d}Q{number}"
    # The year in which the fiscal year ends: the next one, unless its months before January have passed already.
    ends = first.year + 1 if first.month >= fiscal else first.year
    return f"FY{ends:04d}Q{number}"


def _month(year: int, month: int) -> date:
    """Return the first day of a month; months below 1 and over 12 lie in other years."""
    count = 12 * year + month - 1
    return date(count // 12, count % 12 + 1, 1)
