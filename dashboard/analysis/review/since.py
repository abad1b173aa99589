"""What was loaded since a moment, such as since a review was frozen."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.epoch import EPOCH


@dataclass(frozen=True, slots=True)
class LoadsSince:
    """The files that were loaded since."""

    file_count: int
    record_count: int
    """Records of these files that were new."""
    newest_files: tuple[str, ...]


def loads_since(connection: sqlite3.Connection, moment: datetime, *, most: int = 3) -> LoadsSince:
    """Return how much was loaded since a moment, with the names of the newest files."""
    micro = (moment - EPOCH) // timedelta(microseconds=1)
    files, records = connection.execute(
        "SELECT count(*), coalesce(sum(loaded_count), 0) FROM load WHERE finished_at > ?", (micro,)
    ).fetchone()
    newest = connection.execute(
        "SELECT file_name FROM load WHERE finished_at > ? ORDER BY finished_at DESC, load_id DESC LIMIT ?",
        (micro, most),
    ).fetchall()
    return LoadsSince(int(files), int(records), tuple(str(name) for (name,) in newest))
