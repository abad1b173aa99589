"""What the filters offer: the projects, routes and task classes that occur in the store."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dashboard.analysis.as_of import day_from_number
from dashboard.analysis.filters import NONE_NAME, route_name
from data.words import TaskClass


@dataclass(frozen=True, slots=True)
class Choices:
    """Values of the filters, in order; NONE_NAME is among them where some rows have none."""

    projects: tuple[str, ...]
    routes: tuple[str, ...]
    task_classes: tuple[str, ...]
    first_day: date | None
    last_day: date | None


def choices(connection: sqlite3.Connection) -> Choices:
    """Return what occurs in the rollups."""
    projects = {row[0] for row in connection.execute("SELECT DISTINCT project FROM project_daily")}
    routes = {
        (provider, model)
        for table in ("route_daily", "task_route_daily", "patch_route_daily")
        for provider, model in connection.execute(f"SELECT DISTINCT provider, model FROM {table}")  # noqa: S608
    }
    classes = {row[0] for row in connection.execute("SELECT DISTINCT task_class FROM task_route_daily")}
    first, last = connection.execute("SELECT min(date), max(date) FROM project_daily").fetchone()
    return Choices(
        projects=_ordered(projects),
        routes=_ordered(None if route == (None, None) else route_name(*route) for route in routes),
        task_classes=tuple(word.value for word in TaskClass if word.value in classes),
        first_day=None if first is None else day_from_number(first),
        last_day=None if last is None else day_from_number(last),
    )


def _ordered(names: Iterable[str | None]) -> tuple[str, ...]:
    found = set(names)
    named = sorted((name for name in found if name is not None), key=lambda name: (name.casefold(), name))
    return (*named, NONE_NAME) if None in found else tuple(named)
