"""Spend over time by provider, model, task class or project: the parts make up the whole, to the millionth."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial

from dashboard.analysis.as_of import day_from_number, day_number, day_of, last_whole_day
from dashboard.analysis.filters import NONE_NAME, Filter, Period, route_name
from dashboard.analysis.rollup_choice import condition_of, needs_fine_rollups
from dashboard.analysis.route_days import route_days
from dashboard.analysis.series import Bucket
from dashboard.analysis.spend_amounts import (
    AMOUNT,
    NO_CALLS,
    Amount,
    UnitCosts,
    Unpriced,
    first_call_date,
    total_amount,
    unit_costs,
    unpriced_days,
)
from dashboard.analysis.spend_spikes import USUAL_DAYS, Spike, spikes
from dashboard.analysis.strips import strips_of
from dashboard.analysis.trend_buckets import Every, PointState, cut, drawn, fitting, is_cut_short

MOST_GROUPS = 6


class SpendBy(StrEnum):
    """What spend is broken down by."""

    PROVIDER = "provider"
    MODEL = "model"
    TASK_CLASS = "task_class"
    PROJECT = "project"

    @property
    def label(self) -> str:
        """Name on screen."""
        return {"provider": "Provider", "model": "Model", "task_class": "Task class", "project": "Project"}[self.value]

    @property
    def noun(self) -> str:
        """Name within a sentence."""
        return self.label.lower()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of a rollup that name a group."""
        return ("provider", "model") if self is SpendBy.MODEL else (self.value,)


@dataclass(frozen=True, slots=True)
class SpendBucket:
    """Days from first to last, and what was spent in them."""

    first: date
    last: date
    amount: Amount
    state: PointState


@dataclass(frozen=True, slots=True)
class SpendGroup:
    """One provider, model, task class or project; or all the others together."""

    name: str
    is_other: bool
    total: Amount
    before: Amount | None
    """In the compared period; null where nothing is compared."""
    buckets: tuple[Amount, ...]
    """One for each bucket of the whole, in its order."""


@dataclass(frozen=True, slots=True)
class Spend:
    """Spend of a period: the whole by bucket, and its parts."""

    by: SpendBy
    every: Every
    total: Amount
    before: Amount | None
    records_begin: date | None
    """Day of the first call of the project; null without any."""
    compared: Period | None
    buckets: tuple[SpendBucket, ...]
    groups: tuple[SpendGroup, ...]
    """Most spend first, the others together at the end."""
    costs: UnitCosts | None
    """What unpriced calls may cost at least and at most."""
    spikes: tuple[Spike, ...]
    """Days on which far more was spent than usual."""
    gone: tuple[SpendGroup, ...] = ()
    """Groups of the compared period that have no call in this one, the dearest then first: in no picture."""

    @property
    def has_calls(self) -> bool:
        """Whether there is anything to show."""
        return self.total.calls > 0


Daily = Mapping[int, Amount]
_Row = tuple[str, int, tuple[int, ...]]
"""Name of a group, day, and calls, unpriced ones and known spend of them."""


def spend(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, every: Every, by: SpendBy) -> Spend:
    """Return what the calls of the filter cost, by bucket and group; too fine buckets are coarsened."""
    costs = unit_costs(connection, chosen.period)
    by_group = _daily(connection, chosen, by)
    _add_ranges(connection, chosen, by, by_group, costs)
    usual, before = _earlier(connection, chosen, by)
    measured = min((min(days) for days in by_group.values()), default=None)
    period = drawn(chosen.period, None if measured is None else day_from_number(measured), day_of(as_of))
    if measured is not None:
        # Nothing that was spent may be left out of the picture, whatever the newest record says.
        last = max(max(days) for days in by_group.values())
        period = Period(min(period.first, day_from_number(measured)), max(period.last, day_from_number(last)))
    size = fitting(period, every)
    buckets = cut(period, size)
    whole = _together(by_group)
    names = _ranked(by_group)
    groups = [
        _group(name, by_group[name], buckets, None if before is None else before.get(name, NO_CALLS))
        for name in names[: _shown(names)]
    ]
    others = names[_shown(names) :]
    if others:
        rest = None if before is None else total_amount(before.get(name, NO_CALLS) for name in others)
        merged = _group("", _together({name: by_group[name] for name in others}), buckets, rest)
        groups.append(replace(merged, name=f"other ({len(others)})", is_other=True))
    return Spend(
        by=by,
        every=size,
        total=total_amount(whole.values()),
        before=None if before is None else total_amount(before.values()),
        records_begin=first_call_date(connection, chosen),
        compared=chosen.compared,
        buckets=tuple(
            SpendBucket(bucket.first, bucket.last, _of(whole, bucket), _state(bucket, chosen.period, size, as_of))
            for bucket in buckets
        ),
        groups=tuple(groups),
        costs=costs,
        spikes=_spikes(chosen, as_of, usual, by_group),
        gone=_gone(by_group, before or {}, buckets),
    )


