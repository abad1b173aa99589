"""Which source told records of which month, and from which month on each figure can be trusted."""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis.as_of import day_number
from data.frames import Schema, frame_of
from data.words import FactSource, Thing

_COUNTS = """
    SELECT CAST(strftime('%Y', date * 86400, 'unixepoch') AS INTEGER) AS year,
           CAST(strftime('%m', date * 86400, 'unixepoch') AS INTEGER) AS month,
           source, thing, sum(record_count), count(DISTINCT date)
    FROM source_daily WHERE date IS NOT NULL GROUP BY year, month, source, thing ORDER BY year, month, source, thing
"""


@dataclass(frozen=True, slots=True)
class Need:
    """What a figure rests on: records of any of these things from any of these sources."""

    figure: str
    needs: str
    """In words: what must be loaded."""
    things: frozenset[Thing]
    sources: frozenset[FactSource]
    slos: tuple[str, ...] = ()
    """Objectives that rest on it."""


def _need(
    figure: str, needs: str, *things: Thing, without: Collection[FactSource] = (), slos: tuple[str, ...] = ()
) -> Need:
    return Need(figure, needs, frozenset(things), frozenset(FactSource) - frozenset(without), slos)


_TITLES = {
    FactSource.BOLT_CHAT: "Chats",
    FactSource.BOLT_EVENTS: "Event logs",
    FactSource.LITELLM: "LiteLLM",
    FactSource.OPENROUTER: "OpenRouter",
    FactSource.OTLP: "OpenTelemetry",
    FactSource.GIT: "Git",
    FactSource.GITHUB: "GitHub",
    FactSource.GITLAB: "GitLab",
    FactSource.NETLIFY: "Netlify",
    FactSource.VERCEL: "Vercel",
    FactSource.RECORD: "Own records",
}
# Chats and event logs propose commands and never tell how they end; chats know no commit.
_CHATS = (FactSource.BOLT_CHAT, FactSource.BOLT_EVENTS)
_ACCEPTANCE = ("diff_acceptance",)
NEEDS = (
    _need("Task success", "Chats, or own records of tasks", Thing.TASK, slos=("task_success", "cost_efficiency")),
    _need(
        "Diff acceptance: rewinds and restored files", "Chats, or own records of patches", Thing.PATCH, slos=_ACCEPTANCE
    ),
    _need("Diff acceptance: git reverts", "A git repository or a saved log", Thing.COMMIT, slos=_ACCEPTANCE),
    _need(
        "Diff acceptance: decisions by people",
        "Pull or merge requests with reviews",
        Thing.PULL_REQUEST,
        slos=_ACCEPTANCE,
    ),
    _need(
        "Diff acceptance: deployment rollbacks",
        "Deployments from the platform",
        Thing.DEPLOYMENT,
        without=(FactSource.BOLT_EVENTS,),
        slos=_ACCEPTANCE,
    ),
    _need(
        "Runtime health",
        "Command runs: own records or spans",
        Thing.COMMAND_RUN,
        without=_CHATS,
        slos=("runtime_health",),
    ),
    _need(
        "Provider stability, cost as billed",
        "Rows of a gateway, or spans",
        Thing.LLM_CALL,
        without=_CHATS,
        slos=("provider_stability", "cost_efficiency"),
    ),
    _need("Tool calls and their decisions", "Chats, own records or spans", Thing.TOOL_CALL),
)


def records_by_month(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per month, source and thing: month (first day), source, thing, label, record_count, day_count.

    label names source and thing in words; day_count is the number of days of the month that have a record. Months
    without any have no row.
    """
    rows = connection.execute(_COUNTS).fetchall()
    schema: Schema = {
        "month": pl.Date(),
        "source": pl.String(),
        "thing": pl.String(),
        "label": pl.String(),
        "record_count": pl.Int64(),
        "day_count": pl.Int64(),
    }
    return frame_of(
        [
            (day_number(date(year, month, 1)), source, thing, _label(source, thing), *counts)
            for year, month, source, thing, *counts in rows
        ],
        schema,
    )


def records_of_sources(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return the same rows with source and thing in words only, as the page shows them."""
    return records_by_month(connection).drop("source", "thing")


def _label(source: str, thing: str) -> str:
    titles, things = {word.value: title for word, title in _TITLES.items()}, {word.value: word for word in Thing}
    meaning = "requests" if thing == Thing.PULL_REQUEST else things[thing].meaning if thing in things else thing
    return f"{titles.get(source, source)}: {meaning}"


def trusted_months(connection: sqlite3.Connection) -> pl.DataFrame:
    """Return one row per figure: the newest unbroken run of months for which its sources told records.

    Columns: figure, trusted_from_month, trusted_to_month, missing_month_count (months without a record between its
    first one and the newest month of the store), record_count, needs. Months are null where nothing was loaded.
    """
    counted = records_by_month(connection)
    newest = counted["month"].max()
    rows = [(need.figure, *_run(counted, need, newest), need.needs) for need in NEEDS]
    schema: Schema = {
        "figure": pl.String(),
        "trusted_from_month": pl.Date(),
        "trusted_to_month": pl.Date(),
        "missing_month_count": pl.Int64(),
        "record_count": pl.Int64(),
        "needs": pl.String(),
    }
    return frame_of(rows, schema)


def _run(counted: pl.DataFrame, need: Need, newest: object) -> tuple[int | None, int | None, int | None, int]:
    fitting = counted.filter(
        pl.col("thing").is_in([thing.value for thing in need.things]),
        pl.col("source").is_in([source.value for source in need.sources]),
    )
    months = sorted(set(fitting["month"].to_list()))
    if not months or not isinstance(newest, date):
        return None, None, None, 0
    first = last = months[-1]
    for month in reversed(months):
        if _number(first) - _number(month) > 1:
            break
        first = month
    missing = _number(newest) - _number(months[0]) + 1 - len(months)
    return day_number(first), day_number(last), missing, int(fitting["record_count"].sum())


def months_between(months: Iterable[date]) -> list[date]:
    """Return the first days of all months from the earliest to the latest given, without a gap."""
    numbers = sorted({_number(month) for month in months})
    if not numbers:
        return []
    return [date(number // 12, number % 12 + 1, 1) for number in range(numbers[0], numbers[-1] + 1)]


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1
