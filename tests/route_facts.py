"""Facts about routes in few lines: so many tasks of a class on a route, so many of them completed."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from dashboard.analysis.filters import Filter, Period
from fact_rows import Facts, at

FIRST = date(2026, 3, 1)
DAYS = 20
PERIOD = Period(FIRST, FIRST + timedelta(days=DAYS - 1))
CHOSEN = Filter(PERIOD)
AS_OF: datetime = at("2026-04-10")

FLASH, HAIKU, SONNET = "google/gemini-2.5-flash", "anthropic/claude-haiku-4-5", "anthropic/claude-sonnet-4-5"
# What the demo plants: both lose alike in each class, and one is given the easy classes.
EASY_ROUTE = {"discuss": (20, 20), "edit": (68, 70), "feature": (27, 30)}
HARD_ROUTE = {
    "discuss": (10, 10), "edit": (19, 20), "feature": (62, 68),
    "batch": (14, 16), "fix": (14, 16), "refactor": (12, 14), "scaffold": (44, 50),
}  # fmt: skip
TEAM = {
    "discuss": (57, 60), "edit": (114, 120), "feature": (95, 100),
    "batch": (19, 20), "fix": (38, 40), "refactor": (19, 20), "scaffold": (57, 60),
}  # fmt: skip


def add_tasks(
    facts: Facts,
    route: str,
    classes: Mapping[str, tuple[int, int]],
    *,
    micro_usd: int | None = 100_000,
    with_patches: bool = False,
) -> None:
    """Add tasks by class, completed of all, spread over DAYS days; each with one call of a cost, null for unknown.

    With patches, each task has a patch, and those of tasks that failed are rolled back on the next day.
    """
    for task_class, (completed, count) in classes.items():
        for number in range(count):
            day = FIRST + timedelta(days=number % DAYS)
            when, about = f"{day}T10:00", {"route": route, "task_class": task_class}
            outcome = "completed" if number < completed else "failed"
            task = facts.task(
                when, outcome, known_cost_micro_usd=micro_usd or 0, unpriced_call_count=int(micro_usd is None), **about
            )
            facts.call(when, task_key=task, cost_micro_usd=micro_usd, latency_ms=2000 + number, **about)
            if with_patches:
                undone = None if outcome == "completed" else f"{day + timedelta(days=1)}"
                facts.patch(when, undone, task_key=task, **about)
