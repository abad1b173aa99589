"""Windows of time in which chats asked models for replies: what event logs and gateway rows are matched against.

Windows that overlap form a block. What is matched inside one block never depends on another one, so that a load derives
anew the blocks it touches and no other, and the order of loads does not show.
"""

import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from data.words import CallStatus, EventKind
from etl.context import MICROSECONDS, Touched, day_of
from etl.derive.features import Features, decode

SKEW = 5 * MICROSECONDS
"""How far the clocks of browser and gateway may be apart."""
LONGEST_REQUEST = 30 * 60 * MICROSECONDS
"""No single request takes longer; what comes later is not its answer."""
LONGEST_CONVERSATION = 4 * 3600 * MICROSECONDS
"""A reply with tool calls waits for a person between its requests; it is given this long."""

Span = tuple[int, int]
"""First and last instant, both included, in microseconds."""


@dataclass(slots=True)
class ChatCall:
    """One call of a chat as it is stored now."""

    key: int
    number: int
    status: str
    error_kind: str | None
    latency_ms: int | None
    latency_basis: str
    is_counted: bool
    match_quality: str


@dataclass(slots=True)
class Window:
    """One row per reply of a chat, or per request that got none, with the time in which its calls were made."""

    message_key: int
    task_key: int
    person: str | None
    project: str | None
    task_class: str | None
    requested_provider: str | None
    requested_model: str | None
    asked_at: int
    """When the person sent the request."""
    started_at: int
    """When the reply began, which is when the app sent the request on; asked_at where there is no reply."""
    next_at: int | None
    """When the next request of the chat was sent; null for the last one."""
    saved_at: int | None
    """Last save of the chat that ends with this reply; null when it goes on, or no save is known."""
    people: frozenset[str | None]
    """Everybody whose exports show the reply."""
    has_reply: bool
    text_chars: int
    features: Features
    calls: list[ChatCall] = field(default_factory=list[ChatCall])

    @property
    def has_tools(self) -> bool:
        """Whether a person may have decided about tools between its requests."""
        return bool(self.features.tools) or len(self.features.usage) > 1

    @property
    def ends_at(self) -> int:
        """Latest instant at which a call for it can have been made or have ended."""
        limit = self.asked_at + (LONGEST_CONVERSATION if self.has_tools else LONGEST_REQUEST)
        return limit if self.next_at is None else min(limit, self.next_at)

    @property
    def footprint(self) -> CallStatus | None:
        """How the chat alone says it ended when it holds no usage: stopped or failed; null when it says neither."""
        if not self.has_reply:
            return CallStatus.ERROR
        if not self.calls or self.calls[0].status not in (CallStatus.ERROR, CallStatus.CANCELLED):
            return None
        return CallStatus.CANCELLED if self.features.has_text or self.features.tools else CallStatus.ERROR


class LogEntry(NamedTuple):
    """One entry of an event log about a reply."""

    occurred_at: int
    key: int
    kind: str
    person: str | None
    project: str | None
    provider: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    message_chars: int | None
    error_kind: str | None


@dataclass(slots=True)
class Block:
    """Windows and log entries that overlap in time, directly or through others."""

    first: int
    last: int
    windows: list[Window] = field(default_factory=list[Window])
    entries: list[LogEntry] = field(default_factory=list[LogEntry])


def touched_spans(connection: sqlite3.Connection, touched: Touched) -> list[Span]:
    """Return when the calls of touched messages and tasks were made, gateway rows matched to them included."""
    times: set[int] = set()
    for column, keys in (("message_key", touched.message_keys), ("task_key", touched.task_keys)):
        fill_keys(connection, keys)
        rows = connection.execute(
            # CROSS JOIN: from the few touched keys into the index, never through all calls.
            f"SELECT started_at FROM touched_key CROSS JOIN llm_call ON {column} = key WHERE started_at IS NOT NULL"  # noqa: S608
        )
        times.update(row[0] for row in rows)
    fill_keys(connection, touched.task_keys)
    rows = connection.execute(
        "SELECT requested_at FROM touched_key CROSS JOIN task ON task_key = key WHERE requested_at IS NOT NULL"
    )
    times.update(row[0] for row in rows)
    return merged((time, time) for time in times)


def read_blocks(connection: sqlite3.Connection, spans: Iterable[Span]) -> list[Block]:
    """Return all blocks that reach into the spans, whole, in order of time."""
    wanted = merged(spans)
    if not wanted:
        return []
    read = merged(_padded(wanted, 3 * LONGEST_CONVERSATION))
    while True:
        windows, entries = _read_windows(connection, read), _read_entries(connection, read)
        blocks = [block for block in _blocks(windows, entries) if _meets(block, wanted)]
        # Everything that could reach into a kept block begins at most one conversation before it.
        needed = _padded(((block.first, block.last) for block in blocks), LONGEST_CONVERSATION + SKEW)
        if all(_lies_in(span, read) for span in needed):
            return blocks
        read = merged([*read, *_padded(needed, 6 * LONGEST_CONVERSATION)])


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, with those that touch or overlap made one."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _padded(spans: Iterable[Span], reach: int) -> list[Span]:
    return [(first - reach, last + reach) for first, last in spans]


