"""Decisions and notes that people enter in quarterly reviews: adding, changing, and carrying open ones over.

Every function that writes takes the connection of Store.writing(). Loads never touch what is written here.
"""

import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.epoch import EPOCH, EPOCH_DAY, stored_instant
from data.errors import BoltscopeError
from data.quarter_names import first_day
from data.words import NoteKind, NoteStatus

LONGEST_TEXT = 2_000
LONGEST_NAME = 100
_COLUMNS = (
    "review_note_key, quarter, question, kind, text, owner, due_date, status, carried_from_key, created_at, changed_at"
)
_CARRIED_TO = (
    "(SELECT min(later.quarter) FROM review_note AS later WHERE later.carried_from_key = note.review_note_key)"
)


class EntryError(BoltscopeError):
    """What somebody entered cannot be kept; the text says why."""


@dataclass(frozen=True, slots=True)
class Note:
    """One decision or note as it stands."""

    key: int
    quarter: str
    question: str | None
    kind: NoteKind
    text: str
    owner: str | None
    due_date: date | None
    status: NoteStatus
    carried_from_key: int | None
    created_at: datetime
    changed_at: datetime
    first_quarter: str
    """The quarter in which it was first entered."""
    carried_to: str | None
    """The quarter that it was carried over to, where it is looked after since."""

    @property
    def is_carried(self) -> bool:
        """Whether it was carried over from an earlier quarter."""
        return self.carried_from_key is not None

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been done before today."""
        return self.status is NoteStatus.OPEN and self.due_date is not None and self.due_date < today


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person enters."""

    text: str
    kind: NoteKind = NoteKind.DECISION
    question: str | None = None
    """Question that it belongs to; null for the review as a whole."""
    owner: str | None = None
    due_date: date | None = None


def notes_of(connection: sqlite3.Connection, quarter: str) -> tuple[Note, ...]:
    """Return what was entered in a quarter's review, what was carried over first, else as it was entered."""
    return _read(
        connection,
        f"SELECT {_COLUMNS}, {_CARRIED_TO} FROM review_note AS note WHERE quarter = ? "  # noqa: S608
        "ORDER BY carried_from_key IS NULL, created_at, review_note_key",
        (quarter,),
    )


def open_before(connection: sqlite3.Connection, quarter: str) -> tuple[Note, ...]:
    """Return the decisions of earlier quarters that are still open and were not carried over yet, oldest first."""
    found = _read(
        connection,
        f"SELECT {_COLUMNS}, NULL FROM review_note AS note WHERE kind = ? AND status = ? "  # noqa: S608
        f"AND {_CARRIED_TO} IS NULL ORDER BY created_at, review_note_key",
        (NoteKind.DECISION.value, NoteStatus.OPEN.value),
    )
    earlier = [note for note in found if first_day(note.quarter) < first_day(quarter)]
    return tuple(sorted(earlier, key=lambda note: first_day(note.quarter)))


def add_note(connection: sqlite3.Connection, quarter: str, entry: Entry, now: datetime) -> int:
    """Write a decision or note and return its key. Raises EntryError when there is nothing to write, or too much."""
    values = (
        quarter, entry.question, entry.kind.value, clean_text(entry.text, "text", LONGEST_TEXT),
        clean_name(entry.owner), _day(entry.due_date), NoteStatus.OPEN.value, None,
    )  # fmt: skip
    return _insert(connection, values, now)


def change_note(
    connection: sqlite3.Connection,
    note: Note,
    now: datetime,
    *,
    text: str,
    owner: str | None,
    due_date: date | None,
    status: NoteStatus,
) -> None:
    """Change a decision or note as it was seen. Raises EntryError when somebody else has changed it since."""
    changed = connection.execute(
        "UPDATE review_note SET text = ?, owner = ?, due_date = ?, status = ?, changed_at = ? "
        "WHERE review_note_key = ? AND changed_at = ?",
        (clean_text(text, "text", LONGEST_TEXT), clean_name(owner), _day(due_date), status.value,
         max(stored_instant(now), stored_instant(note.changed_at) + 1), note.key, stored_instant(note.changed_at)),
    )  # fmt: skip
    if changed.rowcount == 0:
        raise EntryError("Somebody else changed this entry meanwhile. Nothing was kept; look at it again.")


def carry_over(connection: sqlite3.Connection, quarter: str, now: datetime) -> int:
    """Carry the open decisions of earlier quarters over to a quarter and return how many; each is carried only once.

    The earlier ones stay as they stood in their quarter; from then on the new ones are looked after.
    """
    found = open_before(connection, quarter)
    for note in found:
        values = (
            quarter, note.question, note.kind.value, note.text, note.owner, _day(note.due_date), note.status.value,
            note.key,
        )  # fmt: skip
        _insert(connection, values, now)
    return len(found)


def clean_text(text: str | None, what: str, longest: int) -> str:
    """Return a text without blanks around it and without control characters. Raises EntryError: none, or too long."""
    lines = ("".join(letter for letter in line if letter.isprintable()) for line in (text or "").splitlines())
    cleaned = "\n".join(line.strip() for line in lines).strip()
    if not cleaned:
        raise EntryError(f"The {what} is empty. Write something, then save it.")
    if len(cleaned) > longest:
        raise EntryError(f"The {what} has {len(cleaned):,} letters; at most {longest:,} are kept. Make it shorter.")
    return cleaned


def clean_name(name: str | None, what: str = "owner") -> str | None:
    """Return a name in one line; null where there is none. Raises EntryError when it is too long."""
    one_line = " ".join((name or "").split())
    if not any(letter.isprintable() and not letter.isspace() for letter in one_line):
        return None
    return clean_text(one_line, what, LONGEST_NAME)


def _insert(connection: sqlite3.Connection, values: tuple[str | int | None, ...], now: datetime) -> int:
    key = secrets.randbits(63)
    connection.execute(
        f"INSERT INTO review_note ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (key, *values, stored_instant(now), stored_instant(now)),
    )
    return key


def _read(connection: sqlite3.Connection, sql: str, parameters: Iterable[str]) -> tuple[Note, ...]:
    rows = connection.execute(sql, tuple(parameters)).fetchall()
    return tuple(
        Note(
            key=key,
            quarter=quarter,
            question=question,
            kind=NoteKind(kind),
            text=text,
            owner=owner,
            due_date=None if due is None else EPOCH_DAY + timedelta(days=due),
            status=NoteStatus(status),
            carried_from_key=carried_from,
            created_at=_instant(created),
            changed_at=_instant(changed),
            first_quarter=_first_quarter(connection, quarter, carried_from),
            carried_to=carried_to,
        )
        for key, quarter, question, kind, text, owner, due, status, carried_from, created, changed, carried_to in rows
    )


def _first_quarter(connection: sqlite3.Connection, quarter: str, carried_from: int | None) -> str:
    while carried_from is not None:
        row = connection.execute(
            "SELECT quarter, carried_from_key FROM review_note WHERE review_note_key = ?", (carried_from,)
        ).fetchone()
        if row is None:
            break
        quarter, carried_from = row
    return quarter


def _day(day: date | None) -> int | None:
    return None if day is None else (day - EPOCH_DAY).days


def _instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
