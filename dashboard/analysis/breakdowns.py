"""An SLO by task class, route or project: which parts are better or worse than the rest, and who has the bad events.

Each part is compared with all others together; the chances are corrected for the number of comparisons
(Benjamini-Hochberg), so that among many parts not one stands out by luck alone.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import erfc, sqrt

import numpy as np
import polars as pl

from dashboard.analysis.as_of import newest_mature_day
from dashboard.analysis.comparison import Estimate, difference
from dashboard.analysis.figures import Verdict
from dashboard.analysis.filters import NONE_NAME, Filter, Period, route_name
from dashboard.analysis.intervals import Interval, ratio, wilson
from dashboard.analysis.remembered import remembered
from dashboard.analysis.rollup_choice import condition_of, smallest_rollup
from dashboard.analysis.slo_events import events_of
from dashboard.analysis.ties import FALSE_SHARE
from data.frames import Schema, frame_of

_FEWEST_EXPECTED = 5
_MOST_TABLES = 2_000_000


class By(StrEnum):
    """What an SLO is broken down by."""

    TASK_CLASS = "task_class"
    ROUTE = "route"
    PROJECT = "project"

    @property
    def label(self) -> str:
        """Name on screen."""
        return {"task_class": "Task class", "route": "Route", "project": "Project"}[self.value]


@dataclass(frozen=True, slots=True)
class PartOfSlo:
    """One part against all the others together."""

    name: str
    good: int
    total: int
    interval: Interval | None
    bad_share: float | None
    """Share of all bad events that are in this part."""
    total_share: float | None
    difference: float | None
    """Rate of this part minus that of the rest."""
    difference_interval: Interval | None
    chance: float | None
    """Chance of such a difference if there were none, corrected for the number of parts."""
    verdict: Verdict

    @property
    def rate(self) -> float | None:
        """Good of total."""
        return ratio(self.good, self.total)


def breakdown(
    connection: sqlite3.Connection, chosen: Filter, as_of: datetime, slo_name: str, by: By
) -> tuple[PartOfSlo, ...]:
    """Return the parts of an SLO in the period, those with the most bad events first; they add up to the whole."""
    events = events_of(slo_name)
    period = chosen.period
    if slo_name == "diff_acceptance":
        mature = _until(period, newest_mature_day(connection, as_of))
        if mature is None:
            return ()
        period = mature
    table = smallest_rollup(chosen, events.rollup, by.value)
    condition, parameters = condition_of(chosen, period, table)
    columns = {By.ROUTE: "provider, model", By.TASK_CLASS: "task_class, 0", By.PROJECT: "project, 0"}[by]
    counted: dict[str, tuple[int, int]] = {}
    for first, second, good, total in connection.execute(
        f"SELECT {columns}, sum({events.rollup_good}), sum({events.rollup_total}) FROM {table} "  # noqa: S608
        f"WHERE {condition} GROUP BY 1, 2",
        parameters,
    ):
        name = route_name(first, second) if by is By.ROUTE else NONE_NAME if first is None else str(first)
        before = counted.get(name, (0, 0))
        if total:
            counted[name] = (before[0] + good, before[1] + total)
    return compare_parts([(name, *pair) for name, pair in counted.items()])


def compare_parts(parts: Sequence[tuple[str, int, int]]) -> tuple[PartOfSlo, ...]:
    """Compare (name, good, total) of each part with the sum of the others."""
    good, total = sum(part[1] for part in parts), sum(part[2] for part in parts)
    raw = [difference_chance(k, n, good - k, total - n) for _, k, n in parts]
    corrected = iter(benjamini_hochberg([chance for chance in raw if chance is not None]))
    found: list[PartOfSlo] = []
    for (name, k, n), chance in zip(parts, raw, strict=True):
        adjusted = None if chance is None else next(corrected)
        found.append(_part(name, (k, n), (good, total), adjusted))
    return tuple(sorted(found, key=lambda part: (part.good - part.total, -part.total, part.name)))


def _part(name: str, own: tuple[int, int], whole: tuple[int, int], chance: float | None) -> PartOfSlo:
    (k, n), (good, total) = own, whole
    interval, rest = wilson(k, n), wilson(good - k, total - n)
    apart: tuple[float, float, float] | None = None
    verdict = Verdict.CANNOT_TELL
    if interval is not None and rest is not None:
        rest_rate = (good - k) / (total - n)
        apart = difference(Estimate(k / n, *interval, n), Estimate(rest_rate, *rest, total - n))
        if chance is not None and chance <= FALSE_SHARE:
            verdict = Verdict.BETTER if apart[0] > 0 else Verdict.WORSE
        elif max(-apart[1], apart[2]) <= 2 * FALSE_SHARE:
            verdict = Verdict.NO_DIFFERENCE
    return PartOfSlo(
        name=name,
        good=k,
        total=n,
        interval=interval,
        bad_share=ratio(n - k, total - good),
        total_share=ratio(n, total),
        difference=apart[0] if apart else None,
        difference_interval=apart[1:] if apart else None,
        chance=chance,
        verdict=verdict,
    )


def difference_chance(k: int, n: int, k_rest: int, n_rest: int) -> float | None:
    """Return the two-sided chance of a difference at least as large if both rates were the same; null without both.

    The pooled z test where every cell is expected to hold 5 or more, else Fisher's exact test.
    """
    if n == 0 or n_rest == 0:
        return None
    pooled = (k + k_rest) / (n + n_rest)
    if min(pooled, 1 - pooled) * min(n, n_rest) < _FEWEST_EXPECTED:
        return _fisher(k, n, k_rest, n_rest)
    z = (k / n - k_rest / n_rest) / sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_rest))
    return erfc(abs(z) / sqrt(2))


def benjamini_hochberg(chances: Sequence[float]) -> list[float]:
    """Return each chance corrected for their number, in the order given: false discoveries stay below its value."""
    if not chances:
        return []
    ordered = np.argsort(chances)[::-1]
    ranks = np.arange(len(chances), 0, -1)
    adjusted = np.minimum.accumulate(np.asarray(chances)[ordered] * len(chances) / ranks)
    found = np.empty(len(chances))
    found[ordered] = np.minimum(adjusted, 1.0)
    return found.tolist()


def _fisher(k: int, n: int, k_rest: int, n_rest: int) -> float:
    """Return the two-sided chance of Fisher's exact test: all tables as unlikely as this one, or more so."""
    from scipy.special import gammaln  # slow to import

    good, total = k + k_rest, n + n_rest
    low, high = max(0, n - (total - good)), min(n, good)
    if high - low > _MOST_TABLES:
        return 1.0
    tables = np.arange(low, high + 1)
    logs = -(
        gammaln(tables + 1)
        + gammaln(n - tables + 1)
        + gammaln(good - tables + 1)
        + gammaln(total - n - good + tables + 1)
    )
    weights = np.exp(logs - logs.max())
    # The relative tolerance counts ties that rounding has parted, as scipy does.
    as_unlikely = weights <= weights[k - low] * (1 + 1e-7)
    return float(min(weights[as_unlikely].sum() / weights.sum(), 1.0))


@remembered()
def breakdown_frame(parts: Sequence[PartOfSlo], by: By) -> pl.DataFrame:
    """Return one row per part, as the table and its CSV show it."""
    rows = [
        (
            part.name,
            part.total,
            part.total - part.good,
            part.rate,
            *(part.interval or (None, None)),
            part.bad_share,
            part.total_share,
            part.difference,
            *(part.difference_interval or (None, None)),
            part.chance,
            part.verdict.value,
        )
        for part in parts
    ]
    counts = dict.fromkeys(("n_count", "bad_count"), pl.Int64())
    rates = (
        "good_rate",
        "good_low_rate",
        "good_high_rate",
        "share_of_bad_rate",
        "share_of_all_rate",
        "difference_rate",
        "difference_low_rate",
        "difference_high_rate",
    )
    schema: Schema = {
        by.value: pl.String(),
        **counts,
        **dict.fromkeys(rates, pl.Float64()),
        "corrected_chance_rate": pl.Float64(),
        "against_the_rest": pl.String(),
    }
    return frame_of(rows, schema)


def _until(period: Period, last: date) -> Period | None:
    return None if last < period.first else Period(period.first, min(period.last, last))
