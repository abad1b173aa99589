"""The most expensive tasks of a filter, a page at a time, from as many of the newest days as can be read."""

import sqlite3
from datetime import date

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
_INDEX_PAYS = 5
"""So many tasks are looked at in the index of costs, which holds all that a filter asks, while one of a day is read."""
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
    """Return the keys of the tasks of a page: down the index of costs where it is soon full, else from all of the days.

    If the tasks of the filter cost about as much as others, a page is full after ``reading`` tasks.
    """
    condition, parameters = _condition(chosen, first, last)
    parameters |= {"limit": limit, "offset": offset}
    days = _known_by_day(connection, chosen, first, last)
    matching = sum(count for _, count in days)
    if matching <= offset:
        return []
    listed = ", ".join(str(day) for day, _ in days)
    whole, in_days = connection.execute(
        f"SELECT sum(known_cost_count), sum(iif(date IN ({listed}), task_count, 0)) FROM project_daily"  # noqa: S608
    ).fetchone()
    # The unary plus keeps SQLite off the other index.
    ordered = "ORDER BY {}known_cost_micro_usd DESC, task_key LIMIT :limit OFFSET :offset"
    reading = (limit + offset) * whole // matching
    if reading < _INDEX_PAYS * in_days:
        # A cheap route has no task among the dearest: where many more were read in vain, its days are read instead.
        above = connection.execute(
            "SELECT known_cost_micro_usd FROM task WHERE call_count > unpriced_call_count "
            "ORDER BY known_cost_micro_usd DESC LIMIT 1 OFFSET ?",
            (min(_PATIENCE * reading, _INDEX_PAYS * in_days),),
        ).fetchone()
        rows = connection.execute(
            "SELECT task_key FROM task WHERE known_cost_micro_usd > :above "  # noqa: S608
            f"AND +requested_date BETWEEN :first AND :last AND {condition} {ordered.format('')}",
            parameters | {"above": -1 if above is None else above[0]},
        ).fetchall()
        if len(rows) == min(limit, matching - offset):
            return [key for (key,) in rows]
    rows = connection.execute(
        f"SELECT task_key FROM task WHERE requested_date IN ({listed}) AND {condition} {ordered.format('+')}",  # noqa: S608
        parameters,
    ).fetchall()
    return [key for (key,) in rows]


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
