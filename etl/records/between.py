"""Checks between cells of one record: times in their order, and cells that are needed because of another one."""

from collections.abc import Iterator, Sequence

from data.words import QuarantineReason, Word
from etl.records.contract import Problem, Rows


def not_before(rows: Rows, first: str, *others: str) -> Iterator[Problem]:
    """Yield the records in which a later time lies before the first one."""
    for other in others:
        for index, (earlier, later) in enumerate(zip(rows[first], rows[other], strict=True)):
            if earlier is not None and later is not None and later < earlier:
                yield Problem(index, QuarantineReason.BAD_TIME, f"{other} is before {first}")


def both_or_none(rows: Rows, one: str, other: str) -> Iterator[Problem]:
    """Yield the records that fill only one of two cells that belong together."""
    for index, (left, right) in enumerate(zip(rows[one], rows[other], strict=True)):
        if (left is None) != (right is None):
            empty, filled = (one, other) if left is None else (other, one)
            yield Problem(index, QuarantineReason.MISSING_FIELD, f"{empty} is empty, and {filled} is not")


def needed_by(rows: Rows, needed: str, column: str, words: Sequence[Word]) -> Iterator[Problem]:
    """Yield the records that leave a cell empty which a word in another column calls for."""
    for index, (value, word) in enumerate(zip(rows[needed], rows[column], strict=True)):
        if value is None and word in words:
            yield Problem(index, QuarantineReason.MISSING_FIELD, f"{needed} is empty, and {column} is {word}")
