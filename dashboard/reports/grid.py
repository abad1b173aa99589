"""Tables that must fit a width: how wide each column may be, and which columns go into another table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.analysis.headings import heading
from dashboard.analysis.review.cells import cell_text, is_number
from dashboard.analysis.review.document import EvidenceTable, ReviewFigure
from dashboard.reports import texts
from dashboard.reports.clean import clean, one_line

Measure = Callable[[str, bool], float]
"""Width of a line, bold or not."""

_WIDEST = 230.0
_NARROWEST, _NARROWEST_FIRST = 7.0, 11.0
"""Smallest widths of columns of text, in sizes of the type; the first says what a row is."""
_ONE_LINE_HEAD = 90.0
_FIGURE_HEADS = ("Figure", "Value", "95 % interval", "n", "Quarter before", "Note")
_MEASURED_LINES, _MEASURED_CHARACTERS = 40, 200


@dataclass(frozen=True, slots=True)
class Grid:
    """Texts in rows and columns, with their heads; numbers stand to the right."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    strong: frozenset[int] = frozenset()
    """Columns in bold."""
    size: float = 8.0
    """Size of the type."""
    is_full: bool = False
    """Whether it takes the whole width."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Columns of a grid that stand in one table, with their widths."""

    columns: tuple[int, ...]
    widths: tuple[float, ...]
    words: str
    """Which columns they are; empty for all."""


def grid_of(table: EvidenceTable, size: float = 8.0) -> Grid:
    """Return a table as texts."""
    return Grid(
        [one_line(heading(column.name)) for column in table.columns],
        [[cell_text(cell, column) for cell, column in zip(row, table.columns, strict=True)] for row in table.rows],
        frozenset(place for place, column in enumerate(table.columns) if is_number(column)),
        size=size,
    )


def figures_grid(figures: Sequence[ReviewFigure], size: float) -> Grid:
    """Return figures as texts, with interval, n and the quarter before; without notes where there are none."""
    rows = [
        (
            figure.label,
            texts.figure_value(figure),
            texts.figure_interval(figure),
            texts.figure_n(figure),
            texts.figure_before(figure),
            figure.note or "",
        )
        for figure in figures
    ]
    count = 6 if any(row[5] for row in rows) else 5
    return Grid(
        _FIGURE_HEADS[:count],
        [row[:count] for row in rows],
        frozenset((1, 2, 3, 4)),
        frozenset((1,)),
        size,
        is_full=True,
    )


def widths(grid: Grid, measure: Measure, pad: float) -> tuple[list[float], list[float]]:
    """Return the width of each column that needs no line break, and the smallest that can still be read."""
    natural: list[float] = []
    narrow: list[float] = []
    for place, head in enumerate(grid.heads):
        is_bold = place in grid.strong
        word = max((measure(word, True) for word in clean(head).split()), default=0.0)
        whole = measure(clean(head)[:_MEASURED_CHARACTERS], True)
        cells = [line for row in grid.rows for line in clean(row[place]).split("\n")[:_MEASURED_LINES]]
        widest = max((measure(cell[:_MEASURED_CHARACTERS], is_bold) for cell in cells), default=0.0)
        least = max(min(widest, _WIDEST), min(word, _WIDEST)) + 2 * pad + 1
        natural.append(max(least, min(whole, _ONE_LINE_HEAD) + 2 * pad + 1))
        smallest = grid.size * (_NARROWEST if place else _NARROWEST_FIRST)
        narrow.append(least if place in grid.numbers else min(least, max(smallest, word + 2 * pad + 1)))
    return natural, narrow


def pieces(grid: Grid, measure: Measure, pad: float, most: float) -> list[Piece]:
    """Return a grid as one table of at most this width, or as several that share its columns."""
    natural, narrow = widths(grid, measure, pad)
    groups = _groups(narrow, most)
    found: list[Piece] = []
    for group in groups:
        fitted = _fitted([natural[place] for place in group], [narrow[place] for place in group], most)
        if grid.is_full:
            last = 0 if group[-1] in grid.numbers else -1
            fitted[last] += max(most - sum(fitted), 0)
        held = f"Columns {group[1] + 1} to {group[-1] + 1}" if len(group) > 2 else f"Column {group[-1] + 1}"
        words = "" if len(groups) == 1 else f"{held} of {len(natural)}"
        found.append(Piece(tuple(group), tuple(fitted), words))
    return found


def _groups(narrow: Sequence[float], most: float) -> list[list[int]]:
    """Share columns out over tables that fit; the first column, which says what a row is, stands in each."""
    groups = [[0]]
    taken = narrow[0]
    for place, needed in enumerate(narrow[1:], 1):
        if taken + needed > most and len(groups[-1]) > 1:
            groups.append([0])
            taken = narrow[0]
        groups[-1].append(place)
        taken += needed
    return groups


def _fitted(natural: Sequence[float], narrow: Sequence[float], most: float) -> list[float]:
    """Take from the columns that can give until all fit."""
    excess = sum(natural) - most
    if excess <= 0:
        return list(natural)
    room = sum(natural) - sum(narrow)
    share = min(excess / room, 1.0) if room > 0 else 0.0
    return [wide - (wide - least) * share for wide, least in zip(natural, narrow, strict=True)]
