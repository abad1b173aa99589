"""bolt.diy event logs, JSON and CSV: replies finished, stopped and failed, settings changed, deployments to GitLab.

Stack traces, user agents and message texts are not kept; of an error only its kind.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from data.keys import stable_key
from data.tables.chats import Event
from data.tables.decisions import Deployment
from data.words import (
    DeploymentStatus,
    Environment,
    EventKind,
    KnownReason,
    QuarantineReason,
    SourceKind,
)
from etl.context import LoadContext, day_of, insert, upsert
from etl.credentials import Envelope, refuse_credentials_in
from etl.error_kinds import error_kind_of
from etl.redact import redact_title, shape_of
from etl.sources.base import About, RawFile, RefusedError
from etl.sources.bolt_messages import MAX_TOKENS, earliest_allowed, instant_of

_COLUMNS = ["Timestamp", "Level", "Category", "Message", "Details"]
_JSON_KEYS = re.compile(rb'\s*\{\s*"(?:timestamp|logs|filters|preferences)"\s*:')
_JSON_LOGS = re.compile(rb'"logs"\s*:\s*\[')
_CSV_HEADER = re.compile(rb'"?Timestamp"?,"?Level"?,"?Category"?,"?Message"?,"?Details"?\s*(?:\r|\n|\Z)')
# A real entry holds a stack trace at most; a megabyte is a thousand times that.
_LONGEST_ENTRY = 1_000_000
_PROVIDER_TOGGLE = re.compile(r"Provider (.+) (enabled|disabled)")
_PROVIDER_ADDRESS = re.compile(r"Base URL updated for (.+)")
_SETTING = re.compile(
    r"(Prompt template) updated to (.+)|(Context optimization|Auto select template) (enabled|disabled)", re.IGNORECASE
)
_DEPLOYMENTS = {"gitlab deployment completed successfully": True, "gitlab deployment failed": False}


class _Log(Envelope):
    logs: list[msgspec.Raw]
    timestamp: Any = None
    filters: Any = None


class UnusableEntryError(Exception):
    """The entry cannot be used; carries the reason for the quarantine."""

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry as it is kept."""

    key: int
    occurred_at: int
    kind: EventKind
    provider: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    message_chars: int | None = None
    error_kind: str | None = None
    subject: str | None = None
    is_ok: bool | None = None
    files_count: int | None = None


