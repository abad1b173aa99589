"""The charts of a review: one Plotly figure for each kind, drawn from the numbers of the document and nothing else."""

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from msgspec import structs

from dashboard.analysis.figures import Unit
from dashboard.analysis.remembered import remembered
from dashboard.analysis.review.document import ChartKind, ChartSeries, EvidenceChart
from dashboard.analysis.units import interval_text, value_text
from dashboard.charts.drawing import Drawing, safe
from dashboard.charts.theme import BAD, FAINT, PLAIN, UNKNOWN

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn

# Mid tones that read on light and dark. Marks and hatching differ as well: nothing hangs on the colour alone.
_COLOURS = (PLAIN, UNKNOWN, BAD, "#8B6BB8", "#3E8A78", "#A8842C")
_SYMBOLS = ("circle", "circle-open", "diamond", "square", "triangle-up", "x")
_PATTERNS = ("", "/", "x", ".", "\\", "-")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_BAND = "rgba(59, 130, 196, 0.16)"
_LONGEST_NAME = 40
_AXIS_LETTERS = 42
_MOST_ROWS = 18
_TALLEST = 600
"""A large chart fits on a screen with what stands above and below it."""
_MOST_TICKS = 9
_TICK_FORMATS = {Unit.RATE: ".0%", Unit.USD: "$,~g", Unit.COUNT: ",~d", Unit.SECONDS: ",~g"}


