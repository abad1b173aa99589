"""One span of OTLP JSON, read leniently: what it is about, its ids, its times, how it ended, and the facts it names."""

import base64
import binascii
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, cast

from data.words import QuarantineReason
from etl.sources import otlp_attributes as names
from etl.sources.litellm_records import UnusableRecordError
from etl.sources.otlp_attributes import ATTRIBUTES, CALL_OPERATIONS, COMMAND_ATTRIBUTES, Attribute

Facts = dict[Attribute, Any]
"""Facts that a span names, as texts, numbers, true or false, or lists of these."""

PLACES: dict[str, tuple[Attribute, int]] = {
    name: (attribute, rank) for attribute in ATTRIBUTES for rank, name in enumerate(attribute.names)
}
"""Which fact an attribute holds, and its rank among the names of that fact."""
_ERROR_STATUS = frozenset({2, "2", "STATUS_CODE_ERROR", "ERROR", "Error", "error"})
_MOST_DIGITS = 40
LONGEST_TEXT = 4000
_LONGEST_TIME = 2**63


class Kind(Enum):
    """What a span is about."""

    CALL = "call to a model"
    TOOL = "tool call"
    COMMAND = "command"
    OTHER = "anything else"


@dataclass(slots=True)
class Span:
    """A span that is measured; times in microseconds since 1970."""

    kind: Kind
    trace_id: str
    span_id: str
    started_at: int
    ended_at: int | None
    """Null when it had not ended when it was exported."""
    is_failed: bool
    message: str
    """Text of its status; read for the kind of error and never kept."""
    facts: Facts
    resource: Facts

    @property
    def identity(self) -> str:
        """Return what tells it from all other spans: copies of one span share it."""
        return f"{self.trace_id}:{self.span_id}"

    @property
    def duration_ms(self) -> int | None:
        """Return how long it took; null while it runs, and where its times are the wrong way round."""
        if self.ended_at is None or self.ended_at < self.started_at:
            return None
        return (self.ended_at - self.started_at + 500) // 1000

    def text(self, attribute: Attribute) -> str | None:
        """Return a fact as text; null when the span does not name it."""
        value = self.facts.get(attribute)
        if value is None or isinstance(value, list):
            return None
        return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def read_span(value: object, resource: Facts) -> Span | None:
    """Return a span of a call, a tool call or a command; null for any other. Raises UnusableRecordError."""
    if not isinstance(value, dict):
        raise UnusableRecordError(QuarantineReason.WRONG_TYPE, "expected an object with the fields of one span")
    span = cast("dict[str, Any]", value)
    status = span.get("status")
    code, message = (status.get("code"), status.get("message")) if isinstance(status, dict) else (None, None)
    return span_of(
        facts_of(span.get("attributes")), span.get("name"), code, message, span.get("events"), span.get("traceId"),
        span.get("spanId"), span.get("startTimeUnixNano"), span.get("endTimeUnixNano"), resource,
    )  # fmt: skip


def span_of(
    facts: Facts, name: object, code: object, message: object, events: object, trace_id: object, span_id: object,
    started: object, ended: object, resource: Facts,
) -> Span | None:  # fmt: skip
    """Return a span from its facts and the values of its fields; null when it is not measured.

    Raises UnusableRecordError when it is measured and has no usable ids or no usable start.
    """
    kind = _kind_of(facts, name if isinstance(name, str) else "")
    if kind is Kind.OTHER:
        return None
    if events and names.ERROR_TYPE not in facts and (exception := _exception_of(events)) is not None:
        facts[names.ERROR_TYPE] = exception
    is_failed = (isinstance(code, int | str) and code in _ERROR_STATUS) or names.ERROR_TYPE in facts
    return Span(
        kind=kind,
        trace_id=_id_of(trace_id, "traceId", 16),
        span_id=_id_of(span_id, "spanId", 8),
        started_at=_start_of(started),
        ended_at=_time_of(ended) or None,
        is_failed=is_failed,
        message=message[:LONGEST_TEXT] if isinstance(message, str) else "",
        facts=facts,
        resource=resource,
    )


def facts_of(attributes: object) -> Facts:
    """Return the facts that attributes name; attributes that nothing is read from are not looked at.

    Attributes are a list of {key, value} with typed values; plain values and a plain object are read as well.
    """
    found: Facts = {}
    ranks: dict[Attribute, int] = {}
    for name, value in _named(attributes):
        attribute, rank = PLACES[name]
        if attribute in found and ranks.get(attribute, 0) <= rank:
            continue
        # Most are plain texts in their usual form; everything else goes the careful way.
        plain = value.get("stringValue") if type(value) is dict else None
        if type(plain) is not str or len(plain) > LONGEST_TEXT or not plain.isascii():
            plain = _plain(value)
        if plain is not None:
            found[attribute] = plain
            if rank:
                ranks[attribute] = rank
            else:
                ranks.pop(attribute, None)
    return found


