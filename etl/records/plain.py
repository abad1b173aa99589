"""Reading many plain records at once, column by column; what is not plain is left to the closer look of its own.

Plain are lines of JSON that each hold one object of known columns, and rows of a table without quotes, one a line, each
with as many cells as the header. Whatever is read here is read as it would be one by one.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, cast

import msgspec

from etl.records.forms import Layout
from etl.sources.record_bytes import RecordBytes


class PlainObjects:
    """Reads lines of JSON with known columns."""

    def __init__(self, names: Sequence[str]) -> None:
        """Read objects that have no other keys than these."""
        self._names = names
        fields = [(name, Any, None) for name in names]
        self._decoder = msgspec.json.Decoder(
            msgspec.defstruct("PlainObject", fields, forbid_unknown_fields=True, gc=False)
        )

    def columns_of(self, lines: Sequence[RecordBytes]) -> Mapping[str, Sequence[Any]] | None:
        """Return the cells by column; null where a line needs a closer look."""
        try:
            text = b"\n".join(cast("Sequence[bytes]", lines))
        except TypeError:
            return None
        # No value goes from one line to the next: behind a bracket that closes an object, none opens within a value.
        if not text.startswith(b"{") or not text.endswith(b"}") or text.count(b"}\n{") != len(lines) - 1:
            return None
        try:
            records = self._decoder.decode_lines(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        # More than one object in a line.
        if len(records) != len(lines):
            return None
        return {name: list(map(attrgetter(name), records)) for name in self._names}


def plain_rows(lines: Sequence[RecordBytes], layout: Layout) -> tuple[list[str], Mapping[str, Sequence[str]]] | None:
    """Return lines of a table as text, and their cells by column; null where a line needs a closer look."""
    try:
        text = b"\n".join(cast("Sequence[bytes]", lines)).decode("utf-8")
    except (TypeError, UnicodeDecodeError):
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
    if '"' in text or "\r" in text:
        return None
    delimiter, width = layout.delimiter, len(layout.columns)
    rows = text.split("\n")
    if {row.count(delimiter) for row in rows} != {width - 1} or delimiter * (width - 1) in rows:
        return None
    cells = text.replace("\n", delimiter).split(delimiter)
    return rows, {name: cells[place::width] for place, name in enumerate(layout.columns)}
