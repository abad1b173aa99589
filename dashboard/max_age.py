"""Refusing to export from stale data, so that a schedule notices that nothing was loaded for a while."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta

from dashboard.analysis.as_of import newest_record
from data.errors import BoltscopeError

EXIT_CODE = 3
_AGE = re.compile(r"(\d{1,5})\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


class StaleDataError(BoltscopeError):
    """The newest record is older than what was asked for; nothing was written."""


class AgeError(BoltscopeError):
    """A text that is no age."""


def read_age(text: str) -> timedelta:
    """Return the age that a text names: 36h, 2d, 1w. Raises AgeError that says how to write it."""
    found = _AGE.fullmatch(text.strip().lower())
    if found is None or int(found[1]) == 0:
        raise AgeError(f"--max-age: '{text[:40]}' is not an age. Expected hours, days or weeks, such as 36h, 2d or 1w.")
    return timedelta(hours=int(found[1]) * _HOURS[found[2]])


def check_age(connection: sqlite3.Connection, oldest: timedelta, now: datetime | None = None) -> None:
    """Raise StaleDataError when the newest record is older than that, or there is none."""
    newest = newest_record(connection)
    if newest is None:
        raise StaleDataError("The store holds no record, and nothing was written. Load files: etl load PATH")
    age = (now or datetime.now(UTC)) - newest
    if age > oldest:
        raise StaleDataError(
            f"The newest record is of {newest:%Y-%m-%d %H:%M} UTC, {_words(age)} old, and at most {_words(oldest)} was "
            "asked for. Nothing was written. Load newer exports (etl load PATH), see which source is late "
            "(etl status), or allow more with --max-age."
        )


def _words(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
