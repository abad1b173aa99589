"""Reading a whole column: at once where all its cells are plain, each different text once where texts repeat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from data.epoch import stored_instant
from etl.context import LoadContext
from etl.records.cells import LONGEST_ID, MOST_CODE, MOST_WHOLE, PLAIN_DIGITS, Reader, allowed_instants, reader_of
from etl.records.contract import Column, ColumnType

AtOnce = Callable[[Sequence[Any]], "list[Any] | None"]
"""Reads filled cells as the reader of single cells would; null where one of them needs that closer look."""

_REPEATED = {
    ColumnType.NAME,
    ColumnType.PERSON,
    ColumnType.PROJECT,
    ColumnType.PROVIDER,
    ColumnType.COMMAND,
    ColumnType.WORD,
    ColumnType.FLAG,
    ColumnType.CODE,
}
"""Types of columns that hold texts of which most occur again and again."""


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """Reads the cells of one column of a file."""

    column: Column
    read: Reader
    """Reads one filled cell. Raises CellError."""
    at_once: AtOnce

    def values(self, cells: Sequence[Any]) -> list[Any]:
        """Return the values of all cells, null where one is empty. Raises CellError for one that cannot be used."""
        empty = cells.count(None)
        if empty == len(cells):
            return list(cells)
        if self.column.reads in _REPEATED and (known := self._known(cells)) is not None:
            return [known[cell] for cell in cells]
        filled = [cell for cell in cells if cell is not None] if empty else cells
        values = self.at_once(filled)
        if values is None:
            values = list(map(self.read, filled))
        if not empty:
            return values
        given = iter(values)
        return [None if cell is None else next(given) for cell in cells]

    def _known(self, cells: Sequence[Any]) -> dict[Any, Any] | None:
        """Return the value of each different text; null where too many are different, or not all cells are texts."""
        try:
            different = set(cells)
        except TypeError:
            # Lists and objects, which are told one by one.
            return None
        # True and 1 are the same to a set: only texts are taken together.
        if 2 * len(different) >= len(cells) or not all(type(cell) is str or cell is None for cell in different):
            return None
        return {cell: None if cell is None else self.read(cell) for cell in different}


def column_reader(column: Column, context: LoadContext, *, has_decimal_comma: bool = False) -> ColumnReader:
    """Return what reads a column."""
    kind = column.reads
    at_once: AtOnce = _none_at_once
    if kind in (ColumnType.INSTANT, ColumnType.LATER):
        at_once = partial(_instants, *allowed_instants(kind, context))
    elif kind is ColumnType.WHOLE:
        at_once = partial(_wholes, 0, MOST_WHOLE)
    elif kind is ColumnType.CODE:
        at_once = partial(_wholes, -MOST_CODE, MOST_CODE)
    elif kind is ColumnType.ID:
        at_once = _ids
    return ColumnReader(column, reader_of(column, context, has_decimal_comma=has_decimal_comma), at_once)


def _none_at_once(_cells: Sequence[Any]) -> None:
    return None


def _ids(cells: Sequence[Any]) -> list[str | None] | None:
    if set(map(type, cells)) != {str} or max(map(len, cells)) > LONGEST_ID:
        return None
    return [text or None for text in map(str.strip, cells)]


def _wholes(least: int, most: int, cells: Sequence[Any]) -> list[int] | None:
    types = set(map(type, cells))
    if types == {str}:
        together, lengths = "".join(cells), set(map(len, cells))
        if not (together.isascii() and together.isdigit()) or min(lengths) == 0 or max(lengths) > PLAIN_DIGITS:
            return None
        cells = list(map(int, cells))
    elif types != {int}:
        return None
    return list(cells) if least <= min(cells) and max(cells) <= most else None


def _instants(earliest: int, latest: int, cells: Sequence[Any]) -> list[int] | None:
    if set(map(type, cells)) != {str}:
        return None
    try:
        moments = list(map(datetime.fromisoformat, map(str.strip, cells)))
    except ValueError:
        return None
    if None in {moment.tzinfo for moment in moments}:
        return None
    instants = list(map(stored_instant, moments))
    return instants if earliest <= min(instants) and max(instants) <= latest else None