def first_rows(chart: EvidenceChart) -> EvidenceChart:
    """Return as much of a chart as can be read from the back of a room: the first categories; over time, all."""
    most = max(_MOST_ROWS // max(len(chart.series), 1), 1)
    if chart.kind is ChartKind.LINES or len(chart.categories) <= most:
        return chart
    series = tuple(
        structs.replace(one, values=one.values[:most], low=one.low[:most], high=one.high[:most], n=one.n[:most])
        for one in chart.series
    )
    title = f"{chart.title} (the first {most} of {len(chart.categories)})"
    return structs.replace(chart, title=title, categories=chart.categories[:most], series=series)


@remembered(128)
def review_chart(chart: EvidenceChart, *, is_large: bool = False) -> "Drawn":
    """Return the picture of a chart; large is for a screen that is read from the back of a room."""
    figure = Drawing()
    figure.update_layout(showlegend=len(chart.series) > 1)
    draw = _draw_lines if chart.kind is ChartKind.LINES else _draw_rows
    draw(figure, chart, is_large=is_large)
    figure.update_layout(
        legend={
            "orientation": "h", "x": 0, "y": 1.0, "yref": "container", "yanchor": "top", "traceorder": "normal",
            "itemclick": False, "itemdoubleclick": False, "font": {"size": _size(is_large=is_large)},
        },
        margin={"l": 8, "r": 24, "t": _space_above(chart, is_large=is_large), "b": 8},
    )  # fmt: skip
    return figure.figure()


def _size(*, is_large: bool) -> int:
    """Return the size of type: on the axes, at the reference, in the legend and beside the values."""
    return 19 if is_large else 12


def _draw_rows(figure: Drawing, chart: EvidenceChart, *, is_large: bool) -> None:
    """Draw bars or points in rows: a category each, its series beside each other."""
    count = max(len(chart.series), 1)
    step = 0.76 / count
    for number, series in enumerate(chart.series):
        offset = (number - (count - 1) / 2) * step
        places = [place + offset for place in range(len(chart.categories))]
        look = {"color": _COLOURS[number % len(_COLOURS)]}
        shared: dict[str, Any] = {
            "name": safe(series.name),
            "x": list(series.values),
            "y": places,
            "hovertext": _hovers(chart, series),
            "hoverinfo": "text",
            "error_x": _errors(series, look["color"], is_large=is_large),
        }
        if chart.kind is ChartKind.BARS:
            # Bars are pale, so that the interval is seen on them as well as beyond.
            pattern = {"shape": _PATTERNS[number % len(_PATTERNS)], "fgcolor": look["color"], "solidity": 0.2}
            marker = {"color": _pale(look["color"]), "line": {"width": 1.5, **look}, "pattern": pattern}
            figure.add_bar(orientation="h", width=step * 0.86, marker={**marker, "cornerradius": 3}, **shared)
        else:
            symbol = _SYMBOLS[number % len(_SYMBOLS)]
            figure.add_scatter(
                mode="markers",
                cliponaxis=False,
                marker={**look, "size": 15 if is_large else 10, "symbol": symbol, "line": {"width": 2, **look}},
                **shared,
            )
        # The values stand in a column of their own, where no bar and no interval crosses them.
        figure.add_scatter(
            x=[_range(chart)[1]] * len(places), y=places, text=[_text(value, chart.unit) for value in series.values],
            mode="text", textposition="middle left", hoverinfo="skip", showlegend=False, cliponaxis=False,
            textfont={"color": look["color"], "size": _size(is_large=is_large)},
        )  # fmt: skip
    row = (34 if is_large else 20) * count + (22 if is_large else 14)
    # Below: the ticks, and the words of the axis, which are two lines where they are long.
    below = (4 + 2 * (len(chart.axis) > _AXIS_LETTERS)) * _size(is_large=is_large)
    height = max(row * len(chart.categories), 60) + below + 8 + _space_above(chart, is_large=is_large)
    figure.update_layout(height=min(height, _TALLEST) if is_large else height)
    figure.update_yaxes(
        tickvals=list(range(len(chart.categories))), ticktext=names(chart.categories), showgrid=False, zeroline=False,
        range=[len(chart.categories) - 0.5, -0.5], ticks="", tickfont={"size": _size(is_large=is_large) + 1},
    )  # fmt: skip
    figure.update_xaxes(
        title={"text": _axis(chart), "font": {"size": _size(is_large=is_large)}}, range=_range(chart), zeroline=True,
        tickformat=_TICK_FORMATS.get(chart.unit), tickfont={"size": _size(is_large=is_large)}, showgrid=True, nticks=6,
    )  # fmt: skip
    if chart.reference is not None:
        figure.add_vline(x=chart.reference, line={"color": BAD, "width": 2, "dash": "dash"})
        figure.add_annotation(
            x=chart.reference, xref="x", y=1, yref="paper", yanchor="bottom", showarrow=False, text=_reference(chart),
            font={"color": BAD, "size": _size(is_large=is_large)}, xanchor=_anchor(chart),
        )  # fmt: skip


def _draw_lines(figure: Drawing, chart: EvidenceChart, *, is_large: bool) -> None:
    """Draw values over time; the interval of a single series is a band, of several each point's own."""
    places = list(range(len(chart.categories)))
    is_single = len(chart.series) == 1
    for number, series in enumerate(chart.series):
        colour = _COLOURS[number % len(_COLOURS)]
        if is_single and series.low and series.high:
            _add_band(figure, places, series)
        figure.add_scatter(
            name=safe(series.name), x=places, y=list(series.values), mode="lines+markers", connectgaps=False,
            line={"color": colour, "width": 3 if is_large else 2, "dash": _DASHES[number % len(_DASHES)]},
            marker={"color": colour, "size": 11 if is_large else 7, "symbol": _SYMBOLS[number % len(_SYMBOLS)]},
            error_y=None if is_single else _errors(series, FAINT, is_large=is_large),
            hovertext=_hovers(chart, series), hoverinfo="text",
        )  # fmt: skip
    figure.update_layout(height=(460 if is_large else 300) + _space_above(chart, is_large=is_large))
    every = -(-len(places) // _MOST_TICKS) or 1
    figure.update_xaxes(
        tickvals=places[::every], ticktext=names(chart.categories)[::every], showgrid=False,
        range=[-0.3, max(len(places) - 0.7, 0.3)], tickfont={"size": _size(is_large=is_large)},
    )  # fmt: skip
    figure.update_yaxes(
        title={"text": _axis(chart), "standoff": 12, "font": {"size": _size(is_large=is_large)}}, zeroline=False,
        tickformat=_TICK_FORMATS.get(chart.unit), tickfont={"size": _size(is_large=is_large)}, range=_range(chart),
        nticks=6,
    )  # fmt: skip
    if chart.reference is not None:
        figure.add_hline(y=chart.reference, line={"color": BAD, "width": 2, "dash": "dash"})
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=chart.reference, yanchor="bottom", showarrow=False,
            text=_reference(chart), font={"color": BAD, "size": _size(is_large=is_large)},
        )  # fmt: skip


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.35)"


