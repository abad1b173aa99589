"""Rows of facts in a fixed order: a page at a time for the screen, from first to last for a file."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from data.frames import Schema, frame_of
from data.keys import key_sql

Columns = Sequence[tuple[str, str, pl.DataType]]
"""Name, SQL, type."""
_AT_A_TIME = 5000


@dataclass(frozen=True)
class Listing:
    """Which rows, in which order. All texts are SQL of the program."""

    columns: Columns
    source: str
    where: str
    order: str
    parameters: Mapping[str, object]

    @property
    def schema(self) -> Schema:
        """Names and types of the columns."""
        return {name: dtype for name, _, dtype in self.columns}

    def page(self, connection: sqlite3.Connection, limit: int, offset: int) -> pl.DataFrame:
        """Return so many rows behind so many others."""
        rows = connection.execute(
            f"{self._select} LIMIT :limit OFFSET :offset", {**self.parameters, "limit": limit, "offset": offset}
        ).fetchall()
        return frame_of(rows, self.schema)

    def page_of_days(
        self, connection: sqlite3.Connection, day: str, counts: Iterable[tuple[int, int]], limit: int, offset: int
    ) -> pl.DataFrame:
        """Return the same, of the days alone that the page lies in.

        ``counts`` are days in the order of the rows, with how many rows each has; ``day`` is their column.
        """
        place = _days_of_page(counts, limit, offset)
        if place is None:
            return frame_of([], self.schema)
        days, skipped = place
        condition = f"{day} IN ({', '.join(map(str, days))})"
        return replace(self, where=f"{condition} AND {self.where}").page(connection, limit, skipped)

    def parts(self, connection: sqlite3.Connection) -> Iterator[pl.DataFrame]:
        """Return all rows in order, some thousand at a time."""
        cursor = connection.execute(self._select, self.parameters)
        while rows := cursor.fetchmany(_AT_A_TIME):
            yield frame_of(rows, self.schema)

    @property
    def _select(self) -> str:
        selected = ", ".join(f"{sql} AS {name}" for name, sql, _ in self.columns)
        return f"SELECT {selected} FROM {self.source} WHERE {self.where} ORDER BY {self.order}"  # noqa: S608


def id_column(name: str, key: str) -> tuple[str, str, pl.DataType]:
    """Return the column of a key, written as ids are written everywhere (data.keys)."""
    return name, key_sql(key), pl.String()


def route_column(of: str = "") -> tuple[str, str, pl.DataType]:
    """Return the column of a route, written provider/model; null where both are."""
    provider, model = f"{of}provider", f"{of}model"
    written = f"coalesce(nullif({provider}, ''), '?') || '/' || coalesce(nullif({model}, ''), '?')"
    return "route", f"iif({provider} IS NULL AND {model} IS NULL, NULL, {written})", pl.String()


def owner_columns(of: str = "") -> Columns:
    """Return the columns of who asked, in which project, and of which class."""
    return [(name, f"{of}{name}", pl.String()) for name in ("person", "project", "task_class")]


def _days_of_page(counts: Iterable[tuple[int, int]], limit: int, offset: int) -> tuple[list[int], int] | None:
    """Return the days that a page lies in, and how many rows of the first of them come before it; null behind them."""
    before, skipped = 0, 0
    days: list[int] = []
    for day, count in counts:
        if before + count > offset:
            if not days:
                skipped = offset - before
            days.append(day)
        before += count
        if before >= offset + limit:
            break
    return (days, skipped) if days else None
