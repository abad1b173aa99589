"""The formats in which a review can be taken away, and what their files are called."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from dashboard.analysis.review.document import ReviewDocument
from dashboard.exports import safe_file_name

_LONGEST_SCOPE = 60


@dataclass(frozen=True, slots=True)
class Format:
    """One format of report."""

    name: str
    """As the command line names it."""
    title: str
    """As people name it."""
    extension: str
    mime: str
    write: Callable[[ReviewDocument, BinaryIO], None]
    """Write the report of a document; the same bytes for the same document."""


def file_name(document: ReviewDocument, chosen: Format) -> str:
    """Return the name of a report's file: the quarter, its filters, and the freezing or data that it shows."""
    version = f"data-{document.data_version}" if document.revision is None else f"revision-{document.revision}"
    scope = safe_file_name(document.scope, extension="").removesuffix(".") if document.scope else ""
    if scope.replace("-", " ") != document.scope or len(scope) > _LONGEST_SCOPE:
        # Other filters that would read alike get another name.
        scope = f"{scope[:_LONGEST_SCOPE]}-{sha256(document.scope.encode()).hexdigest()[:8]}" if scope else ""
    return safe_file_name("boltscope-review", document.quarter, scope, version, extension=chosen.extension)


def _write_csv_bundle(document: ReviewDocument, out: BinaryIO) -> None:
    from dashboard.reports.csv_bundle import write_csv_bundle

    write_csv_bundle(document, out)


def _write_workbook(document: ReviewDocument, out: BinaryIO) -> None:
    from dashboard.reports.workbook import write_workbook

    write_workbook(document, out)


def _write_html(document: ReviewDocument, out: BinaryIO) -> None:
    from dashboard.reports.html import write_html

    write_html(document, out)


def _write_pdf(document: ReviewDocument, out: BinaryIO) -> None:
    from dashboard.reports.pdf import write_pdf

    write_pdf(document, out)


def _write_deck(document: ReviewDocument, out: BinaryIO) -> None:
    from dashboard.reports.deck import write_deck

    write_deck(document, out)


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = (
    Format("csv", "CSV files (zip)", "zip", "application/zip", _write_csv_bundle),
    Format("xlsx", "Excel workbook", "xlsx", f"{_OFFICE}.spreadsheetml.sheet", _write_workbook),
    Format("pptx", "PowerPoint deck", "pptx", f"{_OFFICE}.presentationml.presentation", _write_deck),
    Format("pdf", "PDF", "pdf", "application/pdf", _write_pdf),
    Format("html", "HTML page", "html", "text/html", _write_html),
)
"""All formats, in the order in which they are offered. Each is imported when it is first written."""
