"""How decisions are spread over reviewers: shown only where so many decided that nobody is looked at alone."""

import sqlite3
from dataclasses import dataclass

import polars as pl

from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import quantile_interval, ratio
from dashboard.analysis.strips import strips_of
from dashboard.analysis.units import share_text
from data.frames import frame_of
from data.histogram import Histogram

FEWEST_PEOPLE = 5
"""Groups of fewer people are not shown by person."""
_HOUR_MS = 3_600_000
_MEASURES = ("decided_count", "rejected_count", "waiting_known_count", "waiting_ms")


@dataclass(frozen=True)
class ReviewerLoad:
    """Decisions of people on patches, by reviewer; the frame is empty where fewer than FEWEST_PEOPLE decided."""

    reviewers: int
    unnamed: int
    """Decisions whose reviewer no record names."""
    frame: pl.DataFrame

    @property
    def words(self) -> str:
        """Say how decisions are spread, or why that is not shown."""
        if not self.reviewers:
            return "Who decided is not recorded, so there is nothing to show by reviewer"
        if self.reviewers < FEWEST_PEOPLE:
            people = "1 person" if self.reviewers == 1 else f"{self.reviewers} people"
            return f"Not shown by reviewer: {people} decided; figures of fewer than {FEWEST_PEOPLE} people are nobody's"
        busiest = self.frame["share_of_decisions_rate"][0]
        return f"{self.reviewers} people decided; the busiest on {share_text(busiest)} of the changes"


def reviewer_load(connection: sqlite3.Connection, chosen: Filter) -> ReviewerLoad:
    """Return the decisions of people on patches asked in the period, by reviewer, most decisions first."""
    decisions = strips_of(connection, chosen, chosen.period, "patch_reviewer_daily", histograms=True)
    sums = dict(decisions.sums(("reviewer",), _MEASURES))
    unnamed = sums.pop(None, (0,))[0]
    rows: list[tuple[object, ...]] = []
    if len(sums) >= FEWEST_PEOPLE:
        waits = decisions.histograms(("reviewer",))
        whole = sum(decided for decided, *_ in sums.values())
        ranked = sorted(sums, key=lambda name: (-sums[name][0], name))
        rows = [_row(name, sums[name], waits.get(name, Histogram.added(())), whole) for name in ranked]
    return ReviewerLoad(len(sums), unnamed, frame_of(rows, _SCHEMA))


_SCHEMA: dict[str, pl.DataType] = {
    "reviewer": pl.String(),
    "decided_count": pl.Int64(),
    "rejected_count": pl.Int64(),
    "share_of_decisions_rate": pl.Float64(),
    "waiting_known_count": pl.Int64(),
    **dict.fromkeys(
        ("median_wait_hours", "median_wait_low_hours", "median_wait_high_hours", "total_wait_hours"), pl.Float64()
    ),
}


def reviewer_frame(connection: sqlite3.Connection, chosen: Filter) -> pl.DataFrame:
    """Return one row per reviewer; none where fewer than FEWEST_PEOPLE decided."""
    return reviewer_load(connection, chosen).frame


def _row(name: str, sums: tuple[int, ...], waits: Histogram, whole: int) -> tuple[object, ...]:
    decided, rejected, waiting_known, waiting_ms = sums
    median, interval = waits.median(), quantile_interval(waits, 0.5)
    return (
        name,
        decided,
        rejected,
        ratio(decided, whole),
        waiting_known,
        None if median is None else median / _HOUR_MS,
        *((None, None) if interval is None else (bound / _HOUR_MS for bound in interval)),
        waiting_ms / _HOUR_MS if waiting_known else None,
    )
