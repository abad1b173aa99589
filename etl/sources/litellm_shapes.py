"""What a file of LiteLLM holds, told from the keys in its beginning: spend rows, payloads, or daily sums to refuse."""

import csv
import re
from collections.abc import Set
from dataclasses import dataclass, field
from enum import Enum

_PAGE_KEYS = frozenset({"total", "page", "page_size", "total_pages"})
_PAYLOAD_KEYS = frozenset(
    {
        "trace_id",
        "response_cost",
        "model_map_information",
        "hidden_params",
        "model_parameters",
        "saved_cache_cost",
        "status_fields",
        "response_time",
    }
)
_CALL_KEYS = frozenset({"call_type", "endTime", "model", "completionStartTime", "model_group", "prompt_tokens"})
_DAILY_KEYS = frozenset(
    {"api_requests", "successful_requests", "failed_requests", "daily_data", "sum_api_requests", "group_by_day"}
)
_RECORD_LISTS = frozenset({"data", "results"})
# A text that is cut off reaches to the end: otherwise each quote in it would be searched to the end in vain.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[{}\[\]:,]', re.DOTALL)
_SPACE = b" \t\r\n"
_MOST_LINES = 20
_MOST_OBJECTS = 20
_LONGEST_KEY = 100


class Shape(Enum):
    """What one object is."""

    SPEND = "spend row"
    PAYLOAD = "payload"
    DAILY = "daily sums"
    PAGE = "page of spend rows"
    OTHER = "something else"


class Form(Enum):
    """How the records of a file are written."""

    ARRAY = "array"
    PAGE = "page"
    LINES = "lines"
    OBJECT = "one object"
    CSV = "CSV"


@dataclass(frozen=True, slots=True)
class Layout:
    """What the records of a file are, how they are written, and how many bytes come before the first one."""

    shape: Shape
    form: Form
    begins_at: int = 0


def layout_of(head: bytes) -> Layout | None:
    """Return what a file of LiteLLM holds, from its first bytes; null when it is no file of LiteLLM."""
    start = len(head) - len(head.lstrip(_SPACE))
    if head[start : start + 1] == b"[":
        shape = _main_shape(_outline(head).inner)
        return Layout(shape, Form.ARRAY, start + 1) if shape else None
    whole = _outline(head) if head[start : start + 1] == b"{" else _Outline()
    if (page := _page_layout(whole)) is not None:
        return page
    for line in head.split(b"\n", _MOST_LINES)[:_MOST_LINES]:
        found = _main_shape(_outline(line).top) if line.lstrip(_SPACE).startswith(b"{") else None
        if found in (Shape.SPEND, Shape.PAYLOAD, Shape.DAILY):
            return Layout(found, Form.LINES)
    if whole.top:
        shape = shape_of_keys(whole.top[0])
        return Layout(shape, Form.OBJECT) if shape in (Shape.SPEND, Shape.PAYLOAD, Shape.DAILY) else None
    return _table_layout(head)


def shape_of_keys(keys: Set[str]) -> Shape:
    """Return what an object with these keys is."""
    if "request_id" in keys and ("startTime" in keys or "spend" in keys):
        return Shape.SPEND
    if {"id", "startTime"} <= keys and keys & _PAYLOAD_KEYS and len(keys & (_PAYLOAD_KEYS | _CALL_KEYS)) >= 3:
        return Shape.PAYLOAD
    if _is_daily(keys):
        return Shape.DAILY
    return Shape.PAGE if "data" in keys and keys & _PAGE_KEYS else Shape.OTHER


def _is_daily(keys: Set[str]) -> bool:
    return bool(
        {"startTime", "spend", "users"} <= keys
        or {"startTime", "spend", "models"} <= keys
        or {"date", "metrics"} <= keys
        or {"date", "spend"} <= keys
        or keys & _DAILY_KEYS
    )


@dataclass(slots=True)
class _Outline:
    """Keys of the outermost objects, and of the objects in the outermost list or in a list of records."""

    top: list[set[str]] = field(default_factory=list[set[str]])
    inner: list[set[str]] = field(default_factory=list[set[str]])
    list_begins_at: int | None = None


def _outline(head: bytes) -> _Outline:
    found = _Outline()
    open_brackets: list[bytes] = []
    keys: list[set[str] | None] = []
    text, last_key, records_depth = b"", "", 1
    for match in _TOKEN.finditer(head):
        token = match[0]
        if token == b":":
            if keys and (names := keys[-1]) is not None and len(text) <= _LONGEST_KEY:
                last_key = text[1:-1].decode("utf-8", "replace")
                names.add(last_key)
        elif token == b"{":
            names = set[str]() if len(open_brackets) <= 2 else None
            if names is not None and not open_brackets:
                found.top.append(names)
            elif names is not None and open_brackets[-1] == b"[" and len(open_brackets) == records_depth:
                found.inner.append(names)
            open_brackets.append(token)
            keys.append(names)
            if len(found.top) + len(found.inner) > _MOST_OBJECTS:
                break
        elif token == b"[":
            if open_brackets == [b"{"] and last_key in _RECORD_LISTS and found.list_begins_at is None:
                found.list_begins_at, records_depth = match.end(), 2
            open_brackets.append(token)
            keys.append(None)
        elif token in b"}]":
            if open_brackets:
                open_brackets.pop()
                keys.pop()
        elif token != b",":
            text = token
    return found


def _main_shape(objects: list[set[str]]) -> Shape | None:
    """Return the shape of the first object that is of LiteLLM; daily sums only where nothing else is."""
    shapes = [shape_of_keys(keys) for keys in objects]
    calls = [shape for shape in shapes if shape in (Shape.SPEND, Shape.PAYLOAD)]
    return next(iter(calls), Shape.DAILY if Shape.DAILY in shapes else None)


def _page_layout(outline: _Outline) -> Layout | None:
    """Return the layout of an object whose list holds the records; null when it is a record itself."""
    top = shape_of_keys(outline.top[0]) if outline.top else Shape.OTHER
    if outline.list_begins_at is None or top in (Shape.SPEND, Shape.PAYLOAD):
        return None
    inner = _main_shape(outline.inner)
    if inner or (top is Shape.PAGE and not outline.inner):
        return Layout(inner or Shape.SPEND, Form.PAGE, outline.list_begins_at)
    return None


def _table_layout(head: bytes) -> Layout | None:
    line = head.lstrip(_SPACE).split(b"\n", 1)[0].decode("utf-8", "replace")
    try:
        cells = next(csv.reader([line]), [])
    except csv.Error:
        return None
    keys = {cell.strip() for cell in cells}
    if {"request_id", "startTime"} <= keys:
        return Layout(Shape.SPEND, Form.CSV)
    return Layout(Shape.DAILY, Form.CSV) if "spend" in keys and _is_daily(keys) else None
