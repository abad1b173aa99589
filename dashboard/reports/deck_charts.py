"""Charts of the deck: native and editable, with the intervals as error bars and a workbook of all their values."""

import io
from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.util import Pt

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.document import ChartKind, EvidenceChart
from dashboard.reports import palette
from dashboard.reports.clean import one_line
from dashboard.reports.deck_text import FONT
from dashboard.reports.own_tables import at
from dashboard.reports.scale import scale_of_chart
from dashboard.reports.texts import reference_words

_LONG_NAME = 16
_MOST_UPRIGHT = 8
"""Names up to this long, and up to so many of them, can stand below marks."""
_LONGEST_LABEL = 60
_FORMATS = {Unit.RATE: "0%", Unit.USD: '"$"#,##0.##', Unit.SECONDS: '#,##0" s"', Unit.COUNT: "#,##0"}
_MARKERS = (XL_MARKER_STYLE.CIRCLE, XL_MARKER_STYLE.SQUARE, XL_MARKER_STYLE.DIAMOND, XL_MARKER_STYLE.TRIANGLE)
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def add_chart(slide: Any, chart: EvidenceChart, box: tuple[float, float, float, float], moment: datetime) -> None:
    """Draw a chart into a box of points; there must be a category and a series."""
    form = _Form(chart)
    values = CategoryChartData(number_format=_FORMATS.get(chart.unit, "General"))
    values.categories = form.categories
    for series in chart.series:
        values.add_series(one_line(series.name)[:200], form.column(series.values))
    if form.has_line:
        values.add_series(_reference_label(chart), [chart.reference] * len(form.categories))
    kind = XL_CHART_TYPE.BAR_CLUSTERED if form.is_lying else XL_CHART_TYPE.LINE_MARKERS
    frame = slide.shapes.add_chart(kind, *map(Pt, box), values)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", one_line(chart.alt)[:2000])
    drawn = frame.chart
    drawn.font.size, drawn.font.name = Pt(11), FONT
    drawn.font.color.rgb = RGBColor.from_string(palette.QUIET[1:])
    _set_title(drawn, one_line(chart.title))
    _set_axes(drawn, chart, is_lying=form.is_lying)
    drawn.has_legend = len(chart.series) > 1 or form.has_line
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    plot = drawn.plots[0]
    if form.is_lying:
        plot.gap_width, plot.overlap = 60, 0
    for number, drawn_series in enumerate(plot.series):
        if form.has_line and number == len(chart.series):
            _look_of_reference(drawn_series)
            continue
        _look(drawn_series, form, number)
        _add_error_bars(drawn_series, form, number)
    for found in drawn._chartSpace.chart.findall(f"{{{_C}}}dispBlanksAs"):
        found.set("val", "gap")
    drawn.part.chart_workbook.update_from_xlsx_blob(_workbook(form, moment))


class _Form:
    """How a chart is laid out: its categories as labels, lying or upright, with a line to compare with or without."""

    def __init__(self, chart: EvidenceChart) -> None:
        self.chart = chart
        self.categories = category_labels(chart)
        is_long = max(map(len, chart.categories)) > _LONG_NAME or len(chart.categories) > _MOST_UPRIGHT
        self.is_lying = chart.kind is ChartKind.BARS or (chart.kind is ChartKind.POINTS and is_long)
        self.has_line = chart.reference is not None and not self.is_lying

    def column(self, values: Sequence[float | None] | Sequence[int | None]) -> list[float | None]:
        """Return the values of a series, one for each category, null for what no chart can show."""
        found = (at(values, index) for index in range(len(self.categories)))
        return [value if value is not None and isfinite(value) else None for value in found]

    def lengths(self, number: int) -> list[tuple[float | None, float | None]]:
        """Return how far the interval of each value of a series reaches up and down from it."""
        series = self.chart.series[number]
        columns = (self.column(series.values), self.column(series.low), self.column(series.high))
        return [
            (None, None)
            if value is None or low is None or high is None
            else (max(high - value, 0), max(value - low, 0))
            for value, low, high in zip(*columns, strict=True)
        ]

    def letter(self, number: int, place: int) -> str:
        """Return the column of the workbook that holds how far the bars of a series reach up (0) or down (1)."""
        from xlsxwriter.utility import xl_col_to_name

        return xl_col_to_name(1 + len(self.chart.series) + self.has_line + number * 3 + place)


def category_labels(chart: EvidenceChart) -> list[str]:
    """Return the categories with their n where one series has one; the tables have those whole that are cut here."""
    labels: list[str] = []
    for index, category in enumerate(chart.categories):
        name = one_line(category)
        name = name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 1] + "…"
        n = at(chart.series[0].n, index) if len(chart.series) == 1 and chart.kind is not ChartKind.LINES else None
        labels.append(name if n is None else f"{name} (n\u00a0{n:,.0f})")
    return labels


def _set_title(drawn: Any, title: str) -> None:
    drawn.has_title = True
    text = drawn.chart_title.text_frame
    text.text = title if len(title) <= 120 else title[:119] + "…"
    font = text.paragraphs[0].runs[0].font if text.paragraphs[0].runs else text.paragraphs[0].font
    font.size, font.bold, font.name = Pt(14), True, FONT
    font.color.rgb = RGBColor.from_string(palette.INK[1:])
    drawn.chart_title.include_in_layout = False


