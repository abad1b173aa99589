"""Texts on the screen: figures with their unit, and foreign text shown literally."""

import re
from datetime import date, datetime

NBSP = "\u00a0"
_JOINER = "\u2060"
# Emoji names, arrows and addresses are recognised after backslashes are gone; an invisible joiner parts them.
_PART_HERE = re.compile(r"(?<=:)(?=\S)|(?<=www)(?=\.)|(?=@)|(?<=-)(?=[->])|(?<=[<>~])(?=[=-])")
_FIGURE_BLANK = re.compile(r"(?<=\d) (?=%|pp\b|s\b|ms\b|h\b)|(?<=\bn) (?==)|(?<=\bn =) (?=\d)|(?<=[<>]) (?=\d)")
_BLANKS = re.compile(rf"[^\S{NBSP}]+")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def literal(text: str) -> str:
    """Return Markdown that shows a foreign text (title, model, file name, path) as it is, on one line.

    Only that its figures are kept whole.
    """
    one_line = whole(_BLANKS.sub(" ", text).strip())
    return _PUNCTUATION.sub(r"\\\1", _PART_HERE.sub(_JOINER, one_line))


def whole(text: str) -> str:
    """Return a text whose figures are not torn at the end of a line: 31.0 % and n = 12 stay together."""
    return _FIGURE_BLANK.sub(NBSP, text)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: 1 task, 2 tasks."""
    return f"{number:,}{NBSP}{one if number == 1 else many or one + 's'}"


def day(moment: date | None) -> str:
    """Return a day as people write it: 3 Nov 2026."""
    return "–" if moment is None else f"{moment.day}{NBSP}{moment:%b}{NBSP}{moment:%Y}"


def days(first: date, last: date) -> str:
    """Return a span of days without saying the year twice."""
    if first == last:
        return day(first)
    start = day(first) if first.year != last.year else f"{first.day}{NBSP}{first:%b}"
    return f"{start} – {day(last)}"


def age(moment: datetime | None, now: datetime) -> str:
    """Return how long ago an instant was, in words."""
    if moment is None:
        return "never"
    hours = (now - moment).total_seconds() / 3600
    if hours < 0:
        return "in the future"
    if hours < 1:
        return "less than an hour ago"
    if hours < 48:
        return f"{counted(int(hours), 'hour')} ago"
    return f"{counted(int(hours // 24), 'day')} ago"
