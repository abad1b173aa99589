"""Parts of the PDF report: paragraphs, pictures, and tables that fit the width of a page."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, LongTable, Paragraph, TableStyle

from dashboard.reports import fonts, palette
from dashboard.reports.clean import clean
from dashboard.reports.grid import Grid, Measure, pieces, widths
from dashboard.reports.picture import Box, Label, Line, Mark, Picture, Shape

MARGIN = 42.0
UPRIGHT_WIDTH = 595.28 - 2 * MARGIN
ACROSS_WIDTH = 841.89 - 2 * MARGIN
_LEADING, _PAD = 1.25, 4.0
"""Distance of lines in type sizes; room beside a cell in points."""
_MOST_LINES = 36
"""Lines of one row; a longer cell goes on in the next row, so that it can go on over the page."""
_COLOURS = {"ink": palette.INK, "quiet": palette.QUIET, "grid": palette.LINE, "reference": palette.REFERENCE} | {
    f"{kind}-{number}": colour
    for kind, colours in (("series", palette.SERIES), ("pale", palette.PALE))
    for number, colour in enumerate(colours)
}


def style(name: str, size: float, *, is_bold: bool = False, colour: str = palette.INK, **more: Any) -> ParagraphStyle:
    """Return a style of paragraphs."""
    font = fonts.BASE_BOLD if is_bold else fonts.BASE
    look: dict[str, Any] = {"leading": size * 1.32, "splitLongWords": 1} | more
    return ParagraphStyle(name, fontName=font, fontSize=size, textColor=HexColor(colour), **look)


TITLE = style("Title", 22, is_bold=True, spaceAfter=10)
QUESTION = style("Question", 16, is_bold=True, spaceAfter=4)
VERDICT = style("Verdict", 14, is_bold=True, colour=palette.BLUE, spaceBefore=2, spaceAfter=3)
LEAD = style("Lead", 11, spaceAfter=8)
PART = style("Part", 11, is_bold=True, spaceBefore=10, spaceAfter=3, keepWithNext=1)
LABEL = style("Label", 8.5, colour=palette.QUIET, spaceBefore=5, keepWithNext=1)
TEXT = style("Text", 10, spaceAfter=2)
QUIET = style("Quiet", 8.5, colour=palette.QUIET, spaceAfter=4)


def paragraph(text: str, form: ParagraphStyle) -> Paragraph:
    """Return foreign text as a paragraph that shows it as it is."""
    return Paragraph(fonts.markup(clean(text), is_bold=form.fontName == fonts.BASE_BOLD), form)


def link(words: str, name: str, colour: str) -> Paragraph:
    """Return marked-up words that lead to a place in the file."""
    return Paragraph(f'<a href="#{name}" color="{colour}">{words}</a>', style("Link", 11, is_bold=True, spaceBefore=4))


class Place(Flowable):
    """A place without a size that the outline of the file and links lead to."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self._name, self._words = name, words

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803
        """Return no size."""
        return 0, 0

    def draw(self) -> None:
        """Note the place."""
        self.canv.bookmarkPage(self._name)
        self.canv.addOutlineEntry(self._words, self._name)


