"""CSV of everything that can be exported: safe for spreadsheets, the same bytes for the same data."""

import csv
import io
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from typing import BinaryIO

import polars as pl

from dashboard.analysis.as_of import day_end, day_number, newest_mature_day
from dashboard.analysis.choices import choices
from dashboard.analysis.declared_columns import list_words, sentence
from dashboard.analysis.filters import (
    Compare,
    Filter,
    Period,
    Preset,
    compared_period,
    route_condition,
    stored_name,
)
from dashboard.analysis.meanings import meaning_of
from dashboard.analysis.older_store import check_derived
from dashboard.export_columns import ExportTable
from dashboard.export_evidence import EVIDENCE_TABLES
from dashboard.export_governance import GOVERNANCE_TABLES
from dashboard.export_pages import PAGE_TABLES
from dashboard.export_rows import ROW_TABLES, RowTable
from dashboard.export_summaries import ROUTES_COLUMNS, SLO_DAILY_COLUMNS, SUMMARIES, plain_number, routes, slo_daily
from dashboard.export_tables import WORK_TABLES
from dashboard.export_view_table import ViewTable
from dashboard.export_views import VIEW_TABLES
from data.definitions import slos
from data.epoch import DAY_MICROSECONDS
from data.errors import BoltscopeError
from data.migrations import create_schema

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BATCH = 5000
_DAY = date(2026, 1, 1)
"""Any day, of a store without records."""
FACT_TABLES = (*WORK_TABLES, *EVIDENCE_TABLES, *GOVERNANCE_TABLES)
_FACTS = {table.name: table for table in FACT_TABLES}
_PAGES = {table.name: table for table in PAGE_TABLES}
_VIEWS = {table.name: table for table in VIEW_TABLES}
_ROWS = {table.name: table for table in ROW_TABLES}
_LONGEST_FILE_NAME = 150


class ExportError(BoltscopeError):
    """The export that was asked for does not exist, or cannot be filtered that way."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows to export; null means all, NONE_NAME rows without one."""

    first: date | None = None
    last: date | None = None
    project: str | None = None
    route: str | None = None
    task_class: str | None = None
    person: str | None = None
    compare: Compare = Compare.NONE
    """What tables of pages compare the days with; other exports compare nothing."""
    other: Period | None = None
    """The days to compare with, for Compare.DATES."""
    prices_of: date | None = None
    """The date whose prices are taken, for tables about prices; null for the first of the compared days."""


@dataclass(frozen=True, slots=True)
class Export:
    """One thing that can be exported."""

    name: str
    meaning: str
    columns: tuple[str, ...]
    declared: Mapping[str, str] | None = None
    """What the columns mean, where that is declared with the table."""

    def meanings(self) -> Iterator[tuple[str, str]]:
        """Return each column with what it means, and the words that it may hold."""
        if self.declared is not None:
            yield from ((column, sentence(self.declared[column])) for column in self.columns)
            return
        for column in self.columns:
            found = meaning_of(column, self.name, self.columns)
            text = sentence(found.text) if found else ""
            words = list_words(found.list_name) if found and found.list_name else ()
            yield column, f"{text} One of: {', '.join(word for word, _ in words)}." if words else text


def exports() -> tuple[Export, ...]:
    """Return everything that can be exported."""
    facts = (Export(table.name, table.meaning, tuple(column.name for column in table.columns)) for table in FACT_TABLES)
    figures = (Export(summary.name, summary.meaning, summary.columns) for summary in SUMMARIES)
    pages = (Export(table.name, table.meaning, table.columns) for table in PAGE_TABLES)
    views = (Export(view.name, view.meaning, _view_columns(view), view.meanings) for view in VIEW_TABLES)
    rows = (Export(table.name, table.meaning, _row_columns(table)) for table in ROW_TABLES)
    return (*facts, *figures, *pages, *views, *rows)


def _names() -> list[str]:
    return [table.name for table in (*FACT_TABLES, *SUMMARIES, *PAGE_TABLES, *VIEW_TABLES, *ROW_TABLES)]


@cache
def _view_columns(view: ViewTable) -> tuple[str, ...]:
    """Return the columns that the table of a page has also where there is nothing to show."""
    with closing(sqlite3.connect(":memory:")) as connection:
        create_schema(connection)
        return tuple(view.frame(connection, Filter(Period(_DAY, _DAY)), day_end(_DAY)).columns)


@cache
def _row_columns(table: RowTable) -> tuple[str, ...]:
    with closing(sqlite3.connect(":memory:")) as connection:
        create_schema(connection)
        return tuple(table.listing(connection, Filter(Period(_DAY, _DAY)), day_end(_DAY)).schema)