def _set_axes(drawn: Any, chart: EvidenceChart, *, is_lying: bool) -> None:
    names, values = drawn.category_axis, drawn.value_axis
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.has_major_gridlines = False
    names.format.line.color.rgb = RGBColor.from_string(palette.LINE[1:])
    names.reverse_order = is_lying
    values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH if is_lying else XL_TICK_LABEL_POSITION.LOW
    values.major_gridlines.format.line.color.rgb = RGBColor.from_string("E3E8ED")
    values.format.line.fill.background()
    values.tick_labels.number_format = _FORMATS.get(chart.unit, "General")
    values.tick_labels.number_format_is_linked = False
    ticks = scale_of_chart(chart).ticks
    values.minimum_scale, values.maximum_scale, values.major_unit = ticks[0], ticks[-1], ticks[1] - ticks[0]
    axis = one_line(chart.axis)
    if any(value is not None for series in chart.series for value in series.low):
        axis += ", with 95 % interval"
    if chart.n_unit and any(value is not None for series in chart.series for value in series.n):
        axis += f"; n counts {one_line(chart.n_unit)}"
    if is_lying and chart.reference is not None:
        # No program draws an upright line over lying bars.
        axis += f"; {reference_words(chart)}"
    values.has_title = True
    text = values.axis_title.text_frame
    text.text = axis if len(axis) <= 140 else axis[:139] + "…"
    for run in text.paragraphs[0].runs:
        run.font.size, run.font.bold, run.font.name = Pt(10.5), False, FONT
        run.font.color.rgb = RGBColor.from_string(palette.QUIET[1:])


def _reference_label(chart: EvidenceChart) -> str:
    return one_line(chart.reference_label or "To compare with")[:120]


def _look(series: Any, form: _Form, number: int) -> None:
    place = number % len(palette.SERIES)
    colour = RGBColor.from_string(palette.SERIES[place][1:])
    if form.is_lying:
        has_interval = any(up is not None for up, _ in form.lengths(number))
        # Pale bars let the intervals be seen that lie over them.
        fill = RGBColor.from_string(palette.PALE[place][1:]) if has_interval else colour
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = fill
        series.invert_if_negative = False
        return
    series.smooth = False
    series.marker.style, series.marker.size = _MARKERS[number % len(_MARKERS)], 9
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = colour
    series.marker.format.line.color.rgb = colour
    if form.chart.kind is ChartKind.POINTS:
        series.format.line.fill.background()
    else:
        series.format.line.color.rgb, series.format.line.width = colour, Pt(2.25)


def _look_of_reference(series: Any) -> None:
    series.smooth = False
    series.marker.style = XL_MARKER_STYLE.NONE
    series.format.line.color.rgb = RGBColor.from_string(palette.REFERENCE[1:])
    series.format.line.width, series.format.line.dash_style = Pt(1.5), MSO_LINE.DASH


def _add_error_bars(drawn: Any, form: _Form, number: int) -> None:
    lengths = form.lengths(number)
    if all(up is None for up, _ in lengths):
        return
    sides = "".join(_side(form, number, place, [pair[place] for pair in lengths]) for place in (0, 1))
    direction = "" if form.is_lying else '<c:errDir val="y"/>'
    bars = parse_xml(
        f'<c:errBars xmlns:c="{_C}" xmlns:a="{_A}">{direction}<c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/>{sides}<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="{palette.INK[1:]}"/>'
        "</a:solidFill></a:ln></c:spPr></c:errBars>"
    )
    # The schema wants them before the categories.
    drawn._element.find(f"{{{_C}}}cat").addprevious(bars)


def _side(form: _Form, number: int, place: int, lengths: Sequence[float | None]) -> str:
    name, letter, last = ("plus", "minus")[place], form.letter(number, place), len(lengths) + 1
    points = "".join(
        f'<c:pt idx="{index}"><c:v>{length}</c:v></c:pt>' for index, length in enumerate(lengths) if length is not None
    )
    return (
        f"<c:{name}><c:numRef><c:f>Sheet1!${letter}$2:${letter}${last}</c:f><c:numCache><c:formatCode>General"
        f'</c:formatCode><c:ptCount val="{len(lengths)}"/>{points}</c:numCache></c:numRef></c:{name}>'
    )


def _workbook(form: _Form, moment: datetime) -> bytes:
    """Return the workbook behind a chart: values first, as the chart refers to them, then intervals and n."""
    from xlsxwriter import Workbook

    chart = form.chart
    heads = [one_line(series.name)[:200] for series in chart.series] + [_reference_label(chart)] * form.has_line
    columns = [form.column(series.values) for series in chart.series]
    columns += [[chart.reference] * len(form.categories)] * form.has_line
    for number, series in enumerate(chart.series):
        lengths = form.lengths(number)
        heads += [f"{one_line(series.name)[:150]}: {words}" for words in ("bar up", "bar down", "n")]
        columns += [[up for up, _ in lengths], [down for _, down in lengths], form.column(series.n)]
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, options) as book:
        book.set_properties({"created": moment.replace(tzinfo=None)})
        sheet = book.add_worksheet("Sheet1")
        for row, category in enumerate(form.categories, 1):
            sheet.write_string(row, 0, category)
        for column, (head, values) in enumerate(zip(heads, columns, strict=True), 1):
            sheet.write_string(0, column, head)
            for row, value in enumerate(values, 1):
                if value is not None:
                    sheet.write_number(row, column, value)
    return out.getvalue()
