"""Overview: how do the objectives stand, what flows through the control plane, and what do the data cover?"""

import streamlit as st

from dashboard.analysis.control_plane import control_plane, control_plane_frame
from dashboard.analysis.slo_frames import slo_frame
from dashboard.analysis.slos import slo_figures
from dashboard.analysis.summary import standing_words
from dashboard.charts.control_plane import control_plane_picture
from dashboard.ui import states
from dashboard.ui.cards import slo_cards
from dashboard.ui.coverage import coverage_card
from dashboard.ui.export import csv_button, export_button
from dashboard.ui.header import header, scope
from dashboard.ui.view import current

view = current()
header(view, "Overview", "Is this bolt.diy deployment production-ready, and is it getting better?")

if view.is_empty:
    states.nothing_loaded()
    st.stop()

figures = view.ask_filtered(slo_figures)
st.header(standing_words(figures), anchor=False)
scope(view)
slo_cards(figures, view, beside=coverage_card)
with st.container(horizontal=True):
    csv_button(
        slo_frame(figures),
        name="slo_figures",
        chosen=view.chosen,
        about="One row per objective: its rate with interval, n, objective, standing and change.",
    )
    export_button(
        "slo_daily",
        chosen=view.chosen,
        as_of=view.as_of,
        label="Download daily CSV",
        about="The data of the small pictures: good and total of each objective and day, with interval.",
    )

st.header(f"What flowed through the control plane, {view.days}", anchor=False)
flowed = view.ask_alone(control_plane, view.as_of)
st.html(control_plane_picture(flowed))
csv_button(control_plane_frame(flowed), name="control_plane", chosen=view.chosen, about="One row per count.")
