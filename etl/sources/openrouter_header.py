"""The first line of OpenRouter's export: which columns it has."""

import csv

REQUIRED = ("generation_id", "created_at")
"""Columns without which a row says nothing; of all others a subset will do, and their order does not matter."""


def header_of(head: bytes) -> list[str]:
    """Return the names of the columns, in small letters."""
    line = head.lstrip(b" \t\r\n").split(b"\n", 1)[0].decode("utf-8", "replace")
    return [cell.strip().lower() for cell in cells_of(line)]


def cells_of(line: str) -> list[str]:
    """Return the cells of a line; none where it cannot be read."""
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return []
