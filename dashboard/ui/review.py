"""The parts of the quarterly review on the screen: each shows a part of the document and computes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from html import escape
from pathlib import Path

import polars as pl
import streamlit as st
from msgspec import structs

from dashboard.analysis.as_of import day_of
from dashboard.analysis.filters import Filter
from dashboard.analysis.remembered import remembered
from dashboard.analysis.review.document import (
    Answer,
    AnswerState,
    EvidenceChart,
    EvidenceTable,
    ReviewDocument,
    ReviewFigure,
)
from dashboard.analysis.review.quarters import Quarter
from dashboard.analysis.review.words import before_words, certainty, headline, short_question
from dashboard.analysis.units import value_text
from dashboard.charts.review import review_chart
from dashboard.reports.frames import answers_frame, chart_frame, chart_name, figures_frame
from dashboard.ui import review_notes
from dashboard.ui.address import Address
from dashboard.ui.export import csv_button
from dashboard.ui.pictures import picture
from dashboard.ui.review_notes import Notes
from dashboard.ui.tables import table
from dashboard.ui.text import day, days, literal, whole

UNFOLDED = "open"
"""Word of the address that lists the parts which are unfolded."""
_MOST_LINES = 4
"""So many lines of what would change and limits an answer are shown; the others are folded away."""
_OPEN = ("before_scaling_proposals",)
"""Tables that are the answer themselves: shown before further pictures, and not folded."""
_OPEN_ROW = 72
"""Pixels of a row of theirs: sentences take up to three lines."""
PAGES = Path(__file__).resolve().parent.parent.parent / "pages"


@dataclass(frozen=True)
class Shown:
    """What is on the screen: a review as it is now, or one that was frozen."""

    document: ReviewDocument
    """Without entries while it is as it is now: they are read anew in every rerun."""
    quarter: Quarter
    chosen: Filter
    """The days of the quarter and the filters of the page; what files are named after."""
    notes: Notes | None
    """Entries that can be added to and changed; null where a frozen review is shown, which has its own."""

    def whole(self) -> ReviewDocument:
        """Return the document with the entries as they stand."""
        if self.notes is None:
            return self.document
        return structs.replace(self.document, notes=self.notes.lines())


def heading(shown: Shown) -> None:
    """Say the answers in one line, and what they are about: days, filters, state of the data."""
    document = shown.document
    st.header(literal(headline(document)), anchor=False)
    said = [f"**{days(document.first, document.last)}** (the days of the quarter, whatever the period filter says)"]
    said.append(literal(document.scope) if document.scope else "all projects, routes and task classes")
    said.append(f"compared with {literal(shown.quarter.previous().name)}")
    said.append(f"records up to {day(day_of(document.as_of))}")
    st.markdown(" · ".join(said))
    if not document.is_complete:
        st.info("This quarter is not over yet: figures and answers may still change.", icon=":material/hourglass_top:")


def glance(shown: Shown) -> None:
    """Show the verdicts of all questions side by side, and the five objectives of the quarter."""
    st.html(_verdicts(shown.document.answers))
    if shown.document.summary:
        st.subheader("The objectives in this quarter", anchor=False)
        st.html(objectives(shown.document.summary))
    with st.container(horizontal=True):
        csv_button(
            partial(answers_frame, shown.document), name=_file(shown, "review_answers"), chosen=shown.chosen,
            about="One row per question: verdict, sentence, rule, links.", label="Download answers",
        )  # fmt: skip
        csv_button(
            partial(figures_frame, shown.document), name=_file(shown, "review_figures"), chosen=shown.chosen,
            about="One row per figure of every question and objective, with interval, n and the quarter before.",
            label="Download figures",
        )  # fmt: skip


@remembered(32)
def _verdicts(answers: tuple[Answer, ...]) -> str:
    verdicts = "".join(
        f'<li><p class="bs-small bs-quiet">{answer.number}. {shown_text(answer.question)}</p>'
        f"<b>{shown_text(answer.verdict)}</b></li>"
        for answer in answers
    )
    return f'<ol class="bs-grid">{verdicts}</ol>'


@remembered(32)
def objectives(figures: tuple[ReviewFigure, ...], *, is_short: bool = False) -> str:
    """Return the objectives of the quarter as cards; short ones say only the interval and n beside the value."""
    cards = "".join(
        f"<li><p>{shown_text(figure.label)}</p>"
        f'<b class="bs-value">{shown_text(value_text(figure.value, figure.unit))}</b>'
        f'<p class="bs-small bs-quiet">{shown_text(certainty(figure) if is_short else _beside(figure))}</p>'
        + ("" if is_short else f'<p class="bs-small">{shown_text(figure.note or "")}</p>')
        + "</li>"
        for figure in figures
    )
    return f'<ul class="bs-grid">{cards}</ul>'


def question(address: Address, shown: Shown, answer: Answer) -> None:
    """Show one question whole: answer, figures, chart, evidence, what would change it, links, entries."""
    st.header(f"{answer.number}. {literal(answer.question)}", anchor=False)
    first, *more = answer.charts or (None,)
    if first is None:
        st.html(_answer(answer))
    else:
        left, right = st.columns([5, 7], gap="large")
        with left:
            st.html(_answer(answer))
        with right:
            _chart(shown, answer, first)
    opened = [evidence for evidence in answer.tables if evidence.name in _OPEN and evidence.rows]
    for evidence in opened:
        st.markdown(f"**{literal(evidence.title)}**")
        _table(shown, evidence, row_height=_OPEN_ROW)
    for chart in more:
        if chart is not None:
            _chart(shown, answer, chart)
    st.html(_told(answer, shown.quarter.previous().name))
    for evidence in answer.tables:
        if evidence not in opened:
            with address.fold_of(UNFOLDED, evidence.name, literal(evidence.title), ":material/table_chart:") as part:
                if part.open:
                    _table(shown, evidence)
    about = "How this is answered, and who answers for the question"
    with address.fold_of(UNFOLDED, f"{answer.key}_rule", about, ":material/rule:") as part:
        if part.open:
            st.markdown(literal(answer.rule))
            st.caption(
                f"Owner: {literal(answer.owner)}. The rule is declared in data/definitions/review\\_questions.toml "
                f"as {literal(answer.key)}."
            )
    links(answer)
    entries(shown, answer.key)


def _table(shown: Shown, evidence: EvidenceTable, row_height: int | None = None) -> None:
    st.caption(literal(f"{evidence.meaning.capitalize()}."))
    table(
        _frame_of(evidence), name=evidence.name, file_stem=_file(shown, evidence.name), chosen=shown.chosen,
        nothing="No rows.", row_height=row_height,
    )  # fmt: skip


@remembered(256)
def _frame_of(evidence: EvidenceTable) -> pl.DataFrame:
    return evidence.frame()


def entries(shown: Shown, key: str | None) -> None:
    """Show decisions and notes of a question; null for the review as a whole, and for questions not asked any more."""
    asked = {answer.key for answer in shown.document.answers}

    def belongs(question: str | None) -> bool:
        return question == key or (key is None and question not in asked)

    if shown.notes is None:
        review_notes.lines([note for note in shown.document.notes if belongs(note.question)], shown.document.quarter)
        return
    new = [note for note in shown.notes.entered if not note.is_carried and belongs(note.question)]
    review_notes.of_question(shown.notes, new, key)


def links(answer: Answer) -> None:
    """Show the links to the rows behind an answer; each reproduces its view."""
    with st.container(horizontal=True):
        for link in answer.links:
            page = _page(link.page)
            if page is not None:
                st.page_link(
                    page, label=literal(link.label), icon=":material/table_rows:", query_params=dict(link.params)
                )


@cache
def _page(name: str) -> Path | None:
    page = PAGES / f"{name.replace('-', '_')}.py"
    return page if page.is_file() else None


def questions_of(document: ReviewDocument) -> Mapping[str, str]:
    """Return a short name of each question by its key."""
    return {answer.key: short_question(answer) for answer in document.answers}


def _chart(shown: Shown, answer: Answer, chart: EvidenceChart) -> None:
    st.markdown(f"**{literal(chart.title)}**")
    number = answer.charts.index(chart)
    name = _file(shown, chart_name(answer.key, number))
    picture(
        review_chart(chart), name=name, alt=chart.alt, chosen=shown.chosen,
        data=partial(chart_frame, shown.document, answer.key, number),
        about="The numbers of this picture, with intervals and n.",
    )  # fmt: skip
    if chart.note:
        st.caption(literal(chart.note))


def _file(shown: Shown, name: str) -> str:
    """Files of a frozen review say which one; those of today's are the exports of the same name."""
    return name if shown.document.revision is None else f"{name}_revision_{shown.document.revision}"


