"""Derived rows are compared with those in the store, and only what differs is written."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etl.bulk import indexes_built_after
from etl.context import upsert

Rows = dict[int, tuple[Any, ...]]
"""Rows of a table, all its columns in their order, by key."""


def write_differences(
    connection: sqlite3.Connection,
    table: str,
    before: Mapping[int, tuple[Any, ...]],
    after: Mapping[int, tuple[Any, ...]],
) -> list[tuple[Any, ...]]:
    """Bring rows of a table from how they are to how they shall be; return the rows that went and those that came."""
    gone = [before[key] for key in sorted(before) if after.get(key) != before[key]]
    new = [after[key] for key in sorted(after) if before.get(key) != after[key]]
    connection.executemany(f"DELETE FROM {table} WHERE {table}_key = ?", ((row[0],) for row in gone))  # noqa: S608
    with indexes_built_after(connection, table, len(new)):
        upsert(connection, table, new, rank=None)
    return [*gone, *new]


def has_rows(connection: sqlite3.Connection, table: str) -> bool:
    """Tell whether a table holds any row at all."""
    # Every key is 0 or more: with the condition SQLite looks for a key instead of beginning to go through the table.
    found = connection.execute(f"SELECT 1 FROM {table} WHERE {table}_key >= 0 LIMIT 1")  # noqa: S608
    return found.fetchone() is not None


def key_table(connection: sqlite3.Connection, name: str, keys: Iterable[int]) -> None:
    """Make a temporary table of one column, key, that holds the given keys."""
    connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    connection.execute(f"CREATE TEMP TABLE {name} (key INTEGER PRIMARY KEY)")
    add_keys(connection, name, keys)


def add_keys(connection: sqlite3.Connection, name: str, keys: Iterable[int]) -> None:
    """Add keys to a table made by key_table."""
    connection.executemany(f"INSERT OR IGNORE INTO temp.{name} VALUES (?)", ((key,) for key in sorted(keys)))  # noqa: S608


def row_table(connection: sqlite3.Connection, name: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Make a temporary table of the given columns (with their types) that holds the given rows."""
    connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
    connection.execute(f"CREATE TEMP TABLE {name} ({columns})")
    marks = ", ".join("?" * (columns.count(",") + 1))
    connection.executemany(f"INSERT INTO temp.{name} VALUES ({marks})", rows)  # noqa: S608
