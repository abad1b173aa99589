"""Rows of a CSV file with the line on which each ends, for sources that quarantine row by row."""

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import _csv


def rows_of(reader: "_csv.Reader") -> Iterator[tuple[int, list[str] | None]]:
    """Yield the line on which each row ends, and its cells; null cells for one that is too large."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, None
            continue
        if row:
            yield reader.line_num, row
