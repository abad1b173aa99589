"""The words of a report, read back from its bytes, whatever its format."""

import csv
import io
from html import unescape
from re import sub
from zipfile import ZipFile

import pypdfium2
from openpyxl import load_workbook
from pptx import Presentation


def text_of(name: str, content: bytes) -> str:
    """Return all words of a report with single blanks between them."""
    return " ".join(_READERS[name](content).replace("\u00a0", " ").replace("\u2060", "").split())


def _csv(content: bytes) -> str:
    with ZipFile(io.BytesIO(content)) as files:
        texts = {name: files.read(name).decode("utf-8-sig") for name in files.namelist()}
    tables = (" ".join(cell for row in csv.reader(io.StringIO(text)) for cell in row)
              for name, text in texts.items() if name.endswith(".csv"))  # fmt: skip
    return " ".join([texts["manifest.json"], *tables])


def _xlsx(content: bytes) -> str:
    book = load_workbook(io.BytesIO(content))
    cells = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)
    return " ".join([str(book.properties.title), *map(str, cells)])


def _pptx(content: bytes) -> str:
    words = []
    for slide in Presentation(io.BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                words.append(shape.text_frame.text)
            if shape.has_table:
                words += [cell.text for row in shape.table.rows for cell in row.cells]
    return " ".join(words)


def _pdf(content: bytes) -> str:
    return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


def _html(content: bytes) -> str:
    return unescape(sub(r"<[^>]*>", " ", content.decode()))


_READERS = {"csv": _csv, "xlsx": _xlsx, "pptx": _pptx, "pdf": _pdf, "html": _html}
