"""Records of a platform's JSON, in whatever form it was saved: list, lines, one object, pages, pages one after another.

``gh api --paginate`` writes one list after the other, ``--slurp`` a list of lists; Vercel wraps a page in
{"deployments": [...], "pagination": {...}}, GraphQL in {"data": {..: {"deployments": {"nodes": [...]}}}}.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from data.words import QuarantineReason
from etl.sources.base import RawFile
from etl.sources.json_elements import split_elements
from etl.sources.lenient_json import as_strict_json
from etl.sources.record_bytes import LONGEST_RECORD, CutOff, RecordBytes, TooLarge

_SPACE = b" \t\r\n"
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)
_DECODER = msgspec.json.Decoder()
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_LISTS = ("deployments", "latestDeployments", "nodes")
_AROUND = ("data", "repository", "deployments", "node", "viewer", "organization")
_WRAPPING = frozenset({*_LISTS, *_AROUND})
_DEEPEST_WRAPPER = 6


class UnusableRecordError(Exception):
    """The record cannot be used; carries the reason for the quarantine."""

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class Found:
    """One record as it stands in the file: decoded, or what is wrong with it."""

    position: str
    raw: object
    """Its bytes, or its value where it was decoded as part of a page; for the masked excerpt."""
    value: Any = None
    error: UnusableRecordError | None = None


def read_records(file: RawFile) -> Iterator[Found]:
    """Yield the records of a file in their order; what cannot be decoded is yielded with what is wrong with it.

    Raises RefusedError when the file is larger than whole-file formats may be.
    """
    data = file.read().strip(_SPACE)
    lines = _lines(data)
    if lines is not None:
        for number, line in lines:
            yield from _records(line, f"line {number}")
        return
    values = _values(data)
    for number, value in enumerate(values, 1):
        page = f"page {number}, " if len(values) > 1 else ""
        if value.startswith(b"["):
            yield from _elements(value, page)
        else:
            yield from _records(value, f"{page}object" if page else "object")


def _lines(data: bytes) -> list[tuple[int, bytes]] | None:
    """Return numbered lines when each holds a value of its own; null when values go over lines."""
    if b"\n" not in data:
        return None
    beginning = [line.strip(_SPACE) for line in data[: 4 << 20].split(b"\n")[:3]]
    if not any(_is_whole(line) for line in beginning[:2]) and not (len(beginning) > 2 and _is_whole(beginning[2])):
        return None
    if data.startswith(b"[") and not _is_whole(beginning[0]):
        return None
    numbered = ((number, line.strip(_SPACE)) for number, line in enumerate(data.split(b"\n"), 1))
    return [(number, line) for number, line in numbered if line]


def _is_whole(line: bytes) -> bool:
    """Tell whether a line is a whole object or list by itself."""
    if not (line.startswith(b"{") and line.endswith(b"}")) and not (line.startswith(b"[") and line.endswith(b"]")):
        return False
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _values(data: bytes) -> list[bytes]:
    """Return the values that stand one after the other; a whole file that is one value is not searched."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        pass
    else:
        return [data]
    values: list[bytes] = []
    depth = start = 0
    for match in _TOKEN.finditer(data):
        token = match[0]
        if token in (b"{", b"["):
            if depth == 0:
                start = match.start()
            depth += 1
        elif token in (b"}", b"]"):
            depth = max(depth - 1, 0)
            if depth == 0:
                values.append(data[start : match.end()])
                start = match.end()
    rest = data[start:].strip(_SPACE)
    return [*values, rest] if rest or not values else values


def _elements(data: bytes, page: str) -> Iterator[Found]:
    try:
        elements: list[RecordBytes] = [bytes(element) for element in _LIST.decode(data)]
    except (msgspec.DecodeError, RecursionError):
        parts = split_elements(io.BytesIO(data[1:]), in_one_go=False)
        elements = [element for part in parts for element in part]
    for number, element in enumerate(elements, 1):
        yield from _records(element, f"{page}element {number}")


def _records(raw: RecordBytes, position: str) -> Iterator[Found]:
    """Yield the record that the bytes are, or the records of the page that they are."""
    try:
        value = _decoded(raw)
    except UnusableRecordError as error:
        yield Found(position, raw.rest if isinstance(raw, CutOff) else raw, error=error)
        return
    page = records_of_page(value)
    if page is None:
        yield Found(position, raw, value)
        return
    name, records = page
    place = position if not name else name if position == "object" else f"{position}, {name}"
    for index, record in enumerate(records):
        yield Found(f"{place}[{index}]", record, record)


def _decoded(raw: RecordBytes) -> Any:
    if isinstance(raw, CutOff):
        raise UnusableRecordError(QuarantineReason.NOT_JSON, "the file ends in the middle of this record")
    if isinstance(raw, TooLarge) or len(raw) > LONGEST_RECORD:
        limit = f"longer than {LONGEST_RECORD >> 20} MB, larger than any real record"
        raise UnusableRecordError(QuarantineReason.TOO_LARGE, limit)
    try:
        return _DECODER.decode(raw)
    except RecursionError:
        raise UnusableRecordError(QuarantineReason.TOO_DEEP, "nested deeper than any real record") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        strict = as_strict_json(raw)
    if strict is None:
        raise UnusableRecordError(QuarantineReason.NOT_JSON, "cannot be parsed as JSON")
    try:
        return _DECODER.decode(strict)
    except (msgspec.DecodeError, RecursionError):
        raise UnusableRecordError(QuarantineReason.TOO_DEEP, "nested deeper than any real record") from None


def records_of_page(value: object, depth: int = 0) -> tuple[str, list[Any]] | None:
    """Return the name of a list in an answer (empty for a mere list) and its records; null for a record."""
    if isinstance(value, list):
        return "", cast("list[Any]", value)
    if not isinstance(value, dict) or depth > _DEEPEST_WRAPPER:
        return None
    fields = cast("dict[str, Any]", value)
    if _WRAPPING.isdisjoint(fields):
        return None
    for name in _LISTS:
        inner = fields.get(name)
        if isinstance(inner, list) and "id" not in fields and "uid" not in fields:
            return name, cast("list[Any]", inner)
    for name in _AROUND:
        inner = fields.get(name)
        if isinstance(inner, dict) and (depth or name in ("data", "deployments")):
            found = records_of_page(cast("dict[str, Any]", inner), depth + 1)
            if found is not None:
                return found
    return None
