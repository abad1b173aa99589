"""Glossary: what does each objective, figure, column, word and rule mean, and where is it declared?"""

import streamlit as st

from dashboard.ui import glossary, states
from dashboard.ui.address import Address
from dashboard.ui.header import header
from dashboard.ui.view import current

view = current()
header(view, "Glossary", "What does each objective, figure, column and word mean, and who answers for it?")

if view.is_empty:
    states.nothing_loaded()

st.caption("Read from where each is declared; the same whatever the filters say.")
address = Address(*glossary.CHOICES)
text, group = glossary.pick(address)
glossary.entries(text, group)
glossary.whole()
address.write()
