"""The review of a quarter, made from the store: each question answered by its rule, and the objectives beside them."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from importlib.metadata import version

from dashboard.analysis.as_of import last_whole_day
from dashboard.analysis.figures import SloFigure, Unit
from dashboard.analysis.filters import Compare, Filter, Preset
from dashboard.analysis.review.approval_patterns import approval_patterns
from dashboard.analysis.review.asked import Asked, records_begin
from dashboard.analysis.review.before_scaling import before_scaling
from dashboard.analysis.review.best_routes import best_routes
from dashboard.analysis.review.document import Answer, NoteLine, ReviewDocument, ReviewFigure
from dashboard.analysis.review.failing_classes import failing_classes
from dashboard.analysis.review.named_verdicts import NamedVerdicts, named_from
from dashboard.analysis.review.noisy_integrations import noisy_integrations
from dashboard.analysis.review.quarters import Quarter
from dashboard.analysis.shared import kept_once, shared
from dashboard.analysis.slos import slo_figures
from dashboard.analysis.strictness import strictness
from dashboard.analysis.units import value_text
from data.definitions import reporting
from data.definitions.review_questions import review_questions
from data.definitions.texts import definitions_hash

_ANSWERS: Mapping[str, Callable[[Asked], Answer]] = {
    "failing_classes": failing_classes,
    "best_routes": best_routes,
    "approval_patterns": approval_patterns,
    "noisy_integrations": noisy_integrations,
    "before_scaling": before_scaling,
}


def make_review(
    connection: sqlite3.Connection,
    quarter: Quarter,
    as_of: datetime,
    scope: Filter | None = None,
    notes: Sequence[NoteLine] = (),
    *,
    today: date | None = None,
) -> ReviewDocument:
    """Return the review of a quarter as seen from as_of, the same document for the same store and definitions.

    Of ``scope`` only project, route and task class count: the days are those of the quarter. The quarter has ended when
    there are records from after it, or ``today`` (in the reporting time zone) is after it.
    """
    with kept_once(connection):
        asked = asked_of(connection, quarter, as_of, scope, today)
        answers = tuple(_ANSWERS[key](asked) for key, _ in review_questions().in_order())
    return ReviewDocument(
        quarter=quarter.name,
        first=quarter.first,
        last=quarter.last,
        time_zone=reporting().time_zone,
        scope=scope_words(asked.chosen),
        as_of=as_of,
        is_complete=asked.is_complete,
        data_version=_data_version(connection),
        definitions_hash=definitions_hash(),
        price_version=f"genai-prices {version('genai-prices')}",
        answers=answers,
        summary=tuple(_objective(figure) for figure in asked.objectives),
        notes=tuple(notes),
        is_demo=connection.execute("SELECT 1 FROM load WHERE is_demo LIMIT 1").fetchone() is not None,
    )


def asked_of(
    connection: sqlite3.Connection,
    quarter: Quarter,
    as_of: datetime,
    scope: Filter | None = None,
    today: date | None = None,
) -> Asked:
    """Return a quarter as its questions look at it."""
    chosen = Filter(quarter.period) if scope is None else scope
    chosen = replace(
        chosen,
        period=quarter.period,
        preset=Preset.CUSTOM,
        compare=Compare.PREVIOUS,
        compared=quarter.previous().period,
    )
    begin = records_begin(connection)
    has_before = begin is not None and begin < quarter.first
    judged = chosen if has_before else replace(chosen, compared=None)
    return Asked(
        connection=connection,
        quarter=quarter,
        chosen=chosen,
        as_of=as_of,
        is_complete=last_whole_day(as_of) >= quarter.last or (today is not None and today > quarter.last),
        records_begin=begin,
        objectives=slo_figures(connection, judged, as_of, has_series=False),
        approvals=_approvals(connection, chosen, as_of, has_before=has_before),
    )


def _approvals(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, *, has_before: bool) -> NamedVerdicts:
    """Return the verdicts on approvals; those of the quarter before are the same question as its own review asks."""
    least = review_questions().approval_patterns.least_decisions
    now = _named_verdicts(connection, chosen.during(chosen.period), as_of, least)
    if not has_before or chosen.compared is None:
        return now
    before = _named_verdicts(connection, chosen.during(chosen.compared), as_of, least)
    return replace(now, before=before)


@shared
def _named_verdicts(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, least: int) -> NamedVerdicts:
    return named_from(strictness(connection, chosen, as_of), least)


def scope_words(chosen: Filter) -> str:
    """Return the filters other than the days in words; empty for everything."""
    named = {"project": chosen.project, "route": chosen.route, "task class": chosen.task_class}
    return ", ".join(f"{name} {value}" for name, value in named.items() if value is not None)


def _objective(figure: SloFigure) -> ReviewFigure:
    rate, headline = figure.rate, figure.headline
    words = [f"Objective {value_text(figure.slo.objective, Unit.RATE)}: {rate.standing.value}."]
    if headline is not None and headline.value is not None:
        words.append(f"{headline.title}: {value_text(headline.value, headline.unit)}.")
    if rate.value is None and rate.reason is not None:
        words = [f"Not measured: {rate.reason}."]
    return ReviewFigure(
        label=figure.slo.title,
        value=rate.value,
        unit=rate.unit,
        n=rate.n,
        n_unit=rate.n_unit,
        low=rate.low,
        high=rate.high,
        before=None if rate.change is None else rate.change.before,
        note=" ".join(words),
    )


def _data_version(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT value FROM setting WHERE name = 'data_version'").fetchone()
    return 0 if row is None else int(row[0])
