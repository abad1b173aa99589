"""The five service level objectives as they stand in a period."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime

from dashboard.analysis.costs import cost_efficiency
from dashboard.analysis.figures import SloFigure
from dashboard.analysis.filters import Filter
from dashboard.analysis.outcomes import diff_acceptance, task_success
from dashboard.analysis.providers import provider_stability
from dashboard.analysis.rates import View
from dashboard.analysis.route_calls import calls_by_route
from dashboard.analysis.runtime import runtime_health
from dashboard.analysis.selection import daily_sums
from data.definitions import Slo, slos


def slo_figures(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[SloFigure, ...]:
    """Return the five objectives, in the order of definitions/slos.toml, for the filter as seen from as_of."""
    view = View(
        chosen,
        as_of,
        now=daily_sums(connection, chosen, chosen.period),
        before=None if chosen.compared is None else daily_sums(connection, chosen, chosen.compared),
        routes=calls_by_route(connection, chosen, chosen.period),
        routes_before=None if chosen.compared is None else calls_by_route(connection, chosen, chosen.compared),
    )
    return tuple(_MEASURES[slo.name](connection, slo, view) for slo in slos().slo if slo.name in _MEASURES)


_MEASURES: Mapping[str, Callable[[sqlite3.Connection, Slo, View], SloFigure]] = {
    "task_success": task_success,
    "diff_acceptance": diff_acceptance,
    "runtime_health": runtime_health,
    "provider_stability": provider_stability,
    "cost_efficiency": cost_efficiency,
}
