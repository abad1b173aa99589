"""The help over each column of a table: what it means, the words it may hold, and its name in the CSV file."""

from collections.abc import Sequence
from functools import lru_cache

from dashboard.analysis.declared_columns import list_words, sentence
from dashboard.analysis.meanings import meaning_of
from dashboard.ui.text import literal

_MOST_WORDS = 12


@lru_cache(maxsize=2_000)
def column_help(column: str, table: str, beside: Sequence[str]) -> str | None:
    """Return the help of a column as Markdown; null when nothing declares what it means.

    ``table`` is the name under which the table is shown and exported, ``beside`` its columns, as a tuple.
    """
    found = meaning_of(column, table, beside)
    if found is None:
        return None
    lines = [literal(sentence(found.text))]
    if found.list_name is not None:
        words = list_words(found.list_name)
        lines.append("\n".join(f"- **{literal(word)}**: {literal(meaning)}" for word, meaning in words[:_MOST_WORDS]))
        if len(words) > _MOST_WORDS:
            lines.append(f"And {len(words) - _MOST_WORDS} more: see the glossary.")
    if column == column.lower():
        scale = ", where 0.5 is 50 %" if column.endswith("_rate") else ""
        lines.append(f"In the CSV file: `{column}`{scale}.")
    return "\n\n".join(lines)
