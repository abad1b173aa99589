"""Tasks of a filter, and calls of tasks, by route, task class and day: read once for quality, value, spend and cost."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.analysis.filters import Filter
from dashboard.analysis.shared import shared
from dashboard.analysis.strips import Strips, strips_of

Array = npt.NDArray[np.float64]
Route = tuple[str | None, str | None]
"""Provider and model."""
Key = tuple[str | None, str | None, str | None]
"""Provider, model and task class."""
_TASKS = ("task_count", "completed_count", "kept_count", "unknown_count", "known_cost_micro_usd")
_CALLS = ("call_count", "unpriced_count", "cost_micro_usd")


@dataclass(frozen=True, eq=False)
class ClassDays:
    """Sums of a period, exact below 2**53; not to be written to, since several questions share them."""

    first: int
    """Number of the first day."""
    keys: tuple[Key, ...]
    """In the order of the rows."""
    sums: Mapping[str, Array]
    """By measure, one row a key and one column a day of the period; a day without a record is 0."""

    def totals(self, *measures: str) -> Sequence[tuple[int, ...]]:
        """Return the sums over all days, one row a key."""
        columns = [self.sums[measure].sum(axis=1).astype(np.int64).tolist() for measure in measures]
        return list(zip(*columns, strict=True))

    def by_route(self, *measures: str) -> Mapping[Route, Array]:
        """Return the sums over all classes of each route: one row a measure, one column a day."""
        rows: dict[Route, list[int]] = {}
        for row, (provider, model, _) in enumerate(self.keys):
            rows.setdefault((provider, model), []).append(row)
        return {
            route: np.array([self.sums[measure][of_route].sum(axis=0) for measure in measures])
            for route, of_route in rows.items()
        }


def class_tasks(connection: sqlite3.Connection, chosen: Filter) -> ClassDays:
    """Return the tasks by the route that they asked for: measures of task_daily."""
    return _class_tasks(connection, chosen.during(chosen.period))


def class_calls(connection: sqlite3.Connection, chosen: Filter) -> ClassDays:
    """Return the calls that belong to tasks, by the route that served them: measures of call_daily."""
    return _class_calls(connection, chosen.during(chosen.period))


@shared
def _class_tasks(connection: sqlite3.Connection, chosen: Filter) -> ClassDays:
    return _class_days(strips_of(connection, chosen, chosen.period, "task_daily"), _TASKS)


@shared
def _class_calls(connection: sqlite3.Connection, chosen: Filter) -> ClassDays:
    calls = strips_of(connection, chosen, chosen.period, "call_daily", "task_class")
    return _class_days(calls.of("is_attributed", True), _CALLS)


def _class_days(rows: Strips, measures: Sequence[str]) -> ClassDays:
    keys, sums = rows.grid(("provider", "model", "task_class"), measures)
    return ClassDays(rows.first, tuple(keys), sums)
