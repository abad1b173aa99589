"""Many rows for a table that holds few: its indexes are built once afterwards, which is several times faster."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

_FEWEST = 10_000
"""For fewer rows it makes no difference worth a change of the schema."""
_RECORD_BYTES = 500
"""Records are about this large or smaller."""


def rows_in(file_bytes: int) -> int:
    """Return about how many rows a file of so many bytes brings at least."""
    return file_bytes // _RECORD_BYTES


@contextmanager
def indexes_built_after(connection: sqlite3.Connection, table: str, coming: int) -> Generator[None]:
    """Leave out the indexes of a table while that many rows are written, when it holds fewer; then build them.

    Runs inside the caller's transaction, in which nobody else sees the table without them. Unique indexes stay.
    """
    dropped = _indexes(connection, table) if coming >= _FEWEST and _holds_fewer(connection, table, coming) else {}
    for name in dropped:
        connection.execute(f'DROP INDEX "{name}"')
    yield
    for sql in dropped.values():
        connection.execute(sql)


def _indexes(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return the statements that make the indexes of a table, by name."""
    return {
        name: sql
        for name, sql in connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL "
            "ORDER BY name",
            (table,),
        )
        if not sql.startswith("CREATE UNIQUE")
    }


def _holds_fewer(connection: sqlite3.Connection, table: str, rows: int) -> bool:
    return connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1 OFFSET ?', (rows,)).fetchone() is None  # noqa: S608
