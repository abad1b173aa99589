"""Charts of the workbook: native, drawn from cells beside them, with the intervals as error bars."""

from typing import Any

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.document import ChartKind, ChartSeries, EvidenceChart
from dashboard.reports.clean import one_line
from dashboard.reports.own_tables import at
from dashboard.reports.palette import INK, PALE, QUIET, REFERENCE, SERIES
from dashboard.reports.scale import scale_of_chart
from dashboard.reports.texts import reference_words
from dashboard.reports.workbook_cells import NUMBER_FORMATS, Formats, write_number, write_text

WIDTH, HEIGHT = 760, 380
_HEAD_HEIGHT = 46
_MARKERS = ("circle", "square", "diamond", "triangle")
_AXIS_FORMATS = NUMBER_FORMATS | {Unit.RATE: "0%", Unit.USD: '"$"#,##0.##', Unit.SECONDS: '#,##0" s"'}
_HEADS = ("95 % from", "95 % to", "n", "Bar up", "Bar down")
_COLUMNS_OF_A_SERIES = 1 + len(_HEADS)
_LONG_NAME = 16
"""Longest name of a category that stands under an upright bar without being turned."""


def write_values(sheet: Any, formats: Formats, chart: EvidenceChart, row: int) -> int:
    """Write the values of a chart as cells, heads first, and return the row after them."""
    write_text(sheet, row, 0, "Category", formats.header())
    sheet.set_row(row, _HEAD_HEIGHT)
    reference = _reference_column(chart)
    for number, series in enumerate(chart.series):
        start = 1 + number * _COLUMNS_OF_A_SERIES
        for place, head in enumerate((series.name, *_HEADS)):
            write_text(sheet, row, start + place, one_line(head), formats.header(is_right=True))
    if chart.reference is not None:
        label = one_line(chart.reference_label or "To compare with")
        write_text(sheet, row, reference, label, formats.header(is_right=True))
    for index, category in enumerate(chart.categories):
        line = row + 1 + index
        write_text(sheet, line, 0, one_line(category), formats.of(align="left", indent=1))
        for number, series in enumerate(chart.series):
            start = 1 + number * _COLUMNS_OF_A_SERIES
            for place, values in enumerate((series.values, series.low, series.high)):
                write_number(sheet, line, start + place, at(values, index), formats.unit(chart.unit))
            write_number(sheet, line, start + 3, at(series.n, index), formats.unit(Unit.COUNT))
            for place, length in enumerate(_error_lengths(series, index), start + 4):
                write_number(sheet, line, place, length, formats.unit(chart.unit))
        if chart.reference is not None:
            write_number(sheet, line, reference, chart.reference, formats.unit(chart.unit))
    return row + 1 + len(chart.categories)


def add_chart(book: Any, sheet: Any, chart: EvidenceChart, row: int, data_row: int) -> None:
    """Draw a chart from the cells that were written at a row."""
    name = sheet.get_name()
    rows = (data_row + 1, data_row + len(chart.categories))
    is_lying = chart.kind is not ChartKind.LINES and max(map(len, chart.categories)) > _LONG_NAME
    is_bars = chart.kind is ChartKind.BARS or is_lying
    drawn = book.add_chart({"type": "bar" if is_lying else "column" if is_bars else "line"})
    for number, series in enumerate(chart.series):
        column = 1 + number * _COLUMNS_OF_A_SERIES
        drawn.add_series(
            {
                "name": [name, data_row, column],
                "categories": [name, rows[0], 0, rows[1], 0],
                "values": [name, rows[0], column, rows[1], column],
                **_look(chart, number, is_bars=is_bars),
                **_error_bars(series, name, rows, column),
            }
        )
    axis = one_line(chart.axis)
    if chart.reference is not None and is_lying:
        # Excel draws no upright line over lying bars.
        axis += f"; {reference_words(chart)}"
    elif chart.reference is not None:
        _add_reference(book, drawn, chart, name, data_row)
    drawn.set_title({"name": one_line(chart.title)[:250], "name_font": {"size": 13}, "overlay": False})
    font = {"num_font": {"color": QUIET}, "name_font": {"bold": False, "color": QUIET}}
    ticks = scale_of_chart(chart).ticks
    categories = {**font, "label_position": "low", "reverse": is_lying}
    values = {
        **font,
        "name": axis[:250],
        "label_position": "high" if is_lying else "next_to",
        "num_format": _AXIS_FORMATS.get(chart.unit, "General"),
        "major_gridlines": {"visible": True, "line": {"color": "#E3E8ED"}},
        "min": ticks[0],
        "max": ticks[-1],
        "major_unit": ticks[1] - ticks[0],
    }
    # XlsxWriter calls the lying axis x, whatever stands on it.
    drawn.set_x_axis(values if is_lying else categories)
    drawn.set_y_axis(categories if is_lying else values)
    drawn.set_legend({"position": "bottom"} if len(chart.series) > 1 or chart.reference is not None else {"none": True})
    drawn.show_blanks_as("gap")
    drawn.set_size({"width": WIDTH, "height": HEIGHT})
    sheet.insert_chart(row, 0, drawn, {"description": one_line(chart.alt)[:2000], "object_position": 3})


def _look(chart: EvidenceChart, number: int, *, is_bars: bool) -> dict[str, Any]:
    colour = SERIES[number % len(SERIES)]
    if is_bars:
        # Pale bars let the intervals be seen that lie over them.
        if any(low is not None for low in chart.series[number].low):
            colour = PALE[number % len(PALE)]
        return {"fill": {"color": colour}, "gap": 60}
    marker = {
        "type": _MARKERS[number % len(_MARKERS)],
        "size": 8,
        "fill": {"color": colour},
        "border": {"color": colour},
    }
    line = {"none": True} if chart.kind is ChartKind.POINTS else {"color": colour, "width": 2}
    return {"marker": marker, "line": line}


def _error_bars(series: ChartSeries, name: str, rows: tuple[int, int], column: int) -> dict[str, Any]:
    if not any(value is not None for value in series.low):
        return {}
    quoted = name.replace("'", "''")
    up, down = (
        f"='{quoted}'!${letter}${rows[0] + 1}:${letter}${rows[1] + 1}"
        for letter in map(_letter, (column + 4, column + 5))
    )
    line = {"color": INK, "width": 1.25}
    return {"y_error_bars": {"type": "custom", "plus_values": up, "minus_values": down, "line": line}}


def _error_lengths(series: ChartSeries, index: int) -> tuple[float | None, float | None]:
    """Return how far the interval reaches up and down from the value."""
    value, low, high = (at(values, index) for values in (series.values, series.low, series.high))
    if value is None or low is None or high is None:
        return None, None
    return max(high - value, 0), max(value - low, 0)


def _letter(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _add_reference(book: Any, drawn: Any, chart: EvidenceChart, name: str, data_row: int) -> None:
    column = _reference_column(chart)
    series = {
        "name": [name, data_row, column],
        "categories": [name, data_row + 1, 0, data_row + len(chart.categories), 0],
        "values": [name, data_row + 1, column, data_row + len(chart.categories), column],
        "line": {"color": REFERENCE, "width": 1.5, "dash_type": "dash"},
        "marker": {"type": "none"},
    }
    if chart.kind is not ChartKind.BARS:
        drawn.add_series(series)
        return
    line = book.add_chart({"type": "line"})
    line.add_series(series)
    drawn.combine(line)


def _reference_column(chart: EvidenceChart) -> int:
    return 1 + len(chart.series) * _COLUMNS_OF_A_SERIES
