"""A review in short: what its heading says, and how its verdicts and figures are read."""

from collections.abc import Sequence
from datetime import date

from dashboard.analysis.review.document import Answer, AnswerState, ReviewDocument, ReviewFigure
from dashboard.analysis.units import difference_text, interval_text, value_text
from data.review_notes import Note
from data.words import NoteKind, NoteStatus


def headline(document: ReviewDocument) -> str:
    """Return the answers in one line."""
    count = len(document.answers)
    if not count:
        return f"{document.quarter}: no question is asked"
    found = [
        (sum(answer.state is state for answer in document.answers), words)
        for state, words in (
            (AnswerState.ANSWERED, "answered"),
            (AnswerState.CANNOT_TELL, "cannot be told yet"),
            (AnswerState.NOT_MEASURED, "not measured"),
        )
    ]
    if found[0][0] == count:
        return f"{document.quarter}: all {count} questions answered" if count > 1 else f"{document.quarter}: answered"
    parts = ", ".join(f"{number} {words}" for number, words in found if number)
    return f"{document.quarter}: of {count} questions {parts}"


def short_question(answer: Answer) -> str:
    """Return what a question is about, in a few words: those of its key."""
    return answer.key.replace("_", " ").capitalize()


def certainty(figure: ReviewFigure) -> str:
    """Return what must be known beside a value: its interval and n."""
    n = f"n = {figure.n:,} {figure.n_unit}"
    if figure.low is None or figure.high is None:
        return n
    return f"95 % interval {interval_text(figure.low, figure.high, figure.unit)}, {n}"


def before_words(figure: ReviewFigure) -> str:
    """Return the same figure a quarter before, with the difference; empty when it is not known."""
    if figure.before is None:
        return ""
    if figure.value is None:
        return f"{value_text(figure.before, figure.unit)} a quarter before"
    difference = difference_text(figure.value - figure.before, figure.unit)
    return f"{value_text(figure.before, figure.unit)} a quarter before ({difference})"


def note_words(note: Note, today: date) -> str:
    """Return all that is known of an entry but its text, as words with dots between them."""
    parts = [note.kind.value.capitalize()]
    if note.owner:
        parts.append(note.owner)
    if note.due_date is not None:
        parts.append(f"due {note.due_date.isoformat()}{', overdue' if note.is_overdue(today) else ''}")
    if note.kind is NoteKind.DECISION:
        parts.append(note.status.value)
    if note.is_carried:
        parts.append(f"carried over from {note.first_quarter}")
    if note.carried_to is not None:
        parts.append(f"carried over to {note.carried_to}")
    return " · ".join(parts)


def open_words(notes: Sequence[Note]) -> str:
    """Return how many decisions there are, how many of them are open, and how many are looked after elsewhere."""
    decisions = [note for note in notes if note.kind is NoteKind.DECISION]
    if not decisions:
        return "No decision yet"
    carried = sum(note.status is NoteStatus.OPEN and note.carried_to is not None for note in decisions)
    is_open = sum(note.status is NoteStatus.OPEN and note.carried_to is None for note in decisions)
    noun = "decision" if len(decisions) == 1 else "decisions"
    return f"{len(decisions)} {noun}, {is_open} open" + (f", {carried} carried over" if carried else "")
