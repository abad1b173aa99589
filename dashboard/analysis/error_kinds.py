"""Provider stability by the model that served: against the objective, the compared period and the other models."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboard.analysis.breakdowns import compare_parts
from dashboard.analysis.figures import Figure, Unit, Verdict
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.providers import route_rate
from dashboard.analysis.remembered import remembered
from dashboard.analysis.route_calls import RouteCalls, calls_by_route
from dashboard.analysis.units import interval_text, share_text, value_text
from data.definitions import slos
from data.frames import Schema, frame_of


@dataclass(frozen=True, slots=True)
class ModelErrors:
    """The calls that one route served."""

    route: str
    calls: RouteCalls
    rate: Figure
    """Calls without an error, of those whose end is known."""
    against_others: Verdict
    """Compared with all other routes together, corrected for the number of routes."""


def errors_by_model(connection: sqlite3.Connection, chosen: Filter) -> tuple[ModelErrors, ...]:
    """Return the routes that served calls of the period, those with the most errors first."""
    slo = slos().named("provider_stability")
    now = calls_by_route(connection, chosen, chosen.period)
    before = None if chosen.compared is None else calls_by_route(connection, chosen, chosen.compared)
    parts = compare_parts([(name, *calls.without_error) for name, calls in now.items()])
    others = {part.name: part.verdict for part in parts}
    found = [
        ModelErrors(name, calls, route_rate(slo, name, calls, before), others[name]) for name, calls in now.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.calls.error_count, -one.calls.call_count, one.route)))


def errors_words(found: Sequence[ModelErrors]) -> str:
    """Say which model clearly fails more often than the others; of several the one with the most errors."""
    known = [one for one in found if one.rate.n]
    worse = [one for one in known if one.against_others is Verdict.WORSE]
    if not known:
        return "How calls ended is not known for any model"
    if len(known) == 1:
        return f"All calls were served by {known[0].route}"
    if not worse:
        return "No model clearly failed more often than the others"
    worst = worse[0]
    good, total = (sum(one.calls.without_error[place] for one in known if one is not worst) for place in (0, 1))
    own = f"{value_text(1 - (worst.rate.value or 0), Unit.RATE)} of {worst.rate.n:,} calls"
    bounds = interval_text(1 - (worst.rate.high or 0), 1 - (worst.rate.low or 0), Unit.RATE)
    others = value_text(1 - good / total, Unit.RATE)
    more = "" if len(worse) == 1 else f"; so did {worse[1].route if len(worse) == 2 else f'{len(worse) - 1} more'}"
    return f"{worst.route} failed more often than the others: {own} ({bounds}) against {others}{more}"


def errors_of(connection: sqlite3.Connection, chosen: Filter, first: date, last: date) -> str:
    """Say which model had half of the errors of some days or more, where it clearly failed more often; else nothing.

    The words go on a sentence about these days.
    """
    found = errors_by_model(connection, chosen.during(Period(first, last)))
    whole = sum(one.calls.error_count for one in found)
    top = next((one for one in found if one.against_others is Verdict.WORSE), None)
    if top is None or 2 * top.calls.error_count < whole:
        return ""
    return f", {share_text(top.calls.error_count / whole)} of the errors by {top.route}"


@remembered()
def errors_frame(found: Sequence[ModelErrors]) -> pl.DataFrame:
    """Return one row per route, and one column for each kind of error that occurred."""
    kinds = sorted({kind for one in found for kind in one.calls.error_kinds})
    rates = dict.fromkeys(("without_error_rate", "low_rate", "high_rate"), pl.Float64())
    differences = dict.fromkeys(("difference_rate", "difference_low_rate", "difference_high_rate"), pl.Float64())
    schema: Schema = {
        "route": pl.String(),
        **rates,
        "n_count": pl.Int64(),
        "objective_rate": pl.Float64(),
        **dict.fromkeys(("standing", "against_the_rest", "against_before"), pl.String()),
        "error_count": pl.Int64(),
        **dict.fromkeys((f"{kind}_error_count" for kind in kinds), pl.Int64()),
        **dict.fromkeys(("call_count", "unknown_end_count"), pl.Int64()),
        **differences,
    }
    return frame_of([_row(one, kinds) for one in found], schema)


def _row(one: ModelErrors, kinds: Sequence[str]) -> tuple[object, ...]:
    rate, change, calls = one.rate, one.rate.change, one.calls
    return (
        one.route,
        rate.value,
        rate.low,
        rate.high,
        rate.n,
        rate.objective,
        rate.standing.value,
        one.against_others.value,
        None if change is None else change.verdict.value,
        calls.error_count,
        *(calls.error_kinds.get(kind, 0) for kind in kinds),
        calls.call_count,
        calls.unknown_count,
        *((None,) * 3 if change is None else (change.difference, change.low, change.high)),
    )
