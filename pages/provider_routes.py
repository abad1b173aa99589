"""Provider routes: which route is best at what, what of it is the mix of its tasks, and is the policy kept?"""

import streamlit as st

from dashboard.analysis.route_table import route_table
from dashboard.ui import routes, states
from dashboard.ui.address import Address
from dashboard.ui.header import header, scope
from dashboard.ui.view import current

view = current()
header(view, "Provider routes", "Which provider route gives the best quality for its cost, for the same kind of tasks?")

if view.is_empty:
    states.nothing_loaded()
    st.stop()

chosen = routes.without_route(view.chosen)
found = view.ask(route_table, chosen.alone(), view.as_of)
if not found.rows:
    states.empty("No task and no call in this period", "Choose a longer period, or load chat exports: etl load PATH.")
    st.stop()

address = Address(*routes.CHOICES)
routes.answer(found)
scope(view, chosen)

routes.quality_section(found, chosen)
routes.service_section(found, chosen)
routes.changes_section(view, chosen)
routes.plane_section(address, found, chosen)
routes.use_section(view, found, chosen)
routes.what_if_section(address, view, found, chosen)
routes.asked_section(view, chosen)
routes.policy_section(view, chosen)
routes.rows_section(address, view, found, chosen)
address.write()
