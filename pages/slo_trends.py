"""SLO trends: how does an objective develop, what is left of its error budget, and what stands behind it?"""

import streamlit as st

from dashboard.ui import slo_trends, states
from dashboard.ui.address import Address
from dashboard.ui.header import header
from dashboard.ui.view import current

view = current()
header(view, "SLO trends", "How does each objective develop, how long does its error budget last, and why?")

if view.is_empty:
    states.nothing_loaded()
    st.stop()

address = Address(*slo_trends.CHOICES)
with st.container(horizontal=True):
    slo = slo_trends.pick_slo(address)
    every = slo_trends.pick_every(address, view)

trends = slo_trends.trends_of(view, slo, every)
slo_trends.counted_beside(address, view, slo)
slo_trends.beside(view, slo)
slo_trends.budget(view, slo)
slo_trends.parts(address, view, slo)
slo_trends.rows(address, view, slo, trends[0])
address.write()
