"""Spend: what does the work cost, where does the money go, and will the month stay within its budget?"""

import streamlit as st

from dashboard.ui import spend, spend_accounts, spend_prices, states
from dashboard.ui.address import Address
from dashboard.ui.header import header
from dashboard.ui.slo_trends import pick_every
from dashboard.ui.view import current

view = current()
header(view, "Spend", "What does the work cost, where does the money go, and will the month stay within its budget?")

if view.is_empty:
    states.nothing_loaded()
    st.stop()

address = Address(*spend.CHOICES)
with st.container(horizontal=True):
    by = spend.pick_by(address)
    every = pick_every(address, view)

found = spend.spend_of(view, every, by)
if found.has_calls:
    spend.over_time(view, found, every)
    spend.per_task(view, every)
spend_accounts.month(view)
if found.has_calls:
    spend.unpriced(address, view, found)
    spend_accounts.discrepancy(address, view)
    spend_accounts.without_task(address, view)
    spend_prices.prices(address, view)
    spend_accounts.tokens(view)
    spend_prices.caches(view)
    spend_accounts.dearest(address, view, found)
address.write()
