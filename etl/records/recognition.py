"""Which record table a file holds, from its columns; or all that is wrong with them at once."""

from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches

from data.words import SourceKind
from etl.records.contract import RecordTable
from etl.records.tables import TABLES
from etl.redact import redact_title
from etl.sources.base import RefusedError

_NEAR = 0.75
_MOST_SHOWN = 12


def table_for(name: str, columns: Sequence[str]) -> SourceKind | None:
    """Return the kind of the table whose columns a file has; null when it is no record table and nearly none either.

    Raises RefusedError when it is one, or nearly one, and has columns that are not in the contract.
    """
    given = set(columns)
    table = _best([one for one in TABLES if one.required <= given], given)
    if table is None:
        table = _nearly(given)
        if table is None:
            return None
    problems = _problems(table, columns)
    if problems:
        raise RefusedError(
            "\n".join(
                [
                    f"{name} reads like your own records of the table {table.name}, but its columns are wrong:",
                    *(f"  - {problem}" for problem in problems),
                    f"Columns of {table.name}: {', '.join(table.names)}.",
                    f"etl template {table.name} writes a file with the right header.",
                    "docs/records.md says what each column means.",
                ]
            )
        )
    return table.kind


def _best(tables: Sequence[RecordTable], given: set[str]) -> RecordTable | None:
    """Return the table that knows the most of the columns; of equally knowing ones that which needs more of them."""
    return max(
        tables,
        key=lambda table: (len(given & set(table.names)), len(table.required), -TABLES.index(table)),
        default=None,
    )


def _nearly(given: set[str]) -> RecordTable | None:
    """Return the table that a file was meant for: most of its columns known, and hardly one that is needed missing."""
    return _best([table for table in TABLES if _is_nearly(table, given)], given)


def _is_nearly(table: RecordTable, given: set[str]) -> bool:
    known = given & set(table.names)
    spare = given - known
    like = [name for name in spare if _nearest(name, set(table.names) - known) is not None]
    # Names that are all written in another way (Command, STATUS) are near misses too.
    if (len(known) < 2 and len(known) + len(like) < len(given)) or 2 * (len(known) + len(like)) < len(given):
        return False
    missing = table.required - given
    unlike = [name for name in missing if _nearest(name, spare) is None]
    # A file with hardly more than an id and a status could be anything.
    return len(unlike) == 0 or (len(unlike) == 1 and len(table.required & given) >= len(table.required) - 1 >= 2)


def _nearest(name: str, others: set[str]) -> str | None:
    folded = {_folded(other): other for other in sorted(others)}
    near = get_close_matches(_folded(name), sorted(folded), n=1, cutoff=_NEAR)
    return folded[near[0]] if near else None


def _folded(name: str) -> str:
    """Return a name as it is compared: requestedAt, Requested At and requested-at are all near requested_at."""
    name = name[:60].strip()
    parts = name.lower() if name.isupper() else "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
    return "_".join(part for part in parts.replace("-", "_").replace(" ", "_").split("_") if part)


def _problems(table: RecordTable, columns: Sequence[str]) -> list[str]:
    known = set(table.names)
    unknown = list(dict.fromkeys(name for name in columns if name not in known))
    problems = [f"unknown column {_shown(name)}. {_hint(name, table, set(columns))}" for name in unknown[:_MOST_SHOWN]]
    if len(unknown) > _MOST_SHOWN:
        problems.append(f"and {len(unknown) - _MOST_SHOWN} more unknown columns.")
    problems += [
        f"the column {column.name!r} is missing; every record needs it ({table.meaning(column)})."
        for column in table.columns
        if column.is_required and column.name not in columns
    ]
    problems += [f"the column {name!r} is there twice." for name in table.names if columns.count(name) > 1]
    return problems


def _hint(name: str, table: RecordTable, given: set[str]) -> str:
    near = _nearest(name, set(table.names) - given)
    if near is not None:
        return f"Did you mean {near!r}?"
    elsewhere = [one.name for one in TABLES if name in one.names]
    return f"It is a column of {', '.join(elsewhere)}." if elsewhere else "Leave it out: it is not in the contract."


def _shown(name: str) -> str:
    return repr(redact_title(name)[:40]) if name.strip() else "without a name"


def nearest_tables(name: str) -> list[str]:
    """Return the names of the record tables that a name comes near to, the nearest first."""
    folded = _folded(name)
    names = [table.name for table in TABLES]
    ranked = sorted(names, key=lambda one: -SequenceMatcher(None, folded, one).ratio())
    return [one for one in ranked if SequenceMatcher(None, folded, one).ratio() >= 0.6][:3]
