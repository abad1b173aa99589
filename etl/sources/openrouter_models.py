"""How OpenRouter's export names a model, turned into the name that bolt.diy asks for and the price table knows.

The export writes the permanent slug (``anthropic/claude-4.5-sonnet-20250929``), chats write the id
(``anthropic/claude-sonnet-4.5``). The date behind a slug goes; of Claude models from 4 on, which are the only ones
whose slug and id differ in the order of words, the family goes before the number. A variant is part of an id
(``deepseek/deepseek-r1:free``) and has a column of its own in the export.
"""

import re
from functools import lru_cache

from etl.routes import clean_name

_DATE = re.compile(r"-(?:20\d{6}|20\d\d-\d\d-\d\d|\d\d-\d\d-20\d\d)$")
_CLAUDE = re.compile(r"(?i)^(anthropic/claude)-((?:[4-9]|\d\d)(?:\.\d+)?)-([a-z]+)$")
_NO_VARIANT = frozenset({"", "standard"})


@lru_cache(maxsize=4096)
def model_of_slug(slug: str | None, variant: str | None = None) -> str | None:
    """Return the id of the model that a permanent slug stands for; null when there is none."""
    name = clean_name(slug)
    if name is None:
        return None
    name, _, own_variant = name.partition(":")
    name = _CLAUDE.sub(r"\1-\3-\2", _DATE.sub("", name))
    kind = own_variant or (clean_name(variant) or "").lower()
    return name if kind in _NO_VARIANT else f"{name}:{kind}"
