"""The review as an Excel workbook: a summary, a sheet per question with its charts, a sheet per table, a dictionary."""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any, BinaryIO

from dashboard.analysis.declared_columns import sentence
from dashboard.analysis.figures import Unit
from dashboard.analysis.headings import heading
from dashboard.analysis.review.cells import cell_text, is_number
from dashboard.analysis.review.document import Answer, EvidenceColumn, EvidenceTable, ReviewDocument, ReviewFigure
from dashboard.reports import texts
from dashboard.reports.clean import clean, one_line
from dashboard.reports.dictionary import dictionary_rows
from dashboard.reports.own_tables import address, own_tables
from dashboard.reports.workbook_cells import Formats, write_cell, write_number, write_text
from dashboard.reports.workbook_charts import HEIGHT, add_chart, write_values

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_NAME = 31
_TEXT_COLUMNS = 9
"""Columns over which a text runs beside its label."""
_WIDTHS = (46, 14, 22, 10, *(14,) * 16)
"""Widths of the columns of summary and question sheets, in characters."""
_TEXT_WIDTH = 132
_LINE_HEIGHT = 15.5
_TITLE_HEIGHT = 28
_TALLEST = 400
_ROW_PIXELS = 20
_WIDEST, _NARROWEST, _HEAD_WIDTH = 60, 8, 18
_FIGURE_HEADS = (
    "Figure",
    "As shown",
    "95 % interval",
    "n",
    "n counts",
    "Before",
    "Value",
    "From",
    "To",
    "Note",
)
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(document: ReviewDocument, out: BinaryIO) -> None:
    """Write the workbook; its bytes follow from the document alone."""
    from xlsxwriter import Workbook

    with Workbook(out, _OPTIONS) as book:
        book.set_properties(
            {
                "title": texts.title(document),
                "subject": one_line(texts.footer(document))[:255],
                "author": texts.PRODUCT,
                "created": texts.stamp(document).replace(tzinfo=None),
            }
        )
        _Writer(book, document).write()


