"""The store of the app: opened once, told apart from every other one; the same in each process that answers."""

import sqlite3
from pathlib import Path

from data.migrations import SCHEMA_VERSION
from data.store import Store, default_url

_stores: dict[str, Store] = {}


def opened_store() -> Store:
    """Return the store, opened once for all reruns, with its connections, as long as its schema is the one known here.

    Raises StoreError as opening it does. Another file at the same path is noticed by the connections of the store.
    """
    url = default_url()
    found = _stores.get(url)
    if found is not None and found.path.exists() and found.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]:
        return found
    store = _stores[url] = Store(url, create=False)
    return store


def store_name(connection: sqlite3.Connection, path: Path) -> str:
    """Return what tells a store from every other one, also from one that was deleted at the same path.

    Stores that were written before they had an id are told apart by the file's inode.
    """
    row = connection.execute("SELECT value FROM setting WHERE name = 'store_id'").fetchone()
    return f"{path}:{row[0] if row else path.stat().st_ino}"


def data_version(connection: sqlite3.Connection) -> int:
    """Return the number that grows with every committed change, as this transaction sees it."""
    row = connection.execute("SELECT value FROM setting WHERE name = 'data_version'").fetchone()
    return int(row[0]) if row else 0
