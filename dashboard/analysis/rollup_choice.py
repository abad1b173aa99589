"""Which rollup tells what a filter selects, and the conditions on its rows and on facts."""

from collections.abc import Mapping

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import Filter, Period, route_condition, stored_name

_DIMENSIONS = {name: name for name in ("project", "task_class", "route")} | {"provider": "route", "model": "route"}
_NO_ROUTE = frozenset({"project_daily", "integration_daily"})
_MOST_DAYS_BY_INDEX = 100

COARSER: Mapping[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "task_daily": (("task_route_daily", frozenset({"project"})),),
    "patch_daily": (("patch_route_daily", frozenset({"project"})),),
    "command_daily": (("command_route_daily", frozenset({"project"})),),
    "approval_daily": (
        ("decision_daily", frozenset({"project", "route"})),
        ("decision_route_daily", frozenset({"project"})),
        ("decision_project_daily", frozenset({"route"})),
    ),
    "call_daily": (
        ("route_daily", frozenset({"project", "task_class"})),
        ("call_project_daily", frozenset({"task_class"})),
        ("call_route_daily", frozenset({"project"})),
    ),
    "patch_decision_daily": (
        ("zone_decision_daily", frozenset({"project", "route"})),
        ("zone_decision_route_daily", frozenset({"project"})),
        ("zone_decision_project_daily", frozenset({"route"})),
    ),
    "tool_call_daily": (
        ("tool_daily", frozenset({"project", "task_class", "route"})),
        ("tool_route_daily", frozenset({"project"})),
        ("tool_project_daily", frozenset({"task_class", "route"})),
    ),
    "patch_reviewer_daily": (
        ("reviewer_daily", frozenset({"project", "task_class", "route"})),
        ("reviewer_route_daily", frozenset({"project"})),
        ("reviewer_project_daily", frozenset({"task_class", "route"})),
    ),
}
"""By rollup: those that add it up under the same names, the smallest first, and over what of the filter they do."""


def needs_fine_rollups(chosen: Filter) -> bool:
    """Whether the filter asks for a route or a class, which the rows by project do not tell apart."""
    return chosen.route is not None or chosen.task_class is not None


def coarsest_rollup(chosen: Filter, finest: str, *, by_project: bool = False) -> str:
    """Return project_daily, which has the measures of all rollups, where it tells what a filter selects.

    Else the smallest rollup that adds up the finest one named, with the projects apart where that is wanted.
    """
    by = ("project",) if by_project else ()
    return smallest_rollup(chosen, finest, *by) if needs_fine_rollups(chosen) else "project_daily"


def condition_of(chosen: Filter, period: Period | None, table: str) -> tuple[str, dict[str, object]]:
    """Return the condition, with its parameters, that selects the rows of a filter; without period, those undated."""
    parts = ["date IS NULL"]
    parameters: dict[str, object] = {}
    if period is not None:
        # The unary plus keeps SQLite off the index of days: a large part of a rollup is read faster in its own order.
        parts = [f"{'' if period.day_count <= _MOST_DAYS_BY_INDEX else '+'}date BETWEEN :first AND :last"]
        parameters |= {"first": day_number(period.first), "last": day_number(period.last)}
    names, named = names_condition(chosen, table)
    return " AND ".join(parts) + names, parameters | named


def names_condition(chosen: Filter, table: str) -> tuple[str, dict[str, object]]:
    """Return what selects the names of a filter in a rollup, whatever the day: more conditions, each after an AND."""
    parts: list[str] = []
    parameters: dict[str, object] = {}
    if chosen.project is not None:
        parts.append("project IS :project")
        parameters["project"] = stored_name(chosen.project)
    if table not in _NO_ROUTE and chosen.task_class is not None:
        parts.append("task_class IS :task_class")
        parameters["task_class"] = stored_name(chosen.task_class)
    if table not in _NO_ROUTE and chosen.route is not None:
        condition, named = route_condition(chosen.route)
        parts.append(condition)
        parameters |= named
    return "".join(f" AND {part}" for part in parts), parameters


def smallest_rollup(chosen: Filter, finest: str, *by: str) -> str:
    """Return the smallest rollup that tells what a filter selects of a finest one, apart by some more dimensions.

    ``by`` are of project, task_class, and route, provider or model, which a rollup has together or not at all.
    """
    asked = {
        *(_DIMENSIONS[name] for name in by),
        *(name for name in ("project", "task_class", "route") if getattr(chosen, name) is not None),
    }
    return next((coarser for coarser, left_out in COARSER.get(finest, ()) if not asked & left_out), finest)


def fact_condition(chosen: Filter, columns: Mapping[str, str]) -> tuple[str, dict[str, object]]:
    """Return the condition, with its parameters, for the facts that a filter selects, whatever their day.

    ``columns`` names the SQL of project, task_class, provider and model in the facts.
    """
    parts, parameters = ["1"], dict[str, object]()
    for name, value in (("project", chosen.project), ("task_class", chosen.task_class)):
        if value is not None:
            parts.append(f"{columns[name]} IS :{name}")
            parameters[name] = stored_name(value)
    if chosen.route is not None:
        condition, named = route_condition(chosen.route, columns["provider"], columns["model"])
        parts.append(condition)
        parameters |= named
    return " AND ".join(parts), parameters
