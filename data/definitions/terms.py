"""Words of the pages that nothing else declares; terms.toml holds them."""

from collections import Counter
from typing import Annotated

import msgspec
from msgspec import Meta

_Text = Annotated[str, Meta(min_length=1)]


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One word and what it means."""

    name: _Text
    meaning: _Text


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All words, in the order in which they build on each other."""

    term: tuple[Term, ...]

    def __post_init__(self) -> None:
        """Refuse a word that is explained twice."""
        twice = [name for name, times in Counter(term.name for term in self.term).items() if times > 1]
        if twice:
            raise ValueError(f"words that are explained more than once: {', '.join(twice)}")