def write_csv(connection: sqlite3.Connection, name: str, out: BinaryIO, selection: Selection, as_of: datetime) -> int:
    """Write one export as CSV, row by row, and return how many rows there were. Raises ExportError for a wrong name."""
    count = 0
    for chunk, rows in csv_chunks(connection, name, selection, as_of):
        out.write(chunk)
        count += rows
    return count


def csv_chunks(
    connection: sqlite3.Connection, name: str, selection: Selection, as_of: datetime
) -> Iterator[tuple[bytes, int]]:
    """Return one export as CSV in pieces of some thousand rows, each with its number of rows; the header comes first.

    Raises ExportError for a wrong name, NotDerivedError for figures of a store that came up from an older version.
    """
    check_export(name, selection)
    if name in _FACTS:
        table = _FACTS[name]
        columns = [column.name for column in table.columns]
        return _encoded(columns, _fact_rows(connection, table, selection, as_of))
    check_derived(connection)
    if name in _PAGES:
        return _encoded_frame(_PAGES[name].frame(connection))
    if name in _VIEWS:
        chosen = _filter(connection, selection)
        return (
            _encoded(_view_columns(_VIEWS[name]), [])
            if chosen is None
            else _encoded_frame(_view_frame(_VIEWS[name], connection, chosen, selection, as_of))
        )
    if name in _ROWS:
        chosen = _filter(connection, selection)
        listing = None if chosen is None else _ROWS[name].listing(connection, chosen, as_of)
        parts = () if listing is None else listing.parts(connection)
        return _encoded(_row_columns(_ROWS[name]), (_cells(part) for part in parts))
    rows = _figure_rows(connection, name, selection, as_of)
    columns = SLO_DAILY_COLUMNS if name == "slo_daily" else ROUTES_COLUMNS
    return _encoded(columns, [[[_safe(cell) for cell in row] for row in rows]])


def check_export(name: str, selection: Selection) -> None:
    """Raise ExportError when there is no such export, or it cannot be filtered like that."""
    names = _names()
    if name not in names:
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        raise ExportError(
            f"There is no table '{name[:100]}' to export.{f' Did you mean {near[0]}?' if near else ''}\n"
            f"Tables: {', '.join(names)}.\nColumns and meaning of each: dashboard export --list"
        )
    if selection.first and selection.last and selection.last < selection.first:
        raise ExportError(f"--from {selection.first} is after --to {selection.last}. Give the earlier day first.")
    if name in _PAGES:
        if selection != Selection():
            raise ExportError(f"{name} accounts for the whole store and takes no filter. Leave the filters out.")
        return
    if selection.compare is not Compare.NONE and name not in _VIEWS:
        raise ExportError(f"{name} compares nothing. Leave --compare out.")
    if selection.prices_of is not None and (name not in _VIEWS or _VIEWS[name].at_prices_of is None):
        priced = ", ".join(view.name for view in VIEW_TABLES if view.at_prices_of is not None)
        raise ExportError(f"{name} is not about prices. Leave --prices-of out; it goes with {priced}.")
    offered = {"project", "route", "task-class"}
    if name in _VIEWS and not _VIEWS[name].has_route:
        offered.remove("route")
    if name in _FACTS:
        known = _FACTS[name].filters
        offered = {option for option, column in _OPTIONS.items() if column in known}
    given = {option for option in _OPTIONS if getattr(selection, option.replace("-", "_")) is not None}
    wrong = sorted(f"--{option}" for option in given - offered)
    if wrong:
        reason = "" if name in _FACTS else " Figures are not kept by person; export tasks or llm_calls for that."
        raise ExportError(
            f"{name} cannot be filtered by {', '.join(wrong)}.{reason if '--person' in wrong else ''}\n"
            f"It can be filtered by --from, --to, {', '.join(f'--{option}' for option in sorted(offered))}."
        )


