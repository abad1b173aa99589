"""The five service level objectives as they stand in a period."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from dashboard.analysis.as_of import day_from_number, day_number, newest_mature_day
from dashboard.analysis.costs import cost_efficiency, within_budget
from dashboard.analysis.figures import SloFigure
from dashboard.analysis.filters import Filter
from dashboard.analysis.outcomes import completed_of_ended, diff_acceptance, kept_of_decided, task_success
from dashboard.analysis.providers import provider_stability, without_error
from dashboard.analysis.rates import GoodOfTotal, View
from dashboard.analysis.route_calls import calls_by_route
from dashboard.analysis.runtime import runtime_health, within_threshold
from dashboard.analysis.selection import Sums, daily_sums
from dashboard.analysis.self_hosted import without_self_hosted_cost
from data.definitions import Slo, slos

_ROLLUPS = ("task_daily", "patch_daily", "call_daily", "command_daily")
"""Those that the objectives are counted from: approvals, the largest one, are none of them."""


def slo_figures(
    connection: sqlite3.Connection, chosen: Filter, as_of: datetime, *, has_series: bool = True
) -> tuple[SloFigure, ...]:
    """Return the five objectives, in the order of definitions/slos.toml, for the filter as seen from as_of.

    Without series nothing is worked out for the small pictures.
    """
    view = View(
        chosen,
        as_of,
        now=daily_sums(connection, chosen, chosen.period, _ROLLUPS),
        before=None if chosen.compared is None else daily_sums(connection, chosen, chosen.compared, _ROLLUPS),
        routes=calls_by_route(connection, chosen, chosen.period),
        routes_before=None if chosen.compared is None else calls_by_route(connection, chosen, chosen.compared),
        has_series=has_series,
    )
    return tuple(_MEASURES[slo.name](connection, slo, view) for slo in slos().slo if slo.name in _MEASURES)


_MEASURES: Mapping[str, Callable[[sqlite3.Connection, Slo, View], SloFigure]] = {
    "task_success": task_success,
    "diff_acceptance": diff_acceptance,
    "runtime_health": runtime_health,
    "provider_stability": provider_stability,
    "cost_efficiency": cost_efficiency,
}

GOOD_OF_TOTAL: Mapping[str, Callable[[Sums], GoodOfTotal]] = {
    "task_success": completed_of_ended,
    "diff_acceptance": kept_of_decided,
    "runtime_health": within_threshold,
    "provider_stability": without_error,
    "cost_efficiency": within_budget,
}


def daily_good_of_total(
    connection: sqlite3.Connection, chosen: Filter, as_of: datetime
) -> Iterator[tuple[date, Slo, int, int]]:
    """Return day, objective, good and total, where there is any; over the period they sum up to the figures.

    Patches of days that are not mature, and costs where only self-hosted routes served, are left out as in the figures.
    """
    newest_mature = day_number(newest_mature_day(connection, as_of))
    sums = daily_sums(connection, chosen, chosen.period)
    sums = without_self_hosted_cost(connection, chosen, chosen.period, sums)
    for day, measures in sorted(sums.days.items()):
        for slo in slos().slo:
            if slo.name not in GOOD_OF_TOTAL or (slo.name == "diff_acceptance" and day > newest_mature):
                continue
            good, total = GOOD_OF_TOTAL[slo.name](Sums({day: measures}))
            if total:
                yield day_from_number(day), slo, good, total
