"""Reading OTLP JSON: a line for each export request, or one document for the whole file; spans with their resources."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from data.words import QuarantineReason
from etl.sources.base import RawFile, RefusedError
from etl.sources.litellm_records import UnusableRecordError, parsed_json
from etl.sources.otlp_attributes import SIGNALS
from etl.sources.otlp_exact import Groups, exact_groups
from etl.sources.record_bytes import LONGEST_RECORD, TooLarge, split_lines

_OTHER_SIGNALS = (
    ("resourceLogs", ("scopeLogs", "instrumentationLibraryLogs"), ("logRecords", "logs")),
    ("resourceMetrics", ("scopeMetrics", "instrumentationLibraryMetrics"), ("metrics",)),
)
_SCOPES = ("scopeSpans", "instrumentationLibrarySpans")
_LINE = re.compile(rb'\s*\{.*"resource(?:Spans|Logs|Metrics)"')
_DECODER = msgspec.json.Decoder()


@dataclass(slots=True)
class Request:
    """What one export request holds: spans by resource, or why it cannot be used."""

    position: str
    groups: list[tuple[object, list[Any]]] = field(default_factory=list[tuple[object, "list[Any]"]])
    """Attributes of a resource, and its spans."""
    other_count: int = 0
    """How many log records and metrics it holds."""
    problem: UnusableRecordError | None = None
    raw: object = None
    exact: Groups | None = None
    """In place of groups, the spans of a line in the exact form; raw is the line, to read it leniently."""


def read_requests(file: RawFile) -> Iterator[Request]:
    """Yield the export requests of a file. Raises RefusedError for a whole document that cannot be parsed."""
    if _is_lines(file.head):
        yield from _lines(file)
        return
    try:
        value = parsed(file.read())
    except UnusableRecordError as error:
        raise RefusedError(
            f"{file.name} is one OTLP document that cannot be parsed ({error.detail}). It may be cut off: export it "
            "again."
        ) from None
    documents = cast("list[Any]", value) if isinstance(value, list) else [value]
    for number, document in enumerate(documents, 1):
        yield _request("document" if len(documents) == 1 else f"element {number}", document)


def _is_lines(head: bytes) -> bool:
    """Tell whether a file has one request a line: its first line goes beyond the head, or a line is one by itself."""
    *whole, last = head.split(b"\n")
    if not whole:
        return True
    return any(_LINE.match(line) and _is_object(line) for line in (*whole, last))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(parsed(line), dict)
    except UnusableRecordError:
        return False


def _lines(file: RawFile) -> Iterator[Request]:
    place = 0
    with closing(file.open()) as stream:
        for lines in split_lines(stream):
            for line in lines:
                place += 1
                if isinstance(line, TooLarge):
                    detail = f"longer than {LONGEST_RECORD >> 20} MB, larger than any real export request"
                    problem = UnusableRecordError(QuarantineReason.TOO_LARGE, detail)
                    yield Request(f"line {place}", problem=problem)
                elif line and not line.isspace():
                    groups = exact_groups(line)
                    position = f"line {place}"
                    yield (
                        read_leniently(position, line) if groups is None else Request(position, raw=line, exact=groups)
                    )


def read_leniently(position: str, line: bytes) -> Request:
    """Return what a line holds, in whatever form it is."""
    try:
        return _request(position, parsed(line))
    except UnusableRecordError as error:
        return Request(position, problem=error, raw=line)


def parsed(data: bytes) -> Any:
    """Return JSON, also such as only lenient writers make. Raises UnusableRecordError."""
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return parsed_json(data)


def _request(position: str, value: object) -> Request:
    request = Request(position)
    if not isinstance(value, dict) or not any(signal in value for signal in SIGNALS):
        detail = "expected an object with resourceSpans"
        request.problem, request.raw = UnusableRecordError(QuarantineReason.WRONG_TYPE, detail), value  # pyright: ignore[reportUnknownMemberType]
        return request
    content = cast("dict[str, Any]", value)
    for part in _objects(content, "resourceSpans"):
        resource = part.get("resource")
        spans = [span for scope in _objects(part, *_SCOPES) for span in _items(scope, "spans")]
        attributes = cast("dict[str, Any]", resource).get("attributes") if isinstance(resource, dict) else None
        request.groups.append((attributes, spans))
    for signal, scopes, records in _OTHER_SIGNALS:
        for part in _objects(content, signal):
            request.other_count += sum(len(_items(scope, *records)) for scope in _objects(part, *scopes))
    return request


def _items(value: dict[str, Any], *fields: str) -> list[Any]:
    found = next((value[name] for name in fields if name in value), None)
    return cast("list[Any]", found) if isinstance(found, list) else []


def _objects(value: dict[str, Any], *fields: str) -> list[dict[str, Any]]:
    return [one for one in _items(value, *fields) if isinstance(one, dict)]
