"""Accepted changes in risk zones and how many people looked at them: high-risk edits without a second reviewer."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from dashboard.analysis.decision_rows import Group, Shown
from dashboard.analysis.filters import Filter
from dashboard.analysis.remembered import remembered
from dashboard.analysis.strictness import Rate
from dashboard.analysis.strictness_counts import ALL, Place, Who
from dashboard.analysis.strips import strips_of
from data.definitions.risk_zones import risk_zones
from data.frames import frame_of


@dataclass(frozen=True, slots=True)
class ZoneReviews:
    """Accepted changes of one high-risk zone: known + not known + not asked."""

    zone: str
    accepted: int
    known: int
    """It is known how many people approved them."""
    second_reviewed: int
    """Of the known: at least two did."""
    not_asked: int
    """Applied, and nobody was asked: no reviewer at all, as far as is known."""
    without_second: Rate = field(init=False)
    """Of the known: without a second reviewer."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "without_second", Rate(self.known - self.second_reviewed, self.known))

    @property
    def not_known(self) -> int:
        """Asked about, and no record says how many people approved them."""
        return self.accepted - self.known - self.not_asked


def high_risk_zones() -> tuple[str, ...]:
    """Return the zones in which an edit should have a second reviewer."""
    return tuple(zone.name for zone in risk_zones().zone if zone.is_high_risk)


def second_reviewers(connection: sqlite3.Connection, chosen: Filter) -> tuple[ZoneReviews, ...]:
    """Return the high-risk zones that have accepted changes in the period, in their order of care."""
    patches = strips_of(connection, chosen, chosen.period, "patch_decision_daily")
    measures = "accepted_count", "reviewers_known_count", "second_reviewed_count"
    found = patches.sums(("risk_zone",), measures)
    unasked = patches.of("actor", None).sums(("risk_zone",), measures[:2])
    zones: list[ZoneReviews] = []
    for zone in high_risk_zones():
        accepted, known, reviewed = found.get(zone, (0, 0, 0))
        accepted_unasked, known_unasked = unasked.get(zone, (0, 0))
        if accepted:
            zones.append(ZoneReviews(zone, accepted, known, reviewed, accepted_unasked - known_unasked))
    return tuple(zones)


@remembered()
def second_reviewer_frame(zones: Sequence[ZoneReviews]) -> pl.DataFrame:
    """Return one row per high-risk zone: accepted changes, and those without a second reviewer."""
    rows = [
        (
            zone.zone, zone.accepted, zone.known, zone.without_second.k, zone.without_second.value,
            *(zone.without_second.interval or (None, None)), zone.not_asked, zone.not_known,
        )
        for zone in zones
    ]  # fmt: skip
    rates = ("without_second_rate", "without_second_low_rate", "without_second_high_rate")
    return frame_of(
        rows,
        {
            "risk_zone": pl.String(),
            **dict.fromkeys(("accepted_count", "reviewers_known_count", "without_second_count"), pl.Int64()),
            **dict.fromkeys(rates, pl.Float64()),
            **dict.fromkeys(("not_asked_count", "reviewers_unknown_count"), pl.Int64()),
        },
    )


def second_reviewer_words(zones: Sequence[ZoneReviews]) -> str:
    """Say how many high-risk edits had no second reviewer."""
    known, without = sum(zone.known for zone in zones), sum(zone.without_second.k for zone in zones)
    not_asked = sum(zone.not_asked for zone in zones)
    if not sum(zone.accepted for zone in zones):
        return "No high-risk edit was accepted in this period"
    if not known:
        asked = f"; in {not_asked:,} nobody was asked" if not_asked else ""
        return f"How many people reviewed high-risk edits is not known{asked}"
    said = f"{without:,} of {known:,} reviewed high-risk edits had no second reviewer"
    return f"{said}, and {not_asked:,} more were applied without a question" if not_asked else said


def without_second_reviewer() -> Group:
    """Return the accepted edits of high-risk zones that are known to have no second reviewer, whoever accepted them."""
    return Group(Place(ALL, ALL, Who.HUMAN), Shown.WITHOUT_SECOND, True, False, high_risk_zones())
