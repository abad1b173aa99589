"""What each column of a table on a page or in an export means, from the declarations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.analysis.column_words import MADE
from dashboard.analysis.declared_columns import DeclaredColumn, DeclaredTable, column_of, declared_tables

_ALIKE = 3
"""Columns that a table on screen must share with a table of the store to be taken for its rows."""
_BOUND = re.compile(r"_(low|high)(?=_|$)")
_ENDS = {"low": "lower", "high": "upper"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means, and the closed word list that its values come from."""

    text: str
    list_name: str | None = None


def meaning_of(column: str, table: str = "", beside: Sequence[str] = ()) -> Meaning | None:
    """Return what a column means in a table with these columns; null when nothing declares it.

    In this order: what is written for the column in this table; the column of the table of the store whose rows these
    are; what is written for columns that analyses make; the column of that name in any table of the store; and what
    follows from the name: an end of an interval, or the same figure of the compared period.
    """
    for name, text in MADE.items():
        of, _, made = name.rpartition(".")
        if of and made == column and table.endswith(of):
            return _meaning(column_of(column, text))
    ranked = _by_likeness(beside)
    rows_of = next((found for shared, found in ranked if shared >= _ALIKE and column in found.forms), None)
    if rows_of is not None:
        return _meaning(rows_of.forms[column])
    if column in MADE:
        return _meaning(column_of(column, MADE[column]))
    # Daily sums last: they say "of these, ..." of columns that stand beside them there.
    facts_first = sorted(ranked, key=lambda pair: pair[1].name.endswith("_daily"))
    anywhere = next((found for _, found in facts_first if column in found.forms), None)
    return _meaning(anywhere.forms[column]) if anywhere else _derived(column, table, beside)


def _by_likeness(columns: Sequence[str]) -> list[tuple[int, DeclaredTable]]:
    """Return the tables of the store with the number of columns they share, most first; ties in their own order."""
    shared = [(sum(name in table.forms for name in columns), table) for table in declared_tables()]
    return sorted(shared, key=lambda pair: -pair[0])


def _meaning(column: DeclaredColumn) -> Meaning:
    return Meaning(column.meaning, column.list_name)


def _derived(column: str, table: str, beside: Sequence[str]) -> Meaning | None:
    if column.startswith("compared_"):
        of = meaning_of(column.removeprefix("compared_"), table, beside)
        return of and Meaning(f"the same in the compared period: {of.text}", of.list_name)
    bare = re.fullmatch(r"(low|high)(_rate|_usd|_s|)", column)
    if bare:
        return Meaning(f"{_ENDS[bare[1]]} end of the 95 % interval")
    bound = _BOUND.search(column)
    if bound:
        of = meaning_of(_BOUND.sub("", column, count=1), table, beside)
        return of and Meaning(f"{_ENDS[bound[1]]} end of the 95 % interval of this figure: {of.text}")
    kind = re.fullmatch(r"([a-z_]+)_error_count", column)
    if kind:
        of = meaning_of("error_kind")
        return Meaning(f"calls that ended in an error of the kind {kind[1].replace('_', ' ')}", of and of.list_name)
    return None
