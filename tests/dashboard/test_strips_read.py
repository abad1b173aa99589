"""What is read from strips is what the rollups say, under every filter and grouping."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from dashboard.analysis import strips
from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import NONE_NAME, Filter, Period
from dashboard.analysis.rollup_choice import condition_of, smallest_rollup
from dashboard.analysis.shared import kept_once
from dashboard.analysis.strips import strips_of
from data.histogram import Histogram
from data.store import Store
from data.strips import LAYOUTS
from fact_rows import Facts
from random_facts import random_facts

WHOLE, PART = Period(date(2026, 2, 1), date(2026, 4, 30)), Period(date(2026, 3, 3), date(2026, 3, 6))
FILTERS = [
    {},
    {"project": "shop"},
    {"project": NONE_NAME},
    {"task_class": "edit"},
    {"route": "openai/gpt-5"},
    {"route": NONE_NAME},
    {"project": "crm", "task_class": "fix", "route": "anthropic/claude-sonnet-4-5"},
    {"project": "nobody's"},
]
FINEST = ["task_daily", "call_daily", "patch_daily", "patch_decision_daily", "approval_daily"]


@pytest.fixture
def full(store: Store) -> Store:
    return random_facts().write(store)


def rollup_rows(
    connection: sqlite3.Connection, chosen: Filter, table: str, group: str, *summed: str
) -> list[tuple[object, ...]]:
    condition, parameters = condition_of(chosen, chosen.period, table)
    sums = ", ".join(f"sum({name})" for name in summed)
    return connection.execute(
        f"SELECT {group}, {sums} FROM {table} WHERE {condition} GROUP BY {group}", parameters
    ).fetchall()


@pytest.mark.parametrize("finest", FINEST)
@pytest.mark.parametrize("named", FILTERS, ids=str)
@pytest.mark.parametrize("period", [WHOLE, PART], ids=str)
def test_sums_by_name_and_day_are_those_of_the_rollup(
    full: Store, finest: str, named: dict[str, str], period: Period
) -> None:
    chosen = Filter(period, **named)
    with full.reading() as connection:
        # The same is in the finest rollup and in the smallest that tells the filter.
        for by in ((), ("project", "task_class", "route")):
            table = smallest_rollup(chosen, finest, *by)
            measures = LAYOUTS[table].measures
            read = strips_of(connection, chosen, period, finest, *by)
            names = LAYOUTS[table].dimensions
            grouped = rollup_rows(connection, chosen, table, ", ".join(names), *measures)
            assert read.sums(names, measures) == {row[: len(names)]: row[len(names) :] for row in grouped}
            if "task_class" in names:
                days = rollup_rows(connection, chosen, table, "task_class, date", *measures)
                daily = read.daily(("task_class",), measures)
                assert {(name, day): sums for name, day, sums in daily} == {row[:2]: row[2:] for row in days}
                assert [day for _, day, _ in daily] == sorted(row[1] for row in days)
                keys, grids = read.grid(("task_class", names[-1]), measures)
                pairs = rollup_rows(connection, chosen, table, f"task_class, {names[-1]}", measures[0])
                assert sorted(keys, key=repr) == sorted((row[:2] for row in pairs), key=repr)
                for measure, place in zip(measures, range(2, 99), strict=False):
                    of_days = grids[measure].sum(axis=0).tolist()
                    for number, value in enumerate(of_days):
                        day = day_number(period.first) + number
                        assert value == sum(row[place] for row in days if row[1] == day)
            whole = rollup_rows(connection, chosen, table, "1", *measures)
            assert read.total(*measures) == (whole[0][1:] if whole else (0,) * len(measures))


@pytest.mark.parametrize("finest", ["task_daily", "call_daily", "patch_decision_daily", "approval_daily"])
@pytest.mark.parametrize("named", FILTERS[:5], ids=str)
@pytest.mark.parametrize("period", [WHOLE, PART], ids=str)
def test_histograms_by_name_and_day_are_those_of_the_rollup(
    full: Store, finest: str, named: dict[str, str], period: Period
) -> None:
    chosen = Filter(period, **named)
    by = ("task_class",)
    table = smallest_rollup(chosen, finest, *by)
    condition, parameters = condition_of(chosen, period, table)
    with full.reading() as connection:
        read = strips_of(connection, chosen, period, finest, *by, histograms=True)
        rows = connection.execute(
            f"SELECT task_class, date, {LAYOUTS[table].histogram} FROM {table} WHERE {condition}", parameters
        ).fetchall()
    found, daily = read.histograms(by), read.daily_histograms(by)
    n = Histogram.merged(row[2] for row in rows).n
    assert sum(histogram.n for histogram in found.values()) == n
    assert n > 0 or named
    for name in {row[0] for row in rows}:
        of_name = Histogram.merged(blob for other, _, blob in rows if other == name)
        assert found.get(name, Histogram.merged(())) == of_name
        for day in {row[1] for row in rows}:
            of_day = Histogram.merged(blob for other, at, blob in rows if (other, at) == (name, day))
            assert daily.get((name, day), Histogram.merged(())) == of_day
    # Of a part of the days, those of the others are not counted.
    middle = day_number(date(2026, 3, 4))
    parts = [part.histograms((), lambda: "all") for part in (read.until(middle), read.after(middle))]
    assert Histogram.added([part["all"] for part in parts if part]) == Histogram.merged(row[2] for row in rows)


def test_what_has_rows_only_on_other_days_of_a_block_or_under_other_names_is_no_group(store: Store) -> None:
    facts = Facts()
    for day, route, status in ((2, "openai/gpt-5", "success"), (20, "mistral/large", "error")):
        facts.task(f"2026-03-{day:02}T10:00", route=route)
        facts.call(f"2026-03-{day:02}T10:00", status, route=route, latency_ms=900)
    facts.write(store)
    early = Period(date(2026, 3, 1), date(2026, 3, 4))
    with store.reading() as connection:
        tasks = strips_of(connection, Filter(early), early, "task_daily")
        calls = strips_of(connection, Filter(WHOLE), WHOLE, "call_daily", histograms=True).of("status", "error")
        nothing = Period(date(2026, 3, 6), date(2026, 3, 9))
        none = strips_of(connection, Filter(nothing), nothing, "task_daily")
    assert tasks.grid(("provider",), ("task_count",))[0] == ["openai"]
    assert none.grid(("provider",), ("task_count",))[0] == []
    assert calls.grid(("provider",), ("call_count",))[0] == ["mistral"]
    assert calls.sums(("provider",), ("call_count",)) == {"mistral": (1,)}
    assert list(calls.histograms(("provider",))) == ["mistral"]


def test_sums_beyond_what_floats_hold_are_exact(store: Store) -> None:
    facts = Facts()
    for minute in range(13):
        facts.call(f"2026-03-02T10:{minute:02}", input_tokens=10**15 - minute)
    facts.write(store)
    with store.reading() as connection:
        read = strips_of(connection, Filter(WHOLE), WHOLE, "call_daily")
    wanted = 13 * 10**15 - sum(range(13))
    assert read.total("input_tokens") == read.sums(("source",), ("input_tokens",)).popitem()[1] == (wanted,)
    assert read.daily((), ("input_tokens",))[0][2] == (wanted,)


def test_histograms_that_were_not_read_are_not_taken_for_none(full: Store) -> None:
    with full.reading() as connection:
        read = strips_of(connection, Filter(WHOLE), WHOLE, "call_daily")
    with pytest.raises(ValueError, match="were not read"):
        read.histograms(())


def test_many_groups_of_far_apart_values_have_the_same_histograms(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with full.reading() as connection:
        read = strips_of(connection, Filter(WHOLE), WHOLE, "call_daily", histograms=True)
    before = read.daily_histograms(("provider", "source"))
    monkeypatch.setattr(strips, "_MOST_CELLS", 0)
    assert read.daily_histograms(("provider", "source")) == before
    assert before


def test_what_is_read_within_one_answer_is_read_once_from_each_store(full: Store, tmp_path: Path) -> None:
    other = Facts()
    other.task("2026-03-02T10:00")
    small = other.write(Store(f"sqlite:///{tmp_path / 'other.db'}"))
    statements: list[str] = []
    with full.reading() as connection, small.reading() as of_other, kept_once(connection):
        connection.set_trace_callback(statements.append)
        one, same = (strips_of(connection, Filter(WHOLE), WHOLE, "task_daily") for _ in range(2))
        connection.set_trace_callback(None)
        assert one is same
        assert len(statements) == 1
        assert strips_of(of_other, Filter(WHOLE), WHOLE, "task_daily").total("task_count") == (1,)
    with full.reading() as connection:
        assert strips_of(connection, Filter(WHOLE), WHOLE, "task_daily") is not one


def test_groups_of_the_same_name_are_one(store: Store) -> None:
    facts = Facts()
    for provider, model in (("openai", "?"), ("openai", None)):
        facts.task("2026-03-02T10:00", provider=provider, model=model)
    facts.write(store)
    chosen = Filter(WHOLE)
    with store.reading() as connection:
        read = strips_of(connection, chosen, WHOLE, "task_daily")
    by = ("provider", "model")
    assert read.sums(by, ("task_count",)) == {("openai", "?"): (1,), ("openai", None): (1,)}
    assert read.sums(by, ("task_count",), lambda provider, model: f"{provider}/{model or '?'}") == {"openai/?": (2,)}


def test_an_empty_store_has_no_group_and_sums_of_zero(store: Store) -> None:
    with store.reading() as connection:
        read = strips_of(connection, Filter(WHOLE), WHOLE, "call_daily", histograms=True)
    assert read.total("call_count") == (0,)
    assert read.sums(("provider",), ("call_count",)) == {}
    assert read.daily(("provider",), ("call_count",)) == []
    assert read.histograms(("provider",)) == read.daily_histograms(("provider",)) == {}
    keys, grids = read.grid(("provider",), ("call_count",))
    assert keys == []
    assert grids["call_count"].shape == (0, WHOLE.day_count)
