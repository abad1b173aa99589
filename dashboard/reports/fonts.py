"""The type of reports: two font families from packages, how wide a text is in them, and what they cannot draw."""

from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape
from importlib.resources import files
from typing import Any

from dashboard.reports.clean import code

BASE, BASE_BOLD = "Report", "Report-Bold"
_FALLBACK, _FALLBACK_BOLD = "Report-Fallback", "Report-Fallback-Bold"
_FILES = {
    BASE: ("fontpkg_ibm_plex_sans_condensed", "IBMPlexSansCondensed-Regular.ttf"),
    BASE_BOLD: ("fontpkg_ibm_plex_sans_condensed", "IBMPlexSansCondensed-SemiBold.ttf"),
    _FALLBACK: ("fontpkg_fira_sans", "FiraSans-Regular.ttf"),
    _FALLBACK_BOLD: ("fontpkg_fira_sans", "FiraSans-SemiBold.ttf"),
}
_BLANKS = str.maketrans(dict.fromkeys("\u2002\u2003\u2007\u2008\u2009\u200a\u202f", "\u00a0") | {"\u2011": "-"})
_NO_WIDTH = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")


@cache
def register() -> None:
    """Make the fonts known to ReportLab, once for the process."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, (package, file) in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(files(package) / "files" / file)))
    for normal, bold in ((BASE, BASE_BOLD), (_FALLBACK, _FALLBACK_BOLD)):
        pdfmetrics.registerFontFamily(normal, normal=normal, bold=bold, italic=normal, boldItalic=bold)


def drawable(text: str) -> str:
    """Return a text with blanks and hyphens of one kind, and without marks that have no width."""
    return text.translate(_BLANKS).translate(_NO_WIDTH)


def runs(text: str, *, is_bold: bool = False) -> Iterator[tuple[str, str]]:
    """Cut a text into pieces that one font draws, as font and piece; a character that none has shows as its code."""
    base, fallback = (BASE_BOLD, _FALLBACK_BOLD) if is_bold else (BASE, _FALLBACK)
    font, piece = base, ""
    text = drawable(text)
    if text and _characters(base).issuperset(text):
        yield base, text
        return
    for character in text:
        wanted, shown = base, character
        if character not in _characters(base):
            wanted, shown = (fallback, character) if character in _characters(fallback) else (base, _code(character))
        if wanted != font and piece:
            yield font, piece
            piece = ""
        font, piece = wanted, piece + shown
    if piece:
        yield font, piece


def markup(text: str, *, is_bold: bool = False) -> str:
    """Return a text as ReportLab's paragraphs take it: escaped, each piece in the font that has it."""
    base = BASE_BOLD if is_bold else BASE
    pieces: list[str] = []
    for font, piece in runs(text, is_bold=is_bold):
        safe = escape(piece).replace("\n", "<br/>")
        pieces.append(safe if font == base else f'<font name="{font}">{safe}</font>')
    return "".join(pieces)


def has_all(text: str) -> bool:
    """Whether the fonts can draw every character of a text."""
    return (_characters(BASE) | _characters(_FALLBACK)).issuperset(drawable(text))


def is_plain(text: str) -> bool:
    """Whether the base font has every character of a text."""
    return _characters(BASE).issuperset(text)


@lru_cache(maxsize=100_000)
def width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Return how wide a line is in points."""
    register()
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return sum((stringWidth(piece, font, size) for font, piece in runs(text, is_bold=is_bold)), 0.0)


def lines(text: str, size: float, most: float, *, is_bold: bool = False) -> list[str]:
    """Break a text into lines of at most this width; a word that is wider is broken within."""
    found: list[str] = []
    for paragraph in drawable(text).split("\n"):
        if width(paragraph, size, is_bold=is_bold) <= most:
            found.append(paragraph)
            continue
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if width(longer, size, is_bold=is_bold) <= most:
                line = longer
                continue
            if line:
                found.append(line)
            *full, line = _broken(word, size, most, is_bold=is_bold)
            found += full
        found.append(line)
    return found


def _broken(word: str, size: float, most: float, *, is_bold: bool) -> list[str]:
    parts = [""]
    for character in word:
        if parts[-1] and width(parts[-1] + character, size, is_bold=is_bold) > most:
            parts.append("")
        parts[-1] += character
    return parts


def _code(character: str) -> str:
    # The picture of a control character stands for that character.
    is_picture = "\u2400" <= character <= "\u2421"
    return code("\x7f" if character == "\u2421" else chr(ord(character) - 0x2400) if is_picture else character)


@cache
def _characters(font: str) -> frozenset[str]:
    register()
    from reportlab.pdfbase import pdfmetrics

    face: Any = getattr(pdfmetrics.getFont(font), "face")  # noqa: B009 - its stubs know no font files
    return frozenset(map(chr, face.charToGlyph)) | {"\n"}
