"""The quarterly review as one document: what the page shows, what is frozen, and what every report is made from.

Nothing that reads it computes: page, CSV, workbook, deck, PDF and HTML carry the same figures and texts.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Self

import msgspec
import polars as pl

from dashboard.analysis.figures import Unit
from data.frames import INSTANT

Cell = str | int | float | bool | None
"""A value of a table; days and instants are ISO 8601 text."""


class ColumnType(StrEnum):
    """What the cells of a column are; the unit follows from the column's name (_rate, _usd, _s, _count, _at, _date)."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"


class EvidenceColumn(msgspec.Struct, frozen=True):
    """One column of a table, named as in CSV files."""

    name: str
    type: ColumnType


class EvidenceTable(msgspec.Struct, frozen=True):
    """Rows that an answer rests on."""

    name: str
    """What the CSV file and the sheet are called; unique in the document."""
    title: str
    """What the rows show, as a sentence without a full stop."""
    meaning: str
    """The grain: one row per …"""
    columns: tuple[EvidenceColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @classmethod
    def of_frame(cls, frame: pl.DataFrame, *, name: str, title: str, meaning: str) -> Self:
        """Return a frame of text, numbers, flags, days and UTC instants as a table."""
        columns = tuple(EvidenceColumn(column, _type_of(dtype)) for column, dtype in frame.schema.items())
        rows = tuple(tuple(_cell(value) for value in row) for row in frame.iter_rows())
        return cls(name, title, meaning, columns, rows)

    def frame(self) -> pl.DataFrame:
        """Return the rows as a typed frame again, equal to the one that they came from."""
        schema = {column.name: _STORED[column.type] for column in self.columns}
        frame = pl.DataFrame(self.rows, schema=schema, orient="row")
        return frame.with_columns(
            _moment(column) for column in self.columns if column.type in (ColumnType.DATE, ColumnType.INSTANT)
        )


class ChartKind(StrEnum):
    """How a chart is drawn; all have categories on one axis and a value with interval on the other."""

    BARS = "bars"
    """Amounts, one bar for each category and series."""
    POINTS = "points"
    """Rates and ratios with intervals, one point for each category and series."""
    LINES = "lines"
    """Values over time: the categories are in their order of time."""


class ChartSeries(msgspec.Struct, frozen=True):
    """One series: a value for each category of its chart, null where there is none."""

    name: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    """Ends of the 95 % intervals; empty when there are none."""
    high: tuple[float | None, ...] = ()
    n: tuple[int | None, ...] = ()


class EvidenceChart(msgspec.Struct, frozen=True):
    """One chart, in numbers: small enough to be redrawn by whatever shows it."""

    name: str
    title: str
    """What it shows, as a sentence without a full stop, such as: Fixes fail twice as often as edits."""
    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[ChartSeries, ...]
    unit: Unit
    axis: str
    """What the values are, such as: Share of tasks that failed."""
    n_unit: str
    """What n counts."""
    reference: float | None = None
    """A value to compare with, drawn as a line: objective or budget."""
    reference_label: str | None = None
    note: str | None = None

    @property
    def alt(self) -> str:
        """The chart in words, for those who cannot see it."""
        return f"{self.title}. {self.axis} of {', '.join(self.categories)}."


class ReviewFigure(msgspec.Struct, frozen=True):
    """One figure of an answer, with its 95 % interval and n."""

    label: str
    value: float | None
    """Null is unknown."""
    unit: Unit
    n: int
    n_unit: str
    low: float | None = None
    high: float | None = None
    before: float | None = None
    """The same figure a quarter before; null when not known."""
    note: str | None = None


class AnswerState(StrEnum):
    """Whether a question could be answered."""

    ANSWERED = "answered"
    CANNOT_TELL = "cannot tell yet"
    """There are records, too few to say; the sentence says how many more."""
    NOT_MEASURED = "not measured"
    """Nothing was loaded that could answer it; the sentence says what to load."""


class RowsLink(msgspec.Struct, frozen=True):
    """A link to the rows: a page of the dashboard and the words of its address."""

    label: str
    page: str
    """Name of the page in the address, such as provider-routes."""
    params: dict[str, str] = {}


class Answer(msgspec.Struct, frozen=True):
    """One question's answer with all that supports it."""

    key: str
    """Name of the question in review_questions.toml."""
    number: int
    question: str
    owner: str
    state: AnswerState
    verdict: str
    """The answer in one or a few words, such as: Fix tasks, or: Too lax in 1 zone."""
    sentence: str
    """The answer in one sentence."""
    rule: str
    """How the answer follows from the data, in words."""
    figures: tuple[ReviewFigure, ...] = ()
    """The figure that the answer rests on comes first."""
    charts: tuple[EvidenceChart, ...] = ()
    tables: tuple[EvidenceTable, ...] = ()
    since_last: str = ""
    """What changed since the quarter before; says so when there is none."""
    would_change: tuple[str, ...] = ()
    """What would change the answer."""
    limits: tuple[str, ...] = ()
    """What must be known to read it: unknown shares, immature patches, missing sources."""
    links: tuple[RowsLink, ...] = ()


class NoteLine(msgspec.Struct, frozen=True):
    """A decision or note that people entered, as it stood."""

    kind: str
    status: str
    text: str
    question: str | None = None
    owner: str | None = None
    due_date: date | None = None
    quarter: str = ""
    """The quarter in which it was first entered."""
    carried_to: str | None = None
    """The quarter that it was carried over to, where it is looked after since; then it is not open here any more."""


class ReviewDocument(msgspec.Struct, frozen=True):
    """The review of one quarter."""

    quarter: str
    """Such as 2026Q3."""
    first: date
    last: date
    time_zone: str
    scope: str
    """Filters other than the days in words; empty for everything."""
    as_of: datetime
    """Time of the newest record that it was seen from."""
    is_complete: bool
    """Whether the quarter had ended at that time."""
    data_version: int
    definitions_hash: str
    price_version: str
    answers: tuple[Answer, ...]
    summary: tuple[ReviewFigure, ...] = ()
    """The five objectives in the quarter."""
    notes: tuple[NoteLine, ...] = ()
    revision: int | None = None
    """Which freezing it is; null for one that was computed just now."""
    frozen_at: datetime | None = None
    is_demo: bool = False
    """Whether any of the loaded files was made up by the demo generator."""

    def tables(self) -> Sequence[EvidenceTable]:
        """Return all tables of all answers, in order."""
        return [table for answer in self.answers for table in answer.tables]

    def to_json(self) -> bytes:
        """Return the document as JSON, the same bytes for the same document."""
        return msgspec.json.encode(self, order="deterministic")


def read_document(content: bytes | str) -> ReviewDocument:
    """Return a document from its JSON. Raises msgspec.ValidationError when it is not one."""
    return msgspec.json.decode(content, type=ReviewDocument)


_STORED: dict[ColumnType, pl.DataType] = {
    ColumnType.TEXT: pl.String(),
    ColumnType.INTEGER: pl.Int64(),
    ColumnType.NUMBER: pl.Float64(),
    ColumnType.BOOLEAN: pl.Boolean(),
    ColumnType.DATE: pl.String(),
    ColumnType.INSTANT: pl.String(),
}


def _moment(column: EvidenceColumn) -> pl.Expr:
    text = pl.col(column.name).str
    if column.type is ColumnType.DATE:
        return text.to_date("%Y-%m-%d")
    return text.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us").dt.replace_time_zone("UTC")


def _type_of(dtype: pl.DataType) -> ColumnType:
    if dtype == pl.Boolean:
        return ColumnType.BOOLEAN
    if dtype == pl.Date:
        return ColumnType.DATE
    if dtype == INSTANT:
        return ColumnType.INSTANT
    if dtype.is_integer():
        return ColumnType.INTEGER
    if dtype.is_float():
        return ColumnType.NUMBER
    if dtype == pl.String:
        return ColumnType.TEXT
    raise TypeError(f"a table of a review holds text, numbers, flags, days and UTC instants, not {dtype}")


def _cell(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a cell of a review's table cannot hold {type(value).__name__}")
