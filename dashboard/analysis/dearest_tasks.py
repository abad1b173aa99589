"""The most expensive tasks of a filter, a page at a time, from as many of the newest days as can be read."""

import sqlite3
from datetime import date

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.burn_rates import facts_condition
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.newest_days import newest_days
from dashboard.analysis.selection import condition_of
from dashboard.analysis.slo_events import events_of
from dashboard.analysis.slo_rows import id_column, route_column
from data.frames import INSTANT, Schema, frame_of

_CALLS = "(SELECT sum({column}) FROM llm_call WHERE llm_call.task_key = task.task_key AND is_counted)"
_COLUMNS = (
    id_column("task_id", "task_key"),
    ("requested_at", "requested_at", INSTANT),
    ("person", "person", pl.String()),
    ("project", "project", pl.String()),
    ("task_class", "task_class", pl.String()),
    route_column(),
    ("outcome", "outcome", pl.String()),
    ("known_usd", "iif(call_count > unpriced_call_count, known_cost_micro_usd / 1e6, NULL)", pl.Float64()),
    ("call_count", "call_count", pl.Int64()),
    ("unpriced_call_count", "unpriced_call_count", pl.Int64()),
    ("input_tokens", _CALLS.format(column="input_tokens"), pl.Int64()),
    ("cache_read_tokens", _CALLS.format(column="cache_read_tokens"), pl.Int64()),
    ("output_tokens", _CALLS.format(column="output_tokens"), pl.Int64()),
    id_column("chat_id", "chat_key"),
)


def task_days(connection: sqlite3.Connection, chosen: Filter, first: date, last: date) -> Period | None:
    """Return the days between two that the dearest tasks are looked for in; null when there is no task."""
    return newest_days(connection, _between(chosen, first, last), "task_daily", "task_count")


def task_count(connection: sqlite3.Connection, chosen: Filter, first: date, last: date) -> int:
    """Return how many tasks of known cost there are from one day to another, as the rollup counts them."""
    return _counted(connection, _between(chosen, first, last))


def dearest_tasks(
    connection: sqlite3.Connection, chosen: Filter, first: date, last: date, *, limit: int, offset: int
) -> pl.DataFrame:
    """Return a page of the tasks with the most known spend; where calls are unpriced, it is a lower bound."""
    condition, parameters = _condition(chosen, first, last)
    # Either down the index of costs until the page is full, or all tasks of the days, sorted: whichever reads less. The
    # unary plus keeps SQLite off the other index.
    matching = task_count(connection, chosen, first, last)
    whole = _counted(connection, None)
    is_by_cost = (limit + offset) * whole < matching * matching
    days, cost = ("+", "") if is_by_cost else ("", "+")
    condition = f"{days}requested_date BETWEEN :first AND :last AND {condition}"
    selected = ", ".join(f"{sql} AS {name}" for name, sql, _ in _COLUMNS)
    # The page is picked first, so that the calls of its tasks alone are read.
    rows = connection.execute(
        f"SELECT {selected} FROM task WHERE task_key IN (SELECT task_key FROM task WHERE {condition} "  # noqa: S608
        f"ORDER BY {cost}known_cost_micro_usd DESC, task_key LIMIT :limit OFFSET :offset) "
        "ORDER BY known_cost_micro_usd DESC, task_key",
        parameters | {"limit": limit, "offset": offset},
    ).fetchall()
    schema: Schema = {name: dtype for name, _, dtype in _COLUMNS}
    return frame_of(rows, schema)


def _counted(connection: sqlite3.Connection, chosen: Filter | None) -> int:
    """Return how many tasks of known cost a filter selects; null for all of the store."""
    condition, parameters = ("1", {}) if chosen is None else condition_of(chosen, chosen.period, "task_daily")
    table = "project_daily" if chosen is None else "task_daily"
    row = connection.execute(
        f"SELECT coalesce(sum(known_cost_count), 0) FROM {table} WHERE {condition}",  # noqa: S608
        parameters,
    ).fetchone()
    return int(row[0])


def _between(chosen: Filter, first: date, last: date) -> Filter:
    return Filter(Period(first, last), project=chosen.project, route=chosen.route, task_class=chosen.task_class)


def _condition(chosen: Filter, first: date, last: date) -> tuple[str, dict[str, object]]:
    condition, parameters = facts_condition(chosen, events_of("task_success"))
    return (
        f"{condition} AND call_count > unpriced_call_count",
        parameters
        | {
            "first": day_number(first),
            "last": day_number(last),
        },
    )