def _add_band(figure: Drawing, places: Sequence[int], series: ChartSeries) -> None:
    """Draw the intervals as one area; where one is not known, the area ends."""
    runs: list[list[int]] = [[]]
    for place in places:
        if series.low[place] is None or series.high[place] is None:
            runs.append([])
        else:
            runs[-1].append(place)
    xs: list[int | None] = []
    ys: list[float | None] = []
    for run in runs:
        if len(run) > 1:
            xs += [*run, *reversed(run), None]
            ys += [*(series.high[place] for place in run), *(series.low[place] for place in reversed(run)), None]
    if xs:
        figure.add_scatter(
            x=xs, y=ys, fill="toself", fillcolor=_BAND, line={"width": 0}, mode="lines", hoverinfo="skip",
            showlegend=False,
        )  # fmt: skip


def _errors(series: ChartSeries, colour: str, *, is_large: bool) -> dict[str, Any] | None:
    if not series.low or not series.high:
        return None
    above: list[float] = []
    below: list[float] = []
    for value, low, high in zip(series.values, series.low, series.high, strict=True):
        known = value is not None and low is not None and high is not None
        # A bootstrap interval need not hold its value; a bar of negative length cannot be drawn.
        above.append(max(high - value, 0.0) if known else 0.0)
        below.append(max(value - low, 0.0) if known else 0.0)
    return {
        "type": "data", "symmetric": False, "array": above, "arrayminus": below, "color": colour,
        "thickness": 2.5 if is_large else 1.5, "width": 7 if is_large else 4,
    }  # fmt: skip


def _hovers(chart: EvidenceChart, series: ChartSeries) -> list[str]:
    """Return what each point says: category, series, value, interval, n."""
    found: list[str] = []
    for place, category in enumerate(chart.categories):
        said = f"<b>{safe(category)}</b>"
        if len(chart.series) > 1:
            said += f", {safe(series.name)}"
        said += f"<br>{value_text(series.values[place], chart.unit)}"
        low, high = (ends[place] if ends else None for ends in (series.low, series.high))
        if low is not None and high is not None:
            said += f" (95 % interval {interval_text(low, high, chart.unit)})"
        n = series.n[place] if series.n else None
        if n is not None:
            said += f"<br>n = {n:,} {safe(chart.n_unit)}"
        found.append(said)
    return found


def _range(chart: EvidenceChart) -> list[float]:
    """Return what the axis of values shows: all values, their intervals and the reference, with room for words."""
    shown = [chart.reference, *_all(chart.series)]
    known = [value for value in shown if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    if chart.kind is not ChartKind.BARS and known and min(known) > 0.5 * high and chart.unit is Unit.RATE:
        # Rates near 1 are told apart only when the axis does not begin at 0; points, unlike bars, allow that.
        low = max(min(known) - 0.1 * (high - min(known) or 0.1), 0.0)
    # In rows, the values stand on the right, beyond what is drawn.
    room = (0.06 if chart.kind is ChartKind.LINES else 0.26) * ((high - low) or 1.0)
    # A mark at 0 stands clear of the names on its left.
    before = room if low < 0 else 0.1 * room if chart.kind is ChartKind.POINTS and low == 0 else 0.0
    return [low - before, high + room]


def _all(series: Iterable[ChartSeries]) -> Iterable[float | None]:
    for one in series:
        yield from one.values
        yield from one.low
        yield from one.high


def _axis(chart: EvidenceChart) -> str:
    return "<br>".join(wrap(safe(chart.axis), _AXIS_LETTERS)) or ""


def _text(value: float | None, unit: Unit) -> str:
    return "" if value is None else value_text(value, unit)


def _reference(chart: EvidenceChart) -> str:
    value = value_text(chart.reference, chart.unit)
    label = chart.reference_label or ""
    return safe(label if value in label else f"{label} {value}")


def _anchor(chart: EvidenceChart) -> str:
    """Let the words at the line stand on the side where there is room."""
    low, high = _range(chart)
    return "right" if chart.reference is not None and chart.reference > (low + high) / 2 else "left"


def _space_above(chart: EvidenceChart, *, is_large: bool) -> int:
    line = 34 if is_large else 24
    return 10 + line * (len(chart.series) > 1) + line * (chart.reference is not None)


def names(categories: Sequence[str]) -> list[str]:
    """Return what stands on the axis: names from outside, short and without markup."""
    return [safe(name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…") for name in categories]
