"""Sparklines: a small picture of one figure over time, with gaps as gaps and the young end marked as provisional."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from dashboard.charts.theme import PLAIN, UNKNOWN

WIDTH, HEIGHT, EDGE = 300.0, 52.0, 5.0
Point = tuple[float, float]


def sparkline(
    values: Sequence[float | None],
    description: str,
    *,
    provisional_from: int | None = None,
    objective: float | None = None,
) -> str:
    """Return the picture as an HTML image whose alternative text is the description.

    A value of None is a gap. Points from index provisional_from on may still change and are drawn dashed and hollow.
    The objective is a thin dashed line; it widens the scale so that it is always in the picture.
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    scale = known if objective is None else [*known, objective]
    low, high = min(scale), max(scale)
    span = (high - low) or max(abs(high), 1.0) * 0.1
    young = len(values) if provisional_from is None else provisional_from

    def place(index: int, value: float) -> Point:
        x = EDGE + (WIDTH - 2 * EDGE) * (index / (len(values) - 1) if len(values) > 1 else 0.5)
        return round(x, 1), round(EDGE + (HEIGHT - 2 * EDGE) * (high - value) / span, 1)

    parts: list[str] = []
    if objective is not None:
        _, y = place(0, objective)
        parts.append(f'<path d="M0 {y}H{WIDTH}" stroke="{UNKNOWN}" stroke-width="1" stroke-dasharray="2 4"/>')
    for run in _runs(values):
        settled = [place(index, value) for index, value in run if index < young]
        # The dashed part begins at the last settled point, so that the line does not tear there.
        unsettled = [place(index, value) for index, value in run if index >= max(young - 1, 0)]
        parts += _line(settled, "")
        if len(unsettled) > 1 or (unsettled and not settled):
            parts += _line(unsettled, ' stroke-dasharray="3 3"')
    last = max(index for index, value in enumerate(values) if value is not None)
    x, y = place(last, known[-1])
    filled = "none" if last >= young else PLAIN
    parts.append(f'<circle cx="{x}" cy="{y}" r="3.2" fill="{filled}" stroke="{PLAIN}" stroke-width="1.6"/>')
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" fill="none" '
        f'stroke-linecap="round" stroke-linejoin="round">{"".join(parts)}</svg>'
    )
    source = b64encode(svg.encode()).decode()
    return f'<img alt="{escape(description)}" src="data:image/svg+xml;base64,{source}">'


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Cut the series at its gaps."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _line(points: Sequence[Point], style: str) -> list[str]:
    if not points:
        return []
    if len(points) == 1:
        x, y = points[0]
        return [f'<circle cx="{x}" cy="{y}" r="1.4" fill="{PLAIN}"/>']
    steps = "L".join(f"{x} {y}" for x, y in points)
    return [f'<path d="M{steps}" stroke="{PLAIN}" stroke-width="2"{style}/>']