def _named(attributes: object) -> Iterable[tuple[str, Any]]:
    """Return names and values of the attributes that something is read from."""
    if isinstance(attributes, list):
        listed = cast("list[Any]", attributes)
        try:
            return [(one["key"], one["value"]) for one in listed if one["key"] in PLACES]
        except (TypeError, KeyError, IndexError):
            fair = [cast("dict[str, Any]", one) for one in listed if isinstance(one, dict)]
            pairs = [(one.get("key"), one.get("value")) for one in fair]
    else:
        pairs = list(cast("dict[str, Any]", attributes).items()) if isinstance(attributes, dict) else []
    return [(name, value) for name, value in pairs if isinstance(name, str) and name in PLACES]


def _plain(value: object, depth: int = 0) -> Any:
    """Return a typed value as a plain one; null for objects, bytes, and what is nothing."""
    if isinstance(value, dict):
        for kind, inner in cast("dict[str, Any]", value).items():
            if kind == "stringValue" or kind == "boolValue":
                return scalar_of(inner)
            if kind in ("intValue", "doubleValue"):
                return number_of(inner)
            if kind == "arrayValue" and isinstance(inner, dict) and depth == 0:
                return list_of(cast("dict[str, Any]", inner).get("values"))
        return None
    return list_of(value) if isinstance(value, list) and depth == 0 else scalar_of(value)


def list_of(values: object) -> list[Any] | None:
    """Return a list of typed values as plain ones; null when it is none."""
    if not isinstance(values, list):
        return None
    return [plain for one in cast("list[Any]", values)[:1000] if (plain := _plain(one, 1)) is not None]


def scalar_of(value: object) -> Any:
    """Return a text, a number or a truth value as it is read; null for anything else."""
    if isinstance(value, str):
        text = value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT]
        return text if text.isascii() else text.encode("utf-8", "replace").decode()
    return value if isinstance(value, bool | int | float) else None


def number_of(value: object) -> Any:
    """Return a number that may be written as text; what is none stays as it is, so that a check finds it."""
    if isinstance(value, str) and len(value) <= _MOST_DIGITS:
        try:
            return int(value)
        except ValueError:
            try:
                return float(value)
            except ValueError:
                return value
    return scalar_of(value)


def _kind_of(facts: Mapping[Attribute, Any], name: str) -> Kind:
    operation = facts.get(names.OPERATION)
    operation = operation.strip().lower() if isinstance(operation, str) else None
    if operation in CALL_OPERATIONS:
        return Kind.CALL
    if any(attribute in facts for attribute in COMMAND_ATTRIBUTES):
        return Kind.COMMAND
    if operation == names.TOOL_OPERATION or name.startswith("ai.toolCall"):
        tool = facts.get(names.TOOL)
        is_shell = isinstance(tool, str) and tool.strip().lower() in names.SHELL_TOOLS
        return Kind.COMMAND if is_shell else Kind.TOOL
    # Older instrumentations name no operation: their spans of calls name a provider and a model.
    is_named = names.PROVIDER in facts and (names.REQUESTED_MODEL in facts or names.MODEL in facts)
    is_call = operation in (None, "completion", "embedding") and is_named and names.TOOL not in facts
    return Kind.CALL if is_call else Kind.OTHER


def _id_of(value: object, field: str, size: int) -> str:
    if value in (None, ""):
        raise UnusableRecordError(QuarantineReason.MISSING_FIELD, f"{field} is missing")
    found = _hexadecimal(value, size) if isinstance(value, str) else None
    if found is None:
        raise UnusableRecordError(
            QuarantineReason.WRONG_TYPE, f"{field} is no id of {size} bytes, hexadecimal or base64, other than zeros"
        )
    return found


@lru_cache(maxsize=4096)
def _hexadecimal(text: str, size: int) -> str | None:
    """Return an id as hexadecimal digits; collectors write it so, older ones in base64."""
    try:
        raw = bytes.fromhex(text) if len(text) == 2 * size else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return raw.hex() if len(raw) == size and any(raw) else None


def _start_of(value: object) -> int:
    if value in (None, "", 0, "0"):
        raise UnusableRecordError(QuarantineReason.MISSING_FIELD, "startTimeUnixNano is missing")
    found = _time_of(value)
    if found is None:
        raise UnusableRecordError(QuarantineReason.BAD_TIME, "startTimeUnixNano is no number of nanoseconds")
    return found


def _time_of(value: object) -> int | None:
    """Return nanoseconds, as number or text, as microseconds; null for what is no time."""
    number = number_of(value)
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    if isinstance(number, float):
        if not math.isfinite(number):
            return None
        number = int(number)
    return number // 1000 if 0 <= number < _LONGEST_TIME else None


def _exception_of(events: object) -> str | None:
    """Return the name of the exception that a span's events tell."""
    for event in cast("Sequence[Any]", events) if isinstance(events, list) else ():
        if isinstance(event, dict) and event.get("name") == "exception":  # pyright: ignore[reportUnknownMemberType]
            kind = facts_of(event.get("attributes")).get(names.EXCEPTION)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            if isinstance(kind, str) and kind:
                return kind
    return None
