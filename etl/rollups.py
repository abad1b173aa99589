"""Daily rollups, written anew from facts for the days that a load touched: one set-based statement for each rollup."""

import sqlite3

from data.buckets import encode_buckets
from data.definitions import Slo, slos
from data.histogram_merging import add_merging
from data.strip_writing import rewrite_strips
from data.words import Actor, CallStatus, Decision, Outcome, Thing, ToolStatus
from etl.call_rollups import call_rollups
from etl.deciders import name_deciders
from etl.decision_rollups import approval_rollups, reviewer_rollups
from etl.fact_sums import COMMANDS, DEPLOYMENTS, fact_sums
from etl.failure_rollups import failures, integrations
from etl.patch_rollups import patch_daily, patch_decision_rollups, within_window
from etl.source_rollups import Rollup, counted_by_source, histogram_sql, source_rollups
from etl.tool_rollups import days_of_tool_calls, tool_rollups

_MOST_DAYS_BY_INDEX = 60
_DECIDED = f"decision <> '{Decision.PENDING}'"
_SURE = 0.8
"""A link that is surer than this needs no second look."""


def refresh(connection: sqlite3.Connection, days: set[int] | None) -> None:
    """Delete and rewrite the rollup rows of some days (null: of all days), and of records without a day.

    Runs inside the caller's transaction.
    """
    connection.create_function("encode_buckets", 1, encode_buckets, deterministic=True)
    add_merging(connection)
    _choose_days(connection, days)
    sums = fact_sums(_milliseconds(slos().named("runtime_health")))
    for one in sums:
        connection.execute(f"CREATE TABLE {one.table} ({', '.join(one.columns)})")
        connection.execute(one.insert_sql(_selected(one.date, days)))
    name_deciders(connection, _selected("proposed_date", days))
    tasks, patches, commands = _tasks(), patch_daily(), _commands()
    by_class_and_route = ("task_class", "provider", "model")
    for rollup in (
        tasks,
        tasks.summed("task_route_daily", *by_class_and_route),
        patches,
        patches.summed("patch_route_daily", *by_class_and_route),
        *patch_decision_rollups(),
        *call_rollups(),
        commands,
        commands.summed("command_route_daily", *by_class_and_route),
        *approval_rollups(),
        *reviewer_rollups(),
        _links(),
        failures(),
    ):
        _rewrite(connection, rollup, days)
    # Tables of which each row follows from one of several kinds of facts.
    counted = [
        *source_rollups(),
        counted_by_source(Thing.COMMAND_RUN, COMMANDS, "source", "date", "record_count"),
        counted_by_source(Thing.DEPLOYMENT, DEPLOYMENTS, "source", "date", "record_count"),
    ]
    for table, rollups in (("source_daily", counted), ("integration_daily", integrations())):
        _delete(connection, table, days)
        for rollup in rollups:
            connection.execute(rollup.insert_sql(_selected(rollup.date, days)))
    _rewrite_projects(connection, (tasks, patches, commands), days)
    # What was decided on a call may be of another day than the call.
    tool_days = days if days is None else days | days_of_tool_calls(connection)
    _choose_days(connection, tool_days)
    for rollup in tool_rollups():
        _rewrite(connection, rollup, tool_days)
    rewrite_strips(connection, tool_days)
    for name in ("temp.rollup_day", *(one.table for one in sums)):
        connection.execute(f"DROP TABLE {name}")


def _tasks() -> Rollup:
    budget = _micro_usd(slos().named("cost_efficiency"))
    completed = f"outcome = '{Outcome.COMPLETED}'"
    priced = "call_count > 0 AND unpriced_call_count = 0"
    undone = (
        "SELECT task_key FROM patch WHERE task_key IS NOT NULL AND rolled_back_at IS NOT NULL "  # noqa: S608
        f"AND {within_window()}"
    )
    return Rollup(
        table="task_daily",
        facts="task",
        date="requested_date",
        dimensions={name: name for name in ("project", "task_class", "provider", "model")},
        measures={
            "task_count": "1",
            "completed_count": completed,
            "failed_count": f"outcome = '{Outcome.FAILED}'",
            "aborted_count": f"outcome = '{Outcome.ABORTED}'",
            "unknown_count": f"outcome = '{Outcome.UNKNOWN}'",
            "kept_count": f"{completed} AND task_key NOT IN ({undone})",
            "priced_count": priced,
            "known_cost_count": "call_count > unpriced_call_count",
            "completed_priced_count": f"{completed} AND {priced}",
            "within_budget_count": f"{completed} AND {priced} AND known_cost_micro_usd <= {budget}",
            "known_cost_micro_usd": "known_cost_micro_usd",
            "unpriced_call_count": "unpriced_call_count",
        },
        histograms={"cost_histogram": histogram_sql("known_cost_micro_usd", f"{completed} AND {priced}")},
    )


def _commands() -> Rollup:
    summed = ("proposed_count", "run_count", "good_count", "timeout_count", "cancelled_count", "untimed_count")
    return Rollup(
        table="command_daily",
        facts=COMMANDS,
        date="date",
        dimensions={name: name for name in ("project", "task_class", "provider", "model")},
        measures={name: name for name in summed},
        histograms={"duration_histogram": "merge_histograms(duration_histogram)"},
    )


