"""bolt.diy event logs, JSON and CSV: replies finished, stopped and failed, settings changed, deployments to GitLab.

Stack traces, user agents and message texts are not kept; of an error only its kind.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec

from data.keys import stable_key
from data.words import (
    DeploymentStatus,
    Environment,
    EventKind,
    FactSource,
    KnownReason,
    QuarantineReason,
    SourceKind,
)
from etl.context import LoadContext, day_of, insert, upsert
from etl.credentials import Envelope, refuse_credentials_in
from etl.redact import shape_of
from etl.sources.base import About, RawFile, RefusedError
from etl.sources.bolt_event_entries import Entry, UnusableEntryError, read_entry
from etl.sources.bolt_messages import instant_of
from etl.sources.lenient_json import as_strict_json

_COLUMNS = ["Timestamp", "Level", "Category", "Message", "Details"]
_JSON_KEYS = re.compile(rb'\s*\{\s*"(?:timestamp|logs|filters|preferences)"\s*:')
_JSON_LOGS = re.compile(rb'"logs"\s*:\s*\[')
_CSV_HEADER = re.compile(rb'"?Timestamp"?,"?Level"?,"?Category"?,"?Message"?,"?Details"?\s*(?:\r|\n|\Z)')
# A real entry holds a stack trace at most; a megabyte is a thousand times that.
_LONGEST_ENTRY = 1_000_000


class _Log(Envelope):
    logs: list[msgspec.Raw]
    timestamp: Any = None
    filters: Any = None


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
        entries: dict[int, Entry] = {}
        for position, record in records:
            context.read()
            try:
                if isinstance(record, UnusableEntryError):
                    raise record
                entry = read_entry(record, context)
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
        log = _lenient(data)
        if log is not None:
            return log
        raise RefusedError(
            f"{file.name} is cut off, damaged or nested deeper than any log: {error}. Nothing of it was kept; "
            "export it again from bolt.diy."
        ) from None


def _lenient(data: bytes) -> _Log | None:
    """Read JSON with half characters, NaN or Infinity; null when it is no JSON, or no log."""
    strict = as_strict_json(data)
    try:
        return None if strict is None else msgspec.json.decode(strict, type=_Log)
    except (msgspec.DecodeError, RecursionError):
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


def _write(entries: dict[int, Entry], context: LoadContext) -> None:
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
    insert(connection, "event", (_event_row(entry, context) for entry in new))
    upsert(
        connection,
        "deployment",
        sorted(_deployment_row(e, context) for e in new if e.kind is EventKind.DEPLOYMENT),
        rank=None,
    )
    for entry in new:
        context.touched.add_event_span(entry.occurred_at, entry.occurred_at)
        day = day_of(entry.occurred_at)
        if day is not None:
            context.touched.days.add(day)


def _event_row(entry: Entry, context: LoadContext) -> tuple[Any, ...]:
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


def _deployment_row(entry: Entry, context: LoadContext) -> tuple[Any, ...]:
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
        FactSource.BOLT_EVENTS.value,
        *(None,) * 12,
    )


EVENTS = BoltEvents()
