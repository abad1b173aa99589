"""The parts of a review as frames: what the CSV buttons of its page and the command line export."""

import polars as pl

from dashboard.analysis.remembered import remembered
from dashboard.analysis.review.document import ReviewDocument
from dashboard.reports.own_tables import own_tables


def answers_frame(document: ReviewDocument) -> pl.DataFrame:
    """Return one row per question."""
    return _own(document, "answers")


def figures_frame(document: ReviewDocument) -> pl.DataFrame:
    """Return one row per figure of the objectives and of each question."""
    return _own(document, "figures")


def chart_name(key: str, number: int) -> str:
    """Return what the files of a chart are called: after its question, from the second on with a number."""
    return f"review_{key}_chart" if number == 0 else f"review_{key}_chart_{number + 1}"


def chart_frame(document: ReviewDocument, key: str, number: int) -> pl.DataFrame:
    """Return the values of a chart: one row per series and category; no row where there is no such chart."""
    names = [chart.name for answer in document.answers if answer.key == key for chart in answer.charts]
    frame = _own(document, "charts")
    name = names[number] if number < len(names) else None
    return frame.filter((pl.col("question_key") == key) & (pl.col("chart") == pl.lit(name, pl.String)))


@remembered(24)
def _own(document: ReviewDocument, name: str) -> pl.DataFrame:
    return next(table for table in own_tables(document) if table.name == name).frame()
