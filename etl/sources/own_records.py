"""A team's own records: one file for each of the tables in etl.records, as CSV, NDJSON, a JSON array or Parquet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from data.words import QuarantineReason, SourceKind
from etl.behind import written_behind
from etl.bulk import indexes_built_after, rows_in
from etl.context import LoadContext
from etl.records.cells import CellError
from etl.records.columns import ColumnReader, column_reader
from etl.records.contract import Column, ColumnType, Problem, RecordTable
from etl.records.forms import PARQUET, Form, Layout, layout_of
from etl.records.parquet import parquet_columns
from etl.records.reading import Batch, cells_of, position, read_batches, record_at
from etl.records.recognition import table_for
from etl.records.tables import TABLES, table_of
from etl.records.writing import write
from etl.redact import redact_title, shape_of
from etl.sources.base import About, RawFile, RefusedError

_FITTING = {
    ColumnType.WHOLE: {"number"},
    ColumnType.CODE: {"number"},
    ColumnType.MONEY: {"number"},
    ColumnType.FLAG: {"true or false"},
    ColumnType.INSTANT: {"time"},
    ColumnType.LATER: {"time"},
    ColumnType.PATHS: {"list of text"},
    ColumnType.ID: {"number"},
}
"""Types of Parquet that fit beside text, which fits every column."""


class OwnRecords:
    """The source; one record is a row of one of the record tables."""

    about = About(
        title="Your own records",
        record="record",
        how_to_get=(
            "Write what your gate, runner or script knows as CSV, NDJSON or Parquet, one file for each table: "
            f"{', '.join(table.name for table in TABLES)}. `etl template TABLE` gives the header, "
            "docs/records.md the columns, units and words."
        ),
        gives="whatever no other source knows: decisions, commands with their time and end, deployments, governance",
    )

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Recognise a table by its columns; refuses one with wrong columns, naming all that is wrong."""
        head = file.head
        if not head.startswith(PARQUET):
            layout = layout_of(head)
            return None if layout is None else table_for(file.name, layout.columns)
        types = parquet_columns(file)
        kind = table_for(file.name, tuple(types))
        if kind is None:
            shown = ", ".join(redact_title(name)[:40] for name in list(types)[:8])
            raise RefusedError(
                f"{file.name} is a Parquet file of none of the record tables (columns: {shown}). Read are "
                f"{', '.join(table.name for table in TABLES)}; etl template TABLE shows the columns of each."
            )
        _refuse_types(file.name, table_of(kind), types)
        return kind

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:
        """Read all records, batch by batch."""
        table = table_of(kind)
        layout = Layout(Form.PARQUET, ()) if file.head.startswith(PARQUET) else layout_of(file.head)
        if layout is None:
            raise RefusedError(f"{file.name} is not a table of records.")
        readers = {
            column.name: column_reader(column, context, has_decimal_comma=layout.delimiter == ";")
            for column in table.columns
        }
        with (
            indexes_built_after(context.connection, table.thing, rows_in(context.file_bytes)),
            written_behind(partial(_write, layout, table, context)) as hand_over,
        ):
            for batch in read_batches(file, layout, table.names):
                context.read(len(batch))
                hand_over(_read(batch, layout, table, readers))


def _refuse_types(name: str, table: RecordTable, types: Mapping[str, str]) -> None:
    """Raise RefusedError for a Parquet file with columns whose type does not fit."""
    wrong = [
        f"  - {column.name} is {types[column.name]}; expected {_expected(column)}."
        for column in table.columns
        if column.name in types and types[column.name] not in {"text", "nothing", *_FITTING.get(column.reads, set())}
    ]
    if wrong:
        title = f"{name} is a Parquet file of {table.name}, but columns have a wrong type:"
        raise RefusedError("\n".join([title, *wrong]))


def _expected(column: Column) -> str:
    fitting = _FITTING.get(column.reads, set[str]())
    return " or ".join(["time with a zone" if kind == "time" else kind for kind in sorted(fitting)] + ["text"])