def _links() -> Rollup:
    return Rollup(
        table="link_daily",
        facts="patch_link",
        date="proposed_date",
        dimensions={name: name for name in ("project", "kind", "method")},
        measures={"link_count": "1", "unsure_count": f"confidence < {_SURE}"},
    )


def _rewrite(connection: sqlite3.Connection, rollup: Rollup, days: set[int] | None) -> None:
    _delete(connection, rollup.table, days)
    connection.execute(rollup.insert_sql(_selected(rollup.date, days)))


def _delete(connection: sqlite3.Connection, table: str, days: set[int] | None) -> None:
    # Without a condition SQLite drops the pages at once instead of row by row.
    condition = "" if days is None else f" WHERE {_selected('date', days)}"
    connection.execute(f"DELETE FROM {table}{condition}")  # noqa: S608


def _rewrite_projects(connection: sqlite3.Connection, finest: tuple[Rollup, ...], days: set[int] | None) -> None:
    """Add up the finest rollups, and the facts that have no rollup of their own, by day and project."""
    parts = [rollup.summed("project_daily") for rollup in finest]
    parts += [_project_calls(), _project_approvals(), *_project_facts()]
    columns = list(dict.fromkeys(name for part in parts for name in (*part.measures, *part.histograms)))
    histograms = {name for part in parts for name in part.histograms}
    selects: list[str] = []
    for part in parts:
        made = {name: f"sum({value})" for name, value in part.measures.items()} | dict(part.histograms)
        values = ", ".join(made.get(name, "NULL") + f" AS {name}" for name in columns)
        selects.append(
            f"SELECT {part.date} AS date, project, {values} FROM {part.facts} "  # noqa: S608
            f"WHERE {_selected(part.date, days)} GROUP BY {part.date}, project"
        )
    totals = ", ".join(
        f"merge_histograms({name})" if name in histograms else f"coalesce(sum({name}), 0)" for name in columns
    )
    _delete(connection, "project_daily", days)
    connection.execute(
        f"INSERT INTO project_daily (date, project, {', '.join(columns)}) "  # noqa: S608
        f"SELECT date, project, {totals} FROM ({' UNION ALL '.join(selects)}) GROUP BY date, project"
    )


def _project_calls() -> Rollup:
    shared = ("unpriced", "usage_known", "latency_known", "fallback", "retry")
    return Rollup(
        table="project_daily",
        facts="call_daily",
        date="date",
        dimensions={},
        measures={
            "call_count": "call_count",
            "error_call_count": f"iif(status = '{CallStatus.ERROR}', call_count, 0)",
            "cancelled_call_count": f"iif(status = '{CallStatus.CANCELLED}', call_count, 0)",
            "unknown_call_count": f"iif(status = '{CallStatus.UNKNOWN}', call_count, 0)",
            "attributed_call_count": "iif(is_attributed, call_count, 0)",
            **{f"{name}_count": f"{name}_count" for name in shared},
            "cost_micro_usd": "cost_micro_usd",
            "attributed_cost_micro_usd": "iif(is_attributed, cost_micro_usd, 0)",
        },
    )


def _project_approvals() -> Rollup:
    return Rollup(
        table="project_daily",
        facts="approval_daily",
        date="date",
        dimensions={},
        measures={
            "approval_count": "approval_count",
            "pending_approval_count": f"iif({_DECIDED}, 0, approval_count)",
            "human_approval_count": f"iif({_DECIDED} AND actor = '{Actor.HUMAN}', approval_count, 0)",
        },
    )


def _project_facts() -> tuple[Rollup, ...]:
    return tuple(
        Rollup(table="project_daily", facts=facts, date=date, dimensions={}, measures=measures)
        for facts, date, measures in (
            (
                "tool_call",
                "called_date",
                {"tool_call_count": "1", "failed_tool_call_count": f"status = '{ToolStatus.FAILED}'"},
            ),
            (
                DEPLOYMENTS,
                "date",
                {
                    "deployment_count": "record_count",
                    "failed_deployment_count": "failed_count",
                    "rolled_back_deployment_count": "rolled_back_count",
                },
            ),
            ("vcs_commit", "committed_date", {"commit_count": "NOT is_left_behind"}),
            ("pull_request", "opened_date", {"pull_request_count": "1"}),
            ("event", "occurred_date", {"event_count": "1"}),
        )
    )


def _choose_days(connection: sqlite3.Connection, days: set[int] | None) -> None:
    connection.execute("DROP TABLE IF EXISTS temp.rollup_day")
    connection.execute("CREATE TEMP TABLE rollup_day (day INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO temp.rollup_day VALUES (?)", ((day,) for day in sorted(days or ())))


def _selected(date: str, days: set[int] | None) -> str:
    if days is None:
        return "1"
    # The unary plus keeps SQLite off the index: from some days on, one pass over the table is cheaper.
    column = date if len(days) <= _MOST_DAYS_BY_INDEX else f"+{date}"
    return f"({column} IN (SELECT day FROM temp.rollup_day) OR {column} IS NULL)"  # noqa: S608


def _micro_usd(slo: Slo) -> int:
    return round((slo.threshold or 0) * 1_000_000)


def _milliseconds(slo: Slo) -> int:
    return round((slo.threshold or 0) * 1_000)
