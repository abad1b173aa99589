"""Reading and replacing rows by key, many at once."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlmodel import SQLModel

from data.tables.base import table_name
from etl.context import write_rows


def stored_rows(
    connection: sqlite3.Connection, table: type[SQLModel], keys: Iterable[int]
) -> dict[int, tuple[Any, ...]]:
    """Return the rows of a table that have one of the keys, by key (the first column)."""
    name = table_name(table)
    first = next(iter(table.metadata.tables[name].columns)).name
    rows = connection.execute(
        f'SELECT t.* FROM json_each(?) AS wanted CROSS JOIN "{name}" AS t ON t."{first}" = wanted.value',  # noqa: S608
        (json.dumps(sorted(keys)),),
    )
    return {row[0]: row for row in rows}


def replace_rows(
    connection: sqlite3.Connection,
    table: type[SQLModel],
    rows: Iterable[Sequence[Any]],
    *,
    leave: Sequence[str] = (),
) -> None:
    """Write rows (all columns of the table in its order), whatever stands under their keys.

    The load that first brought a row stays, and so do the columns to leave, which are derived.
    """
    model = table.metadata.tables[table_name(table)]
    names = [column.name for column in model.columns]
    kept = {names[0], "load_id", *leave}
    assignments = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in kept)
    quoted = ", ".join(f'"{name}"' for name in names)
    into = f'INTO "{model.name}" ({quoted})'
    conflict = f'ON CONFLICT ("{names[0]}") DO UPDATE SET {assignments}'
    write_rows(connection, into, len(names), sorted(rows, key=itemgetter(0)), conflict)