@dataclass(frozen=True, slots=True)
class _Read:
    """A batch as it was read: columns of the records that can be used, and what is wrong with the others."""

    batch: Batch
    rows: dict[str, list[Any]]
    problems: Mapping[int, Sequence[Problem]]


def _read(batch: Batch, layout: Layout, table: RecordTable, readers: Mapping[str, ColumnReader]) -> _Read:
    cells = cells_of(batch, layout, table.names)
    problems: dict[int, list[Problem]] = {}
    rows = {column.name: _read_column(readers[column.name], cells[column.name], problems) for column in table.columns}
    if not problems:
        for problem in table.check(rows):
            problems.setdefault(problem.index, []).append(problem)
    return _Read(batch, _usable(table, rows, problems) if problems else rows, problems)


def _write(layout: Layout, table: RecordTable, context: LoadContext, read: _Read) -> None:
    for unreadable in read.batch.unreadable:
        shown = None if unreadable.raw is None else shape_of(unreadable.raw)
        context.quarantine(position(layout.form, unreadable.place), unreadable.reason, unreadable.detail, shown)
    for index in sorted(read.problems):
        _quarantine(read.batch, layout, index, read.problems[index], context)
    _fill_owner(table, read.rows, context)
    write(table, read.rows, context)


def _usable(table: RecordTable, rows: dict[str, list[Any]], problems: dict[int, list[Problem]]) -> dict[str, list[Any]]:
    """Return the records without problems, after a look between the cells of those that can be read."""
    kept = [index for index in range(len(rows["id"])) if index not in problems]
    usable = {name: [values[index] for index in kept] for name, values in rows.items()}
    later = table.check(usable)
    if not later:
        return usable
    for problem in later:
        index = kept[problem.index]
        problems.setdefault(index, []).append(Problem(index, problem.reason, problem.detail))
    kept = [index for index in kept if index not in problems]
    return {name: [values[index] for index in kept] for name, values in rows.items()}


def _read_column(reader: ColumnReader, cells: list[Any], problems: dict[int, list[Problem]]) -> list[Any]:
    """Return the values of a column; what is wrong with a cell is noted at its record."""
    column = reader.column
    try:
        values = reader.values(cells)
    except CellError:
        values = [_read_cell(reader, index, cell, problems) for index, cell in enumerate(cells)]
    if column.is_required and None in values:
        for index, value in enumerate(values):
            if value is None and not _is_said(column.name, problems.get(index, [])):
                problem = Problem(index, QuarantineReason.MISSING_FIELD, f"{column.name} is empty")
                problems.setdefault(index, []).append(problem)
    return values


def _is_said(name: str, problems: list[Problem]) -> bool:
    return any(problem.detail.startswith(f"{name} ") for problem in problems)


def _read_cell(reader: ColumnReader, index: int, cell: object, problems: dict[int, list[Problem]]) -> Any:
    try:
        return None if cell is None else reader.read(cell)
    except CellError as error:
        problem = Problem(index, error.reason, f"{reader.column.name} {error.detail}")
        problems.setdefault(index, []).append(problem)
        return None


def _quarantine(batch: Batch, layout: Layout, index: int, problems: Sequence[Problem], context: LoadContext) -> None:
    context.quarantine(
        position(layout.form, batch.places[index]),
        problems[0].reason,
        "; ".join(problem.detail for problem in problems),
        shape_of(record_at(batch, layout, index)),
    )


def _fill_owner(table: RecordTable, rows: dict[str, list[Any]], context: LoadContext) -> None:
    """Put whose file it is where a record does not say whose it is."""
    owners = {"person": context.owner.person, "project": context.owner.project}
    for column in table.columns:
        if column.is_owners and (owner := owners[column.name]) is not None:
            rows[column.name] = [owner if value is None else value for value in rows[column.name]]


RECORDS = OwnRecords()
