"""The rows behind a bucket of a trend: tasks, patches, calls or command runs, newest first, a page at a time."""

import sqlite3
from collections.abc import Mapping
from datetime import date

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.burn_rates import facts_condition
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.listings import Columns, Listing, id_column, owner_columns, route_column
from dashboard.analysis.newest_days import counts_by_day
from dashboard.analysis.rollup_choice import smallest_rollup
from dashboard.analysis.shared import shared
from dashboard.analysis.slo_events import events_of
from data.frames import INSTANT

_TEXT, _COUNT, _REAL = pl.String(), pl.Int64(), pl.Float64()
_TASKS: Columns = (
    id_column("task_id", "task_key"),
    ("requested_at", "requested_at", INSTANT),
    *owner_columns(),
    route_column(),
    ("outcome", "outcome", _TEXT),
    ("outcome_basis", "outcome_basis", _TEXT),
    ("cost_usd", "iif(call_count > 0 AND unpriced_call_count = 0, known_cost_micro_usd / 1e6, NULL)", _REAL),
    ("call_count", "call_count", _COUNT),
    ("patch_count", "patch_count", _COUNT),
)
_PATCHES: Columns = (
    id_column("patch_id", "patch_key"),
    ("proposed_at", "proposed_at", INSTANT),
    *owner_columns(),
    route_column(),
    ("decision", "coalesce(decision, 'applied')", _TEXT),
    ("rolled_back_at", "rolled_back_at", INSTANT),
    ("rollback_evidence", "rollback_evidence", _TEXT),
    ("files_count", "files_count", _COUNT),
    id_column("task_id", "task_key"),
)
_CALLS: Columns = (
    id_column("llm_call_id", "llm_call_key"),
    ("started_at", "started_at", INSTANT),
    *owner_columns(),
    route_column(),
    ("status", "status", _TEXT),
    ("error_kind", "error_kind", _TEXT),
    ("latency_s", "latency_ms / 1e3", _REAL),
    ("cost_usd", "cost_micro_usd / 1e6", _REAL),
    id_column("task_id", "task_key"),
)
_RUNS: Columns = (
    id_column("command_run_id", "run.command_run_key"),
    ("started_at", "run.started_at", INSTANT),
    *owner_columns("run."),
    route_column("task."),
    ("command", "command_head", _TEXT),
    ("status", "status", _TEXT),
    ("exit_code", "exit_code", _COUNT),
    ("duration_s", "duration_ms / 1e3", _REAL),
    id_column("task_id", "run.task_key"),
)
_COLUMNS: Mapping[str, Columns] = {
    "task_success": _TASKS,
    "diff_acceptance": _PATCHES,
    "runtime_health": _RUNS,
    "provider_stability": _CALLS,
    "cost_efficiency": _TASKS,
}


def slo_row_count(
    connection: sqlite3.Connection, chosen: Filter, slo_name: str, first: date, last: date, *, only_bad: bool
) -> int:
    """Return how many events of an SLO there are from one day to another; only_bad counts those against it.

    Counted from the rollup, which takes as long for a million rows as for ten.
    """
    return sum(count for _, count in _by_day(connection, chosen.during(Period(first, last)), slo_name, only_bad))


@shared
def _by_day(
    connection: sqlite3.Connection, chosen: Filter, slo_name: str, only_bad: bool
) -> tuple[tuple[int, int], ...]:
    events = events_of(slo_name)
    counted = f"{events.rollup_total} - ({events.rollup_good})" if only_bad else events.rollup_total
    return counts_by_day(connection, chosen, smallest_rollup(chosen, events.rollup), counted)


def slo_rows(
    connection: sqlite3.Connection, chosen: Filter, slo_name: str, first: date, last: date, *, only_bad: bool,
    limit: int, offset: int,
) -> pl.DataFrame:  # fmt: skip
    """Return a page of these events, newest first, each with who, where, which route and how it ended.

    Only the days that it lies in are read.
    """
    here = chosen.during(Period(first, last))
    counts = _by_day(connection, here, slo_name, only_bad)
    listing = slo_listing(here, slo_name, only_bad=only_bad)
    return listing.page_of_days(connection, events_of(slo_name).date, counts, limit, offset)


def slo_rows_name(slo_name: str, *, only_bad: bool) -> str:
    """Return the name of the rows behind an objective, or of those against it."""
    return f"bad_{slo_name}_rows" if only_bad else f"{slo_name}_rows"


def slo_listing(chosen: Filter, slo_name: str, *, only_bad: bool) -> Listing:
    """Return the events of an SLO in the period of a filter, or those against it, newest first."""
    events = events_of(slo_name)
    condition, parameters = facts_condition(chosen, events)
    parts = [f"{events.date} BETWEEN :first AND :last", events.counts, condition]
    if only_bad:
        parts.append(f"NOT ({events.good})")
    return Listing(
        columns=(*_COLUMNS[slo_name], ("is_good", events.good, pl.Boolean())),
        source=events.facts,
        where=" AND ".join(parts),
        order=f"{events.date} DESC, {events.instant} DESC, {events.key}",
        parameters=parameters | {"first": day_number(chosen.period.first), "last": day_number(chosen.period.last)},
    )
