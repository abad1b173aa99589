"""Each route against itself in the compared days: tasks completed, patches kept, calls failed, and cost of a task."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import erfc, sqrt
from typing import NamedTuple

import polars as pl

from dashboard.analysis.as_of import day_number, newest_mature_day
from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.comparison import Estimate, Yardstick, estimate_change, rate_change
from dashboard.analysis.figures import Change, Direction, Unit, Verdict
from dashboard.analysis.filters import NONE_NAME, Filter, Period, route_name
from dashboard.analysis.intervals import Interval, Z, wilson
from dashboard.analysis.rates import RELEVANT_RATE
from dashboard.analysis.remembered import remembered
from dashboard.analysis.route_service import RouteService, route_service
from dashboard.analysis.route_work import kept_of
from dashboard.analysis.routes import MICRO_USD, PARTIAL_SHARE
from dashboard.analysis.strips import strips_of
from dashboard.analysis.ties import clear_ones
from dashboard.analysis.wording import capital, listed
from data.frames import Schema, frame_of

_RELEVANT_SHARE = 0.1
"""A cost that moved by less than a tenth is not worth a decision."""
_COMPLETED = Yardstick(Unit.RATE, Direction.HIGHER, "tasks", RELEVANT_RATE)
_KEPT = Yardstick(Unit.RATE, Direction.HIGHER, "patches", RELEVANT_RATE)
_FAILED = Yardstick(Unit.RATE, Direction.LOWER, "calls", RELEVANT_RATE)


@dataclass(frozen=True, slots=True)
class RouteChange:
    """One figure of one route, now against the compared days."""

    route: str
    figure: str
    """completed: tasks completed of those that ended; kept: patches kept of those decided, of days older than the
    rollback window; failed: calls that failed; cost: USD per completed task."""
    n: int
    interval: Interval | None
    """Of the figure in the period."""
    change: Change
    is_clear: bool
    """Whether it is clear, all routes and figures considered (Benjamini-Hochberg)."""

    @property
    def is_cost(self) -> bool:
        """Whether it is in US dollars; else it is a share of 0 to 1."""
        return self.figure == "cost"

    @property
    def now(self) -> float | None:
        """The figure in the period."""
        change = self.change
        return None if change.before is None or change.difference is None else change.before + change.difference


def route_changes(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[RouteChange, ...]:
    """Return how the figures of each route changed; nothing where nothing is compared or no route is in both."""
    if chosen.compared is None:
        return ()
    now, before = (_sides(connection, chosen, period, as_of) for period in (chosen.period, chosen.compared))
    found = [
        (route, *figure)
        for route in now
        if route in before and route != NONE_NAME
        for figure in _figures(now[route], before[route])
    ]
    clear = clear_ones([_chance(one[-1]) for one in found])
    return tuple(RouteChange(*one, is_clear) for one, is_clear in zip(found, clear, strict=True))


class _Day(NamedTuple):
    """Tasks that asked for one route on one day."""

    tasks: int
    completed: int
    unknown: int
    """Nobody knows how they ended: in no rate."""
    micro_usd: int
    """Known spend, in millionths of a US dollar."""


_MEASURES = ("task_count", "completed_count", "unknown_count", "known_cost_micro_usd")


@dataclass(frozen=True, slots=True)
class _Side:
    days: tuple[_Day, ...]
    service: RouteService
    kept: int
    """Of the decided patches."""
    decided: int
    """Patches of days older than the rollback window."""


def _sides(connection: sqlite3.Connection, chosen: Filter, period: Period, as_of: datetime) -> Mapping[str, _Side]:
    services = route_service(connection, chosen, period)
    days: dict[str, list[_Day]] = {name: [] for name in services}
    tasks = strips_of(connection, chosen, period, "task_daily")
    for name, _, sums in tasks.daily(("provider", "model"), _MEASURES, route_name):
        days.setdefault(name, []).append(_Day(*sums))
    mature = day_number(newest_mature_day(connection, as_of))
    patches = strips_of(connection, chosen, period, "patch_daily").until(mature)
    judged = patches.sums(("provider", "model"), ("decided_count", "rejected_count", "rolled_back_count"), route_name)
    return {
        name: _Side(
            tuple(days.get(name, ())),
            services.get(name, RouteService()),
            *kept_of(*judged.get(name, (0, 0, 0))),
        )
        for name in dict.fromkeys((*days, *judged))
    }


def _figures(now: _Side, before: _Side) -> Sequence[tuple[str, int, Interval | None, Change]]:
    (done, tasks), (done_before, tasks_before) = (_completed(side) for side in (now, before))
    found: list[tuple[str, int, Interval | None, Change]] = []
    if tasks and tasks_before:
        change = rate_change(done, tasks, done_before, tasks_before, _COMPLETED)
        found.append(("completed", tasks, wilson(done, tasks), change))
    if now.decided and before.decided:
        change = rate_change(now.kept, now.decided, before.kept, before.decided, _KEPT)
        found.append(("kept", now.decided, wilson(now.kept, now.decided), change))
    ends, ends_before = now.service.known_ends, before.service.known_ends
    if ends and ends_before:
        change = rate_change(now.service.errors, ends, before.service.errors, ends_before, _FAILED)
        found.append(("failed", ends, wilson(now.service.errors, ends), change))
    cost, cost_before = _cost(now), _cost(before)
    if cost is not None and cost_before is not None:
        relevant = _RELEVANT_SHARE * cost_before.value
        yardstick = Yardstick(Unit.USD, Direction.LOWER, "completed tasks", relevant)
        found.append(("cost", cost.n, (cost.low, cost.high), estimate_change(cost, cost_before, yardstick)))
    return found


def _completed(side: _Side) -> tuple[int, int]:
    """Return completed tasks, and those of which it is known how they ended."""
    return sum(day.completed for day in side.days), sum(day.tasks - day.unknown for day in side.days)


def _cost(side: _Side) -> Estimate | None:
    # As in the table of costs: with too many calls of unknown cost there is no one number.
    is_partial = side.service.unpriced > PARTIAL_SHARE * side.service.calls
    if is_partial or not any(day.micro_usd for day in side.days):
        return None
    found = ratio_over_days([day.micro_usd / MICRO_USD for day in side.days], [day.completed for day in side.days])
    if found.value is None or found.interval is None:
        return None
    return Estimate(found.value, *found.interval, _completed(side)[0])


def _chance(change: Change) -> float:
    """Return the chance of such a difference if there were none, from its interval taken as that of a normal one."""
    if change.difference is None or change.low is None or change.high is None or change.high == change.low:
        return 1.0
    return erfc(abs(change.difference) * 2 * Z / (change.high - change.low) / sqrt(2))


FIGURE_WORDS = {
    "completed": "tasks completed",
    "kept": "patches kept",
    "failed": "calls failed",
    "cost": "cost per completed task",
}


def changes_words(changes: Sequence[RouteChange]) -> str:
    """Say which routes clearly became worse or better than in the compared days."""
    clear = [one for one in changes if one.is_clear and one.change.verdict in (Verdict.WORSE, Verdict.BETTER)]
    if not clear:
        return "No route clearly changed against the compared days"
    parts: list[str] = []
    for verdict in (Verdict.WORSE, Verdict.BETTER):
        figures: dict[str, list[str]] = {}
        for one in clear:
            if one.change.verdict is verdict:
                figures.setdefault(one.route, []).append(FIGURE_WORDS[one.figure])
        named = [f"{route} ({', '.join(of)})" for route, of in figures.items()]
        if named:
            than = "" if parts else " than in the compared days"
            parts.append(f"clearly {verdict.value}{than}: {listed(named)}")
    return capital("; ".join(parts))


@remembered()
def changes_frame(changes: Sequence[RouteChange]) -> pl.DataFrame:
    """Return one row per route and figure: now, before, the difference with its interval, and the verdict.

    Shares and costs have columns of their own.
    """
    real, count, text = pl.Float64(), pl.Int64(), pl.String()
    names = [f"{name}_{unit}" for unit in ("rate", "usd") for name in _VALUES]
    schema: Schema = {
        **dict.fromkeys(("route", "changed"), text),
        **dict.fromkeys(names, real),
        **dict.fromkeys(("n_count", "compared_n_count"), count),
        "against_before": text,
        "is_clear": pl.Boolean(),
        "more_needed_count": count,
    }
    return frame_of([_row(one) for one in changes], schema)


_VALUES = ("now", "now_low", "now_high", "compared_value", "difference", "difference_low", "difference_high")


def _row(one: RouteChange) -> tuple[object, ...]:
    change, nothing = one.change, (None,) * len(_VALUES)
    values = one.now, *(one.interval or (None, None)), change.before, change.difference, change.low, change.high
    return (
        one.route,
        FIGURE_WORDS[one.figure],
        *((nothing + values) if one.is_cost else (values + nothing)),
        one.n,
        change.before_n,
        change.verdict.value,
        one.is_clear,
        change.more_needed,
    )
