"""Tables of routes for the eye: a value with its interval and n in one cell; the CSV file has them in columns."""

from collections.abc import Callable, Sequence

import polars as pl

from dashboard.analysis.figures import Unit
from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import Interval
from dashboard.analysis.remembered import remembered
from dashboard.analysis.route_changes import FIGURE_WORDS, RouteChange, changes_frame
from dashboard.analysis.route_comparison import Quality
from dashboard.analysis.route_frames import cost_frame, quality_frame
from dashboard.analysis.route_table import Rate, RouteQuality, RouteRow, RouteTable
from dashboard.analysis.route_value import AtMix
from dashboard.analysis.units import MISSING, difference_text, share_text, value_text
from dashboard.ui.tables import cell_table

_WIDTHS = {
    "Route": 210,
    "Covers of the mix": 130,
    "Ties": 70,
    "Kept per dollar": 135,
    "Kept per dollar, team's mix": 165,
}
_FULL = "One row per route, with every value, its interval and its n in columns of their own."


def quality_table(table: RouteTable, quality: Quality, chosen: Filter) -> None:
    """Show one quality raw and at the team's mix side by side, with ties."""
    _show(_quality_shown(table, quality), quality_frame(table, quality), f"route_{quality}", chosen)


def service_table(table: RouteTable, chosen: Filter) -> None:
    """Show what the routes cost and how they serve their calls."""
    _show(_service_shown(table), cost_frame(table), "route_cost", chosen)


def changes_table(changes: Sequence[RouteChange], chosen: Filter) -> None:
    """Show what changed of each route against the compared days."""
    _show(_changes_shown(changes), changes_frame(changes), "route_changes", chosen)


def _show(shown: pl.DataFrame, full: pl.DataFrame, name: str, chosen: Filter) -> None:
    cell_table(shown, full, name=name, chosen=chosen, pinned="Route", widths=_WIDTHS, about=_FULL)


@remembered(24)
def _changes_shown(changes: Sequence[RouteChange]) -> pl.DataFrame:
    rows = [
        {
            "Route": one.route,
            "Figure": FIGURE_WORDS[one.figure],
            "Now": f"{_written(one.now, one)}, n {one.n:,}",
            "Before": f"{_written(one.change.before, one)}, n {one.change.before_n:,}",
            "Difference": _difference(one),
            "Against before": one.change.verdict.value,
        }
        for one in changes
    ]
    return pl.DataFrame(rows)


def _written(value: float | None, one: RouteChange) -> str:
    return MISSING if value is None else _dollars(value) if one.is_cost else value_text(value, Unit.RATE)


def _difference(one: RouteChange) -> str:
    unit, change = Unit.USD if one.is_cost else Unit.RATE, one.change
    middle, low, high = (difference_text(value, unit) for value in (change.difference, change.low, change.high))
    return f"{middle} ({low} to {high})"


@remembered(24)
def _quality_shown(table: RouteTable, quality: Quality) -> pl.DataFrame:
    rows = [{"Route": row.route, **_quality_cells(row.quality[quality], quality)} for row in table.rows]
    return pl.DataFrame(rows, infer_schema_length=None)


@remembered(24)
def _service_shown(table: RouteTable) -> pl.DataFrame:
    rows = [
        {
            "Route": row.route,
            "Completed": row.completed,
            "Kept per dollar": _per_dollar(row),
            "Kept per dollar, team's mix": _at_mix(row.per_dollar_at_mix, _amounts),
            "Ties": row.value_ties or MISSING,
            "Cost per completed task": _cost(row),
            "Cost, team's mix": _at_mix(row.cost_at_mix, _dollars),
            "Median latency": _latency(row),
            "Calls failed": _rate(row.errors),
            "Cost unknown": _rate(row.unpriced),
            "Calls served as a fallback": _count_of(row.fallback),
        }
        for row in table.rows
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _quality_cells(found: RouteQuality, quality: Quality) -> dict[str, object]:
    raw, at_mix, drawn = found.raw, found.standardised, found.shrunk
    return {
        quality.unit.capitalize(): raw.n,
        "Raw": MISSING if raw.value is None else _with_bounds(raw.value, raw.interval, Unit.RATE),
        "At the team's mix": MISSING
        if at_mix is None
        else _with_bounds(at_mix.value, (at_mix.low, at_mix.high), Unit.RATE),
        "Covers of the mix": MISSING if at_mix is None else share_text(at_mix.coverage),
        "Drawn to the team": MISSING
        if drawn is None
        else _with_bounds(drawn.value, (drawn.low, drawn.high), Unit.RATE),
        "Ties": found.ties or "too few",
        "Clearly better": ", ".join(found.better) or MISSING,
    }


def _rate(found: Rate) -> str:
    if found.value is None:
        return MISSING
    return f"{_with_bounds(found.value, found.interval, Unit.RATE)}, n {found.n:,}"


def _count_of(found: Rate) -> str:
    return MISSING if found.n == 0 else f"{found.k:,} of {found.n:,}"


def _with_bounds(value: float, bounds: Interval | None, unit: Unit) -> str:
    text = value_text(value, unit)
    return text if bounds is None else f"{text} ({_bounds(bounds, unit)})"


def _bounds(bounds: Interval, unit: Unit) -> str:
    low, high = (value_text(bound, unit).removesuffix(" %") for bound in bounds)
    return f"{low} to {high}"


def _per_dollar(row: RouteRow) -> str:
    figure = row.figure
    bounds = "" if figure.low is None or figure.high is None else f"{figure.low:,.1f} to {figure.high:,.1f}"
    if figure.quality_per_usd is None:
        return bounds or row.pricing.value
    return f"{figure.quality_per_usd:,.1f} ({bounds or 'no interval'})"


def _at_mix(found: AtMix | None, written: Callable[..., str]) -> str:
    if found is None:
        return MISSING
    bounds = "no interval" if found.interval is None else written(*found.interval)
    return f"{written(found.value)} ({bounds})"


def _amounts(*amounts: float) -> str:
    return " to ".join(f"{amount:,.1f}" for amount in amounts)


def _cost(row: RouteRow) -> str:
    cost = row.cost
    if cost.value is None:
        return row.pricing.value if cost.interval is None else _dollars(*cost.interval)
    bounds = "no interval" if cost.interval is None else _dollars(*cost.interval)
    return f"{_dollars(cost.value)} ({bounds})"


def _dollars(*amounts: float) -> str:
    """Write amounts below a dollar with three digits: cheap routes differ in tenths of a cent."""
    return " to ".join(f"${amount:.3f}" if amount < 1 else value_text(amount, Unit.USD) for amount in amounts)


def _latency(row: RouteRow) -> str:
    found = row.latency
    return MISSING if found is None else f"{_with_bounds(found.median, found.interval, Unit.SECONDS)}, n {found.n:,}"
