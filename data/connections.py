"""Connections to one SQLite file that are kept open between uses."""

import os
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

# Statements that a connection keeps compiled.
STATEMENTS = 512


class KeptConnections:
    """Connections of one kind to one file, opened when needed and kept for the next use.

    Opening one reads the schema anew, and closing the last one makes SQLite empty its log and sync the disk twice: more
    than a small load or a query of a page costs. What is kept belongs to this process and to the file as it was: after
    a fork, or when another file was put in its place, it is let go.
    """

    def __init__(self, path: Path, pragmas: Sequence[str]) -> None:
        self._path = path
        self._pragmas = pragmas
        self._idle: list[sqlite3.Connection] = []
        self._idle_for: tuple[int, ...] = ()

    @contextmanager
    def lend(self, connect: Callable[[], sqlite3.Connection]) -> Generator[sqlite3.Connection]:
        """Lend a connection that nobody else uses meanwhile; what it has begun and not ended is rolled back."""
        owner = self._owner()
        if owner != self._idle_for:
            self._let_go(owner)
        # Taking from and adding to a list cannot be interrupted by another thread.
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = connect()
            for pragma in self._pragmas:
                connection.execute(f"PRAGMA {pragma}")
        try:
            yield connection
        except BaseException:
            # Nobody knows what state an error has left it in.
            connection.close()
            raise
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if self._idle_for == owner:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close what is kept."""
        self._let_go(())

    def _let_go(self, owner: tuple[int, ...]) -> None:
        inherited = bool(self._idle_for) and self._idle_for[0] != os.getpid()
        idle, self._idle, self._idle_for = self._idle, [], owner
        for connection in idle:
            # SQLite forbids a child to use, even to close, what its parent opened; it stays with the parent.
            if inherited:
                _INHERITED.append(connection)
            else:
                with suppress(sqlite3.Error):
                    connection.close()

    def _owner(self) -> tuple[int, ...]:
        with suppress(OSError):
            file = self._path.stat()
            return (os.getpid(), file.st_dev, file.st_ino)
        return ()


_INHERITED: list[sqlite3.Connection] = []
