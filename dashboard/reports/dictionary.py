"""The data dictionary: what each column of a review's tables means, and its unit."""

from collections.abc import Iterable, Iterator

from dashboard.analysis.declared_columns import sentence
from dashboard.analysis.review.cells import unit_words
from dashboard.analysis.review.document import EvidenceTable
from dashboard.exports import Export
from dashboard.reports.own_tables import OWN_MEANINGS


def dictionary_rows(table: EvidenceTable) -> Iterator[tuple[str, str, str]]:
    """Return each column of a table: its name, what it means, and its unit."""
    columns = tuple(column.name for column in table.columns)
    own = OWN_MEANINGS.get(table.name, {})
    # Anybody may call a table like one of ours; the columns tell them apart.
    meanings = own.items() if tuple(own) == columns else Export(table.name, table.meaning, columns).meanings()
    for column, (_, meaning) in zip(table.columns, meanings, strict=True):
        yield column.name, sentence(meaning) if meaning else "", unit_words(column)


def meanings(tables: Iterable[EvidenceTable]) -> Iterator[tuple[str, str]]:
    """Return each column of these tables with what it means, once where it means the same in several."""
    told: dict[tuple[str, str], None] = {}
    for table in tables:
        for column, meaning, _ in dictionary_rows(table):
            told.setdefault((column, meaning))
    return iter(sorted(told))
