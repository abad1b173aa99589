"""The schema version, and the steps that bring an older store up to it without losing data."""

import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.errors import StoreError
from data.histogram_merging import add_merging
from data.strip_writing import rewrite_strips
from data.strips import LAYOUTS

SCHEMA_VERSION = 7
SCHEMA_FILE = Path(__file__).with_name("schema.sql")
"""What creates a new store, made of the classes of the tables by `make docs`: these take 0.4 s to import."""


@dataclass(frozen=True)
class Migration:
    """One step forward, from one schema version to the next."""

    from_version: int
    apply: Callable[[sqlite3.Connection], None]


_FILLED = {"source": "bolt_chat"}
"""What rows of before get in a new column that must have a value."""
_FILLED_IN = {("deployment", "source"): "bolt_events"}
TIES_OF_MESSAGES = (1 << 21) - 1
"""The bits of a message's rank that only decide between copies that are equally complete."""


def rebuild(connection: sqlite3.Connection) -> None:
    """Bring every table to its current columns: what both have is kept, and the next load derives anew.

    Works from any older schema, so that it serves as the only step of a store of whatever age.
    """
    wanted = _current_tables()
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name, (create, indexes, columns) in wanted.items():
        old = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        if old == list(columns):
            _renew_indexes(connection, name, indexes)
            continue
        if name in found:
            for (index,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (name,)
            ).fetchall():
                connection.execute(f'DROP INDEX "{index}"')
            connection.execute(f'ALTER TABLE "{name}" RENAME TO "{name}_before"')
        connection.execute(create)
        if name in found:
            _copy(connection, name, old, columns)
            connection.execute(f'DROP TABLE "{name}_before"')
        for index in indexes:
            connection.execute(index)
    # No definitions are remembered as those that the store was derived with: the next load derives it anew.
    connection.execute("UPDATE setting SET value = '' WHERE name = 'definitions'")


def rebuild_first(connection: sqlite3.Connection) -> None:
    """Bring a store of the first schema to the current columns."""
    rebuild(connection)
    # Messages of before tell no contents to compare with commits: another copy, exported since, completes them.
    connection.execute("UPDATE message SET record_rank = record_rank & ~?", (TIES_OF_MESSAGES,))


def _renew_indexes(connection: sqlite3.Connection, table: str, wanted: Sequence[str]) -> None:
    """Bring the indexes of a table whose columns stay to their current definitions."""
    found = dict(
        connection.execute(
            "SELECT sql, name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,)
        ).fetchall()
    )
    for sql in found.keys() - set(wanted):
        connection.execute(f'DROP INDEX "{found[sql]}"')
    for sql in sorted(set(wanted) - found.keys()):
        connection.execute(sql)


def _copy(connection: sqlite3.Connection, name: str, old: Sequence[str], columns: "dict[str, bool]") -> None:
    """Copy the rows of a table before; columns says of each column whether it must have a value."""
    kept = [column for column in columns if column in old]
    filled = [column for column, must in columns.items() if column not in old and must]
    values = [_FILLED_IN.get((name, column), _FILLED.get(column, 0)) for column in filled]
    names = ", ".join(f'"{column}"' for column in (*kept, *filled))
    sources = ", ".join([*(f'"{column}"' for column in kept), *("?" * len(filled))])
    connection.execute(f'INSERT INTO "{name}" ({names}) SELECT {sources} FROM "{name}_before"', values)  # noqa: S608


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, rebuild_first),
    *(Migration(before, rebuild) for before in range(2, SCHEMA_VERSION)),
)


def create_schema(connection: sqlite3.Connection) -> None:
    """Create every table and index of the current schema in an empty store, and give the store an id of its own.

    The id tells a store from another one that lies at the same path later.
    """
    for statement in SCHEMA_FILE.read_text(encoding="utf-8").split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT INTO setting (name, value) VALUES ('store_id', ?)", (secrets.token_hex(16),))


def schema_text() -> str:
    """Return the statements that create the tables and their indexes as the classes declare them, for SCHEMA_FILE."""
    statements = (one for create, indexes, _ in _current_tables().values() for one in (create, *indexes))
    return "".join(f"{statement.strip()};\n" for statement in statements)


def _current_tables() -> "dict[str, tuple[str, list[str], dict[str, bool]]]":
    """Return, by table: the statement that creates it, those of its indexes, and which columns must be filled."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable
    from sqlmodel import SQLModel

    # Importing the tables registers them with SQLModel; a store that exists opens without them.
    import data.tables  # noqa: F401  # pyright: ignore[reportUnusedImport]

    dialect = sqlite.dialect()
    return {
        table.name: (
            str(CreateTable(table).compile(dialect=dialect)),
            [
                str(CreateIndex(index).compile(dialect=dialect))
                for index in sorted(table.indexes, key=lambda index: str(index.name))
            ],
            {column.name: not column.nullable for column in table.columns},
        )
        for table in SQLModel.metadata.sorted_tables
    }


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration], found: int, wanted: int) -> None:
    """Bring a store from one schema version to a newer one, step by step, in the caller's transaction.

    Raises StoreError when a step is missing.
    """
    steps = {migration.from_version: migration for migration in migrations}
    for version in range(found, wanted):
        if version not in steps:
            raise StoreError(
                f"The store has schema {found}, and this Boltscope cannot bring it from {version} to {version + 1}. "
                "Open it with an older Boltscope first, or load the files anew into another store."
            )
        steps[version].apply(connection)
    if found < wanted:
        # Pages say what they said before: what is read in another place now follows from the rollups that are there.
        fill_calls_by_project(connection)
        rewrite_strips(connection, None)


def fill_calls_by_project(connection: sqlite3.Connection) -> None:
    """Add up call_daily over task classes into call_project_daily where no load has written it yet."""
    if connection.execute("SELECT 1 FROM call_project_daily LIMIT 1").fetchone():
        return
    layout = LAYOUTS["call_project_daily"]
    sums = {name: f"sum({name})" for name in layout.measures} | {
        name: f"sum(iif(is_attributed, {name.removeprefix('attributed_')}, 0))"
        for name in layout.measures
        if name.startswith("attributed_")
    }
    add_merging(connection)
    names = ", ".join(("date", *layout.dimensions))
    connection.execute(
        f"INSERT INTO call_project_daily ({names}, {', '.join(sums)}, {layout.histogram}) "  # noqa: S608
        f"SELECT {names}, {', '.join(sums.values())}, merge_histograms({layout.histogram}) FROM call_daily "
        f"GROUP BY {names}"
    )
