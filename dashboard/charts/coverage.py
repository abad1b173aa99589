"""What is covered when: one bar per source from its first to its last record, on a common time axis."""

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from dashboard.analysis.coverage import SourceCoverage
from dashboard.charts.theme import PLAIN, UNKNOWN, plotly_layout

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def coverage_timeline(sources: Sequence[SourceCoverage]) -> "Figure":
    """Return the picture; a source without a dated record is left out."""
    import plotly.graph_objects as go  # slow to import, and only this picture needs it

    figure = go.Figure()
    dated = [source for source in reversed(sources) if source.first_record_at and source.last_record_at]
    for source in dated:
        figure.add_scatter(
            x=[source.first_record_at, source.last_record_at],
            y=[_folded(source.title)] * 2,
            mode="lines+markers",
            line={"color": PLAIN, "width": 10},
            marker={"color": PLAIN, "size": 10, "symbol": "square"},
            hovertemplate="%{y}: %{x|%d %b %Y}<extra></extra>",
        )
    figure.update_layout(**plotly_layout(height=70 + 46 * max(len(dated), 1)))
    figure.update_xaxes(type="date", showgrid=True, gridcolor="rgba(125,136,148,0.25)", tickcolor=UNKNOWN)
    figure.update_yaxes(type="category", showgrid=False)
    return figure


def _folded(title: str) -> str:
    """Break a long title and leave its brackets to the table, so that the picture has room on a phone."""
    return "<br>".join(wrap(title.split(" (")[0], 24))
