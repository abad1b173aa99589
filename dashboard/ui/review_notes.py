"""Decisions and notes of a review on the screen: what was entered, forms to add and change, what was carried over."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from dashboard.analysis.as_of import day_of
from dashboard.analysis.review.document import NoteLine
from dashboard.analysis.review.stored import lines_of
from dashboard.analysis.review.words import note_words
from dashboard.ui import entries, view
from dashboard.ui.text import counted, literal
from data.review_notes import (
    LONGEST_NAME,
    LONGEST_TEXT,
    Entry,
    Note,
    add_note,
    carry_over,
    change_note,
    notes_of,
    open_before,
)
from data.words import NoteKind, NoteStatus

_WHOLE = "whole"
_ICONS = {
    NoteStatus.OPEN: ":material/radio_button_unchecked:",
    NoteStatus.DONE: ":material/check_circle:",
    NoteStatus.DROPPED: ":material/cancel:",
}


@dataclass(frozen=True)
class Notes:
    """The entries of one quarter, and what could be carried over to it."""

    quarter: str
    entered: tuple[Note, ...]
    waiting: tuple[Note, ...]
    """Open decisions of earlier quarters that nobody carried over yet."""
    can_write: bool

    @property
    def carried(self) -> tuple[Note, ...]:
        """Those that came from earlier quarters."""
        return tuple(note for note in self.entered if note.is_carried)

    def lines(self) -> tuple[NoteLine, ...]:
        """Return all entries as a document carries them."""
        return lines_of(self.entered)


def read_notes(connection: sqlite3.Connection, quarter: str) -> Notes:
    """Return the entries of a quarter as they are now."""
    return Notes(quarter, notes_of(connection, quarter), open_before(connection, quarter), entries.can_write())


def carried_over(notes: Notes | None, questions: Mapping[str, str]) -> None:
    """Show the decisions of earlier quarters with their status, and offer to carry over what is still open."""
    if notes is None or not (notes.carried or notes.waiting):
        return
    st.header("Decisions of earlier quarters", anchor=False)
    for note in notes.carried:
        _entry(note, notes, questions)
    if notes.waiting:
        first = notes.waiting[0].quarter
        st.markdown(
            f"**{counted(len(notes.waiting), 'decision')} of earlier quarters still open**, the oldest of {first}:"
        )
        st.markdown(
            "\n".join(f"- {_text(note.text)} ({literal(note_words(note, _today()))})" for note in notes.waiting)
        )
        carry_button(notes)


def carry_button(notes: Notes) -> None:
    """Offer to carry open decisions of earlier quarters over, where there are any."""
    if notes.waiting:
        st.button(
            f"Carry {counted(len(notes.waiting), 'open decision')} over to {notes.quarter}", icon=":material/redo:",
            key="carry_over", disabled=not notes.can_write, on_click=_carry, args=(notes.quarter,),
            help="From then on they are looked after here. In their own quarter they stay as they stood.",
        )  # fmt: skip


def of_question(notes: Notes, entered: Sequence[Note], question: str | None) -> None:
    """Show what was entered for a question, and a form to enter more."""
    for note in entered:
        _entry(note, notes, {})
    form(notes, question)


def form(notes: Notes, question: str | None, place: str = "") -> None:
    """Show the form to enter a decision or note; where nothing can be written, say so instead."""
    key = f"note_{question or _WHOLE}{place}"
    if not notes.can_write:
        st.caption("Decisions and notes cannot be entered here: the store can only be read.")
        return
    with st.popover("Add a decision or note", icon=":material/edit_note:", key=f"{key}_popover", on_change="rerun") as (
        opened
    ):
        # Once it was open, the form stays, so that what was typed does too.
        if opened.open:
            st.session_state[f"{key}_begun"] = True
        if f"{key}_begun" in st.session_state:
            _fields(notes, question, key)


def _fields(notes: Notes, question: str | None, key: str) -> None:
    with st.form(f"{key}_form", border=False):
        st.segmented_control(
            "What it is", [kind.value for kind in NoteKind], default=NoteKind.DECISION.value, key=f"{key}_kind",
            format_func=str.capitalize, required=True,
        )  # fmt: skip
        st.text_area("What was decided, or what to remember", key=f"{key}_text", max_chars=LONGEST_TEXT, height=110)
        st.text_input("Owner", key=f"{key}_owner", max_chars=LONGEST_NAME, placeholder="Who takes care of it")
        st.date_input("Due", value=None, key=f"{key}_due", format="YYYY-MM-DD")
        st.form_submit_button("Keep", type="primary", on_click=_add, args=(notes.quarter, question, key))


def lines(notes: Sequence[NoteLine], quarter: str) -> None:
    """Show entries of a frozen review: as they stood, not to be changed."""
    for note in notes:
        icon = _icon(NoteKind(note.kind), NoteStatus(note.status))
        st.markdown(f"{icon} {_text(note.text)}  \n:gray[{literal(line_words(note, quarter))}]")


def line_words(note: NoteLine, quarter: str) -> str:
    """Return all that a frozen entry says but its text."""
    due = f"due {note.due_date}" if note.due_date else None
    status = note.status if note.kind == NoteKind.DECISION.value else None
    carried = f"carried over from {note.quarter}" if note.quarter not in ("", quarter) else None
    later = f"carried over to {note.carried_to}" if note.carried_to is not None else None
    parts = [note.kind.capitalize(), note.owner, due, status, carried, later]
    return " · ".join(part for part in parts if part)


def _entry(note: Note, notes: Notes, questions: Mapping[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"entry_{note.key}"):
        told = literal(note_words(note, _today()))
        if note.question in questions:
            told += f" · {literal(questions[note.question])}"
        st.markdown(f"{_icon(note.kind, note.status)} {_text(note.text)}  \n:gray[{told}]")
        change(note, notes)


def change(note: Note, notes: Notes) -> None:
    """Offer to change an entry where it is looked after: not where it was carried on from."""
    if not notes.can_write or note.carried_to is not None:
        return
    # A form of its own for each state of the entry: it never shows what was before somebody else changed it.
    key = f"change_{note.key}_{note.changed_at.timestamp():.6f}"
    with st.popover("Change", key=f"{key}_popover", type="tertiary", on_change="rerun") as opened:
        if not opened.open:
            return
        with st.form(f"{key}_form", border=False):
            if note.kind is NoteKind.DECISION:
                st.segmented_control(
                    "How it stands", [status.value for status in NoteStatus], default=note.status.value,
                    key=f"{key}_status", required=True, format_func=str.capitalize,
                )  # fmt: skip
            st.text_area("Text", value=note.text, key=f"{key}_text", max_chars=LONGEST_TEXT, height=110)
            st.text_input("Owner", value=note.owner or "", key=f"{key}_owner", max_chars=LONGEST_NAME)
            st.date_input("Due", value=note.due_date, key=f"{key}_due", format="YYYY-MM-DD")
            st.form_submit_button("Keep", type="primary", on_click=_change, args=(note, key))


def _add(quarter: str, question: str | None, key: str) -> None:
    state = st.session_state
    entry = Entry(
        state[f"{key}_text"], NoteKind(state[f"{key}_kind"]), question, state[f"{key}_owner"], state[f"{key}_due"]
    )
    now = view.now()
    if entries.keep(lambda connection: add_note(connection, quarter, entry, now), f"Kept in {quarter}."):
        state[f"{key}_text"], state[f"{key}_owner"], state[f"{key}_due"] = "", "", None


def _change(note: Note, key: str) -> None:
    state, now = st.session_state, view.now()
    entries.keep(
        lambda connection: change_note(
            connection,
            note,
            now,
            text=state[f"{key}_text"],
            owner=state[f"{key}_owner"],
            due_date=state[f"{key}_due"],
            status=NoteStatus(state.get(f"{key}_status", note.status.value)),
        ),
        "The change is kept.",
    )


def _carry(quarter: str) -> None:
    now = view.now()
    entries.keep(lambda connection: carry_over(connection, quarter, now), f"Carried over to {quarter}.")


def _icon(kind: NoteKind, status: NoteStatus) -> str:
    return _ICONS[status] if kind is NoteKind.DECISION else ":material/sticky_note_2:"


def _today() -> date:
    return day_of(view.now())


def _text(text: str) -> str:
    """Return typed text literally, line by line."""
    return "  \n".join(literal(line) for line in text.splitlines())
