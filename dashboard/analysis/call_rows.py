"""The calls behind figures of spend: those of unknown cost, those that no task explains, those with two costs."""

import sqlite3
from enum import StrEnum

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.burn_rates import facts_condition
from dashboard.analysis.filters import Filter
from dashboard.analysis.listings import Columns, Listing, id_column, owner_columns, route_column
from dashboard.analysis.newest_days import counts_by_day
from dashboard.analysis.rollup_choice import smallest_rollup
from dashboard.analysis.shared import shared
from dashboard.analysis.slo_events import events_of
from data.frames import INSTANT
from data.words import CostBasis


class Calls(StrEnum):
    """Which calls are listed; the value is the name of the list."""

    UNPRICED = "unpriced_call_rows"
    UNATTRIBUTED = "unattributed_call_rows"
    TWO_COSTS = "two_cost_call_rows"

    @property
    def label(self) -> str:
        """What they are, as a title."""
        return {
            Calls.UNPRICED: "The calls of unknown cost",
            Calls.UNATTRIBUTED: "The calls that belong to no task",
            Calls.TWO_COSTS: "The calls with a reported and a computed cost",
        }[self]


_FACTS = {
    Calls.UNPRICED: f"cost_basis = '{CostBasis.UNKNOWN}'",
    Calls.UNATTRIBUTED: "task_key IS NULL",
    Calls.TWO_COSTS: "reported_cost_micro_usd IS NOT NULL AND computed_cost_micro_usd IS NOT NULL",
}
_COUNTED = {
    Calls.UNPRICED: "unpriced_count",
    Calls.UNATTRIBUTED: "iif(is_attributed, 0, call_count)",
    Calls.TWO_COSTS: "both_costs_count",
}
"""The same in rows of the rollup: a test holds both against each other."""


def _usd(name: str, micro: str) -> tuple[str, str, pl.DataType]:
    return name, f"{micro} / 1e6", pl.Float64()


_COLUMNS: Columns = (
    id_column("llm_call_id", "llm_call_key"),
    ("started_at", "started_at", INSTANT),
    *owner_columns(),
    route_column(),
    ("source", "source", pl.String()),
    ("status", "status", pl.String()),
    ("usage_status", "usage_status", pl.String()),
    ("input_tokens", "input_tokens", pl.Int64()),
    ("output_tokens", "output_tokens", pl.Int64()),
    _usd("cost_usd", "cost_micro_usd"),
    _usd("reported_cost_usd", "reported_cost_micro_usd"),
    _usd("computed_cost_usd", "computed_cost_micro_usd"),
    ("price_version", "price_version", pl.String()),
    id_column("task_id", "task_key"),
)


def call_row_count(connection: sqlite3.Connection, chosen: Filter, calls: Calls) -> int:
    """Return how many such calls there are, from the rollup."""
    return sum(count for _, count in _by_day(connection, chosen, calls))


def call_rows(connection: sqlite3.Connection, chosen: Filter, calls: Calls, *, limit: int, offset: int) -> pl.DataFrame:
    """Return a page of such calls, newest first; only the days that it lies in are read."""
    counts = _by_day(connection, chosen, calls)
    return call_listing(chosen, calls).page_of_days(connection, "started_date", counts, limit, offset)


def call_listing(chosen: Filter, calls: Calls) -> Listing:
    """Return such calls in the period of a filter, newest first."""
    events = events_of("provider_stability")
    condition, parameters = facts_condition(chosen, events)
    where = f"started_date BETWEEN :first AND :last AND is_counted AND {_FACTS[calls]} AND {condition}"
    days = {"first": day_number(chosen.period.first), "last": day_number(chosen.period.last)}
    order = "started_date DESC, started_at DESC, llm_call_key"
    return Listing(_COLUMNS, "llm_call", where, order, {**parameters, **days})


@shared
def _by_day(connection: sqlite3.Connection, chosen: Filter, calls: Calls) -> tuple[tuple[int, int], ...]:
    return counts_by_day(connection, chosen, smallest_rollup(chosen, "call_daily", "task_class"), _COUNTED[calls])
