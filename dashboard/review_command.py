"""What `dashboard review` does: the review of a quarter, as it is now or as it was frozen, written in every format."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path

from dashboard.analysis.as_of import day_of, newest_record
from dashboard.analysis.choices import choices
from dashboard.analysis.filters import NONE_NAME, Filter
from dashboard.analysis.older_store import check_derived
from dashboard.analysis.review.answers import make_review
from dashboard.analysis.review.document import ReviewDocument, read_document
from dashboard.analysis.review.quarters import Quarter, default_quarter, quarters_of_store, read_quarter
from dashboard.analysis.review.stored import frozen_quarter, lines_of, scope_of, scope_text
from dashboard.max_age import check_age, read_age
from dashboard.reports.bundle import FORMATS, Format, file_name
from dashboard.whole_file import whole_file
from data.errors import BoltscopeError
from data.frozen_reviews import frozen_document, revisions
from data.review_notes import notes_of
from data.store import Store, store_url


class ReviewError(BoltscopeError):
    """The review that was asked for cannot be written; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    out: Path
    quarter: str | None = None
    is_frozen: bool = False
    project: str | None = None
    route: str | None = None
    task_class: str | None = None
    formats: str | None = None
    max_age: str | None = None
    revision: int | None = None
    """Which freezing; the newest where only is_frozen is given."""

    @property
    def is_kept(self) -> bool:
        """Whether a frozen review is asked for."""
        return self.is_frozen or self.revision is not None


def write_review(asked: Asked, database: str | None) -> list[tuple[Path, int]]:
    """Write the reports and return each file with its size in bytes."""
    chosen = formats_of(asked.formats)
    oldest = None if asked.max_age is None else read_age(asked.max_age)
    if oldest is not None and asked.is_kept:
        raise ReviewError("--max-age is about data as they are now; a frozen review stays as it is. Leave one out.")
    try:
        is_file = asked.out.exists() and not asked.out.is_dir()
    except OSError as error:
        raise _not_made(asked.out, error) from error
    if is_file:
        raise ReviewError(f"--out: {asked.out} is a file. Name a folder; it is made where there is none.")
    with Store(store_url(database), create=False).reading() as connection:
        if oldest is not None:
            check_age(connection, oldest)
        if not asked.is_kept:
            check_derived(connection)
        document = _document(connection, asked)
    try:
        asked.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_made(asked.out, error) from error
    return [_written(asked.out, document, one) for one in chosen]


def _not_made(folder: Path, error: OSError) -> ReviewError:
    return ReviewError(f"--out: {folder} cannot be used: {error.strerror or error}. Name another folder.")


def formats_of(text: str | None) -> tuple[Format, ...]:
    """Return the formats that a text names, such as csv,xlsx; all without one. Raises ReviewError for another name."""
    known = {one.name: one for one in FORMATS}
    if text is None:
        return FORMATS
    names = list(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    wrong = [name for name in names if name not in known]
    if wrong or not names:
        said = f"'{wrong[0][:40]}' is no format" if wrong else "no format is named"
        raise ReviewError(f"--format: {said}. Formats: {', '.join(known)}; several with commas, such as csv,xlsx.")
    return tuple(known[name] for name in names)


def _document(connection: sqlite3.Connection, asked: Asked) -> ReviewDocument:
    now = datetime.now(UTC)
    as_of, today = newest_record(connection) or now, day_of(now)
    quarter = _quarter(connection, asked, as_of, today)
    chosen = _filter(connection, asked, quarter)
    if asked.is_kept:
        found = revisions(connection, quarter.name, scope_text(chosen))
        if not found:
            which = " with these filters" if scope_text(chosen) else ""
            raise ReviewError(
                f"{quarter.name} is not frozen{which}. Freeze it on the page Quarterly review, or leave --frozen out "
                "for the review as it is now."
            )
        wanted = [one for one in found if asked.revision in (None, one.revision)]
        if not wanted:
            known = ", ".join(str(one.revision) for one in reversed(found))
            raise ReviewError(f"--revision: {quarter.name} has no revision {asked.revision}. It has {known}.")
        return read_document(frozen_document(connection, wanted[0]))
    offered = quarters_of_store(connection, as_of)
    if quarter not in offered:
        reach = f"It reaches from {offered[-1].name} to {offered[0].name}." if offered else "Load files: etl load PATH"
        raise ReviewError(f"The store holds no record of {quarter.name}. {reach}")
    return make_review(connection, quarter, as_of, chosen, lines_of(notes_of(connection, quarter.name)), today=today)


def _quarter(connection: sqlite3.Connection, asked: Asked, as_of: datetime, today: date) -> Quarter:
    if asked.quarter is None:
        return default_quarter(connection, as_of, today)
    # A frozen review is found under the name that it was frozen with, whatever fiscal years are now.
    kept = frozen_quarter(connection, asked.quarter.strip().upper()) if asked.is_kept else None
    return read_quarter(asked.quarter) if kept is None else kept


def _filter(connection: sqlite3.Connection, asked: Asked, quarter: Quarter) -> Filter:
    offered = choices(connection)
    for option, value, known in (
        ("--project", asked.project, offered.projects),
        ("--route", asked.route, offered.routes),
        ("--task-class", asked.task_class, offered.task_classes),
    ):
        if value is not None and value not in known and not asked.is_kept:
            raise ReviewError(_unknown(option, value, known))
    return scope_of(
        Filter(quarter.period, project=asked.project, route=asked.route, task_class=asked.task_class), quarter
    )


def _unknown(option: str, value: str, known: Sequence[str]) -> str:
    near = get_close_matches(value, known, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]}?" if near else f" It knows {', '.join(known[:8])}." if known else ""
    return f"{option}: the store does not hold '{value[:100]}'.{hint} Rows without one: {NONE_NAME}"


def _written(folder: Path, document: ReviewDocument, chosen: Format) -> tuple[Path, int]:
    path = folder / file_name(document, chosen)
    with whole_file(path) as file:
        chosen.write(document, file)
    return path, path.stat().st_size
