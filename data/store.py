"""Opening the store: one SQLite file in WAL mode, one writer at a time, readers never wait."""

import errno
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import finalize

from data.connections import STATEMENTS, KeptConnections
from data.errors import StoreBusyError, StoreError, StoreMissingError
from data.migrations import MIGRATIONS, SCHEMA_VERSION, Migration, create_schema, migrate

if TYPE_CHECKING:
    # SQLAlchemy takes longer to import than loading unchanged files again takes: only where it is used.
    from sqlalchemy import Connection, Engine

DEFAULT_URL = "sqlite:///data/boltscope.db"
_SQLITE_FILE = "sqlite:///"
URL_VARIABLE = "BOLTSCOPE_DATABASE"
# "Blts": tells a Boltscope store from any other SQLite file.
_APPLICATION_ID = 0x426C7473
# How long SQLite waits for another program that locks the file.
_BUSY_SECONDS = 10
_PRAGMAS = ("synchronous=NORMAL", "temp_store=MEMORY", "mmap_size=268435456")
# Dirty pages of a large load stay in memory up to 256 MB, then spill to the write-ahead log, which shrinks again later.
_READER_PRAGMAS = ("query_only=ON",)
_WRITER_PRAGMAS = ("cache_size=-262144", "journal_size_limit=67108864")


def default_url() -> str:
    """Return the address of the store: BOLTSCOPE_DATABASE where it is set, else data/boltscope.db."""
    return os.environ.get(URL_VARIABLE) or DEFAULT_URL


