"""Templates of record tables: the header of a table, or one record as a line of JSON."""

import csv
import io
from pathlib import Path
from typing import Any

import msgspec

from etl.files import UsageError
from etl.records.contract import RecordTable
from etl.records.recognition import nearest_tables
from etl.records.tables import TABLES

FORMATS = ("csv", "ndjson")


def table_named(name: str) -> RecordTable:
    """Return the record table of a name. Raises UsageError with the names that come near to it."""
    found = next((table for table in TABLES if table.name == name), None)
    if found is None:
        near = nearest_tables(name)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(
            f"There is no record table {name[:60]!r}. {hint}Tables: {', '.join(table.name for table in TABLES)}."
        )
    return found


def template(table: RecordTable, form: str) -> str:
    """Return the header of a table as CSV, or an example of a record as a line of JSON. Raises UsageError."""
    if form not in FORMATS:
        raise UsageError(f"There is no template in the format {form[:20]!r}. Formats: {', '.join(FORMATS)}.")
    return csv_text(table, []) if form == "csv" else ndjson_text([example(table)])


def example(table: RecordTable, *, only_required: bool = False) -> dict[str, Any]:
    """Return an example of a record, with the columns that have one."""
    columns = [column for column in table.columns if column.is_required or not only_required]
    values = {column.name: column.example for column in columns if column.example is not None}
    return {"id": example_id(table), **values}


def example_id(table: RecordTable) -> str:
    """Return the id of the example of a table, by which examples of other tables name it."""
    return "".join(part[0] for part in table.name.split("_")) + "-1"


def csv_text(table: RecordTable, records: list[dict[str, Any]], names: tuple[str, ...] | None = None) -> str:
    """Return records as a table with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    header = names or table.names
    writer.writerow(header)
    writer.writerows([_cell(record.get(name)) for name in header] for record in records)
    return text.getvalue()


def ndjson_text(records: list[dict[str, Any]]) -> str:
    """Return records as lines of JSON."""
    return "".join(msgspec.json.encode(record).decode() + "\n" for record in records)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType]
    return "" if value is None else str(value)


def write_template(name: str, form: str, out: Path | None) -> str:
    """Return a template, or write it to a file that is not there yet and return what was done. Raises UsageError."""
    table = table_named(name)
    text = template(table, form)
    if out is None:
        return text
    try:
        with out.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{out} is there already and is not overwritten. Give another name with --out.") from None
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from error
    return f"Wrote {out}. Fill it with your own {table.name}, then: etl load {out}\n"
