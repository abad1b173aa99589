"""Is every record accounted for: loads, duplicates, quarantine, and coverage by source and month."""

import sqlite3
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Accounting:
    """read = loaded + known + quarantined, over all files."""

    file_count: int
    read: int
    loaded: int
    known: int
    quarantined: int
    unbalanced_files: int
    """Files for which the identity does not hold; 0 always, or something is broken."""

    @property
    def is_balanced(self) -> bool:
        """Whether every record is accounted for, in every file."""
        return self.unbalanced_files == 0 and self.read == self.loaded + self.known + self.quarantined


def accounting(connection: sqlite3.Connection) -> Accounting:
    """Return the sums over all loads."""
    raise NotImplementedError


def loads(connection: sqlite3.Connection, *, limit: int = 500, offset: int = 0) -> pl.DataFrame:
    """Return one row per load, newest first.

    Columns: load_id, file_name, kind, person, project, read_count, loaded_count, known_count, quarantined_count,
    exported_at, finished_at, first_record_at, last_record_at, is_demo.
    """
    raise NotImplementedError


def duplicates(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per reason why records brought nothing new: reason, meaning, kind, known_count, file_count."""
    raise NotImplementedError


def quarantine_reasons(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per reason and kind of file: reason, meaning, kind, record_count, file_count."""
    raise NotImplementedError


def quarantine_rows(
    connection: sqlite3.Connection, *, reason: str | None = None, limit: int = 200, offset: int = 0
) -> pl.DataFrame:
    """Return quarantined records, newest load first: file_name, kind, position, reason, detail, excerpt, load_id."""
    raise NotImplementedError


def coverage_by_month(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per source of calls and month: how much of it is known.

    Columns: month (first day), source, call_count, usage_known_rate, cost_known_rate, latency_known_rate,
    attributed_rate (of calls), attributed_spend_rate. Rates are null where there is nothing to divide by.
    """
    raise NotImplementedError
