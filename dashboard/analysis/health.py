"""Is every record accounted for: loads, duplicates, quarantine, and coverage by source and month."""

import sqlite3
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.intervals import ratio_expression
from data.frames import Schema, frame_of, schema_of
from data.tables import Load
from data.words import KnownReason, QuarantineReason, Word

_LOAD_COLUMNS = (
    "load_id",
    "file_name",
    "kind",
    "person",
    "project",
    "read_count",
    "loaded_count",
    "known_count",
    "quarantined_count",
    "exported_at",
    "finished_at",
    "first_record_at",
    "last_record_at",
    "is_demo",
)


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
    row = connection.execute(
        "SELECT count(*), sum(read_count), sum(loaded_count), sum(known_count), sum(quarantined_count), "
        "sum(read_count <> loaded_count + known_count + quarantined_count) FROM load"
    ).fetchone()
    return Accounting(*(int(value or 0) for value in row))


def loads(connection: sqlite3.Connection, *, limit: int = 500, offset: int = 0) -> pl.DataFrame:
    """Return one row per load, newest first.

    Columns: load_id, file_name, kind, person, project, read_count, loaded_count, known_count, quarantined_count,
    exported_at, finished_at, first_record_at, last_record_at, is_demo.
    """
    schema = {name: dtype for name, dtype in schema_of(Load).items() if name in _LOAD_COLUMNS}
    ordered = {name: schema[name] for name in _LOAD_COLUMNS}
    rows = connection.execute(
        f"SELECT {', '.join(ordered)} FROM load ORDER BY load_id DESC LIMIT ? OFFSET ?",  # noqa: S608
        (limit, offset),
    ).fetchall()
    return frame_of(rows, ordered)


def duplicates(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per reason why records brought nothing new: reason, meaning, kind, known_count, file_count."""
    rows = connection.execute(
        "SELECT reason, kind, sum(load_known.known_count), count(DISTINCT load_id) "
        "FROM load_known JOIN load USING (load_id) GROUP BY reason, kind ORDER BY 3 DESC, 1, 2"
    ).fetchall()
    schema: Schema = {
        "reason": pl.String(),
        "meaning": pl.String(),
        "kind": pl.String(),
        "known_count": pl.Int64(),
        "file_count": pl.Int64(),
    }
    return frame_of([(reason, _meaning(KnownReason, reason), *rest) for reason, *rest in rows], schema)


def quarantine_reasons(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per reason and kind of file: reason, meaning, kind, record_count, file_count."""
    rows = connection.execute(
        "SELECT reason, kind, count(*), count(DISTINCT load_id) FROM quarantine JOIN load USING (load_id) "
        "GROUP BY reason, kind ORDER BY 3 DESC, 1, 2"
    ).fetchall()
    schema: Schema = {
        "reason": pl.String(),
        "meaning": pl.String(),
        "kind": pl.String(),
        "record_count": pl.Int64(),
        "file_count": pl.Int64(),
    }
    return frame_of([(reason, _meaning(QuarantineReason, reason), *rest) for reason, *rest in rows], schema)


def quarantine_rows(
    connection: sqlite3.Connection, *, reason: str | None = None, limit: int = 200, offset: int = 0
) -> pl.DataFrame:
    """Return quarantined records, newest load first: file_name, kind, position, reason, detail, excerpt, load_id."""
    rows = connection.execute(
        "SELECT file_name, kind, position, reason, detail, excerpt, load_id FROM quarantine JOIN load USING (load_id) "
        "WHERE ? IS NULL OR reason = ? ORDER BY load_id DESC, quarantine_id LIMIT ? OFFSET ?",
        (reason, reason, limit, offset),
    ).fetchall()
    texts = ("file_name", "kind", "position", "reason", "detail", "excerpt")
    return frame_of(rows, {**dict.fromkeys(texts, pl.String()), "load_id": pl.Int64()})


def coverage_by_month(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per source of calls and month: how much of it is known.

    Columns: month (first day), source, call_count, usage_known_rate, cost_known_rate, latency_known_rate,
    attributed_rate (of calls), attributed_spend_rate. Rates are null where there is nothing to divide by.
    """
    rows = connection.execute(
        "SELECT CAST(strftime('%Y', date * 86400, 'unixepoch') AS INTEGER) AS year, "
        "CAST(strftime('%m', date * 86400, 'unixepoch') AS INTEGER) AS month, source, sum(call_count), "
        "sum(usage_known_count), sum(call_count) - sum(unpriced_count), sum(latency_known_count), "
        "sum(attributed_call_count), sum(attributed_cost_micro_usd), sum(cost_micro_usd) "
        "FROM route_daily WHERE date IS NOT NULL GROUP BY year, month, source ORDER BY year, month, source"
    ).fetchall()
    names = ("call", "usage", "cost", "latency", "attributed", "attributed_cost", "all_cost")
    counted = frame_of(
        [(day_number(date(year, month, 1)), *rest) for year, month, *rest in rows],
        {"month": pl.Date(), "source": pl.String(), **dict.fromkeys(names, pl.Int64())},
    )
    calls = pl.col("call")
    return counted.select(
        "month",
        "source",
        calls.alias("call_count"),
        ratio_expression(pl.col("usage"), calls).alias("usage_known_rate"),
        ratio_expression(pl.col("cost"), calls).alias("cost_known_rate"),
        ratio_expression(pl.col("latency"), calls).alias("latency_known_rate"),
        ratio_expression(pl.col("attributed"), calls).alias("attributed_rate"),
        ratio_expression(pl.col("attributed_cost"), pl.col("all_cost")).alias("attributed_spend_rate"),
    )


def _meaning(words: type[Word], value: str) -> str:
    return next((word.meaning for word in words if word.value == value), value)
