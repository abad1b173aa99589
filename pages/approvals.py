"""Approvals: are they too lax or too restrictive, where, and what would another rule have done?"""

import streamlit as st

from dashboard.ui import approval_work, approvals, states
from dashboard.ui.address import Address
from dashboard.ui.header import header
from dashboard.ui.view import current

view = current()
header(view, "Approvals", "Are approvals too lax or too restrictive?")

if view.is_empty:
    states.nothing_loaded()
    st.stop()

address = Address(*approvals.CHOICES)
found = approvals.answer(view)
approvals.map_of_zones(view, found)
approvals.verdicts(address, view, found)
approvals.behind(address, view, found)
approval_work.over_time(address, view)
approval_work.queue(view)
approval_work.tools(view)
approval_work.second(address, view)
approval_work.replay(view, found)
approval_work.reviewers(address, view)
address.write()
