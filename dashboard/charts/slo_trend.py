"""A trend with its interval as a band, its objective, the compared period faint, and marks of what happened."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from dashboard.analysis.figures import Standing, Unit
from dashboard.analysis.remembered import remembered
from dashboard.analysis.timeline_marks import Mark
from dashboard.analysis.trend_buckets import Every, PointState, Trend, TrendPoint
from dashboard.analysis.trend_words import clear_standings
from dashboard.analysis.units import interval_text, value_text
from dashboard.charts.drawing import Drawing, safe
from dashboard.charts.theme import BAD, FAINT, PLAIN, UNKNOWN

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn

_BAND = "rgba(59, 130, 196, 0.20)"
LETTERS = {"Policy change": "P", "Incident": "I", "Deployment rolled back": "R"}


@remembered(96)
def slo_trend(trend: Trend, marks: Sequence[Mark] = (), *, height: int = 320) -> "Drawn":
    """Return the picture of a trend; a gap tears the line, what may still change is dashed and hollow."""
    figure = Drawing()
    scale = 100 if trend.unit is Unit.RATE else 1
    _add_band(figure, trend.points, scale)
    _add_before(figure, trend, scale)
    _add_lines(figure, trend.points, scale)
    _add_points(figure, trend, scale)
    if trend.objective is not None:
        figure.add_hline(y=trend.objective * scale, line={"color": UNKNOWN, "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            xref="paper", x=0, y=trend.objective * scale, yanchor=_free_side(trend, trend.objective), xanchor="left",
            showarrow=False,
            text=f"objective {value_text(trend.objective, trend.unit)}", font={"size": 11, "color": UNKNOWN},
        )  # fmt: skip
    figure.update_layout(height=height, margin={"l": 8, "r": 8, "t": 20 if marks else 8, "b": 8})
    figure.update_xaxes(showgrid=False, type="date", tickformat=_TICKS[trend.every], nticks=7)
    figure.update_yaxes(title={"text": _AXIS[trend.unit], "standoff": 12}, range=_range(trend, scale), zeroline=False)
    _add_marks(figure, trend, marks)
    return figure.figure()


_TICKS = {Every.DAY: "%d %b", Every.WEEK: "%d %b", Every.MONTH: "%b %Y"}
_AXIS = {Unit.RATE: "percent", Unit.SECONDS: "seconds", Unit.USD: "USD"}


def _add_band(figure: Drawing, points: Sequence[TrendPoint], scale: float) -> None:
    """Draw the intervals of all runs as one trace; a null parts the areas."""
    days: list[date | None] = []
    bounds: list[float | None] = []
    for run in _runs([point if point.low is not None else replace(point, value=None) for point in points]):
        if len(run) < 2:
            continue
        edge = [_middle(point) for point in run]
        days += [*edge, *reversed(edge), None]
        bounds += [_scaled(point.high, scale) for point in run]
        bounds += [_scaled(point.low, scale) for point in reversed(run)]
        bounds.append(None)
    if days:
        figure.add_scatter(
            x=days, y=bounds, fill="toself", fillcolor=_BAND, line={"width": 0}, mode="lines", hoverinfo="skip",
            connectgaps=False,
        )  # fmt: skip


def _add_before(figure: Drawing, trend: Trend, scale: float) -> None:
    if not any(earlier is not None and earlier.value is not None for earlier in trend.before):
        return
    figure.add_scatter(
        x=[_middle(point) for point in trend.points],
        y=[None if earlier is None else _scaled(earlier.value, scale) for earlier in trend.before],
        mode="lines", line={"color": UNKNOWN, "width": 1.2}, opacity=0.55, connectgaps=False,
        text=[_before_words(earlier, trend) for earlier in trend.before],
        hovertemplate="%{text}<extra>compared period</extra>",
    )  # fmt: skip


def _add_lines(figure: Drawing, points: Sequence[TrendPoint], scale: float) -> None:
    """Draw the line as two traces: whole up to the last settled point, dotted where a point may still change."""
    pieces = [piece for run in _runs(points) for piece in _pieces(run)]
    for is_dotted in (False, True):
        own = [piece for dotted, piece in pieces if dotted is is_dotted]
        if own:
            figure.add_scatter(
                x=[day for piece in own for day in (*map(_middle, piece), None)],
                y=[value for piece in own for value in (*(_scaled(point.value, scale) for point in piece), None)],
                mode="lines", hoverinfo="skip", connectgaps=False,
                line={"color": PLAIN, "width": 2, "dash": "dot" if is_dotted else "solid"},
            )  # fmt: skip


def _pieces(run: Sequence[TrendPoint]) -> list[tuple[bool, list[TrendPoint]]]:
    pieces: list[tuple[bool, list[TrendPoint]]] = []
    for first, second in pairwise(run):
        is_dashed = first.state is not PointState.SETTLED or second.state is not PointState.SETTLED
        if pieces and pieces[-1][0] is is_dashed:
            pieces[-1][1].append(second)
        else:
            pieces.append((is_dashed, [first, second]))
    return pieces


def _add_points(figure: Drawing, trend: Trend, scale: float) -> None:
    points = [point for point in trend.points if point.value is not None]
    missed = {
        point.first
        for point, found in zip(trend.settled, clear_standings(trend), strict=True)
        if found is Standing.MISSED
    }
    colours = [BAD if point.first in missed else PLAIN for point in points]
    settled = [point.state is PointState.SETTLED for point in points]
    figure.add_scatter(
        x=[_middle(point) for point in points],
        y=[_scaled(point.value, scale) for point in points],
        mode="markers",
        marker={
            "size": 7 if len(points) <= 60 else 4,
            "color": colours,
            # Shape says the same as colour: what missed is a diamond; what may still change is hollow.
            "symbol": [
                ("diamond" if colour == BAD else "circle") + ("" if is_settled else "-open")
                for colour, is_settled in zip(colours, settled, strict=True)
            ],
            "line": {"width": 1.5, "color": colours},
        },
        text=[_words(point, trend) for point in points],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _add_marks(figure: Drawing, trend: Trend, marks: Sequence[Mark]) -> None:
    """Draw a thin line for each thing that happened, with the letter of its kind at the top."""
    if not marks or not trend.points:
        return
    figure.add_scatter(
        x=[mark.at for mark in marks],
        y=[1.0] * len(marks),
        yaxis="y2", mode="markers+text", marker={"size": 13, "color": FAINT}, textposition="middle center",
        text=[LETTERS[mark.kind] for mark in marks],
        textfont={"size": 10}, cliponaxis=False,
        customdata=[safe(f"{mark.kind}, {mark.at:%d %b %Y}: {mark.title}") for mark in marks],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    for mark in marks:
        figure.add_line(
            xref="x", yref="y domain", x0=mark.at.isoformat(), x1=mark.at.isoformat(), y0=0, y1=1,
            line={"color": UNKNOWN, "width": 1, "dash": "dash"}, opacity=0.5,
        )  # fmt: skip
    figure.update_layout(yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True})


def _free_side(trend: Trend, objective: float) -> str:
    """Return the end of the words about the objective that stands on its line: they go where the first point is not."""
    first = next((point.value for point in trend.points if point.value is not None), objective)
    return "top" if first >= objective else "bottom"


def _range(trend: Trend, scale: float) -> list[float] | None:
    """Return the limits of the axis: those of values and objective, so that one wide interval does not flatten all."""
    values = [point.value for point in trend.points if point.value is not None]
    values += [earlier.value for earlier in trend.before if earlier is not None and earlier.value is not None]
    if not values:
        return None
    known = [*values, trend.objective] if trend.objective is not None else values
    low, high = min(known) * scale, max(known) * scale
    room = max((high - low) * 0.35, 0.02 * scale if trend.unit is Unit.RATE else high * 0.1)
    if trend.unit is Unit.RATE:
        # A little room below 0, so that a point on it is not cut.
        return [max(low - room, -min(1.0, 0.03 * (high + room))), min(high + room, 101.5)]
    return [max(low - room, 0), high + room]


def _runs(points: Sequence[TrendPoint]) -> Iterable[list[TrendPoint]]:
    run: list[TrendPoint] = []
    for point in points:
        if point.value is None:
            if run:
                yield run
            run = []
        else:
            run.append(point)
    if run:
        yield run


def _words(point: TrendPoint, trend: Trend) -> str:
    lines = [f"<b>{value_text(point.value, trend.unit)}</b>, {_days(point.first, point.last)}"]
    if point.low is not None:
        lines.append(f"95 % interval {interval_text(point.low, point.high, trend.unit)}")
    else:
        lines.append("no interval: too little data")
    lines.append(f"n = {point.n:,} {trend.n_unit}")
    if point.state is not PointState.SETTLED:
        lines.append(f"{point.state.value}: may still change")
    return "<br>".join(lines)


def _before_words(earlier: TrendPoint | None, trend: Trend) -> str:
    if earlier is None or earlier.value is None:
        return ""
    value = value_text(earlier.value, trend.unit)
    return f"{value}, {_days(earlier.first, earlier.last)}<br>n = {earlier.n:,} {trend.n_unit}"


def _days(first: date, last: date) -> str:
    return f"{first:%d %b %Y}" if first == last else f"{first:%d %b} to {last:%d %b %Y}"


def _middle(point: TrendPoint) -> date:
    return point.first + timedelta(days=(point.last - point.first).days // 2)


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale
