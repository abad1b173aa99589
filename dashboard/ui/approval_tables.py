"""Tables of verdicts for the eye: a value with its interval and n in one cell; the CSV file has them in columns."""

from collections.abc import Sequence
from math import isfinite

import polars as pl

from dashboard.analysis.approval_replay import Replay, replay_frame
from dashboard.analysis.figures import Unit
from dashboard.analysis.filters import Filter
from dashboard.analysis.remembered import remembered
from dashboard.analysis.strictness import Rate, Strictness, StrictnessCell
from dashboard.analysis.strictness_costs import Bounded
from dashboard.analysis.strictness_counts import ALL
from dashboard.analysis.strictness_frames import verdict_frame
from dashboard.analysis.strictness_words import never_rejected_words, verdict_words, zone_title
from dashboard.analysis.units import MISSING, value_text
from dashboard.ui.tables import cell_table

_WIDTHS = {"Risk zone": 210, "Decided by": 120, "Verdict": 250, "Rule": 230}
_FULL = "The same rows, with every value, its interval and its n in columns of their own."


def verdict_table(found: Strictness, cells: Sequence[StrictnessCell], name: str, chosen: Filter) -> None:
    """Show groups with their verdict and what supports it."""
    _show(_verdicts_shown(tuple(cells)), verdict_frame(found, tuple(cells)), name, chosen)


def replay_table(found: tuple[Replay, ...], chosen: Filter) -> None:
    """Show what each rule would have done in each zone."""
    _show(_replays_shown(found), replay_frame(found), "approval_replay", chosen)


def _show(shown: pl.DataFrame, full: pl.DataFrame, name: str, chosen: Filter) -> None:
    cell_table(shown, full, name=name, chosen=chosen, pinned="Risk zone", widths=_WIDTHS, about=_FULL)


@remembered(24)
def _verdicts_shown(cells: tuple[StrictnessCell, ...]) -> pl.DataFrame:
    has_class = any(cell.place.task_class != ALL for cell in cells)
    rows = [
        {
            "Risk zone": zone_title(cell.place.zone),
            **({"Class": cell.place.task_class} if has_class else {}),
            "Decided by": cell.place.who.label,
            "Verdict": verdict_words(cell),
            "Difference": _amount(cell.difference_usd, is_signed=True),
            "Decisions": cell.counts.decided,
            "Taken back": _rate(cell.lax),
            "Good ones rejected": never_rejected_words(cell) or _rate(cell.restrictive),
            "Median wait": _wait(cell),
            "Mistakes cost": _amount(cell.lax_usd),
            "Asking costs": _amount(cell.restrictive_usd) if cell.is_asking_known else MISSING,
        }
        for cell in cells
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


@remembered(24)
def _replays_shown(found: tuple[Replay, ...]) -> pl.DataFrame:
    rows = [
        {
            "Risk zone": zone_title(replay.zone),
            "Rule": replay.rule.label,
            "Worth it": replay.worth.value,
            "Changes": replay.changes,
            "Mistakes caught": _count(replay.caught),
            "Good changes held": _count(replay.held),
            "Hours waited": _count(replay.wait_hours),
            "Saved": _amount(replay.saved_usd, is_signed=True),
        }
        for replay in found
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _rate(rate: Rate) -> str:
    if rate.value is None or rate.interval is None:
        return MISSING
    low, high = (value_text(bound, Unit.RATE).removesuffix(" %") for bound in rate.interval)
    return f"{value_text(rate.value, Unit.RATE)} ({low} to {high}), n {rate.n:,}"


def _wait(cell: StrictnessCell) -> str:
    if cell.median_wait_hours is None:
        return MISSING
    value = value_text(cell.median_wait_hours * 3600, Unit.SECONDS)
    if cell.median_wait_interval is None:
        return f"{value}, n {cell.counts.waiting_known:,}"
    low, high = (value_text(bound * 3600, Unit.SECONDS) for bound in cell.median_wait_interval)
    return f"{value} ({low} to {high}), n {cell.counts.waiting_known:,}"


def _amount(amount: Bounded | None, *, is_signed: bool = False) -> str:
    if amount is None:
        return MISSING
    low, high = _dollars(amount.low, is_signed=is_signed), _dollars(amount.high, is_signed=is_signed)
    if not isfinite(amount.low):
        return f"at most {high}"
    return f"{_dollars(amount.value, is_signed=is_signed)} ({low} to {high})"


def _dollars(usd: float, *, is_signed: bool) -> str:
    if not isfinite(usd):
        return "any amount"
    sign = "−" if usd < 0 else "+" if is_signed and usd > 0 else ""
    return f"{sign}${abs(usd):,.0f}"


def _count(amount: Bounded | None) -> str:
    if amount is None:
        return MISSING
    value, low, high = (_plain(number) for number in (amount.value, amount.low, amount.high))
    return value if low == value == high else f"{value} ({low} to {high})"


def _plain(number: float) -> str:
    if not isfinite(number):
        return "any number"
    return f"{number:,.0f}".replace("-0", "0").replace("-", "−")
