"""Between a review and the store: its filters as the key of what is frozen, and entries as lines of the document."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from dashboard.analysis.filters import Compare, Filter, Preset
from dashboard.analysis.review.document import NoteLine
from dashboard.analysis.review.quarters import Quarter
from data.frozen_reviews import frozen_days
from data.review_notes import Note


def frozen_quarter(connection: sqlite3.Connection, name: str) -> Quarter | None:
    """Return a quarter under the name and with the days that a frozen review has; null where none is frozen.

    It stays to be found when fiscal years begin with another month than they did then.
    """
    days = frozen_days(connection, name)
    return None if days is None else Quarter(*days, name)


def scope_of(chosen: Filter, quarter: Quarter) -> Filter:
    """Return the filters with the days of the quarter; the same whatever days they had."""
    compared = quarter.previous().period
    return replace(chosen, period=quarter.period, preset=Preset.CUSTOM, compare=Compare.PREVIOUS, compared=compared)


def scope_text(chosen: Filter) -> str:
    """Return the filters other than the days, as words of an address; empty for everything."""
    named = {"project": chosen.project, "route": chosen.route, "task_class": chosen.task_class}
    return urlencode([(name, value) for name, value in named.items() if value is not None])


def lines_of(notes: Sequence[Note]) -> tuple[NoteLine, ...]:
    """Return entries as a document carries them."""
    return tuple(
        NoteLine(
            kind=note.kind.value,
            status=note.status.value,
            text=note.text,
            question=note.question,
            owner=note.owner,
            due_date=note.due_date,
            quarter=note.first_quarter,
            carried_to=note.carried_to,
        )
        for note in notes
    )
