from contextlib import closing
from datetime import UTC, date, datetime

import polars as pl
import pytest
from sqlmodel import Session, SQLModel, select

import data.tables
from data.epoch import EPOCH
from data.frames import frame_of, read_table, schema_of
from data.store import Store
from data.tables import CallDaily, Patch, Setting, Task

TABLES = [getattr(data.tables, name) for name in data.tables.__all__]

# 2026-11-23 15:00:00.000001 UTC is 1,795,446,000 s and 1 us after the epoch; that day is number 20,780.
INSTANT = datetime(2026, 11, 23, 15, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_an_empty_table_is_a_typed_frame(store: Store, table: type[SQLModel]):
    # A new store holds nothing but its id.
    with store.writing() as connection:
        connection.execute("DELETE FROM setting")
    with store.reading() as connection:
        frame = read_table(connection, table)
    assert frame.height == 0
    assert dict(frame.schema) == dict(schema_of(table))
    assert pl.Null not in frame.schema.dtypes()


def test_instants_days_flags_and_money_come_back_as_they_were_written(store: Store):
    patch = Patch(
        patch_key=1,
        source="bolt_chat",
        proposed_at=INSTANT,
        proposed_at_basis="given",
        proposed_date=date(2026, 11, 23),
        is_closed=True,
        lines_added=2**40,
        rollback_confidence=0.5,
    )
    with Session(store.engine) as session:
        session.add(patch)
        session.commit()
    stored = store.rows("SELECT proposed_at, proposed_date, is_closed FROM patch")
    assert stored == [(1_795_446_000_000_001, 20_780, 1)]
    with store.reading() as connection:
        row = read_table(connection, Patch).row(0, named=True)
    assert row["proposed_at"] == INSTANT
    assert row["proposed_date"] == date(2026, 11, 23)
    assert row["is_closed"] is True
    assert row["lines_added"] == 2**40
    assert row["rollback_confidence"] == 0.5
    assert row["rolled_back_at"] is None, "unknown is null, never 0"


def test_instants_before_the_epoch_and_days_far_away_survive():
    frame = frame_of([(-1, -1, 0)], {"at": pl.Datetime("us", "UTC"), "day": pl.Date(), "is_on": pl.Boolean()})
    assert frame.row(0) == (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), date(1969, 12, 31), False)


def test_a_column_that_is_null_in_the_first_thousand_rows_keeps_its_type(store: Store):
    rows = [(None,)] * 1000 + [(0.25,)]
    frame = frame_of(rows, {"confidence": pl.Float64()})
    assert frame["confidence"].sum() == 0.25


def test_histograms_come_back_as_bytes(store: Store):
    with store.writing() as connection:
        connection.execute(
            "INSERT INTO call_daily (source, status, is_attributed, "
            + ", ".join(
                name for name, dtype in schema_of(CallDaily).items() if name.endswith(("_count", "_usd", "_tokens"))
            )
            + ", latency_histogram) VALUES ('litellm', 'success', 0"
            + ", 0" * sum(name.endswith(("_count", "_usd", "_tokens")) for name in schema_of(CallDaily))
            + ", x'00ff')"
        )
    with store.reading() as connection:
        assert read_table(connection, CallDaily)["latency_histogram"].to_list() == [b"\x00\xff"]


def test_part_of_a_table_is_read_by_a_condition_with_its_values_apart(store: Store):
    with store.writing() as connection:
        connection.executemany("INSERT INTO setting VALUES (?, ?)", [("a", "1"), ("b", "2"), ("x' OR 1=1 --", "3")])
    with store.reading() as connection:
        frame = read_table(connection, Setting, "name = ?", ["x' OR 1=1 --"])
    assert frame.rows() == [("x' OR 1=1 --", "3")]


def test_a_naive_time_is_refused_because_nobody_knows_which_zone_it_means(store: Store):
    naive = datetime(2026, 11, 23, 15)  # noqa: DTZ001
    with closing(Session(store.engine)) as session, pytest.raises(Exception, match="needs a time zone"):
        session.exec(select(Task).where(Task.requested_at == naive)).all()


def test_the_epoch_is_zero():
    assert frame_of([(0,)], {"at": pl.Datetime("us", "UTC")}).item() == EPOCH
