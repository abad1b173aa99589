"""What a table of a page is to those who export it."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from dashboard.analysis.filters import Filter
from dashboard.analysis.trend_buckets import Every
from data.errors import BoltscopeError

FrameOf = Callable[[sqlite3.Connection, Filter, datetime], pl.DataFrame]
FrameAtPricesOf = Callable[[sqlite3.Connection, Filter, date], pl.DataFrame]


class TooManyPointsError(BoltscopeError):
    """The period is too long to be cut into pieces as small as that."""


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
    at_prices_of: FrameAtPricesOf | None = field(default=None, hash=False, compare=False)
    """The same table at the prices of a date that is chosen, where it has one."""


def fits(found: Every, wanted: Every, chosen: Filter) -> None:
    """Raise TooManyPointsError where a period was cut into coarser pieces than were asked for."""
    if found is not wanted:
        raise TooManyPointsError(
            f"{chosen.period} is too long for one row per {wanted.value}. Choose fewer days with --from and --to, or "
            f"export by {found.value}."
        )
