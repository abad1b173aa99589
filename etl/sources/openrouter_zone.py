"""Which time zone the created_at of an OpenRouter export is in: its ids hold the second in which each call was made."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from etl.context import HOUR_MICROSECONDS, MICROSECONDS
from etl.sources.base import RefusedError

GENERATION_SECOND = r"^gen-(\d{10})-"
_QUARTER = HOUR_MICROSECONDS // 4
_FARTHEST = 14 * HOUR_MICROSECONDS
_MOST_DRIFT = 2 * 60 * MICROSECONDS
"""An id is made when the call begins; what lies farther off than this is no difference of time zones."""
_MOST_ODD = 3
"""So many times may be wrong in a short file: they are records that cannot be used, and say nothing of the others."""
_ID = re.compile(GENERATION_SECOND)


@dataclass(slots=True)
class Zone:
    """How far the times of a file are from UTC, in microseconds to take off."""

    usual: int | None
    """The most frequent difference in the file's beginning; null when no id there tells."""
    seen: set[int] = field(default_factory=set[int])
    """The differences of the rows read so far; a summer and a winter may differ."""

    def in_utc(self, identities: pl.Series, times: pl.Series) -> pl.Series:
        """Return times in UTC: each by its own id where that tells, else by the usual difference.

        Null where an id and its time are apart by no difference that summer time explains.
        """
        usual = self.usual or 0
        made = identities.str.extract(GENERATION_SECOND, 1).cast(pl.Int64, strict=False) * MICROSECONDS
        gap = times - made
        shift = (gap / _QUARTER).round().cast(pl.Int64) * _QUARTER
        fits = ((gap - shift).abs() <= _MOST_DRIFT) & (shift - usual).abs().is_in([0, HOUR_MICROSECONDS])
        self.seen.update(shift.filter(fits.fill_null(value=False)).unique().to_list())
        frame = pl.DataFrame({"time": times, "made": made, "shift": shift, "fits": fits})
        moved = pl.when(pl.col("made").is_null()).then(pl.col("time") - usual)
        return frame.select(started_at=moved.when("fits").then(pl.col("time") - pl.col("shift")))["started_at"]

    def note(self) -> str | None:
        """Return what a person should know about the file's times; null when they are in UTC, as they should be."""
        if self.usual is None and not self.seen:
            return "Its ids do not tell when calls were made, so created_at is taken as UTC unchecked."
        if self.seen <= {0}:
            return None
        said = " or ".join(_offset(shift) for shift in sorted(self.seen))
        return f"Its created_at is local time ({said}), told by the seconds in the ids; it was turned into UTC."


def zone_of(name: str, pairs: Iterable[tuple[str, int]]) -> Zone:
    """Return the zone that ids and times (microseconds, read as UTC) of the first rows show.

    Raises RefusedError when they contradict each other: more than a tenth of the rows differ by no whole quarter of an
    hour, or the differences are more than the one hour of summer time apart.
    """
    shifts: Counter[int] = Counter()
    odd = 0
    for identity, created_at in pairs:
        found = _ID.match(identity)
        if found is None:
            continue
        gap = created_at - int(found[1]) * MICROSECONDS
        shift = round(gap / _QUARTER) * _QUARTER
        if abs(gap - shift) > _MOST_DRIFT or abs(shift) > _FARTHEST:
            odd += 1
        else:
            shifts[shift] += 1
    if not shifts and not odd:
        return Zone(None)
    sure = sum(shifts.values())
    whole = {shift for shift, rows in shifts.items() if rows * 20 >= sure}
    is_odd = odd >= _MOST_ODD and odd * 10 > odd + sure
    if is_odd or (whole and max(whole) - min(whole) > HOUR_MICROSECONDS):
        raise RefusedError(
            f"{name}: created_at does not fit the seconds in generation_id, in a way that no time zone explains. A "
            "spreadsheet may have changed one of the columns. Hand over the file as OpenRouter exported it."
        )
    return Zone(min(whole, key=lambda shift: (-shifts[shift], shift), default=None))


def _offset(shift: int) -> str:
    hours, minutes = divmod(abs(shift) // (60 * MICROSECONDS), 60)
    return f"UTC{'-' if shift < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''}"
