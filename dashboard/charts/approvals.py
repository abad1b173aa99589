"""Approvals as pictures: the map of zones by what both sides cost, decisions over time, and how long they took."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import sqrt
from typing import TYPE_CHECKING

from dashboard.analysis.approval_words import ACTORS
from dashboard.analysis.decisions_over_time import DecisionBucket, DecisionSeries
from dashboard.analysis.figures import Unit
from dashboard.analysis.remembered import remembered
from dashboard.analysis.strictness import Balance, Strictness, StrictnessCell
from dashboard.analysis.strictness_costs import Bounded
from dashboard.analysis.strictness_counts import Who
from dashboard.analysis.strictness_words import place_words, verdict_words, zone_title
from dashboard.analysis.trend_buckets import Every, PointState
from dashboard.analysis.units import interval_text, value_text
from dashboard.charts.drawing import Drawing, safe
from dashboard.charts.theme import BAD, FAINT, PLAIN, UNKNOWN

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn

_SYMBOLS = {Who.HUMAN: "circle", Who.POLICY: "square", Who.NOT_ASKED: "diamond", Who.UNKNOWN: "triangle-up"}
_REGION = "rgba(59, 130, 196, 0.13)"
_BAND = "rgba(59, 130, 196, 0.20)"
_HOLLOW = "rgba(125, 136, 148, 0.10)"
_TICKS = {Every.DAY: "%d %b", Every.WEEK: "%d %b", Every.MONTH: "%b %Y"}
_DAY_MS = 86_400_000
_ROW_HEIGHT = 150
_STEPS = 60


def on_map(found: Strictness) -> list[StrictnessCell]:
    """Return the groups that have a place on the map: both sides have a known cost."""
    return [cell for cell in found.by_zone if cell.difference_usd is not None and cell.is_asking_known]


@remembered(96)
def zone_map(found: Strictness) -> "Drawn":
    """Return cost of asking against cost of escapes for a hundred decisions, one mark for each zone and actor.

    The shaded band is what the stated costs call about right. Filled marks have a verdict, open ones cannot be told;
    the shape says who decided, and orange marks lie beyond the band for certain.
    """
    # What has a verdict gets its name first, where there is no room for all.
    cells = sorted(on_map(found), key=lambda cell: cell.verdict is Balance.CANNOT_TELL)
    right = _far([cell.restrictive_usd for cell in cells], found.tolerance_usd)
    top = _far([cell.lax_usd for cell in cells], found.tolerance_usd)
    figure = Drawing()
    _region(figure, found.tolerance_usd, right, top)
    for cell, position in zip(cells, _positions(cells, right, top), strict=True):
        _cross(figure, cell, position)
    for x, y, x_anchor, text in (
        (0.03, 0.985, "left", "too lax: mistakes cost more"),
        (0.99, 0.13, "right", "too restrictive:<br>asking costs more"),
    ):
        figure.add_annotation(
            xref="paper", yref="paper", x=x, y=y, xanchor=x_anchor, yanchor="top", text=text, showarrow=False,
            align=x_anchor, font={"size": 12, "color": UNKNOWN},
        )  # fmt: skip
    figure.update_layout(height=470, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    figure.update_xaxes(title={"text": "Asking, USD per 100 decisions"}, **_axis(right))
    figure.update_yaxes(title={"text": "Mistakes that got through, USD per 100 decisions"}, **_axis(top))
    return figure.figure()


@remembered(96)
def decisions_picture(found: DecisionSeries) -> "Drawn":
    """Return one row of bars for each kind of actor: accepted, rejected (hatched) and pending (hollow)."""
    rows = max(len(found.by_actor), 1)
    figure = Drawing(rows=rows, spacing=min(0.3 / rows, 0.12))
    kinds = (
        ("accepted", {"color": PLAIN}),
        ("rejected", _hatched(BAD)),
        ("waits", {"color": _HOLLOW, "line": {"color": UNKNOWN, "width": 1.2}}),
    )
    for row, (actor, buckets) in enumerate(found.by_actor.items(), 1):
        for name, marker in kinds:
            counts = [getattr(bucket, f"{name}_count") for bucket in buckets]
            if not any(counts):
                continue
            figure.add_bar(
                x=[_middle(bucket.first, bucket.last) for bucket in buckets], y=counts, name=name, legendgroup=name,
                showlegend=name not in figure.trace_names, marker=marker,
                width=[_width(bucket) for bucket in buckets],
                hovertext=[_decided_words(bucket, ACTORS[actor]) for bucket in buckets], hoverinfo="text",
                row=row,
            )  # fmt: skip
        figure.add_row_title(row, ACTORS[actor].capitalize())
    figure.update_layout(
        height=70 + _ROW_HEIGHT * rows, barmode="stack", bargap=0.1, showlegend=True,
        margin={"l": 8, "r": 8, "t": 46, "b": 8},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0 + 0.12 / rows, "x": 1, "xanchor": "right"},
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, type="date", tickformat=_TICKS[found.every], nticks=7, fixedrange=True)
    figure.update_yaxes(rangemode="tozero", nticks=4, fixedrange=True, automargin=True)
    return figure.figure()


@remembered(96)
def waiting_picture(found: DecisionSeries) -> "Drawn":
    """Return the median waiting time in hours with its interval as a band, one row for each kind of actor."""
    timed = {actor: buckets for actor, buckets in found.by_actor.items() if any(one.waits.n for one in buckets)}
    rows = max(len(timed), 1)
    figure = Drawing(rows=rows, spacing=min(0.3 / rows, 0.12))
    for row, (actor, buckets) in enumerate(timed.items(), 1):
        _waits(figure, buckets, row)
        figure.add_row_title(row, ACTORS[actor].capitalize())
    figure.update_layout(height=70 + _ROW_HEIGHT * rows, margin={"l": 8, "r": 8, "t": 24, "b": 8})
    figure.update_xaxes(showgrid=False, type="date", tickformat=_TICKS[found.every], nticks=7, fixedrange=True)
    figure.update_yaxes(title={"text": "hours"}, rangemode="tozero", nticks=4, fixedrange=True, automargin=True)
    return figure.figure()


def _region(figure: Drawing, tolerance: float, right: float, top: float) -> None:
    """Draw the band in which neither side costs more than the tolerance more than the other."""
    # On the scale of the axes its edges bend, so they are drawn through many points.
    along = [max(right, top) * 1.2 * (step / _STEPS) ** 2 for step in range(_STEPS + 1)]
    figure.add_scatter(
        x=[_root(value) for value in (*along, *(value + tolerance for value in reversed(along)), 0)],
        y=[_root(value) for value in (*(value + tolerance for value in along), *reversed(along), 0)],
        fill="toself", fillcolor=_REGION, mode="lines", line={"width": 1, "color": FAINT}, hoverinfo="skip",
    )  # fmt: skip
    place = _root(min(right, top) * 0.6)
    figure.add_annotation(x=place, y=place, text="about right", showarrow=False, font={"size": 12, "color": PLAIN})


def _cross(figure: Drawing, cell: StrictnessCell, position: str) -> None:
    lax, asking = cell.lax_usd, cell.restrictive_usd
    if lax is None or asking is None:
        return
    is_settled = cell.verdict is not Balance.CANNOT_TELL
    color = BAD if cell.verdict in (Balance.TOO_LAX, Balance.TOO_RESTRICTIVE) else PLAIN if is_settled else UNKNOWN
    figure.add_scatter(
        x=[_root(asking.value)],
        y=[_root(lax.value)],
        mode="markers+text" if position else "markers",
        text=[safe(_short(zone_title(cell.place.zone)))],
        textposition=position or "top right",
        marker={
            "size": 11, "color": color, "symbol": _SYMBOLS[cell.place.who] + ("" if is_settled else "-open"),
            "line": {"width": 2, "color": color},
        },
        error_x=_error(asking), error_y=_error(lax), hovertext=[_cell_words(cell)], hoverinfo="text",
        cliponaxis=False,
    )  # fmt: skip


def _error(side: Bounded) -> dict[str, object]:
    above, below = _root(side.high) - _root(side.value), _root(side.value) - _root(side.low)
    return {"color": FAINT, "thickness": 1.5, "width": 4, "symmetric": False, "array": [above], "arrayminus": [below]}


def _positions(cells: Sequence[StrictnessCell], right: float, top: float) -> list[str]:
    """Return where the name of each mark stands; empty where it would cover names drawn before in every place."""
    found: list[str] = []
    taken: list[tuple[float, float]] = []
    for cell in cells:
        x = _root(cell.restrictive_usd.value if cell.restrictive_usd else 0.0) / _root(right)
        y = _root(cell.lax_usd.value if cell.lax_usd else 0.0) / _root(top)
        places = {"top right": y + 0.035, "bottom right": y - 0.035, "middle right": y}
        free = [
            name
            for name, height in places.items()
            if height > -0.01 and not any(abs(height - other) < 0.045 and abs(x - near) < 0.25 for near, other in taken)
        ]
        found.append(free[0] if free else "")
        if free:
            taken.append((x, places[free[0]]))
    return found


def _root(usd: float) -> float:
    """Return where an amount stands on the axes: their scale is that of square roots, which has a place for 0."""
    return sqrt(max(usd, 0.0))


def _axis(far: float) -> dict[str, object]:
    steps = [0, *(factor * 10**power for power in range(1, 7) for factor in (1, 2.5, 5))]
    # Labels that would stand on each other are left out.
    shown: list[float] = []
    for value in steps:
        if value <= far and (not shown or _root(value) - _root(shown[-1]) > 0.075 * _root(far)):
            shown.append(value)
    return {
        "range": [-0.03 * _root(far), _root(far)],
        "tickvals": [_root(value) for value in shown],
        "ticktext": [f"${value:,.0f}" for value in shown],
        "zeroline": False,
    }


def _waits(figure: Drawing, buckets: Sequence[DecisionBucket], row: int) -> None:
    bounded = [(bucket, bucket.median_interval) for bucket in buckets if bucket.median_interval is not None]
    if len(bounded) > 1:
        days = [_middle(bucket.first, bucket.last) for bucket, _ in bounded]
        highs, lows = [bound[1] for _, bound in bounded], [bound[0] for _, bound in bounded]
        figure.add_scatter(
            x=[*days, *reversed(days)], y=[*highs, *reversed(lows)], fill="toself", fillcolor=_BAND, mode="lines",
            line={"width": 0}, hoverinfo="skip", row=row,
        )  # fmt: skip
    figure.add_scatter(
        x=[_middle(bucket.first, bucket.last) for bucket in buckets],
        y=[bucket.median_hours for bucket in buckets],
        mode="lines+markers", connectgaps=False, line={"color": PLAIN, "width": 2},
        marker={
            "size": 6, "color": PLAIN, "line": {"width": 1.5, "color": PLAIN},
            "symbol": ["circle" if bucket.state is PointState.SETTLED else "circle-open" for bucket in buckets],
        },
        hovertext=[_waited_words(bucket) for bucket in buckets], hoverinfo="text", row=row,
    )  # fmt: skip


def _cell_words(cell: StrictnessCell) -> str:
    lines = [f"<b>{safe(place_words(cell))}</b>", safe(verdict_words(cell))]
    for name, rate in (("Accepted and rolled back", cell.lax), ("Rejected and accepted later", cell.restrictive)):
        bounds = interval_text(*(rate.interval or (None, None)), Unit.RATE)
        lines.append(f"{name}: {value_text(rate.value, Unit.RATE)} ({bounds}), n = {rate.n:,}")
    for name, side in (("Mistakes", cell.lax_usd), ("Asking", cell.restrictive_usd)):
        if side is not None:
            bounds = interval_text(side.low, side.high, Unit.USD)
            lines.append(f"{name}: {value_text(side.value, Unit.USD)} ({bounds}) per 100 decisions")
    return "<br>".join(lines)


def _decided_words(bucket: DecisionBucket, who: str) -> str:
    lines = [f"<b>{who.capitalize()}</b>, {_span(bucket)}"]
    lines += [f"{decision.value.replace('_', ' ')}: {count:,}" for decision, count in bucket.counts.items() if count]
    if bucket.rejected.n:
        bounds = interval_text(*(bucket.rejected.interval or (None, None)), Unit.RATE)
        lines.append(f"{value_text(bucket.rejected.value, Unit.RATE)} rejected ({bounds})")
    return "<br>".join(lines)


def _waited_words(bucket: DecisionBucket) -> str:
    if bucket.median_hours is None:
        return ""
    bounds = bucket.median_interval
    told = "no interval: too few" if bounds is None else f"95 % interval {bounds[0]:.1f} to {bounds[1]:.1f} hours"
    return f"<b>{bucket.median_hours:.1f} hours</b>, {_span(bucket)}<br>{told}<br>n = {bucket.waits.n:,} decisions"


def _span(bucket: DecisionBucket) -> str:
    if bucket.first == bucket.last:
        return f"{bucket.first:%d %b %Y}"
    return f"{bucket.first:%d %b} to {bucket.last:%d %b %Y}"


def _hatched(color: str) -> dict[str, object]:
    pattern = {"shape": "/", "fgcolor": color, "bgcolor": "rgba(208, 106, 31, 0.22)", "size": 5, "solidity": 0.45}
    return {"color": color, "pattern": pattern, "line": {"color": color, "width": 1}}


def _far(sides: Sequence[Bounded | None], tolerance: float) -> float:
    """Return the end of an axis: all marks are on it, and not every end of a wide interval."""
    return max([*(side.value for side in sides if side is not None), tolerance]) * 1.6


def _short(title: str) -> str:
    return title.split(" and ")[0]


def _middle(first: date, last: date) -> date:
    return first + timedelta(days=(last - first).days // 2)


def _width(bucket: DecisionBucket) -> float:
    return ((bucket.last - bucket.first).days + 1) * _DAY_MS * 0.8
