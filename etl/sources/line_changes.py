"""How many lines a new content adds and removes against the one before it."""

from rapidfuzz.distance import LCSseq


def line_changes(before: str, after: str) -> tuple[int, int]:
    """Return lines added and lines removed, as a smallest line difference counts them.

    Both follow from the longest common subsequence of lines: added = lines after - common, removed = lines before - common.
    Blank lines at the start and end, and white space at line ends, do not count as changes.
    """
    old, new = _lines(before), _lines(after)
    common = LCSseq.similarity(old, new)
    return len(new) - common, len(old) - common


def line_count(content: str) -> int:
    """Return the number of lines of a content, without blank lines at its start and end."""
    return len(_lines(content))


def _lines(content: str) -> list[str]:
    content = content.strip()
    return [line.rstrip() for line in content.split("\n")] if content else []
