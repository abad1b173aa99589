"""The schema version, and the steps that bring an older store up to it without losing data."""

import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from data.errors import StoreError

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Migration:
    """One step forward, from one schema version to the next."""

    from_version: int
    apply: Callable[[sqlite3.Connection], None]


MIGRATIONS: tuple[Migration, ...] = ()


def create_schema(connection: sqlite3.Connection) -> None:
    """Create every table and index of the current schema in an empty store, and give the store an id of its own.

    The id tells a store from another one that lies at the same path later.
    """
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable
    from sqlmodel import SQLModel

    # Importing the tables registers them with SQLModel; a store that exists opens without them.
    import data.tables  # noqa: F401  # pyright: ignore[reportUnusedImport]

    dialect = sqlite.dialect()
    for table in SQLModel.metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(str(CreateIndex(index).compile(dialect=dialect)))
    connection.execute("INSERT INTO setting (name, value) VALUES ('store_id', ?)", (secrets.token_hex(16),))


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
