"""Quarterly review: what did the quarter show, what was decided, and what must change?"""

import streamlit as st

from dashboard.ui import entries, review, review_choice, review_freeze, review_meeting, review_notes, states
from dashboard.ui.address import Address
from dashboard.ui.header import header
from dashboard.ui.review_reports import take_away
from dashboard.ui.view import current

view = current()
screen = review_meeting.screen()
if screen is None or view.is_empty:
    header(view, "Quarterly review", "What did the quarter show, what was decided, and what must change?")

if view.is_empty:
    states.nothing_loaded()
    st.stop()

address = Address(*review_choice.CHOICES)
with st.container(horizontal=True, vertical_alignment="bottom"):
    quarter = review_choice.pick_quarter(address, view, is_meeting=screen is not None)
    found = review_choice.revisions_of(view, quarter)
    revision = review_choice.pick_revision(address, found, is_meeting=screen is not None)
    if screen is None:
        review_meeting.begin()
shown = review_choice.shown(view, quarter, revision)
entries.tell()

if screen is not None:
    review_meeting.show(shown, screen)
    st.stop()

if revision is not None:
    review_choice.frozen_banner(revision)
review.heading(shown)
review.glance(shown)
review_notes.carried_over(shown.notes, review.questions_of(shown.document))
for answer in shown.document.answers:
    review.question(address, shown, answer)
st.header("Decisions and notes on the review as a whole", anchor=False)
review.entries(shown, None)
take_away(shown.whole(), shown.chosen)
if revision is None:
    review_freeze.panel(shown, found, view.chosen)
else:
    review_freeze.since(view, shown, revision)
address.write()
