"""What the tables of the store declare: their grain, their columns, and the closed lists that these refer to."""

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlmodel import SQLModel

import data.tables
from data import words
from data.tables.base import table_name
from data.words import Word

_LIST = re.compile(r"\s*\(([A-Z][A-Za-z]+)\)")
_NULL = re.compile(r"\bnull\b")
_KEY_NOTE = "x and 16 hexadecimal digits"
# Facts first: rollups and bookkeeping use the same names for sums of them.
_FIRST = ("task", "patch", "llm_call", "command_run", "approval", "tool_call", "deployment", "load", "quarantine")


@dataclass(frozen=True, slots=True)
class DeclaredColumn:
    """One column of a table, or the form in which exports give it (id for a key, dollars, seconds)."""

    name: str
    meaning: str
    list_name: str | None
    """The closed word list whose words it holds."""


@dataclass(frozen=True, slots=True)
class DeclaredTable:
    """One table: its grain, and its columns by name."""

    name: str
    meaning: str
    columns: Mapping[str, DeclaredColumn]
    forms: Mapping[str, DeclaredColumn]
    """The columns, and the forms in which exports and pages give them."""


@cache
def declared_tables() -> tuple[DeclaredTable, ...]:
    """Return all tables: the facts that most figures rest on first, then by name."""
    found = {table.name: table for table in (_table(getattr(data.tables, name)) for name in data.tables.__all__)}
    return tuple([found.pop(name) for name in _FIRST] + [found[name] for name in sorted(found)])


@cache
def word_lists() -> Mapping[str, type[Word]]:
    """Return the closed word lists by the name that columns refer to them by."""
    lists = {name: getattr(words, name) for name in words.__all__}
    return {name: found for name, found in lists.items() if found is not Word}


def list_words(name: str) -> Sequence[tuple[str, str]]:
    """Return word and meaning of each member of a closed list."""
    return [(word.value, word.meaning) for word in word_lists()[name]]


def first_sentence(documented: object) -> str:
    """Return the first sentence or line of a docstring."""
    return " ".join((inspect.getdoc(documented) or "").split("\n\n")[0].split())


def sentence(text: str) -> str:
    """Return a meaning as a sentence: with a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def _table(table: type[SQLModel]) -> DeclaredTable:
    columns = {name: column_of(name, field.description or "") for name, field in table.model_fields.items()}
    forms = dict(columns)
    for column in columns.values():
        for form in _forms(column):
            forms.setdefault(form.name, form)
    return DeclaredTable(table_name(table), _NULL.sub("empty", first_sentence(table)), columns, forms)


def column_of(name: str, description: str) -> DeclaredColumn:
    """Return a column from its description, with the closed list that it names in brackets taken out of the words."""
    named = _LIST.search(description)
    # On screen and in CSV files what is null is empty.
    description = _NULL.sub("empty", description)
    if named is None or named[1] not in word_lists():
        return DeclaredColumn(name, description, None)
    return DeclaredColumn(name, _LIST.sub("", description, count=1), named[1])


def _forms(column: DeclaredColumn) -> Sequence[DeclaredColumn]:
    name, meaning = column.name, column.meaning
    if name.endswith("_key"):
        return [DeclaredColumn(name.removesuffix("_key") + "_id", f"{meaning}; {_KEY_NOTE}", None)]
    if name.endswith("_micro_usd"):
        in_dollars = meaning.replace("millionths of a US dollar", "US dollars")
        return [DeclaredColumn(name.removesuffix("_micro_usd") + "_usd", in_dollars, None)]
    if name.endswith("_ms"):
        stem = name.removesuffix("_ms")
        return [DeclaredColumn(f"{stem}_s", meaning.replace("milliseconds", "seconds"), None)]
    return []
