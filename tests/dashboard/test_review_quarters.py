"""Quarters: cut from any month on, named so that two ways to cut them cannot be mixed up, and read from text."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.analysis.review import quarters
from dashboard.analysis.review.quarters import (
    QuarterError,
    default_quarter,
    quarter_of,
    quarters_of_store,
    read_quarter,
)
from data.definitions import Reporting, reporting
from data.store import Store
from fact_rows import Facts


def begin_with(monkeypatch: pytest.MonkeyPatch, month: int, time_zone: str = "UTC") -> None:
    monkeypatch.setattr(quarters, "reporting", lambda: Reporting(time_zone, 2020, month))


def test_the_shipped_fiscal_year_is_that_of_the_calendar():
    assert reporting().fiscal_year_starts == 1


@pytest.mark.parametrize(
    ("starts", "day", "name", "first", "last"),
    [
        (1, "2026-07-01", "2026Q3", "2026-07-01", "2026-09-30"),
        (1, "2026-12-31", "2026Q4", "2026-10-01", "2026-12-31"),
        # April to March: the fiscal year that begins in April 2026 ends in 2027.
        (4, "2026-04-01", "FY2027Q1", "2026-04-01", "2026-06-30"),
        (4, "2026-03-31", "FY2026Q4", "2026-01-01", "2026-03-31"),
        # October to September, as a US agency: October 2026 opens 2027.
        (10, "2026-11-20", "FY2027Q1", "2026-10-01", "2026-12-31"),
        (10, "2026-09-30", "FY2026Q4", "2026-07-01", "2026-09-30"),
        # From February on quarters straddle the turn of the year.
        (2, "2027-01-15", "FY2027Q4", "2026-11-01", "2027-01-31"),
        (2, "2027-02-01", "FY2028Q1", "2027-02-01", "2027-04-30"),
        (12, "2028-02-29", "FY2028Q1", "2027-12-01", "2028-02-29"),
    ],
)
def test_a_day_lies_in_the_quarter(monkeypatch, starts: int, day: str, name: str, first: str, last: str):
    begin_with(monkeypatch, starts)
    found = quarter_of(date.fromisoformat(day))
    assert (found.name, str(found.first), str(found.last)) == (name, first, last)


@pytest.mark.parametrize("starts", range(1, 13))
def test_quarters_follow_one_another_without_gap_and_their_names_lead_back(monkeypatch, starts: int):
    begin_with(monkeypatch, starts)
    quarter = quarter_of(date(2025, 11, 20))
    for _ in range(9):
        after = quarter.next()
        assert after.first == quarter.last + timedelta(days=1)
        assert after.previous() == quarter
        assert read_quarter(quarter.name) == quarter
        assert quarter_of(quarter.first) == quarter_of(quarter.last) == quarter
        quarter = after


@pytest.mark.parametrize("text", ["2026Q3", "2026q3", " 2026-Q3 ", "2026 q3", "FY2026Q3"])
def test_a_quarter_is_read_as_people_write_it(text: str):
    assert read_quarter(text).name == "2026Q3"


@pytest.mark.parametrize("text", ["", "2026Q5", "Q3", "2026", "20260Q3", "2026Q3; DROP", "0001Q1", "²026Q1"])
def test_what_is_no_quarter_is_refused_with_how_to_write_it(text: str):
    with pytest.raises(QuarterError, match="write it as 2026Q1, for January to March 2026"):
        read_quarter(text)


def test_a_calendar_quarter_is_refused_where_it_could_be_mistaken_for_a_fiscal_one(monkeypatch):
    begin_with(monkeypatch, 4)
    with pytest.raises(QuarterError, match=r"begins in April .* write it as FY2027Q1, for April to June 2026"):
        read_quarter("2026Q3")


def test_months_are_said_with_both_years_where_there_are_two(monkeypatch):
    begin_with(monkeypatch, 2)
    assert quarter_of(date(2027, 1, 1)).months == "November 2026 to January 2027"
    assert quarter_of(date(2027, 2, 1)).months == "February to April 2027"


def store_with(store: Store, *days: str) -> Store:
    facts = Facts()
    for day in days:
        facts.task(f"{day}T10:00")
    return facts.write(store)


def asked(store: Store, as_of: datetime, today: date | None = None) -> tuple[list[str], str]:
    with store.reading() as connection:
        offered = [quarter.name for quarter in quarters_of_store(connection, as_of)]
        return offered, default_quarter(connection, as_of, today).name


def test_the_store_offers_its_quarters_and_begins_with_the_last_full_one(store: Store):
    full = store_with(store, "2026-02-10", "2026-08-03", "2026-11-02")
    # 2026Q2 has no record and is offered all the same: an empty quarter says so.
    assert asked(full, datetime(2026, 11, 2, 12, tzinfo=UTC)) == (["2026Q4", "2026Q3", "2026Q2", "2026Q1"], "2026Q3")


def test_a_store_that_begins_in_the_running_quarter_offers_that_one(store: Store):
    assert asked(store_with(store, "2026-11-02"), datetime(2026, 11, 3, tzinfo=UTC)) == (["2026Q4"], "2026Q4")


def test_an_empty_store_offers_none_and_still_has_a_default(store: Store):
    assert asked(store, datetime(2026, 11, 3, tzinfo=UTC)) == ([], "2026Q3")


def test_a_quarter_has_ended_only_when_its_last_day_has(store: Store):
    full = store_with(store, "2026-05-10", "2026-09-30")
    assert asked(full, datetime(2026, 9, 30, 23, 59, tzinfo=UTC))[1] == "2026Q2"
    assert asked(full, datetime(2026, 10, 1, tzinfo=UTC))[1] == "2026Q3"


def test_a_quarter_has_ended_by_the_calendar_also_where_records_stop_before_its_last_day(store: Store):
    full = store_with(store, "2026-05-10", "2026-09-29")
    newest = datetime(2026, 9, 29, 18, tzinfo=UTC)
    assert asked(full, newest, date(2026, 9, 30))[1] == "2026Q2"
    assert asked(full, newest, date(2026, 10, 1))[1] == "2026Q3"
    assert asked(full, newest, date(2027, 5, 1))[1] == "2026Q3"
