"""bolt.diy chat exports: all or selected chats of a browser, or a single chat, of every era."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from data.keys import stable_key
from data.words import ForkKind, KnownReason, QuarantineReason, SourceKind
from etl.context import LoadContext, insert, upsert
from etl.credentials import Envelope, outermost, refuse_credentials_in
from etl.derive.features import encode
from etl.redact import redact_id, redact_name, redact_title, redact_url, shape_of
from etl.sources.base import About, RawFile, RefusedError
from etl.sources.bolt_messages import (
    TIE_BITS,
    RawMessage,
    ReadMessage,
    UnusableError,
    place_of,
    plausible_instant_of,
    read_message,
)
from etl.sources.chat_contents import Content, track
from etl.sources.lenient_json import as_strict_json

_ID_CHARACTERS = 100
_MESSAGE_ID_CHARACTERS = 120


class _RawChat(msgspec.Struct):
    messages: list[msgspec.Raw]
    id: str | int | float | None = None
    urlId: str | None = None  # noqa: N815
    description: str | None = None
    timestamp: Any = None
    metadata: Any = None


class _AllChats(Envelope):
    chats: list[msgspec.Raw]
    exportDate: Any = None  # noqa: N815


class _SingleChat(Envelope):
    messages: list[msgspec.Raw]
    description: str | None = None
    exportDate: Any = None  # noqa: N815


class _FastChat(msgspec.Struct):
    messages: list[RawMessage]
    id: str | int | float | None = None
    urlId: str | None = None  # noqa: N815
    description: str | None = None
    timestamp: Any = None
    metadata: Any = None


@dataclass
class _Pending:
    """Facts of a file that are waiting to be written, keyed so that a better copy replaces a worse one."""

    messages: dict[int, ReadMessage] = field(default_factory=dict[int, ReadMessage])
    files: dict[int, list[tuple[Any, ...]]] = field(default_factory=dict[int, list[tuple[Any, ...]]])
    unusable: dict[int, tuple[int, str, str]] = field(default_factory=dict[int, tuple[int, str, str]])
    """Places of quarantined messages."""
    repeats: int = 0


class BoltChats:
    """The source; one record is a message."""

    about = About(
        title="bolt.diy chats",
        record="message",
        how_to_get="In bolt.diy: Settings, Data, Export all chats (bolt-chats.json); or Export in a chat's menu.",
        gives="tasks, outcomes, patches and files, proposed commands, MCP tool decisions, tokens, rewinds",
    )

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Recognise {"chats": [...], "exportDate"} and {"messages": [...], "description"?, "exportDate"}."""
        keys = set(outermost(file.head))
        if "chats" in keys:
            return SourceKind.BOLT_CHATS
        if "messages" in keys and not keys & {"model", "call_type", "request_id", "startTime"}:
            return SourceKind.BOLT_CHAT
        return None

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:
        """Read all chats of the file into messages, lists of messages, files of patches and the chats' exports."""
        data = file.read()
        envelope = _decode(data, _AllChats if kind is SourceKind.BOLT_CHATS else _SingleChat, file.name)
        refuse_credentials_in(envelope, file.name)
        context.exported_at = plausible_instant_of(envelope.exportDate, context.latest_allowed)
        pending = _Pending()
        exports: list[tuple[Any, ...]] = []
        lists: dict[int, list[int]] = {}
        for index, chat in enumerate(_chats_of(envelope, context)):
            where = f"chats[{index}]." if kind is SourceKind.BOLT_CHATS else ""
            keys = _read_chat(chat, where, context, pending)
            list_key = stable_key("list", *keys)
            lists[list_key] = keys
            exports.append(_export_row(chat, index, list_key, keys, context))
        _write(context, pending, lists, exports)