@remembered(128)
def _answer(answer: Answer) -> str:
    figures = "".join(_figure(figure) for figure in answer.figures)
    return (
        f'<div class="bs-answer">{state_chip(answer)}<p class="bs-verdict">{shown_text(answer.verdict)}</p>'
        f"<p>{shown_text(answer.sentence)}</p>"
        f'<div class="bs-figures">{figures}</div></div>'
    )


def state_chip(answer: Answer) -> str:
    """Return a mark where a question could not be answered; an answer speaks for itself."""
    if answer.state is AnswerState.ANSWERED or answer.verdict.lower() == answer.state.value:
        return ""
    mark = "?" if answer.state is AnswerState.CANNOT_TELL else "–"
    return f'<p><span class="bs-chip bs-unknown">{mark} {escape(answer.state.value)}</span></p>'


def shown_text(text: str) -> str:
    """Return a text of the document as HTML that shows it literally, its figures in one piece."""
    return escape(whole(text))


def _figure(figure: ReviewFigure) -> str:
    before = before_words(figure)
    lines = [certainty(figure), *([before] if before else []), *([figure.note] if figure.note else [])]
    said = "".join(f'<span class="bs-quiet">{shown_text(line)}</span>' for line in lines)
    value = shown_text(value_text(figure.value, figure.unit))
    return f"<div><b>{value}</b><span>{shown_text(figure.label)}</span>{said}</div>"


def _beside(figure: ReviewFigure) -> str:
    return ", ".join(part for part in (certainty(figure), before_words(figure)) if part)


@remembered(128)
def _told(answer: Answer, quarter_before: str) -> str:
    blocks = [
        (f"Since {quarter_before}", [answer.since_last] if answer.since_last else []),
        ("What would change the answer", answer.would_change),
        ("What limits it", answer.limits),
    ]
    return f'<div class="bs-told">{"".join(_block(title, said) for title, said in blocks if said)}</div>'


def _block(title: str, said: Sequence[str]) -> str:
    if len(said) == 1:
        return f"<div><h4>{shown_text(title)}</h4><p>{shown_text(said[0])}</p></div>"
    shown, folded = said[:_MOST_LINES], said[_MOST_LINES:]
    more = f"<details><summary>{len(folded)} more</summary>{_list(folded)}</details>" if folded else ""
    return f"<div><h4>{shown_text(title)}</h4>{_list(shown)}{more}</div>"


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{shown_text(line)}</li>' for line in lines)}</ul>"
