"""The error budget over its window: what is left after each day, against a budget that is spent evenly."""

from typing import TYPE_CHECKING

from dashboard.analysis.error_budget import ErrorBudget
from dashboard.analysis.remembered import remembered
from dashboard.charts.drawing import Drawing
from dashboard.charts.theme import BAD, PLAIN, UNKNOWN

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn


@remembered(96)
def burn_down(budget: ErrorBudget) -> "Drawn":
    """Return the burn-down as steps, one a day; days without an event are hollow, and the line stays as it was."""
    days = [day for day in budget.days if day.remaining is not None]
    left = [(day.remaining or 0.0) * 100 for day in days]
    figure = Drawing()
    if days:
        figure.add_scatter(
            x=[days[0].day, days[-1].day], y=[100, 0], mode="lines", hoverinfo="skip",
            line={"color": UNKNOWN, "width": 1.2, "dash": "dot"},
        )  # fmt: skip
        figure.add_scatter(
            x=[day.day for day in days], y=left, mode="lines", hoverinfo="skip",
            line={"color": PLAIN, "width": 2, "shape": "hv"}, fill="tozeroy", fillcolor="rgba(59, 130, 196, 0.12)",
        )  # fmt: skip
        figure.add_scatter(
            x=[day.day for day in days],
            y=left,
            mode="markers",
            marker={
                "size": 6,
                "color": [BAD if value < 0 else PLAIN for value in left],
                "symbol": [
                    ("diamond" if value < 0 else "circle") + ("" if day.total else "-open")
                    for day, value in zip(days, left, strict=True)
                ],
            },
            text=[f"{day.bad:,} bad of {day.total:,}" if day.total else "nothing measured" for day in days],
            hovertemplate="<b>%{y:.1f} %</b> left after %{x|%d %b %Y}<br>%{text} that day<extra></extra>",
        )
        figure.add_hline(y=0, line={"color": BAD, "width": 1.5})
    figure.update_layout(height=260)
    figure.update_xaxes(showgrid=False, type="date", tickformat="%d %b", nticks=7)
    figure.update_yaxes(title={"text": "percent left", "standoff": 12}, zeroline=False)
    return figure.figure()
