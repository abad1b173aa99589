"""Tables of what bolt.diy exports hold: chats, their messages, which export showed which message, and log entries.

These are facts: they are only ever added to or completed, in whatever order files arrive. Tasks, calls and patches of
chats are derived from them anew whenever an affected chat changes.
"""

from datetime import date, datetime

from sqlmodel import Field

from data.tables.base import Row
from data.tables.columns import big, col, count, day, instant, key, must, ref


class Chat(Row, table=True):
    """One row per chat of one browser (person, project and the chat's number there), as its newest export shows it."""

    chat_key: int = key("hash of person, project and the chat's number in that browser")
    person: str | None = col("whose browser")
    project: str | None = col("which project")
    native_chat_id: str | None = col("the chat's number in that browser; null for single-chat exports")
    url_id: str | None = col("the chat's name in the address bar")
    title: str | None = col("title, redacted")
    fork_kind: str | None = col("how it came from another chat (ForkKind); null when it did not")
    git_url: str | None = col("repository it was started from, without credentials")
    message_count: int = count("messages in its newest export")
    saved_at: datetime | None = instant("last save, as its newest export says")
    exported_at: datetime | None = instant("date of its newest export")
    is_usage_lost: bool = must("whether the newest export went through a data-tab import")


class ChatExport(Row, table=True):
    """One row per chat in one export file: the evidence from which rewinds are read."""

    chat_export_key: int = key("hash of the file's SHA-256 and the position of the chat in it")
    chat_key: int | None = ref("the chat", index=True)
    load_id: int = must("the load that brought it", index=True)
    file_sha256: str = must("SHA-256 of the file, so that ties in time are broken the same way in any order")
    person: str | None = col("whose export")
    project: str | None = col("which project")
    native_chat_id: str | None = col("the chat's number in that browser; null for single-chat exports")
    url_id: str | None = col("the chat's name in the address bar")
    title: str | None = col("title, redacted")
    fork_kind: str | None = col("how it came from another chat (ForkKind)")
    git_url: str | None = col("repository it was started from, without credentials")
    exported_at: datetime | None = instant("date of the export")
    saved_at: datetime | None = instant("last save of the chat")
    message_list_key: int | None = ref("which messages, in which order", index=True)
    message_count: int = count("how many messages")
    is_usage_lost: bool = must("whether it went through a data-tab import, which drops usage, times and marks")


class MessagePresence(Row, table=True):
    """One row per message and place in one distinct list of messages; equal lists share their rows."""

    message_list_key: int = Field(primary_key=True, description="hash of the keys of the list, in order")
    position: int = Field(primary_key=True, description="place in the list, from 0")
    message_key: int | None = ref("the message at that place", index=True)


class Message(Row, table=True):
    """One row per distinct message, whichever chats, exports or people's imports repeat it; without its text."""

    message_key: int = key("hash of the id of an assistant message; of id and text of a user message")
    message_id: str = must("id in the file; random for assistant messages, often a clock time for user messages")
    role: str = must("user or assistant")
    record_rank: int | None = big("how complete this copy of the message is; the most complete copy wins")
    created_at: datetime | None = instant("when it was created")
    created_at_basis: str = must("how that time is known (TimeBasis)")
    provider: str | None = col("provider that the person chose, as bolt.diy names it (user messages)")
    model: str | None = col("model that the person chose (user messages)")
    text_hash: int | None = ref("hash of a user message's own words, to notice repeats; the words are not stored")
    text_chars: int = count("length in UTF-16 units, as bolt.diy counts it")
    features: str = must("JSON of what the text showed while it was read: flags, usage, tool calls, commands, edits")
    load_id: int | None = ref("the load that first brought it")


class UnusableMessage(Row, table=True):
    """One row per quarantined message whose place in its chat is known; a usable copy in message goes before it."""

    message_key: int = key("key as in message")
    message_id: str = must("id in the file")
    role: str = must("user or assistant")


class Event(Row, table=True):
    """One row per distinct entry of a bolt.diy event log."""

    event_key: int = key("hash of person, project, time, message and details; the same in JSON and CSV")
    person: str | None = col("whose log")
    project: str | None = col("which project")
    occurred_at: datetime | None = instant("when")
    occurred_date: date | None = day("day of it")
    kind: str = must("what it says (EventKind)")
    provider: str | None = col("provider, as bolt.diy names it")
    model: str | None = col("model")
    input_tokens: int | None = big("tokens sent in the last segment")
    output_tokens: int | None = big("tokens received in the last segment")
    message_chars: int | None = big("length of the reply in UTF-16 units")
    error_kind: str | None = col("kind of error, read from the text (ErrorKind)")
    subject: str | None = col("what it is about: a setting, a repository; redacted")
    is_ok: bool | None = col("whether what it reports succeeded")
    load_id: int | None = ref("the load that first brought it")
