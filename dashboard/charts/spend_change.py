"""Why spend changed, as steps from the compared period to this one."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from dashboard.analysis.figures import Unit
from dashboard.analysis.remembered import remembered
from dashboard.analysis.units import difference_text, value_text
from dashboard.charts.drawing import Drawing
from dashboard.charts.theme import BAD, PLAIN, UNKNOWN

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn


@remembered()
def spend_change(before: float, now: float, parts: Sequence[tuple[str, float]]) -> "Drawn":
    """Return the steps from one amount to another: bars of both ends, and a floating bar for each part between."""
    levels = list(accumulate((amount for _, amount in parts), initial=before))
    names = ["Compared period", *(name for name, _ in parts), "This period"]
    starts = [0.0, *levels[:-1], 0.0]
    heights = [before, *(amount for _, amount in parts), now]
    colors = [UNKNOWN, *(BAD if amount > 0 else PLAIN for _, amount in parts), UNKNOWN]
    texts = [value_text(before, Unit.USD), *(difference_text(amount, Unit.USD) for _, amount in parts)]
    texts.append(value_text(now, Unit.USD))
    figure = Drawing()
    # Lying bars: names of parts are words, which a narrow screen has no room for side by side.
    figure.add_bar(
        y=names, x=heights, base=starts, orientation="h", marker={"color": colors}, width=0.62,
        hovertext=[f"{name}: {text}" for name, text in zip(names, texts, strict=True)], hoverinfo="text",
    )  # fmt: skip
    ends = [max(start, start + height) for start, height in zip(starts, heights, strict=True)]
    figure.add_scatter(
        y=names, x=ends, mode="text", text=[f" {text}" for text in texts], textposition="middle right",
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    highest = max([*ends, 0.0])
    figure.update_layout(height=60 + 34 * len(names))
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(range=[min([*levels, 0.0]) * 1.05, highest * 1.28 or 1], tickprefix="$", nticks=5)
    return figure.figure()
