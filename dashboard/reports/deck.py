"""The review as a PowerPoint deck: a summary, a slide per question, the decisions, and the evidence behind them."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO
from zipfile import ZipFile

from dashboard.analysis.declared_columns import sentence
from dashboard.analysis.review.document import Answer, AnswerState, EvidenceChart, EvidenceTable, ReviewDocument
from dashboard.reports import palette, texts
from dashboard.reports.clean import one_line
from dashboard.reports.deck_charts import add_chart
from dashboard.reports.deck_slides import (
    LEFT,
    PAD,
    ROOM,
    TALL,
    TOP,
    Deck,
    add_table,
    head_height,
    row_height,
    split_rows,
)
from dashboard.reports.deck_text import Block, flow, height, labelled, paragraphs, width
from dashboard.reports.grid import Grid, Piece, figures_grid, grid_of, pieces
from dashboard.reports.own_tables import address
from dashboard.reports.zips import write_zip

_GAP = 24.0
_APART = 16.0
_FEWEST_ROWS = 4
"""Rows of a table that must have room below what stands on a slide already."""
_TEXT_SHARE = 0.47
"""Part of the width that text takes beside a chart."""
_MOST_ROWS = 60
"""Rows of a table that the appendix shows."""
_TABLE_SIZE = 11.0
_SCALES = (1.0, 0.9, 0.8, 0.72)
"""How much smaller type may become so that a text needs no second slide."""


def write_deck(document: ReviewDocument, out: BinaryIO) -> None:
    """Write the deck; its bytes follow from the document alone."""
    made = _Writer(document).whole()
    moment = texts.stamp(document)
    properties = made.core_properties
    properties.title, properties.author, properties.last_modified_by = (
        texts.title(document),
        texts.PRODUCT,
        texts.PRODUCT,
    )
    properties.subject = one_line(texts.footer(document))[:255]
    properties.created = properties.modified = moment.replace(tzinfo=None)
    properties.revision = 1
    packed = io.BytesIO()
    made.save(packed)
    with ZipFile(packed) as files:
        write_zip({name: files.read(name) for name in files.namelist()}, moment, out)


class _Writer:
    """Writes the slides of one document."""

    def __init__(self, document: ReviewDocument) -> None:
        self._document = document
        self._deck = Deck(one_line(texts.footer(document)))
        self._slide: Any = None
        self._title: str | None = None
        self._used = 0.0

    @property
    def _moment(self) -> datetime:
        return texts.stamp(self._document)

    def whole(self) -> Any:
        """Return the presentation with all its slides."""
        document = self._document
        self._summary()
        for answer in document.answers:
            self._question(answer)
        self._decisions()
        for answer in document.answers:
            self._appendix(answer)
        self._about()
        return self._deck.presentation

    def _summary(self) -> None:
        document = self._document
        title = f"{texts.title(document)}: {texts.days(document)}"
        blocks = [Block("Answers", 13, is_bold=True)]
        for answer in document.answers:
            blocks.append(
                Block(one_line(texts.question_title(answer)), 11, colour=palette.QUIET, before=7, is_label=True)
            )
            blocks += paragraphs(one_line(answer.verdict), 15, is_bold=True, colour=_colour(answer))
        self._text(title, blocks)
        if document.summary:
            grid = figures_grid(document.summary, 11.0)
            grid = replace(grid, heads=grid.heads[:4], rows=[row[:4] for row in grid.rows])
            self._table(title, [Block("Objectives in the quarter", 13, is_bold=True)], grid)

    def _question(self, answer: Answer) -> None:
        blocks = [*paragraphs(answer.verdict, 24, is_bold=True, colour=_colour(answer))]
        blocks += [replace(block, before=6) for block in paragraphs(answer.sentence, 17)]
        for figure in answer.figures[:1]:
            blocks.append(Block(one_line(figure.label), 13, colour=palette.QUIET, before=12, is_label=True))
            blocks.append(Block(texts.figure_value(figure), 30, is_bold=True, is_label=True))
            blocks += paragraphs(texts.figure_about(figure), 13)
        if answer.since_last:
            blocks += labelled("Since the last quarter", answer.since_last, 14)
        if answer.would_change:
            blocks += labelled(
                "What would change the answer", "\n".join(f"• {text}" for text in answer.would_change), 14
            )
        charts = [chart for chart in answer.charts if chart.categories and chart.series]
        self._text(texts.question_title(answer), blocks, charts[0] if charts else None)

    def _decisions(self) -> None:
        if not self._document.notes:
            self._text("Decisions and notes", [Block(texts.NO_NOTES, 14)])
            return
        rows = [(note.text, note.kind, texts.note_about(note)) for note in self._document.notes]
        self._table("Decisions and notes", [], Grid(("What", "Kind", "State"), rows, size=13.0, is_full=True))

    def _appendix(self, answer: Answer) -> None:
        title = f"Appendix {answer.number}: {answer.question}"
        if answer.figures:
            self._table(title, [Block("Figures", 13, is_bold=True)], figures_grid(answer.figures, _TABLE_SIZE))
        blocks: list[Block] = []
        for label, text in texts.answer_lines(answer):
            if label not in ("In one sentence", "Since the last quarter", "What would change it", "State"):
                blocks += labelled(label, text)
        for chart in answer.charts:
            if chart.note:
                blocks += labelled(f"Note on the chart: {one_line(chart.title)}"[:120], chart.note)
        for link in answer.links:
            blocks += labelled("In the dashboard", f"{link.label}: {address(link)}")
        self._text(title, blocks)
        for chart in [chart for chart in answer.charts if chart.categories and chart.series][1:]:
            rest = self._open(title)
            if rest:
                self._put(flow(paragraphs(rest, 12), ROOM, TALL)[0], 0.0)
                self._open(title, is_continued=True)
            add_chart(self._slide, chart, (LEFT, TOP, ROOM, TALL), self._moment)
            self._title = None
        for table in answer.tables:
            self._evidence(title, table)

    def _evidence(self, title: str, table: EvidenceTable) -> None:
        words = f"{one_line(table.title)}. {sentence(one_line(table.meaning))} {texts.rows(len(table.rows))}."
        shown = replace_rows(table, _MOST_ROWS)
        if len(table.rows) > _MOST_ROWS:
            words += f" The first {_MOST_ROWS} are shown; workbook, CSV files, PDF and HTML page have all."
        blocks = paragraphs(words, 13, is_bold=True)
        if table.rows:
            self._table(title, blocks, grid_of(shown, _TABLE_SIZE))
        else:
            self._text(title, blocks)

    def _about(self) -> None:
        blocks: list[Block] = []
        for label, text in texts.facts(self._document):
            blocks += labelled(label, text)
        self._text("What this deck was made from", blocks)

    def _text(self, title: str, blocks: Sequence[Block], chart: EvidenceChart | None = None) -> None:
        """Write text on as many slides as it needs; a chart stands on the first."""
        if chart is None and self._is_open(title) and not flow(blocks, ROOM, TALL - self._used - _APART)[1]:
            self._put(blocks, self._used + _APART)
            return
        rest = self._open(title)
        left = [*paragraphs(rest, 14), *blocks] if rest else list(blocks)
        wide = ROOM * _TEXT_SHARE if chart else ROOM
        if chart:
            add_chart(self._slide, chart, (LEFT + wide + _GAP, TOP, ROOM - wide - _GAP, TALL), self._moment)
        left = next(
            (scaled for scaled in (_scaled(left, share) for share in _SCALES) if not flow(scaled, wide, TALL)[1]),
            _scaled(left, _SCALES[-1]),
        )
        while True:
            placed, left = flow(left, wide, TALL)
            self._put(placed, 0.0, wide)
            if not left:
                break
            self._open(title, is_continued=True)
            wide = ROOM
        if chart:
            self._title = None

    def _table(self, title: str, blocks: Sequence[Block], grid: Grid) -> None:
        """Write a table on as many slides as it needs, its heads on each, below the text that introduces it."""
        for piece in pieces(grid, _measure(grid), PAD, ROOM):
            intro = [*blocks, *([Block(piece.words, 11, colour=palette.QUIET)] if piece.words else [])]
            head = head_height(grid, piece)
            rows = split_rows(grid, piece, TALL * 0.55 - head)
            first = head + sum(row_height(grid, piece, row) for row in rows[:_FEWEST_ROWS])
            if self._is_open(title) and self._used + _APART + _height(intro) + first <= TALL:
                top = self._used + _APART
            else:
                rest = self._open(title)
                intro, top = [*paragraphs(rest, 12), *intro] if rest else intro, 0.0
            placed, more = flow(intro, ROOM, TALL * 0.4 if top == 0 else TALL)
            while more:
                self._put(placed, top)
                self._open(title, is_continued=True)
                top = 0.0
                placed, more = flow(more, ROOM, TALL * 0.4)
            if placed:
                self._put(placed, top)
                top = self._used + 6
            self._rows(title, grid, piece, rows, top)

    def _rows(self, title: str, grid: Grid, piece: Piece, rows: Sequence[Sequence[str]], top: float) -> None:
        used = top + head_height(grid, piece)
        waiting: list[Sequence[str]] = []
        for row in rows:
            needed = row_height(grid, piece, row)
            if waiting and used + needed > TALL:
                add_table(self._slide, grid, piece, waiting, TOP + top)
                self._open(title, is_continued=True)
                waiting, top, used = [], 0.0, head_height(grid, piece)
            waiting.append(row)
            used += needed
        add_table(self._slide, grid, piece, waiting, TOP + top)
        self._used = used

    def _open(self, title: str, *, is_continued: bool = False) -> str:
        """Begin a slide; return what of its title it had no room for."""
        self._slide, rest = self._deck.slide(f"{_short(title)} (continued)" if is_continued else title)
        self._title, self._used = title, 0.0
        return rest

    def _is_open(self, title: str) -> bool:
        """Whether the last slide is of that title, and more may stand on it."""
        return self._title == title

    def _put(self, blocks: Sequence[Block], top: float, wide: float = ROOM) -> None:
        self._deck.text(self._slide, blocks, (LEFT, TOP + top, wide, TALL - top), "Text")
        self._used = top + _height(blocks, wide)


def replace_rows(table: EvidenceTable, most: int) -> EvidenceTable:
    """Return a table with its first rows only."""
    return EvidenceTable(table.name, table.title, table.meaning, table.columns, table.rows[:most])


def _height(blocks: Sequence[Block], wide: float = ROOM) -> float:
    return sum(height(block, wide) + (block.before if number else 0) for number, block in enumerate(blocks))


def _measure(grid: Grid) -> Any:
    # A little more than measured: programs differ in where they break a line.
    return lambda text, is_bold: width(text, grid.size, is_bold=is_bold) * 1.05


def _scaled(blocks: Sequence[Block], share: float) -> list[Block]:
    return [replace(block, size=block.size * share) for block in blocks]


def _short(title: str) -> str:
    return title if len(title) <= 110 else title[:109] + "…"


def _colour(answer: Answer) -> str:
    return palette.BLUE if answer.state is AnswerState.ANSWERED else palette.QUIET
