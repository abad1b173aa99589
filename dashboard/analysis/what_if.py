"""What if the tasks of a class went to another route: expected change of completed tasks and of spend in a month."""

import sqlite3
from dataclasses import dataclass, replace

from dashboard.analysis.bootstrap import RatioEstimate, difference_of_ratios_over_days
from dashboard.analysis.comparison import Yardstick, rate_change, rate_n_needed
from dashboard.analysis.figures import Change, Direction, Unit
from dashboard.analysis.filters import Filter
from dashboard.analysis.rates import RELEVANT_RATE
from dashboard.analysis.routes import MICRO_USD, PARTIAL_SHARE
from dashboard.analysis.self_hosted import self_hosted_providers
from dashboard.analysis.strips import strips_of

FEWEST_TASKS = 20
"""Each of both routes must have had so many tasks of the class before a move is judged."""
DAYS_OF_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Side:
    """Tasks of one class that asked for one route."""

    route: str
    completed: int
    kept: int
    """Of these, with no patch rolled back."""
    ended: int
    """Completed, failed and aborted."""
    tasks: int
    spend_usd: float
    """Known spend of all its tasks."""
    unpriced_calls: int
    is_self_hosted: bool
    days: tuple[tuple[int, float, int], ...]
    """Day, known spend in USD, tasks."""


@dataclass(frozen=True, slots=True)
class Expected:
    """An expected change in a month, with its interval; null, with the reason, where it cannot be told."""

    value: float | None
    low: float | None
    high: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Tasks of one class moved from one route to another."""

    task_class: str
    origin: Side
    target: Side
    tasks_per_month: float
    """Tasks of the class that ask for the origin now."""
    needed: tuple[tuple[str, int], ...]
    """Route and how many more tasks of the class it needs before the move is judged; empty when both have enough."""
    enough: int | None
    """So many tasks of the class that ended on the target would very likely show 5 pp; null where none would."""
    success: Change
    """Success rate of the target minus that of the origin, with its verdict."""
    completed_per_month: Expected
    kept: Change
    """The same of tasks that were completed and kept."""
    kept_per_month: Expected
    spend_per_task: Expected
    """USD of the target minus that of the origin, per task asked."""
    spend_per_month: Expected


def move(connection: sqlite3.Connection, chosen: Filter, task_class: str, origin: str, target: str) -> Move:
    """Return what moving a class of tasks from one route to another would change, judged from the filter's period."""
    sides = [_side(connection, chosen, task_class, route) for route in (origin, target)]
    before, after = sides
    per_month = before.tasks / chosen.period.day_count * DAYS_OF_MONTH
    needed = tuple((side.route, FEWEST_TASKS - side.ended) for side in sides if side.ended < FEWEST_TASKS)
    yardstick = Yardstick(Unit.RATE, Direction.HIGHER, f"{task_class} tasks on {target}", RELEVANT_RATE)
    success = rate_change(after.completed, after.ended, before.completed, before.ended, yardstick)
    kept = rate_change(after.kept, after.ended, before.kept, before.ended, yardstick)
    enough = rate_n_needed(before.completed / before.ended, before.ended, yardstick) if before.ended else None
    words = " and ".join(f"{count:,} more on {route}" for route, count in needed)
    nothing = Expected(None, None, None, f"it needs {words}") if needed else None
    spend = nothing or _spend(before, after)
    return Move(
        task_class=task_class,
        origin=before,
        target=after,
        tasks_per_month=per_month,
        needed=needed,
        enough=enough,
        success=success,
        completed_per_month=nothing or _times(Expected(success.difference, success.low, success.high), per_month),
        kept=kept,
        kept_per_month=nothing or _times(Expected(kept.difference, kept.low, kept.high), per_month),
        spend_per_task=spend,
        spend_per_month=nothing or _times(spend, per_month),
    )


def _times(expected: Expected, count: float) -> Expected:
    value, low, high = (
        None if part is None else part * count for part in (expected.value, expected.low, expected.high)
    )
    return Expected(value, low, high, expected.reason)


def _spend(before: Side, after: Side) -> Expected:
    for side in (before, after):
        reason = _why_unpriced(side)
        if reason:
            return Expected(None, None, None, f"{side.route} {reason}")
    days = sorted({day for side in (before, after) for day, _, _ in side.days})
    by_day = [{day: (spend, float(tasks)) for day, spend, tasks in side.days} for side in (after, before)]
    first, second = ([found.get(day, (0.0, 0.0)) for day in days] for found in by_day)
    return _expected(difference_of_ratios_over_days(first, second))


def _expected(estimate: RatioEstimate) -> Expected:
    low, high = estimate.interval or (None, None)
    return Expected(estimate.value, low, high, estimate.reason)


def _why_unpriced(side: Side) -> str | None:
    if side.is_self_hosted:
        return "runs on own machines, which have no price per token"
    if side.spend_usd == 0:
        return "has no task of known cost"
    if side.unpriced_calls > PARTIAL_SHARE * side.tasks:
        return f"has {side.unpriced_calls:,} calls of unknown cost among {side.tasks:,} tasks"
    return None


def _side(connection: sqlite3.Connection, chosen: Filter, task_class: str, route: str) -> Side:
    asked = replace(chosen, route=route, task_class=task_class)
    rows = strips_of(connection, asked, asked.period, "task_daily")
    tasks, unknown, completed, kept, micro_usd, unpriced = rows.total(
        "task_count", "unknown_count", "completed_count", "kept_count", "known_cost_micro_usd", "unpriced_call_count"
    )
    return Side(
        route=route,
        completed=completed,
        kept=kept,
        ended=tasks - unknown,
        tasks=tasks,
        spend_usd=micro_usd / MICRO_USD,
        unpriced_calls=unpriced,
        is_self_hosted=any(
            provider in self_hosted_providers() for provider in rows.sums(("provider",), ("task_count",))
        ),
        days=tuple(
            (day, spent / MICRO_USD, count)
            for _, day, (spent, count) in rows.daily((), ("known_cost_micro_usd", "task_count"))
        ),
    )
