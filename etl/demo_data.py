"""Demo data and a team's own data never share a store: the demo gives way to the first file of one's own."""

import sqlite3

from etl.sources.base import RefusedError

_KEPT = ("setting", "review_note", "frozen_review")
"""What the store says of itself, and what people entered in the app."""


def make_room(connection: sqlite3.Connection, file_name: str, *, is_demo: bool) -> bool:
    """Remove demo data before a team's own file is loaded; return whether there was any. What people entered stays.

    Runs inside the transaction of that load, so a file that is refused after all leaves the demo as it was; one that
    brings no record must be refused (brings_nothing). Raises RefusedError for a demo file when the store holds a team's
    own files.
    """
    holds_own = connection.execute("SELECT 1 FROM load WHERE NOT is_demo LIMIT 1").fetchone() is not None
    if is_demo and holds_own:
        raise RefusedError(
            f"{file_name} is demo data, and the store holds your own files; figures of both would be mixed. Load the "
            "demo into a store of its own: etl load DIR --database sqlite:///data/demo.db"
        )
    if is_demo or holds_own or connection.execute("SELECT 1 FROM load LIMIT 1").fetchone() is None:
        return False
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    for (table,) in tables:
        if table not in _KEPT and not table.startswith("sqlite_"):
            connection.execute(f'DELETE FROM "{table}"')  # noqa: S608
    return True


def brings_nothing(file_name: str) -> RefusedError:
    """Return why a file of one's own without a usable record is refused: the demo gives way to figures, not to none."""
    return RefusedError(
        f"{file_name} holds no record that can be loaded. The store keeps its demo data, and nothing of this file. "
        "Export again after some use, or begin with another file."
    )