def _decode(data: bytes, shape: Any, name: str) -> Any:
    try:
        return msgspec.json.decode(data, type=shape)
    except RecursionError:
        raise RefusedError(f"{name} is nested deeper than any export. Export it again from bolt.diy.") from None
    except msgspec.ValidationError as error:
        raise RefusedError(
            f"{name} looks like a bolt.diy chat export, but {error}. Expected {{chats: [...], exportDate}} or "
            "{messages: [...], exportDate}. Export it again from bolt.diy."
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        strict = as_strict_json(data)
        if strict is not None and strict != data:
            return _decode(strict, shape, name)
        raise RefusedError(
            f"{name} is cut off or damaged: {error}. Nothing of it was kept; export it again from bolt.diy."
        ) from None


def _chats_of(envelope: _AllChats | _SingleChat, context: LoadContext) -> Iterator[_FastChat | _RawChat]:
    if isinstance(envelope, _SingleChat):
        yield _RawChat(messages=envelope.messages, description=envelope.description)
        return
    fast, slow = msgspec.json.Decoder(_FastChat), msgspec.json.Decoder(_RawChat)
    for index, raw in enumerate(envelope.chats):
        try:
            yield fast.decode(raw)
        except (msgspec.ValidationError, RecursionError):
            try:
                yield slow.decode(raw)
            except (msgspec.ValidationError, RecursionError) as error:
                context.read()
                context.quarantine(
                    f"chats[{index}]",
                    QuarantineReason.WRONG_TYPE,
                    f"the chat cannot be read: {error}",
                    shape_of(bytes(raw)),
                )


def _read_chat(chat: _FastChat | _RawChat, where: str, context: LoadContext, pending: _Pending) -> list[int]:
    """Read the messages of one chat in order and return their keys; counts lines against the contents before."""
    keys: list[int] = []
    contents: dict[str, Content] = {}
    context.read(len(chat.messages))
    for position, raw in enumerate(chat.messages):
        try:
            message = read_message(_typed(raw), context.latest_allowed)
        except UnusableError as error:
            excerpt = shape_of(bytes(raw) if isinstance(raw, msgspec.Raw) else msgspec.to_builtins(raw))
            context.quarantine(f"{where}messages[{position}]", error.reason, error.detail, excerpt)
            place = place_of(bytes(raw) if isinstance(raw, msgspec.Raw) else msgspec.json.encode(raw))
            if place is not None:
                keys.append(place[0])
                pending.unusable[place[0]] = place
            continue
        keys.append(message.key)
        context.seen_at(message.created_at)
        rows = track(message, contents)
        message.rank |= _tie(message, rows)
        known = pending.messages.get(message.key)
        pending.repeats += known is not None
        if known is None or message.rank > known.rank:
            pending.messages[message.key] = message
            pending.files[message.key] = rows
        message.files, message.edited = [], []
    return keys


def _tie(message: ReadMessage, rows: list[tuple[Any, ...]]) -> int:
    """Return bits that decide between equally complete copies: a checksum of all that is stored of each."""
    message.stored_features = encode(message.features)
    stored = f"{message.created_at}{message.created_at_basis}{message.text_chars}{message.stored_features}{rows}"
    return zlib.crc32(stored.encode("utf-8", "surrogatepass")) & ((1 << TIE_BITS) - 1)


_MESSAGE = msgspec.json.Decoder(RawMessage)


def _typed(raw: RawMessage | msgspec.Raw) -> RawMessage:
    if isinstance(raw, RawMessage):
        return raw
    try:
        return _MESSAGE.decode(raw)
    except RecursionError:
        raise UnusableError(QuarantineReason.TOO_DEEP, "nested deeper than any real message") from None
    except msgspec.ValidationError as error:
        missing = "missing required" in str(error)
        reason = QuarantineReason.MISSING_FIELD if missing else QuarantineReason.WRONG_TYPE
        raise UnusableError(reason, str(error)) from None


def _export_row(
    chat: _FastChat | _RawChat, index: int, list_key: int, keys: list[int], context: LoadContext
) -> tuple[Any, ...]:
    owner = context.owner
    native_id = None if chat.id is None else str(chat.id)[:_ID_CHARACTERS]
    title = redact_title(chat.description) if chat.description else None
    url_id = redact_name(chat.urlId) or None
    given_url = chat.metadata.get("gitUrl") if isinstance(chat.metadata, dict) else None
    git_url = redact_url(given_url) if isinstance(given_url, str) else None
    if owner.hidden_names is not None:
        title = owner.hidden_names.in_text(title) if title else title
        url_id = owner.hidden_names.in_text(url_id) if url_id else url_id
        git_url = owner.hidden_names.in_address(git_url) if git_url else git_url
    # Without a number, or without a person whose browser it is, only the first message tells chats apart.
    first = keys[0] if keys and (native_id is None or owner.person is None) else None
    chat_key = stable_key("chat", owner.person, owner.project, native_id, first)
    context.touched.chat_keys.add(chat_key)
    return (
        stable_key("chat_export", context.file_sha256, index),
        chat_key,
        context.load_id,
        context.file_sha256,
        owner.person,
        owner.project,
        redact_id(str(chat.id), _ID_CHARACTERS) if native_id else native_id,
        url_id,
        title,
        _fork_kind(chat.description),
        git_url,
        context.exported_at,
        plausible_instant_of(chat.timestamp, context.latest_allowed),
        list_key,
        len(keys),
        int(_is_import_copy(chat)),
    )


def _is_import_copy(chat: _FastChat | _RawChat) -> bool:
    """Tell a data-tab import: whole numbers as times on messages that have neither time nor parts nor marks."""
    if isinstance(chat, _RawChat):
        return any(b'"timestamp"' in bytes(raw) and b'"createdAt"' not in bytes(raw) for raw in chat.messages)
    return any(
        isinstance(raw.timestamp, int) and raw.createdAt is None and not raw.parts and not raw.annotations
        for raw in chat.messages
    )


def _fork_kind(description: str | None) -> str | None:
    if not description:
        return None
    if description == "Forked chat" or description.endswith("(fork)"):
        return ForkKind.FORK.value
    if description.endswith("(copy)"):
        return ForkKind.COPY.value
    return ForkKind.IMPORT.value if description == "Imported Chat" else None


def _write(
    context: LoadContext, pending: _Pending, lists: dict[int, list[int]], exports: Sequence[tuple[Any, ...]]
) -> None:
    """Write what the file adds, count what it adds and what is known, and note what must be derived anew."""
    connection = context.connection
    stored = _stored_ranks(context, list(pending.messages))
    better = {key: message for key, message in pending.messages.items() if message.rank > stored.get(key, -1)}
    context.loaded(len(better))
    context.already_known(KnownReason.LOADED_BEFORE, len(pending.messages) - len(better))
    context.already_known(KnownReason.REPEATED_IN_FILE, pending.repeats)
    replaced = [(key,) for key in better if key in stored]
    connection.executemany("DELETE FROM patch_file WHERE patch_key = ?", replaced)
    upsert(connection, "message", sorted(_message_row(message, context.load_id) for message in better.values()))
    upsert(connection, "unusable_message", sorted(pending.unusable.values()), rank=None)
    insert(connection, "patch_file", sorted(row for key in better for row in pending.files[key]))
    known_lists = _known_lists(context, list(lists))
    new_lists = {key: keys for key, keys in lists.items() if key not in known_lists}
    insert(
        connection,
        "message_presence",
        ((key, place, message) for key in sorted(new_lists) for place, message in enumerate(new_lists[key])),
    )
    upsert(connection, "chat_export", sorted(exports), rank=None)
    context.touched.changed_chat_keys.update(_changed_chats(context))
    context.touched.message_keys.update(better)
    for keys in new_lists.values():
        context.touched.message_keys.update(keys)


def _changed_chats(context: LoadContext) -> set[int]:
    """Return the chats of the file, without those that only show once more what an earlier export of them shows.

    Earlier by its date, not by when it was loaded: the first export that shows a message says whose it is.
    """
    if context.exported_at is None:
        return context.touched.chat_keys
    rows = _in_chunks(
        context,
        "SELECT chat_key, min(coalesce(exported_at, saved_at, 0)) FROM chat_export WHERE chat_key IN ({}) "
        "GROUP BY chat_key "
        "HAVING count(DISTINCT message_list_key) = 1 AND count(DISTINCT coalesce(saved_at, 0)) = 1 "
        "AND count(DISTINCT coalesce(title, '') || coalesce(fork_kind, '')) = 1",
        sorted(context.touched.chat_keys),
    )
    return context.touched.chat_keys - {key for key, earliest in rows if earliest < context.exported_at}


def _message_row(message: ReadMessage, load_id: int) -> tuple[Any, ...]:
    return (
        message.key,
        redact_id(message.message_id, _MESSAGE_ID_CHARACTERS),
        message.role,
        message.rank,
        message.created_at,
        message.created_at_basis,
        message.provider,
        message.model,
        message.text_hash,
        message.text_chars,
        message.stored_features,
        load_id,
    )


def _stored_ranks(context: LoadContext, keys: list[int]) -> dict[int, int]:
    return dict(_in_chunks(context, "SELECT message_key, record_rank FROM message WHERE message_key IN ({})", keys))


def _known_lists(context: LoadContext, keys: list[int]) -> set[int]:
    rows = _in_chunks(
        context, "SELECT message_list_key FROM message_presence WHERE position = 0 AND message_list_key IN ({})", keys
    )
    return {row[0] for row in rows}


def _in_chunks(context: LoadContext, sql: str, keys: list[int]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(keys), 10_000):
        chunk = keys[start : start + 10_000]
        yield from context.connection.execute(sql.format(",".join("?" * len(chunk))), chunk)


CHATS = BoltChats()
