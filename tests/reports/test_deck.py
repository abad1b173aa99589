"""The deck, read back: a slide per question, native charts with intervals, whole texts, nothing beyond its box."""

import io
from collections.abc import Iterator
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pptx.util import Emu
from reportlab.pdfbase.pdfmetrics import stringWidth
from review_cases import empty, hostile, large, usual

from dashboard.analysis.review.document import ReviewDocument, read_document
from dashboard.reports import texts
from dashboard.reports.clean import clean, one_line
from dashboard.reports.deck import write_deck
from dashboard.reports.deck_text import Block, flow

FOOT = 540 - 30


def written(document: ReviewDocument) -> bytes:
    out = io.BytesIO()
    write_deck(document, out)
    return out.getvalue()


def opened(document: ReviewDocument):
    return Presentation(io.BytesIO(written(document)))


def rows(deck) -> list[list[str]]:
    return [
        [cell.text for cell in row.cells]
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
    ]


def words_of(deck) -> str:
    """Return all text without blanks, that a text may go on on the next slide."""
    found = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.name == "Text"]
    return "".join("".join(found).split())


def squashed(text: str) -> str:
    return "".join(clean(text).split())


def test_there_is_a_slide_for_the_summary_for_each_question_and_for_decisions():
    document = usual()
    titles = [slide.shapes.title.text for slide in opened(document).slides]
    questions = [texts.question_title(answer) for answer in document.answers]
    assert titles[:7] == ["Quarterly review 2026Q3: 1 Jul 2026 to 30 Sep 2026", *questions, "Decisions and notes"]
    assert all(title.startswith(("Appendix ", "What this deck")) for title in titles[7:])


def test_a_question_has_its_answer_figure_and_what_would_change_it_on_its_slide():
    document = usual()
    slides = list(opened(document).slides)[1:6]
    for slide, answer in zip(slides, document.answers, strict=True):
        (text,) = [shape.text_frame.text for shape in slide.shapes if shape.name == "Text"]
        figure = answer.figures[0]
        parts = [answer.verdict, answer.sentence, figure.label, texts.figure_value(figure), texts.figure_about(figure)]
        for part in [*parts, answer.since_last, *answer.would_change]:
            assert part in text


def test_every_figure_stands_in_a_table_as_the_page_shows_it():
    document = usual()
    found = rows(opened(document))
    for answer in document.answers:
        for figure in answer.figures:
            cells = (texts.figure_value(figure), texts.figure_interval(figure), texts.figure_n(figure))
            assert [figure.label, *cells, texts.figure_before(figure), figure.note or ""] in found
    for figure in document.summary:
        assert [
            figure.label,
            texts.figure_value(figure),
            texts.figure_interval(figure),
            texts.figure_n(figure),
        ] in found


def test_tables_go_on_over_slides_and_say_where_the_rest_is():
    deck = opened(large())
    found = rows(deck)
    for number in range(60):
        assert sum(row[0].endswith(f" {number}") and len(row) == 11 for row in found) >= 5
    assert not [row for row in found if row[0].endswith(" 61")]
    assert words_of(deck).count(squashed("500 rows. The first 60 are shown")) == 5


def test_charts_are_native_and_their_workbook_holds_values_and_intervals():
    document = usual()
    (chart,) = [shape.chart for shape in opened(document).slides[1].shapes if shape.has_chart]
    expected = document.answers[0].charts[0]
    drawn, reference = chart.plots[0].series
    assert list(drawn.values) == list(expected.series[0].values)
    assert list(reference.values) == [0.05] * 7
    sheet = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    heads, first, *_ = [[cell.value for cell in row] for row in sheet.iter_rows()]
    series = "this quarter"
    assert heads[1:] == [
        series,
        "Objective: at most 5 %",
        f"{series}: bar up",
        f"{series}: bar down",
        f"{series}: n",
    ]
    # 5 % of scaffold tasks failed, between 3 % and 8 %.
    assert first == ["scaffold (n\u00a0412)", 0.05, 0.05, pytest.approx(0.03), pytest.approx(0.02), 412]


def test_every_chart_has_its_words_for_those_who_cannot_see_it():
    document = usual()
    told = [
        shape._element.nvGraphicFramePr.cNvPr.get("descr")
        for slide in opened(document).slides
        for shape in slide.shapes
        if shape.has_chart
    ]
    assert sorted(told) == sorted(chart.alt for answer in document.answers for chart in answer.charts)


