"""Error budgets: how much of what may go wrong in the window of an SLO is left, and when it will be used up.

Remaining = 1 - bad / ((1 - objective) * total) over the window. Days without an event freeze it.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dashboard.analysis.as_of import day_from_number, day_number, day_of, newest_mature_day
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.intervals import Interval, wilson
from dashboard.analysis.rates import GoodOfTotal
from dashboard.analysis.selection import Sums, daily_sums
from dashboard.analysis.self_hosted import without_self_hosted_cost
from dashboard.analysis.slo_events import events_of
from dashboard.analysis.slos import GOOD_OF_TOTAL
from data.definitions import Slo, slos

PACE_DAYS = 7
_LOOKED_BACK_DAYS = 90


@dataclass(frozen=True, slots=True)
class BudgetDay:
    """One day of the window."""

    day: date
    bad: int
    total: int
    remaining: float | None
    """What is left of the budget of the whole window at the end of the day; null when the window has no event."""


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """The budget of one SLO over its window."""

    slo: Slo
    first: date
    last: date
    bad: int
    total: int
    allowed: float
    """Bad events that the objective allows for this total."""
    remaining: float | None
    low: float | None
    high: float | None
    days: tuple[BudgetDay, ...]
    outlook: str
    """When the budget will be, or was, used up: a sentence."""
    exhausted_on: date | None = None
    """The day it is used up at the present pace, or since when it has been; null when neither."""

    @property
    def measured_days(self) -> int:
        """Days of the window that have an event."""
        return sum(1 for day in self.days if day.total)


def error_budget(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, slo_name: str) -> ErrorBudget:
    """Return the budget over the window that ends with the chosen period.

    It never ends later than as_of; that of patches ends with the newest day that is older than the rollback window.
    """
    slo = slos().named(slo_name)
    last = window_end(connection, chosen, as_of, slo_name)
    days = _daily(connection, chosen, slo, last)
    first = last - timedelta(days=slo.window_days - 1)
    window = {day: days.get(day, (0, 0)) for day in _days(first, last)}
    bad, total = sum(pair[0] for pair in window.values()), sum(pair[1] for pair in window.values())
    remaining, interval = remaining_of(slo, bad, total)
    outlook, exhausted = _outlook(slo, days, last, remaining)
    return ErrorBudget(
        slo=slo,
        first=first,
        last=last,
        bad=bad,
        total=total,
        allowed=(1 - slo.objective) * total,
        remaining=remaining,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        days=_burn_down(slo, window, total),
        outlook=outlook,
        exhausted_on=exhausted,
    )


def window_end(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, slo_name: str) -> date:
    """Return the last day of the window of an SLO, seen from the end of the chosen period."""
    last = min(chosen.period.last, day_of(as_of))
    return min(last, newest_mature_day(connection, as_of)) if slo_name == "diff_acceptance" else last


def remaining_of(slo: Slo, bad: int, total: int) -> tuple[float | None, Interval | None]:
    """Return what remains of the budget with its interval, from Wilson's of the share of bad events."""
    interval = wilson(bad, total)
    if interval is None:
        return None, None
    budget = 1 - slo.objective
    return 1 - bad / total / budget, (1 - interval[1] / budget, 1 - interval[0] / budget)


def _daily(connection: sqlite3.Connection, chosen: Filter, slo: Slo, last: date) -> dict[date, tuple[int, int]]:
    """Return bad and total by day, for the window and for as long before it as it is looked back."""
    period = Period(last - timedelta(days=slo.window_days + _LOOKED_BACK_DAYS - 1), last)
    if slo.name == "cost_efficiency":
        # Whether its cost was measured at all shows in the calls.
        sums = without_self_hosted_cost(connection, chosen, period, daily_sums(connection, chosen, period))
    else:
        sums = daily_sums(connection, chosen, period, (events_of(slo.name).rollup,))
    counted: dict[date, tuple[int, int]] = {}
    for day, measures in sums.days.items():
        good, total = _good_of_total(slo, Sums({day: measures}))
        if total:
            counted[day_from_number(day)] = (total - good, total)
    return counted


