"""What a table of a page is to those who export it."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from dashboard.analysis.filters import Filter

FrameOf = Callable[[sqlite3.Connection, Filter, datetime], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class ViewTable:
    """One table of a page, for a filter."""

    name: str
    meaning: str
    frame: FrameOf
    has_route: bool = True
    """Whether it can be filtered by route; what compares routes cannot."""
    meanings: Mapping[str, str] | None = field(default=None, hash=False, compare=False)
    """What its columns mean, where they are declared with the table and not in column_words."""
