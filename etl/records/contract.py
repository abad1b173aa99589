"""What a record table is: its columns with type, unit, meaning and words; reading, checks and documentation follow."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from data.keys import stable_key, stable_keys_under
from data.words import QuarantineReason, SourceKind, Word
from etl.context import LoadContext

if TYPE_CHECKING:
    from sqlmodel import SQLModel

_WORD_LIST = re.compile(r"\s*\([A-Z]\w+\)")
_GRAIN = re.compile(r"One row per (.*?)[.;]", re.DOTALL)

Rows = Mapping[str, Sequence[Any]]
"""Columns of some records side by side: name to values, one for each record, as cells were read."""


class ColumnType(Enum):
    """How a cell is read, and what is kept of it; the value is what the documentation calls it."""

    ID = "text (id)"
    NAME = "text (name)"
    TITLE = "text"
    PERSON = "text (person)"
    PROJECT = "text (project)"
    PROVIDER = "text (provider)"
    COMMAND = "text (command)"
    INSTANT = "time"
    LATER = "time, may lie ahead"
    WHOLE = "whole number"
    CODE = "whole number, may be negative"
    MONEY = "amount"
    HASH = "text (commit)"
    FLAG = "true or false"
    WORD = "word"
    PATHS = "list of paths"


UNITS = {"_ms": "milliseconds", "_usd": "US dollars", "_tokens": "tokens", "_chars": "characters", "_count": "count"}


@dataclass(frozen=True)
class Column:
    """One column that a record may have."""

    name: str
    reads: ColumnType
    is_required: bool = False
    words: type[Word] | None = None
    stored: str = ""
    """Column of the store whose meaning it has, where that has another name."""
    says: str = ""
    """Its meaning, where the store's column does not say it well enough for somebody who writes records."""
    example: Any = None
    is_owners: bool = False
    """Whether an empty cell takes the person or project that the file belongs to."""

    @property
    def unit(self) -> str:
        """Unit that its name tells; empty when it has none."""
        return next((unit for ending, unit in UNITS.items() if self.name.endswith(ending)), "")


@dataclass(frozen=True)
class Problem:
    """Why the record at a place in a batch cannot be used."""

    index: int
    reason: QuarantineReason
    detail: str


def no_problems(_rows: Rows) -> list[Problem]:
    """Find nothing wrong between the cells of records."""
    return []


def nothing_more(_chosen: Rows, _context: LoadContext) -> None:
    """Write nothing beside the rows themselves."""


@dataclass(frozen=True)
class RecordTable:
    """One table of records that a team may hand in."""

    kind: SourceKind
    thing: str
    """Name of the table in the store, such as llm_call; part of its keys."""
    columns: tuple[Column, ...]
    at: str
    """Column of the time that dates a record."""
    fill: Callable[[Rows, LoadContext], Rows]
    """Columns of the store that follow from the cells, beside those that are stored as they were read."""
    check: Callable[[Rows], list[Problem]] = no_problems
    """What is wrong between the cells of records, each of which can be read."""
    follow: Callable[[Rows, LoadContext], None] = nothing_more
    """Writes what belongs to rows that were written, and notes what depends on them."""
    apart: frozenset[str] = frozenset()
    """Columns that are not stored in the row itself, although it has columns of these names: others derive those."""
    date: str = ""
    """Column of the store for the day of the time that dates a record."""
    dated_by: tuple[str, ...] = ()
    """Columns of times that give that day instead, where they are known; the last one goes first."""

    @property
    def name(self) -> str:
        """Name of the table in the contract, such as llm_calls."""
        return self.kind.value.removeprefix("record_")

    @property
    def table(self) -> "type[SQLModel]":
        """The class that says what the rows and columns of the table mean."""
        # For documentation and messages alone: the classes take longer to import than many files to load.
        import data.tables
        from data.tables.base import table_name

        named = {table_name(one): one for one in map(vars(data.tables).__getitem__, data.tables.__all__)}
        return named[self.thing]

    @property
    def grain(self) -> str:
        """What one record is."""
        found = _GRAIN.match(self.table.__doc__ or "")
        return found[1] if found else self.thing

    @property
    def required(self) -> frozenset[str]:
        """Names of the columns that a file must have, and whose cells must not be empty."""
        return frozenset(column.name for column in self.columns if column.is_required)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in their order."""
        return tuple(column.name for column in self.columns)

    def meaning(self, column: Column) -> str:
        """Return what a column means, as the store's own column says it."""
        if column.says:
            return column.says
        described = self.table.model_fields[column.stored or column.name].description or ""
        return _WORD_LIST.sub("", described)


def record_key(thing: str, project: str | None, native_id: str | None) -> int | None:
    """Return the key of a record by its own id, which is unique within a project; null when no id is given."""
    return None if native_id is None else stable_key("record", thing, project, native_id)


def record_keys(thing: str, rows: Rows, id_column: str) -> list[int | None]:
    """Return the keys of the records that a column of ids names, in the projects of the rows that name them."""
    projects, ids = rows["project"], rows[id_column]
    befores = {project: ("record", thing, project) for project in set(projects)}
    if None not in ids:
        return list(stable_keys_under(befores, projects, ids))
    given = [(project, native_id) for project, native_id in zip(projects, ids, strict=True) if native_id is not None]
    keys = iter(stable_keys_under(befores, [project for project, _ in given], [native_id for _, native_id in given]))
    return [None if native_id is None else next(keys) for native_id in ids]


def count_of(rows: Rows) -> int:
    """Return how many records there are."""
    return len(rows["id"])


def all_of(rows: Rows, value: Any) -> list[Any]:
    """Return a column that has the same value in each record."""
    return [value] * count_of(rows)


def without_nulls(values: Sequence[Any], otherwise: Any) -> list[Any]:
    """Return a column with a value in place of what was not given."""
    return [otherwise if value is None else value for value in values]


# Columns that most tables share.
ID = Column(
    "id",
    ColumnType.ID,
    is_required=True,
    says="your own id of the record, unique in this table and project; records with the same id are copies of one",
)
PERSON = Column(
    "person",
    ColumnType.PERSON,
    says="who asked for it; empty: whose file it is. A user name or e-mail address that sources.toml maps to a person",
    example="ann",
    is_owners=True,
)
PROJECT = Column(
    "project",
    ColumnType.PROJECT,
    says="which project; empty: the project of the file. Ids of other records are looked for in the same project",
    example="shop",
    is_owners=True,
)
TASK_ID = Column("task_id", ColumnType.ID, says="id of the record in tasks that it belongs to", example="t-1")
RECORDED_AT = Column(
    "recorded_at",
    ColumnType.INSTANT,
    says="when this copy of the record was written; of several copies the newest counts",
    example="2026-03-02T10:05:00Z",
)


def required(name: str, kind: ColumnType, **more: Any) -> Column:
    """Return a column that must be there and filled in each record."""
    return Column(name, kind, is_required=True, **more)


def word(name: str, words: type[Word], **more: Any) -> Column:
    """Return a column of a closed list of words."""
    return Column(name, ColumnType.WORD, words=words, **more)
