"""Cells of the workbook: typed values with their number formats, and texts that can never become formulas."""

from datetime import UTC, datetime
from math import isfinite
from typing import Any

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.cells import cell_text, column_unit, is_number
from dashboard.analysis.review.document import Cell, ColumnType, EvidenceColumn
from dashboard.reports.clean import clean

NUMBER_FORMATS = {
    Unit.RATE: "0.0%",
    Unit.USD: '[=0]"$"0;[>=0.01]"$"#,##0.00;"$"0.0000',
    Unit.SECONDS: '#,##0.0" s"',
    Unit.COUNT: "#,##0",
}
_PLAIN_NUMBER = "[>=1000]#,##0;[>=10]#,##0.0;0.0##"
_INK, _QUIET, _LINE, _GROUND = "#1B232D", "#566373", "#CFD8E1", "#E6F0FA"
_LONGEST_TEXT = 32_000
_REST = " … (continues in the CSV files)"
_EXACT = 2**53
_FIRST_YEAR = 1900


class Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def of(self, **properties: object) -> Any:
        """Return the format with these properties of XlsxWriter."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {"font_name": "Calibri", "font_size": 11, "font_color": _INK, "valign": "top"}
            self._made[key] = self._book.add_format(base | properties)
        return self._made[key]

    @property
    def title(self) -> Any:
        """Title of a sheet."""
        return self.of(bold=True, font_size=18)

    @property
    def section(self) -> Any:
        """Heading of a part of a sheet."""
        return self.of(bold=True, font_size=13)

    @property
    def label(self) -> Any:
        """What stands beside a text and says what it is."""
        return self.of(font_color=_QUIET)

    @property
    def text(self) -> Any:
        """Text that may run over several lines."""
        return self.of(text_wrap=True, align="left", indent=1)

    @property
    def strong(self) -> Any:
        """The answer."""
        return self.of(bold=True, font_size=14, text_wrap=True)

    def link(self, *, is_wrapped: bool = True) -> Any:
        """A link to another sheet."""
        return self.of(font_color="#1D5FA8", underline=1, text_wrap=is_wrapped)

    def header(self, *, is_right: bool = False) -> Any:
        """Head of a column."""
        side = {"align": "right"} if is_right else {"align": "left", "indent": 1}
        return self.of(
            bold=True, bg_color=_GROUND, bottom=1, bottom_color=_LINE, text_wrap=True, valign="vcenter", **side
        )

    def unit(self, unit: Unit | None) -> Any:
        """Numbers of a unit."""
        known = NUMBER_FORMATS.get(unit) if unit is not None else None
        return self.of(num_format=known or _PLAIN_NUMBER)

    def column(self, column: EvidenceColumn) -> Any:
        """Values of a column."""
        if column.type is ColumnType.DATE:
            return self.of(
                num_format="yyyy-mm" if column.name.endswith("month") else "yyyy-mm-dd", align="left", indent=1
            )
        if column.type is ColumnType.INSTANT:
            return self.of(num_format="yyyy-mm-dd hh:mm", align="left", indent=1)
        if column.type is ColumnType.INTEGER and is_number(column):
            return self.unit(column_unit(column) or Unit.COUNT)
        if column.type is ColumnType.INTEGER:
            return self.of(num_format="0", align="left", indent=1)
        if column.type is ColumnType.NUMBER:
            return self.unit(column_unit(column))
        return self.of(align="left", indent=1) if column.type is ColumnType.BOOLEAN else self.text


def write_text(sheet: Any, row: int, column: int, text: str, form: Any) -> None:
    """Write a text as a text, whatever it starts with."""
    text = clean(text)
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT] + _REST
    sheet.write_string(row, column, text, form)


def write_number(sheet: Any, row: int, column: int, value: float | None, form: Any) -> None:
    """Write a number; unknown is an empty cell, and what a sheet cannot hold as a number is a text."""
    if value is None:
        sheet.write_blank(row, column, None, form)
    elif not isfinite(value) or (isinstance(value, int) and abs(value) > _EXACT):
        sheet.write_string(row, column, str(value), form)
    else:
        sheet.write_number(row, column, value, form)


def write_cell(sheet: Any, row: int, place: int, value: Cell, column: EvidenceColumn, form: Any) -> None:
    """Write a cell of a table by the type of its column."""
    if value is None:
        sheet.write_blank(row, place, None, form)
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value, form)
    elif isinstance(value, int | float):
        write_number(sheet, row, place, value, form)
    elif column.type in (ColumnType.DATE, ColumnType.INSTANT):
        moment = datetime.fromisoformat(value)
        if moment.year < _FIRST_YEAR:
            write_text(sheet, row, place, cell_text(value, column), form)
        else:
            naive = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
            sheet.write_datetime(row, place, naive, form)
    else:
        write_text(sheet, row, place, value, form)
