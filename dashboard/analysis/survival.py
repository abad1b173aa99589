"""How long patches stay: Kaplan-Meier of "not rolled back" with Greenwood's interval, human and automatic apart.

A patch that is still there when the store last saw is censored at that moment. A rollback is dated by the first
evidence that the patch was gone, which may be later than the rollback itself.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, log, sqrt

import numpy as np
import numpy.typing as npt
import polars as pl

from dashboard.analysis.as_of import day_of, patches_judged_at
from dashboard.analysis.comparison import Estimate, Yardstick, estimate_change
from dashboard.analysis.figures import Change, Direction, Unit
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.intervals import Z, most_when_none_seen
from dashboard.analysis.patch_ages import MARKS, PatchAges, recent_ages, undone_ages
from dashboard.analysis.remembered import remembered
from dashboard.analysis.rollup_choice import condition_of, smallest_rollup
from data.frames import Schema, frame_of

_LONGEST = 43_200
_DAY_MINUTES = 1440
_CURVE_POINTS = 100
_FIRST_MINUTE = 10
_RELEVANT = 0.05


@dataclass(frozen=True, slots=True)
class AtAge:
    """Survival at one age in minutes; null beyond what was observed."""

    age_minutes: int
    value: float | None
    low: float | None
    high: float | None
    at_risk: int
    """Patches that were observed in place up to this age."""


@dataclass(frozen=True, slots=True)
class Survival:
    """The curve of one group of patches."""

    group: str
    n: int
    rolled_back: int
    """Within 30 days."""
    loosely_dated: int
    """Of these, rollbacks known only to lie between two marks or more: the curve is too high before them."""
    marks: tuple[AtAge, ...]
    curve: tuple[AtAge, ...]


@dataclass(frozen=True, slots=True)
class SurvivalOfPatches:
    """Both groups, what tells them apart, and until when patches were observed."""

    judged_at: datetime
    groups: tuple[Survival, ...]
    difference: Change | None
    """Human minus automatic at 7 days; null where one of them is empty."""


def patch_survival(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> SurvivalOfPatches:
    """Return how long the accepted patches of the period stayed, by who accepted them.

    Patches of the last month are read one by one. Of older ones only those that were undone are: all others were in
    place for longer than the curve is drawn, and the rollup knows how many they are.
    """
    judged_at = patches_judged_at(connection, as_of)
    recent_from = day_of(judged_at) - timedelta(days=_LONGEST // _DAY_MINUTES + 1)
    groups: list[Survival] = []
    for name, is_human in (("Accepted by a person", True), ("Accepted without a person", False)):
        parts: list[PatchRows] = []
        if chosen.period.last >= recent_from:
            parts.append(_rows(recent_ages(connection, chosen, judged_at, recent_from, is_human=is_human)))
        if chosen.period.first < recent_from:
            parts.append(_older(connection, chosen, judged_at, recent_from, is_human=is_human))
        rows = np.concatenate(parts)
        if len(rows):
            groups.append(survival(name, rows))
    return SurvivalOfPatches(judged_at, tuple(groups), _difference(groups))


PatchRows = npt.NDArray[np.int64]
"""One row each: age in minutes, whether it was rolled back then, how many patches, how many of them loosely dated."""


def _rows(ages: PatchAges) -> PatchRows:
    return np.column_stack((ages.minutes, ages.is_gone, np.ones_like(ages.minutes), ages.is_loose)).astype(np.int64)


def _older(
    connection: sqlite3.Connection, chosen: Filter, judged_at: datetime, before: date, *, is_human: bool
) -> PatchRows:
    """Return the undone patches of days that lie further back than the curve reaches, and how many others there are."""
    rows = _rows(undone_ages(connection, chosen, judged_at, before, is_human=is_human))
    older = Period(chosen.period.first, min(chosen.period.last, before - timedelta(days=1)))
    table = smallest_rollup(chosen, "patch_daily")
    condition, parameters = condition_of(chosen, older, table)
    decided, by_person = connection.execute(
        "SELECT coalesce(sum(decided_count), 0), coalesce(sum(human_decided_count), 0) "  # noqa: S608
        f"FROM {table} WHERE {condition}",
        parameters,
    ).fetchone()
    kept = (by_person if is_human else decided - by_person) - len(rows)
    return np.concatenate((rows, [(_LONGEST + 1, 0, kept, 0)])) if kept > 0 else rows


def survival(group: str, rows: PatchRows | Sequence[tuple[int, bool, int, int]]) -> Survival:
    """Return the curve of a group from the rows of its patches."""
    minutes, is_gone, count, loose = np.asarray(rows, dtype=np.int64).T
    gone = is_gone * count
    times, place = np.unique(minutes, return_inverse=True)
    events = np.bincount(place, weights=gone, minlength=len(times))
    leaving = np.bincount(place, weights=count, minlength=len(times))
    # At risk just before each time: all that have not left earlier.
    at_risk = leaving[::-1].cumsum()[::-1]
    kept = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0))

    def at_age(age: int) -> AtAge:
        before = int(np.searchsorted(times, age, side="right")) - 1
        still = int(leaving[times >= age].sum())
        if still == 0 and (before < 0 or kept[before] > 0):
            return AtAge(age, None, None, None, 0)
        value, spread = (1.0, 0.0) if before < 0 else (float(kept[before]), float(greenwood[before]))
        low, high = _interval(value, spread, still)
        return AtAge(age, value, low, high, still)

    ages = np.unique(np.geomspace(_FIRST_MINUTE, _LONGEST, _CURVE_POINTS).round().astype(np.int64)).tolist()
    within = (is_gone > 0) & (minutes <= _LONGEST)
    return Survival(
        group=group,
        n=int(count.sum()),
        rolled_back=int(count[within].sum()),
        loosely_dated=int(loose[within].sum()),
        marks=tuple(at_age(minutes) for _, minutes in MARKS),
        curve=tuple(at_age(age) for age in ages),
    )


@remembered()
def survival_frame(found: SurvivalOfPatches) -> pl.DataFrame:
    """Return one row per group and mark: its age in words and in hours, share kept with interval, and counts."""
    words = {minutes: text for text, minutes in MARKS}
    rows = [
        (
            group.group,
            words[mark.age_minutes],
            mark.value,
            mark.low,
            mark.high,
            mark.at_risk,
            group.n,
            mark.age_minutes / 60,
        )
        for group in found.groups
        for mark in group.marks
    ]
    schema: Schema = {
        **dict.fromkeys(("group", "age"), pl.String()),
        **dict.fromkeys(("kept_rate", "low_rate", "high_rate"), pl.Float64()),
        **dict.fromkeys(("at_risk_count", "patch_count"), pl.Int64()),
        "age_hours": pl.Float64(),
    }
    return frame_of(rows, schema)


def _interval(value: float, greenwood: float, at_risk: int) -> tuple[float, float]:
    """Return the log(-log) interval of Greenwood's variance, which stays within 0 and 1.

    Where nothing was rolled back the variance is 0 and says nothing: the exact bound for none of those at risk holds.
    """
    if value >= 1:
        return 1 - (most_when_none_seen(at_risk) or 1.0), 1.0
    if value <= 0:
        return 0.0, 0.0
    width = Z * sqrt(greenwood) / log(value)
    bounds = (value ** exp(-width), value ** exp(width))
    return min(bounds), max(bounds)


def _difference(groups: Sequence[Survival]) -> Change | None:
    if len(groups) < 2:
        return None
    yardstick = Yardstick(Unit.RATE, Direction.HIGHER, "patches accepted by a person", _RELEVANT)
    human, automatic = (_estimate(group) for group in groups)
    return estimate_change(human, automatic, yardstick)


def _estimate(group: Survival) -> Estimate | None:
    mark = next(mark for mark in group.marks if mark.age_minutes == dict(MARKS)["7 d"])
    if mark.value is None or mark.low is None or mark.high is None:
        return None
    return Estimate(mark.value, mark.low, mark.high, group.n)
