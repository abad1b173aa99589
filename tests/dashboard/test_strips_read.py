"""What is read from strips is what the rollups say, under every filter and grouping."""

import sqlite3
from datetime import date

import pytest

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import NONE_NAME, Filter, Period
from dashboard.analysis.selection import condition_of, smallest_rollup
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
                assert len(keys) == len(set(keys))
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
