"""Opening the store: one SQLite file in WAL mode, one writer at a time, readers never wait."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from data.errors import StoreBusyError, StoreError, StoreMissingError
from data.migrations import MIGRATIONS, SCHEMA_VERSION, Migration, create_schema

DEFAULT_URL = "sqlite:///data/boltscope.db"
URL_VARIABLE = "BOLTSCOPE_DATABASE"
# "Blts": tells a Boltscope store from any other SQLite file.
_APPLICATION_ID = 0x426C7473


def default_url() -> str:
    """Return the address of the store: BOLTSCOPE_DATABASE where it is set, else data/boltscope.db."""
    return os.environ.get(URL_VARIABLE) or DEFAULT_URL


class Store:
    """A Boltscope store. Opening it creates it when missing, and brings an older one up to the current schema."""

    def __init__(
        self,
        url: str | None = None,
        *,
        create: bool = True,
        migrations: Sequence[Migration] = MIGRATIONS,
        schema_version: int = SCHEMA_VERSION,
    ) -> None:
        """Open the store at a SQLAlchemy URL.

        Raises StoreError when the URL is not one of SQLite, or the file is not a store, was written by a newer
        Boltscope, is missing (with create=False) or cannot be written.
        """
        self.url = url or default_url()
        self.path = _path_of(self.url)
        if not self.path.exists() and not create:
            raise StoreMissingError(
                f"There is no store at {self.path}. Load files first: etl load PATH, or name another store with "
                f"--database or {URL_VARIABLE}."
            )
        with _explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._prepare(migrations, schema_version)

    @property
    def engine(self) -> Engine:
        """SQLAlchemy engine on the same file, through the same driver and pragmas."""
        return create_engine("sqlite://", creator=self.connect, poolclass=NullPool)

    def connect(self) -> sqlite3.Connection:
        """Open a connection with the store's pragmas, in autocommit mode; the caller closes it."""
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "mmap_size=268435456"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Run one query and return its rows; the query sees one committed state of the store, never half a load."""
        with _explained(self.path):
            connection = self.connect()
            try:
                return connection.execute(sql, parameters).fetchall()
            finally:
                connection.close()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Connection on which several queries see the same committed state."""
        with _explained(self.path):
            connection = self.connect()
            try:
                connection.execute("PRAGMA query_only=ON")
                connection.execute("BEGIN")
                yield connection
                connection.execute("ROLLBACK")
            finally:
                connection.close()

    @contextmanager
    def writing(
        self, *, wait_seconds: float = 600, on_wait: Callable[[str], None] | None = None
    ) -> Generator[sqlite3.Connection]:
        """Hold the store as its only writer for one transaction: commits at the end, rolls back on any error.

        Waits while another process writes; on_wait is told once who holds it. Raises StoreBusyError after wait_seconds.
        A writer that is killed leaves nothing behind: the lock dies with it and SQLite drops the open transaction.
        """
        with _explained(self.path), self._lock(wait_seconds, on_wait):
            connection = self.connect()
            try:
                # Dirty pages of a large load stay in memory up to this size, then spill to the write-ahead log.
                connection.execute("PRAGMA cache_size=-262144")
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
            finally:
                connection.close()

    @property
    def data_version(self) -> int:
        """Number that grows with every committed change of the data; what pages key their caches by."""
        rows = self.rows("SELECT value FROM setting WHERE name = 'data_version'")
        return int(rows[0][0]) if rows else 0

    @contextmanager
    def _lock(self, wait_seconds: float, on_wait: Callable[[str], None] | None) -> Generator[None]:
        path = self.path.with_name(self.path.name + ".lock")
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            deadline = time.monotonic() + wait_seconds
            told = False
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    holder = os.pread(handle, 100, 0).decode("ascii", "replace").strip() or "another process"
                    if time.monotonic() >= deadline:
                        raise StoreBusyError(
                            f"The store {self.path} is being written by {holder}. Try again when it has finished."
                        ) from None
                    if on_wait and not told:
                        on_wait(f"Waiting: the store {self.path} is being written by {holder}.")
                        told = True
                    time.sleep(0.1)
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()}".encode("ascii"), 0)
            yield
        finally:
            os.close(handle)

    def _prepare(self, migrations: Sequence[Migration], schema_version: int) -> None:
        connection = self.connect()
        try:
            found = _version_of(connection, self.path)
            if found == schema_version:
                return
            if found > schema_version:
                raise StoreError(
                    f"The store {self.path} was written by a newer Boltscope (schema {found}; this one knows up to "
                    f"{schema_version}). Update Boltscope, or name another store with --database."
                )
        finally:
            connection.close()
        with self.writing() as connection:
            found = _version_of(connection, self.path)
            if found == schema_version:
                return
            if found == 0:
                create_schema(connection)
                connection.execute(f"PRAGMA application_id={_APPLICATION_ID}")
            else:
                for migration in migrations:
                    if found <= migration.from_version < schema_version:
                        migration.apply(connection)
            connection.execute(f"PRAGMA user_version={schema_version}")


def _path_of(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(f"'{url}' is not a database URL. Expected something like {DEFAULT_URL}.") from None
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise StoreError(
            f"'{parsed.render_as_string(hide_password=True)}' is not a SQLite file. "
            f"Expected something like {DEFAULT_URL}."
        )
    return Path(parsed.database)


def _version_of(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema version; 0 for an empty file. Raises StoreError when the file is another program's."""
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if tables and application != _APPLICATION_ID:
        raise StoreError(f"{path} is a SQLite file of another program. Name another file with --database.")
    return version


@contextmanager
def _explained(path: Path) -> Generator[None]:
    """Turn errors of SQLite and of the file system into messages that say what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error).lower()
        if "readonly" in text or "unable to open" in text:
            raise StoreError(
                f"The store {path} cannot be written. Check the permissions of the file and its folder."
            ) from error
        if "full" in text:
            raise StoreError(
                f"The disk that holds {path} is full. Nothing of this load was kept; free space and load again."
            ) from error
        if "locked" in text or "busy" in text:
            raise StoreBusyError(
                f"The store {path} is locked by another program. Try again when it has finished."
            ) from error
        if "not a database" in text or "malformed" in text:
            raise StoreError(
                f"{path} is not a SQLite file, or it is damaged. Restore a copy, or name another file with --database."
            ) from error
        raise
    except PermissionError as error:
        raise StoreError(
            f"No permission for {error.filename or path}. Check the permissions of the file and its folder."
        ) from error
    except OSError as error:
        if error.errno == 28:
            raise StoreError(
                f"The disk that holds {path} is full. Nothing of this load was kept; free space and load again."
            ) from error
        raise
