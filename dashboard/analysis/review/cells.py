"""How the cells of a review's tables read: each value as people write it, its unit from the name of its column."""

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.document import Cell, ColumnType, EvidenceColumn
from dashboard.analysis.units import MISSING, value_text

_UNITS = {"rate": Unit.RATE, "usd": Unit.USD, "s": Unit.SECONDS, "count": Unit.COUNT}
_UNIT_WORDS = {
    "rate": "0 to 1",
    "usd": "US dollars",
    "s": "seconds",
    "ms": "milliseconds",
    "hours": "hours",
    "days": "days",
    "count": "count",
    "tokens": "tokens",
    "month": "month, written as its first day",
}
_TYPE_WORDS = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "whole number",
    ColumnType.NUMBER: "number",
    ColumnType.BOOLEAN: "true or false",
    ColumnType.DATE: "day, ISO 8601",
    ColumnType.INSTANT: "instant in UTC, ISO 8601",
}
_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)


def column_unit(column: EvidenceColumn) -> Unit | None:
    """Return the unit that the name of a column of numbers says; null when it says none."""
    return _UNITS.get(_end(column)) if column.type in _NUMBERS else None


def unit_words(column: EvidenceColumn) -> str:
    """Return the unit of a column's values in files, in words."""
    words = _TYPE_WORDS[column.type]
    return _UNIT_WORDS.get(_end(column), words) if column.type in (*_NUMBERS, ColumnType.DATE) else words


def is_number(column: EvidenceColumn) -> bool:
    """Whether the values of a column are amounts, which stand to the right; the number of a thing is none."""
    return column.type in _NUMBERS and not column.name.endswith("_id")


def cell_text(value: Cell, column: EvidenceColumn) -> str:
    """Return a cell as people read it: percent, dollars, days; unknown is a dash."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        if column.type is ColumnType.DATE and column.name.endswith("month"):
            return value[:7]
        return value[:16].replace("T", " ") if column.type is ColumnType.INSTANT else value
    unit = column_unit(column)
    if unit is not None:
        return value_text(value, unit)
    return number_text(value) if is_number(column) else str(value)


def number_text(value: float) -> str:
    """Return a number without a unit: whole ones in full, others with three digits that count."""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}".replace("-", "−")
    if value == int(value):
        return f"{value:.0f}".replace("-", "−")
    places = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{places}f}".replace("-", "−")


def _end(column: EvidenceColumn) -> str:
    return column.name.rpartition("_")[2]
