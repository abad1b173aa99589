"""Spend of the running month, projected to its end and held against the budget.

The days to come are drawn 4,000 times from what the same weekdays cost in the last eight weeks: anew each time how much
a weekday costs, and how far a single day is from it. Growth within the month is not assumed.
"""

import sqlite3
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from dashboard.analysis.as_of import day_from_number, day_number, day_of, last_whole_day
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.intervals import CONFIDENCE, Interval
from dashboard.analysis.selection import daily_sums
from dashboard.analysis.spend_amounts import first_call_date
from dashboard.analysis.spend_spikes import spikes
from data.definitions.budgets import Budget, ProjectBudget, budgets

MICRO_USD = 1_000_000
HISTORY_WEEKS = 8
FEWEST_WEEKS = 4
_STALE_DAYS = 7
"""Longer without a call says that records are missing rather than that nothing was spent."""
_DRAWS = 4_000
_SATURDAY = 5
_SEED = 20_260_302


class BudgetVerdict(StrEnum):
    """Whether the month stays within its budget, the interval of the projection considered."""

    WITHIN = "stays within the budget"
    OVER = "goes over the budget"
    SPENT = "is over the budget already"
    CANNOT_TELL = "cannot tell yet"
    NO_BUDGET = "no budget"


@dataclass(frozen=True, slots=True)
class MonthDay:
    """One day of the month: what was spent up to its end, or is projected to be."""

    day: date
    total_usd: float
    """Known spend from the first of the month to this day."""
    low_usd: float | None = None
    high_usd: float | None = None
    is_projected: bool = False


@dataclass(frozen=True, slots=True)
class MonthSpend:
    """The running month of all spend, or of one project."""

    name: str | None
    """The project; null for all projects."""
    first: date
    last: date
    today: date
    spent_usd: float | None
    """Known spend so far; null when no call of the month has a known cost."""
    unpriced: int
    calls: int
    projected_usd: float | None
    interval: Interval | None
    """In USD, of the whole month."""
    days: tuple[MonthDay, ...]
    budget: Budget | ProjectBudget | None
    verdict: BudgetVerdict
    reason: str | None = None
    """Why there is no projection."""
    spike_days: int = 0
    """Days of the last eight weeks on which far more was spent than usual."""
    used_up_on: date | None = None
    """The day on which the projection passes the budget."""

    @property
    def left_usd(self) -> float | None:
        """What remains of the budget today; negative when it is overspent."""
        return None if self.budget is None else self.budget.month_usd - (self.spent_usd or 0.0)


