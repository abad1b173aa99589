"""How many lines a new content adds and removes against the one before it."""

from rapidfuzz.distance import LCSseq


def lines_of(content: str) -> list[str]:
    """Return the lines of a content without blank ends; line ends of every kind are alike."""
    content = content.strip()
    if "\r" in content:
        content = content.replace("\r\n", "\n").replace("\r", "\n")
    return content.split("\n") if content else []


def line_changes(before: list[str], after: list[str]) -> tuple[int, int]:
    """Return lines added and lines removed, as a smallest line difference counts them.

    Both follow from the longest common subsequence: added = lines after - common, removed = lines before - common.
    """
    common = LCSseq.similarity(before, after)
    return len(after) - common, len(before) - common
