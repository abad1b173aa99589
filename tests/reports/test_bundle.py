"""What is offered: five formats, names of files that say what is in them, and no library before it is used."""

import io
import re
import subprocess
import sys
from datetime import UTC, datetime

import msgspec
import pytest
from review_cases import empty, hostile, usual

from dashboard.analysis.review.document import ReviewDocument
from dashboard.analysis.review.stored import lines_of
from dashboard.analysis.review.words import open_words
from dashboard.reports.bundle import FORMATS, file_name
from data.review_notes import Entry, add_note, carry_over, notes_of
from data.store import Store
from report_text import text_of

STARTS = {"csv": b"PK", "xlsx": b"PK", "pptx": b"PK", "pdf": b"%PDF-", "html": b"<!doctype html>"}


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
@pytest.mark.parametrize("made", [usual, empty, hostile])
def test_every_format_writes_every_review(chosen, made):
    out = io.BytesIO()
    chosen.write(made(), out)
    assert out.getvalue().startswith(STARTS[chosen.name])


def test_names_of_files_say_quarter_filters_and_edition():
    assert [file_name(usual(), chosen) for chosen in FORMATS[:2]] == [
        "boltscope-review_2026Q3_project-Shop-front_revision-2.zip",
        "boltscope-review_2026Q3_project-Shop-front_revision-2.xlsx",
    ]
    computed = msgspec.structs.replace(usual(), revision=None, scope="../../etc\x00")
    assert re.fullmatch(r"boltscope-review_2026Q3_etc-[0-9a-f]{8}_data-17\.zip", file_name(computed, FORMATS[0]))


def test_other_filters_have_other_names():
    long = f"project {'p' * 70}"
    scopes = (
        "",
        "project shop web",
        "project shop-web",
        "project shop/web",
        f"{long}, class fix",
        f"{long}, class edit",
    )
    named = {file_name(msgspec.structs.replace(usual(), scope=scope), FORMATS[0]) for scope in scopes}
    assert len(named) == len(scopes)


def test_no_library_of_a_format_is_loaded_before_it_is_written():
    program = (
        "import sys, dashboard.reports.bundle\n"
        "print([name for name in ('xlsxwriter', 'pptx', 'reportlab', 'PIL', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
def test_every_format_says_that_data_are_those_of_the_demo(chosen):
    def words(document: ReviewDocument) -> str:
        out = io.BytesIO()
        chosen.write(document, out)
        return text_of(chosen.name, out.getvalue())

    assert "demo" not in words(usual()).lower().replace("is_demo", "")
    assert "(demo data)" in words(msgspec.structs.replace(usual(), is_demo=True))


@pytest.mark.parametrize("chosen", FORMATS, ids=lambda chosen: chosen.name)
def test_every_format_says_where_a_decision_was_carried_over_to(chosen, store: Store):
    with store.writing() as connection:
        add_note(connection, "2026Q2", Entry("Rotate keys"), datetime(2026, 7, 1, tzinfo=UTC))
        add_note(connection, "2026Q3", Entry("Ask first"), datetime(2026, 7, 1, tzinfo=UTC))
        carry_over(connection, "2026Q3", datetime(2026, 7, 2, tzinfo=UTC))
        (note,), later = notes_of(connection, "2026Q2"), notes_of(connection, "2026Q3")
    assert open_words([note]) == "1 decision, 0 open, 1 carried over"
    assert open_words(later) == "2 decisions, 2 open"
    out = io.BytesIO()
    chosen.write(msgspec.structs.replace(usual(), notes=lines_of([note]), quarter="2026Q2"), out)
    assert "2026Q3" in text_of(chosen.name, out.getvalue())
