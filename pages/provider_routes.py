"""Provider routes: which route is best at what, what of it is the mix of its tasks, and is the policy kept?"""

import streamlit as st

from dashboard.analysis.route_table import route_table
from dashboard.ui import routes, states
from dashboard.ui.header import header, scope
from dashboard.ui.route_tables import quality_table, service_table
from dashboard.ui.view import current

view = current()
header(view, "Provider routes", "Which provider route gives the best quality for its cost, for the same kind of tasks?")

if view.is_empty:
    states.nothing_loaded()
    st.stop()

chosen = routes.without_route(view.chosen)
found = view.ask(route_table, chosen, view.as_of)
if not found.rows:
    states.empty("No task and no call in this period", "Choose a longer period, or load chat exports: etl load PATH.")
    st.stop()

routes.answer(found)
scope(view)

st.subheader("Quality of each route, raw and at the team's mix of tasks", anchor=False)
routes.how_to_read(found)
quality_table(found, chosen)
routes.pairs(found, chosen)

st.subheader("What each route costs, and how it serves its calls", anchor=False)
service_table(found, chosen)

routes.plane_section(found, chosen)
routes.use_section(view, found, chosen)
routes.what_if_section(view, found, chosen)
routes.policy_section(view, chosen)
