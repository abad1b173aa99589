"""What each source told of each month: a row per source and thing, a cell per month, darker for more records."""

from textwrap import wrap
from typing import TYPE_CHECKING

import polars as pl

from dashboard.analysis.remembered import remembered
from dashboard.analysis.source_months import months_between
from dashboard.charts.drawing import Drawing

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn

# Of PLAIN, from hardly there to full, so that both light and dark ground shine through where there is little.
_SCALE = [[0.0, "rgba(59, 130, 196, 0.18)"], [1.0, "rgba(59, 130, 196, 1)"]]
_ROW_PIXELS = 26


@remembered(96)
def source_months(counted: pl.DataFrame) -> "Drawn":
    """Return the picture of a frame of analysis.source_months.records_by_month; a month without a record stays blank.

    Each row is shaded against its own busiest month, as sources count different things.
    """
    months = months_between(counted["month"].to_list())
    labels = counted["label"].unique().sort(descending=True).to_list()
    cells = {(label, month): (records, days) for month, label, records, days in _rows(counted)}
    busiest = {label: max(cells[key][0] for key in cells if key[0] == label) for label in labels}
    shades = [[_share(cells.get((label, month)), busiest[label]) for month in months] for label in labels]
    words = [[_words(cells.get((label, month))) for month in months] for label in labels]
    figure = Drawing()
    figure.add_heatmap(
        x=months,
        y=[_folded(label) for label in labels],
        z=shades,
        text=words,
        colorscale=_SCALE,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverongaps=False,
        hovertemplate="%{y}, %{x|%b %Y}: %{text}<extra></extra>",
    )
    figure.update_layout(height=50 + _ROW_PIXELS * max(len(labels), 1))
    figure.update_xaxes(type="date", tickformat="%b<br>%Y", showgrid=False, nticks=min(len(months), 7) or 1)
    figure.update_yaxes(type="category", showgrid=False, ticks="")
    return figure.figure()


def _rows(counted: pl.DataFrame) -> list[tuple[object, str, int, int]]:
    return counted.select("month", "label", "record_count", "day_count").rows()


def _share(cell: tuple[int, int] | None, most: int) -> float | None:
    return None if cell is None else cell[0] / most


def _words(cell: tuple[int, int] | None) -> str:
    return "" if cell is None else f"{cell[0]:,} records on {cell[1]} days"


def _folded(label: str) -> str:
    """Break a long label, so that the picture has room on a phone."""
    return "<br>".join(wrap(label, 30))
