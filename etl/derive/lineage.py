"""Lineages: chats that share replies (forks, copies, imports, successive exports), read back whole for deriving.

Ids of requests are clock times and may collide between people, so only a shared reply, or the same chat of the same
browser, joins two lists of messages.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from data.words import TimeBasis
from etl.context import Touched
from etl.derive.features import Features, decode
from etl.sources.bolt_messages import is_clock_id


@dataclass(slots=True)
class MessageFacts:
    """One distinct message as stored."""

    key: int
    message_id: str
    role: str
    created_at: int | None
    created_at_basis: str
    provider: str | None
    model: str | None
    text_hash: int | None
    text_chars: int
    features: Features
    is_unusable: bool = False
    """The record was quarantined in every file so far; only its place in the chat is known."""

    @property
    def is_request(self) -> bool:
        """Whether a person (or the app for one) asks for something here."""
        return self.role == "user" and not self.features.is_hidden and not self.features.is_synthetic

    @property
    def is_reply(self) -> bool:
        """Whether a model wrote it."""
        return self.role == "assistant" and not self.features.is_synthetic and not self.is_unusable

    @property
    def has_random_id(self) -> bool:
        """Whether its id is its own wherever it occurs."""
        return self.role == "assistant" and not is_clock_id(self.message_id)


@dataclass(slots=True)
class Export:
    """One chat in one export: whose, when, and which messages in which order."""

    chat_key: int
    person: str | None
    project: str | None
    native_chat_id: str | None
    title: str | None
    fork_kind: str | None
    exported_at: int | None
    saved_at: int | None
    file_sha256: str
    export_key: int
    messages: list[int]

    @property
    def order(self) -> tuple[int, bool, str, int, str, int]:
        """Order in time; ties by what the files hold, originals before forks: the same however files were loaded."""
        at = self.exported_at if self.exported_at is not None else (self.saved_at or 0)
        number = self.native_chat_id or ""
        return (at, self.fork_kind is not None, self.file_sha256, len(number), number, self.export_key)


@dataclass(slots=True)
class Lineage:
    """Exports that belong together, in order of time, with their messages."""

    exports: list[Export]
    messages: dict[int, MessageFacts]
    parents: dict[int, int | None] = field(default_factory=dict[int, "int | None"])
    """The message before each message, as the first export that shows it has it."""
    owners: dict[int, Export] = field(default_factory=dict[int, Export])
    """The export that shows each message first in time."""
    order: list[int] = field(default_factory=list[int])
    """All messages, each after its parent."""
    usage_seen: bool = False
    """Whether any reply carries usage, so that one without it was stopped (builds before 2024-12-16 record none)."""

    def __post_init__(self) -> None:
        """Follow every export from its start, oldest export first."""
        self.usage_seen = any(message.features.usage for message in self.messages.values())
        for export in self.exports:
            previous: int | None = None
            for key in export.messages:
                if key not in self.owners:
                    self.owners[key] = export
                    self.parents[key] = previous
                    self.order.append(key)
                previous = key


def affected_messages(connection: sqlite3.Connection, touched: Touched) -> int:
    """Fill the temporary tables affected_message and affected_list with all that shares messages with what was touched.

    Returns how many messages there are.
    """
    if not touched.message_keys and not touched.changed_chat_keys:
        return 0
    # CROSS JOIN keeps the order of tables: from the few affected rows into the index, never through all facts.
    connection.execute("DROP TABLE IF EXISTS temp.affected_message")
    connection.execute("DROP TABLE IF EXISTS temp.affected_list")
    connection.execute("CREATE TEMP TABLE affected_message (message_key INTEGER PRIMARY KEY)")
    connection.execute("CREATE TEMP TABLE affected_list (message_list_key INTEGER PRIMARY KEY)")
    connection.executemany(
        "INSERT OR IGNORE INTO affected_message VALUES (?)", ((key,) for key in sorted(touched.message_keys))
    )
    connection.executemany(
        "INSERT OR IGNORE INTO affected_list SELECT message_list_key FROM chat_export WHERE chat_key = ?",
        ((key,) for key in sorted(touched.changed_chat_keys)),
    )
    while True:
        before = connection.total_changes
        connection.execute(
            "INSERT OR IGNORE INTO affected_list SELECT p.message_list_key FROM affected_message a "
            "CROSS JOIN message_presence p ON p.message_key = a.message_key"
        )
        connection.execute(
            "INSERT OR IGNORE INTO affected_message SELECT p.message_key FROM affected_list l "
            "CROSS JOIN message_presence p ON p.message_list_key = l.message_list_key"
        )
        if connection.total_changes == before:
            return int(connection.execute("SELECT count(*) FROM affected_message").fetchone()[0])


def read_lineages(connection: sqlite3.Connection) -> Iterator[Lineage]:
    """Read the affected lists and messages back, parted into lineages."""
    messages = {
        row[0]: MessageFacts(*row[:9], features=decode(row[9]))
        for row in connection.execute(
            "SELECT m.message_key, m.message_id, m.role, m.created_at, m.created_at_basis, m.provider, m.model, "
            "m.text_hash, m.text_chars, m.features FROM affected_message a CROSS JOIN message m USING (message_key)"
        )
    }
    for key, message_id, role in connection.execute(
        "SELECT u.message_key, u.message_id, u.role "
        "FROM affected_message CROSS JOIN unusable_message u USING (message_key)"
    ):
        nothing = MessageFacts(
            key, message_id, role, None, TimeBasis.NONE.value, None, None, None, 0, Features(), is_unusable=True
        )
        messages.setdefault(key, nothing)
    lists: dict[int, list[int]] = defaultdict(list)
    for list_key, message_key in connection.execute(
        "SELECT p.message_list_key, p.message_key FROM affected_list "
        "CROSS JOIN message_presence p USING (message_list_key) ORDER BY p.message_list_key, p.position"
    ):
        lists[list_key].append(message_key)
    exports = [
        Export(*row[:10], messages=lists[row[10]])
        for row in connection.execute(
            "SELECT chat_key, person, project, native_chat_id, title, fork_kind, exported_at, saved_at, file_sha256, "
            "chat_export_key, message_list_key FROM affected_list CROSS JOIN chat_export USING (message_list_key)"
        )
        if row[10] in lists
    ]
    for group in _groups(exports, messages):
        keys = {key for export in group for key in export.messages}
        yield Lineage(sorted(group, key=lambda export: export.order), {key: messages[key] for key in keys})


def _groups(exports: list[Export], messages: dict[int, MessageFacts]) -> Iterable[list[Export]]:
    """Part exports into groups that share a reply, or are the same chat of the same browser with the same start."""
    leader = list(range(len(exports)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    seen: dict[tuple[str, int, int], int] = {}
    for index, export in enumerate(exports):
        marks = {("reply", key, 0) for key in export.messages if messages[key].has_random_id}
        if export.messages:
            marks.add(("chat", export.chat_key, export.messages[0]))
        for mark in marks:
            leader[find(index)] = find(seen.setdefault(mark, index))
    groups: dict[int, list[Export]] = defaultdict(list)
    for index, export in enumerate(exports):
        groups[find(index)].append(export)
    return groups.values()