def test_each_slide_says_what_it_shows_and_which_it_is():
    deck = opened(usual())
    for number, slide in enumerate(deck.slides, 1):
        named = {shape.name: shape for shape in slide.shapes}
        assert named["Foot"].text_frame.text == texts.footer(usual())
        (field,) = named["Page number"]._element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}fld")
        assert field.get("type") == "slidenum"
        assert [child.text for child in field if child.tag.endswith("}t")] == [str(number)]


def test_slides_that_people_add_are_as_wide():
    deck = opened(empty())
    assert (deck.slide_width.pt, deck.slide_height.pt) == (960, 540)
    for layout in deck.slide_layouts:
        rights = [place.left.pt + place.width.pt for place in layout.placeholders]
        assert max(rights, default=0) <= 960
    assert max(place.left.pt + place.width.pt for place in deck.slide_master.placeholders) > 900


def boxes(deck) -> Iterator[tuple[int, object]]:
    for number, slide in enumerate(deck.slides, 1):
        for shape in slide.shapes:
            yield number, shape


def needed(paragraph, wide: float) -> float:
    """Return the height of a paragraph, its words set one after the other in the widths of Arial."""
    font = paragraph.runs[0].font if paragraph.runs else None
    if font is None:
        return 0.0
    name = "Helvetica-Bold" if font.bold else "Helvetica"
    count, taken = 1, 0.0
    for word in paragraph.text.split(" "):
        width = stringWidth(word, name, font.size.pt)
        if taken and taken + width > wide:
            count, taken = count + 1, 0.0
        # A word that is wider than the box goes on in the next line.
        count += int(width // wide)
        taken += width % wide + stringWidth(" ", name, font.size.pt)
    return count * paragraph.line_spacing.pt + (paragraph.space_before.pt if paragraph.space_before else 0)


@pytest.mark.parametrize("made", [usual, large, hostile, empty])
def test_nothing_runs_out_of_its_box_or_off_the_slide(made):
    deck = opened(made())
    for number, shape in boxes(deck):
        right, bottom = Emu(shape.left + shape.width).pt, Emu(shape.top + shape.height).pt
        assert right <= 960 - 40 or shape.name == "Bar", (number, shape.name)
        assert bottom <= (540 if shape.name in ("Foot", "Page number") else FOOT), (number, shape.name)
        if shape.has_text_frame and shape.name != "Bar":
            tall = sum(needed(paragraph, shape.width.pt) for paragraph in shape.text_frame.paragraphs)
            assert tall <= shape.height.pt + 1, (number, shape.name, shape.text_frame.text[:80])
        if shape.has_table:
            for row in shape.table.rows:
                for cell, column in zip(row.cells, shape.table.columns, strict=True):
                    tall = sum(needed(paragraph, column.width.pt - 10) for paragraph in cell.text_frame.paragraphs)
                    assert tall + 6 <= row.height.pt + 2, (number, cell.text[:80])


def test_a_text_that_is_too_long_for_a_slide_is_whole_on_several():
    document = hostile()
    deck = opened(document)
    found = words_of(deck)
    for answer in document.answers:
        for text in (answer.sentence, answer.rule, answer.owner):
            assert squashed(text) in found


@pytest.mark.parametrize("tallest", [15, 40, 100, 1000])
def test_what_flows_over_boxes_is_all_of_it(tallest):
    blocks = [Block("label", 10, is_label=True), Block("word " * 50 + "Unbroken" * 30, 12), Block("end", 12)]
    rest, placed = list(blocks), []
    while rest:
        now, rest = flow(rest, 100, tallest)
        assert now
        placed += now
    assert squashed("".join(block.text for block in placed)) == squashed("".join(block.text for block in blocks))


def test_a_review_without_anything_says_so():
    found = words_of(opened(empty()))
    assert found.count(squashed("Nothing was loaded that could answer it")) == 5
    assert squashed(texts.NO_NOTES) in found


def test_foreign_text_is_only_text():
    document = hostile()
    with ZipFile(io.BytesIO(written(document))) as parts:
        links = [
            name for name in parts.namelist() if name.endswith(".rels") and b'TargetMode="External"' in parts.read(name)
        ]
    assert not links
    titles = [slide.shapes.title.text for slide in opened(document).slides]
    assert one_line(texts.question_title(document.answers[1])) in titles


def test_the_same_document_gives_the_same_bytes():
    assert written(usual()) == written(read_document(usual().to_json()))
