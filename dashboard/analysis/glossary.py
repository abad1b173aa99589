"""The glossary: what every objective, table, column, word and rule means, read from where each is declared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import polars as pl

from dashboard.analysis.column_words import MADE
from dashboard.analysis.declared_columns import (
    DeclaredColumn,
    DeclaredTable,
    column_of,
    declared_tables,
    first_sentence,
    list_words,
    sentence,
    word_lists,
)
from dashboard.analysis.glossary_rules import RuleEntry, provider_entries, rule_entries
from dashboard.analysis.slo_explained import SloExplained, all_explained, known_words
from data.definitions import terms

GLOSSARY_COLUMNS = ("group", "entry", "part", "meaning", "details")
_ROLLUP = "_daily"
# A list says how something is known when its name, or every column that holds it, ends like this.
_KNOWN = ("_basis", "_status", "_quality", "method", "_evidence")
_STATES = ("CallStatus", "CommandStatus", "DeploymentStatus", "ToolStatus")


class Group(StrEnum):
    """One part of the glossary."""

    OBJECTIVES = "objectives"
    TERMS = "terms"
    RECORDED = "recorded"
    KNOWN = "known"
    WORDS = "words"
    RULES = "rules"
    PROVIDERS = "providers"
    SUMS = "sums"
    COMPUTED = "computed"

    @property
    def label(self) -> str:
        """Name on screen."""
        return _LABELS[self]

    @property
    def about(self) -> str:
        """What is in it, in a sentence."""
        return _ABOUT[self]


_LABELS = {
    Group.OBJECTIVES: "Objectives",
    Group.TERMS: "Terms",
    Group.RECORDED: "What is recorded",
    Group.KNOWN: "How it is known",
    Group.WORDS: "Word lists",
    Group.RULES: "Rules",
    Group.PROVIDERS: "Providers",
    Group.SUMS: "Daily sums",
    Group.COMPUTED: "Computed columns",
}
_ABOUT = {
    Group.OBJECTIVES: "What is measured, what it should be, who answers for it and why.",
    Group.TERMS: "Words that figures, pictures and comparisons use.",
    Group.RECORDED: "The tables of the store: what one row is, and what each column means.",
    Group.KNOWN: "Columns that say how a figure is known, with every word that they may hold.",
    Group.WORDS: "Every word that a column may hold, where it holds a word.",
    Group.RULES: "Rules that people agree on: task classes, risk zones, burn windows, routing, prices, settings.",
    Group.PROVIDERS: "One name for one provider, with the names that sources use for it.",
    Group.SUMS: "What pages read: sums of each day, which add up to any period.",
    Group.COMPUTED: "Columns of tables and CSV files that are computed for a page and not stored.",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One column, word or condition of an entry."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is explained."""

    group: Group
    name: str
    meaning: str
    details: tuple[tuple[str, str], ...] = ()
    """Label and text: formula, owner, why."""
    parts: tuple[Part, ...] = ()


@cache
def glossary() -> tuple[Entry, ...]:
    """Return everything that is explained, group by group."""
    tables = declared_tables()
    lists = [_word_list(name, tables) for name in word_lists()]
    return (
        *(_objective(found) for found in all_explained()),
        *(Entry(Group.TERMS, term.name, term.meaning) for term in terms().term),
        *(_table(table, Group.RECORDED) for table in tables if not table.name.endswith(_ROLLUP)),
        *(entry for entry in lists if entry.group is Group.KNOWN),
        *(entry for entry in lists if entry.group is Group.WORDS),
        *(_rule(entry, Group.RULES) for entry in rule_entries()),
        *(_rule(entry, Group.PROVIDERS) for entry in provider_entries()),
        *(_table(table, Group.SUMS) for table in tables if table.name.endswith(_ROLLUP)),
        *_computed(),
    )


def found_in(entries: Iterable[Entry], text: str) -> tuple[Entry, ...]:
    """Return the entries that hold every word of a text; of an entry that fits only by its parts, just those parts."""
    asked = text.casefold().split()
    found: list[Entry] = []
    for entry in entries:
        whole = _searched(entry.name, entry.meaning, *(words for detail in entry.details for words in detail))
        parts = tuple(part for part in entry.parts if _holds(_searched(entry.name, part.name, part.meaning), asked))
        if _holds(whole, asked):
            found.append(entry)
        elif parts:
            found.append(replace(entry, parts=parts))
    return tuple(found)


@cache
def glossary_frame() -> pl.DataFrame:
    """Return the whole glossary: one row per entry and one per part of it, in the order of the page."""
    rows: list[tuple[str, ...]] = []
    for entry in glossary():
        details = "; ".join(f"{label}: {text}" for label, text in entry.details)
        rows.append((entry.group.label, entry.name, "", entry.meaning, details))
        rows += [(entry.group.label, entry.name, part.name, part.meaning, "") for part in entry.parts]
    return pl.DataFrame(rows, schema=dict.fromkeys(GLOSSARY_COLUMNS, pl.String), orient="row")


def _holds(text: str, asked: Sequence[str]) -> bool:
    return all(word in text for word in asked)


def _searched(*texts: str) -> str:
    return " ".join(texts).casefold() + " " + " ".join(texts).replace("_", " ").casefold()


def _objective(found: SloExplained) -> Entry:
    slo = found.slo
    details = [
        ("Formula", found.formula),
        ("Objective", found.objective),
        ("Owner", slo.owner),
        ("Why", slo.why),
        ("n counts", found.counts),
        ("Read from", "; ".join(found.sources)),
        ("How it is known", "; ".join(known_words(column) for column in found.known_by)),
    ]
    if found.headline is not None:
        details.append(("Shown large", found.headline))
    return Entry(Group.OBJECTIVES, slo.title, slo.help, tuple(details))


def _table(table: DeclaredTable, group: Group) -> Entry:
    parts = tuple(Part(column.name, _column_words(column)) for column in table.columns.values())
    return Entry(group, table.name, sentence(table.meaning), parts=parts)


def _column_words(column: DeclaredColumn) -> str:
    if column.list_name is None:
        return sentence(column.meaning)
    return f"{sentence(column.meaning)} One of: {', '.join(word for word, _ in list_words(column.list_name))}."


def _word_list(name: str, tables: Sequence[DeclaredTable]) -> Entry:
    used = [
        (table.name, column.name) for table in tables for column in table.columns.values() if column.list_name == name
    ]
    columns = tuple(dict.fromkeys(f"{table}.{column}" for table, column in used if not table.endswith(_ROLLUP)))
    tells_how = bool(used) and all(column.endswith(_KNOWN) for _, column in used) and name not in _STATES
    return Entry(
        Group.KNOWN if tells_how else Group.WORDS,
        name,
        sentence(first_sentence(word_lists()[name])),
        (("Held by", ", ".join(columns)),) if columns else (),
        tuple(Part(word, sentence(meaning)) for word, meaning in list_words(name)),
    )


def _rule(entry: RuleEntry, group: Group) -> Entry:
    return Entry(group, entry.name, entry.meaning, entry.details, tuple(Part(*part) for part in entry.parts))


def _computed() -> Iterable[Entry]:
    """Return columns of any table first, then those that mean something else in one table."""
    for name, text in sorted(MADE.items(), key=lambda item: "." in item[0]):
        table, _, column = name.rpartition(".")
        shown = f"{column} ({table.replace('_', ' ')})" if table else column
        yield Entry(Group.COMPUTED, shown, _column_words(column_of(column, text)))