class BoltEvents:
    """The source; one record is a log entry."""

    about = About(
        title="bolt.diy event logs",
        record="log entry",
        how_to_get=(
            "In bolt.diy: Settings, Event Logs, with the level All and an empty search, Export as JSON. Export before "
            "the page is reloaded: a reload drops most entries. CSV is read too, but it does not say whether the log "
            "was filtered, so that a filtered CSV cannot be told from a whole one: prefer JSON. Text and PDF are not "
            "read, their times have no zone."
        ),
        gives="latency of replies, stopped and failed requests with the kind of error, settings, deployments to GitLab",
    )

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Recognise {"timestamp", "logs": [...], "filters", "preferences"} and the CSV with its five columns."""
        head = file.head
        if _JSON_KEYS.match(head) and _JSON_LOGS.search(head):
            return SourceKind.BOLT_EVENTS_JSON
        return SourceKind.BOLT_EVENTS_CSV if _CSV_HEADER.match(head) else None

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:
        """Read all entries of the log; refuses a filtered log, which would show a part as the whole."""
        is_json = kind is SourceKind.BOLT_EVENTS_JSON
        records = _json_records(file, context) if is_json else _csv_records(file)
        entries: dict[int, _Entry] = {}
        for position, record in records:
            context.read()
            try:
                if isinstance(record, UnusableEntryError):
                    raise record
                entry = _read_entry(record, context)
            except UnusableEntryError as error:
                shown = None if isinstance(record, UnusableEntryError) else shape_of(record)
                context.quarantine(position, error.reason, error.detail, shown)
                continue
            context.seen_at(entry.occurred_at)
            if entry.key in entries:
                context.already_known(KnownReason.REPEATED_IN_FILE)
            entries[entry.key] = entry
        _write(entries, context)


def _json_records(file: RawFile, context: LoadContext) -> Iterator[tuple[str, object]]:
    log = _decode_log(file)
    refuse_credentials_in(log, file.name)
    _refuse_filtered(log.filters, file.name)
    context.exported_at = instant_of(log.timestamp)
    return ((f"logs[{index}]", _parsed(raw)) for index, raw in enumerate(log.logs))


def _decode_log(file: RawFile) -> _Log:
    data = file.read()
    try:
        return msgspec.json.decode(data, type=_Log)
    except msgspec.ValidationError as error:
        raise RefusedError(
            f"{file.name} looks like a bolt.diy event log, but {error}. Expected {{timestamp, logs: [...], filters}}. "
            "Export it again from bolt.diy: Settings, Event Logs, Export as JSON."
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        log = _with_odd_numbers(data)
        if log is not None:
            return log
        raise RefusedError(
            f"{file.name} is cut off, damaged or nested deeper than any log: {error}. Nothing of it was kept; "
            "export it again from bolt.diy."
        ) from None


def _with_odd_numbers(data: bytes) -> _Log | None:
    """Read JSON that holds NaN or Infinity, so that only their entries are quarantined; null when it is no JSON."""
    if not any(mark in data for mark in (b"NaN", b"Infinity")):
        return None
    try:
        value = json.loads(data, parse_constant=lambda constant: f"not a number: {constant}")
        return msgspec.convert(
            {**value, "logs": [msgspec.Raw(msgspec.json.encode(entry)) for entry in value["logs"]]}, _Log
        )
    except (ValueError, TypeError, KeyError, RecursionError, msgspec.ValidationError):
        return None


def _refuse_filtered(filters: object, name: str) -> None:
    """Refuse a log that was exported with a filter: what is missing from it would read as not having happened."""
    if not isinstance(filters, Mapping):
        return
    level = cast("Mapping[str, object]", filters).get("level", "all")
    search = cast("Mapping[str, object]", filters).get("searchQuery", "")
    if level in ("all", None) and search in ("", None):
        return
    # Neither is repeated in the message: a search text may hold anything.
    which = "a level filter" if level not in ("all", None) else "a search text"
    raise RefusedError(
        f"{name} is an event log that was exported with {which}, so it shows only a part of what happened. Set the "
        "level to All, clear the search, and export it again."
    )


def _parsed(raw: msgspec.Raw) -> object:
    data = bytes(raw)
    if len(data) > _LONGEST_ENTRY:
        return UnusableEntryError(
            QuarantineReason.TOO_LARGE, f"the entry has {len(data)} bytes; real ones have some hundred"
        )
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        return UnusableEntryError(QuarantineReason.TOO_DEEP, "nested deeper than any real entry")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UnusableEntryError(QuarantineReason.NOT_JSON, "the entry is not valid JSON")


def _csv_records(file: RawFile) -> Iterator[tuple[str, object]]:
    """Yield rows as entries; row 1 is the header. Cells may hold line breaks; the last row has none after it."""
    try:
        text = file.read().decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(
            f"{file.name} is not UTF-8, which bolt.diy writes; another program saved it. Export it again from bolt.diy."
        ) from None
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_ENTRY))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    next(reader, None)
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"row {number}", UnusableEntryError(QuarantineReason.NOT_JSON, f"the row is not valid CSV: {error}")
            continue
        if cells:
            yield f"row {number}", _record_of(cells)
        else:
            number -= 1


def _record_of(cells: list[str]) -> object:
    if len(cells) != len(_COLUMNS):
        return UnusableEntryError(
            QuarantineReason.MISSING_FIELD,
            f"the row has {len(cells)} cells; expected {len(_COLUMNS)}: {', '.join(_COLUMNS)}",
        )
    timestamp, level, category, message, details = cells
    record: dict[str, object] = {"timestamp": timestamp, "level": level, "category": category, "message": message}
    if details.strip() not in ("", "null", "undefined"):
        try:
            record["details"] = msgspec.json.decode(details)
        except RecursionError:
            return UnusableEntryError(QuarantineReason.TOO_DEEP, "details are nested deeper than in any real entry")
        except (msgspec.DecodeError, ValueError):
            return UnusableEntryError(QuarantineReason.NOT_JSON, "the cell Details is not valid JSON")
    return record


def _read_entry(record: object, context: LoadContext) -> _Entry:
    if not isinstance(record, dict):
        raise UnusableEntryError(QuarantineReason.WRONG_TYPE, "the entry is not an object")
    fields = cast("dict[str, Any]", record)
    occurred_at = _time_of(fields.get("timestamp"), context.latest_allowed)
    message = fields.get("message")
    if message is None:
        raise UnusableEntryError(QuarantineReason.MISSING_FIELD, "message is missing")
    if not isinstance(message, str):
        raise UnusableEntryError(QuarantineReason.WRONG_TYPE, "message is not text")
    details = fields.get("details")
    if details is not None and not isinstance(details, dict):
        raise UnusableEntryError(QuarantineReason.WRONG_TYPE, "details are not an object")
    key = _key_of(context, occurred_at, message, details)
    return _classified(key, occurred_at, message.strip(), cast("dict[str, Any]", details or {}))


def _key_of(context: LoadContext, occurred_at: int, message: str, details: object) -> int:
    try:
        canonical = json.dumps(details, sort_keys=True, separators=(",", ":")) if details else None
    except (RecursionError, ValueError):
        raise UnusableEntryError(
            QuarantineReason.TOO_DEEP, "details are nested deeper than in any real entry"
        ) from None
    return stable_key("event", context.owner.person, context.owner.project, occurred_at, message, canonical)


def _time_of(value: object, latest_allowed: int) -> int:
    if value is None or value == "":
        raise UnusableEntryError(QuarantineReason.MISSING_FIELD, "timestamp is missing")
    if not isinstance(value, str):
        raise UnusableEntryError(
            QuarantineReason.WRONG_TYPE, "timestamp is not text; expected 2026-02-08T10:18:44.356Z"
        )
    instant = instant_of(value)
    if instant is None:
        raise UnusableEntryError(
            QuarantineReason.BAD_TIME, "timestamp is not a time; expected 2026-02-08T10:18:44.356Z"
        )
    if not earliest_allowed() <= instant <= latest_allowed:
        raise UnusableEntryError(QuarantineReason.BAD_TIME, f"timestamp is {value[:40]}: too early or in the future")
    return instant


def _classified(key: int, occurred_at: int, message: str, details: dict[str, Any]) -> _Entry:
    """Read what the message says; messages are fixed texts of the app."""
    text = message.lower()
    if text == "chat response completed":
        return _completed(key, occurred_at, details)
    if text == "chat response aborted":
        return _Entry(
            key,
            occurred_at,
            EventKind.RESPONSE_ABORTED,
            _name(details.get("provider")),
            _name(details.get("model")),
            is_ok=False,
        )
    if text == "chat request failed":
        kind = error_kind_of(None, None, _first_text(details, "error", "message"))
        return _Entry(
            key,
            occurred_at,
            EventKind.REQUEST_FAILED,
            _name(details.get("provider")),
            _name(details.get("model")),
            error_kind=kind.value,
            is_ok=False,
        )
    if text in _DEPLOYMENTS:
        target = redact_title(_first_text(details, "projectPath", "repoName")) or None
        files = _count(details, "filesCount")
        return _Entry(
            key, occurred_at, EventKind.DEPLOYMENT, subject=target, is_ok=_DEPLOYMENTS[text], files_count=files
        )
    if match := _PROVIDER_TOGGLE.fullmatch(message):
        kind = EventKind.PROVIDER_ENABLED if match[2] == "enabled" else EventKind.PROVIDER_DISABLED
        return _Entry(key, occurred_at, kind, _name(match[1]))
    if match := _PROVIDER_ADDRESS.fullmatch(message):
        return _Entry(key, occurred_at, EventKind.PROVIDER_CHANGED, _name(match[1]))
    if match := _SETTING.fullmatch(message):
        subject = f"{(match[1] or match[3]).lower()}: {match[2] or match[4]}"
        return _Entry(key, occurred_at, EventKind.SETTING_CHANGED, subject=redact_title(subject))
    return _Entry(key, occurred_at, EventKind.OTHER)


def _completed(key: int, occurred_at: int, details: dict[str, Any]) -> _Entry:
    usage = details.get("usage")
    if usage is not None and not isinstance(usage, dict):
        raise UnusableEntryError(QuarantineReason.WRONG_TYPE, "usage is not an object")
    tokens = cast("dict[str, Any]", usage or {})
    sent, received = _count(tokens, "promptTokens"), _count(tokens, "completionTokens")
    if not sent and not received:
        # Written when the provider sent no usage: not known, not free.
        sent = received = None
    return _Entry(
        key,
        occurred_at,
        EventKind.RESPONSE_COMPLETED,
        _name(details.get("provider")),
        _name(details.get("model")),
        sent,
        received,
        _count(details, "messageLength"),
        is_ok=True,
    )


def _count(fields: Mapping[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableEntryError(QuarantineReason.WRONG_TYPE, f"{name} is not a number")
    if not 0 <= value <= MAX_TOKENS or value != int(value):
        raise UnusableEntryError(QuarantineReason.BAD_NUMBER, f"{name} must be a whole number from 0 to {MAX_TOKENS}")
    return int(value)


def _name(value: object) -> str | None:
    return redact_title(value) or None


def _first_text(details: Mapping[str, Any], *names: str) -> str | None:
    return next((value for name in names if isinstance(value := details.get(name), str) and value), None)


def _write(entries: dict[int, _Entry], context: LoadContext) -> None:
    """Write entries that are not known yet, with the deployments they report."""
    connection = context.connection
    keys = sorted(entries)
    known: set[int] = set()
    for start in range(0, len(keys), 10_000):
        chunk = keys[start : start + 10_000]
        marks = ",".join("?" * len(chunk))
        rows = connection.execute(f"SELECT event_key FROM event WHERE event_key IN ({marks})", chunk)  # noqa: S608
        known.update(row[0] for row in rows)
    new = [entries[key] for key in keys if key not in known]
    context.already_known(KnownReason.LOADED_BEFORE, len(known))
    context.loaded(len(new))
    insert(connection, Event, (_event_row(entry, context) for entry in new))
    upsert(
        connection,
        Deployment,
        sorted(_deployment_row(e, context) for e in new if e.kind is EventKind.DEPLOYMENT),
        rank=None,
    )
    for entry in new:
        context.touched.add_event_span(entry.occurred_at, entry.occurred_at)
        day = day_of(entry.occurred_at)
        if day is not None:
            context.touched.days.add(day)


def _event_row(entry: _Entry, context: LoadContext) -> tuple[Any, ...]:
    return (
        entry.key,
        context.owner.person,
        context.owner.project,
        entry.occurred_at,
        day_of(entry.occurred_at),
        entry.kind.value,
        entry.provider,
        entry.model,
        entry.input_tokens,
        entry.output_tokens,
        entry.message_chars,
        entry.error_kind,
        entry.subject,
        entry.is_ok,
        context.load_id,
    )


def _deployment_row(entry: _Entry, context: LoadContext) -> tuple[Any, ...]:
    """Return the deployment an entry reports: a push to a repository, which users see only once something builds it."""
    return (
        stable_key("deployment", "bolt_events", entry.key),
        context.owner.person,
        context.owner.project,
        "gitlab",
        entry.subject,
        Environment.PREVIEW.value,
        (DeploymentStatus.SUCCESS if entry.is_ok else DeploymentStatus.FAILURE).value,
        entry.occurred_at,
        day_of(entry.occurred_at),
        entry.files_count,
    )


EVENTS = BoltEvents()
