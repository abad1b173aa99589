"""Reading and replacing rows by key, many at once."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from etl.context import stored_table, write_rows


def stored_rows(connection: sqlite3.Connection, table: str, keys: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    """Return the rows of a table that have one of the keys, by key (the first column)."""
    first = stored_table(connection, table).columns[0]
    rows = connection.execute(
        f'SELECT t.* FROM json_each(?) AS wanted CROSS JOIN "{table}" AS t ON t."{first}" = wanted.value',  # noqa: S608
        (json.dumps(sorted(keys)),),
    )
    return {row[0]: row for row in rows}


def replace_rows(
    connection: sqlite3.Connection,
    table: str,
    rows: Iterable[Sequence[Any]],
    *,
    leave: Sequence[str] = (),
) -> None:
    """Write rows (all columns of the table in its order), whatever stands under their keys.

    The load that first brought a row stays, and so do the columns to leave, which are derived.
    """
    names = stored_table(connection, table).columns
    kept = {names[0], "load_id", *leave}
    assignments = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in kept)
    conflict = f'ON CONFLICT ("{names[0]}") DO UPDATE SET {assignments}'
    write_rows(connection, table, names, sorted(rows, key=itemgetter(0)), conflict)
