"""Columns of a frame from values of records: texts, flags, numbers, and times as microseconds since 1970."""

from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl

from data.epoch import stored_instant


def texts(name: str, values: Sequence[str | None]) -> pl.Series:
    """Return a column of texts."""
    return pl.Series(name, values, dtype=pl.String)


def flags(name: str, values: Sequence[bool | None]) -> pl.Series:
    """Return a column of flags."""
    return pl.Series(name, values, dtype=pl.Boolean)


def numbers(name: str, values: Sequence[float | None]) -> pl.Series:
    """Return a column of numbers with a point."""
    return pl.Series(name, values, dtype=pl.Float64)


def wholes(name: str, values: Sequence[int | None]) -> pl.Series:
    """Return a column of whole numbers; one beyond 64 bits is kept as too large, so that a check finds it."""
    try:
        return pl.Series(name, values, dtype=pl.Int64)
    except (OverflowError, TypeError, pl.exceptions.PolarsError):
        clamped = [None if value is None else max(-(2**62), min(value, 2**62)) for value in values]
        return pl.Series(name, clamped, dtype=pl.Int64)


def times(name: str, values: Sequence[str | float | None]) -> pl.Series:
    """Return times as microseconds since 1970, null where a value is no time; texts without a zone are UTC."""
    try:
        given = pl.Series(name, values, dtype=pl.String)
    except TypeError:
        return pl.Series(name, [microseconds_of(value) for value in values], dtype=pl.Int64)
    plain = given.str.strip_suffix("Z").str.strip_suffix("+00:00").str.replace("T", " ", literal=True)
    exact = plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False).cast(pl.Int64)
    if exact.null_count() == given.null_count():
        return exact
    return pl.Series(
        name,
        [
            known if known is not None else microseconds_of(text)
            for known, text in zip(exact.to_list(), values, strict=True)
        ],
        dtype=pl.Int64,
    )


def microseconds_of(value: str | float | None) -> int | None:
    """Return a time as microseconds since 1970: ISO 8601 with or without a zone (then UTC), or seconds since 1970."""
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            try:
                value = float(text)
            except ValueError:
                return None
        else:
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return stored_instant(aware)
    return round(value * 1_000_000) if abs(value) < 1e12 else None
