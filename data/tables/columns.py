"""Short ways to declare a column with its meaning, so that no column goes without one."""

from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field

from data.tables.types import Day, Instant

# SQLite gives auto-numbering only to a column declared exactly INTEGER PRIMARY KEY.
_ROWID = BigInteger().with_variant(Integer(), "sqlite")


def key(meaning: str) -> Any:
    """Primary key: a 63-bit hash of what identifies the row, the same in whatever order files are loaded."""
    return Field(primary_key=True, sa_type=_ROWID, sa_column_kwargs={"autoincrement": False}, description=meaning)


def name_key(meaning: str) -> Any:
    """Primary key that is a name."""
    return Field(primary_key=True, description=meaning)


def number(meaning: str) -> Any:
    """Primary key that the store counts up; for rows that are about a load, not about the world."""
    return Field(default=None, primary_key=True, sa_type=_ROWID, description=meaning)


def ref(meaning: str, *, index: bool = False) -> Any:
    """Key of a row in another table; null when there is none or it is not known."""
    return Field(default=None, sa_type=BigInteger, index=index, nullable=True, description=meaning)


def col(meaning: str, *, index: bool = False) -> Any:
    """Column that is null when its value is unknown."""
    return Field(default=None, index=index, nullable=True, description=meaning)


def must(meaning: str, *, index: bool = False) -> Any:
    """Column that always has a value."""
    return Field(index=index, nullable=False, description=meaning)


def big(meaning: str) -> Any:
    """Integer that may exceed 32 bits (tokens, bytes, micro-USD); null when unknown."""
    return Field(default=None, sa_type=BigInteger, nullable=True, description=meaning)


def count(meaning: str) -> Any:
    """How many; zero is a real zero."""
    return Field(default=0, sa_type=BigInteger, nullable=False, description=meaning)


def instant(meaning: str) -> Any:
    """UTC instant; null when unknown."""
    return Field(default=None, sa_type=Instant, nullable=True, description=meaning)


def day(meaning: str, *, index: bool = True) -> Any:
    """Day in the reporting time zone; null when unknown."""
    return Field(default=None, sa_type=Day, nullable=True, index=index, description=meaning)


def histogram(meaning: str) -> Any:
    """Log-bucket histogram of what ``meaning`` names; null when there is nothing in it."""
    return Field(default=None, description=f"{meaning}, as log-bucket histogram (data.histogram)")
