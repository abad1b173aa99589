"""What each route was asked to do and how it went, by task class: tasks and patches of the route that was asked for."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dashboard.analysis.as_of import day_number, newest_mature_day
from dashboard.analysis.class_days import class_tasks
from dashboard.analysis.filters import NONE_NAME, Filter, route_name
from dashboard.analysis.self_hosted import self_hosted_providers
from dashboard.analysis.shared import shared
from dashboard.analysis.strips import strips_of

Good = Mapping[str, tuple[int, int]]
"""Good ones of all by task class."""


@dataclass(frozen=True, slots=True)
class RouteWork:
    """One route. Unknown outcomes are in tasks, and in no rate."""

    name: str
    is_self_hosted: bool
    tasks: Mapping[str, int] = field(default_factory=dict[str, int])
    """Tasks that asked for it, by class."""
    completed: int = 0
    unknown: int = 0
    success: Good = field(default_factory=dict[str, tuple[int, int]])
    """Completed tasks of completed, failed and aborted ones."""
    acceptance: Good = field(default_factory=dict[str, tuple[int, int]])
    """Patches kept of patches decided, both of days older than the rollback window."""

    @property
    def task_count(self) -> int:
        """All tasks that asked for it."""
        return sum(self.tasks.values())


@dataclass
class _Sums:
    """What is counted of a route; routes of which the name leaves out what tells them apart ("?") come together."""

    is_self_hosted: bool
    tasks: Counter[str] = field(default_factory=Counter[str])
    completed: int = 0
    unknown: int = 0
    success: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    acceptance: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])


@shared
def route_work(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> Mapping[str, RouteWork]:
    """Return the routes that tasks or patches of the filter asked for, by name."""
    found: dict[str, _Sums] = {}
    own_machines = self_hosted_providers()

    def route(provider: str | None, model: str | None) -> _Sums:
        return found.setdefault(route_name(provider, model), _Sums(provider in own_machines))

    asked = class_tasks(connection, chosen)
    for (provider, model, task_class), (tasks, completed, unknown) in zip(
        asked.keys, asked.totals("task_count", "completed_count", "unknown_count"), strict=True
    ):
        work, name = route(provider, model), task_class or NONE_NAME
        work.tasks[name] += tasks
        work.completed += completed
        work.unknown += unknown
        _add(work.success, name, completed, tasks - unknown)
    mature = day_number(newest_mature_day(connection, as_of))
    patches = strips_of(connection, chosen, chosen.period, "patch_daily").until(mature)
    for (provider, model, task_class), (decided, rejected, undone) in patches.sums(
        ("provider", "model", "task_class"), ("decided_count", "rejected_count", "rolled_back_count")
    ).items():
        _add(route(provider, model).acceptance, task_class or NONE_NAME, *kept_of(decided, rejected, undone))
    return {
        name: RouteWork(
            name, sums.is_self_hosted, dict(sums.tasks), sums.completed, sums.unknown, sums.success, sums.acceptance
        )
        for name, sums in sorted(found.items())
    }


def kept_of(decided: int, rejected: int, rolled_back: int) -> tuple[int, int]:
    """Return patches kept and patches decided, from columns of patch_daily: its decided ones are the accepted."""
    return decided - rolled_back, decided + rejected


def _add(counts: dict[str, tuple[int, int]], task_class: str, good: int, all_of_them: int) -> None:
    if all_of_them:
        k, n = counts.get(task_class, (0, 0))
        counts[task_class] = k + good, n + all_of_them
