"""The one cache between pages and the store, keyed by store, state of its data, question and arguments."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from dashboard.analysis.shared import keeping
from data.migrations import SCHEMA_VERSION
from data.store import Store, default_url

T = TypeVar("T")
# About twenty for each view that somebody looked at, some MB together where it spans a year of a large store.
_MOST_ANSWERS = 2_000


def ask(
    connection: sqlite3.Connection,
    store_name: str,
    data_version: int,
    question: Callable[..., T],
    *arguments: Any,
    **named: Any,
) -> T:
    """Return question(connection, *arguments, **named), from memory where the same was asked of the same data.

    Answers are shared between people: they are immutable (frozen dataclasses, Polars frames). The arguments must have
    a repr that tells them apart, which filters, instants and numbers have.
    """
    key = repr((store_name, data_version, question.__module__, question.__qualname__, arguments, named))

    def keep(part: Callable[..., Any], asked: tuple[Any, ...], words: Mapping[str, Any]) -> Any:
        return ask(connection, store_name, data_version, part, *asked, **words)

    def answer() -> T:
        with keeping(keep):
            return question(connection, *arguments, **named)

    return _answer(key, answer)


@st.cache_resource(max_entries=_MOST_ANSWERS, show_spinner=False)
def _answer(key: str, _ask: Callable[[], Any]) -> Any:  # noqa: ARG001  # the key is what the cache looks at
    return _ask()


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
