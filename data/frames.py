"""Typed Polars frames of the tables: column types come from the SQLModel classes, so an empty table is typed too."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Boolean, Float, Integer, LargeBinary
from sqlmodel import SQLModel

from data.tables.base import table_name
from data.tables.types import Day, Instant

Schema = dict[str, pl.DataType]
INSTANT = pl.Datetime("us", "UTC")


def schema_of(table: type[SQLModel]) -> Schema:
    """Return the Polars type of each column of a table, in its order."""
    return {column.name: _dtype(column.type) for column in SQLModel.metadata.tables[table_name(table)].columns}


def frame_of(rows: Sequence[Sequence[Any]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Build a typed frame from rows as SQLite returns them (instants, days and flags as integers)."""
    stored = {name: pl.Int64() if _is_integer(dtype) else dtype for name, dtype in schema.items()}
    frame = pl.DataFrame(rows, schema=stored, orient="row")
    return frame.with_columns(_from_stored(name, dtype) for name, dtype in schema.items() if _is_integer(dtype))


def read_table(
    connection: sqlite3.Connection, table: type[SQLModel], where: str = "", parameters: Sequence[Any] = ()
) -> pl.DataFrame:
    """Read a table, or the part of it that a condition selects, as a typed frame.

    ``where`` is SQL written in the program (never text from outside); values go through ``parameters``.
    """
    schema = schema_of(table)
    columns = ", ".join(f'"{name}"' for name in schema)
    condition = f" WHERE {where}" if where else ""
    rows = connection.execute(f'SELECT {columns} FROM "{table_name(table)}"{condition}', parameters).fetchall()  # noqa: S608
    return frame_of(rows, schema)


def _dtype(column_type: Any) -> pl.DataType:
    if isinstance(column_type, Instant):
        return INSTANT
    if isinstance(column_type, Day):
        return pl.Date()
    if isinstance(column_type, Boolean):
        return pl.Boolean()
    if isinstance(column_type, Integer):
        return pl.Int64()
    if isinstance(column_type, Float):
        return pl.Float64()
    if isinstance(column_type, LargeBinary):
        return pl.Binary()
    return pl.String()


def _is_integer(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Int64 | pl.Datetime | pl.Date | pl.Boolean)


def _from_stored(name: str, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Date):
        return pl.col(name).cast(pl.Int32).cast(dtype)
    return pl.col(name).cast(dtype)
