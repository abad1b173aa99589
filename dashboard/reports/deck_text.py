"""Text of the deck: measured in the widths of Arial, so that nothing runs out of its box, and carried on elsewhere."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from dashboard.reports import palette
from dashboard.reports.clean import clean

FONT = "Arial"
LINE = 1.2
"""Distance of lines in type sizes."""
_SAFE = 0.96
"""Share of the width that is used: programs differ a little in where they break."""
_WIDE, _OTHER = 1.05, 0.8
"""Widths in type sizes of characters that Arial lacks: full and other ones."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph."""

    text: str
    size: float = 12.0
    is_bold: bool = False
    colour: str = palette.INK
    before: float = 0.0
    """Room above it in points, where it is not the first."""
    is_label: bool = False
    """Whether it must not stand without what follows."""


def labelled(label: str, text: str, size: float = 12.0) -> list[Block]:
    """Return a text under its label."""
    return [Block(label, size - 1.5, colour=palette.QUIET, before=9, is_label=True), *paragraphs(text, size)]


def paragraphs(text: str, size: float, *, is_bold: bool = False, colour: str = palette.INK) -> list[Block]:
    """Return a foreign text, a block for each of its lines."""
    return [Block(" ".join(line.split()), size, is_bold, colour) for line in clean(text).split("\n")]


def width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return how wide a line is in points."""
    return sum(_character_width(character, is_bold) for character in text) * size


def lines(text: str, size: float, most: float, *, is_bold: bool = False) -> list[str]:
    """Break a text into lines that fit; joined again they are the text."""
    room = most * _SAFE
    found: list[str] = []
    line, taken = "", 0.0
    for word in _words(text):
        needed = width(word.rstrip(), size, is_bold=is_bold)
        if line and taken + needed > room:
            found.append(line)
            line, taken = "", 0.0
        if needed > room:
            for character in word:
                wide = _character_width(character, is_bold) * size
                if line and taken + wide > room:
                    found.append(line)
                    line, taken = "", 0.0
                line, taken = line + character, taken + wide
            continue
        line, taken = line + word, taken + width(word, size, is_bold=is_bold)
    return [*found, line]


def height(block: Block, most: float) -> float:
    """Return how high a block is in a box of this width."""
    return len(lines(block.text, block.size, most, is_bold=block.is_bold)) * block.size * LINE


def flow(blocks: Sequence[Block], most: float, tallest: float) -> tuple[list[Block], list[Block]]:
    """Return what fits into a box, and what must go on elsewhere; together they are all of it."""
    placed: list[Block] = []
    used = 0.0
    for index, block in enumerate(blocks):
        start = used + (block.before if placed else 0.0)
        broken = lines(block.text, block.size, most, is_bold=block.is_bold)
        room = int((tallest - start) / (block.size * LINE) + 1e-6)
        if room >= len(broken):
            placed.append(block)
            used = start + len(broken) * block.size * LINE
            continue
        rest = list(blocks[index:])
        if room >= 2 or (not placed and room >= 1):
            placed.append(replace(block, text="".join(broken[:room]).rstrip()))
            rest[0] = replace(block, text="".join(broken[room:]), before=0.0)
        else:
            last = next((place for place in range(len(placed), 0, -1) if not placed[place - 1].is_label), 0)
            # Labels alone on a slide stay there: without them nothing would ever be placed.
            if last:
                rest[:0] = placed[last:]
                del placed[last:]
        return placed, rest
    return placed, []


def _words(text: str) -> list[str]:
    """Return the words of a line, each with the blank after it."""
    words = text.split(" ")
    return [*(word + " " for word in words[:-1]), words[-1]]


@lru_cache(maxsize=20_000)
def _character_width(character: str, is_bold: bool) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return _WIDE if unicodedata.east_asian_width(character) in "WF" or character > "\uffff" else _OTHER
    # Helvetica has the widths of Arial.
    return stringWidth(character, "Helvetica-Bold" if is_bold else "Helvetica", 1.0)
