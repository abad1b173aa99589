"""How the records of a file are written, and which columns they have, from its first bytes."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

import msgspec

from etl.records.tables import TABLES
from etl.sources.json_elements import split_elements
from etl.sources.lenient_json import as_strict_json
from etl.sources.record_bytes import split_lines

PARQUET = b"PAR1"
DELIMITERS = (",", ";", "\t")
_NAMES_DELIMITER = re.compile(rb'"?sep=[,;\t]"?', re.IGNORECASE)
_SPACE = b" \t\r\n"
_MOST_RECORDS = 50
_KNOWN = {name for table in TABLES for name in table.names}


class Form(Enum):
    """How records are written; PARQUET rows are handed over as lines of JSON."""

    CSV = "line"
    LINES = "line of JSON"
    ARRAY = "element"
    PARQUET = "row"


@dataclass(frozen=True)
class Layout:
    """Form of the records and their columns: of a table its header, of JSON the keys of the first records."""

    form: Form
    columns: tuple[str, ...]
    delimiter: str = ","
    begins_at: int = 0


def layout_of(head: bytes) -> Layout | None:
    """Return how records are written; null for what is neither a table nor JSON objects. Not for Parquet."""
    text = head.lstrip(_SPACE)
    start = len(head) - len(text)
    if text.startswith(b"["):
        columns = _keys(_elements(text[1:]))
        return Layout(Form.ARRAY, columns, begins_at=start + 1) if columns else None
    if text.startswith(b"{"):
        columns = _keys(line for block in split_lines(io.BytesIO(text)) for line in block if isinstance(line, bytes))
        return Layout(Form.LINES, columns) if columns else None
    return _table(text)


def _elements(text: bytes) -> Iterable[bytes]:
    return (item for block in split_elements(io.BytesIO(text)) for item in block if isinstance(item, bytes))


def _keys(records: Iterable[bytes]) -> tuple[str, ...]:
    """Return the keys of the first records, in the order in which they occur."""
    found: dict[str, None] = {}
    for number, raw in enumerate(records):
        if number == _MOST_RECORDS:
            break
        try:
            record = decoded(raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            found |= dict.fromkeys(cast("dict[str, Any]", record))
    return tuple(found)


def decoded(raw: bytes) -> object:
    """Return JSON decoded; half characters, NaN and Infinity are made harmless. Raises ValueError, RecursionError."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        strict = as_strict_json(raw)
        if strict is None:
            raise
        return msgspec.json.decode(strict)


def _table(text: bytes) -> Layout | None:
    line, _, others = text.partition(b"\n")
    if _NAMES_DELIMITER.fullmatch(line.strip(_SPACE)):
        # A line of its own before the header, by which Excel knows the delimiter; the header shows it too.
        line = others.lstrip(_SPACE).partition(b"\n")[0]
    line = line.rstrip(b"\r")
    if not line or len(line) > 20_000 or b"\0" in line:
        return None
    found = [Layout(Form.CSV, header, sign) for sign in DELIMITERS if (header := header_of(line, sign))]
    return max(found, key=lambda layout: len(_KNOWN & set(layout.columns)), default=None)


def header_of(line: bytes, delimiter: str) -> tuple[str, ...]:
    """Return the names in the first line of a table, without the empty ones that spreadsheets leave at its end."""
    try:
        cells = next(csv.reader([line.decode("utf-8", "replace")], delimiter=delimiter), [])
    except csv.Error:
        return ()
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)
