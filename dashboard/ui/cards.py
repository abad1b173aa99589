"""Cards: one figure with everything that is needed to judge it, in words."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path

import streamlit as st

from dashboard.analysis.figures import Change, Fact, Figure, Point, SloFigure, Standing, Unit, Verdict
from dashboard.analysis.slo_explained import explained
from dashboard.analysis.units import interval_text, value_text
from dashboard.charts.sparkline import sparkline
from dashboard.ui.text import NBSP, day, days, literal
from dashboard.ui.view import View
from data.definitions import Slo

_CHIP = {
    Standing.MET: ("good", "✓", "met"),
    Standing.MISSED: ("bad", "✗", "missed"),
    Standing.CANNOT_TELL: ("unknown", "?", "cannot tell yet"),
    Standing.NOT_MEASURED: ("unknown", "–", "not measured"),
}
_TONE = {Verdict.BETTER: "good", Verdict.WORSE: "bad"}
MOST_PARTS = 10
PAGES = Path(__file__).resolve().parent.parent.parent / "pages"
_BUCKETS = {1: "Daily", 7: "Weekly"}


def slo_cards(figures: Iterable[SloFigure], view: View, *, beside: Callable[[View], None]) -> None:
    """Show the objectives as a grid of cards of equal height, and beside them one more card."""
    grid = st.grid(3, min_column_width=280)
    for figure in figures:
        with grid.container(border=True, height="stretch", gap="xxsmall", key=f"card_{figure.slo.name}"):
            _slo_card(figure)
            trend_link(view, figure.slo.name)
    with grid.container(border=True, height="stretch", gap="xxsmall", key="card_coverage"):
        beside(view)
    st.caption(
        "In the small pictures the dotted line is the objective, a gap is time without data, "
        "and the dashed end may still change."
    )


def trend_link(view: View, slo_name: str) -> None:
    """Link to the trend of an objective, with the filters that are set."""
    st.page_link(
        PAGES / "slo_trends.py",
        label="Trend and error budget",
        icon=":material/trending_up:",
        query_params={**view.chosen.to_params(), "slo": slo_name},
    )


def _slo_card(figure: SloFigure) -> None:
    main = figure.main
    st.metric(literal(figure.slo.title), literal(_spaced(_main_value(main))), help=_formula(figure.slo))
    if main.value is None:
        st.html(_card(_objective(figure), *_why_not(main), facts_list(main.beside)))
        return
    lines = [_certainty(main)]
    if figure.headline is not None:
        lines.append(_rate_line(figure))
    lines += [_objective(figure), _change(main.change), _trend(main), facts_list(main.beside), _parts(figure)]
    st.html(_card(*lines))


def _main_value(figure: Figure) -> str:
    return "Not measured" if figure.value is None else value_text(figure.value, figure.unit)


def _card(*parts: str) -> str:
    return f'<div class="bs-card">{"".join(parts)}</div>'


def _objective(figure: SloFigure) -> str:
    if figure.rate.standing not in _CHIP:
        return ""
    tone, mark, words = _CHIP[figure.rate.standing]
    objective = _spaced(value_text(figure.slo.objective, Unit.RATE))
    return f'<p><span class="bs-chip bs-{tone}">{mark} Objective {escape(objective)}: {words}</span></p>'


def _certainty(figure: Figure) -> str:
    n = f"n = {figure.n:,} {figure.n_unit}".replace(" ", NBSP)
    if figure.low is None or figure.high is None:
        why = _sentence(figure.reason or "no interval")
        return f'<p class="bs-small"><span class="bs-quiet">{escape(why)};</span> {escape(n)}</p>'
    interval = _spaced(interval_text(figure.low, figure.high, figure.unit))
    return f'<p class="bs-small"><span class="bs-quiet">95{NBSP}% interval</span> {escape(interval)}, {escape(n)}</p>'


def _rate_line(figure: SloFigure) -> str:
    if figure.rate.value is None:
        return ""
    value = _spaced(value_text(figure.rate.value, figure.rate.unit))
    return (
        f'<p class="bs-small">{escape(_sentence(figure.slo.good))}: <b>{escape(value)}</b></p>{_certainty(figure.rate)}'
    )


def _change(change: Change | None) -> str:
    if change is None:
        return ""
    arrow = "▲" if (change.difference or 0) > 0 else "▼" if (change.difference or 0) < 0 else "="
    mark = f'<span class="bs-chip bs-{_TONE.get(change.verdict, "unknown")}" aria-hidden="true">{arrow}</span> '
    return f'<p class="bs-small">{mark if change.difference is not None else ""}{escape(change.words)}</p>'


def _trend(figure: Figure) -> str:
    points = figure.series
    known = [point.value for point in points if point.value is not None]
    if not known:
        return ""
    young = next((index for index, point in enumerate(points) if point.is_provisional), None)
    low, high = value_text(min(known), figure.unit), value_text(max(known), figure.unit)
    span = (points[0].last - points[0].first).days + 1
    every = _BUCKETS.get(span, "By month" if span > 7 else f"Every {span} days")
    scale = low if low == high else f"{low} to {high}"
    text = f"{every} from {days(points[0].first, points[-1].last)}: {scale}"
    start, end = _ends(points)
    picture = sparkline(
        [point.value for point in points],
        f"{figure.title}. {text}.",
        provisional_from=young,
        objective=figure.objective if figure.unit is Unit.RATE else None,
    )
    return (
        f'<figure class="bs-spark">{picture}<figcaption><span>{start}</span>'
        f"<span>{escape(every.lower())}, {escape(_spaced(scale))}</span>"
        f"<span>{end}</span></figcaption></figure>"
    )


def _ends(points: Sequence[Point]) -> tuple[str, str]:
    first, last = points[0].first, points[-1].last
    if first.year != last.year:
        return day(first), day(last)
    return f"{first.day}{NBSP}{first:%b}", f"{last.day}{NBSP}{last:%b}"


def facts_list(facts: Iterable[Fact]) -> str:
    """Return facts as a list in HTML, what each means on hover; foreign text in it is escaped."""
    rows = "".join(
        f"<li{_hover(fact)}><span>{escape(fact.label)}</span><b>{'⚠ ' if fact.is_warning else ''}"
        f"{escape(_spaced(value_text(fact.value, fact.unit)))}</b></li>"
        for fact in facts
    )
    return f"<ul>{rows}</ul>" if rows else ""


def _parts(figure: SloFigure) -> str:
    """The parts of a figure, folded away; each with its own n, because a small part swings widely."""
    if len(figure.parts) < 2:
        return ""
    rows = "".join(
        f"<li><span>{escape(part.label)}</span><b>{escape(_spaced(value_text(part.figure.value, part.figure.unit)))}, "
        f"n{NBSP}={NBSP}{part.figure.n:,}</b></li>"
        for part in figure.parts[:MOST_PARTS]
    )
    left = len(figure.parts) - MOST_PARTS
    rows += f'<li class="bs-quiet"><span>and {left:,} more</span></li>' if left > 0 else ""
    return f"<details><summary>By route</summary><ul>{rows}</ul></details>"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _hover(fact: Fact) -> str:
    return f' title="{escape(fact.note)}"' if fact.note else ""


def _why_not(figure: Figure) -> list[str]:
    lines = [f'<p class="bs-small">{escape(_sentence(figure.reason or "Nothing to measure it by is loaded."))}</p>']
    if figure.remedy:
        lines.append(
            f'<p class="bs-small"><span class="bs-quiet">What to do:</span> {escape(_sentence(figure.remedy))}</p>'
        )
    return lines


def _formula(slo: Slo) -> str:
    """Everything that a figure rests on, short enough for a tooltip; the words of its columns are in the glossary."""
    found = explained(slo)
    known_by = "; ".join(f"{column.name} ({column.meaning.split(';')[0]})" for column in found.known_by)
    large = "" if found.headline is None else f" Shown large: {literal(found.headline)}."
    return "\n\n".join(
        [
            f"**{literal(found.formula)}**",
            f"{literal(slo.help)} n counts {literal(found.counts)}.{large}",
            f"Why: {literal(slo.why)}",
            f"Objective: {literal(found.objective)}. Owner: {literal(slo.owner)}.",
            f"Read from: {literal('; '.join(found.sources))}. How it is known, by column: {literal(known_by)}.",
        ]
    )


def _spaced(text: str) -> str:
    """Keep a number and its unit on one line."""
    return text.replace(" ", NBSP)
