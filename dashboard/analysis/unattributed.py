"""Spend that no task explains: gateway calls without a reply in a loaded chat, by route and by what they may be."""

import sqlite3
from datetime import datetime
from enum import StrEnum
from functools import partial

import polars as pl

from dashboard.analysis.as_of import day_number, day_of, patches_judged_at
from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.rollup_choice import coarsest_rollup, condition_of
from dashboard.analysis.route_days import route_days
from dashboard.analysis.spend_amounts import AMOUNT, MICRO_USD
from dashboard.analysis.strips import strips_of
from data.frames import Schema, frame_of


class MayBe(StrEnum):
    """What calls without a task may be, as far as the rollups tell; the first that fits."""

    NOT_EXPORTED = "sent after the newest chat export: export the chats again"
    NO_PROJECT = "nobody's project: another tool on the same gateway, or a key that sources.toml does not map"
    NO_CHATS = "the project has no chat in this period: load its chat exports"
    OTHER = "another tool of the project, a chat that was deleted, or a call that fits several replies"


_Cause = tuple[str, str, MayBe]
"""Route, source, and what the calls may be."""


def unattributed(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> pl.DataFrame:
    """Return one row per route, source and cause: calls, unpriced ones, known spend and its share of all spend."""
    last_export = day_number(day_of(patches_judged_at(connection, as_of)))
    table = coarsest_rollup(chosen, "task_daily", by_project=True)
    condition, parameters = condition_of(chosen, chosen.period, table)
    with_tasks = {
        row[0]
        for row in connection.execute(
            f"SELECT DISTINCT project FROM {table} WHERE {condition} AND task_count > 0",  # noqa: S608
            parameters,
        )
    }
    without_task = strips_of(
        connection, chosen, chosen.period, "call_daily", "project", "task_class", where="NOT is_attributed"
    )
    whole = sum(one.micro_usd for one in route_days(connection, chosen, chosen.period))
    by = ("provider", "model", "source", "project")

    def cause(is_late: bool, provider: str | None, model: str | None, source: str, project: str | None) -> _Cause:
        return route_name(provider, model), source, _may_be(project, with_tasks, is_late=is_late)

    found = {
        **without_task.until(last_export).sums(by, AMOUNT, partial(cause, False)),
        **without_task.after(last_export).sums(by, AMOUNT, partial(cause, True)),
    }
    rows = [
        (
            route,
            source,
            calls,
            unpriced,
            None if calls == unpriced else cost / MICRO_USD,
            cost / whole if whole else None,
            cause.value,
        )
        for (route, source, cause), (calls, unpriced, cost) in sorted(
            found.items(), key=lambda entry: (-entry[1][2], -entry[1][0], entry[0])
        )
    ]
    schema: Schema = {
        **dict.fromkeys(("route", "source"), pl.String()),
        **dict.fromkeys(("call_count", "unpriced_call_count"), pl.Int64()),
        "known_usd": pl.Float64(),
        "share_of_spend_rate": pl.Float64(),
        "may_be": pl.String(),
    }
    return frame_of(rows, schema)


def _may_be(project: str | None, with_tasks: set[str | None], *, is_late: bool) -> MayBe:
    if is_late:
        return MayBe.NOT_EXPORTED
    if project is None:
        return MayBe.NO_PROJECT
    return MayBe.OTHER if project in with_tasks else MayBe.NO_CHATS
