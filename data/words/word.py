"""What a word of a closed list is."""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word of a closed list together with what it means."""

    _value_: str
    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        """Build a member from its stored value and its definition."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member
