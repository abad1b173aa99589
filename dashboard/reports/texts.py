"""Texts that every report shares: the lines about the document, and figures with their interval and n."""

from collections.abc import Iterator
from datetime import date, datetime

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.document import Answer, EvidenceChart, NoteLine, ReviewDocument, ReviewFigure
from dashboard.analysis.units import interval_text, value_text
from dashboard.reports.clean import one_line

PRODUCT = "Boltscope"
DEMO = "Demo data: made up by etl demo, in whole or in part; not about a real team"
NO_NOTES = "No decision or note was entered."
NO_ROWS = "No rows."
NOTHING_TO_DRAW = "There are no values to draw."


def title(document: ReviewDocument) -> str:
    """Return the title of the review."""
    return f"Quarterly review {document.quarter}{' (demo data)' if document.is_demo else ''}"


def scope(document: ReviewDocument) -> str:
    """Return the filters in words."""
    return document.scope or "everything (no filter)"


def days(document: ReviewDocument) -> str:
    """Return the days of the quarter, and whether they are over."""
    text = f"{day(document.first)} to {day(document.last)}"
    return text if document.is_complete else f"{text}, not over yet"


def edition(document: ReviewDocument) -> str:
    """Return which freezing the document is, or that it is none."""
    if document.revision is None:
        return "not frozen: figures may change with the next load"
    frozen = "" if document.frozen_at is None else f", frozen {instant(document.frozen_at)}"
    return f"revision {document.revision}{frozen}"


def facts(document: ReviewDocument) -> tuple[tuple[str, str], ...]:
    """Return what must be known of the whole document, as labels with texts."""
    demo = (("Data", DEMO),) if document.is_demo else ()
    return (
        *demo,
        ("Quarter", document.quarter),
        ("Days", days(document)),
        ("Time zone of days", document.time_zone),
        ("Filters", scope(document)),
        ("Newest record", instant(document.as_of)),
        ("Edition", edition(document)),
        ("Data version", str(document.data_version)),
        ("Definitions", document.definitions_hash),
        ("Prices", document.price_version),
    )


def footer(document: ReviewDocument) -> str:
    """Return the line that stands on every page: quarter, filters, and how new the data are."""
    kind = "" if document.revision is None else f" · revision {document.revision}"
    demo = "Demo data · " if document.is_demo else ""
    return f"{demo}{document.quarter}{kind} · {scope(document)} · data until {instant(document.as_of)}"


def stamp(document: ReviewDocument) -> datetime:
    """Return the time that files of this document bear: of its freezing, otherwise of its newest record."""
    return document.frozen_at or document.as_of


def figure_value(figure: ReviewFigure) -> str:
    """Return the value of a figure with its unit."""
    return value_text(figure.value, figure.unit)


def figure_interval(figure: ReviewFigure) -> str:
    """Return the 95 % interval of a figure; a dash where there is none."""
    return interval_text(figure.low, figure.high, figure.unit)


def figure_n(figure: ReviewFigure) -> str:
    """Return how many events a figure rests on."""
    return f"{value_text(figure.n, Unit.COUNT)} {figure.n_unit}".rstrip()


def figure_before(figure: ReviewFigure) -> str:
    """Return the same figure a quarter before."""
    return value_text(figure.before, figure.unit)


def figure_about(figure: ReviewFigure) -> str:
    """Return what stands under the value of a figure: its interval, n, and the quarter before."""
    parts = [f"n = {figure_n(figure)}"]
    if figure.low is not None and figure.high is not None:
        parts.insert(0, f"95 % interval {figure_interval(figure)}")
    if figure.before is not None:
        parts.append(f"quarter before {figure_before(figure)}")
    return "; ".join(parts)


def question_title(answer: Answer) -> str:
    """Return a question with its number."""
    return f"{answer.number}. {answer.question}"


def answer_lines(answer: Answer) -> Iterator[tuple[str, str]]:
    """Return all texts of an answer below its verdict, as labels with texts."""
    yield "In one sentence", answer.sentence
    if answer.since_last:
        yield "Since the last quarter", answer.since_last
    for label, several in (("What would change it", answer.would_change), ("What limits it", answer.limits)):
        if several:
            yield label, "\n".join(several)
    yield "Rule", answer.rule
    yield "State", answer.state.value
    yield "Owner", answer.owner


def rows(count: int) -> str:
    """Return a number of rows with its noun."""
    return "1 row" if count == 1 else f"{count:,} rows"


def reference_words(chart: EvidenceChart) -> str:
    """Return what the values of a chart are compared with, and how much that is."""
    amount = value_text(chart.reference, chart.unit)
    label = one_line(chart.reference_label or "")
    if any(character.isdigit() for character in label):
        return label
    return f"{label} ({amount})" if label else amount


def note_about(note: NoteLine) -> str:
    """Return who a note belongs to, until when, and where it comes from."""
    parts = [note.status if note.carried_to is None else f"{note.status}, carried over to {note.carried_to}"]
    if note.owner:
        parts.append(f"owner {note.owner}")
    if note.due_date is not None:
        parts.append(f"due {day(note.due_date)}")
    if note.quarter:
        parts.append(f"entered in {note.quarter}")
    return ", ".join(part for part in parts if part)


def day(moment: date) -> str:
    """Return a day as people write it: 3 Nov 2026."""
    return f"{moment.day} {moment:%b} {moment.year}"


def instant(moment: datetime) -> str:
    """Return an instant to the minute, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
