"""The numbers behind the spend page, as frames: what tables show and their CSV files hold."""

from collections.abc import Mapping, Sequence

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.intervals import ratio
from dashboard.analysis.remembered import remembered
from dashboard.analysis.spend import Spend
from dashboard.analysis.spend_amounts import Amount, UnitCosts, unpriced_range
from dashboard.analysis.spend_month import MonthSpend
from dashboard.analysis.spend_parts import PerTask, UnpricedRoute, pricing_of
from data.frames import Schema, frame_of

ALL = "all"
_TEXT, _COUNT, _REAL, _DAY = pl.String(), pl.Int64(), pl.Float64(), pl.Date()
_AMOUNT: Schema = {
    "known_usd": _REAL,
    "total_low_usd": _REAL,
    "total_high_usd": _REAL,
    "call_count": _COUNT,
    "unpriced_call_count": _COUNT,
}


@remembered()
def spend_frame(found: Spend) -> pl.DataFrame:
    """Return one row per bucket and part, the whole first; known spend of the parts adds up to the whole."""
    rows: list[tuple[object, ...]] = []
    for place, bucket in enumerate(found.buckets):
        days = day_number(bucket.first), day_number(bucket.last)
        rows.append((*days, ALL, *_amount(bucket.amount, found.costs), bucket.state.value))
        rows += [
            (*days, group.name, *_amount(group.buckets[place], found.costs), bucket.state.value)
            for group in found.groups
        ]
    return frame_of(rows, {"first_date": _DAY, "last_date": _DAY, found.by.value: _TEXT, **_AMOUNT, "state": _TEXT})


@remembered()
def groups_frame(found: Spend, per_task: Mapping[str, PerTask]) -> pl.DataFrame:
    """Return one row per part, with its share, what the compared period cost, and spend per completed task.

    Those that only the compared period has come last, so that its spend adds up too.
    """
    rows = [
        (
            group.name,
            *_amount(group.total, found.costs),
            None if group.total.known_usd is None else ratio(group.total.micro_usd, found.total.micro_usd),
            None if group.before is None else group.before.known_usd,
            *_per_task(None if group.is_other else per_task.get(group.name)),
            pricing_of(found, group) if group.total.calls else None,
        )
        for group in (*found.groups, *found.gone)
    ]
    schema: Schema = {
        found.by.value: _TEXT,
        **_AMOUNT,
        "share_of_known_rate": _REAL,
        "compared_known_usd": _REAL,
        "per_completed_task_usd": _REAL,
        "per_completed_task_low_usd": _REAL,
        "per_completed_task_high_usd": _REAL,
        "completed_task_count": _COUNT,
        "pricing": _TEXT,
    }
    return frame_of(rows, schema)


def _per_task(found: PerTask | None) -> tuple[float | int | None, ...]:
    if found is None:
        return None, None, None, None
    low, high = found.estimate.interval or (None, None)
    return found.estimate.value, low, high, found.completed


@remembered()
def unpriced_frame(routes: Sequence[UnpricedRoute], costs: UnitCosts | None) -> pl.DataFrame:
    """Return one row per route with unpriced calls: their tokens, and what they may have cost."""
    rows: list[tuple[object, ...]] = []
    for route in routes:
        between = unpriced_range(route.amount, costs)
        rows.append(
            (
                route.route,
                route.amount.unpriced,
                ratio(route.amount.unpriced, route.amount.calls),
                route.amount.calls,
                route.unpriced.tokens or None,
                route.unpriced.without_tokens,
                between.low_usd,
                between.high_usd,
                route.why,
            )
        )
    schema: Schema = {
        "route": _TEXT,
        "unpriced_call_count": _COUNT,
        "unpriced_rate": _REAL,
        "n_count": _COUNT,
        "unpriced_tokens": _COUNT,
        "without_tokens_count": _COUNT,
        "low_usd": _REAL,
        "high_usd": _REAL,
        "why": _TEXT,
    }
    return frame_of(rows, schema)


@remembered()
def month_frame(month: MonthSpend) -> pl.DataFrame:
    """Return one row per day of the month: known spend up to its end, or its projection with interval."""
    rows = [(day_number(day.day), day.total_usd, day.low_usd, day.high_usd, day.is_projected) for day in month.days]
    totals = dict.fromkeys(("total_usd", "low_usd", "high_usd"), _REAL)
    return frame_of(rows, {"date": _DAY, **totals, "is_projected": pl.Boolean()})


@remembered()
def budgets_frame(months: Sequence[MonthSpend]) -> pl.DataFrame:
    """Return one row for all and for each project with a budget: spent, projected, budget, left, and who owns it."""
    rows = [
        (
            month.name or ALL,
            month.spent_usd,
            month.projected_usd,
            *(month.interval or (None, None)),
            None if month.budget is None else month.budget.month_usd,
            month.left_usd,
            month.calls,
            month.unpriced,
            month.verdict.value,
            None if month.budget is None else month.budget.owner,
        )
        for month in months
    ]
    money = ("spent_usd", "projected_usd", "projected_low_usd", "projected_high_usd", "budget_usd", "left_usd")
    schema: Schema = {
        "budget_of": _TEXT,
        **dict.fromkeys(money, _REAL),
        "call_count": _COUNT,
        "unpriced_call_count": _COUNT,
        "verdict": _TEXT,
        "owner": _TEXT,
    }
    return frame_of(rows, schema)


def _amount(amount: Amount, costs: UnitCosts | None) -> tuple[float | int | None, ...]:
    """Return known spend, the least and the most it is with the unpriced calls, and how many calls there are."""
    if not amount.calls:
        return None, None, None, 0, 0
    known = amount.known_usd
    between = unpriced_range(amount, costs)
    low = None if between.low_usd is None else (known or 0.0) + between.low_usd
    high = None if between.high_usd is None else (known or 0.0) + between.high_usd
    return known, low, high, amount.calls, amount.unpriced