def _gone(
    by_group: Mapping[str, Daily], before: Mapping[str, Amount], buckets: Sequence[Bucket]
) -> tuple[SpendGroup, ...]:
    left = sorted(
        before.keys() - by_group.keys(), key=lambda name: (-before[name].micro_usd, -before[name].calls, name)
    )
    return tuple(SpendGroup(name, False, NO_CALLS, before[name], (NO_CALLS,) * len(buckets)) for name in left)


def group_name(by: SpendBy, first: str | None, second: str | None = None) -> str:
    """Return the name of a group from its columns in a rollup (SpendBy.columns)."""
    return route_name(first, second) if by is SpendBy.MODEL else NONE_NAME if first is None else str(first)


def _daily(connection: sqlite3.Connection, chosen: Filter, by: SpendBy) -> dict[str, dict[int, Amount]]:
    """Return the amounts of each group by day of the period."""
    found: dict[str, dict[int, Amount]] = {}
    if by in (SpendBy.PROVIDER, SpendBy.MODEL):
        # Other answers rest on the same days.
        rows: Iterable[_Row] = (
            (group_name(by, one.provider, one.model), one.day, (one.calls, one.unpriced, one.micro_usd))
            for one in route_days(connection, chosen, chosen.period)
        )
    else:
        rows = _rows(connection, chosen, chosen.period, by)
    for name, day, sums in rows:
        days = found.setdefault(name, {})
        # Two groups can be written the same way (a model named "?"), and a provider has many models.
        days[day] = days[day] + Amount(*sums) if day in days else Amount(*sums)
    return {name: dict(sorted(days.items())) for name, days in found.items()}


def _earlier(
    connection: sqlite3.Connection, chosen: Filter, by: SpendBy
) -> tuple[Sequence[_Row], Mapping[str, Amount] | None]:
    """Return the rows of the weeks that say what is usual at the beginning of the period, and the compared amounts.

    Nearly always the compared days are some of these weeks, or hold them: then both are read at once.
    """
    weeks = Period(chosen.period.first - timedelta(days=USUAL_DAYS), chosen.period.first - timedelta(days=1))
    compared = chosen.compared
    longer = compared if compared is not None and _holds(compared, weeks) else weeks
    rows = tuple(_rows(connection, chosen, longer, by))
    usual = _within(rows, weeks)
    if compared is None:
        return usual, None
    others = rows if _holds(longer, compared) else _rows(connection, chosen, compared, by)
    amounts: dict[str, list[Amount]] = {}
    for name, _, sums in _within(others, compared):
        amounts.setdefault(name, []).append(Amount(*sums))
    return usual, {name: total_amount(listed) for name, listed in amounts.items()}


def _holds(period: Period, other: Period) -> bool:
    return period.first <= other.first and other.last <= period.last


def _within(rows: Iterable[_Row], period: Period) -> Sequence[_Row]:
    first, last = day_number(period.first), day_number(period.last)
    return [row for row in rows if first <= row[1] <= last]


