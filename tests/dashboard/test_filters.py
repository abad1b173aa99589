"""Periods, what they are compared with, and the way of a filter through a URL."""

import sqlite3
from datetime import date

import pytest

from dashboard.analysis.as_of import day_end, last_mature_day, last_whole_day, newest_record
from dashboard.analysis.filters import (
    NONE_NAME,
    Compare,
    Filter,
    Period,
    Preset,
    compared_period,
    filter_from_params,
    make_filter,
    preset_period,
    route_condition,
    route_name,
)
from data.store import Store
from fact_rows import Facts, at

NOW = at("2026-05-20T15:30")


def period(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.LAST_7_DAYS, "2026-05-14", "2026-05-20"),
        (Preset.LAST_28_DAYS, "2026-04-23", "2026-05-20"),
        (Preset.LAST_90_DAYS, "2026-02-20", "2026-05-20"),
        (Preset.THIS_MONTH, "2026-05-01", "2026-05-20"),
        (Preset.THIS_QUARTER, "2026-04-01", "2026-05-20"),
        (Preset.LAST_QUARTER, "2026-01-01", "2026-03-31"),
        (Preset.YEAR_TO_DATE, "2026-01-01", "2026-05-20"),
        (Preset.ALL, "2025-11-03", "2026-05-20"),
    ],
)
def test_a_preset_names_days_seen_from_as_of(preset: Preset, first: str, last: str) -> None:
    assert preset_period(preset, NOW.date(), date(2025, 11, 3)) == period(first, last)


@pytest.mark.parametrize(
    ("first", "last", "compare", "expected"),
    [
        ("2026-05-14", "2026-05-20", Compare.PREVIOUS, ("2026-05-07", "2026-05-13")),
        ("2026-03-01", "2026-03-31", Compare.PREVIOUS, ("2026-02-01", "2026-02-28")),  # a whole month
        ("2026-01-01", "2026-03-31", Compare.PREVIOUS, ("2025-10-01", "2025-12-31")),  # a whole quarter
        ("2025-01-01", "2025-12-31", Compare.PREVIOUS, ("2024-01-01", "2024-12-31")),  # a whole year
        ("2026-05-01", "2026-05-20", Compare.PREVIOUS, ("2026-04-11", "2026-04-30")),  # a month so far: as many days
        ("2024-02-29", "2024-03-01", Compare.LAST_YEAR, ("2023-02-28", "2023-03-01")),
    ],
)
def test_what_a_period_is_compared_with(first: str, last: str, compare: Compare, expected: tuple[str, str]) -> None:
    assert compared_period(period(first, last), compare) == period(*expected)


def test_without_comparison_there_is_no_compared_period() -> None:
    assert compared_period(period("2026-05-14", "2026-05-20"), Compare.NONE) is None


@pytest.mark.parametrize(
    "chosen",
    [
        make_filter(NOW),
        make_filter(NOW, preset=Preset.LAST_QUARTER, compare=Compare.LAST_YEAR, project="shop & co"),
        make_filter(
            NOW, custom=period("2026-01-05", "2026-02-10"), route="openrouter/anthropic/claude", task_class="fix"
        ),
        make_filter(NOW, preset=Preset.THIS_MONTH, project=NONE_NAME, route=NONE_NAME, compare=Compare.NONE),
        make_filter(NOW, compare=Compare.DATES, other=period("2025-12-24", "2026-01-06")),
    ],
)
def test_a_filter_survives_the_url(chosen: Filter) -> None:
    assert filter_from_params(chosen.to_params(), NOW) == chosen


def test_any_dates_to_compare_with_are_written_as_from_and_to() -> None:
    chosen = make_filter(NOW, compare=Compare.DATES, other=period("2025-12-24", "2026-01-06"))
    assert chosen.to_params() == {"compare": "2025-12-24..2026-01-06"}
    assert filter_from_params({"compare": "2026-01-06..2025-12-24"}, NOW).compared == chosen.compared


def test_days_of_ones_own_that_are_not_picked_yet_are_those_of_the_previous_period() -> None:
    chosen = make_filter(NOW, preset=Preset.LAST_7_DAYS, compare=Compare.DATES)
    assert chosen.compared == period("2026-05-07", "2026-05-13")


def test_the_default_filter_leaves_the_url_empty() -> None:
    assert make_filter(NOW).to_params() == {}


@pytest.mark.parametrize(
    "params",
    [
        {"period": "forever"},
        {"from": "2026-13-01", "to": "x"},
        {"from": "2026-01-01"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"compare": "<script>"},
        {"compare": "dates"},
        {"compare": "2026-01-01..x"},
        {"compare": "0001-01-01..9999-12-31"},
        {"compare": "2026-01-01"},
        {"task_class": "nonsense"},
        {"project": ""},
        {"project": "a\nb"},
        {"route": "x" * 5000},
    ],
)
def test_nonsense_in_a_url_falls_back_to_the_default(params: dict[str, str]) -> None:
    assert filter_from_params(params, NOW) == make_filter(NOW)


