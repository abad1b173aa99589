"""Column types of the store: instants, days and 64-bit keys, each stored as a plain SQLite integer."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Dialect, Integer
from sqlalchemy.types import TypeDecorator

from data.epoch import EPOCH, EPOCH_DAY, stored_instant


class Instant(TypeDecorator[datetime]):
    """UTC instant, stored as integer microseconds since 1970 (compact, exact, sortable)."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Turn an aware datetime into microseconds; a naive one is an error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone; got a naive datetime")
        return stored_instant(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn microseconds into an aware UTC datetime."""
        return None if value is None else EPOCH + timedelta(microseconds=int(value))


class Day(TypeDecorator[date]):
    """Day in the reporting time zone, stored as integer days since 1970-01-01."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Turn a date into days since 1970-01-01."""
        return None if value is None else (value - EPOCH_DAY).days

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:  # noqa: ARG002
        """Turn days since 1970-01-01 into a date."""
        return None if value is None else EPOCH_DAY + timedelta(days=int(value))
