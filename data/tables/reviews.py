"""Tables of what people enter in the app for a quarterly review; loads never touch them."""

from datetime import date, datetime

from data.tables.base import Row
from data.tables.columns import col, count, day, instant, key, must, ref


class ReviewNote(Row, table=True):
    """One row per decision or note that somebody entered in a quarterly review."""

    review_note_key: int = key("random number given when it was entered")
    quarter: str = must("quarter of the review in which it was entered, such as 2026Q3", index=True)
    question: str | None = col("question it belongs to (review_questions.toml); null for the review as a whole")
    kind: str = must("decision or note (NoteKind)")
    text: str = must("what was decided or noted, as it was typed")
    owner: str | None = col("who takes care of it")
    due_date: date | None = day("day by which it should be done")
    status: str = must("how it stands (NoteStatus)")
    carried_from_key: int | None = ref("the entry of the quarter before that it carries on")
    created_at: datetime | None = instant("when it was entered")
    changed_at: datetime | None = instant("when it was last changed")


class FrozenReview(Row, table=True):
    """One row per revision of a quarterly review that was frozen; it renders the same whatever is loaded later."""

    frozen_review_key: int = key("hash of quarter, scope and revision, and whether it is of demo data")
    quarter: str = must("quarter, such as 2026Q3", index=True)
    scope: str = must("filters other than the days, as words of an address; empty for everything")
    revision: int = count("1 for the first, then one more each time it was frozen anew")
    frozen_at: datetime | None = instant("when it was frozen")
    frozen_by: str | None = col("who froze it, as they said")
    reason: str | None = col("why it was frozen anew")
    data_version: int = count("state of the data it was made from")
    definitions_hash: str = must("SHA-256 of the definitions it was made with, in hexadecimal digits")
    definitions: str = must("the definitions it was made with: JSON object of file name to text")
    document: str = must("the whole review as JSON (dashboard.analysis.review.document)")
    document_hash: str = must("SHA-256 of the document, in hexadecimal digits")
    is_demo: bool = must("whether the store held nothing but demo data; then it is no review of the team")