def _lies_in(span: Span, spans: Sequence[Span]) -> bool:
    """Whether one of the spans, which are merged, holds all of the span."""
    place = bisect_right(spans, span[0], key=lambda one: one[0]) - 1
    return place >= 0 and span[1] <= spans[place][1]


def _meets(block: Block, spans: Sequence[Span]) -> bool:
    """Whether one of the spans, which are merged, overlaps the block."""
    place = bisect_right(spans, block.last, key=lambda one: one[0]) - 1
    return place >= 0 and block.first <= spans[place][1]


def _blocks(windows: Iterable[Window], entries: Iterable[LogEntry]) -> list[Block]:
    """Part windows and entries into blocks, each in order of time, ties by key."""
    parts: list[tuple[int, int, Window | LogEntry]] = [
        (window.asked_at - SKEW, window.ends_at + SKEW, window) for window in windows
    ]
    parts += [(entry.occurred_at - LONGEST_REQUEST, entry.occurred_at + SKEW, entry) for entry in entries]
    parts.sort(key=lambda part: part[:2])
    blocks: list[Block] = []
    for first, last, part in parts:
        if not blocks or first > blocks[-1].last:
            blocks.append(Block(first, last))
        block = blocks[-1]
        block.last = max(block.last, last)
        if isinstance(part, Window):
            block.windows.append(part)
        else:
            block.entries.append(part)
    for block in blocks:
        block.windows.sort(key=lambda window: (window.asked_at, window.started_at, window.message_key))
        block.entries.sort(key=lambda entry: (entry.occurred_at, entry.key))
    return blocks


def fill_keys(connection: sqlite3.Connection, keys: Iterable[int]) -> None:
    """Fill the temporary table touched_key with keys to join with."""
    connection.execute("DROP TABLE IF EXISTS temp.touched_key")
    connection.execute("CREATE TEMP TABLE touched_key (key INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO touched_key VALUES (?)", ((key,) for key in sorted(keys)))


def _fill_spans(connection: sqlite3.Connection, spans: Iterable[Span]) -> None:
    connection.execute("DROP TABLE IF EXISTS temp.window_span")
    connection.execute(
        "CREATE TEMP TABLE window_span (first INTEGER, last INTEGER, first_day INTEGER, last_day INTEGER)"
    )
    connection.executemany(
        "INSERT INTO window_span VALUES (?, ?, ?, ?)",
        ((first, last, day_of(first), day_of(last)) for first, last in spans),
    )


_ENTRIES = f"""
    SELECT occurred_at, event_key, kind, person, project, provider, model, input_tokens, output_tokens, message_chars,
           error_kind
    FROM window_span CROSS JOIN event ON occurred_date BETWEEN first_day AND last_day
    WHERE occurred_at BETWEEN first AND last
      AND kind IN ('{EventKind.RESPONSE_COMPLETED}', '{EventKind.RESPONSE_ABORTED}', '{EventKind.REQUEST_FAILED}')
"""  # noqa: S608


def _read_entries(connection: sqlite3.Connection, spans: Sequence[Span]) -> list[LogEntry]:
    _fill_spans(connection, spans)
    return [LogEntry(*row) for row in connection.execute(_ENTRIES)]


_CALLS = """
    SELECT c.message_key, c.task_key, c.person, c.project, c.task_class, c.requested_provider, c.requested_model,
           c.llm_call_key, c.native_id, c.status, c.error_kind, c.latency_ms, c.latency_basis, c.is_counted,
           c.match_quality
    FROM window_span CROSS JOIN llm_call c INDEXED BY ix_llm_call_own_started_at ON c.started_at BETWEEN first AND last
    WHERE c.source IN ('bolt_chat', 'bolt_events') AND c.source = 'bolt_chat' AND c.message_key IS NOT NULL
"""

# A request at the end of a chat that got no reply, or none yet, has no call.
_UNANSWERED = """
    SELECT t.root_message_key, t.task_key, t.person, t.project, t.task_class, t.requested_provider, t.requested_model
    FROM window_span CROSS JOIN task t ON t.requested_date BETWEEN first_day AND last_day
    WHERE t.requested_at BETWEEN first AND last AND t.root_message_key IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM llm_call c WHERE c.task_key = t.task_key AND c.source = 'bolt_chat')
"""


