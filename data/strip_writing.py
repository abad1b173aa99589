"""Writing of strips (data.strips): anew for the blocks of days that a load touched, or for all."""

import sqlite3
from collections.abc import Callable

from data.strips import BLOCK_BITS, LAYOUTS, Layout


def rewrite_strips(connection: sqlite3.Connection, days: set[int] | None) -> None:
    """Delete and rewrite the strips of the blocks of some days (null: all strips), from the rollups as they are."""
    blocks = sorted({day >> BLOCK_BITS for day in days or ()})
    if days is None:
        connection.execute("DELETE FROM rollup_strip")
    for table, layout in LAYOUTS.items():
        _lay(connection, "lay_records", _laid_records(layout))
        _lay(connection, "lay_histograms", _LaidHistograms)
        insert = _insert_sql(table, layout)
        if days is None:
            connection.execute(insert.format("date IS NOT NULL"))
        for block in blocks:
            connection.execute("DELETE FROM rollup_strip WHERE rollup = ? AND block = ?", (table, block))
            days_of_block = (block << BLOCK_BITS, ((block + 1) << BLOCK_BITS) - 1)
            connection.execute(insert.format("date BETWEEN ? AND ?"), days_of_block)


def _insert_sql(table: str, layout: Layout) -> str:
    """Return the statement that writes the strips of a rollup, with a place for the condition on its rows."""
    histogram = layout.histogram or "NULL"
    names, measures = ", ".join(layout.dimensions), ", ".join(layout.measures)
    return (
        f"INSERT INTO rollup_strip (rollup, block, {names}, records, histograms) SELECT '{table}', "  # noqa: S608
        f"date >> {BLOCK_BITS}, {names}, lay_records(date, {measures}, coalesce(length({histogram}), 0)), "
        f"lay_histograms({histogram}) FROM {table} WHERE {{}} GROUP BY date >> {BLOCK_BITS}, {names}"
    )


def _lay(connection: sqlite3.Connection, name: str, made: Callable[[], object]) -> None:
    connection.create_aggregate(name, -1, made)  # pyright: ignore[reportArgumentType]


class _LaidEndToEnd:
    """What aggregates have in common that lay bytes end to end."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def finalize(self) -> bytes:
        return b"".join(self.parts)


class _LaidHistograms(_LaidEndToEnd):
    """Aggregate that lays histograms end to end; nulls are left out."""

    def step(self, histogram: bytes | None) -> None:
        if histogram:
            self.parts.append(histogram)


def _laid_records(layout: Layout) -> type:
    """Return the aggregate that lays the records of a layout end to end."""
    pack = layout.record.pack

    class _LaidRecords(_LaidEndToEnd):
        def step(self, *values: int) -> None:
            self.parts.append(pack(*values))

    return _LaidRecords
