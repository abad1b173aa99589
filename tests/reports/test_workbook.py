"""The workbook, read back: typed cells, all rows, native charts, no formula, names that Excel takes."""

import io
from datetime import datetime
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from review_cases import HOSTILE, empty, hostile, large, usual

from dashboard.analysis.headings import heading
from dashboard.analysis.review.document import ReviewDocument, read_document
from dashboard.reports import texts
from dashboard.reports.own_tables import at
from dashboard.reports.workbook import sheet_names, write_workbook


def written(document: ReviewDocument) -> bytes:
    out = io.BytesIO()
    write_workbook(document, out)
    return out.getvalue()


def opened(document: ReviewDocument) -> Workbook:
    return load_workbook(io.BytesIO(written(document)))


def test_there_is_a_sheet_for_each_question_and_each_table():
    assert opened(usual()).sheetnames[:4] == [
        "Summary",
        "1 failing_classes",
        "failing_classes_classes",
        "failing_classes_causes",
    ]


def test_every_table_has_all_its_rows_with_their_types():
    document = large()
    book = opened(document)
    for table in document.tables():
        sheet = book[table.name]
        assert [cell.value for cell in sheet[3]] == [heading(column.name) for column in table.columns]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
        assert len(rows) == len(table.rows)
        for got, expected in zip(rows, table.rows, strict=True):
            # Workbooks keep 16 digits of a number.
            shown = [float(f"{value:.16G}") if isinstance(value, float) else value for value in expected[:8]]
            assert got[:8] == shown
            day, at = got[8:10]
            assert day == (expected[8] and datetime.fromisoformat(str(expected[8])))
            assert at == (expected[9] and datetime.fromisoformat(str(expected[9])).replace(tzinfo=None))
        assert [sheet.cell(4, place).number_format for place in (3, 4, 9, 10)] == [
            "#,##0",
            "0.0%",
            "yyyy-mm-dd",
            "yyyy-mm-dd hh:mm",
        ]
        assert sheet.freeze_panes == "B4"
        assert sheet.auto_filter.ref == f"A3:K{3 + len(table.rows)}"


def test_every_figure_stands_there_as_the_page_shows_it_and_as_numbers():
    document = usual()
    book = opened(document)
    for name, figures in (("Summary", document.summary), ("1 failing_classes", document.answers[0].figures)):
        rows = [[cell.value for cell in row] for row in book[name].iter_rows(max_col=10)]
        for figure in figures:
            shown = [figure.label, texts.figure_value(figure), texts.figure_interval(figure), figure.n, figure.n_unit]
            numbers = [figure.value, figure.low, figure.high]
            assert [*shown, texts.figure_before(figure), *numbers, figure.note] in rows


def test_every_value_of_every_chart_stands_in_its_own_cell():
    document = usual()
    book = opened(document)
    compared = 0
    for answer in document.answers:
        rows = [[cell.value for cell in row] for row in book[f"{answer.number} {answer.key}"].iter_rows()]
        heads = [number for number, row in enumerate(rows) if row[0] == "Category"]
        for start, chart in zip(heads, answer.charts, strict=True):
            for index, category in enumerate(chart.categories):
                row = rows[start + 1 + index]
                assert row[0] == category
                for series in chart.series:
                    place = rows[start].index(series.name)
                    expected = [at(values, index) for values in (series.values, series.low, series.high, series.n)]
                    assert row[place : place + 4] == expected
                    compared += sum(value is not None for value in expected)
    assert compared > 100


def test_every_answer_has_all_its_texts():
    document = usual()
    book = opened(document)
    for answer in document.answers:
        found = {cell.value for row in book[f"{answer.number} {answer.key}"].iter_rows() for cell in row}
        lines = "\n".join(answer.would_change), "\n".join(answer.limits)
        assert {answer.verdict, answer.sentence, answer.rule, answer.since_last, answer.owner, *lines} <= found


def test_every_chart_is_native_with_its_intervals_as_error_bars():
    with ZipFile(io.BytesIO(written(usual()))) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 5 * 3
    assert sum("<c:errBars>" in chart for chart in charts) == 5 * 2
    assert sum("Objective: at most 5 %" in chart for chart in charts) == 5


@pytest.mark.parametrize("made", [hostile, usual])
def test_no_cell_is_a_formula(made):
    for sheet in opened(made()):
        for row in sheet.iter_rows():
            assert not [cell.coordinate for cell in row if cell.data_type == "f"]
    with ZipFile(io.BytesIO(written(made()))) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not [name for name in sheets if b"<f>" in parts.read(name)]
        assert not [name for name in parts.namelist() if "externalLink" in name]


def test_hostile_text_stands_there_as_text():
    texts = {cell.value for sheet in opened(hostile()) for row in sheet.iter_rows() for cell in row}
    assert HOSTILE[0] in texts
    assert HOSTILE[1] in texts
    assert HOSTILE[4] in texts
    # A control character shows as its picture, an override as its code.
    assert "nul␀bell␇escape␛end\ufffd" in texts


def test_an_unknown_value_is_an_empty_cell_and_an_infinite_one_a_text():
    sheet = next(sheet for sheet in opened(hostile()) if sheet["A3"].value == "What")
    values = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=4)}
    assert values[None] is None
    assert values["nan"] == "nan"
    assert values["inf"] == "inf"


def test_a_review_without_anything_opens():
    book = opened(empty())
    assert book["failing_classes_classes"]["A4"].value == "No rows."


def test_sheets_get_names_that_excel_takes():
    names = sheet_names(["[a]:*?/\\b", "'quoted'", "", "History", "x" * 40, "X" * 40, "x" * 31, "=1+1", "\x07"])
    assert names == ["a b", "quoted", "Table", "History 2", "x" * 31, "X" * 29 + " 2", "x" * 29 + " 3", "=1+1", "␇"]


def test_the_same_document_gives_the_same_bytes():
    assert written(usual()) == written(read_document(usual().to_json()))