def month_spend(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> tuple[MonthSpend, ...]:
    """Return the month that as_of lies in: all that the filter selects first, then each project with a budget.

    The period of the filter does not matter. The budget of all applies without any filter, that of a project to its
    filter; a route or a class has none.
    """
    agreed = budgets()
    found = [_month(connection, chosen, as_of, chosen.project, _budget_of(chosen))]
    if not chosen.has_dimension:
        found += [
            _month(connection, replace(chosen, project=budget.name), as_of, budget.name, budget)
            for budget in agreed.project
        ]
    return tuple(found)


def _budget_of(chosen: Filter) -> Budget | ProjectBudget | None:
    is_whole = chosen.route is None and chosen.task_class is None
    return budgets().of(chosen.project) if is_whole else None


def _month(
    connection: sqlite3.Connection,
    chosen: Filter,
    as_of: datetime,
    name: str | None,
    budget: Budget | ProjectBudget | None,
) -> MonthSpend:
    today = day_of(as_of)
    first = today.replace(day=1)
    last = today.replace(day=monthrange(today.year, today.month)[1])
    newest = last_whole_day(as_of)
    # Twice the eight weeks: the earlier half tells which days of the later one stand out.
    period = Period(newest - timedelta(days=14 * HISTORY_WEEKS - 1), max(today, newest))
    sums = daily_sums(connection, chosen, period, ("call_daily",)).days
    days = {day: measures for day, measures in sums.items() if measures["call_count"]}
    money = {day: measures["cost_micro_usd"] for day, measures in days.items()}
    counts = {day: (measures["call_count"], measures["unpriced_count"]) for day, measures in days.items()}
    here = [count for day, count in counts.items() if day >= day_number(first)]
    calls, unpriced = sum(count[0] for count in here), sum(count[1] for count in here)
    spent = None
    if calls > unpriced:
        spent = sum(cost for day, cost in money.items() if day >= day_number(first)) / MICRO_USD
    begin = first_call_date(connection, chosen)
    first_record = None if begin is None else day_number(begin)
    weekdays = history(money, day_number(newest), first_record)
    plain = MonthSpend(
        name, first, last, today, spent, unpriced, calls, None, None, _past(money, first, today), budget,
        BudgetVerdict.NO_BUDGET if budget is None else BudgetVerdict.CANNOT_TELL,
    )  # fmt: skip
    coming = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    coming = [day for day in coming if day > newest]
    reason = None if spent is not None or not calls else "no call of the month has a known cost"
    if money and max(money) < day_number(newest) - _STALE_DAYS:
        reason = f"the newest call is of {day_from_number(max(money))}; load newer exports and gateway logs"
    reason = reason or (_too_few(weekdays, newest, first_record) if coming else None)
    plain = replace(plain, spike_days=_spike_days(money, day_number(newest)))
    if reason is not None:
        return _judged(replace(plain, reason=reason))
    return _judged(_projected(plain, money, coming, weekdays))


def _spike_days(money: Mapping[int, int], newest: int) -> int:
    found = spikes({"": money}, newest - 7 * HISTORY_WEEKS + 1, newest)
    return sum((spike.last - spike.first).days + 1 for spike in found)


def history(money: Mapping[int, int], newest: int, first_record: int | None) -> dict[int, list[int]]:
    """Return the spend of the last eight weeks up to a day, by weekday (Monday is 0), in millionths of a US dollar.

    Days without a call cost nothing. A whole week without one is a gap rather than free, and is left out, as is what
    lies before the first record.
    """
    found: dict[int, list[int]] = {weekday: [] for weekday in range(7)}
    for week in range(HISTORY_WEEKS):
        days = range(newest - 7 * week - 6, newest - 7 * week + 1)
        if not any(day in money for day in days):
            continue
        for day in days:
            if first_record is not None and day >= first_record:
                found[day_from_number(day).weekday()].append(money.get(day, 0))
    return found


def _too_few(weekdays: Mapping[int, Sequence[int]], newest: date, first_record: int | None) -> str | None:
    fewest = min(len(values) for values in weekdays.values())
    if fewest >= FEWEST_WEEKS:
        return None
    days = 0 if first_record is None else max(day_number(newest) - first_record + 1, 0)
    if days < 7 * FEWEST_WEEKS:
        more = 7 * FEWEST_WEEKS - days
        return f"a projection needs {7 * FEWEST_WEEKS} whole days of records: {more} more"
    return f"only {fewest} of the last {HISTORY_WEEKS} weeks have records, and a projection needs {FEWEST_WEEKS}"


def _past(money: Mapping[int, int], first: date, today: date) -> tuple[MonthDay, ...]:
    found: list[MonthDay] = []
    total = 0
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        total += money.get(day_number(day), 0)
        found.append(MonthDay(day, total / MICRO_USD))
    return tuple(found)


Array = npt.NDArray[np.float64]


def _projected(
    month: MonthSpend, money: Mapping[int, int], coming: Sequence[date], weekdays: Mapping[int, Sequence[int]]
) -> MonthSpend:
    """Add the days to come; what was spent today so far is the least that today costs."""
    whole_days = [day for day in month.days if not coming or day.day < coming[0]]
    spent = whole_days[-1].total_usd if whole_days else 0.0
    drawn = draw_days(weekdays, [day.weekday() for day in coming])
    if coming and coming[0] == month.today:
        drawn[:, 0] = np.maximum(drawn[:, 0], money.get(day_number(month.today), 0))
    totals = spent + drawn.cumsum(axis=1) / MICRO_USD
    tails = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
    days = list(whole_days)
    for place, day in enumerate(coming):
        low, high = (float(bound) for bound in np.quantile(totals[:, place], tails))
        days.append(MonthDay(day, float(totals[:, place].mean()), low, high, is_projected=True))
    end = days[-1]
    interval = (end.low_usd, end.high_usd) if end.low_usd is not None and end.high_usd is not None else None
    interval = interval or (end.total_usd, end.total_usd)
    return replace(month, projected_usd=end.total_usd, interval=interval, days=tuple(days))


def draw_days(weekdays: Mapping[int, Sequence[int]], coming: Sequence[int]) -> Array:
    """Return spend of the weekdays to come, one row a draw.

    A day costs the mean of its weekday (of a resample, since that mean is known from few weeks) times how far a day
    was from the mean of its weekday, drawn from all working days or from all days of weekends: eight Mondays alone
    would know too few of the dear ones.
    """
    generator = np.random.default_rng(_SEED)
    known = {weekday: np.asarray(values, dtype=np.float64) for weekday, values in weekdays.items() if values}
    factors = {is_weekend: _factors(known, is_weekend=is_weekend) for is_weekend in (False, True)}
    means = {
        weekday: known[weekday][generator.integers(0, len(known[weekday]), (_DRAWS, len(known[weekday])))].mean(axis=1)
        for weekday in sorted(set(coming))
    }
    drawn = np.zeros((_DRAWS, len(coming)))
    for place, weekday in enumerate(coming):
        pool = factors[weekday >= _SATURDAY]
        if len(pool):
            drawn[:, place] = means[weekday] * pool[generator.integers(0, len(pool), _DRAWS)]
    return drawn


def _factors(known: Mapping[int, Array], *, is_weekend: bool) -> Array:
    """Return each day over the mean of its weekday; spread a little, since a mean lies nearer to its own days."""
    found: list[Array] = []
    for weekday, values in known.items():
        mean = values.mean()
        if (weekday >= _SATURDAY) is is_weekend and mean > 0:
            spread = np.sqrt(len(values) / (len(values) - 1)) if len(values) > 1 else 1.0
            found.append(np.maximum(1 + (values / mean - 1) * spread, 0.0))
    return np.concatenate(found) if found else np.empty(0)


def _judged(month: MonthSpend) -> MonthSpend:
    if month.budget is None:
        return month
    limit = month.budget.month_usd
    verdict = BudgetVerdict.CANNOT_TELL
    if (month.spent_usd or 0.0) > limit:
        verdict = BudgetVerdict.SPENT
    elif month.interval is not None:
        low, high = month.interval
        verdict = (
            BudgetVerdict.OVER if low > limit else BudgetVerdict.WITHIN if high <= limit else BudgetVerdict.CANNOT_TELL
        )
    used_up = next((day.day for day in month.days if day.total_usd > limit), None)
    return replace(month, verdict=verdict, used_up_on=used_up)
