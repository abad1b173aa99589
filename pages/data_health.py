"""Data health: is every record accounted for, how fresh is each source, and how much of it is known?"""

import streamlit as st

from dashboard.analysis import health
from dashboard.charts.coverage import coverage_timeline
from dashboard.charts.theme import PLOTLY_CONFIG
from dashboard.ui import states
from dashboard.ui.accounts import identity
from dashboard.ui.coverage import freshness_table
from dashboard.ui.header import header
from dashboard.ui.tables import paged_table, table
from dashboard.ui.view import current

view = current()
header(view, "Data health", "Is every record accounted for, how fresh is each source, and how much of it is known?")

if view.is_empty:
    states.nothing_loaded()
    st.stop()

accounts = view.ask(health.accounting)
st.header(
    "Every record that was read is accounted for" if accounts.is_balanced else "Records are missing", anchor=False
)
identity(accounts)

st.header("When each source has records, and how old its newest one is", anchor=False)
st.plotly_chart(
    coverage_timeline(view.coverage.sources), config=PLOTLY_CONFIG, alt="First to last record of each source"
)
freshness_table(view)

st.header("How much of each month's calls is known", anchor=False)
table(view.ask(health.coverage_by_month), view, name="coverage_by_month", says="Known shares by source and month")

st.header("Why records brought nothing new", anchor=False)
table(view.ask(health.duplicates), view, name="duplicates", says="Records already known, by reason")

st.header("What could not be used, by reason", anchor=False)
table(view.ask(health.quarantine_reasons), view, name="quarantine_reasons", says="Quarantined records by reason")
paged_table(
    accounts.quarantined,
    lambda limit, offset: view.ask(health.quarantine_rows, limit=limit, offset=offset),
    view,
    name="quarantine",
    says="Quarantined records, newest load first",
)

st.header("Files that were loaded, newest first", anchor=False)
paged_table(
    accounts.file_count,
    lambda limit, offset: view.ask(health.loads, limit=limit, offset=offset),
    view,
    name="loads",
    says="Loaded files, newest first",
)
