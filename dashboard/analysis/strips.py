"""Rows of a rollup that a filter selects, read from its strips (data.strips): sums by name and day."""

import sqlite3
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise, repeat, starmap
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.rollup_choice import names_condition, smallest_rollup
from dashboard.analysis.shared import shared_within
from data.histogram import PAIRS, Histogram
from data.strips import BLOCK_BITS, DAY, HISTOGRAM_BYTES, LAYOUTS

Numbers = npt.NDArray[np.int64]
Sums = npt.NDArray[np.float64]
Names = tuple[Any, ...]
"""One name for each of some dimensions, null where rows have none."""
Named = Callable[..., Hashable]
"""Makes of the names of a group what tells it from others; groups of the same are one."""
_EXACT = 2.0**53
"""From here on, sums of floats lose whole numbers."""
_MOST_CELLS = 2_000_000
"""Buckets of all groups together that are counted in one array."""


def _names(*names: Any) -> Any:
    return names[0] if len(names) == 1 else names


@dataclass(frozen=True, eq=False)
class Strips:
    """Rows of a rollup in a period, as arrays; groups without a row are left out, the others in no order."""

    first: int
    """Number of the first day of the period."""
    day_count: int
    dimensions: tuple[str, ...]
    names: Sequence[Names]
    """Of each strip, in the order of the dimensions."""
    strip: Numbers
    """Of each row: the place of its strip among the names."""
    rows: npt.NDArray[np.void]
    """Days and measures (data.strips), also of rows that are not selected."""
    pairs: npt.NDArray[np.void] | None
    """Histograms of all rows, end to end; null where they were not read."""
    selected: Numbers
    """Places of the selected rows."""

    def of(self, dimension: str, *wanted_names: object) -> "Strips":
        """Return the rows that have one of some names in a dimension."""
        place = self.dimensions.index(dimension)
        wanted = np.array([names[place] in wanted_names for names in self.names], dtype=bool)
        return self._only(wanted[self.strip])

    def until(self, day: int) -> "Strips":
        """Return the rows up to a day (its number)."""
        return self._only(self.rows[DAY] <= day)

    def after(self, day: int) -> "Strips":
        """Return the rows after a day (its number)."""
        return self._only(self.rows[DAY] > day)

    def total(self, *measures: str) -> tuple[int, ...]:
        """Return the sums over all rows; zeros without a row."""
        return tuple(int(self.rows[measure][self.selected].sum(dtype=np.int64)) for measure in measures)

    def sums(self, by: Sequence[str], measures: Sequence[str], named: Named = _names) -> Mapping[Any, tuple[int, ...]]:
        """Return the sums of each group that has a row, by what it is named: else by its name or names."""
        keys, group = self._groups(by, named)
        columns = [self._summed(group, measure, len(keys)).tolist() for measure in measures]
        return dict(zip(keys, zip(*columns, strict=True), strict=True))

    def daily(
        self, by: Sequence[str], measures: Sequence[str], named: Named = _names
    ) -> Sequence[tuple[Any, int, tuple[int, ...]]]:
        """Return name, number of the day, and sums, of each group and day that has a row; days in their order."""
        places, place = self._days(by, named)
        columns = [self._summed(place, measure, len(places)).tolist() for measure in measures]
        return [(key, day, values) for (key, day), values in zip(places, zip(*columns, strict=True), strict=True)]

    def newest_first(self, added: Sequence[str], taken_off: Sequence[str] = ()) -> tuple[tuple[int, int], ...]:
        """Return the days (their numbers) with more than 0 of a sum of measures, the newest first, and that sum."""
        plus = len(added)
        days = reversed(self.daily((), (*added, *taken_off)))
        found = ((day, sum(sums[:plus]) - sum(sums[plus:])) for _, day, sums in days)
        return tuple((day, count) for day, count in found if count > 0)

    def grid(self, by: Sequence[str], measures: Sequence[str]) -> tuple[Sequence[Names], Mapping[str, Sums]]:
        """Return the groups, and by measure an array of sums: one row a group, one column a day of the period."""
        keys, group = self._groups(by, _names)
        at, cells = group * self.day_count + self._day, len(keys) * self.day_count
        shape = len(keys), self.day_count
        return keys, {measure: self._summed(at, measure, cells).reshape(shape).astype(float) for measure in measures}

    def histograms(self, by: Sequence[str], named: Named = _names) -> Mapping[Any, Histogram]:
        """Return the histogram of each group that has one."""
        return self._histograms(*self._groups(by, named))

    def daily_histograms(self, by: Sequence[str]) -> Mapping[tuple[Any, int], Histogram]:
        """Return the histogram of each group and day (its number) that has one."""
        return self._histograms(*self._days(by, _names))

    def _histograms(self, keys: Sequence[Any], group: Numbers) -> Mapping[Any, Histogram]:
        if self.pairs is None:
            raise ValueError("the histograms of these strips were not read")
        width = int(self.pairs["bucket"].max(initial=0)) + 1
        cells = len(keys) * width
        # Rows that are not selected are a group behind the others, which is cheaper than to leave their pairs out.
        of_row = np.full(len(self.rows), cells, np.int32 if cells <= _MOST_CELLS else np.int64)
        of_row[self.selected] = group * width
        at = np.repeat(of_row, self.rows[HISTOGRAM_BYTES] // PAIRS.itemsize)
        at += self.pairs["bucket"]
        if cells <= _MOST_CELLS:
            sums = np.bincount(at, self.pairs["count"], cells)[:cells]
            filled = np.flatnonzero(sums)
            counts = sums[filled].astype(np.int64)
        else:
            filled, at = np.unique(at, return_inverse=True)
            sums = np.bincount(at, self.pairs["count"], len(filled)).astype(np.int64)
            filled, counts = filled[filled < cells], sums[filled < cells]
        groups, buckets = np.divmod(filled, width)
        ends = np.searchsorted(groups, np.arange(len(keys) + 1)).tolist()
        return {
            key: Histogram(buckets[first:end], counts[first:end])
            for key, (first, end) in zip(keys, pairwise(ends), strict=True)
            if end > first
        }

    def _days(self, by: Sequence[str], named: Named) -> tuple[list[tuple[Any, int]], Numbers]:
        """Return groups with the days on which they have rows, in the order of days, and the place of each row."""
        keys, group = self._groups(by, named)
        at, place = np.unique(self._day * max(len(keys), 1) + group, return_inverse=True)
        days, groups = np.divmod(at, max(len(keys), 1))
        places = [(keys[key], self.first + day) for key, day in zip(groups.tolist(), days.tolist(), strict=True)]
        return places, place

    def _groups(self, by: Sequence[str], named: Named) -> tuple[list[Any], Numbers]:
        """Return what the groups of strips are named, and the place of each row among them."""
        places = [self.dimensions.index(name) for name in by]
        strip = self.strip[self.selected]
        with_rows = np.flatnonzero(np.bincount(strip, minlength=len(self.names)))
        names = [self.names[number] for number in with_rows.tolist()]
        found = map(itemgetter(*places), names) if places else repeat((), len(names))
        if named is not _names:
            found = starmap(named, found) if len(places) != 1 else map(named, found)
        keys: dict[Hashable, int] = {}
        of_strip = np.zeros(len(self.names), np.int64)
        of_strip[with_rows] = [keys.setdefault(key, len(keys)) for key in found]
        return list(keys), of_strip[strip]

    @cached_property
    def _day(self) -> Numbers:
        """Of each selected row: its day, 0 for the first of the period."""
        return self.rows[DAY][self.selected].astype(np.int64) - self.first

    def _summed(self, at: Numbers, measure: str, count: int) -> Numbers:
        values = self.rows[measure][self.selected]
        if len(values) and float(np.abs(values).max()) * len(values) >= _EXACT:
            sums = np.zeros(count, np.int64)
            np.add.at(sums, at, values)
            return sums
        return np.bincount(at, values, count).astype(np.int64)

    def _only(self, wanted: npt.NDArray[np.bool_]) -> "Strips":
        return replace(self, selected=self.selected[wanted[self.selected]])


def strips_of(
    connection: sqlite3.Connection,
    chosen: Filter,
    period: Period,
    finest: str,
    *by: str,
    where: str = "1",
    histograms: bool = False,
) -> Strips:
    """Return the rows that a filter selects in a period, whatever that of the filter is.

    ``finest`` and ``by`` name the rollup as in smallest_rollup, ``where`` is SQL of the program over its dimensions.
    Histograms are read where they are asked for.
    """
    table = smallest_rollup(chosen, finest, *by)
    return _read(connection, chosen.during(period), table, where, histograms)


@shared_within
def _read(connection: sqlite3.Connection, chosen: Filter, table: str, where: str, histograms: bool) -> Strips:
    period = chosen.period
    layout = LAYOUTS[table]
    condition, parameters = names_condition(chosen, table)
    first, last = day_number(period.first), day_number(period.last)
    found = connection.execute(
        f"SELECT {', '.join(layout.dimensions)}, records, {'histograms' if histograms else 'NULL'} "  # noqa: S608
        f"FROM rollup_strip WHERE rollup = :rollup AND block BETWEEN :first AND :last{condition} AND {where}",
        {**parameters, "rollup": table, "first": first >> BLOCK_BITS, "last": last >> BLOCK_BITS},
    ).fetchall()
    rows = np.frombuffer(b"".join(row[-2] for row in found), _record(table))
    strip = np.repeat(np.arange(len(found)), [len(row[-2]) // rows.dtype.itemsize for row in found])
    pairs = np.frombuffer(b"".join(row[-1] for row in found), PAIRS) if histograms else None
    names = [row[:-2] for row in found]
    days = rows[DAY]
    selected = np.flatnonzero((days >= first) & (days <= last))
    return Strips(first, period.day_count, layout.dimensions, names, strip, rows, pairs, selected)


@cache
def _record(table: str) -> np.dtype[np.void]:
    return np.dtype([(name, f"<{kind}") for name, kind in LAYOUTS[table].fields])
