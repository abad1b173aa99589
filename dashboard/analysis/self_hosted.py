"""Self-hosted routes: their calls have no price per token, which is not the same as free."""

import sqlite3

from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.rollup_choice import condition_of
from dashboard.analysis.selection import Sums
from dashboard.analysis.strips import strips_of
from data.definitions import providers
from data.words import CallStatus

_COST_MEASURES = frozenset({"completed_priced_count", "within_budget_count", "known_cost_micro_usd"})


def self_hosted_providers() -> frozenset[str]:
    """Return the providers whose calls run on own machines."""
    return frozenset(known.name for known in providers().provider if known.is_self_hosted)


def is_only_self_hosted(connection: sqlite3.Connection, chosen: Filter, period: Period, sums: Sums) -> bool:
    """Return whether every call of known cost that tasks made ran on a self-hosted route, at no counted cost.

    Failed calls do not count: a gateway reports 0 for them, whatever the provider.
    """
    if sums.total("known_cost_micro_usd"):
        return False
    condition, parameters = condition_of(chosen, period, "call_daily")
    found = {
        row[0]
        for row in connection.execute(
            f"SELECT DISTINCT provider FROM call_daily WHERE {condition} "  # noqa: S608
            "AND is_attributed AND call_count > unpriced_count AND status <> :error",
            parameters | {"error": CallStatus.ERROR.value},
        )
    }
    return bool(found) and found <= self_hosted_providers()


def without_self_hosted_cost(connection: sqlite3.Connection, chosen: Filter, period: Period, sums: Sums) -> Sums:
    """Return the sums; where only self-hosted routes served, without measures of cost, as none was measured."""
    if not is_only_self_hosted(connection, chosen, period, sums):
        return sums
    return Sums(
        {
            day: {name: value for name, value in measures.items() if name not in _COST_MEASURES}
            for day, measures in sums.days.items()
        }
    )


def completed_at_no_cost(connection: sqlite3.Connection, chosen: Filter, period: Period) -> int:
    """Return how many completed tasks asked for a self-hosted route and had no counted cost."""
    tasks = strips_of(connection, chosen, period, "task_daily", histograms=True)
    found = tasks.of("provider", *self_hosted_providers()).histograms(())
    return found[()].count_up_to(0) if found else 0