def _view_frame(
    view: ViewTable, connection: sqlite3.Connection, chosen: Filter, selection: Selection, as_of: datetime
) -> pl.DataFrame:
    if selection.prices_of is not None and view.at_prices_of is not None:
        return view.at_prices_of(connection, chosen, selection.prices_of)
    return view.frame(connection, chosen, as_of)


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a frame as CSV: UTF-8, RFC 4180, header row, formula-safe cells."""
    return b"".join(chunk for chunk, _ in _encoded_frame(frame))


def safe_file_name(*parts: str | None, extension: str = "csv") -> str:
    """Return a file name from words such as table and filters; anything that a file system may dislike becomes '-'."""
    words: list[str] = []
    for part in parts:
        ascii_part = unicodedata.normalize("NFKD", part or "").encode("ascii", "ignore").decode()
        word = re.sub(r"[^A-Za-z0-9._]+", "-", ascii_part).strip("-._")
        if word:
            words.append(word)
    stem = "_".join(words)[:_LONGEST_FILE_NAME].strip("-._") or "export"
    return f"{stem}.{extension}"


_OPTIONS = {"project": "project", "route": "provider", "task-class": "task_class", "person": "person"}


def _encoded_frame(frame: pl.DataFrame) -> Iterator[tuple[bytes, int]]:
    return _encoded(frame.columns, (_cells(part) for part in frame.iter_slices(_BATCH)))


Batch = Sequence[Sequence[object]]


def _cells(frame: pl.DataFrame) -> Batch:
    return [[_cell(value) for value in row] for row in frame.iter_rows()]


def _encoded(columns: Sequence[str], batches: Iterable[Batch]) -> Iterator[tuple[bytes, int]]:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    yield _taken(text), 0
    for batch in batches:
        writer.writerows(batch)
        yield _taken(text), len(batch)


def _taken(text: io.StringIO) -> bytes:
    """Take out what was written, as UTF-8."""
    found = text.getvalue().encode("utf-8", "backslashreplace")
    text.seek(0)
    text.truncate()
    return found


def _fact_rows(
    connection: sqlite3.Connection, table: ExportTable, selection: Selection, as_of: datetime
) -> Iterator[Batch]:
    """Read a table in order; large ones day by day, so that no more than a day is sorted at a time."""
    conditions, parameters = [f"({table.where})"], _parameters(connection, selection, as_of)
    for column, option in (("project", "project"), ("task_class", "task_class"), ("person", "person")):
        if getattr(selection, option) is not None:
            conditions.append(f"{table.filters[column]} IS :{option}")
    if selection.route is not None:
        condition, named = route_condition(selection.route, table.filters["provider"], table.filters["model"])
        conditions.append(condition)
        parameters |= named
    select = (
        f"SELECT {', '.join(column.sql for column in table.columns)} FROM {table.source} "  # noqa: S608
        f"WHERE {' AND '.join(conditions)}"
    )
    is_dated = selection.first is not None or selection.last is not None
    if table.day is None:
        period = f" AND {table.instant} >= :from_instant AND {table.instant} < :to_instant" if is_dated else ""
        yield from _batches(connection.execute(f"{select}{period} ORDER BY {table.order}", parameters))
        return
    days = connection.execute(
        f"SELECT DISTINCT {table.day} FROM {table.dated} "  # noqa: S608
        f"WHERE {table.day} BETWEEN :first AND :last ORDER BY 1",
        parameters,
    ).fetchall()
    by_day = f"{select} AND {table.day} IS :day ORDER BY {table.order}"
    for (day,) in days if is_dated else [*days, (None,)]:
        yield from _batches(connection.execute(by_day, parameters | {"day": day}))


def _batches(cursor: sqlite3.Cursor) -> Iterator[Batch]:
    while batch := cursor.fetchmany(_BATCH):
        yield batch


def _parameters(connection: sqlite3.Connection, selection: Selection, as_of: datetime) -> dict[str, object]:
    first, last = selection.first or date(1970, 1, 1), selection.last or date(9998, 12, 31)
    return {
        "first": day_number(first),
        "last": day_number(last),
        "from_instant": _end(first - timedelta(days=1)),
        "to_instant": _end(last),
        "window": slos().rollback_window_days * DAY_MICROSECONDS,
        "last_mature_day": day_number(newest_mature_day(connection, as_of)),
        "project": stored_name(selection.project),
        "task_class": stored_name(selection.task_class),
        "person": stored_name(selection.person),
    }


def _end(day: date) -> int:
    """Return the first instant after a day in microseconds."""
    return int(day_end(day).timestamp()) * 1_000_000


def _figure_rows(
    connection: sqlite3.Connection, name: str, selection: Selection, as_of: datetime
) -> Iterable[Sequence[object]]:
    chosen = _filter(connection, selection)
    if chosen is None:
        return ()
    return slo_daily(connection, chosen, as_of) if name == "slo_daily" else routes(connection, chosen, as_of)


def _filter(connection: sqlite3.Connection, selection: Selection) -> Filter | None:
    """Return the selection as the filter of the pages; null for a store without dated records."""
    found = choices(connection)
    if found.first_day is None or found.last_day is None:
        return None
    first = selection.first or min(found.first_day, selection.last or found.first_day)
    last = selection.last or max(found.last_day, first)
    period = Period(first, last)
    return Filter(
        period,
        Preset.CUSTOM,
        selection.compare,
        selection.other if selection.compare is Compare.DATES else compared_period(period, selection.compare),
        selection.project,
        selection.route,
        selection.task_class,
    )


def _cell(value: object) -> object:
    """Write one value of a frame; text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return plain_number(value)
    return _safe(value)


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
