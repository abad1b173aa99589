"""A chart as a picture: lines, boxes, marks and labels at their places, for whatever draws them.

Places are in points from the upper left corner. Colours are named by what they mean, so that a page can be dark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from dashboard.analysis.review.document import ChartKind, ChartSeries, EvidenceChart
from dashboard.analysis.units import value_text
from dashboard.reports import fonts
from dashboard.reports.clean import one_line
from dashboard.reports.own_tables import at
from dashboard.reports.scale import scale_of_chart, tick_text
from dashboard.reports.texts import reference_words

INK, QUIET, GRID, REFERENCE = "ink", "quiet", "grid", "reference"
SIZE, SMALL = 9.0, 8.0
_LEGEND_HEIGHT = 16.0
_AXIS_HEIGHT = 30.0
_ROW = 17.0
_BETWEEN = 5.0
_TALLEST = 500.0
"""Height of the rows of one picture; a chart with more goes on in the next."""
_LABEL_LINES = 3
_PLOT_HEIGHT = 170.0
_WHISKER = 3.5


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1.0
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a series: each has its own form."""

    x: float
    y: float
    series: int


@dataclass(frozen=True, slots=True)
class Label:
    """A text on one line; y is its foot."""

    x: float
    y: float
    text: str
    colour: str = INK
    size: float = SIZE
    anchor: str = "start"
    """start, middle or end."""


Shape = Line | Box | Mark | Label


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its size."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def series_colour(number: int) -> str:
    """Return the name of the colour of a series."""
    return f"series-{number % 6}"


def pictures(chart: EvidenceChart, width: float, stretch: float = 1.0) -> list[Picture]:
    """Return a chart as pictures of this width; more than one where it has too many rows, none where it has no value.

    ``stretch`` is how much wider the type is in which it will be drawn than that of the reports.
    """
    if not any(
        _known(series.values, index) is not None for series in chart.series for index in range(len(chart.categories))
    ):
        return []
    canvas = _Canvas(chart, width, stretch)
    if chart.kind is ChartKind.LINES:
        return [canvas.upright()]
    found: list[Picture] = []
    rows: list[int] = []
    height = 0.0
    for row in range(len(chart.categories)):
        needed = canvas.row_height(row)
        if rows and height + needed > _TALLEST:
            found.append(canvas.lying(rows))
            rows, height = [], 0.0
        rows.append(row)
        height += needed
    return [*found, canvas.lying(rows)]


