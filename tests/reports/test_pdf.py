"""The PDF, read as a viewer reads it: all figures and rows, page x of y, filters and date of the data on each page."""

import io
import re
from collections.abc import Iterable

import pypdfium2
import pytest
from review_cases import empty, hostile, large, usual

from dashboard.analysis.review.cells import cell_text
from dashboard.analysis.review.document import ReviewDocument, read_document
from dashboard.reports import fonts, texts
from dashboard.reports.clean import clean
from dashboard.reports.pdf import write_pdf


def written(document: ReviewDocument) -> bytes:
    out = io.BytesIO()
    write_pdf(document, out)
    return out.getvalue()


def pages(document: ReviewDocument) -> list[str]:
    with pypdfium2.PdfDocument(written(document)) as file:
        return [page.get_textpage().get_text_range() for page in file]


def squashed(parts: Iterable[str]) -> str:
    """Return text without blanks: a cell may be broken into lines anywhere. A viewer reads a soft hyphen as U+FFFE."""
    return re.sub(r"\s|\ufffe", "", "".join(parts))


def test_every_figure_stands_there_as_the_page_shows_it():
    document = usual()
    text = squashed(pages(document))
    figures = [*document.summary, *(figure for answer in document.answers for figure in answer.figures)]
    for figure in figures:
        cells = (texts.figure_value(figure), texts.figure_interval(figure), texts.figure_n(figure))
        assert squashed([figure.label, *cells, texts.figure_before(figure), figure.note or ""]) in text


def test_every_table_has_all_its_rows():
    document = large()
    text = squashed(pages(document))
    for table in document.tables():
        for row in table.rows:
            cells = [cell_text(cell, column) for cell, column in zip(row, table.columns, strict=True)]
            assert squashed(cells) in text


def test_each_page_says_which_it_is_and_what_it_shows():
    document = usual()
    found = pages(document)
    for number, page in enumerate(found, 1):
        assert f"Page {number} of {len(found)}" in page
        assert "2026Q3 · revision 2 · project Shop front · data until 2026-10-02 12:30 UTC" in page


def test_a_table_that_goes_on_repeats_its_heads():
    found = [page for page in pages(large()) if "Provider answered too late in attempt" in page]
    assert len(found) > 50
    assert all("Spend USD" in page for page in found)


def test_a_wide_table_is_shared_out_with_its_first_column_in_each_part():
    document = hostile()
    text = squashed(pages(document))
    parts = [(int(first), int(last)) for first, last in re.findall(r"Columns(\d+)to(\d+)of30", text)]
    assert [first for first, _ in parts] == [2, *(last + 1 for _, last in parts[:-1])]
    assert parts[-1][1] == 30


def test_nothing_stands_outside_of_the_page():
    for made in (usual, hostile):
        with pypdfium2.PdfDocument(written(made())) as file:
            for page in file:
                width, height = page.get_size()
                text = page.get_textpage()
                for index in range(text.count_rects()):
                    left, bottom, right, top = text.get_rect(index)
                    assert left >= 20
                    assert right <= width - 20
                    assert bottom >= 15
                    assert top <= height - 20


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ελληνικά Кириллица żółć − ≤ →", "Ελληνικά Кириллица żółć − ≤ →"),
        ("中 and \U0001f680", "[U+4E2D] and [U+1F680]"),
        ("a\x00b\u202ec", "a[U+0000]b[U+202E]c"),
    ],
)
def test_a_character_that_no_font_has_shows_as_its_code(text, shown):
    assert "".join(piece for _, piece in fonts.runs(clean(text))) == shown


def test_lines_are_never_wider_than_asked_and_lose_nothing():
    text = "Many words " + "Unbroken" * 40 + " end"
    lines = fonts.lines(text, 9, 120)
    assert all(fonts.width(line, 9) <= 120 for line in lines)
    assert squashed(lines) == squashed([text])


def test_the_file_says_what_it_is():
    with pypdfium2.PdfDocument(written(usual())) as file:
        told = file.get_metadata_dict()
        outline = [entry.get_title() for entry in file.get_toc()]
    assert told["Title"] == "Quarterly review 2026Q3"
    assert told["CreationDate"].startswith("D:20261003090030")
    assert outline[0] == "1. Which task classes fail most often and why?"
    assert outline[-2:] == ["Decisions and notes", "What the columns mean"]


def test_a_review_without_anything_says_so():
    text = "".join(pages(empty()))
    assert text.count("Nothing was loaded that could answer it") == 5
    assert texts.NO_NOTES in text


def test_the_same_document_gives_the_same_bytes():
    assert written(usual()) == written(read_document(usual().to_json()))
