"""Foreign text for formats that cannot carry every character: what would be lost or would mislead becomes visible."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Overrides and embeddings turn the order of what follows; a title must not reach beyond itself.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NOT_A_CHARACTER = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\x80-\x9f]")


def clean(text: str) -> str:
    """Return a text that XML can carry; control characters show as their pictures, others as their code."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub(lambda found: chr(0x2421 if found[0] == "\x7f" else 0x2400 + ord(found[0])), text)
    return _NOT_A_CHARACTER.sub("\ufffd", _TURNING.sub(_code, text))


def one_line(text: str) -> str:
    """Return a clean text without line breaks and runs of blanks."""
    return " ".join(clean(text).split())


def code(character: str) -> str:
    """Return the code of a character, as shown where it cannot be drawn."""
    return f"[U+{ord(character):04X}]"


def _code(found: re.Match[str]) -> str:
    return code(found[0])
