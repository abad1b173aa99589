"""Pieces that several answers are put together from: tables of rows, rates in words, charts of rates."""

from collections.abc import Mapping, Sequence

import polars as pl

from dashboard.analysis.figures import Unit
from dashboard.analysis.intervals import Interval, wilson
from dashboard.analysis.review.asked import Asked
from dashboard.analysis.review.document import Answer, AnswerState, ChartSeries, EvidenceTable, ReviewFigure
from dashboard.analysis.review.worst import Counts
from dashboard.analysis.units import interval_text, value_text
from data.definitions.review_questions import Question

TEXT, COUNT, NUMBER, FLAG = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()
Row = Mapping[str, object]


def table_of(
    rows: Sequence[Row], schema: Mapping[str, pl.DataType], *, name: str, title: str, meaning: str
) -> EvidenceTable:
    """Return rows, each a value by column, as a table with these columns; what a row leaves out is null."""
    frame = pl.DataFrame([[row.get(column) for column in schema] for row in rows], schema=dict(schema), orient="row")
    return EvidenceTable.of_frame(frame, name=name, title=title, meaning=meaning)


def bounds(name: str, interval: Interval | None) -> Row:
    """Return an interval as two columns: failure_rate gives failure_low_rate and failure_high_rate."""
    stem, _, unit = name.rpartition("_")
    low, high = interval or (None, None)
    return {f"{stem}_low_{unit}": low, f"{stem}_high_{unit}": high}


def rate_cells(name: str, counts: Counts) -> Row:
    """Return a share with its interval as three columns."""
    return {name: share_of(*counts), **bounds(name, wilson(*counts))}


def bounded(name: str) -> dict[str, pl.DataType]:
    """Return a figure and its interval as columns."""
    return dict.fromkeys((name, *bounds(name, None)), NUMBER)


def share_of(bad: int, total: int) -> float | None:
    """Return bad of total; null where there is none."""
    return bad / total if total else None


def share_words(bad: int, total: int) -> str:
    """Return a share with its interval and n: 28.0 % of 250 (22.8 % to 33.9 %)."""
    low, high = wilson(bad, total) or (None, None)
    rate = value_text(share_of(bad, total), Unit.RATE)
    return f"{rate} of {total:,} ({interval_text(low, high, Unit.RATE)})"


def usd_words(amount: float) -> str:
    """Return US dollars with the digits that tell small amounts apart: $0.016, $12.30."""
    return f"${amount:.3f}" if 0 < amount < 1 else value_text(amount, Unit.USD)


def rate_figure(label: str, counts: Counts, n_unit: str, before: Counts | None = None) -> ReviewFigure:
    """Return a share as a figure."""
    bad, total = counts
    low, high = wilson(bad, total) or (None, None)
    earlier = None if before is None else share_of(*before)
    return ReviewFigure(label, share_of(bad, total), Unit.RATE, total, n_unit, low, high, earlier)


def rate_series(name: str, counts: Sequence[Counts]) -> ChartSeries:
    """Return shares with their intervals as a series of a chart; gaps where there is nothing."""
    intervals = [wilson(*pair) for pair in counts]
    return ChartSeries(
        name,
        values=tuple(share_of(*pair) for pair in counts),
        low=tuple(None if interval is None else interval[0] for interval in intervals),
        high=tuple(None if interval is None else interval[1] for interval in intervals),
        n=tuple(total for _, total in counts),
    )


def not_measured(key: str, question: Question, asked: Asked, why: str, remedy: str) -> Answer:
    """Return the answer to a question of which nothing was recorded in the quarter."""
    return Answer(
        key=key,
        number=question.number,
        question=question.question,
        owner=question.owner,
        state=AnswerState.NOT_MEASURED,
        verdict="Not measured",
        sentence=f"{why} in {asked.quarter.months}.",
        rule=question.rule_words,
        since_last="Nothing was measured that could be compared." if asked.has_before else asked.no_before(),
        would_change=(remedy,),
        limits=asked.limits(),
    )