def store_url(named: str | None = None) -> str:
    """Return the address of the store that is named, else of the default one; a plain path means a SQLite file.

    The path in it is absolute: the address means the same file whatever folder it is used in.
    """
    url = named or default_url()
    if "://" not in url:
        return f"{_SQLITE_FILE}{Path(url).absolute()}"
    path, question, options = url.removeprefix(_SQLITE_FILE).partition("?")
    if not url.startswith(_SQLITE_FILE) or not path or path == ":memory:":
        return url
    return f"{_SQLITE_FILE}{Path(path).absolute()}{question}{options}"


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
            raise _missing(self.path)
        if self.path.is_dir():
            raise StoreError(f"{self.path} is a folder, not a store. Name a file in it with --database.")
        with _explained_files(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with _explained(self.path):
            if not self._is_current(schema_version):
                self._bring_up_to_date(migrations, schema_version)
        self._readers = KeptConnections(self.path, _READER_PRAGMAS)
        self._writers = KeptConnections(self.path, _WRITER_PRAGMAS)
        # Without this, Python warns of each connection that is still open when the store is no longer used.
        finalize(self, _close, self._readers, self._writers)

    @cached_property
    def engine(self) -> "Engine":
        """SQLAlchemy engine on the same file, through the same driver and pragmas; its transactions are real ones."""
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool

        engine = create_engine("sqlite://", creator=self.connect, poolclass=NullPool)

        @event.listens_for(engine, "begin")
        def begin(connection: "Connection") -> None:  # pyright: ignore[reportUnusedFunction]
            connection.exec_driver_sql("BEGIN")

        return engine

    def connect(self) -> sqlite3.Connection:
        """Open a connection with the store's pragmas, in autocommit mode; the caller closes it.

        Raises StoreMissingError when the file is gone; it is never created here.
        """
        if not self.path.exists():
            raise _missing(self.path)
        return _open(self.path, "rw")

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Run one query and return its rows; the query sees one committed state of the store, never half a load."""
        with _explained(self.path), self._readers.lend(self.connect) as connection:
            return connection.execute(sql, parameters).fetchall()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Connection on which several queries see the same committed state."""
        with _explained(self.path), self._readers.lend(self.connect) as connection:
            connection.execute("BEGIN")
            yield connection
            connection.execute("ROLLBACK")

    @contextmanager
    def writing(
        self, *, wait_seconds: float = 600, on_wait: Callable[[str], None] | None = None
    ) -> Generator[sqlite3.Connection]:
        """Hold the store as its only writer for one transaction: commits at the end, rolls back on any error.

        Waits while another process writes; on_wait is told once who holds it. Raises StoreBusyError after wait_seconds.
        A writer that is killed leaves nothing behind: the lock dies with it and SQLite drops the open transaction.
        """
        with _explained(self.path), self._lock(wait_seconds, on_wait), self._writers.lend(self.connect) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @property
    def data_version(self) -> int:
        """Number that grows with every committed change of the data; what pages key their caches by."""
        rows = self.rows("SELECT value FROM setting WHERE name = 'data_version'")
        return int(rows[0][0]) if rows else 0

    @contextmanager
    def _lock(self, wait_seconds: float, on_wait: Callable[[str], None] | None) -> Generator[None]:
        path = self.path.with_name(self.path.name + ".lock")
        with _explained_files(path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            deadline = time.monotonic() + wait_seconds
            told = False
            while not _locks_now(handle):
                holder = os.pread(handle, 100, 0).decode("ascii", "replace").strip() or "another process"
                if time.monotonic() >= deadline:
                    raise StoreBusyError(
                        f"The store {self.path} is being written by {holder}. Try again when it has finished."
                    )
                if on_wait and not told:
                    on_wait(f"Waiting: the store {self.path} is being written by {holder}.")
                    told = True
                time.sleep(0.1)
            # A full disk may refuse the name of the holder; the lock holds without it.
            with suppress(OSError):
                os.ftruncate(handle, 0)
                os.pwrite(handle, f"process {os.getpid()}".encode("ascii"), 0)
            yield
        finally:
            os.close(handle)

    def _is_current(self, schema_version: int) -> bool:
        if not self.path.exists():
            return False
        with closing(_open(self.path, "rw")) as connection:
            found = _version_of(connection, self.path)
        if found > schema_version:
            raise StoreError(
                f"The store {self.path} was written by a newer Boltscope (schema {found}; this one knows up to "
                f"{schema_version}). Update Boltscope, or name another store with --database."
            )
        return found == schema_version

    def _bring_up_to_date(self, migrations: Sequence[Migration], schema_version: int) -> None:
        with self._lock(600, None), closing(_open(self.path, "rwc")) as connection:
            # Another process may have done it while this one waited.
            found = _version_of(connection, self.path)
            if found == schema_version:
                return
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("BEGIN IMMEDIATE")
            if found:
                migrate(connection, migrations, found, schema_version)
            else:
                create_schema(connection)
                connection.execute(f"PRAGMA application_id={_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={schema_version}")
            connection.execute("COMMIT")


def _open(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=_BUSY_SECONDS,
        check_same_thread=False,
        cached_statements=STATEMENTS,
    )
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _missing(path: Path) -> StoreMissingError:
    return StoreMissingError(
        f"There is no store at {path}. Load files first: etl load PATH, or name another store with --database or "
        f"{URL_VARIABLE}."
    )


def _close(*kept: KeptConnections) -> None:
    for connections in kept:
        connections.close()


def _locks_now(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _path_of(url: str) -> Path:
    # Messages never repeat the address: it may hold a password.
    plain = url.removeprefix(_SQLITE_FILE)
    if url.startswith(_SQLITE_FILE) and plain and plain != ":memory:" and not set("?@#%") & set(plain):
        return Path(plain)
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            f"The address of the store is not a database URL. Expected something like {DEFAULT_URL}."
        ) from None
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(
            f"Databases of the kind '{parsed.get_backend_name()}' are not supported. Expected a SQLite file, "
            f"something like {DEFAULT_URL}."
        )
    if not parsed.database or parsed.database == ":memory:" or parsed.host or parsed.query:
        raise StoreError(
            f"The address of the store must name a SQLite file and nothing else. Expected something like {DEFAULT_URL} "
            "(relative to the current folder) or sqlite:////srv/boltscope.db (four slashes: from the root)."
        )
    return Path(parsed.database)


def _version_of(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema version; 0 for an empty file. Raises StoreError when the file is another program's."""
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != _APPLICATION_ID and (tables or application or version):
        raise StoreError(f"{path} is a SQLite file of another program. Name another file with --database.")
    return version


@contextmanager
def _explained(path: Path) -> Generator[None]:
    """Turn errors of SQLite into messages that say what to do; errors that are mistakes of the program pass."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        explained = _explanation(error, path)
        if explained is None:
            raise
        raise explained from error


def _explanation(error: sqlite3.DatabaseError, path: Path) -> StoreError | None:
    # The low byte is the kind of error; errors that the driver raises itself have no code.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(f"The store {path} cannot be written. Check the permissions of the file and its folder.")
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_disk_full(path)):
        return _disk_full(path)
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(f"The disk that holds {path} reports an error ({error}). Nothing of this load was kept.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusyError(f"The store {path} is locked by another program. Try again when it has finished.")
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StoreError(
            f"{path} is not a SQLite file, or it is damaged. Restore a copy, or name another file with --database."
        )
    return None


@contextmanager
def _explained_files(path: Path) -> Generator[None]:
    """Turn errors of the file system about the store's own files into messages that say what to do."""
    try:
        yield
    except PermissionError as error:
        raise StoreError(
            f"No permission for {error.filename or path}. Check the permissions of the file and its folder."
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _disk_full(path) from error
        raise StoreError(f"The store cannot be opened: {error.filename or path}: {error.strerror}.") from error


def _is_disk_full(path: Path) -> bool:
    # SQLite reports a log index that cannot grow as an input/output error.
    space = os.statvfs(path.parent)
    return space.f_bavail * space.f_frsize < 1 << 20


def _disk_full(path: Path) -> StoreError:
    return StoreError(f"The disk that holds {path} is full. Nothing of this load was kept; free space and load again.")
