"""Spans of tool calls and of commands as rows of tool_call and command_run."""

import json
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from data.keys import stable_key
from data.words import CommandKind, CommandStatus, FactSource, ToolStatus
from etl.context import LoadContext, day_of
from etl.redact import redact_id
from etl.routes import clean_name, plain_name
from etl.sources import otlp_attributes as names
from etl.sources.bolt_artifacts import head_of_command
from etl.sources.call_rows import LONGEST_CALL_MS
from etl.sources.gateway_people import People
from etl.sources.otlp_attributes import Attribute
from etl.sources.otlp_calls import person_of, project_of, was_cancelled
from etl.sources.otlp_spans import Span

Row = tuple[Any, ...]

_SOURCE = FactSource.OTLP.value
_TIMEOUT_CODE = 124
"""What the program timeout ends with."""
_STOPPED_CODES = frozenset({130, 143})
"""Ended by an interrupt or a request to end."""
_MOST_EXIT_CODE = 2**32
_UNKNOWN_TOOL = "unknown"
_COMMAND_ARGUMENTS = ("command", "cmd", "commands", "script", "input")
_MOST_ARGUMENTS = 1_000


def tool_call_row(span: Span, people: People, context: LoadContext) -> Row:
    """Return the row of a tool call, all columns of tool_call in their order."""
    at = span.started_at
    mutates = span.facts.get(names.TOOL_MUTATES)
    row = (
        stable_key("otlp tool", span.identity), redact_id(plain_name(span.text(names.TOOL_CALL_ID)) or span.span_id),
        None, None, person_of(span, people), project_of(span, people), clean_name(span.text(names.TOOL_SERVER)),
        clean_name(span.text(names.TOOL)) or _UNKNOWN_TOOL, _tool_status(span).value, at, day_of(at), _SOURCE,
        mutates if isinstance(mutates, bool) else None, _duration(span),
    )  # fmt: skip
    return (*row, _rank(span, row), context.load_id)


def command_run_row(span: Span, people: People, context: LoadContext) -> Row:
    """Return the row of a command, all columns of command_run in their order."""
    at = span.started_at
    line = _line_of(span)
    kind = span.text(names.COMMAND_KIND)
    code = _exit_code(span)
    row = (
        stable_key("otlp command", span.identity), None, None, person_of(span, people), project_of(span, people), None,
        CommandKind(kind).value if kind in set(CommandKind) else CommandKind.SHELL.value,
        _head_of(span, line), stable_key("command", line) if line else None, None, at, day_of(at), _duration(span),
        _command_status(span, code).value, code, _SOURCE, span.span_id,
    )  # fmt: skip
    return (*row, _rank(span, row), context.load_id)


def _tool_status(span: Span) -> ToolStatus:
    if span.ended_at is None:
        return ToolStatus.PENDING
    if not span.is_failed:
        return ToolStatus.OK
    # Stopped while it ran: nobody's fault, and no result.
    return ToolStatus.NOT_RUN if was_cancelled(span) else ToolStatus.FAILED


def _command_status(span: Span, code: int | None) -> CommandStatus:
    """Return how a command ended: as it says itself, else by error.type, exit code and the status of the span."""
    said = (span.text(names.COMMAND_STATUS) or "").strip().lower()
    if span.ended_at is None and not said:
        return CommandStatus.RUNNING
    if said in set(CommandStatus):
        return CommandStatus(said)
    kind = (span.text(names.ERROR_TYPE) or "").lower()
    if "timeout" in kind or "timed_out" in kind or "deadline" in kind:
        return CommandStatus.TIMEOUT
    if was_cancelled(span):
        return CommandStatus.CANCELLED
    if code is None:
        return CommandStatus.FAILED if span.is_failed else CommandStatus.OK
    if code == _TIMEOUT_CODE:
        return CommandStatus.TIMEOUT
    if code in _STOPPED_CODES:
        return CommandStatus.CANCELLED
    return CommandStatus.OK if code == 0 and not span.is_failed else CommandStatus.FAILED


def _exit_code(span: Span) -> int | None:
    value = span.facts.get(names.EXIT_CODE)
    return value if type(value) is int and abs(value) < _MOST_EXIT_CODE else None


def _line_of(span: Span) -> str | None:
    """Return the command of a span; it is hashed and not kept."""
    value = span.facts.get(names.COMMAND_LINE)
    if isinstance(value, list):
        return " ".join(str(word) for word in value).strip() or None
    return value.strip() or None if isinstance(value, str) else None


def _head_of(span: Span, line: str | None) -> str | None:
    """Return the program that a command calls."""
    if line:
        return head_of_command(line) or None
    program = _program(span, names.EXECUTABLE)
    if program:
        return program
    given = span.facts.get(names.TOOL_ARGUMENTS)
    return head_of_command(_command_in(given)) or None if isinstance(given, str) else None


def _program(span: Span, attribute: Attribute) -> str | None:
    value = span.text(attribute)
    return head_of_command(value.rpartition("/")[2]) or None if value else None


def _command_in(arguments: str) -> str:
    """Return the command in the arguments of a tool call: JSON with a field for it, or the command itself."""
    text = arguments.strip()
    if not text.startswith(("{", "[", '"')):
        return text[:_MOST_ARGUMENTS]
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return ""
    if isinstance(value, dict):
        value = next((value[name] for name in _COMMAND_ARGUMENTS if name in value), "")  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        value = value[0] if value else ""  # pyright: ignore[reportUnknownVariableType]
    return value[:_MOST_ARGUMENTS] if isinstance(value, str) else ""


def _duration(span: Span) -> int | None:
    found = span.duration_ms
    return found if found is not None and found <= LONGEST_CALL_MS else None


def _rank(span: Span, row: Sequence[Any]) -> int:
    """Return the rank of a copy: an ended one first, then how much it knows, then a checksum."""
    known = sum(value is not None for value in row) + (0 if span.ended_at is None else 256)
    return known * 2**32 + crc32(repr(row).encode("utf-8", "replace"))
