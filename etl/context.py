"""What a source is given while it loads one file: the open transaction, whose file it is, and the counters."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.definitions import reporting
from data.epoch import DAY_MICROSECONDS, EPOCH_DAY, stored_instant
from data.words import KnownReason, QuarantineReason

if TYPE_CHECKING:
    from etl.pseudonyms import HiddenNames

MICROSECONDS = 1_000_000
HOUR_MICROSECONDS = 3600 * MICROSECONDS
AT_ONCE = 300
"""Rows that one statement writes."""


@dataclass(frozen=True)
class Owner:
    """Whose file it is; null where nobody said."""

    person: str | None = None
    project: str | None = None
    hidden_names: "HiddenNames | None" = field(default=None, compare=False, repr=False)
    """Puts pseudonyms in place of names in titles, targets and addresses; null where the store keeps names."""


@dataclass
class Touched:
    """What a load changed, so that only what depends on it is derived anew."""

    days: set[int] = field(default_factory=set[int])
    """Days (since 1970-01-01) whose rollups must be written anew."""
    chat_keys: set[int] = field(default_factory=set[int])
    """Chats that got a new export."""
    changed_chat_keys: set[int] = field(default_factory=set[int])
    """Of these, the ones whose new export may change what is derived, and not only shows the same once more."""
    message_keys: set[int] = field(default_factory=set[int])
    """Messages that are new or more complete than before, and all messages of lists that are new."""
    former_chat_keys: set[int] = field(default_factory=set[int])
    """Chats that tasks which were derived anew belonged to before."""
    event_span: tuple[int, int] | None = None
    """Earliest and latest time (microseconds) of event log entries that were added."""
    gateway_span: tuple[int, int] | None = None
    """Earliest and latest start (microseconds) of gateway rows that were added or completed."""
    gateway_hours: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    """Persons whom gateway rows of the file name, with the hours (since 1970) in which they do."""
    call_days: set[int] = field(default_factory=set[int])
    """Days of calls of gateways, spans and own records that were added or replaced."""
    call_sources: set[str] = field(default_factory=set[str])
    """Sources (CallSource) of these calls."""
    task_keys: set[int] = field(default_factory=set[int])
    """Tasks that were derived anew or whose calls changed; their totals are added up last."""
    patch_keys: set[int] = field(default_factory=set[int])
    """Patches that were derived anew, recorded or removed; what became of them is derived last."""
    commit_keys: set[int] = field(default_factory=set[int])
    """Commits that were added, became more complete, or were left behind by a rewritten history."""
    pull_request_keys: set[int] = field(default_factory=set[int])
    """Pull and merge requests that were added, or got a newer copy, a review, a commit or a file."""
    deployment_keys: set[int] = field(default_factory=set[int])
    """Deployments that were added or got a newer copy."""
    former_targets: set[tuple[str | None, str, str | None]] = field(
        default_factory=set[tuple["str | None", str, "str | None"]]
    )
    """Project, platform and target that deployments with a newer copy had before."""

    def add_gateway_span(self, first: int, last: int) -> None:
        """Widen the span of added gateway rows."""
        self.gateway_span = _widen(self.gateway_span, first, last)

    def add_event_span(self, first: int, last: int) -> None:
        """Widen the span of added event log entries."""
        self.event_span = _widen(self.event_span, first, last)


def _widen(span: tuple[int, int] | None, first: int, last: int) -> tuple[int, int]:
    return (first, last) if span is None else (min(span[0], first), max(span[1], last))


@dataclass
class LoadContext:
    """The load of one file. Sources count every record once: read = loaded + known + quarantined."""

    connection: sqlite3.Connection
    load_id: int
    file_sha256: str
    owner: Owner
    latest_allowed: int
    """Latest instant (microseconds) a record may have: the start of the load plus a day for wrong clocks."""
    person_of_gateway_user: Callable[[str | None], str | None] = lambda user: user
    """Maps a user, key alias or key hash at the gateway to a person (sources.toml, pseudonyms)."""
    is_mapped_user: Callable[[str | None], bool] = lambda _user: False
    """Tells whether sources.toml names the person of a user, key alias or key hash."""
    file_bytes: int = 0
    """Size of the file, which tells about how many rows are coming."""
    project_of_team: Callable[[str | None], str | None] = lambda team: team
    """Maps a team at the gateway to a project (sources.toml)."""
    on_progress: Callable[[int], None] = lambda _records: None
    touched: Touched = field(default_factory=Touched)
    exported_at: int | None = None
    read_count: int = 0
    loaded_count: int = 0
    known: Counter[KnownReason] = field(default_factory=Counter[KnownReason])
    quarantined_count: int = 0
    first_record_at: int | None = None
    last_record_at: int | None = None
    notes: list[str] = field(default_factory=list[str])
    """What a person should know about the file although it was loaded, such as a rewritten history."""

    def read(self, records: int = 1) -> None:
        """Count records read."""
        self.read_count += records
        self.on_progress(self.read_count)

    def loaded(self, records: int = 1) -> None:
        """Count records that were new or added something."""
        self.loaded_count += records

    def already_known(self, reason: KnownReason, records: int = 1) -> None:
        """Count records that brought nothing new."""
        if records:
            self.known[reason] += records

    def quarantine(self, position: str, reason: QuarantineReason, detail: str, excerpt: str | None = None) -> None:
        """Keep one record that cannot be used; the excerpt must be masked (etl.redact.shape_of)."""
        self.quarantined_count += 1
        self.connection.execute(
            "INSERT INTO quarantine (load_id, position, reason, detail, excerpt) VALUES (?, ?, ?, ?, ?)",
            (self.load_id, position, reason, detail, excerpt),
        )

    def seen_at(self, instant: int | None) -> None:
        """Note the time of a record, for freshness and coverage."""
        if instant is not None:
            if self.first_record_at is None or instant < self.first_record_at:
                self.first_record_at = instant
            if self.last_record_at is None or instant > self.last_record_at:
                self.last_record_at = instant


def upsert(
    connection: sqlite3.Connection,
    table: str,
    rows: Iterable[Sequence[object]],
    *,
    rank: str | None = "record_rank",
    columns: Sequence[str] | None = None,
) -> int:
    """Insert rows (all columns of the table in its order, unless named), set-based, and return how many changed.

    A row whose key is in the table replaces it only when its rank is higher (rank names the column); with rank=None the
    row in the table stays. Hand over rows sorted by key: ascending keys are several times faster.
    """
    stored = stored_table(connection, table)
    names = stored.columns if columns is None else columns
    conflict = "DO NOTHING"
    if rank is not None:
        assignments = ", ".join(
            f'"{name}" = excluded."{name}"' for name in names if name not in (*stored.keys, "load_id")
        )
        conflict = f'DO UPDATE SET {assignments} WHERE excluded."{rank}" > "{table}"."{rank}"'
    return write_rows(connection, table, names, rows, f"ON CONFLICT ({', '.join(stored.keys)}) {conflict}")


def write_rows(
    connection: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    conflict: str = "",
) -> int:
    """Insert rows of as many values as there are columns, and return how many changed.

    One statement writes several rows: that takes less time than one by one, and another thread can run meanwhile.
    """
    before = connection.total_changes
    quoted = ", ".join(f'"{name}"' for name in columns)
    begin = f'INSERT INTO "{table}" ({quoted}) VALUES '  # noqa: S608
    marks = f"({', '.join('?' * len(columns))})"
    at_once = max(1, min(AT_ONCE, connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(columns)))
    several = f"{begin}{', '.join([marks] * at_once)} {conflict}"
    waiting = iter(rows)
    while len(some := list(islice(waiting, at_once))) == at_once:
        connection.execute(several, list(chain.from_iterable(some)))
    connection.executemany(f"{begin}{marks} {conflict}", some)
    return connection.total_changes - before


@dataclass(frozen=True, slots=True)
class StoredTable:
    """Names of the columns of a table in the store, in their order, and of those that are its key."""

    columns: tuple[str, ...]
    keys: tuple[str, ...]


def stored_table(connection: sqlite3.Connection, name: str) -> StoredTable:
    """Return the columns of a table as the store has them: the classes of tables take longer to import than to load."""
    found = connection.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
    if not found:
        raise LookupError(f"the store has no table {name}")
    return StoredTable(tuple(column for column, _ in found), tuple(column for column, place in found if place))


def insert(connection: sqlite3.Connection, table: str, rows: Iterable[Sequence[object]]) -> int:
    """Insert new rows (all columns of the table in its order) and return how many there were."""
    return write_rows(connection, table, stored_table(connection, table).columns, rows)


@cache
def earliest_allowed() -> int:
    """Return the earliest instant (microseconds) that is taken for the time of a record."""
    return stored_instant(datetime(reporting().first_year, 1, 1, tzinfo=UTC))


@lru_cache(maxsize=100_000)
def _day_of_hour(hour: int, zone_name: str) -> int:
    moment = datetime.fromtimestamp(hour * 900, tz=ZoneInfo(zone_name))
    return (moment.date() - EPOCH_DAY).days


def day_of(instant: int | None) -> int | None:
    """Return the day (since 1970-01-01, in the reporting time zone) of an instant in microseconds.

    Offsets of real time zones are multiples of 15 minutes since 1972, so the day is looked up by quarter of an hour.
    """
    if instant is None:
        return None
    zone = reporting().time_zone
    if zone == "UTC":
        return instant // DAY_MICROSECONDS
    return _day_of_hour(instant // (900 * MICROSECONDS), zone)


def days_of(instants: Iterable[int | None]) -> list[int | None]:
    """Return the days of many instants."""
    if reporting().time_zone == "UTC":
        return [None if instant is None else instant // DAY_MICROSECONDS for instant in instants]
    return [day_of(instant) for instant in instants]
