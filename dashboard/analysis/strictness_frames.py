"""The verdicts on approvals as frames: what tables show and CSV files hold."""

from collections.abc import Sequence
from math import isfinite

import polars as pl

from dashboard.analysis.intervals import Interval
from dashboard.analysis.remembered import remembered
from dashboard.analysis.strictness import Rate, Strictness, StrictnessCell
from dashboard.analysis.strictness_costs import Bounded
from data.frames import Schema, frame_of

_TEXT, _COUNT, _REAL = pl.String(), pl.Int64(), pl.Float64()
VERDICT_COLUMNS: Schema = {
    "risk_zone": _TEXT,
    "task_class": _TEXT,
    "decided_by": _TEXT,
    "verdict": _TEXT,
    "more_decisions_count": _COUNT,
    "reason": _TEXT,
    "decided_count": _COUNT,
    "accepted_count": _COUNT,
    "rolled_back_count": _COUNT,
    "lax_error_rate": _REAL,
    "lax_error_low_rate": _REAL,
    "lax_error_high_rate": _REAL,
    "rejected_count": _COUNT,
    "comparable_rejected_count": _COUNT,
    "accepted_again_count": _COUNT,
    "restrictive_error_rate": _REAL,
    "restrictive_error_low_rate": _REAL,
    "restrictive_error_high_rate": _REAL,
    "waiting_known_count": _COUNT,
    "median_wait_hours": _REAL,
    "median_wait_low_hours": _REAL,
    "median_wait_high_hours": _REAL,
    "total_wait_hours": _REAL,
    "lax_cost_usd": _REAL,
    "lax_cost_low_usd": _REAL,
    "lax_cost_high_usd": _REAL,
    "restrictive_cost_usd": _REAL,
    "restrictive_cost_low_usd": _REAL,
    "restrictive_cost_high_usd": _REAL,
    "cost_difference_usd": _REAL,
    "cost_difference_low_usd": _REAL,
    "cost_difference_high_usd": _REAL,
    "tolerance_usd": _REAL,
    "corrected_chance_rate": _REAL,
    "compared_lax_error_rate": _REAL,
    "compared_restrictive_error_rate": _REAL,
    "compared_verdict": _TEXT,
}


@remembered()
def verdict_frame(found: Strictness, cells: Sequence[StrictnessCell]) -> pl.DataFrame:
    """Return one row per group: counts, both errors, waiting, costs and verdict; amounts per 100 decisions."""
    return frame_of([_row(found, cell) for cell in cells], VERDICT_COLUMNS)


def _row(found: Strictness, cell: StrictnessCell) -> tuple[object, ...]:
    counts, place = cell.counts, cell.place
    earlier = None if found.before is None else found.before.at(place)
    return (
        place.zone,
        place.task_class,
        place.who.value,
        cell.verdict.value,
        cell.more,
        cell.reason,
        counts.decided,
        *_rate(cell.lax),
        counts.rejected,
        *_rate(cell.restrictive),
        counts.waiting_known,
        cell.median_wait_hours,
        *_bounds(cell.median_wait_interval),
        cell.wait_hours if counts.waiting_known else None,
        *_amount(cell.lax_usd, is_known=True),
        *_amount(cell.restrictive_usd, is_known=cell.is_asking_known),
        *_amount(cell.difference_usd, is_known=cell.is_asking_known),
        found.tolerance_usd,
        cell.chance,
        None if earlier is None else earlier.lax.value,
        None if earlier is None else earlier.restrictive.value,
        None if earlier is None else earlier.verdict.value,
    )


def _rate(rate: Rate) -> tuple[object, ...]:
    return (rate.n, rate.k, rate.value, *_bounds(rate.interval))


def _bounds(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else interval


def _amount(amount: Bounded | None, *, is_known: bool) -> tuple[float | None, float | None, float | None]:
    if amount is None:
        return None, None, None
    return (amount.value if is_known else None), finite(amount.low), finite(amount.high)


def finite(value: float) -> float | None:
    """Return a bound as it is written: null where there is none."""
    return value if isfinite(value) else None
