"""Names in a sentence, and how a sentence begins."""

from collections.abc import Sequence


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return names as a list that stays short: A, B and C; A, B, C and 2 more."""
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def capital(text: str) -> str:
    """Return a text with its first letter as a capital; the rest stays as it is."""
    return text[:1].upper() + text[1:]
