"""What calls cost in a month of the quarter, and when that passes a budget as usage grows."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from dashboard.analysis.as_of import day_number, last_whole_day
from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.intervals import Interval
from dashboard.analysis.routes import MICRO_USD
from dashboard.analysis.spend_amounts import first_call_date
from dashboard.analysis.strips import strips_of
from data.definitions.budgets import Budget, ProjectBudget, budgets

DAYS_OF_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class MonthOf:
    """An amount in a month of the quarter."""

    value: float
    interval: Interval | None
    n: int
    """Records behind it."""

    def at(self, level: float) -> "MonthOf":
        """Return it at a multiple of usage, each unit of usage as it is now."""
        interval = None if self.interval is None else (self.interval[0] * level, self.interval[1] * level)
        return MonthOf(self.value * level, interval, self.n)

    def first_over(self, limit: float, levels: Sequence[float]) -> float | None:
        """Return the lowest level, from 1 on, at which it is over a limit; null when it stays within."""
        return next((level for level in (1.0, *levels) if self.value * level > limit), None)

    def break_even(self, limit: float) -> tuple[float, Interval | None]:
        """Return the multiple of usage at which it reaches a limit, with its interval."""
        edge = limit / self.value
        if self.interval is None or self.interval[0] <= 0:
            return edge, None
        return edge, (limit / self.interval[1], limit / self.interval[0])


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """Spend of everything, or of one project, beside its budget."""

    name: str | None
    """The project; null for all spend."""
    month: MonthOf | None
    """Null when no call has a known cost."""
    calls: int
    unpriced: int
    budget: Budget | ProjectBudget | None

    @property
    def label(self) -> str:
        """Name of the amount."""
        return "Spend" if self.name is None else f"Spend of project {self.name}"


def budget_uses(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[BudgetUse, ...]:
    """Return what is spent in a month: all that the filter selects first, then each project with a budget."""
    has_budget = chosen.route is None and chosen.task_class is None
    found = [_use(connection, chosen, as_of, chosen.project, budgets().of(chosen.project) if has_budget else None)]
    if not chosen.has_dimension:
        found += [
            _use(connection, replace(chosen, project=budget.name), as_of, budget.name, budget)
            for budget in budgets().project
        ]
    return tuple(found)


def measured_days(period: Period, as_of: datetime, first_record: date | None) -> Period | None:
    """Return the days of a period that have ended and of which records can be; null when there are none."""
    first = max(period.first, first_record) if first_record is not None else period.first
    last = min(period.last, last_whole_day(as_of))
    return None if last < first else Period(first, last)


def month_of(daily: Sequence[float], n: int) -> MonthOf | None:
    """Return the mean of a day times the days of a month, with the interval over days; null for nothing."""
    if not daily or not any(daily):
        return None
    estimate = ratio_over_days(daily, [1.0] * len(daily))
    if estimate.value is None:
        return None
    low, high = estimate.interval or (None, None)
    interval = None if low is None or high is None else (max(low, 0.0) * DAYS_OF_MONTH, high * DAYS_OF_MONTH)
    return MonthOf(estimate.value * DAYS_OF_MONTH, interval, n)


def _use(
    connection: sqlite3.Connection,
    chosen: Filter,
    as_of: datetime,
    name: str | None,
    budget: Budget | ProjectBudget | None,
) -> BudgetUse:
    served = strips_of(connection, chosen, chosen.period, "call_daily")
    calls, unpriced = served.total("call_count", "unpriced_count")
    days = None if not calls else measured_days(chosen.period, as_of, first_call_date(connection, chosen))
    if days is None or calls == unpriced:
        return BudgetUse(name, None, calls, unpriced, budget)
    spent = {day: cost / MICRO_USD for _, day, (cost,) in served.daily((), ("cost_micro_usd",))}
    first = day_number(days.first)
    month = month_of([spent.get(first + number, 0.0) for number in range(days.day_count)], calls)
    if month is not None and month.interval is not None:
        # Unpriced calls may have cost as much as the others: the interval reaches up to that.
        low, high = month.interval
        month = replace(month, interval=(low, high * calls / (calls - unpriced)))
    return BudgetUse(name, month, calls, unpriced, budget)
