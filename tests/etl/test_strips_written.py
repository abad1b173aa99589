"""Strips hold the rows of their rollups, all of them and as they are, however a load changed them."""

from collections import Counter
from hashlib import sha256

import pytest
from sqlmodel import SQLModel

import data.tables  # noqa: F401
from data.histogram import Histogram
from data.migrations import SCHEMA_VERSION
from data.store import Store
from data.strips import BLOCK_BITS, LAYOUTS
from etl.rollups import refresh
from fact_rows import Facts
from random_facts import random_facts

DAY = 20_514  # 2026-03-02


@pytest.fixture
def full(store: Store) -> Store:
    random_facts().write(store)
    return store


def rows_of(store: Store, table: str) -> Counter[tuple[object, ...]]:
    """Return the rows of a rollup that have a day: names, day, measures and histogram."""
    layout = LAYOUTS[table]
    columns = [*layout.dimensions, "date", *layout.measures, layout.histogram or "NULL"]
    return Counter(store.rows(f"SELECT {', '.join(columns)} FROM {table} WHERE date IS NOT NULL"))


def unpacked(store: Store, table: str) -> Counter[tuple[object, ...]]:
    """Return the rows that the strips of a rollup hold."""
    layout = LAYOUTS[table]
    found: Counter[tuple[object, ...]] = Counter()
    for block, *names, records, histograms in store.rows(
        f"SELECT block, {', '.join(layout.dimensions)}, records, histograms FROM rollup_strip WHERE rollup = '{table}'"
    ):
        for day, *measures, length in layout.record.iter_unpack(records):
            assert day >> BLOCK_BITS == block
            found[*names, day, *measures, histograms[:length] or None] += 1
            histograms = histograms[length:]
        assert histograms == b""
    return found


@pytest.mark.parametrize("table", LAYOUTS)
def test_strips_hold_the_rows_of_their_rollup(full: Store, table: str):
    rows = rows_of(full, table)
    assert rows
    assert unpacked(full, table) == rows
    layout = LAYOUTS[table]
    assert sum(sum(key[len(layout.dimensions) + 1 : -1]) for key in rows) > 0
    if layout.histogram:
        assert Histogram.merged(key[-1] for key in rows).n > 0


@pytest.mark.parametrize("table", LAYOUTS)
def test_a_layout_names_all_columns_of_its_rollup(table: str):
    layout = LAYOUTS[table]
    columns = set(SQLModel.metadata.tables[table].columns.keys()) - {f"{table}_id", "date"}
    named = [*layout.dimensions, *layout.measures, *([layout.histogram] if layout.histogram else [])]
    assert len(named) == len(set(named))
    assert set(named) == columns


def test_a_load_that_touches_some_days_leaves_no_old_row(full: Store):
    with full.writing() as connection:
        connection.execute("DELETE FROM task WHERE requested_date = ?", (DAY,))
        connection.execute("UPDATE patch SET project = 'other' WHERE proposed_date = ?", (DAY,))
        refresh(connection, {DAY})
    for table in LAYOUTS:
        assert unpacked(full, table) == rows_of(full, table)


def test_what_lost_all_its_days_has_no_strip(full: Store):
    with full.writing() as connection:
        for table in ("task", "llm_call", "patch", "approval", "command_run", "tool_call", "deployment"):
            connection.execute(f"DELETE FROM {table}")
        refresh(connection, {DAY + number for number in range(-50, 50)})
    assert full.rows("SELECT count(*) FROM rollup_strip") == [(0,)]


def test_days_on_both_sides_of_a_border_of_blocks_and_before_1970_are_in_their_blocks(store: Store):
    facts = Facts()
    for when in ("1969-12-31T12:00", "1970-01-01T12:00", "1970-02-01T12:00", "1970-02-02T12:00"):
        facts.task(when)
    facts.write(store)
    assert store.rows("SELECT block, length(records) FROM rollup_strip WHERE rollup = 'task_daily' ORDER BY 1") == [
        (-1, LAYOUTS["task_daily"].record.size),
        (0, 2 * LAYOUTS["task_daily"].record.size),
        (1, LAYOUTS["task_daily"].record.size),
    ]


def test_sums_of_what_files_say_may_be_beyond_32_bits(store: Store):
    facts = Facts()
    facts.call("2026-03-02T10:00", retry_count=3_000_000_000, input_tokens=10**15)
    facts.write(store)
    assert unpacked(store, "call_daily") == rows_of(store, "call_daily")


def test_another_layout_has_another_version_of_the_schema():
    # Bytes do not say what they mean: an update of a store writes all strips anew, and only that.
    layouts = sha256(repr([(table, layout.dimensions, layout.fields) for table, layout in LAYOUTS.items()]).encode())
    assert (SCHEMA_VERSION, layouts.hexdigest()[:12]) == (7, "4bfa0643c51c")
