"""Reading one message of a bolt.diy chat, of every era, into what is kept of it. The text itself is not kept."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from data.definitions import reporting, task_classes
from data.epoch import EPOCH, stored_instant
from data.keys import stable_key
from data.words import Decision, QuarantineReason, TimeBasis, ToolStatus
from etl.context import earliest_allowed
from etl.derive.features import Features, ToolUse
from etl.redact import redact_id, redact_name
from etl.sources.bolt_artifacts import Artifacts, FileAction, project_path, read_artifacts

MAX_TOKENS = 1_000_000_000
TIE_BITS = 21
_MODEL = re.compile(r"^\[Model: (.*?)\]\n\n")
_PROVIDER = re.compile(r"\[Provider: (.*?)\]\n\n")
_OTHER_ROLES = frozenset({"system", "tool", "data", "function", "developer"})
_TOOL_CHARACTERS = 120
_CLOCK_ID = re.compile(r"(?:^|-)(\d{13})$")
_CLOCK_SHAPED = re.compile(r"^(?:\d+-)?\d{10,}$|^quick-action-")
_FIX = re.compile(r"\*(?:Fix this (preview|terminal|deployment) error|(Error executing Supabase query))")
_CONTINUE = re.compile(r"^(?:please )?(?:continue|go on|carry on|proceed|keep going)[.!…]*$", re.IGNORECASE)
_USER_EDIT = re.compile(r'\s*<boltArtifact [^>]*title="User Updated Files"[^>]*>.*?</boltArtifact>', re.DOTALL)
_OLD_EDIT = re.compile(r"\s*<bolt_file_modifications>.*?</bolt_file_modifications>", re.DOTALL)
_OLD_EDIT_PATH = re.compile(r'<(?:diff|file) path="([^"]*)"')
_SYNTHETIC_REQUEST = re.compile(r'^(?:Import the ".*" folder|Setup the codebase and Start the application)\s*$')
_TEMPLATE_STEP = "Now that the Template is imported please continue with my original request"
_SYNTHETIC_REPLY = re.compile(
    r"^\s*(?:Bolt is initializing your project with the required files|Cloning the repo .* into |"
    r'I\'ve imported the contents of the ".*" folder)'
)
_THOUGHT = re.compile(r'<div class=\\?"__boltThought__\\?">.*?</div>|<think>.*?</think>', re.DOTALL)


class RawMessage(msgspec.Struct):
    """A message as files hold it; every field may be missing or odd in some era."""

    role: str
    content: str | list[Any] | None = None
    id: str | int | None = None
    createdAt: Any = None  # noqa: N815
    timestamp: Any = None
    annotations: list[Any] | None = None
    parts: list[dict[str, Any]] | None = None
    toolInvocations: list[dict[str, Any]] | None = None  # noqa: N815


class UnusableError(Exception):
    """The record cannot be used; carries the reason for the quarantine."""

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class ReadMessage:
    """One message after reading; files are kept only until their lines are counted."""

    key: int
    message_id: str
    role: str
    rank: int
    created_at: int | None
    created_at_basis: str
    provider: str | None
    model: str | None
    text_hash: int | None
    text_chars: int
    features: Features
    files: list[FileAction] = field(default_factory=list[FileAction])
    edited: list[FileAction] = field(default_factory=list[FileAction])
    stored_features: str = ""
    """The features as JSON, once all of them are known."""
    edited_paths: list[str] = field(default_factory=list[str])
    """Paths of old-style human edits, whose content is a difference and cannot be compared."""
    is_import_copy: bool = False


def read_message(raw: RawMessage, latest_allowed: int) -> ReadMessage:
    """Read one message. Raises UnusableError when it cannot be used."""
    if raw.role not in ("user", "assistant"):
        raise UnusableError(QuarantineReason.UNKNOWN_ROLE, f"{_role_shown(raw.role)}; expected user or assistant")
    text = _text_of(raw.content)
    message_id = "" if raw.id is None else str(raw.id)
    created_at, basis = _time_of(raw.createdAt, message_id, latest_allowed)
    is_import_copy = isinstance(raw.timestamp, int) and raw.createdAt is None and not raw.parts and not raw.annotations
    if raw.role == "user":
        return _read_user(raw, text, message_id, created_at, basis, is_import_copy)
    return _read_assistant(raw, text, message_id, created_at, basis, is_import_copy)


def message_key(role: str, message_id: str, text: str) -> int:
    """Return the key of a message: ids of replies are random, those of requests are clock times and may collide."""
    if role == "assistant" and not is_clock_id(message_id):
        return stable_key("message", role, message_id)
    return stable_key("message", role, message_id, text)


class _Place(msgspec.Struct):
    """What must be readable of a message to know its place in the chat."""

    role: str
    id: str | int | None = None


def place_of(raw: bytes) -> tuple[int, str, str] | None:
    """Return key, id and role of a message that cannot be used, so that its neighbours are not taken for each other's.

    Null when not even its role can be read.
    """
    try:
        place = msgspec.json.decode(raw, type=_Place)
    except (msgspec.DecodeError, RecursionError):
        return None
    if place.role not in ("user", "assistant"):
        return None
    message_id = "" if place.id is None else str(place.id)
    return message_key(place.role, message_id, raw.decode("utf-8", "replace")), redact_id(message_id, 120), place.role


def is_clock_id(message_id: str) -> bool:
    """Whether an id is missing or a clock time (template messages, first requests), so that it may collide."""
    return not message_id or bool(_CLOCK_SHAPED.match(message_id))


def _read_user(
    raw: RawMessage, text: str, message_id: str, created_at: int | None, basis: str, is_import_copy: bool
) -> ReadMessage:
    model, provider = _MODEL.search(text), _PROVIDER.search(text[:400])
    words = _PROVIDER.sub("", _MODEL.sub("", text, count=1), count=1)
    edits = read_artifacts(words) if 'title="User Updated Files"' in words else Artifacts([], [])
    old_paths = [project_path(path) for block in _OLD_EDIT.findall(words) for path in _OLD_EDIT_PATH.findall(block)]
    words = _OLD_EDIT.sub("", _USER_EDIT.sub("", words)).strip()
    fix = _FIX.search(words)
    features = Features(
        # A data-tab import drops the mark; the words of the template step remain.
        is_hidden="hidden" in (raw.annotations or ()) or _TEMPLATE_STEP in words,
        is_synthetic=bool(_SYNTHETIC_REQUEST.match(words)),
        fix_request=(fix[1] or "supabase") if fix else None,
        is_continue=bool(_CONTINUE.match(words)),
        matched_words=_matched_words(words),
        usage_lost=is_import_copy,
    )
    key = message_key("user", message_id, text)
    return ReadMessage(
        key=key,
        message_id=message_id,
        role="user",
        rank=_rank(is_import_copy, 0, 0, created_at is not None, text),
        created_at=created_at,
        created_at_basis=basis,
        provider=_name(provider[1]) if provider else None,
        model=_name(model[1]) if model else None,
        text_hash=stable_key("text", words),
        text_chars=utf16_length(words),
        features=features,
        edited=edits.files,
        edited_paths=old_paths,
        is_import_copy=is_import_copy,
    )


def _read_assistant(
    raw: RawMessage, text: str, message_id: str, created_at: int | None, basis: str, is_import_copy: bool
) -> ReadMessage:
    usage = _usage_of(raw.annotations)
    tools = _tools_of(raw)
    artifacts = read_artifacts(text)
    is_synthetic = bool(_SYNTHETIC_REPLY.match(text)) or (artifacts.is_bundled and not usage)
    visible = _THOUGHT.sub("", text) if "<" in text else text
    features = Features(
        is_synthetic=is_synthetic,
        usage=tuple(usage),
        usage_lost=is_import_copy,
        expects_usage=raw.parts is not None,
        step_count=sum(1 for part in raw.parts or () if part.get("type") == "step-start"),
        summary_count=sum(1 for note in _notes(raw.annotations) if note.get("type") == "chatSummary"),
        has_text=bool(visible.strip()),
        has_artifact=bool(artifacts.files) and not is_synthetic,
        is_closed=artifacts.is_closed,
        tools=tuple(tools),
        commands=() if is_synthetic else tuple(artifacts.commands),
    )
    key = message_key("assistant", message_id, text)
    decided = sum(1 for tool in tools if tool.decision != Decision.PENDING)
    return ReadMessage(
        key=key,
        message_id=message_id,
        role="assistant",
        rank=_rank(is_import_copy, len(usage), decided, created_at is not None, text),
        created_at=created_at,
        created_at_basis=basis,
        provider=None,
        model=None,
        text_hash=None,
        text_chars=utf16_length(text),
        features=features,
        files=artifacts.files,
        is_import_copy=is_import_copy,
    )


def utf16_length(text: str) -> int:
    """Return the length as JavaScript counts it, in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def instant_of(value: Any) -> int | None:
    """Return microseconds since 1970 of an ISO text; null when it is none. A time without zone is UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=EPOCH.tzinfo)
    return stored_instant(moment)


def plausible_instant_of(value: Any, latest_allowed: int) -> int | None:
    """Return microseconds since 1970 of an ISO text; null when it is none, too early or in the future."""
    instant = instant_of(value)
    return instant if instant is not None and earliest_allowed() <= instant <= latest_allowed else None


def _text_of(content: str | list[Any] | None) -> str:
    if isinstance(content, str):
        return content
    if content is None:
        raise UnusableError(QuarantineReason.MISSING_FIELD, "content is missing; expected text or a list of parts")
    texts: list[str] = []
    for part in content:
        if not isinstance(part, dict):
            raise UnusableError(QuarantineReason.WRONG_TYPE, "content holds a part that is not an object")
        if part.get("type") == "text" and isinstance(part.get("text"), str):
            texts.append(part["text"])
    return "".join(texts)


def _time_of(created_at: Any, message_id: str, latest_allowed: int) -> tuple[int | None, str]:
    if created_at is not None:
        instant = instant_of(created_at)
        if instant is None:
            raise UnusableError(QuarantineReason.BAD_TIME, "createdAt is not a time; expected 2026-02-08T10:18:03.891Z")
        if not earliest_allowed() <= instant <= latest_allowed:
            raise UnusableError(
                QuarantineReason.BAD_TIME,
                f"createdAt is before {reporting().first_year} or in the future",
            )
        return instant, TimeBasis.GIVEN.value
    clock = _CLOCK_ID.search(message_id)
    if clock:
        instant = int(clock[1]) * 1000
        if earliest_allowed() <= instant <= latest_allowed:
            return instant, TimeBasis.ID.value
    return None, TimeBasis.NONE.value


def _notes(annotations: list[Any] | None) -> list[dict[str, Any]]:
    return [note for note in annotations or () if isinstance(note, dict)]


def _usage_of(annotations: list[Any] | None) -> list[tuple[int, int, int]]:
    usage: list[tuple[int, int, int]] = []
    for note in _notes(annotations):
        if note.get("type") != "usage":
            continue
        value = note.get("value")
        if not isinstance(value, dict):
            raise UnusableError(QuarantineReason.WRONG_TYPE, "a usage annotation has no value object")
        usage.append(
            (_tokens(value, "promptTokens"), _tokens(value, "completionTokens"), _tokens(value, "totalTokens"))
        )
    return usage


def _tokens(value: dict[str, Any], name: str) -> int:
    tokens = value.get(name)
    if tokens is None:
        return 0
    if isinstance(tokens, bool) or not isinstance(tokens, int | float):
        raise UnusableError(QuarantineReason.WRONG_TYPE, f"{name} is not a number")
    if tokens != tokens or not 0 <= tokens <= MAX_TOKENS or tokens != int(tokens):
        raise UnusableError(QuarantineReason.BAD_NUMBER, f"{name} is {tokens}; expected a whole number from 0 to 1e9")
    return int(tokens)


_RESULTS = {
    "Error: User denied access to tool execution": (Decision.REJECTED, ToolStatus.DENIED),
    "No, rejected.": (Decision.REJECTED, ToolStatus.DENIED),
    "Error: An error occured while calling tool": (Decision.APPROVED, ToolStatus.FAILED),
    "Error: No execute function found on tool": (Decision.APPROVED, ToolStatus.NOT_RUN),
    "Yes, approved.": (Decision.APPROVED, ToolStatus.NOT_RUN),
}


def _tools_of(raw: RawMessage) -> list[ToolUse]:
    """Return the tool calls of a reply once each; parts go before the legacy list, decided copies before pending."""
    servers = {
        str(note.get("toolCallId")): note.get("serverName")
        for note in _notes(raw.annotations)
        if note.get("type") == "toolCall"
    }
    invocations = [part.get("toolInvocation") for part in raw.parts or () if part.get("type") == "tool-invocation"]
    found: dict[str, ToolUse] = {}
    for invocation in [*invocations, *(raw.toolInvocations or ())]:
        if not isinstance(invocation, dict) or not invocation.get("toolCallId"):
            continue
        tool_call_id = str(invocation["toolCallId"])
        decision, status = Decision.PENDING, ToolStatus.PENDING
        if invocation.get("state") == "result":
            result = invocation.get("result")
            decision, status = (Decision.APPROVED, ToolStatus.OK)
            if isinstance(result, str):
                decision, status = _RESULTS.get(result.strip(), (decision, status))
        known = found.get(tool_call_id)
        if known is None or known.decision == Decision.PENDING:
            server = servers.get(tool_call_id)
            found[tool_call_id] = ToolUse(
                _tool_call_id(tool_call_id, len(found)),
                redact_name(str(server), _TOOL_CHARACTERS) or None if server else None,
                redact_name(str(invocation.get("toolName") or "unknown"), _TOOL_CHARACTERS),
                decision.value,
                status.value,
            )
    return list(found.values())


def _tool_call_id(given: str, place: int) -> str:
    """Return the id to keep; ids that are alike once their secrets are masked stay apart by their place."""
    kept = redact_id(given, _TOOL_CHARACTERS)
    return kept if kept == given[:_TOOL_CHARACTERS] else f"{kept}#{place}"


@cache
def _word_pattern() -> re.Pattern[str]:
    """One pattern for all words of the rules; longer words first, so that a phrase wins over its first word."""
    words = sorted({word for rule in task_classes().rule for word in rule.words}, key=lambda word: (-len(word), word))
    return re.compile(r"\b(?:" + "|".join(re.escape(word) for word in words) + r")\b", re.IGNORECASE)


def _matched_words(words: str) -> tuple[str, ...]:
    # A request may carry a pasted log of megabytes; what is asked stands at its start.
    return tuple(sorted({word.lower() for word in _word_pattern().findall(words, 0, 4000)}))


def _role_shown(role: str) -> str:
    """Say what a wrong role is; only words that are known are repeated."""
    return f"role is {role}" if role in _OTHER_ROLES else f"role is an unknown text of {len(role)} characters"


def _name(text: str) -> str | None:
    return redact_name(text) or None


def _rank(is_import_copy: bool, requests: int, decided: int, has_time: bool, text: str) -> int:
    """Return how complete a copy is: intact before imported, then usage, decisions, time, length; room for ties."""
    return (
        ((not is_import_copy) << 62)
        | (min(requests, 255) << 54)
        | (min(decided, 255) << 46)
        | (has_time << 45)
        | (min(len(text), (1 << 24) - 1) << TIE_BITS)
    )
