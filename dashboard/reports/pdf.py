"""The review as a PDF: text, vector charts and whole tables, with filters, date of the data and page on each page."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
)

from dashboard.analysis.declared_columns import sentence
from dashboard.analysis.headings import heading
from dashboard.analysis.review.document import (
    Answer,
    ChartKind,
    EvidenceChart,
    EvidenceTable,
    ReviewDocument,
    ReviewFigure,
)
from dashboard.reports import fonts, palette, texts
from dashboard.reports import pdf_parts as parts
from dashboard.reports.clean import one_line
from dashboard.reports.dictionary import meanings
from dashboard.reports.grid import Grid, figures_grid, grid_of
from dashboard.reports.own_tables import address, own_tables
from dashboard.reports.pdf_parts import paragraph
from dashboard.reports.picture import pictures, shown

_UPRIGHT, _ACROSS = "upright", "across"
_FOOT = 24.0
_LEAST_ROOM = 110.0
"""Room that a table needs to begin on a page."""
_LACKING = (
    "Characters that the type of this file lacks are written as their code in Unicode. The HTML page and the workbook "
    "show them."
)


def write_pdf(document: ReviewDocument, out: BinaryIO) -> None:
    """Write the PDF; its bytes follow from the document alone."""
    fonts.register()
    moment = texts.stamp(document)
    footer = one_line(texts.footer(document))

    class Numbered(Canvas):
        """Keeps the pages until their number is known, then writes the foot of each."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._kept: list[dict[str, Any]] = []
            self.setDateFormatter(lambda *_: f"D:{moment:%Y%m%d%H%M%S}+00'00'")

        def showPage(self) -> None:  # noqa: N802
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._kept, 1):
                self.__dict__.update(page)
                _foot(self, footer, f"Page {number} of {len(self._kept)}")
                super().showPage()
            super().save()

    title = texts.title(document)
    pages = _Pages(out, title=title, author=texts.PRODUCT, subject=footer, lang="en", invariant=1, pageCompression=1)
    pages.build(_Story(document).whole(), canvasmaker=Numbered)


class _Pages(BaseDocTemplate):
    """Upright pages and pages that lie."""

    def __init__(self, out: BinaryIO, **options: Any) -> None:
        super().__init__(out, pagesize=A4, **options)
        margin = parts.MARGIN
        templates = []
        for name, (width, height) in ((_UPRIGHT, A4), (_ACROSS, landscape(A4))):
            frame = Frame(margin, margin + 8, width - 2 * margin, height - 2 * margin - 8, 0, 0, 0, 0)
            templates.append(PageTemplate(name, [frame], pagesize=(width, height)))
        self.addPageTemplates(templates)


