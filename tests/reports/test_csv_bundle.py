"""The CSV bundle: every table whole, nothing a spreadsheet would run, a manifest that fits, the same bytes again."""

import csv
import hashlib
import io
import json
from zipfile import ZipFile

import pytest
from review_cases import empty, hostile, large, usual

from dashboard.analysis.review.document import ReviewDocument, read_document
from dashboard.reports.csv_bundle import write_csv_bundle

Files = dict[str, bytes]


def written(document: ReviewDocument) -> Files:
    out = io.BytesIO()
    write_csv_bundle(document, out)
    with ZipFile(out) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("made", [usual, empty, hostile, large])
def test_the_manifest_tells_of_every_file_what_is_in_it(made):
    files = written(made())
    manifest = json.loads(files.pop("manifest.json"))
    assert [entry["name"] for entry in manifest["files"]] == list(files)
    for entry in manifest["files"]:
        content = files[entry["name"]]
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["row_count"] == len(rows_of(content))


def test_the_manifest_says_what_the_figures_rest_on():
    manifest = json.loads(written(usual())["manifest.json"])
    manifest.pop("files")
    assert manifest == {
        "title": "Quarterly review 2026Q3",
        "is_demo": False,
        "quarter": "2026Q3",
        "first_date": "2026-07-01",
        "last_date": "2026-09-30",
        "time_zone": "Europe/Berlin",
        "is_complete": True,
        "filters": "project Shop front",
        "as_of": "2026-10-02T12:30:00+00:00",
        "data_version": 17,
        "definitions_hash": "0f3a9c2e77b1d6aa",
        "price_version": "genai-prices 0.2.3",
        "revision": 2,
        "frozen_at": "2026-10-03T09:00:30+00:00",
    }


def test_every_table_is_there_with_all_its_rows_and_values():
    document = large()
    files = written(document)
    for table in document.tables():
        rows = rows_of(files[f"{table.name}.csv"])
        assert [row["task_class"] for row in rows] == [row[0] for row in table.rows]
        assert [row["failed_rate"] and float(row["failed_rate"]) for row in rows] == [
            "" if row[3] is None else row[3] for row in table.rows
        ]


def test_every_figure_is_there_as_a_plain_number():
    document = usual()
    rows = rows_of(written(document)["figures.csv"])
    figures = [*document.summary, *(figure for answer in document.answers for figure in answer.figures)]
    assert [(row["label"], row["value"] and float(row["value"]), int(row["n"])) for row in rows] == [
        (figure.label, "" if figure.value is None else figure.value, figure.n) for figure in figures
    ]


def test_every_answer_and_note_is_there_with_its_texts():
    document = usual()
    files = written(document)
    for row, answer in zip(rows_of(files["answers.csv"]), document.answers, strict=True):
        assert (row["verdict"], row["sentence"], row["rule"]) == (answer.verdict, answer.sentence, answer.rule)
        assert row["would_change"].split("\n") == list(answer.would_change)
    assert [row["text"] for row in rows_of(files["notes.csv"])] == [note.text for note in document.notes]


def test_every_column_of_every_file_is_in_the_dictionary_with_a_unit():
    files = written(usual())
    told = {(row["file"], row["column"]): row for row in rows_of(files.pop("data_dictionary.csv"))}
    files.pop("manifest.json")
    columns = {(name, column) for name, content in files.items() for column in csv_header(content)}
    assert told.keys() == columns
    assert all(row["unit"] for row in told.values())
    assert told["figures.csv", "low"]["meaning"] == "Lower end of the 95 % interval."
    assert told["failing_classes_classes.csv", "task_class"]["meaning"].startswith("What kind of work. One of: ")


def csv_header(content: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(content.decode(), newline="")))


def test_no_cell_starts_a_formula():
    for name, content in written(hostile()).items():
        if name == "manifest.json":
            continue
        for row in csv.reader(io.StringIO(content.decode(), newline="")):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))], name


def test_a_table_that_is_called_like_a_file_of_the_bundle_gets_another_name():
    files = written(hostile())
    assert len(rows_of(files["answers.csv"])) == 8
    assert len(rows_of(files["answers-2.csv"])) == 12
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz_.-0123456789") for name in files)


def test_the_same_document_gives_the_same_bytes():
    first, second = io.BytesIO(), io.BytesIO()
    write_csv_bundle(usual(), first)
    write_csv_bundle(read_document(usual().to_json()), second)
    assert first.getvalue() == second.getvalue()
