"""A review is one document: it reads back from JSON as it was, its tables as the frames that they came from."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.cells import cell_text
from dashboard.analysis.review.document import (
    Answer,
    AnswerState,
    ChartKind,
    ChartSeries,
    ColumnType,
    EvidenceChart,
    EvidenceColumn,
    EvidenceTable,
    NoteLine,
    ReviewDocument,
    ReviewFigure,
    RowsLink,
    read_document,
)

FRAME = pl.DataFrame(
    {
        "task_class": ["fix", None],
        "task_count": [12, 0],
        "failed_rate": [0.25, None],
        "is_new": [True, None],
        "first_date": [date(2026, 7, 1), None],
        "seen_at": [datetime(2026, 7, 1, 9, 30, 0, 125_000, tzinfo=UTC), None],
    },
    schema_overrides={"seen_at": pl.Datetime("us", "UTC")},
)


def document() -> ReviewDocument:
    """Return a document that uses every part of it."""
    table = EvidenceTable.of_frame(FRAME, name="classes", title="Fixes fail most", meaning="one row per task class")
    chart = EvidenceChart(
        name="failures",
        title="Fixes fail most",
        kind=ChartKind.POINTS,
        categories=("fix", "edit"),
        series=(ChartSeries("this quarter", (0.25, None), (0.1, None), (0.5, None), (12, None)),),
        unit=Unit.RATE,
        axis="Share of tasks that failed",
        n_unit="tasks",
    )
    answer = Answer(
        key="failing_classes",
        number=1,
        question="Which task classes fail most often and why?",
        owner="Engineering management",
        state=AnswerState.ANSWERED,
        verdict="Fix tasks",
        sentence="Fix tasks fail most often.",
        rule="The class with the highest rate.",
        figures=(ReviewFigure("Failed", 0.25, Unit.RATE, 12, "tasks", 0.1, 0.5, before=0.2),),
        charts=(chart,),
        tables=(table,),
        since_last="Up from 20 %.",
        would_change=("Five more edits that fail",),
        links=(RowsLink("Tasks behind it", "slo-trends", {"slo": "task_success"}),),
    )
    return ReviewDocument(
        quarter="2026Q3",
        first=date(2026, 7, 1),
        last=date(2026, 9, 30),
        time_zone="UTC",
        scope="",
        as_of=datetime(2026, 10, 1, 12, tzinfo=UTC),
        is_complete=True,
        data_version=7,
        definitions_hash="ab",
        price_version="1",
        answers=(answer,),
        notes=(NoteLine("decision", "open", "=Ask before migrations", due_date=date(2026, 10, 15)),),
    )


def test_a_document_reads_back_from_its_json_as_it_was():
    assert read_document(document().to_json()) == document()


def test_a_table_gives_the_frame_that_it_came_from():
    (table,) = read_document(document().to_json()).tables()
    assert_frame_equal(table.frame(), FRAME)


def test_an_empty_table_keeps_its_types():
    table = EvidenceTable.of_frame(FRAME.clear(), name="none", title="Nothing", meaning="one row per class")
    assert_frame_equal(table.frame(), FRAME.clear())


def test_a_column_that_no_report_can_show_is_refused():
    with pytest.raises(TypeError, match="not List"):
        EvidenceTable.of_frame(pl.DataFrame({"a": [[1]]}), name="a", title="a", meaning="a")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("failed_rate", 0.9996, "> 99.9 %"),
        ("spend_usd", -5183.71, "−$5,183.71"),
        ("wait_s", 754, "13 min"),
        ("task_count", 1234, "1,234"),
        ("load_id", 1234, "1234"),
        ("factor", 14.4, "14.4"),
        ("factor", -0.0341, "−0.034"),
        ("factor", None, "–"),
        ("is_new", True, "yes"),
    ],
)
def test_a_cell_reads_as_people_write_it(name: str, value: float | None, shown: str):
    kind = ColumnType.INTEGER if isinstance(value, int) else ColumnType.NUMBER
    assert cell_text(value, EvidenceColumn(name, kind)) == shown
