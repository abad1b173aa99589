"""Refusing to export from stale data, so that a schedule notices that nothing was loaded for a while."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta

from dashboard.analysis.as_of import instant, newest_record
from data.errors import BoltscopeError
from data.words import SourceKind

EXIT_CODE = 3
_AGE = re.compile(r"(\d{1,5})\s*([hdw])")
_CARRY = {
    "Chats and tasks": (SourceKind.BOLT_CHATS, SourceKind.BOLT_CHAT, SourceKind.RECORD_TASKS),
    "Calls to models": (
        SourceKind.LITELLM_SPEND,
        SourceKind.LITELLM_PAYLOAD,
        SourceKind.OTLP,
        SourceKind.OPENROUTER_ACTIVITY,
        SourceKind.RECORD_LLM_CALLS,
    ),
}
"""What figures rest on, and the files that tell it; other files complete it."""
_CLOCKS_DIFFER = timedelta(hours=1)
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
    """Raise StaleDataError when a source that figures rest on has no record as new as that, or there is none at all.

    A newest record of the future says nothing about how new the data are, and counts as too old.
    """
    found = newest_of_sources(connection)
    if not found:
        raise StaleDataError("The store holds no record, and nothing was written. Load files: etl load PATH")
    at = now or datetime.now(UTC)
    late = [
        f"{name}: newest record of {newest:%Y-%m-%d %H:%M} UTC, {_how_late(at - newest)}"
        for name, newest in found
        if at - newest > oldest or newest - at > _CLOCKS_DIFFER
    ]
    if late:
        raise StaleDataError(
            "\n".join(late) + f"\nAt most {_words(oldest)} was asked for. Nothing was written. Load newer exports "
            "(etl load PATH), see which source is late (etl status), or allow more with --max-age."
        )


def newest_of_sources(connection: sqlite3.Connection) -> tuple[tuple[str, datetime], ...]:
    """Return, for each group of sources that figures rest on and that was loaded, the time of its newest record.

    Where none of them was loaded, the newest record of all. Sources of a group stand in for each other.
    """
    rows = connection.execute("SELECT kind, max(last_record_at) FROM load GROUP BY kind").fetchall()
    by_kind = {kind: moment for kind, last in rows if (moment := instant(last)) is not None}
    found = [
        (name, max(by_kind[kind] for kind in kinds if kind in by_kind))
        for name, kinds in _CARRY.items()
        if any(kind in by_kind for kind in kinds)
    ]
    newest = newest_record(connection)
    return tuple(found) if found or newest is None else (("All sources", newest),)


def _how_late(age: timedelta) -> str:
    return f"{_words(age)} old" if age >= timedelta(0) else "in the future: a clock is wrong, or a date in a file is"


def _words(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
