"""Indexes that are left out while many rows come in are there again afterwards, the same as before."""

import sqlite3
from pathlib import Path

import pytest

from data.store import Store
from etl.bulk import indexes_built_after, rows_in

MANY = 10_000


def indexes(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name").fetchall()


def of_table(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA index_list({table})")]


def fill(connection: sqlite3.Connection, first: int, count: int) -> None:
    connection.executemany(
        "INSERT INTO patch_edit (patch_edit_key, patch_key, path) VALUES (?, ?, 'a')",
        ((key, key) for key in range(first, first + count)),
    )


def test_many_rows_for_an_empty_table_come_in_without_its_indexes(tmp_path: Path):
    with Store(f"sqlite:///{tmp_path / 'store.db'}").writing() as connection:
        before = indexes(connection)
        with indexes_built_after(connection, "patch_edit", MANY):
            assert of_table(connection, "patch_edit") == []
            fill(connection, 0, 5)
        assert indexes(connection) == before
        used = connection.execute("EXPLAIN QUERY PLAN SELECT * FROM patch_edit WHERE patch_key = 3").fetchone()[3]
        assert "USING INDEX ix_patch_edit_patch_key" in used
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize(("held", "coming"), [(0, MANY - 1), (MANY + 1, MANY)])
def test_few_rows_and_rows_for_a_table_that_holds_more_leave_the_indexes_alone(tmp_path: Path, held: int, coming: int):
    with Store(f"sqlite:///{tmp_path / 'store.db'}").writing() as connection:
        fill(connection, 0, held)
        with indexes_built_after(connection, "patch_edit", coming):
            assert of_table(connection, "patch_edit")


def test_a_failure_leaves_the_store_as_it_was(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    with store.reading() as connection:
        before = indexes(connection)
    with (
        pytest.raises(ZeroDivisionError),
        store.writing() as connection,
        indexes_built_after(connection, "llm_call", rows_in(MANY * 1000)),
    ):
        raise ZeroDivisionError
    with store.reading() as connection:
        assert indexes(connection) == before