def _rows(connection: sqlite3.Connection, chosen: Filter, period: Period, by: SpendBy) -> Iterable[_Row]:
    if by is SpendBy.PROJECT and not needs_fine_rollups(chosen):
        condition, parameters = condition_of(chosen, period, "project_daily")
        rows = connection.execute(
            f"SELECT project, date, {', '.join(AMOUNT)} FROM project_daily WHERE {condition} AND call_count > 0",  # noqa: S608
            parameters,
        )
        return ((group_name(by, project), day, tuple(sums)) for project, day, *sums in rows)
    calls = strips_of(connection, chosen, period, "call_daily", by.columns[0])
    return calls.daily(by.columns, AMOUNT, partial(group_name, by))


def _add_ranges(
    connection: sqlite3.Connection,
    chosen: Filter,
    by: SpendBy,
    by_group: dict[str, dict[int, Amount]],
    costs: UnitCosts | None,
) -> None:
    """Add to each amount what its unpriced calls may have cost."""
    if costs is None:
        return
    for name, day, route, unpriced in _unpriced_rows(connection, chosen, by):
        low, high = costs.bounds(route, unpriced)
        days = by_group[name]
        days[day] += Amount(low_micro_usd=low, high_micro_usd=high)


def _unpriced_rows(
    connection: sqlite3.Connection, chosen: Filter, by: SpendBy
) -> Iterator[tuple[str, int, str, Unpriced]]:
    """Yield name of a group, day, route, and the calls of unknown cost."""
    finer = None if by in (SpendBy.PROVIDER, SpendBy.MODEL) else by.value
    for provider, model, part, day, unpriced in unpriced_days(connection, chosen, finer):
        name = group_name(by, provider, model) if finer is None else group_name(by, part)
        yield name, day, route_name(provider, model), unpriced


def _ranked(by_group: Mapping[str, Daily]) -> list[str]:
    totals = {name: total_amount(days.values()) for name, days in by_group.items()}
    # By the most that it may be: a group without a known price is not hidden among the small ones.
    most = {name: amount.micro_usd + amount.high_micro_usd for name, amount in totals.items()}
    return sorted(totals, key=lambda name: (-most[name], -totals[name].calls, name))


def _shown(names: list[str]) -> int:
    """Return how many groups are shown by name: one that would be other alone is shown as itself."""
    return len(names) if len(names) <= MOST_GROUPS + 1 else MOST_GROUPS


def _together(by_group: Mapping[str, Daily]) -> dict[int, Amount]:
    whole: dict[int, Amount] = {}
    for days in by_group.values():
        for day, amount in days.items():
            whole[day] = whole.get(day, NO_CALLS) + amount
    return whole


def _group(name: str, days: Daily, buckets: tuple[Bucket, ...], before: Amount | None) -> SpendGroup:
    return SpendGroup(name, False, total_amount(days.values()), before, tuple(_of(days, bucket) for bucket in buckets))


def _of(days: Daily, bucket: Bucket) -> Amount:
    first, last = day_number(bucket.first), day_number(bucket.last)
    if last - first < len(days):
        return total_amount(days[day] for day in range(first, last + 1) if day in days)
    return total_amount(amount for day, amount in days.items() if first <= day <= last)


def _state(bucket: Bucket, period: Period, every: Every, as_of: datetime) -> PointState:
    if bucket.last > last_whole_day(as_of) or is_cut_short(bucket, period, every):
        return PointState.INCOMPLETE
    return PointState.SETTLED


def _spikes(chosen: Filter, as_of: datetime, usual: Iterable[_Row], by_group: Mapping[str, Daily]) -> tuple[Spike, ...]:
    """Return the days that stand out; the weeks before the period say what is usual at its beginning."""
    money: dict[str, dict[int, int]] = {}
    for name, day, (_, _, micro_usd) in usual:
        days = money.setdefault(name, {})
        days[day] = days.get(day, 0) + micro_usd
    for name, amounts in by_group.items():
        money.setdefault(name, {}).update((day, amount.micro_usd) for day, amount in amounts.items())
    return spikes(money, day_number(chosen.period.first), day_number(min(chosen.period.last, last_whole_day(as_of))))
