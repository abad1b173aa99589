"""Burn rates in the windows of burn_windows.toml, from the facts of the last days by five-minute slots.

Burn rate = (bad / total) / (1 - objective). A rule fires when that of both windows exceeds its factor and there are
enough events; without an event it is frozen: it neither fires nor resolves.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from math import floor, log

import numpy as np

from dashboard.analysis.as_of import day_end, day_number, day_of
from dashboard.analysis.error_budget import window_end
from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import Interval, wilson
from dashboard.analysis.packed_facts import Packed, packed, picked
from dashboard.analysis.rollup_choice import fact_condition
from dashboard.analysis.shared import shared
from dashboard.analysis.slo_events import SloEvents, events_of
from dashboard.analysis.units import share_text
from data.definitions import Slo, slos
from data.definitions.burn_windows import SLOT_MINUTES, BurnRule, burn_windows
from data.epoch import stored_instant

HIGHEST_CHANCE = 0.01
"""Chance that a rule may have to fire although the SLO is exactly on budget."""
_MOST_EVENTS = 100_000
_SLOT = timedelta(minutes=SLOT_MINUTES)
Counts = tuple[int, int]
"""Bad and total."""


class RuleState(StrEnum):
    """What a burn-rate rule says."""

    FIRES = "fires"
    QUIET = "quiet"
    TOO_FEW = "too few events"
    FROZEN = "frozen"
    """Nothing was measured in a window: neither fires nor resolves."""
    CANNOT_FIRE = "cannot fire"
    NO_HOURS = "needs hourly data"
    """Events of the window carry only a day."""


@dataclass(frozen=True, slots=True)
class BurnRate:
    """One rule for one SLO at one moment."""

    rule: BurnRule
    factor: float
    state: RuleState
    reason: str
    long_rate: float | None = None
    long_interval: Interval | None = None
    short_rate: float | None = None
    bad: int = 0
    """In the long window."""
    total: int = 0
    short_total: int = 0
    fewest_events: int | None = None
    """Smallest number of events in the long window at which the rule may fire; null when no number is enough."""


@dataclass(frozen=True, slots=True)
class BurnTable:
    """All rules for one SLO, and the moment that their windows end at."""

    ends_at: datetime
    rates: tuple[BurnRate, ...]
    undated_count: int
    """Events of these days that carry only a day, and so are in no window."""


def burn_table(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, slo_name: str) -> BurnTable:
    """Return how each rule stands at the end of the chosen period, or at as_of where that is earlier."""
    slo = slos().named(slo_name)
    ends_at = min(day_end(window_end(connection, chosen, as_of, slo_name)), as_of)
    rules = burn_windows().rule
    slots, undated = _slots(connection, chosen, slo_name, ends_at)
    return BurnTable(ends_at, tuple(burn_rate(slo, rule, slots, undated) for rule in rules), undated)


def burn_rate(slo: Slo, rule: BurnRule, slots: Sequence[Counts], undated: int = 0) -> BurnRate:
    """Return how a rule stands, from bad and total by slot, the newest slot first."""
    factor, budget = rule.factor(slo.window_days), 1 - slo.objective
    why_not = rule.why_not(slo)
    bad, total = _window(slots, rule.long_minutes)
    short_bad, short_total = _window(slots, rule.short_minutes)
    interval = wilson(bad, total)
    fewest = fewest_events(budget, factor) if why_not is None else None
    long_rate = bad / total / budget if total else None
    short_rate = short_bad / short_total / budget if short_total else None
    if why_not is not None:
        state, reason = RuleState.CANNOT_FIRE, f"Cannot fire: {why_not}."
    elif undated and undated >= total:
        state, reason = RuleState.NO_HOURS, f"{undated:,} events of these days carry a day and no time."
    elif long_rate is None or short_rate is None:
        state, reason = RuleState.FROZEN, "Nothing was measured in a window: it neither fires nor resolves."
    elif not (long_rate > factor and short_rate > factor):
        state, reason = RuleState.QUIET, _quiet(long_rate, short_rate, factor)
    elif fewest is not None and total < fewest:
        state, reason = RuleState.TOO_FEW, f"Both windows exceed it, but {fewest - total:,} more events are needed."
    elif (chance := chance_on_budget(bad, total, budget)) > HIGHEST_CHANCE:
        state, reason = (
            RuleState.TOO_FEW,
            f"Both windows exceed it, but on budget the chance of that is {share_text(chance)}.",
        )
    else:
        state, reason = RuleState.FIRES, "Both windows burn faster than the factor."
    return BurnRate(
        rule=rule,
        factor=factor,
        state=state,
        reason=reason,
        long_rate=long_rate,
        long_interval=None if interval is None else (interval[0] / budget, interval[1] / budget),
        short_rate=short_rate,
        bad=bad,
        total=total,
        short_total=short_total,
        fewest_events=fewest,
    )


def chance_on_budget(bad: int, total: int, budget: float) -> float:
    """Return the chance of at least this many bad events when each is bad with the chance that the budget allows."""
    if bad <= 0:
        return 1.0
    from scipy.special import betainc  # slow to import

    return float(betainc(bad, total - bad + 1, budget))


@cache
def fewest_events(budget: float, factor: float) -> int | None:
    """Return the smallest n from which on a rule fires with at most 1 % chance when the SLO is exactly on budget.

    Null when there is none below 100,000: at a factor of 1 the rate lies above its mean about half the time, whatever
    the n; such a rule is held back by the chance of what was seen instead.
    """
    if factor <= 1 or factor * budget >= 1:
        return None
    from scipy.special import betainc  # slow to import

    limit = factor * budget
    # Chernoff: beyond this n the chance is below 1 % for certain.
    divergence = limit * log(factor) + (1 - limit) * log((1 - limit) / (1 - budget))
    most = floor(log(1 / HIGHEST_CHANCE) / divergence) + 2
    if most > _MOST_EVENTS:
        return None
    n = np.arange(1, most + 1, dtype=np.float64)
    needed = np.floor(limit * n + 1e-9) + 1
    chances = np.where(needed <= n, betainc(needed, np.maximum(n - needed + 1, 1e-9), budget), 0.0)
    too_likely = np.flatnonzero(chances > HIGHEST_CHANCE)
    return int(n[too_likely[-1]]) + 1 if len(too_likely) else 1


def _quiet(long_rate: float, short_rate: float, factor: float) -> str:
    if long_rate > factor:
        return "Only the long window exceeds it: it has stopped."
    if short_rate > factor:
        return "Only the short window exceeds it: it has not lasted."
    return "Neither window exceeds it."


def _window(slots: Sequence[Counts], minutes: int) -> Counts:
    taken = slots[: minutes // SLOT_MINUTES]
    return sum(bad for bad, _ in taken), sum(total for _, total in taken)


def _slots(
    connection: sqlite3.Connection, chosen: Filter, slo_name: str, ends_at: datetime
) -> tuple[list[Counts], int]:
    """Return bad and total by slot before a moment, and how many events of these days have no time of day."""
    events = picked(_events(connection, slo_name, ends_at), chosen)
    slot, is_bad = events >> 1, (events & 1) > 0
    count = _longest_minutes() // SLOT_MINUTES
    total = np.bincount(slot[slot != _NO_TIME], minlength=count + 1)
    bad = np.bincount(slot[(slot != _NO_TIME) & is_bad], minlength=count + 1)
    return list(zip(bad[:count].tolist(), total[:count].tolist(), strict=True)), int((slot == _NO_TIME).sum())


_NO_TIME = -1


@shared
def _events(connection: sqlite3.Connection, slo_name: str, ends_at: datetime) -> tuple[Packed, ...]:
    """Return the events of the longest window before a moment, for every filter: twice the slot, 1 more where bad.

    Reads the facts of its few days by the index of their day, in one statement.
    """
    events = events_of(slo_name)
    begins_at = ends_at - timedelta(minutes=_longest_minutes())
    slot = f"iif({events.instant} IS NULL, {_NO_TIME}, (:end - {events.instant}) / :slot)"
    return packed(
        connection,
        f"2 * {slot} + (NOT ({events.good}))",
        events.facts,
        f"{events.date} BETWEEN :first AND :last AND {events.counts} "
        f"AND ({events.instant} IS NULL OR ({events.instant} > :begin AND {events.instant} <= :end))",
        {
            "first": day_number(day_of(begins_at)),
            "last": day_number(day_of(ends_at)),
            "begin": stored_instant(begins_at),
            "end": stored_instant(ends_at),
            "slot": _SLOT // timedelta(microseconds=1),
        },
        events.dimensions,
    )


def _longest_minutes() -> int:
    return max(rule.long_minutes for rule in burn_windows().rule)


def facts_condition(chosen: Filter, events: SloEvents) -> tuple[str, dict[str, object]]:
    """Return the condition, with its parameters, for the facts that a filter selects, whatever their day."""
    return fact_condition(chosen, events.dimensions)
