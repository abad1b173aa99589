"""What the answer on approvals rests on: both errors of each zone as pictures, verdicts and costs as tables."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.document import ChartKind, ChartSeries, EvidenceChart, EvidenceTable
from dashboard.analysis.strictness import Balance, Rate, Strictness, StrictnessCell
from dashboard.analysis.strictness_counts import Who
from dashboard.analysis.strictness_frames import verdict_frame
from dashboard.analysis.strictness_words import named, place_words, zone_title
from dashboard.analysis.units import value_text

_VERDICTS = (
    *("risk_zone", "decided_by", "verdict", "more_decisions_count", "reason", "decided_count", "accepted_count"),
    *("lax_error_rate", "lax_error_low_rate", "lax_error_high_rate", "rejected_count", "comparable_rejected_count"),
    *("restrictive_error_rate", "restrictive_error_low_rate", "restrictive_error_high_rate", "compared_verdict"),
)
_COSTS = (
    *("risk_zone", "decided_by", "decided_count", "waiting_known_count"),
    *("median_wait_hours", "median_wait_low_hours", "median_wait_high_hours", "total_wait_hours"),
    *("lax_cost_usd", "lax_cost_low_usd", "lax_cost_high_usd"),
    *("restrictive_cost_usd", "restrictive_cost_low_usd", "restrictive_cost_high_usd"),
    *("cost_difference_usd", "cost_difference_low_usd", "cost_difference_high_usd"),
)
_BY_CLASS = (
    *("risk_zone", "task_class", "decided_by", "verdict", "more_decisions_count", "decided_count", "accepted_count"),
    *("lax_error_rate", "lax_error_low_rate", "lax_error_high_rate", "rejected_count", "comparable_rejected_count"),
    *("restrictive_error_rate", "restrictive_error_low_rate", "restrictive_error_high_rate"),
)


def charts(found: Strictness) -> tuple[EvidenceChart, ...]:
    """Return both errors of each zone, by who decided."""
    cells = [cell for cell in found.by_zone if cell.counts.decided]
    zones = list(dict.fromkeys(cell.place.zone for cell in cells))
    lax = _chart(cells, zones, is_lax=True)
    strict = _chart(cells, zones, is_lax=False)
    drawn = (
        EvidenceChart(
            name="approval_patterns_lax",
            title=_highest("Most often taken back", found, is_lax=True),
            kind=ChartKind.POINTS,
            categories=tuple(zone_title(zone) for zone in zones),
            series=lax,
            unit=Unit.RATE,
            axis="Share of accepted changes that were taken back",
            n_unit="accepted changes",
        ),
        EvidenceChart(
            name="approval_patterns_restrictive",
            title=_highest("Most often rejected although good", found, is_lax=False),
            kind=ChartKind.POINTS,
            categories=tuple(zone_title(zone) for zone in zones),
            series=strict,
            unit=Unit.RATE,
            axis="Share of rejected changes that were accepted after all",
            n_unit="rejected changes that can be compared",
        ),
    )
    return tuple(chart for chart in drawn if chart.series)


def _highest(words: str, found: Strictness, *, is_lax: bool) -> str:
    """Return where the error is highest: among the groups with that verdict, or among all when there is none."""
    rates = {cell: cell.lax if is_lax else cell.restrictive for cell in found.by_zone if cell.counts.decided}
    wrong = [*named(found.by_zone, Balance.TOO_LAX if is_lax else Balance.TOO_RESTRICTIVE)]
    known = [cell for cell in wrong or rates if rates[cell].value is not None]
    if not known:
        return f"{words}: nothing to tell"
    first = max(known, key=lambda cell: (rates[cell].value or 0.0, rates[cell].n))
    return f"{words}: {place_words(first)}, {value_text(rates[first].value, Unit.RATE)}"


def _chart(cells: Sequence[StrictnessCell], zones: Sequence[str], *, is_lax: bool) -> tuple[ChartSeries, ...]:
    found: list[ChartSeries] = []
    for who in Who:
        own = {cell.place.zone: cell.lax if is_lax else cell.restrictive for cell in cells if cell.place.who is who}
        rates = [own.get(zone, Rate(0, 0)) for zone in zones]
        if not any(rate.n for rate in rates):
            continue
        found.append(
            ChartSeries(
                who.label,
                values=tuple(rate.value for rate in rates),
                low=tuple(None if rate.interval is None else rate.interval[0] for rate in rates),
                high=tuple(None if rate.interval is None else rate.interval[1] for rate in rates),
                n=tuple(rate.n for rate in rates),
            )
        )
    return tuple(found)


def tables(found: Strictness, focus: Sequence[StrictnessCell]) -> tuple[EvidenceTable, ...]:
    """Return verdicts and costs by zone, and the task classes of the zones in focus."""
    cells = [cell for cell in found.by_zone if cell.counts.decided]
    by_zone = verdict_frame(found, cells)
    zones = {cell.place.zone for cell in focus}
    finer = [cell for cell in found.by_zone_and_class if cell.place.zone in zones and cell.counts.decided]
    return (
        _table(
            by_zone.select(_VERDICTS),
            "approval_patterns_verdicts",
            "The verdict on each risk zone, and both errors",
            "one row per risk zone and who decided",
        ),
        _table(
            by_zone.select(_COSTS),
            "approval_patterns_costs",
            "What each side costs for a hundred decisions",
            "one row per risk zone and who decided",
        ),
        _table(
            # Not compared with the quarter before, for which all classes of that would have to be judged.
            verdict_frame(replace(found, before=None), finer).select(_BY_CLASS),
            "approval_patterns_class_verdicts",
            "The same by task class, in the zone that the answer rests on most",
            "one row per task class and who decided",
        ),
    )


def _table(frame: pl.DataFrame, name: str, title: str, meaning: str) -> EvidenceTable:
    return EvidenceTable.of_frame(frame, name=name, title=title, meaning=meaning)
