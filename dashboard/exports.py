"""CSV of everything that can be exported: safe for spreadsheets, the same bytes for the same data."""

import polars as pl


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """Return a frame as CSV: UTF-8, RFC 4180, header row, formula-safe cells."""
    raise NotImplementedError


def safe_file_name(*parts: str | None, extension: str = "csv") -> str:
    """Return a file name from words such as table and filters; anything that a file system may dislike becomes '-'."""
    raise NotImplementedError