def _good_of_total(slo: Slo, sums: Sums) -> GoodOfTotal:
    return GOOD_OF_TOTAL[slo.name](sums)


def _burn_down(slo: Slo, window: Mapping[date, tuple[int, int]], total: int) -> tuple[BudgetDay, ...]:
    found: list[BudgetDay] = []
    gone = 0
    for day, (bad, events) in window.items():
        gone += bad
        found.append(BudgetDay(day, bad, events, remaining_of(slo, gone, total)[0] if total else None))
    return tuple(found)


def _outlook(
    slo: Slo, days: Mapping[date, tuple[int, int]], last: date, remaining: float | None
) -> tuple[str, date | None]:
    if remaining is None:
        return f"Cannot tell: nothing was measured in the {slo.window_days} days to {_text(last)}.", None
    if remaining <= 0:
        since, is_whole = _used_up_since(slo, days, last)
        return f"The budget is used up since {'' if is_whole else 'at least '}{_text(since)}.", since
    recent = [days.get(last - timedelta(days=back), (0, 0)) for back in range(PACE_DAYS)]
    bad, total = sum(pair[0] for pair in recent), sum(pair[1] for pair in recent)
    interval = wilson(bad, total)
    if interval is None:
        return f"Cannot tell: nothing was measured in the last {PACE_DAYS} days; the budget is frozen.", None
    expected, soonest, latest = (
        exhaustion(slo, days, last, rate, total / PACE_DAYS) for rate in (bad / total, interval[1], interval[0])
    )
    pace = f"At the pace of the last {PACE_DAYS} days"
    if expected is None:
        if soonest is None:
            return f"{pace} the budget is not used up.", None
        words = f"but it cannot be ruled out that it is, on {_text(soonest)} at the earliest ({total:,} events are few)"
        return f"{pace} the budget is not used up, {words}.", None
    until = "perhaps not at all" if latest is None else f"{_text(latest)} at the latest"
    bounds = f"95 % interval: {_text(soonest or expected)} at the earliest, {until}"
    return f"{pace} the budget is used up on {_text(expected)} ({bounds}).", expected


def exhaustion(
    slo: Slo, days: Mapping[date, tuple[int, int]], last: date, bad_rate: float, events_a_day: float
) -> date | None:
    """Return the day on which nothing of the budget remains if each day goes on like this; null when that is never.

    The window moves on: each day one day of the past leaves it and one at this pace enters.
    """
    bad = float(sum(pair[0] for day, pair in days.items() if day > last - timedelta(days=slo.window_days)))
    total = float(sum(pair[1] for day, pair in days.items() if day > last - timedelta(days=slo.window_days)))
    for ahead in range(1, slo.window_days + 1):
        left_bad, left_total = days.get(last + timedelta(days=ahead - slo.window_days), (0, 0))
        bad += bad_rate * events_a_day - left_bad
        total += events_a_day - left_total
        if bad > 0 and bad >= (1 - slo.objective) * total * (1 - 1e-12):
            return last + timedelta(days=ahead)
    return None


def _used_up_since(slo: Slo, days: Mapping[date, tuple[int, int]], last: date) -> tuple[date, bool]:
    """Return since when nothing has remained over the moving window, and whether it is not earlier still."""
    since = last
    for back in range(1, _LOOKED_BACK_DAYS + 1):
        day = last - timedelta(days=back)
        in_window = [pair for at, pair in days.items() if day - timedelta(days=slo.window_days) < at <= day]
        remaining = remaining_of(slo, sum(pair[0] for pair in in_window), sum(pair[1] for pair in in_window))[0]
        if remaining is None or remaining > 0:
            return since, True
        since = day
    return since, False


def _days(first: date, last: date) -> list[date]:
    return [day_from_number(number) for number in range(day_number(first), day_number(last) + 1)]


def _text(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
