"""The most expensive tasks of a filter, a page at a time, from as many of the newest days as can be read."""

import sqlite3
from datetime import date
from typing import NamedTuple

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.burn_rates import facts_condition
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.listings import Listing, id_column, route_column
from dashboard.analysis.newest_days import counts_by_day, newest_days
from dashboard.analysis.rollup_choice import coarsest_rollup
from dashboard.analysis.shared import shared
from dashboard.analysis.slo_events import events_of
from data.frames import INSTANT, frame_of

_CALLS = "(SELECT sum({column}) FROM llm_call WHERE llm_call.task_key = task.task_key AND is_counted)"
_PATIENCE = 4
_INDEX_PAYS = 25
"""To read a task by its day takes as long as to look at so many in the index of costs, which holds what filters ask.

Measured: 22 to 33, of a million tasks.
"""


class _End(NamedTuple):
    """An end of the index of costs that a page is looked for from, as SQL."""

    first: str
    """Direction of the costs."""
    then: str
    """Direction of the keys of tasks that cost the same."""
    before: str
    """How the cost of a task compares with one that is farther from this end."""
    beyond_all: int
    """What all costs are before."""


_FROM_THE_DEAREST = _End(" DESC", "", ">", -1)
_FROM_THE_CHEAPEST = _End("", " DESC", "<", 2**63 - 1)
# Of a task whose other calls cost nothing (they failed, say) and that has an unpriced one, nothing is known.
_IS_KNOWN = "known_cost_micro_usd > 0 OR unpriced_call_count = 0"
_DEAREST_FIRST = "known_cost_micro_usd DESC, task_key"
_COLUMNS = (
    id_column("task_id", "task_key"),
    ("requested_at", "requested_at", INSTANT),
    ("person", "person", pl.String()),
    ("project", "project", pl.String()),
    ("task_class", "task_class", pl.String()),
    route_column(),
    ("outcome", "outcome", pl.String()),
    ("known_usd", f"iif({_IS_KNOWN}, known_cost_micro_usd / 1e6, NULL)", pl.Float64()),
    ("call_count", "call_count", pl.Int64()),
    ("unpriced_call_count", "unpriced_call_count", pl.Int64()),
    ("input_tokens", _CALLS.format(column="input_tokens"), pl.Int64()),
    ("cache_read_tokens", _CALLS.format(column="cache_read_tokens"), pl.Int64()),
    ("output_tokens", _CALLS.format(column="output_tokens"), pl.Int64()),
    id_column("chat_id", "chat_key"),
)


def task_days(connection: sqlite3.Connection, chosen: Filter, first: date, last: date) -> Period | None:
    """Return the days between two that the dearest tasks are looked for in; null when there is no task."""
    days = Period(first, last)
    return newest_days(
        counts_by_day(connection, chosen.during(days), coarsest_rollup(chosen, "task_daily"), "task_count"), days
    )


def task_count(connection: sqlite3.Connection, chosen: Filter, first: date, last: date) -> int:
    """Return how many tasks of known cost there are from one day to another, as the rollup counts them."""
    return sum(count for _, count in _known_by_day(connection, chosen, first, last))


@shared
def _known_by_day(
    connection: sqlite3.Connection, chosen: Filter, first: date, last: date
) -> tuple[tuple[int, int], ...]:
    return counts_by_day(
        connection, chosen.during(Period(first, last)), coarsest_rollup(chosen, "task_daily"), "known_cost_count"
    )


def dearest_tasks(
    connection: sqlite3.Connection, chosen: Filter, first: date, last: date, *, limit: int, offset: int
) -> pl.DataFrame:
    """Return a page of the tasks with the most known spend; where calls are unpriced, it is a lower bound."""
    # The page is picked first, so that the calls of its tasks alone are read.
    keys = _keys(connection, chosen, first, last, limit=limit, offset=offset)
    picked = Listing(_COLUMNS, "task", f"task_key IN ({', '.join(map(str, keys))})", _DEAREST_FIRST, {})
    return picked.page(connection, limit, 0) if keys else frame_of([], picked.schema)


def dearest_listing(chosen: Filter) -> Listing:
    """Return the tasks of known cost in the period of a filter, the dearest first."""
    condition, parameters = _condition(chosen, chosen.period.first, chosen.period.last)
    where = f"+requested_date BETWEEN :first AND :last AND {condition}"
    return Listing(_COLUMNS, "task", where, _DEAREST_FIRST, parameters)


def _keys(
    connection: sqlite3.Connection, chosen: Filter, first: date, last: date, *, limit: int, offset: int
) -> list[int]:
    """Return the keys of the tasks of a page: along the index of costs where that pays, else from all of the days.

    If the tasks of the filter cost about as much as others, a page is full after ``reading`` tasks from the nearer end.
    """
    condition, parameters = _condition(chosen, first, last)
    days = _known_by_day(connection, chosen, first, last)
    matching = sum(count for _, count in days)
    if matching <= offset:
        return []
    count = min(limit, matching - offset)
    behind = matching - offset - count
    end = _FROM_THE_CHEAPEST if behind < offset else _FROM_THE_DEAREST
    skipped = min(offset, behind)
    listed = ", ".join(str(day) for day, _ in days)
    whole, in_days = _known_in_all(connection), _tasks_of_days(connection, listed)
    reading, most = (skipped + count) * whole // matching, _INDEX_PAYS * in_days
    if min(whole, _PATIENCE * reading) < most:
        edge = end.beyond_all
        if whole >= most:
            # A cheap route has no task among the dearest: where many more were read in vain, its days are read instead.
            found = connection.execute(
                "SELECT known_cost_micro_usd FROM task WHERE call_count > unpriced_call_count "  # noqa: S608
                f"ORDER BY known_cost_micro_usd{end.first} LIMIT 1 OFFSET ?",
                (_PATIENCE * reading,),
            ).fetchone()
            edge = end.beyond_all if found is None else found[0]
        rows = connection.execute(
            # The unary plus keeps SQLite off the other index.
            f"SELECT task_key FROM task WHERE known_cost_micro_usd {end.before} :edge "  # noqa: S608
            f"AND +requested_date BETWEEN :first AND :last AND {condition} "
            f"ORDER BY known_cost_micro_usd{end.first}, task_key{end.then} LIMIT :limit OFFSET :offset",
            parameters | {"edge": edge, "limit": count, "offset": skipped},
        ).fetchall()
        if len(rows) == count:
            return [key for (key,) in rows]
    rows = connection.execute(
        f"SELECT task_key FROM task WHERE requested_date IN ({listed}) AND {condition} "  # noqa: S608
        "ORDER BY +known_cost_micro_usd DESC, task_key LIMIT :limit OFFSET :offset",
        parameters | {"limit": limit, "offset": offset},
    ).fetchall()
    return [key for (key,) in rows]


@shared
def _known_in_all(connection: sqlite3.Connection) -> int:
    """Return how many tasks of known cost the store has: entries of the index of costs."""
    return int(connection.execute("SELECT coalesce(sum(known_cost_count), 0) FROM project_daily").fetchone()[0])


def _tasks_of_days(connection: sqlite3.Connection, listed: str) -> int:
    """Return how many tasks there are on some days (their numbers, as SQL), whatever the filter."""
    row = connection.execute(f"SELECT sum(task_count) FROM project_daily WHERE date IN ({listed})").fetchone()  # noqa: S608
    return int(row[0])


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
