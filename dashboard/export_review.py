"""Exports of the quarterly review: the same bytes as its page gives. The last of the days says which quarter."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime

import polars as pl

from dashboard.analysis.filters import Filter
from dashboard.analysis.review import before_scaling
from dashboard.analysis.review.answers import make_review
from dashboard.analysis.review.document import ReviewDocument
from dashboard.analysis.review.quarters import quarter_of
from dashboard.export_view_table import FrameOf, ViewTable
from dashboard.reports.frames import answers_frame, chart_frame, chart_name, figures_frame
from dashboard.reports.own_tables import OWN_MEANINGS
from data.definitions.budgets import budgets
from data.definitions.review_questions import review_questions

_CHARTS = 3
"""So many charts a question has at most, beside those of budgets of projects."""


def review_tables() -> Iterator[ViewTable]:
    """Yield every table of the page; a budget of a project adds a chart."""
    quarter = "in the quarter that holds the last of the days"
    for name, frame in (("answers", answers_frame), ("figures", figures_frame)):
        meaning = "one row per question of the review" if name == "answers" else "one row per figure of the review"
        yield ViewTable(f"review_{name}", f"{meaning}, {quarter}", _of_review(frame), meanings=OWN_MEANINGS[name])
    for key, question in review_questions().in_order():
        of_budgets = len(budgets().project) if key == before_scaling.KEY else 0
        for number in range(_CHARTS + of_budgets):
            about = f"one row per value of chart {number + 1} of question {question.number}"
            yield ViewTable(
                chart_name(key, number), f"{about}, {quarter}", _of_chart(key, number), meanings=OWN_MEANINGS["charts"]
            )


def _of_review(frame_of: Callable[[ReviewDocument], pl.DataFrame]) -> FrameOf:
    def frame(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> pl.DataFrame:
        return frame_of(make_review(connection, quarter_of(chosen.period.last), as_of, chosen))

    return frame


def _of_chart(key: str, number: int) -> FrameOf:
    return _of_review(lambda document: chart_frame(document, key, number))


REVIEW_TABLES = tuple(review_tables())
