"""A store that was brought up from an older version: its new figures are empty until the next load derives them."""

import sqlite3

from data.errors import StoreError

COMMAND = "etl load PATH"
TITLE = "This store was brought up from an older version"
WHAT_TO_DO = (
    "Figures that are new in this version are empty until everything is derived anew. Run etl load once, with any "
    "file or folder that was loaded before; nothing is counted twice."
)


class NotDerivedError(StoreError):
    """Figures were asked for that nothing has derived yet."""


def is_not_derived(connection: sqlite3.Connection) -> bool:
    """Tell whether the store came up from an older version and nothing was loaded since."""
    row = connection.execute("SELECT value FROM setting WHERE name = 'definitions'").fetchone()
    return row is not None and row[0] == ""


def check_derived(connection: sqlite3.Connection) -> None:
    """Raise NotDerivedError, which says what to do, where figures are not there yet."""
    if is_not_derived(connection):
        raise NotDerivedError(f"{TITLE}. {WHAT_TO_DO} Nothing was written. The command: {COMMAND}")
