"""The document's own parts as tables: answers, figures, charts and notes."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

from dashboard.analysis.review.document import (
    Answer,
    Cell,
    ChartSeries,
    ColumnType,
    EvidenceChart,
    EvidenceColumn,
    EvidenceTable,
    ReviewDocument,
    ReviewFigure,
    RowsLink,
)

_TEXT, _NUMBER, _INTEGER = ColumnType.TEXT, ColumnType.NUMBER, ColumnType.INTEGER

_VALUE_COLUMNS = {
    "value": (_NUMBER, "the figure; empty when it is unknown; a rate is 0 to 1"),
    "low": (_NUMBER, "lower end of the 95 % interval"),
    "high": (_NUMBER, "upper end of the 95 % interval"),
    "n": (_INTEGER, "how many events the figure rests on"),
    "n_unit": (_TEXT, "what n counts"),
    "unit": (_TEXT, "unit of value, low and high: rate (0 to 1), s (seconds), usd (US dollars) or count"),
}
_ANSWERS = {
    "number": (_INTEGER, "number of the question"),
    "question_key": (_TEXT, "name of the question in review_questions.toml"),
    "question": (_TEXT, "the question"),
    "owner": (_TEXT, "who owns the question"),
    "state": (_TEXT, "answered, cannot tell yet, or not measured"),
    "verdict": (_TEXT, "the answer in one or a few words"),
    "sentence": (_TEXT, "the answer in one sentence"),
    "rule": (_TEXT, "how the answer follows from the data"),
    "since_last": (_TEXT, "what changed since the quarter before"),
    "would_change": (_TEXT, "what would change the answer, one a line"),
    "limits": (_TEXT, "what must be known to read it, one a line"),
    "links": (_TEXT, "pages of the dashboard with the rows, one a line, as label: page?words of the address"),
}
_FIGURES = {
    "question_key": (_TEXT, "question that the figure belongs to; empty for the objectives of the quarter"),
    "label": (_TEXT, "what the figure is"),
    **_VALUE_COLUMNS,
    "before": (_NUMBER, "the same figure a quarter before"),
    "note": (_TEXT, "what must be known to read it"),
}
_CHARTS = {
    "question_key": (_TEXT, "question that the chart belongs to"),
    "chart": (_TEXT, "name of the chart"),
    "title": (_TEXT, "what the chart shows"),
    "series": (_TEXT, "series of the chart"),
    "category": (_TEXT, "category that the value belongs to"),
    "axis": (_TEXT, "what the values are"),
    **_VALUE_COLUMNS,
    "reference": (_NUMBER, "value to compare with, drawn as a line"),
    "reference_label": (_TEXT, "what that value is"),
    "note": (_TEXT, "what must be known to read the chart"),
}
_NOTES = {
    "kind": (_TEXT, "decision or note"),
    "status": (_TEXT, "how it stood"),
    "text": (_TEXT, "what was entered"),
    "question_key": (_TEXT, "question that it belongs to"),
    "owner": (_TEXT, "who sees to it"),
    "due_date": (ColumnType.DATE, "until when"),
    "quarter": (_TEXT, "quarter in which it was first entered"),
    "carried_to": (_TEXT, "quarter that it was carried over to, where it is looked after since; empty when it was not"),
}
_Declared = Mapping[str, tuple[ColumnType, str]]
_DECLARED: Mapping[str, _Declared] = {"answers": _ANSWERS, "figures": _FIGURES, "charts": _CHARTS, "notes": _NOTES}
OWN_MEANINGS: Mapping[str, Mapping[str, str]] = {
    name: {column: meaning for column, (_, meaning) in declared.items()} for name, declared in _DECLARED.items()
}
"""What the columns of these tables mean, by table."""


def own_tables(document: ReviewDocument) -> tuple[EvidenceTable, ...]:
    """Return answers, figures, charts and notes as tables, each also when it has no rows."""
    figures = [("", figure) for figure in document.summary]
    figures += [(answer.key, figure) for answer in document.answers for figure in answer.figures]
    charts = [(answer.key, chart) for answer in document.answers for chart in answer.charts]
    return (
        _table("answers", "Answers", "one row per question", [_answer_row(answer) for answer in document.answers]),
        _table("figures", "Figures", "one row per figure", [_figure_row(key, figure) for key, figure in figures]),
        _table(
            "charts",
            "Values of the charts",
            "one row per chart, series and category",
            [row for key, chart in charts for row in _chart_rows(key, chart)],
        ),
        _table(
            "notes",
            "Decisions and notes",
            "one row per decision or note",
            [
                (
                    note.kind,
                    note.status,
                    note.text,
                    note.question,
                    note.owner,
                    note.due_date.isoformat() if note.due_date else None,
                    note.quarter,
                    note.carried_to,
                )
                for note in document.notes
            ],
        ),
    )


def at(values: Sequence[float | None] | Sequence[int | None], index: int) -> float | None:
    """Return a value of a series, null where the series has none."""
    return values[index] if index < len(values) else None


def address(link: RowsLink) -> str:
    """Return where the rows are in the dashboard: the page and the words of its address."""
    return f"{link.page}?{urlencode(sorted(link.params.items()))}" if link.params else link.page


def _table(name: str, title: str, meaning: str, rows: Sequence[tuple[Cell, ...]]) -> EvidenceTable:
    columns = tuple(EvidenceColumn(column, kind) for column, (kind, _) in _DECLARED[name].items())
    return EvidenceTable(name, title, meaning, columns, tuple(rows))


def _answer_row(answer: Answer) -> tuple[Cell, ...]:
    links = (f"{link.label}: {address(link)}" for link in answer.links)
    return (
        answer.number,
        answer.key,
        answer.question,
        answer.owner,
        answer.state.value,
        answer.verdict,
        answer.sentence,
        answer.rule,
        answer.since_last,
        "\n".join(answer.would_change),
        "\n".join(answer.limits),
        "\n".join(links),
    )


def _figure_row(key: str, figure: ReviewFigure) -> tuple[Cell, ...]:
    value = (figure.value, figure.low, figure.high, figure.n, figure.n_unit, figure.unit.value)
    return (key, figure.label, *value, figure.before, figure.note)


def _chart_rows(key: str, chart: EvidenceChart) -> Iterator[tuple[Cell, ...]]:
    for series in chart.series:
        for index, category in enumerate(chart.categories):
            yield (
                *(key, chart.name, chart.title, series.name, category, chart.axis),
                *_values(series, index),
                *(chart.n_unit, chart.unit.value, chart.reference, chart.reference_label, chart.note),
            )


def _values(series: ChartSeries, index: int) -> tuple[Cell, ...]:
    return tuple(at(values, index) for values in (series.values, series.low, series.high, series.n))
