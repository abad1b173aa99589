"""Routes as pictures: quality against cost with the efficient frontier, and what each route is used for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log10
from typing import TYPE_CHECKING, cast

import polars as pl

from dashboard.analysis.figures import Unit
from dashboard.analysis.frontier import FULL_COVERAGE, PlanePoint
from dashboard.analysis.remembered import remembered
from dashboard.analysis.route_comparison import Quality
from dashboard.analysis.units import interval_text, share_text, value_text
from dashboard.charts.drawing import Drawing, safe
from dashboard.charts.label_places import Named, places
from dashboard.charts.theme import FAINT, PLAIN, UNKNOWN

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn

MOST_ROWS = 15
_LOG_FROM = 10.0
"""Costs that are so many times apart are drawn on a logarithmic scale."""
_BLANK = "(blank)"
_LONGEST_LABEL = 24
_PLOT = (640.0, 380.0)
"""Width and height of the plane on a usual screen, in pixels, for placing names."""
_NARROW = 230.0
"""Width on a phone: the same places serve both."""
# Never so dark that the words of the theme, dark on light or light on dark, could not be read on it.
_SCALE = [[0.0, "rgba(59, 130, 196, 0.04)"], [1.0, "rgba(59, 130, 196, 0.75)"]]


@remembered(96)
def quality_cost_plane(points: Sequence[PlanePoint], quality: Quality) -> "Drawn":
    """Return the plane; routes without a price stand apart on the right, since no price is not a price of 0.

    Filled marks are on the frontier, open circles are outdone, diamonds cover less than half of the team's mix.
    """
    priced = [point for point in points if point.cost is not None]
    apart = [point for point in points if point.cost is None]
    named = labels([point.route for point in points])
    figure = Drawing()
    _frontier(figure, [point for point in priced if point.is_efficient])
    costs = [cost for point in priced for cost in (point.cost, *(point.cost_interval or ())) if cost]
    is_log = bool(costs) and max(costs) > _LOG_FROM * min(costs)
    placed = _places(priced, points, named, _scale(costs, is_log=is_log))
    for point in priced:
        _cross(figure, point, point.cost, "x", named[point.route], placed[point.route])
    for point in apart:
        _cross(figure, point, named[point.route], "x2", named[point.route], None)
    width = 1 - min(0.09 * len(apart), 0.4) - 0.06 if apart and priced else 1.0
    figure.update_layout(height=460, margin={"l": 8, "r": 8, "t": 28, "b": 8})
    figure.update_xaxes(
        title={"text": "USD per completed task" + (", log scale" if is_log else "")},
        domain=[0, width] if priced else [0, 0.01],
        visible=bool(priced),
        type="log" if is_log else "linear",
        tickprefix="$",
        **_scale(costs, is_log=is_log),
    )
    figure.update_layout(
        xaxis2={
            "domain": [width + 0.06 if priced else 0, 1] if apart else [0.99, 1],
            "anchor": "y",
            "type": "category",
            "visible": bool(apart),
            "fixedrange": True,
            "automargin": True,
            "tickangle": -90,
        }
    )
    if apart:
        figure.add_annotation(
            text="no cost to compare", xref="x2 domain", yref="paper", x=0.5, y=1.0, yanchor="bottom", showarrow=False
        )
    figure.update_yaxes(title={"text": f"{quality.label} at the team's mix"}, tickformat=".0%", automargin=True)
    return figure.figure()


@remembered(96)
def route_use(use: pl.DataFrame) -> "Drawn":
    """Return the heat map of a frame of route_frames.use_frame: each row is a route, each cell the share of a class."""
    routes = use["route"].unique(maintain_order=True).to_list()[:MOST_ROWS]
    named = labels(routes)
    classes = use["task_class"].unique(maintain_order=True).to_list()
    cells = {(row["route"], row["task_class"]): row for row in use.iter_rows(named=True)}
    rows = [[cells[route, task_class] for task_class in classes] for route in routes]
    # Category axes run from the bottom up: the most used route comes last to stand on top.
    rows.reverse()
    figure = Drawing()
    figure.add_heatmap(
        x=classes,
        y=[named[route] for route in reversed(routes)],
        z=[[cell["share"] for cell in row] for row in rows],
        customdata=[
            [
                f"{cell['task_count']:,} of {cell['route_task_count']:,} tasks; team {share_text(cell['team_share'])}"
                for cell in row
            ]
            for row in rows
        ],
        colorscale=_SCALE,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="%{y}, %{x}: %{customdata}<extra></extra>",
    )
    written = [cell for row in rows for cell in row if cell["task_count"]]
    # A heat map picks the colour of its own words for a white ground; those of a trace follow the theme.
    figure.add_scatter(
        x=[cell["task_class"] for cell in written],
        y=[named[cell["route"]] for cell in written],
        text=[share_text(cell["share"]) for cell in written],
        mode="text",
        hoverinfo="skip",
    )
    figure.update_layout(height=70 + 34 * max(len(routes), 1))
    figure.update_xaxes(side="top", type="category", showgrid=False)
    figure.update_yaxes(type="category", showgrid=False, ticks="")
    return figure.figure()


def _places(
    priced: Sequence[PlanePoint], points: Sequence[PlanePoint], named: Mapping[str, str], scale: Mapping[str, object]
) -> dict[str, str]:
    """Return where the name of each point goes: of the frontier, the upper left edge, outwards where there is room."""
    low = min((point.quality_interval[0] for point in points), default=0.0)
    high = max((point.quality_interval[1] for point in points), default=1.0)
    left, right = cast("list[float]", scale.get("range", [0.0, 1.0]))
    ordered = sorted(priced, key=lambda point: not point.is_efficient)
    found = places(
        [
            Named(
                ((log10(cost) if "tickvals" in scale else cost) - left) / ((right - left) or 1) * _PLOT[0],
                (high - point.quality) / ((high - low) or 1) * _PLOT[1],
                named[point.route],
                ("top left",) if point.is_efficient else (),
            )
            for point in ordered
            for cost in [point.cost or left]
        ],
        _PLOT[0],
        _NARROW,
    )
    return {point.route: place for point, place in zip(ordered, found, strict=True)}


def _frontier(figure: Drawing, efficient: Sequence[PlanePoint]) -> None:
    """Draw the step line: what the best route up to a cost reaches."""
    if len(efficient) < 2:
        return
    ordered = sorted(efficient, key=lambda point: point.cost or 0.0)
    figure.add_scatter(
        x=[point.cost for point in ordered],
        y=[point.quality for point in ordered],
        mode="lines",
        line={"shape": "hv", "dash": "dot", "color": PLAIN, "width": 1.5},
        hoverinfo="skip",
    )


def _cross(
    figure: Drawing, point: PlanePoint, x: float | str | None, axis: str, name: str, position: str | None
) -> None:
    """Draw one route with its intervals; the words at it are its name, short."""
    low, high = point.quality_interval
    color = PLAIN if point.is_efficient else UNKNOWN
    symbol = "diamond-open" if point.coverage < FULL_COVERAGE else "circle" if point.is_efficient else "circle-open"
    errors = {"color": FAINT, "thickness": 1.5, "width": 4}
    across = None
    if point.cost is not None and point.cost_interval is not None:
        below, above = point.cost_interval
        across = {**errors, "symmetric": False, "array": [above - point.cost], "arrayminus": [point.cost - below]}
    figure.add_scatter(
        x=[x],
        y=[point.quality],
        xaxis=axis,
        mode="markers+text" if position else "markers",
        text=[name],
        textposition=position or "top center",
        marker={"size": 10, "color": color, "symbol": symbol, "line": {"width": 2, "color": color}},
        error_y={**errors, "symmetric": False, "array": [high - point.quality], "arrayminus": [point.quality - low]},
        error_x=across,
        hovertext=[_hover(point)],
        hoverinfo="text",
        cliponaxis=False,
    )


def _hover(point: PlanePoint) -> str:
    price = point.pricing.value
    if point.cost is not None:
        bounds = interval_text(*(point.cost_interval or (None, None)), Unit.USD)
        price = f"{value_text(point.cost, Unit.USD)} ({bounds})"
    quality = f"{value_text(point.quality, Unit.RATE)} ({interval_text(*point.quality_interval, Unit.RATE)})"
    return (
        f"{safe(point.route)}<br>Quality {quality}, n = {point.n:,}<br>"
        f"Covers {value_text(point.coverage, Unit.RATE)} of the mix<br>Per completed task: {price}"
    )


def _scale(costs: Sequence[float], *, is_log: bool) -> dict[str, object]:
    """Return ticks and range: room for names on both sides; Plotly's own log ticks lose their digits when narrow."""
    if not costs:
        return {}
    low, high = min(costs), max(costs)
    if not is_log:
        return {"range": [max(low - 0.3 * (high - low or high), 0), high + 0.3 * (high - low or high)]}
    values = [factor * 10.0**power for power in range(int(log10(low)) - 2, int(log10(high)) + 2) for factor in (1, 3)]
    shown = [value for value in values if low / 3 <= value <= high * 3]
    return {
        "tickvals": shown,
        "ticktext": [f"{value:g}" for value in shown],
        "range": [log10(low / 3), log10(high * 3)],
    }


def labels(routes: Sequence[str]) -> dict[str, str]:
    """Return a short name for each route: its model where no other route has the same, else all of it; none twice."""
    models = Counter(_model(route) for route in routes)
    found: dict[str, str] = {}
    for route in routes:
        # In one line, as they are drawn: two that differ in their spaces alone are numbered.
        short = _cut(" ".join((_model(route) if models[_model(route)] == 1 else route).split())) or _BLANK
        number = sum(other == short or other.startswith(f"{short} (") for other in found.values())
        found[route] = short if number == 0 else f"{short} ({number + 1})"
    return {route: safe(short) for route, short in found.items()}


def _model(route: str) -> str:
    return route.partition("/")[2] or route


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 1] + "…"
