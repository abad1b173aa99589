"""Decisions and notes of reviews: entered, changed, carried over once, and refused with words."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from data.definitions import reporting
from data.quarter_names import first_day
from data.review_notes import LONGEST_TEXT, Entry, EntryError, add_note, carry_over, change_note, notes_of, open_before
from data.store import Store
from data.words import NoteKind, NoteStatus

NOW = datetime(2026, 10, 2, 9, tzinfo=UTC)


def add(store: Store, quarter: str, text: str, **columns) -> int:
    with store.writing() as connection:
        return add_note(connection, quarter, Entry(text, **columns), NOW)


def notes(store: Store, quarter: str):
    with store.reading() as connection:
        return notes_of(connection, quarter)


def carry(store: Store, quarter: str) -> int:
    with store.writing() as connection:
        return carry_over(connection, quarter, NOW + timedelta(days=90))


def close(store: Store, quarter: str, text: str, status: NoteStatus) -> None:
    (note,) = [note for note in notes(store, quarter) if note.text == text]
    with store.writing() as connection:
        change_note(connection, note, NOW, text=note.text, owner=note.owner, due_date=note.due_date, status=status)


def test_what_is_entered_reads_back_as_it_was_typed(store: Store):
    text = "=1+1 <b>Ask</b> before\nmigrations"
    add(store, "2026Q3", f"  {text} \x00 ", question="approvals", owner=" Ann  Lee ", due_date=date(2026, 10, 15))
    (note,) = notes(store, "2026Q3")
    assert (note.text, note.owner, note.due_date) == (text, "Ann Lee", date(2026, 10, 15))
    assert (note.kind, note.status, note.question) == (NoteKind.DECISION, NoteStatus.OPEN, "approvals")
    assert (note.created_at, note.first_quarter, note.is_carried) == (NOW, "2026Q3", False)
    assert notes(store, "2026Q2") == ()


@pytest.mark.parametrize(
    ("text", "owner", "said"),
    [
        ("", None, "The text is empty"),
        (" \n\t\x00", None, "The text is empty"),
        ("a" * (LONGEST_TEXT + 1), None, "The text has 2,001 letters; at most 2,000"),
        ("fine", "b" * 101, "The owner has 101 letters"),
    ],
)
def test_nothing_and_too_much_are_refused_with_words(store: Store, text: str, owner: str | None, said: str):
    with pytest.raises(EntryError, match=said):
        add(store, "2026Q3", text, owner=owner)
    assert notes(store, "2026Q3") == ()


def test_open_decisions_are_carried_over_once_and_the_first_quarter_is_remembered(store: Store):
    add(store, "2026Q2", "Rotate keys", owner="Ann", due_date=date(2026, 9, 1), question="policies")
    add(store, "2026Q2", "Done at once")
    add(store, "2026Q2", "Only a note", kind=NoteKind.NOTE)
    close(store, "2026Q2", "Done at once", NoteStatus.DONE)
    with store.reading() as connection:
        assert [note.text for note in open_before(connection, "2026Q3")] == ["Rotate keys"]
        assert open_before(connection, "2026Q2") == ()
    assert [carry(store, "2026Q3"), carry(store, "2026Q3")] == [1, 0]
    (carried,) = notes(store, "2026Q3")
    (first,) = [note for note in notes(store, "2026Q2") if note.text == "Rotate keys"]
    assert carried.carried_from_key == first.key
    assert (carried.owner, carried.due_date, carried.question) == ("Ann", date(2026, 9, 1), "policies")
    assert (carried.first_quarter, first.carried_to, first.status) == ("2026Q2", "2026Q3", NoteStatus.OPEN)
    # Over a quarter without a review: from 2026Q3 straight to 2027Q1, still of 2026Q2.
    assert carry(store, "2027Q1") == 1
    assert notes(store, "2027Q1")[0].first_quarter == "2026Q2"
    # Done is done: nothing is left to carry.
    close(store, "2027Q1", "Rotate keys", NoteStatus.DONE)
    assert carry(store, "2027Q2") == 0


def test_carried_over_ones_come_first(store: Store):
    add(store, "2026Q3", "New")
    add(store, "2026Q2", "Old")
    carry(store, "2026Q3")
    assert [note.text for note in notes(store, "2026Q3")] == ["Old", "New"]


def test_two_people_who_change_the_same_entry_do_not_overwrite_each_other(store: Store):
    add(store, "2026Q3", "Ask")
    (seen,) = notes(store, "2026Q3")
    kept = {"owner": None, "due_date": None, "status": NoteStatus.DONE}
    with store.writing() as connection:
        change_note(connection, seen, NOW, text="Ask first", **kept)
    with pytest.raises(EntryError, match="Somebody else changed"), store.writing() as connection:
        change_note(connection, seen, NOW, text="Ask never", **kept)
    assert [note.text for note in notes(store, "2026Q3")] == ["Ask first"]


def test_open_and_past_its_day_is_overdue(store: Store):
    add(store, "2026Q3", "Ask", due_date=date(2026, 10, 15))
    (note,) = notes(store, "2026Q3")
    assert [note.is_overdue(date(2026, 10, day)) for day in (15, 16)] == [False, True]
    close(store, "2026Q3", "Ask", NoteStatus.DROPPED)
    assert not notes(store, "2026Q3")[0].is_overdue(date(2026, 10, 16))


def test_quarters_come_by_their_days_and_not_by_their_names(monkeypatch, store: Store):
    fiscal = msgspec.structs.replace(reporting(), fiscal_year_starts=7)
    monkeypatch.setattr("data.quarter_names.reporting", lambda: fiscal)
    # FY2027Q1 is July to September 2026, FY2026Q4 is April to June 2026: as texts, both come after 2026Q4.
    assert [first_day(name) for name in ("FY2026Q4", "FY2027Q1", "FY2027Q3", "2026Q4")] == [
        date(2026, 4, 1), date(2026, 7, 1), date(2027, 1, 1), date(2026, 10, 1),
    ]  # fmt: skip
    with store.writing() as connection:
        for quarter in ("2026Q1", "FY2026Q4", "FY2027Q3"):
            add_note(connection, quarter, Entry(quarter), NOW)
    with store.reading() as connection:
        assert [note.text for note in open_before(connection, "2026Q4")] == ["2026Q1", "FY2026Q4"]
        assert [note.text for note in open_before(connection, "FY2026Q4")] == ["2026Q1"]
