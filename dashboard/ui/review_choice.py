"""What of the review is shown: quarter and revision, kept in the address, and the document that follows from them."""

import streamlit as st

from dashboard.analysis.as_of import day_of
from dashboard.analysis.remembered import remembered
from dashboard.analysis.review.answers import make_review
from dashboard.analysis.review.document import ReviewDocument, read_document
from dashboard.analysis.review.quarters import Quarter, default_quarter, quarters_of_store
from dashboard.analysis.review.stored import frozen_quarter, scope_of, scope_text
from dashboard.ui.address import Address
from dashboard.ui.review import UNFOLDED, Shown
from dashboard.ui.review_notes import read_notes
from dashboard.ui.text import literal
from dashboard.ui.view import View
from data.frozen_reviews import Revision, frozen_document, frozen_quarters, revisions

CHOICES = ("quarter", "revision", UNFOLDED)
"""What this page keeps in the address, beside the screen of the meeting."""
_NOW = "now"


def pick_quarter(address: Address, view: View, *, is_meeting: bool = False) -> Quarter:
    """Let a person pick the quarter, by default the last one that has ended; a meeting keeps what it began with."""
    offered = {quarter.name: quarter for quarter in view.ask(quarters_of_store, view.as_of)}
    for name in frozen_quarters(view.connection):
        # A frozen quarter can be looked at also when its records are gone, and when fiscal years begin otherwise since.
        frozen = None if name in offered else frozen_quarter(view.connection, name)
        if frozen is not None:
            offered[name] = frozen
    default = view.ask(default_quarter, view.as_of, day_of(view.now))
    offered.setdefault(default.name, default)
    names = sorted(offered, key=lambda name: offered[name].first, reverse=True)
    if is_meeting:
        return offered[address.asked("quarter", names, default.name)]
    titles = {name: f"{name}: {offered[name].months}" for name in names}
    return offered[
        address.pick("quarter", names, default.name, st.selectbox, "Quarter", format_func=titles.__getitem__)
    ]


def pick_revision(address: Address, found: tuple[Revision, ...], *, is_meeting: bool = False) -> Revision | None:
    """Let a person pick between the review as it is now and the revisions that were frozen; null is now."""
    by_name = {str(one.revision): one for one in found}
    if not found:
        address.leave_out("revision")
        return None
    options = [_NOW, *by_name]
    if is_meeting:
        return by_name.get(address.asked("revision", options, _NOW))
    titles = {_NOW: "As it is now"} | {
        name: f"Revision {name}, frozen {one.frozen_at:%Y-%m-%d}" for name, one in by_name.items()
    }
    picked = address.pick("revision", options, _NOW, st.selectbox, "Shown", format_func=titles.__getitem__)
    return by_name.get(picked)


def revisions_of(view: View, quarter: Quarter) -> tuple[Revision, ...]:
    """Return the revisions of a quarter with the filters of the page, the newest first."""
    return revisions(view.connection, quarter.name, scope_text(view.chosen))


def now(view: View, quarter: Quarter) -> ReviewDocument:
    """Return the review as it is now, made once per state of the data."""
    return view.ask(make_review, quarter, view.as_of, scope_of(view.chosen, quarter), today=day_of(view.now))


def shown(view: View, quarter: Quarter, revision: Revision | None) -> Shown:
    """Return what is to be shown: a frozen review from what was stored alone, else the review as it is now."""
    chosen = scope_of(view.chosen, quarter)
    if revision is not None:
        return Shown(_frozen(frozen_document(view.connection, revision)), quarter, chosen, None)
    return Shown(now(view, quarter), quarter, chosen, read_notes(view.connection, quarter.name))


@remembered(32)
def _frozen(content: bytes) -> ReviewDocument:
    return read_document(content)


def frozen_banner(revision: Revision) -> None:
    """Say that a frozen review is shown, and of whom."""
    by = f" by {literal(revision.frozen_by)}" if revision.frozen_by else ""
    why = f" Why anew: {literal(revision.reason)}" if revision.reason else ""
    st.info(
        f"**Revision {revision.revision}**, frozen on {revision.frozen_at:%Y-%m-%d %H:%M} UTC{by}. Everything below is "
        f"as it stood then, whatever was loaded since.{why}",
        icon=":material/ac_unit:",
    )
