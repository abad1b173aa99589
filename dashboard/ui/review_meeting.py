"""The review in a meeting: one screen each, in type that is read from the back of a room, without anything else."""

from collections.abc import Iterable

import streamlit as st

from dashboard.analysis.as_of import day_of
from dashboard.analysis.remembered import remembered
from dashboard.analysis.review.document import Answer, EvidenceChart, ReviewDocument
from dashboard.analysis.review.words import before_words, certainty, headline, note_words, open_words
from dashboard.analysis.units import value_text
from dashboard.charts.review import first_rows, review_chart
from dashboard.charts.theme import MEETING_STYLE
from dashboard.reports.frames import chart_name
from dashboard.ui import review_notes, states, view
from dashboard.ui.pictures import picture
from dashboard.ui.review import Shown, objectives, shown_text, state_chip
from dashboard.ui.text import days
from data.review_notes import Note
from data.words import NoteKind

SCREEN = "screen"
"""The word of the address that says which screen of the meeting is shown."""
_DONE = {"open": "○", "done": "✓", "dropped": "×"}


def screen() -> int | None:
    """Return the number of the screen that the address asks for; null outside of a meeting."""
    text = st.query_params.get(SCREEN, "")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:3]) < 100 else None


def begin() -> None:
    """Offer to begin the meeting."""
    st.button(
        "Meeting mode", icon=":material/slideshow:", on_click=_go, args=(1,), key="meeting_begin",
        help="One screen for each question, in large type. The arrow keys go forth and back, Esc ends it.",
    )  # fmt: skip


def show(shown: Shown, number: int) -> None:
    """Show one screen of the meeting: 1 the answers, then each question, last the decisions."""
    st.html(MEETING_STYLE)
    if shown.document.is_demo:
        states.demo_banner()
    last = len(shown.document.answers) + 2
    number = min(number, last)
    if number == 1:
        _summary(shown.document)
    elif number == last:
        _decisions(shown)
    else:
        _question(shown, shown.document.answers[number - 2])
    _steps(number, last)


def _steps(number: int, last: int) -> None:
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="meeting_steps"):
        st.button(
            "Back", icon=":material/arrow_back:", shortcut="Left", on_click=_go, args=(number - 1,),
            disabled=number == 1, key="meeting_back",
        )  # fmt: skip
        st.button(
            "Next", icon=":material/arrow_forward:", icon_position="right", shortcut="Right", on_click=_go,
            args=(number + 1,), disabled=number == last, key="meeting_next", type="primary",
        )  # fmt: skip
        st.markdown(f"{number} of {last}", width="content")
        st.space("stretch")
        st.button(
            "End meeting", icon=":material/close:", shortcut="Esc", on_click=_end, key="meeting_end", type="tertiary"
        )


def _go(number: int) -> None:
    st.query_params[SCREEN] = str(number)


def _end() -> None:
    st.query_params.pop(SCREEN, None)


def _summary(document: ReviewDocument) -> None:
    rows = "".join(
        f"<li><span>{answer.number}</span><div><small>{shown_text(answer.question)}</small>"
        f"<b>{shown_text(answer.verdict)}</b></div></li>"
        for answer in document.answers
    )
    scope = document.scope or "all projects, routes and task classes"
    frozen = "" if document.revision is None else f" · revision {document.revision}"
    about = f"{days(document.first, document.last)} · {scope}{frozen}"
    st.html(
        f'<div class="bs-meeting"><p class="bs-asked">Quarterly review · {shown_text(about)}</p>'
        f'<p class="bs-big">{shown_text(headline(document))}</p><ol class="bs-list">{rows}</ol>'
        f"{objectives(document.summary, is_short=True)}</div>"
    )


def _question(shown: Shown, answer: Answer) -> None:
    if not answer.charts:
        st.html(_said(shown, answer))
    else:
        left, right = st.columns([6, 7], gap="large")
        with left:
            st.html(_said(shown, answer))
        with right:
            chart = _readable(answer.charts[0])
            # A title that only repeats the sentence gives way to what is drawn.
            title = chart.axis if answer.charts[0].title in answer.sentence else chart.title
            st.html(f'<div class="bs-meeting"><p class="bs-asked">{shown_text(title)}</p></div>')
            picture(
                review_chart(chart, is_large=True), name=chart_name(answer.key, 0), alt=chart.alt, chosen=shown.chosen,
                has_buttons=False,
            )  # fmt: skip
    if shown.notes is not None:
        review_notes.form(shown.notes, answer.key, "_meeting")


@remembered(24)
def _readable(chart: EvidenceChart) -> EvidenceChart:
    return first_rows(chart)


def _said(shown: Shown, answer: Answer) -> str:
    figure = ""
    if answer.figures:
        first = answer.figures[0]
        lines = [first.label, certainty(first), before_words(first)]
        said = "".join(f"<span>{shown_text(line)}</span>" for line in lines if line)
        figure = f'<div class="bs-figure"><b>{shown_text(value_text(first.value, first.unit))}</b>{said}</div>'
    return (
        f'<div class="bs-meeting"><p class="bs-asked">{answer.number}. {shown_text(answer.question)}</p>'
        f"{state_chip(answer)}"
        f'<p class="bs-big">{shown_text(answer.verdict)}</p><p class="bs-long">{shown_text(answer.sentence)}</p>'
        f"{figure}{_listed(_rows(shown, answer.key))}</div>"
    )


def _decisions(shown: Shown) -> None:
    notes = shown.notes
    title = open_words(notes.entered) if notes is not None else "Decisions and notes as they stood"
    st.html(
        f'<div class="bs-meeting"><p class="bs-asked">Decisions of {shown_text(shown.quarter.name)}</p>'
        f'<p class="bs-big">{shown_text(title)}</p></div>'
    )
    if notes is None:
        st.html(f'<div class="bs-meeting">{_listed(_rows(shown, None, everything=True))}</div>')
        return
    for note, row in zip(notes.entered, _rows(shown, None, everything=True), strict=True):
        with st.container(horizontal=True, vertical_alignment="center", key=f"meeting_entry_{note.key}"):
            st.html(f'<div class="bs-meeting">{_listed([row])}</div>', width="stretch")
            review_notes.change(note, notes)
    with st.container(horizontal=True):
        review_notes.form(notes, None, "_meeting")
        review_notes.carry_button(notes)


def _rows(shown: Shown, question: str | None, *, everything: bool = False) -> Iterable[tuple[str, str, str]]:
    """Yield mark, text and words of the entries of a question, or of all."""
    if shown.notes is None:
        for line in shown.document.notes:
            if everything or line.question == question:
                yield _DONE[line.status], line.text, review_notes.line_words(line, shown.document.quarter)
        return
    today = day_of(view.now())
    for note in shown.notes.entered:
        if everything or note.question == question:
            yield _mark(note), note.text, note_words(note, today)


def _mark(note: Note) -> str:
    return _DONE[note.status.value] if note.kind is NoteKind.DECISION else "–"


def _listed(rows: Iterable[tuple[str, str, str]]) -> str:
    said = "".join(
        f"<li><span>{mark}</span><div>{shown_text(text)}<small>{shown_text(words)}</small></div></li>"
        for mark, text, words in rows
    )
    return f'<ul class="bs-list">{said}</ul>' if said else ""