class _Canvas:
    """Draws one chart."""

    def __init__(self, chart: EvidenceChart, width: float, stretch: float) -> None:
        self._chart = chart
        self._width = width
        self._stretch = stretch
        self._scale = scale_of_chart(chart)
        self._row = min(_ROW, _TALLEST / max(len(chart.series), 1) - 1)

    def row_height(self, row: int) -> float:
        """Return how high the row of a category is, the gap after it included."""
        return max(self._row * len(self._chart.series), (SIZE + 3) * len(self._name(row)) + 4) + _BETWEEN

    def lying(self, rows: Sequence[int]) -> Picture:
        """Categories one below the other, values to the right, with value and n written at the end of each row."""
        chart, count = self._chart, len(self._chart.series)
        names = {row: self._name(row) for row in rows}
        left = 2 + max((self._measure(line) for lines in names.values() for line in lines), default=0)
        told = [[self._told(series, row) for series in chart.series] for row in rows]
        right = 10 + max(self._measure(text, SMALL) for texts in told for text in texts)
        plot = (left + 9, self._width - right)
        shapes: list[Shape] = []
        y = self._legend(shapes)
        top = y
        bands: list[tuple[int, float, float]] = []
        for row in rows:
            height = self.row_height(row)
            bands.append((row, y, height - _BETWEEN))
            y += height
        self._value_axis(shapes, plot, top, y)
        for (row, start, height), texts in zip(bands, told, strict=True):
            for number, line in enumerate(names[row]):
                foot = start + height / 2 + SIZE * 0.35 + (number - (len(names[row]) - 1) / 2) * (SIZE + 3)
                shapes.append(Label(left, foot, line, anchor="end"))
            for number, series in enumerate(chart.series):
                middle = start + height / 2 + (number - (count - 1) / 2) * self._row
                self._lying_value(shapes, series, row, number, middle, plot)
                shapes.append(Label(plot[1] + 8, middle + 3, texts[number], QUIET, SMALL))
        self._reference(shapes, plot, top, y)
        return Picture(self._width, y + _AXIS_HEIGHT, tuple(shapes))

    def upright(self) -> Picture:
        """Categories from left to right in their order of time, values upwards."""
        chart = self._chart
        shapes: list[Shape] = []
        top = self._legend(shapes) + 14
        shapes.append(Label(0, top - 8, self._axis_words(), QUIET, SMALL))
        bottom = top + _PLOT_HEIGHT
        ticks = [(tick, tick_text(tick, chart.unit)) for tick in self._scale.ticks]
        left = 6 + max(self._measure(text, SMALL) for _, text in ticks)
        right = self._width - 12
        for tick, text in ticks:
            y = bottom - self._scale.share(tick) * _PLOT_HEIGHT
            shapes += [Line(left, y, right, y, GRID), Label(left - 4, y + 3, text, QUIET, SMALL, "end")]
        count = len(chart.categories)
        step = (right - left) / count
        places = [left + step * (index + 0.5) for index in range(count)]
        widest = max(
            self._measure(line, SMALL) for name in chart.categories for line in self._fitted(one_line(name), 90)
        )
        every = max(int(-(-(widest + 8) // step)), 1)
        for index in range(0, count, every):
            name = self._fitted(one_line(chart.categories[index]), max(step * every, 60))[0]
            shapes.append(Label(places[index], bottom + 13, name, QUIET, SMALL, "middle"))
        for number, series in enumerate(chart.series):
            offset = (number - (len(chart.series) - 1) / 2) * min(5, step / (len(chart.series) + 1))
            self._upright_values(shapes, series, number, [place + offset for place in places], bottom)
        if chart.reference is not None:
            y = bottom - self._scale.share(chart.reference) * _PLOT_HEIGHT
            shapes.append(Line(left, y, right, y, REFERENCE, 1.2, is_dashed=True))
        return Picture(self._width, bottom + 20, tuple(shapes))

    def _legend(self, shapes: list[Shape]) -> float:
        """Draw what the marks mean, if that is not plain, and return where the rest begins."""
        entries = [one_line(series.name) for series in self._chart.series] if len(self._chart.series) > 1 else []
        x, y = 0.0, 10.0
        words: list[tuple[str, int | None]] = [(entry, number) for number, entry in enumerate(entries)]
        if self._chart.reference is not None:
            words.append((reference_words(self._chart), None))
        for text, number in words:
            name = self._fitted(text, self._width - 40)[0]
            needed = self._measure(name, SMALL) + 40
            if x and x + needed > self._width:
                x, y = 0.0, y + _LEGEND_HEIGHT
            if number is None:
                shapes.append(Line(x, y - 3, x + 16, y - 3, REFERENCE, 1.2, is_dashed=True))
            elif self._chart.kind is ChartKind.BARS:
                shapes.append(Box(x + 4, y - 7, 8, 8, series_colour(number)))
            else:
                shapes.append(Mark(x + 8, y - 3, number))
            shapes.append(Label(x + 20, y, name, QUIET, SMALL))
            x += needed
        return y + 8 if words else 4.0

    def _value_axis(self, shapes: list[Shape], plot: tuple[float, float], top: float, bottom: float) -> None:
        left, right = plot
        taken = -1e9
        for tick in self._scale.ticks:
            x = left + self._scale.share(tick) * (right - left)
            shapes.append(Line(x, top, x, bottom, GRID))
            text = tick_text(tick, self._chart.unit)
            half = self._measure(text, SMALL) / 2
            if x - half > taken:
                shapes.append(Label(x, bottom + 11, text, QUIET, SMALL, "middle"))
                taken = x + half + 6
        words = self._fitted(self._axis_words(), self._width * 0.9)[0]
        half = self._measure(words, SMALL) / 2
        middle = min(max((left + right) / 2, half), self._width - half)
        shapes.append(Label(middle, bottom + 24, words, QUIET, SMALL, "middle"))

    def _lying_value(
        self, shapes: list[Shape], series: ChartSeries, row: int, number: int, y: float, plot: tuple[float, float]
    ) -> None:
        left, right = plot

        def place(value: float) -> float:
            return left + self._scale.share(value) * (right - left)

        value = _known(series.values, row)
        if value is None:
            return
        if self._chart.kind is ChartKind.BARS:
            nothing = place(0)
            ends = sorted((nothing, place(value)))
            # Pale bars let the intervals be seen that lie over them.
            has_interval = any(low is not None for low in series.low)
            colour = f"pale-{number % 6}" if has_interval else series_colour(number)
            shapes.append(Box(ends[0], y - 5, max(ends[1] - ends[0], 0.8), 10, colour))
        low, high = _known(series.low, row), _known(series.high, row)
        if low is not None and high is not None:
            colour = INK if self._chart.kind is ChartKind.BARS else series_colour(number)
            shapes.append(Line(place(low), y, place(high), y, colour, 1.4))
            shapes += [Line(place(end), y - _WHISKER, place(end), y + _WHISKER, colour, 1.4) for end in (low, high)]
        if self._chart.kind is not ChartKind.BARS:
            shapes.append(Mark(place(value), y, number))

    def _upright_values(
        self, shapes: list[Shape], series: ChartSeries, number: int, places: Sequence[float], bottom: float
    ) -> None:
        def height(value: float) -> float:
            return bottom - self._scale.share(value) * _PLOT_HEIGHT

        colour = series_colour(number)
        before: tuple[float, float] | None = None
        for index, x in enumerate(places):
            value = _known(series.values, index)
            if value is None:
                before = None
                continue
            low, high = _known(series.low, index), _known(series.high, index)
            if low is not None and high is not None:
                shapes.append(Line(x, height(low), x, height(high), colour, 1.1))
                shapes += [Line(x - 2.5, height(end), x + 2.5, height(end), colour, 1.1) for end in (low, high)]
            if before is not None:
                shapes.append(Line(*before, x, height(value), colour, 1.8))
            before = (x, height(value))
            shapes.append(Mark(*before, number))

    def _reference(self, shapes: list[Shape], plot: tuple[float, float], top: float, bottom: float) -> None:
        if self._chart.reference is not None:
            x = plot[0] + self._scale.share(self._chart.reference) * (plot[1] - plot[0])
            shapes.append(Line(x, top - 2, x, bottom, REFERENCE, 1.2, is_dashed=True))

    def _name(self, row: int) -> list[str]:
        return self._fitted(one_line(self._chart.categories[row]), self._width * 0.32)

    def _told(self, series: ChartSeries, row: int) -> str:
        value = value_text(at(series.values, row), self._chart.unit)
        n = at(series.n, row)
        return value if n is None else f"{value} · n {n:,.0f}"

    def _axis_words(self) -> str:
        has_interval = any(value is not None for series in self._chart.series for value in series.low)
        has_n = any(value is not None for series in self._chart.series for value in series.n)
        words = one_line(self._chart.axis)
        words += ", with 95 % interval" if has_interval else ""
        return words + (f"; n counts {one_line(self._chart.n_unit)}" if has_n and self._chart.n_unit else "")

    def _measure(self, text: str, size: float = SIZE) -> float:
        return fonts.width(text, size) * self._stretch

    def _fitted(self, text: str, most: float) -> list[str]:
        """Break a label into lines; what does not fit is cut where everybody sees it, its whole is in the table."""
        broken = fonts.lines(text[:400], SIZE, most / self._stretch)
        return (
            broken
            if len(broken) <= _LABEL_LINES
            else [*broken[: _LABEL_LINES - 1], broken[_LABEL_LINES - 1][:-1] + "…"]
        )


def _known(values: Sequence[float | None], index: int) -> float | None:
    value = at(values, index)
    return value if value is not None and isfinite(value) else None


def shown(chart: EvidenceChart) -> Iterator[tuple[str, ...]]:
    """Return the values of a chart as texts: series, category, value, interval, n."""
    from dashboard.analysis.units import interval_text

    for series in chart.series:
        for index, category in enumerate(chart.categories):
            n = at(series.n, index)
            yield (
                series.name,
                category,
                value_text(at(series.values, index), chart.unit),
                interval_text(at(series.low, index), at(series.high, index), chart.unit),
                "" if n is None else f"{n:,.0f}",
            )