class Drawn(Flowable):
    """A picture, drawn with lines and type."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803
        """Return the size of the picture."""
        return self._picture.width, self._picture.height

    def draw(self) -> None:
        """Draw it; its places count from above, those of a PDF from below."""
        for shape in self._picture.shapes:
            self._draw(shape)

    def _draw(self, shape: Shape) -> None:
        canvas, height = self.canv, self._picture.height
        match shape:
            case Line():
                canvas.setStrokeColor(HexColor(_COLOURS[shape.colour]))
                canvas.setLineWidth(shape.width if shape.colour != "grid" else 0.5)
                canvas.setDash([4, 2.5] if shape.is_dashed else [])
                canvas.line(shape.x1, height - shape.y1, shape.x2, height - shape.y2)
            case Box():
                canvas.setFillColor(HexColor(_COLOURS[shape.colour]))
                canvas.rect(shape.x, height - shape.y - shape.height, shape.width, shape.height, stroke=0, fill=1)
            case Mark():
                self._mark(shape.x, height - shape.y, shape.series)
            case Label():
                self._label(shape, height)

    def _mark(self, x: float, y: float, series: int) -> None:
        canvas = self.canv
        canvas.setFillColor(HexColor(_COLOURS[f"series-{series % 6}"]))
        match series % 4:
            case 0:
                canvas.circle(x, y, 3.4, stroke=0, fill=1)
                return
            case 1:
                corners = ((x - 3, y - 3), (x + 3, y - 3), (x + 3, y + 3), (x - 3, y + 3))
            case 2:
                corners = ((x, y - 4.2), (x + 4.2, y), (x, y + 4.2), (x - 4.2, y))
            case _:
                corners = ((x, y + 4.2), (x + 4, y - 3.2), (x - 4, y - 3.2))
        path = canvas.beginPath()
        path.moveTo(*corners[0])
        for corner in corners[1:]:
            path.lineTo(*corner)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)

    def _label(self, label: Label, height: float) -> None:
        x = label.x
        if label.anchor != "start":
            x -= fonts.width(label.text, label.size) / (2 if label.anchor == "middle" else 1)
        self.canv.setFillColor(HexColor(_COLOURS[label.colour]))
        for font, piece in fonts.runs(label.text):
            self.canv.setFont(font, label.size)
            self.canv.drawString(x, height - label.y, piece)
            x += self.canv.stringWidth(piece, font, label.size)


def is_across(grid: Grid) -> bool:
    """Whether a table needs the page turned to be read well."""
    natural, narrow = widths(grid, _measure(grid), _PAD)
    return sum(natural) > UPRIGHT_WIDTH * 1.25 or (sum(natural) > UPRIGHT_WIDTH and sum(narrow) > UPRIGHT_WIDTH * 0.8)


def tables(grid: Grid, most: float) -> list[tuple[str, LongTable]]:
    """Return a table of at most this width, or several that share its columns, each with what it holds of them."""
    found = pieces(grid, _measure(grid), _PAD, most)
    return [(piece.words, _table(grid, piece.columns, piece.widths)) for piece in found]


def _measure(grid: Grid) -> Measure:
    return lambda text, is_bold: fonts.width(text, grid.size, is_bold=is_bold)


def _table(grid: Grid, group: Sequence[int], wide: Sequence[float]) -> LongTable:
    heads = [paragraph(grid.heads[place], _form(grid, place, is_bold=True)) for place in group]
    looks: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), fonts.BASE, grid.size, grid.size * _LEADING),
        ("TEXTCOLOR", (0, 0), (-1, -1), HexColor(palette.INK)),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(palette.BLUE_GROUND)),
        ("LEFTPADDING", (0, 0), (-1, -1), _PAD),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    for column, place in enumerate(group):
        if place in grid.numbers:
            looks.append(("ALIGN", (column, 1), (column, -1), "RIGHT"))
        if place in grid.strong:
            looks.append(("FONT", (column, 1), (column, -1), fonts.BASE_BOLD, grid.size, grid.size * _LEADING))
    cells: list[list[Any]] = [heads]
    for row in grid.rows:
        cells += _cells([row[place] for place in group], group, wide, grid)
        looks.append(("LINEBELOW", (0, len(cells) - 1), (-1, len(cells) - 1), 0.4, HexColor(palette.LINE)))
    return LongTable(cells, list(wide), repeatRows=1, style=TableStyle(looks), hAlign="LEFT")


def _cells(texts: Sequence[str], group: Sequence[int], widths: Sequence[float], grid: Grid) -> list[list[Any]]:
    """Return one row of texts as one row of the table, or as several where a text is very long."""
    broken: list[list[Any]] = []
    for text, place, wide in zip(texts, group, widths, strict=True):
        bold = place in grid.strong
        lines = fonts.lines(clean(text), grid.size, wide - 2 * _PAD, is_bold=bold)
        parts = ["\n".join(lines[start : start + _MOST_LINES]) for start in range(0, len(lines), _MOST_LINES)]
        form = _form(grid, place, is_bold=bold)
        broken.append(
            [part if fonts.is_plain(part) else Paragraph(fonts.markup(part, is_bold=bold), form) for part in parts]
        )
    return [list(cells) for cells in zip_longest(*broken, fillvalue="")]


def _form(grid: Grid, place: int, *, is_bold: bool) -> ParagraphStyle:
    right = {"alignment": 2} if place in grid.numbers else {}
    return style("Cell", grid.size, is_bold=is_bold, leading=grid.size * _LEADING, **right)
