"""The review as CSV files in one zip: tables, answers, figures, charts and notes, with a manifest and a dictionary."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from dashboard.analysis.review.document import ReviewDocument
from dashboard.exports import csv_bytes
from dashboard.reports import texts
from dashboard.reports.dictionary import dictionary_rows
from dashboard.reports.names import unique_names
from dashboard.reports.own_tables import own_tables
from dashboard.reports.zips import write_zip

_DICTIONARY = ("file", "column", "meaning", "unit")


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    meaning: str
    row_count: int
    content: bytes


def write_csv_bundle(document: ReviewDocument, out: BinaryIO) -> None:
    """Write the zip; its bytes follow from the document alone."""
    files = tuple(_files(document))
    contents = {"manifest.json": _manifest(document, files)} | {file.name: file.content for file in files}
    write_zip(contents, texts.stamp(document), out)


def _files(document: ReviewDocument) -> Iterator[_File]:
    own = own_tables(document)
    tables = [*own, *document.tables()]
    names = unique_names([table.name for table in tables], taken=("manifest", "data_dictionary"))
    named = [(f"{name}.csv", table) for name, table in zip(names, tables, strict=True)]
    for name, table in named:
        yield _File(name, table.meaning, len(table.rows), csv_bytes(table.frame()))
    rows = [(name, *row) for name, table in named for row in dictionary_rows(table)]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_DICTIONARY, pl.String), orient="row")
    yield _File("data_dictionary.csv", "one row per column of a file", len(rows), csv_bytes(frame))


def _manifest(document: ReviewDocument, files: Iterable[_File]) -> bytes:
    content = {
        "title": texts.title(document),
        "is_demo": document.is_demo,
        "quarter": document.quarter,
        "first_date": document.first.isoformat(),
        "last_date": document.last.isoformat(),
        "time_zone": document.time_zone,
        "is_complete": document.is_complete,
        "filters": document.scope,
        "as_of": document.as_of.isoformat(),
        "data_version": document.data_version,
        "definitions_hash": document.definitions_hash,
        "price_version": document.price_version,
        "revision": document.revision,
        "frozen_at": document.frozen_at and document.frozen_at.isoformat(),
        "files": [
            {
                "name": file.name,
                "meaning": file.meaning,
                "row_count": file.row_count,
                "byte_count": len(file.content),
                "sha256": hashlib.sha256(file.content).hexdigest(),
            }
            for file in files
        ],
    }
    return json.dumps(content, indent=2).encode() + b"\n"
