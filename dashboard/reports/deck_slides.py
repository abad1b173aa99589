"""Slides of the deck: their frame, text in boxes, and native tables."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Pt

from dashboard.reports import palette
from dashboard.reports.clean import clean, one_line
from dashboard.reports.deck_text import FONT, LINE, Block, lines, width
from dashboard.reports.grid import Grid, Piece

WIDTH, HEIGHT = 960.0, 540.0
"""16 to 9, in points."""
LEFT, TOP = 42.0, 92.0
ROOM, TALL = WIDTH - 2 * LEFT, HEIGHT - TOP - 44.0
"""Size of what is between title and foot."""
PAD = 5.0
_TITLE_ROOM = 56.0
_TITLE_SIZES = (26.0, 22.0, 18.0)
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_NAMESPACE = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_FIELD = (
    f'<a:fld {_NAMESPACE} id="{{{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}}}" type="slidenum">'
    '<a:rPr lang="en-GB" sz="1000">'
    f'<a:solidFill><a:srgbClr val="{palette.QUIET[1:]}"/></a:solidFill><a:latin typeface="{FONT}"/></a:rPr>'
    "<a:t>{number}</a:t></a:fld>"
)
_CELL_LINE = f'<a:lnB {_NAMESPACE} w="6350"><a:solidFill><a:srgbClr val="{palette.LINE[1:]}"/></a:solidFill></a:lnB>'

Box = tuple[float, float, float, float]
"""Left, top, width and height in points."""


class Deck:
    """A presentation that slides are added to."""

    def __init__(self, footer: str) -> None:
        from pptx import Presentation

        self.presentation = Presentation()
        _widen(self.presentation)
        self._footer = footer
        self._layout = next(layout for layout in self.presentation.slide_layouts if layout.name == "Title Only")

    def slide(self, title: str) -> tuple[Any, str]:
        """Add a slide with title and foot; return it, and what of the title it had no room for."""
        slide = self.presentation.slides.add_slide(self._layout)
        size, shown, rest = fitted_title(one_line(title))
        holder = slide.shapes.title
        holder.left, holder.top, holder.width, holder.height = (Pt(value) for value in (LEFT, 26, ROOM, _TITLE_ROOM))
        write(holder.text_frame, [Block(shown, size, is_bold=True)], MSO_ANCHOR.MIDDLE)
        bar = slide.shapes.add_shape(1, Pt(0), Pt(0), Pt(WIDTH), Pt(6))
        bar.fill.solid()
        bar.fill.fore_color.rgb = RGBColor.from_string(palette.BLUE[1:])
        bar.line.fill.background()
        bar.name = "Bar"
        foot = self._footer
        while width(foot, 10) > ROOM - 80:
            foot = foot[: len(foot) * 9 // 10].rstrip("… ") + " …"
        self.text(slide, [Block(foot, 10, colour=palette.QUIET)], (LEFT, HEIGHT - 30, ROOM - 70, 16), "Foot")
        number = self.text(slide, [Block("", 10)], (WIDTH - LEFT - 60, HEIGHT - 30, 60, 16), "Page number")
        _number(number.text_frame.paragraphs[0], len(self.presentation.slides))
        return slide, rest

    def text(self, slide: Any, blocks: Sequence[Block], box: Box, name: str) -> Any:
        """Write text into a box that it is known to fit."""
        shape = slide.shapes.add_textbox(*map(Pt, box))
        shape.name = name
        write(shape.text_frame, blocks, MSO_ANCHOR.TOP)
        return shape


def _widen(presentation: Any) -> None:
    """Make slides 16 to 9, and the places of the layouts with them: slides that people add shall fit too."""
    share = Pt(WIDTH) / presentation.slide_width
    presentation.slide_width, presentation.slide_height = Pt(WIDTH), Pt(HEIGHT)
    master = presentation.slide_master
    for shape in [*master.placeholders, *(place for layout in master.slide_layouts for place in layout.placeholders)]:
        if shape._element.spPr.find(qn("a:xfrm")) is not None:
            shape.left, shape.width = round(shape.left * share), round(shape.width * share)


def fitted_title(title: str) -> tuple[float, str, str]:
    """Return the size of a title, what of it fits above a slide, and the rest."""
    for size in _TITLE_SIZES:
        broken = lines(title, size, ROOM, is_bold=True)
        most = int(_TITLE_ROOM / (size * LINE))
        if len(broken) <= most:
            return size, title, ""
    most = int(_TITLE_ROOM / (size * LINE))
    shown = "".join(lines(title, size, ROOM - size, is_bold=True)[:most]).rstrip()
    return size, f"{shown}…", title[len(shown) :].lstrip()


def write(frame: Any, blocks: Sequence[Block], anchor: Any) -> None:
    """Write paragraphs into a frame of text, in its place and size."""
    frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.NONE, anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for number, block in enumerate(blocks):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.line_spacing = Pt(block.size * LINE)
        paragraph.space_before = Pt(block.before if number else 0)
        paragraph.space_after = Pt(0)
        _run(paragraph, block.text, block.size, is_bold=block.is_bold, colour=block.colour)


def add_table(slide: Any, grid: Grid, piece: Piece, rows: Sequence[Sequence[str]], top: float) -> float:
    """Add rows of a grid as a native table and return where it ends; the rows are known to fit."""
    heights = [head_height(grid, piece), *(row_height(grid, piece, row) for row in rows)]
    box = (LEFT, top, sum(piece.widths), sum(heights))
    frame = slide.shapes.add_table(len(heights), len(piece.columns), *map(Pt, box))
    table = frame.table
    table._tbl.tblPr.find(qn("a:tableStyleId")).text = _NO_STYLE
    table.horz_banding = False
    for column, wide in zip(table.columns, piece.widths, strict=True):
        column.width = Pt(wide)
    for number, (row, tall) in enumerate(zip(table.rows, heights, strict=True)):
        row.height = Pt(tall)
        texts = grid.heads if number == 0 else rows[number - 1]
        for cell, place in zip(row.cells, piece.columns, strict=True):
            _fill(cell, texts[place], grid, place, is_head=number == 0)
    return top + sum(heights)


def head_height(grid: Grid, piece: Piece) -> float:
    """Return how high the heads of a table are."""
    return _height(grid, piece, grid.heads, is_head=True)


def row_height(grid: Grid, piece: Piece, row: Sequence[str]) -> float:
    """Return how high a row is."""
    return _height(grid, piece, row, is_head=False)


def split_rows(grid: Grid, piece: Piece, tallest: float) -> list[list[str]]:
    """Return the rows of a grid, those that are higher than a slide as several, so that nothing is lost."""
    most = max(int((tallest - 2 * PAD) / (grid.size * LINE)), 1)
    found: list[list[str]] = []
    for row in grid.rows:
        parts = {
            place: _cell_lines(grid, place, row[place], wide)
            for place, wide in zip(piece.columns, piece.widths, strict=True)
        }
        count = max(-(-len(broken) // most) for broken in parts.values())
        if count == 1:
            found.append(list(row))
            continue
        for part in range(count):
            cells = [""] * len(row)
            for place, broken in parts.items():
                cells[place] = "".join(broken[part * most : (part + 1) * most]).strip()
            found.append(cells)
    return found


def _height(grid: Grid, piece: Piece, texts: Sequence[str], *, is_head: bool) -> float:
    counts = [
        len(_cell_lines(grid, place, texts[place], wide, is_head=is_head))
        for place, wide in zip(piece.columns, piece.widths, strict=True)
    ]
    return max(counts, default=1) * grid.size * LINE + 2 * PAD - 3


def _cell_lines(grid: Grid, place: int, text: str, wide: float, *, is_head: bool = False) -> list[str]:
    is_bold = is_head or place in grid.strong
    found: list[str] = []
    for line in clean(text).split("\n"):
        broken = lines(line, grid.size, wide - 2 * PAD, is_bold=is_bold)
        found += [*broken[:-1], broken[-1] + "\n"]
    return found


def _fill(cell: Any, text: str, grid: Grid, place: int, *, is_head: bool) -> None:
    cell.margin_left = cell.margin_right = Pt(PAD)
    cell.margin_top = cell.margin_bottom = Pt(PAD - 2)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if is_head else MSO_ANCHOR.TOP
    frame = cell.text_frame
    frame.word_wrap = True
    for number, line in enumerate(clean(text).split("\n")):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if place in grid.numbers else PP_ALIGN.LEFT
        paragraph.line_spacing = Pt(grid.size * LINE)
        _run(paragraph, line, grid.size, is_bold=is_head or place in grid.strong, colour=palette.INK)
    if is_head:
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(palette.BLUE_GROUND[1:])
    properties = cell._tc.get_or_add_tcPr()
    # The schema wants the line before the fill.
    properties.insert(0, deepcopy(_LINE_ELEMENT))


def _run(paragraph: Any, text: str, size: float, *, is_bold: bool, colour: str) -> None:
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.name = Pt(size), is_bold, FONT
    run.font.color.rgb = RGBColor.from_string(colour[1:])


def _number(paragraph: Any, number: int) -> None:
    """Write the number of the slide as a field, which follows when slides move."""
    paragraph.alignment = PP_ALIGN.RIGHT
    for run in paragraph.runs:
        paragraph._p.remove(run._r)
    paragraph._p.append(parse_xml(_FIELD.format(number=number)))


_LINE_ELEMENT = parse_xml(_CELL_LINE)
