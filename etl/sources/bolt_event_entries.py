"""One entry of a bolt.diy event log: what it says, and its key, which is the same in JSON and CSV."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from data.keys import stable_key
from data.words import EventKind, QuarantineReason
from etl.context import LoadContext, earliest_allowed
from etl.error_kinds import error_kind_of
from etl.redact import redact_name, redact_title
from etl.sources.bolt_messages import MAX_TOKENS, instant_of

_PROVIDER_TOGGLE = re.compile(r"Provider (.+) (enabled|disabled)")
_PROVIDER_ADDRESS = re.compile(r"Base URL updated for (.+)")
_SETTING = re.compile(
    r"(Prompt template) updated to (.+)|(Context optimization|Auto select template) (enabled|disabled)", re.IGNORECASE
)
_DEPLOYMENTS = {"gitlab deployment completed successfully": True, "gitlab deployment failed": False}


class UnusableEntryError(Exception):
    """The entry cannot be used; carries the reason for the quarantine."""

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Entry:
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


def read_entry(record: object, context: LoadContext) -> Entry:
    """Read one entry, of JSON or CSV. Raises UnusableEntryError when it cannot be used."""
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
    entry = _classified(key, occurred_at, message.strip(), cast("dict[str, Any]", details or {}))
    hidden = context.owner.hidden_names
    if hidden is None or entry.subject is None:
        return entry
    is_target = entry.kind is EventKind.DEPLOYMENT
    return replace(entry, subject=(hidden.in_target if is_target else hidden.in_text)(entry.subject))


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
        raise UnusableEntryError(QuarantineReason.BAD_TIME, "timestamp is too early or in the future")
    return instant


def _classified(key: int, occurred_at: int, message: str, details: dict[str, Any]) -> Entry:
    """Read what the message says; messages are fixed texts of the app."""
    text = message.lower()
    if text == "chat response completed":
        return _completed(key, occurred_at, details)
    if text == "chat response aborted":
        return Entry(
            key,
            occurred_at,
            EventKind.RESPONSE_ABORTED,
            _name(details.get("provider")),
            _name(details.get("model")),
            is_ok=False,
        )
    if text == "chat request failed":
        kind = error_kind_of(None, None, _first_text(details, "error", "message"))
        return Entry(
            key,
            occurred_at,
            EventKind.REQUEST_FAILED,
            _name(details.get("provider")),
            _name(details.get("model")),
            error_kind=kind.value,
            is_ok=False,
        )
    if text in _DEPLOYMENTS:
        target = redact_name(_first_text(details, "projectPath", "repoName")) or None
        files = _count(details, "filesCount")
        return Entry(
            key, occurred_at, EventKind.DEPLOYMENT, subject=target, is_ok=_DEPLOYMENTS[text], files_count=files
        )
    if match := _PROVIDER_TOGGLE.fullmatch(message):
        kind = EventKind.PROVIDER_ENABLED if match[2] == "enabled" else EventKind.PROVIDER_DISABLED
        return Entry(key, occurred_at, kind, _name(match[1]))
    if match := _PROVIDER_ADDRESS.fullmatch(message):
        return Entry(key, occurred_at, EventKind.PROVIDER_CHANGED, _name(match[1]))
    if match := _SETTING.fullmatch(message):
        subject = f"{(match[1] or match[3]).lower()}: {match[2] or match[4]}"
        return Entry(key, occurred_at, EventKind.SETTING_CHANGED, subject=redact_title(subject))
    return Entry(key, occurred_at, EventKind.OTHER)


def _completed(key: int, occurred_at: int, details: dict[str, Any]) -> Entry:
    usage = details.get("usage")
    if usage is not None and not isinstance(usage, dict):
        raise UnusableEntryError(QuarantineReason.WRONG_TYPE, "usage is not an object")
    tokens = cast("dict[str, Any]", usage or {})
    sent, received = _count(tokens, "promptTokens"), _count(tokens, "completionTokens")
    if not sent and not received:
        # Written when the provider sent no usage: not known, not free.
        sent = received = None
    return Entry(
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
    return redact_name(value) or None


def _first_text(details: Mapping[str, Any], *names: str) -> str | None:
    return next((value for name in names if isinstance(value := details.get(name), str) and value), None)
