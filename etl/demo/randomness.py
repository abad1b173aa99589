"""Chance that repeats: ids and shares drawn from one seeded generator, in the same order on every machine."""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Chance(random.Random):
    """A seeded generator with the draws that the demo needs; only arithmetic that is the same on every machine."""

    def letters(self, length: int) -> str:
        """Return letters and digits, as bolt.diy makes ids."""
        return "".join(self.choices(_BASE62, k=length))

    def base36(self, length: int) -> str:
        """Return lower-case letters and digits."""
        return "".join(self.choices(_BASE62[:10] + _BASE62[36:], k=length))

    def hexadecimal(self, length: int) -> str:
        """Return hexadecimal digits."""
        return "".join(self.choices("0123456789abcdef", k=length))

    def uuid(self) -> str:
        """Return text in the shape of a UUID, version 4."""
        text = self.hexadecimal(30)
        return f"{text[:8]}-{text[8:12]}-4{text[12:15]}-a{text[15:18]}-{text[18:30]}"

    def happens(self, share: float) -> bool:
        """Return true in that share of draws."""
        return self.random() < share

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, mostly in the lower half: waiting times have a long tail."""
        return low + int((high - low) * self.random() * self.random())

    def weighted(self, weights: dict[Item, float]) -> Item:
        """Return one of the keys, by weight."""
        return self.choices(list(weights), list(weights.values()))[0]

    def several(self, items: Sequence[Item], count: int) -> list[Item]:
        """Return that many different items, or all there are, in the order of the sequence."""
        chosen = self.sample(range(len(items)), min(count, len(items)))
        return [items[place] for place in sorted(chosen)]


class Quotas:
    """Rare things at an even pace: of n draws of one kind, share times n come true, give or take one.

    Drawing at random would leave small demos without some of what is planted.
    """

    def __init__(self) -> None:
        self._due: dict[str, float] = {}

    def take(self, kind: str, share: float) -> bool:
        """Return whether it is the turn of this kind of thing."""
        due = self._due.get(kind, 0.5) + share
        self._due[kind] = due - 1 if due >= 1 else due
        return due >= 1