class _Writer:
    """Writes the sheets of one document."""

    def __init__(self, book: Any, document: ReviewDocument) -> None:
        self._book = book
        self._document = document
        self._formats = Formats(book)
        titles = [("Summary", None), *((f"{answer.number} {answer.key}", answer) for answer in document.answers)]
        tables = [(table.name, table) for table in document.tables()]
        names = sheet_names([name for name, _ in titles] + ["Notes", "Dictionary"] + [name for name, _ in tables])
        self._question_names = names[1 : len(titles)]
        self._summary_name, self._notes_name, self._dictionary_name = names[0], *names[len(titles) : len(titles) + 2]
        self._table_names = names[len(titles) + 2 :]

    def write(self) -> None:
        self._write_summary(self._sheet(self._summary_name))
        rest = iter(self._table_names)
        for name, answer in zip(self._question_names, self._document.answers, strict=True):
            tables = [(next(rest), table) for table in answer.tables]
            self._write_question(self._sheet(name), answer, tables)
            for table_name, table in tables:
                self._write_table(self._sheet(table_name), table, back=name)
        notes = own_tables(self._document)[-1]
        self._write_table(self._sheet(self._notes_name), notes, back=self._summary_name)
        self._write_dictionary(self._sheet(self._dictionary_name))

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        footer = one_line(texts.footer(self._document)).replace("&", "&&")
        sheet.set_footer(f"&L&8 {_cut(footer, 180)}&R&8Page &P of &N")
        return sheet

    def _write_summary(self, sheet: Any) -> None:
        document, formats = self._document, self._formats
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        write_text(sheet, 0, 0, texts.title(document), formats.title)
        sheet.set_row(0, _TITLE_HEIGHT)
        row = 2
        for label, text in texts.facts(document):
            row = self._line(sheet, row, label, text)
        row = self._figures(sheet, row + 1, "Objectives in the quarter", document.summary)
        write_text(sheet, row + 1, 0, "Answers", formats.section)
        row += 2
        for name, answer in zip(self._question_names, document.answers, strict=True):
            self._link(sheet, row, name, f"{answer.number}. {answer.verdict}", formats.link())
            row = self._line(sheet, row, None, f"{answer.question} {answer.sentence}")
        row += 1
        for name, words in (
            (self._notes_name, f"Decisions and notes ({len(document.notes)})"),
            (self._dictionary_name, "Dictionary: what each column means"),
        ):
            self._link(sheet, row, name, words, formats.link())
            row += 1
        sheet.activate()

    def _write_question(self, sheet: Any, answer: Answer, tables: Sequence[tuple[str, EvidenceTable]]) -> None:
        formats = self._formats
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        write_text(sheet, 0, 0, one_line(texts.question_title(answer)), formats.title)
        sheet.set_row(0, _TITLE_HEIGHT)
        row = self._line(sheet, 1, "Answer", answer.verdict, formats.strong)
        for label, text in texts.answer_lines(answer):
            row = self._line(sheet, row, label, text)
        for link in answer.links:
            row = self._line(sheet, row, "In the dashboard", f"{link.label}: {address(link)}")
        row = self._figures(sheet, row + 1, "Figures", answer.figures)
        if tables:
            write_text(sheet, row + 1, 0, "Tables", formats.section)
            row += 2
            for name, table in tables:
                self._link(sheet, row, name, name, formats.link())
                row = self._line(sheet, row, None, f"{table.title}: {table.meaning} ({texts.rows(len(table.rows))})")
        for chart in answer.charts:
            row += 1
            if not chart.categories or not chart.series:
                row = self._line(sheet, row, one_line(chart.title), texts.NOTHING_TO_DRAW)
                continue
            data_row = row + -(-HEIGHT // _ROW_PIXELS) + 1
            add_chart(self._book, sheet, chart, row, data_row)
            row = write_values(sheet, formats, chart, data_row)
            row = self._line(sheet, row, "n counts", chart.n_unit)
            row = self._line(sheet, row, "Note", chart.note) if chart.note else row

    def _write_table(self, sheet: Any, table: EvidenceTable, back: str) -> None:
        formats = self._formats
        write_text(sheet, 0, 0, one_line(table.title), self._formats.section)
        self._link(
            sheet, 1, back, f"Back to {back}. {sentence(one_line(table.meaning))}", formats.link(is_wrapped=False)
        )
        forms = [formats.column(column) for column in table.columns]
        widths = [_width(table, place) for place in range(len(table.columns))]
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, widths[place])
            write_text(sheet, 2, place, one_line(heading(column.name)), formats.header(is_right=is_number(column)))
        sheet.set_row(2, _LINE_HEIGHT * _height([heading(column.name) for column in table.columns], widths))
        for number, cells in enumerate(table.rows, 3):
            sheet.set_row(number, _LINE_HEIGHT * _height([*map(cell_text, cells, table.columns)], widths))
            for place, (value, column) in enumerate(zip(cells, table.columns, strict=True)):
                write_cell(sheet, number, place, value, column, forms[place])
        if not table.rows:
            write_text(sheet, 3, 0, texts.NO_ROWS, formats.label)
        sheet.freeze_panes(3, 1 if len(table.columns) > 3 else 0)
        sheet.autofilter(2, 0, 2 + max(len(table.rows), 1), len(table.columns) - 1)
        sheet.repeat_rows(0, 2)

    def _write_dictionary(self, sheet: Any) -> None:
        formats = self._formats
        for column, (head, width) in enumerate(
            (("Sheet", 30), ("Column", 30), ("Name in CSV files", 30), ("Meaning", 90), ("Unit in CSV files", 28))
        ):
            sheet.set_column(column, column, width)
            write_text(sheet, 0, column, head, formats.header())
        named = [*zip(self._table_names, self._document.tables(), strict=True)]
        named.append((self._notes_name, own_tables(self._document)[-1]))
        row = count(1)
        for name, table in named:
            for column, meaning, unit in dictionary_rows(table):
                line = next(row)
                sheet.set_row(line, _LINE_HEIGHT * _height((meaning,), (90,)))
                for place, text in enumerate((name, heading(column), column, meaning, unit)):
                    write_text(sheet, line, place, text, formats.text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(next(row) - 1, 1), 4)
        sheet.repeat_rows(0)

    def _figures(self, sheet: Any, row: int, title: str, figures: Sequence[ReviewFigure]) -> int:
        """Write figures, each as shown on the page and as numbers to go on with; return the row after them."""
        formats = self._formats
        if not figures:
            return row
        write_text(sheet, row, 0, title, formats.section)
        for place, head in enumerate(_FIGURE_HEADS):
            write_text(sheet, row + 1, place, head, formats.header(is_right=place in (3, 6, 7, 8)))
        row += 2
        for figure in figures:
            sheet.set_row(
                row, _LINE_HEIGHT * _height((clean(figure.label), clean(figure.n_unit)), (_WIDTHS[0], _WIDTHS[4]))
            )
            shown = (figure.label, texts.figure_value(figure), texts.figure_interval(figure))
            for place, text in enumerate(shown):
                write_text(sheet, row, place, text, formats.of(bold=True) if place == 1 else formats.text)
            write_number(sheet, row, 3, figure.n, formats.unit(Unit.COUNT))
            write_text(sheet, row, 4, figure.n_unit, formats.text)
            write_text(sheet, row, 5, texts.figure_before(figure), formats.text)
            for place, value in enumerate((figure.value, figure.low, figure.high), 6):
                write_number(sheet, row, place, value, formats.unit(figure.unit))
            if figure.note:
                write_text(sheet, row, 9, figure.note, formats.of(align="left", indent=1))
            row += 1
        return row

    def _line(self, sheet: Any, row: int, label: str | None, text: str, form: Any = None) -> int:
        """Write a text beside its label, as high as it needs, and return the next row; null keeps what is there."""
        if label is not None:
            write_text(sheet, row, 0, label, self._formats.label)
        # A merged cell does not grow by itself; very long texts go on in the next row.
        for part in _parts(clean(text)):
            sheet.merge_range(row, 1, row, _TEXT_COLUMNS, None, form or self._formats.text)
            write_text(sheet, row, 1, part, form or self._formats.text)
            size = 1.3 if form is not None else 1
            sheet.set_row(row, max(_lines(part, _TEXT_WIDTH / size), 1) * _LINE_HEIGHT * size)
            row += 1
        return row

    def _link(self, sheet: Any, row: int, name: str, words: str, form: Any) -> None:
        quoted = name.replace("'", "''")
        sheet.write_url(row, 0, f"internal:'{quoted}'!A1", form, _cut(one_line(words), 250))