def _read_windows(connection: sqlite3.Connection, spans: Sequence[Span]) -> list[Window]:
    _fill_spans(connection, spans)
    heads: dict[int, tuple[int, str | None, str | None, str | None, str | None, str | None]] = {}
    calls: dict[int, list[ChatCall]] = defaultdict(list)
    for row in connection.execute(_CALLS):
        heads[row[0]] = row[1:7]
        number = int(row[8].rpartition("#")[2]) if row[8] else 0
        calls[row[0]].append(ChatCall(row[7], number, row[9], row[10], row[11], row[12], bool(row[13]), row[14]))
    for row in connection.execute(_UNANSWERED):
        heads.setdefault(row[0], row[1:7])
    if not heads:
        return []
    fill_keys(connection, heads)
    places = _read_places(connection)
    windows: list[Window] = []
    for key, role, created_at, text_chars, features in connection.execute(
        "SELECT message_key, role, created_at, text_chars, features "
        "FROM touched_key CROSS JOIN message ON message_key = key"
    ):
        if created_at is None:
            continue
        place = places.of(key)
        asked_at = place.asked_at if place.asked_at is not None and place.asked_at <= created_at else created_at
        next_at = place.next_at if place.next_at is not None and place.next_at > created_at else None
        windows.append(
            Window(
                key, *heads[key], asked_at, created_at, next_at, place.saved_at if next_at is None else None,
                place.people | {heads[key][1]}, role == "assistant", text_chars, decode(features),
                sorted(calls.get(key, ()), key=lambda call: call.number),
            )
        )  # fmt: skip
    return windows


class _Place(NamedTuple):
    """What the lists around a message say about it."""

    asked_at: int | None
    next_at: int | None
    saved_at: int | None
    people: frozenset[str | None]


class _Places:
    """Requests before and after each message, over all lists that hold it: fork, copy and every export."""

    def __init__(self) -> None:
        self._asked: dict[int, int] = {}
        self._next: dict[int, int] = {}
        self._saved: dict[int, dict[int, int]] = defaultdict(dict)
        self._people: dict[int, frozenset[str | None]] = {}

    def add_list(
        self,
        messages: Sequence[tuple[int, str, int | None]],
        people: frozenset[str | None],
        saves: Iterable[tuple[int, int]],
    ) -> None:
        """Add one list of messages (key, role, time), who exported it, and when its chats (key, time) were saved."""
        request_at: int | None = None
        waiting: list[int] = []
        for key, role, created_at in messages:
            if role == "user" and created_at is not None:
                for earlier in waiting:
                    self._next[earlier] = min(self._next.get(earlier, created_at), created_at)
                waiting, request_at = [], created_at
            waiting.append(key)
            if request_at is not None:
                self._asked[key] = max(self._asked.get(key, request_at), request_at)
            known = self._people.get(key)
            self._people[key] = people if known is None or known == people else known | people
        for chat_key, saved_at in saves:
            found = self._saved[messages[-1][0]]
            found[chat_key] = max(found.get(chat_key, saved_at), saved_at)

    def of(self, key: int) -> _Place:
        """Return the place of a message; a copy of the chat was saved later than the chat that made the reply."""
        saves = self._saved.get(key)
        return _Place(
            self._asked.get(key), self._next.get(key), min(saves.values()) if saves else None,
            self._people.get(key, frozenset()),
        )  # fmt: skip


def _read_places(connection: sqlite3.Connection) -> _Places:
    """Read the lists that hold a message of the table touched_key."""
    connection.execute("DROP TABLE IF EXISTS temp.window_list")
    connection.execute("CREATE TEMP TABLE window_list (message_list_key INTEGER PRIMARY KEY)")
    connection.execute(
        "INSERT OR IGNORE INTO window_list SELECT p.message_list_key FROM touched_key CROSS JOIN message_presence p "
        "ON p.message_key = key"
    )
    people: dict[int, set[str | None]] = defaultdict(set)
    saves: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for list_key, chat_key, person, saved_at in connection.execute(
        "SELECT e.message_list_key, coalesce(e.chat_key, e.chat_export_key), e.person, e.saved_at "
        "FROM window_list CROSS JOIN chat_export e USING (message_list_key)"
    ):
        people[list_key].add(person)
        if saved_at is not None:
            saves[list_key].append((chat_key, saved_at))
    places = _Places()
    rows = connection.execute(
        "SELECT p.message_list_key, p.message_key, m.role, m.created_at FROM window_list "
        "CROSS JOIN message_presence p USING (message_list_key) JOIN message m USING (message_key) "
        "ORDER BY p.message_list_key, p.position"
    )
    for list_key, members in groupby(rows, key=itemgetter(0)):
        places.add_list([row[1:] for row in members], frozenset(people[list_key]), saves[list_key])
    return places