class _Story:
    """What stands in the PDF, from first to last."""

    def __init__(self, document: ReviewDocument) -> None:
        self._document = document
        self._is_across = False

    def whole(self) -> list[Flowable]:
        """Return everything."""
        document = self._document
        story = [*self._summary()]
        for answer in document.answers:
            story += [*self._question(answer)]
        story += [*self._turned(False), *_named("Decisions and notes", "notes")]
        if document.notes:
            story += [*self._table(own_tables(document)[-1])]
        else:
            story.append(paragraph(texts.NO_NOTES, parts.TEXT))
        story += [*self._turned(False), *_named("What the columns mean", "columns")]
        rows = [(heading(column), meaning) for column, meaning in meanings(document.tables())]
        story += _flowing(Grid(("Column", "Meaning"), rows), parts.UPRIGHT_WIDTH) if rows else []
        if not fonts.has_all(document.to_json().decode()):
            story.append(paragraph(_LACKING, parts.QUIET))
        return story

    def _summary(self) -> Iterator[Flowable]:
        document = self._document
        yield paragraph(texts.title(document), parts.TITLE)
        yield from _flowing(Grid(("Review", ""), texts.facts(document), size=9.5, is_full=True), parts.UPRIGHT_WIDTH)
        yield from self._figures("Objectives in the quarter", document.summary)
        yield paragraph("Answers", parts.PART)
        for answer in document.answers:
            words = fonts.markup(one_line(f"{answer.number}. {answer.verdict}"), is_bold=True)
            yield parts.link(words, f"q{answer.number}", palette.BLUE)
            yield paragraph(answer.question, parts.QUIET)

    def _question(self, answer: Answer) -> Iterator[Flowable]:
        yield from self._turned(False)
        yield from _named(texts.question_title(answer), f"q{answer.number}")
        yield paragraph(answer.state.value, parts.QUIET)
        yield paragraph(answer.verdict, parts.VERDICT)
        yield paragraph(answer.sentence, parts.LEAD)
        yield from self._figures("Figures", answer.figures)
        for chart in answer.charts:
            yield from self._chart(chart)
        for label, text in texts.answer_lines(answer):
            if label not in ("In one sentence", "State"):
                yield paragraph(label, parts.LABEL)
                yield paragraph(text, parts.TEXT)
        for link in answer.links:
            yield paragraph("In the dashboard", parts.LABEL)
            yield paragraph(f"{link.label}: {address(link)}", parts.TEXT)
        # Tables that lie come last, so that the page turns once.
        for table in sorted(answer.tables, key=lambda table: parts.is_across(grid_of(table))):
            yield from self._table(table)

    def _figures(self, title: str, figures: Sequence[ReviewFigure]) -> Iterator[Flowable]:
        if not figures:
            return
        yield paragraph(title, parts.PART)
        yield from _flowing(figures_grid(figures, 9.0), parts.UPRIGHT_WIDTH)

    def _chart(self, chart: EvidenceChart) -> Iterator[Flowable]:
        drawn = [parts.Drawn(picture) for picture in pictures(chart, parts.UPRIGHT_WIDTH)]
        head = paragraph(one_line(chart.title) or "Chart", parts.PART)
        if not drawn:
            yield head
            yield paragraph(texts.NOTHING_TO_DRAW, parts.QUIET)
            return
        yield KeepTogether([head, drawn[0]])
        yield from drawn[1:]
        if chart.note:
            yield paragraph(chart.note, parts.QUIET)
        if chart.kind is ChartKind.LINES:
            heads = ("Series", "Category", one_line(chart.axis), "95 % interval", f"n ({one_line(chart.n_unit)})")
            yield from _flowing(Grid(heads, [*shown(chart)], frozenset((2, 3, 4))), parts.UPRIGHT_WIDTH)

    def _table(self, table: EvidenceTable) -> Iterator[Flowable]:
        grid = grid_of(table)
        is_across = bool(table.rows) and parts.is_across(grid)
        if is_across != self._is_across:
            yield from self._turned(is_across)
        yield CondPageBreak(_LEAST_ROOM)
        yield paragraph(one_line(table.title), parts.PART)
        about = f"{sentence(table.meaning)} {texts.rows(len(table.rows))}."
        yield paragraph(about, parts.QUIET)
        if table.rows:
            yield from _flowing(grid, parts.ACROSS_WIDTH if is_across else parts.UPRIGHT_WIDTH)

    def _turned(self, is_across: bool) -> Iterator[Flowable]:
        """Begin a page."""
        self._is_across = is_across
        yield NextPageTemplate(_ACROSS if is_across else _UPRIGHT)
        yield PageBreak()


def _flowing(grid: Grid, most: float) -> Iterator[Flowable]:
    for words, table in parts.tables(grid, most):
        if words:
            yield paragraph(words, parts.LABEL)
        yield table
        yield Spacer(1, 8)


def _named(text: str, name: str) -> Iterator[Flowable]:
    """Return a heading that stands in the outline, and that links lead to."""
    yield parts.Place(name, one_line(text)[:120])
    yield paragraph(text, parts.QUESTION)


def _foot(canvas: Canvas, footer: str, number: str) -> None:
    width: float = canvas._pagesize[0]  # pyright: ignore[reportAttributeAccessIssue]
    canvas.setFillColor(HexColor(palette.QUIET))
    room = width - 2 * parts.MARGIN - fonts.width(number, 8) - 20
    line, *more = fonts.lines(footer, 8, room)
    x = parts.MARGIN
    # The filters stand in full on the first page.
    for font, piece in fonts.runs(line + (" …" if more else "")):
        canvas.setFont(font, 8)
        canvas.drawString(x, _FOOT, piece)
        x += canvas.stringWidth(piece, font, 8)
    canvas.setFont(fonts.BASE, 8)
    canvas.drawRightString(width - parts.MARGIN, _FOOT, number)
