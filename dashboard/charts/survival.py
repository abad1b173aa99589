"""How many patches are still in place at an age: a curve for each group, with its interval as a band."""

from math import log10
from typing import TYPE_CHECKING

from dashboard.analysis.remembered import remembered
from dashboard.analysis.survival import MARKS, SurvivalOfPatches
from dashboard.charts.drawing import Drawing
from dashboard.charts.theme import BAD, PLAIN, UNKNOWN

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn

# Told apart by dash as well as by colour; neither group is good or bad, so grey is the other colour.
_STYLES = ((PLAIN, "rgba(59, 130, 196, 0.18)", "solid"), (UNKNOWN, "rgba(125, 136, 148, 0.18)", "dash"))


@remembered(96)
def survival_curve(found: SurvivalOfPatches, *, objective: float | None = None) -> "Drawn":
    """Return the curves over ages from ten minutes to thirty days, on a logarithmic scale."""
    figure = Drawing()
    lowest = 100.0
    for group, (colour, band, dash) in zip(found.groups, _STYLES, strict=False):
        known = [point for point in group.curve if point.value is not None]
        ages = [point.age_minutes / 60 for point in known]
        lows = [(point.low or 0.0) * 100 for point in known]
        highs = [(point.high or 0.0) * 100 for point in known]
        lowest = min([lowest, *lows])
        figure.add_scatter(
            x=[*ages, *reversed(ages)], y=[*highs, *reversed(lows)], fill="toself", fillcolor=band,
            line={"width": 0}, mode="lines", hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        figure.add_scatter(
            x=ages,
            y=[(point.value or 0.0) * 100 for point in known],
            mode="lines",
            name=f"{group.group} (n = {group.n:,})",
            line={"color": colour, "width": 2.2, "dash": dash, "shape": "hv"},
            text=[
                f"95 % interval {low:.1f} to {high:.1f} %, {point.at_risk:,} patches observed that long"
                for point, low, high in zip(known, lows, highs, strict=True)
            ],
            hovertemplate="<b>%{y:.1f} %</b> in place after %{x:.1f} h<br>%{text}<extra></extra>",
        )
    if objective is not None:
        figure.add_hline(y=objective * 100, line={"color": BAD, "width": 1, "dash": "dot"})
    figure.update_layout(
        height=300,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left"},
    )
    figure.update_xaxes(
        type="log",
        title={"text": "age of the patch", "standoff": 12},
        tickvals=[minutes / 60 for _, minutes in MARKS],
        ticktext=[words for words, _ in MARKS],
        showgrid=True,
        # From ten minutes to a little beyond the last mark, so that its words are not cut.
        range=[log10(10 / 60), log10(MARKS[-1][1] / 60 * 1.3)],
    )
    figure.update_yaxes(title={"text": "percent still in place", "standoff": 12}, range=[max(lowest - 3, 0), 100.5])
    return figure.figure()