def sheet_names(names: Sequence[str]) -> list[str]:
    """Return names that Excel takes for sheets: at most 31 characters, none forbidden, none twice."""
    used = {"history"}
    found: list[str] = []
    for name in names:
        stem = " ".join(_FORBIDDEN.sub(" ", clean(name)).split()).strip("'")[:_LONGEST_NAME].strip("' ") or "Table"
        candidate = stem
        for number in count(2):
            if candidate.lower() not in used:
                break
            end = f" {number}"
            candidate = stem[: _LONGEST_NAME - len(end)] + end
        used.add(candidate.lower())
        found.append(candidate)
    return found


def _parts(text: str) -> list[str]:
    """Cut a text into pieces that fit into one row each."""
    most = int(_TALLEST / _LINE_HEIGHT / 1.3 - 2) * _TEXT_WIDTH * 3 // 4
    parts: list[str] = []
    while len(text) > most or _lines(text[:most], _TEXT_WIDTH) * _LINE_HEIGHT > _TALLEST:
        end = max(text.rfind(" ", 0, most), text.rfind("\n", 0, most // 2))
        parts.append(text[: end if end > 0 else most])
        text = text[len(parts[-1]) :].lstrip()
    return [*parts, text]


def _lines(text: str, width: float) -> int:
    return sum(-(-len(line) // int(width)) or 1 for line in text.split("\n"))


def _height(cells: Sequence[str], widths: Sequence[float]) -> int:
    """Return how many lines the highest of these cells takes."""
    tallest = max((_lines(clean(cell), width - 2) for cell, width in zip(cells, widths, strict=True)), default=1)
    return min(tallest, int(_TALLEST / _LINE_HEIGHT))


def _width(table: EvidenceTable, place: int) -> float:
    column: EvidenceColumn = table.columns[place]
    words = heading(column.name)
    head = max(*map(len, words.split()), 0, min(len(words), _HEAD_WIDTH)) + 4
    longest = max((len(cell_text(row[place], column)) for row in table.rows[:200]), default=0) + 4
    return min(max(head, longest, _NARROWEST), _WIDEST)


def _cut(text: str, most: int) -> str:
    """Cut a text that stands in full elsewhere, and show that it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"