def test_a_period_typed_backwards_is_turned_round() -> None:
    assert filter_from_params({"from": "2026-02-10", "to": "2026-01-05"}, NOW).period == period(
        "2026-01-05", "2026-02-10"
    )


def test_a_period_that_ends_before_it_begins_is_an_error() -> None:
    with pytest.raises(ValueError, match="ends on or after"):
        period("2026-02-10", "2026-01-05")


@pytest.mark.parametrize(
    ("provider", "model", "written"),
    [
        ("openai", "gpt-5", "openai/gpt-5"),
        ("openrouter", "anthropic/claude", "openrouter/anthropic/claude"),
        (None, "gpt-5", "?/gpt-5"),
        ("openai", None, "openai/?"),
        (None, None, NONE_NAME),
        ("my/llm", "gpt/5", "my/llm/gpt/5"),
        ("?", "gpt-5?", "?/gpt-5?"),
        ("open?i", "?", "open?i/?"),
    ],
)
def test_the_rows_of_a_route_are_found_by_its_written_name(
    provider: str | None, model: str | None, written: str
) -> None:
    assert route_name(provider, model) == written
    others = [("my", "llm"), ("openai", "gpt"), ("?", "gpt-4"), (None, "claude"), (None, None), ("anthropic", None)]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE call (provider TEXT, model TEXT)")
    connection.executemany("INSERT INTO call VALUES (?, ?)", {*others, (provider, model)})
    condition, parameters = route_condition(written)
    found = connection.execute(f"SELECT provider, model FROM call WHERE {condition}", parameters).fetchall()
    connection.close()
    assert found == [(provider, model)]
    # Rows that are at hand already are picked alike.
    chosen = Filter(Period(date(2026, 3, 1), date(2026, 3, 31)), route=written)
    assert {row for row in {*others, (provider, model)} if chosen.selects("shop", None, route_name(*row))} == set(found)


def test_rows_at_hand_are_selected_by_project_and_class() -> None:
    month = Period(date(2026, 3, 1), date(2026, 3, 31))
    rows = [("shop", "fix"), ("shop", None), (None, "fix")]

    def selected(**named: str) -> list[tuple[str | None, str | None]]:
        return [row for row in rows if Filter(month, **named).selects(*row, "openai/gpt-5")]

    assert selected() == rows
    assert selected(project="shop") == rows[:2]
    assert selected(project=NONE_NAME) == rows[2:]
    assert selected(project="shop", task_class=NONE_NAME) == rows[1:2]
    assert selected(task_class="fix", route="openai/gpt-5") == [rows[0], rows[2]]
    assert selected(route="openai/gpt") == []


@pytest.mark.parametrize("written", ["gpt-5", "gpt-5/", "/gpt-5", "/"])
def test_a_name_that_no_route_is_written_like_finds_nothing(written: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE call (provider TEXT, model TEXT)")
    rows = [("gpt-5", None), ("gpt-5", ""), ("", "gpt-5"), (None, "gpt-5"), ("", "")]
    connection.executemany("INSERT INTO call VALUES (?, ?)", rows)
    condition, parameters = route_condition(written)
    assert connection.execute(f"SELECT 1 FROM call WHERE {condition}", parameters).fetchall() == []
    connection.close()


def test_the_newest_record_stands_in_for_the_clock(store: Store) -> None:
    with store.reading() as connection:
        assert newest_record(connection) is None
    facts = Facts()
    facts.load(1, last_record_at=at("2026-03-05T12:00"))
    facts.load(2, last_record_at=at("2026-03-04T12:00"))
    facts.load(3)
    facts.write(store)
    with store.reading() as connection:
        assert newest_record(connection) == at("2026-03-05T12:00")


def test_without_loads_the_newest_day_ends_the_data(store: Store) -> None:
    facts = Facts()
    facts.task("2026-03-02T10:00")
    facts.write(store)
    with store.reading() as connection:
        newest = newest_record(connection)
    assert newest is not None
    assert newest.date() == date(2026, 3, 2)
    assert last_whole_day(newest) == date(2026, 3, 1)


def test_a_day_is_mature_when_its_end_is_seven_days_ago() -> None:
    assert day_end(date(2026, 3, 2)) == at("2026-03-03")
    assert last_mature_day(at("2026-03-10"), 7) == date(2026, 3, 2)  # 3 March 00:00 + 7 days = 10 March 00:00
    assert last_mature_day(at("2026-03-09T23:59"), 7) == date(2026, 3, 1)
