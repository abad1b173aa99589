"""The review as one HTML file: no network, no script, charts as SVG, to be read on screen and printed."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import BinaryIO

from dashboard.analysis.declared_columns import sentence
from dashboard.analysis.headings import heading
from dashboard.analysis.review.cells import cell_text, is_number
from dashboard.analysis.review.document import (
    Answer,
    AnswerState,
    ChartKind,
    EvidenceChart,
    EvidenceColumn,
    EvidenceTable,
    ReviewDocument,
    ReviewFigure,
)
from dashboard.reports import texts
from dashboard.reports.clean import clean, one_line
from dashboard.reports.dictionary import meanings
from dashboard.reports.grid import figures_grid
from dashboard.reports.html_style import style
from dashboard.reports.own_tables import address, own_tables
from dashboard.reports.picture import pictures, shown
from dashboard.reports.svg import svg

_CHART_WIDTH = 540.0
_STRETCH = 1.35
"""Type of screens is about this much wider than that of the reports."""
_CROWDED = 16
"""Tables with more columns than this are printed small."""
_LONG_CELL = 800
_SHORT = 24
_HEAD = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
)


def write_html(document: ReviewDocument, out: BinaryIO) -> None:
    """Write the page; its bytes follow from the document alone."""
    for part in _page(document):
        out.write(part.encode())


def _page(document: ReviewDocument) -> Iterator[str]:
    title = _text(f"{texts.title(document)} – {texts.PRODUCT}")
    yield f"{_HEAD}<title>{title}</title>\n<style>{style(one_line(texts.footer(document)))}</style>\n</head>\n"
    yield "<body>\n<main>\n"
    yield f"<header>\n<h1>{_text(texts.title(document))}</h1>\n<dl class=facts>\n"
    for label, text in texts.facts(document):
        yield f"<dt>{_text(label)}</dt><dd>{_text(text)}</dd>\n"
    yield "</dl>\n</header>\n<section>\n"
    yield from _figures("Objectives in the quarter", document.summary)
    yield "<h3>Answers</h3>\n<ol class=contents>\n"
    for answer in document.answers:
        words = f"{answer.number}. {one_line(answer.verdict)}"
        yield f'<li><a href="#q{answer.number}">{_text(words)}</a><span>{_text(answer.question)}</span></li>\n'
    yield "</ol>\n</section>\n"
    for answer in document.answers:
        yield from _answer(answer)
    yield from _notes(document)
    yield from _dictionary(document)
    yield f"<p class=quiet>{_text(texts.footer(document))}</p>\n</main>\n</body>\n</html>\n"


def _answer(answer: Answer) -> Iterator[str]:
    yield f'<article id="q{answer.number}">\n<h2>{_text(texts.question_title(answer))}</h2>\n'
    kind = "chip" if answer.state is AnswerState.ANSWERED else "chip open"
    yield f'<span class="{kind}">{_text(answer.state.value)}</span>\n'
    yield f"<p class=verdict>{_text(answer.verdict)}</p>\n<p class=lead>{_text(answer.sentence)}</p>\n"
    yield from _figures("Figures", answer.figures)
    for number, chart in enumerate(answer.charts):
        yield from _chart(chart, f"q{answer.number}c{number}")
    yield "<dl class=lines>\n"
    for label, text in texts.answer_lines(answer):
        if label not in ("In one sentence", "State"):
            yield f"<dt>{_text(label)}</dt><dd>{_text(text)}</dd>\n"
    yield "</dl>\n"
    for table in answer.tables:
        yield from _table(table)
    if answer.links:
        items = "".join(f"<li>{_text(link.label)}: {_text(address(link))}</li>" for link in answer.links)
        yield f"<h3>Rows in the dashboard</h3>\n<ul>{items}</ul>\n"
    yield "</article>\n"


def _figures(title: str, figures: Sequence[ReviewFigure]) -> Iterator[str]:
    if not figures:
        return
    grid = figures_grid(figures, 9.0)
    yield f"<div class=wide><table class=figures><caption>{title}</caption><thead><tr>"
    kinds = ["number" if place in grid.numbers else "" for place in range(len(grid.heads))]
    yield "".join(f"<th{_class(kind)}>{head}</th>" for head, kind in zip(grid.heads, kinds, strict=True))
    yield "</tr></thead><tbody>\n"
    for cells in grid.rows:
        strong = [f"{kind} value" if place in grid.strong else kind for place, kind in enumerate(kinds)]
        yield _row(zip(cells, strong, strict=True))
    yield "</tbody></table></div>\n"


def _chart(chart: EvidenceChart, name: str) -> Iterator[str]:
    yield f"<figure>\n<figcaption>{_text(one_line(chart.title))}</figcaption>\n"
    drawn = pictures(chart, _CHART_WIDTH, _STRETCH)
    for number, picture in enumerate(drawn):
        image = svg(picture, title=one_line(chart.title), description=one_line(chart.alt), name=f"{name}p{number}")
        yield f"<div class=chart>{image}</div>\n"
    if not drawn:
        yield f"<p class=quiet>{texts.NOTHING_TO_DRAW}</p>\n"
    if chart.note:
        yield f"<p class=quiet>{_text(chart.note)}</p>\n"
    if drawn:
        heads = ("Series", "Category", one_line(chart.axis), "95 % interval", f"n ({one_line(chart.n_unit)})")
        is_told = "" if chart.kind is ChartKind.LINES else ' class="told"'
        yield f"<details{is_told}><summary>Values of the chart</summary><div class=wide><table><thead><tr>"
        yield "".join(
            f"<th{_class('number' if place > 1 else '')}>{_text(head)}</th>" for place, head in enumerate(heads)
        )
        yield "</tr></thead><tbody>\n"
        for cells in shown(chart):
            yield _row((cell, "number" if place > 1 else "") for place, cell in enumerate(cells))
        yield "</tbody></table></div></details>\n"
    yield "</figure>\n"


def _table(table: EvidenceTable) -> Iterator[str]:
    yield f"<section{_class('crowded' if len(table.columns) > _CROWDED else '')}>\n"
    yield f"<h3>{_text(one_line(table.title))}</h3>\n"
    yield f"<p class=quiet>{_text(sentence(table.meaning))} {texts.rows(len(table.rows))}.</p>\n"
    if table.rows:
        shown_rows = [tuple(map(cell_text, cells, table.columns)) for cells in table.rows]
        kinds = [_kind(column, [row[place] for row in shown_rows]) for place, column in enumerate(table.columns)]
        heads = zip((heading(column.name) for column in table.columns), kinds, strict=True)
        yield "<div class=wide><table><thead><tr>"
        yield "".join(f"<th{_class(kind)}>{_text(head)}</th>" for head, kind in heads)
        yield "</tr></thead><tbody>\n"
        for cells in shown_rows:
            yield _row(zip(cells, kinds, strict=True))
        yield "</tbody></table></div>\n"
    yield "</section>\n"


def _notes(document: ReviewDocument) -> Iterator[str]:
    yield "<section class=start>\n<h2>Decisions and notes</h2>\n"
    if document.notes:
        yield from _table(own_tables(document)[-1])
    else:
        yield f"<p>{texts.NO_NOTES}</p>\n"
    yield "</section>\n"


def _dictionary(document: ReviewDocument) -> Iterator[str]:
    yield "<section class=start>\n<h2>What the columns mean</h2>\n<div class=wide><table><thead><tr>"
    yield "<th>Column</th><th>Meaning</th></tr></thead><tbody>\n"
    for column, meaning in meanings(document.tables()):
        yield _row(((heading(column), ""), (meaning, "")))
    yield "</tbody></table></div>\n</section>\n"


def _row(cells: Iterable[tuple[str, str]]) -> str:
    listed = list(cells)
    long = _class("long" if any(len(text) > _LONG_CELL for text, _ in listed) else "")
    return f"<tr{long}>" + "".join(f"<td{_class(kind)}>{_text(text)}</td>" for text, kind in listed) + "</tr>\n"


def _kind(column: EvidenceColumn, cells: Sequence[str]) -> str:
    """Return how a column is set: numbers to the right, short texts on one line, long ones with room."""
    if is_number(column):
        return "number"
    return "code" if all(len(cell) <= _SHORT and "\n" not in cell for cell in cells) else "words"


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _text(text: str) -> str:
    return escape(clean(text))
