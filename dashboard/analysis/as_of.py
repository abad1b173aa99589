"""The moment a page looks from, and the days that follow from it; the newest record stands in for a clock."""

import sqlite3
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from data.definitions import reporting, slos
from data.epoch import EPOCH, EPOCH_DAY
from data.words import SourceKind


def newest_record(connection: sqlite3.Connection) -> datetime | None:
    """Return the time of the newest record that was loaded; null for an empty store.

    Where no load says (rows written by hand), the last moment of the newest day in the rollups.
    """
    row = connection.execute("SELECT max(last_record_at) FROM load").fetchone()
    if row[0] is not None:
        return instant(row[0])
    row = connection.execute("SELECT max(date) FROM project_daily").fetchone()
    return None if row[0] is None else day_end(EPOCH_DAY + timedelta(days=int(row[0]))) - timedelta(microseconds=1)


def instant(microseconds: int | None) -> datetime | None:
    """Return an instant as the store keeps it, as a UTC datetime."""
    return None if microseconds is None else EPOCH + timedelta(microseconds=microseconds)


def day_of(moment: datetime) -> date:
    """Return the day of an instant in the reporting time zone."""
    return moment.astimezone(ZoneInfo(reporting().time_zone)).date()


def day_end(day: date) -> datetime:
    """Return the first instant after a day of the reporting time zone."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(reporting().time_zone)) + timedelta(days=1)
    return midnight.astimezone(UTC)


def day_number(day: date) -> int:
    """Return a day as the store keeps it: days since 1970-01-01."""
    return (day - EPOCH_DAY).days


def day_from_number(number: int) -> date:
    """Return the day that the store keeps as a number."""
    return EPOCH_DAY + timedelta(days=number)


def last_mature_day(as_of: datetime, window_days: int) -> date:
    """Return the newest day all of whose patches are older than the rollback window: day end + window ≤ as_of."""
    return day_of(as_of - timedelta(days=window_days)) - timedelta(days=1)


def patches_judged_at(connection: sqlite3.Connection, as_of: datetime) -> datetime:
    """Return the moment from which patches are judged: as_of, or the newest chat export where that is earlier.

    Only a later chat export shows that a patch was taken back in its chat, so records of other sources, git histories
    and deployments among them, let no patch mature. A store without chats is judged as of its newest record: what its
    own records do not say was undone stands. An export that does not say its date reaches to its newest message.
    """
    row = connection.execute(
        "SELECT max(coalesce(exported_at, last_record_at)) FROM load WHERE kind IN (?, ?)",
        (SourceKind.BOLT_CHATS, SourceKind.BOLT_CHAT),
    ).fetchone()
    exported_at = instant(row[0])
    return as_of if exported_at is None else min(as_of, exported_at)


def newest_mature_day(connection: sqlite3.Connection, as_of: datetime) -> date:
    """Return the newest day all of whose patches have outlived the rollback window, as chat exports show."""
    return last_mature_day(patches_judged_at(connection, as_of), slos().rollback_window_days)


def last_whole_day(as_of: datetime) -> date:
    """Return the newest day that has ended at as_of; later days are drawn as incomplete."""
    return last_mature_day(as_of, 0)
