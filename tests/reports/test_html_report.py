"""The HTML report, parsed: everything is there, nothing runs, nothing is fetched."""

import io
import re
from html.parser import HTMLParser

import pytest
from review_cases import HOSTILE, empty, hostile, large, usual

from dashboard.analysis.review.cells import cell_text
from dashboard.analysis.review.document import ReviewDocument, read_document
from dashboard.reports import texts
from dashboard.reports.clean import clean
from dashboard.reports.html import write_html


def written(document: ReviewDocument) -> str:
    out = io.BytesIO()
    write_html(document, out)
    return out.getvalue().decode()


class Page(HTMLParser):
    """Collects the rows of tables, all text, and the elements with their attributes."""

    def __init__(self, document: ReviewDocument) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._is_in_cell = False
        self.feed(written(document))

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._is_in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._is_in_cell = False

    def handle_data(self, data):
        self.text += data
        if self._is_in_cell:
            self.rows[-1][-1] += data


@pytest.mark.parametrize("made", [usual, hostile])
def test_every_figure_stands_there_as_the_page_shows_it(made):
    document = made()
    rows = Page(document).rows
    for figure in [*document.summary, *(figure for answer in document.answers for figure in answer.figures)]:
        assert [
            clean(figure.label),
            texts.figure_value(figure),
            texts.figure_interval(figure),
            clean(texts.figure_n(figure)),
            texts.figure_before(figure),
            clean(figure.note or ""),
        ] in rows


@pytest.mark.parametrize("made", [large, hostile])
def test_every_table_has_all_its_rows(made):
    document = made()
    rows = Page(document).rows
    start = 0
    for table in document.tables():
        expected = [
            [clean(cell_text(cell, column)) for cell, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ]
        if expected:
            start = rows.index(expected[0], start)
            assert rows[start : start + len(expected)] == expected


@pytest.mark.parametrize("made", [hostile, usual])
def test_nothing_runs_and_nothing_is_fetched(made):
    for tag, attributes in Page(made()).elements:
        assert tag not in ("script", "link", "img", "iframe", "object", "embed", "form", "base")
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "style")]
        assert (attributes.get("href") or "#").startswith("#")
    page = written(made())
    assert not re.search(r"url\(|@import", page)
    assert "default-src 'none'" in page


def test_foreign_text_ends_neither_the_style_nor_its_string():
    (style,) = re.findall(r"<style>(.*?)</style>", written(hostile()), re.DOTALL)
    assert "\\3c script\\3e alert\\28 1\\29 " in style
    assert style.rstrip().endswith("}")


def test_every_chart_says_in_words_what_it_shows():
    document = usual()
    page = Page(document)
    assert sum(tag == "svg" for tag, _ in page.elements) == 15
    for answer in document.answers:
        for chart in answer.charts:
            assert chart.alt in page.text


def test_hostile_text_stands_there_as_text():
    text = Page(hostile()).text
    for foreign in HOSTILE:
        assert clean(foreign) in text


def test_a_review_without_anything_says_so():
    text = Page(empty()).text
    assert text.count("Nothing was loaded that could answer it") == 5
    assert text.count("0 rows.") == 5
    assert texts.NO_NOTES in text


def test_the_same_document_gives_the_same_bytes():
    assert written(usual()) == written(read_document(usual().to_json()))
