"""Data health: is every record accounted for, how fresh is each source, and how much of it is known?"""

import streamlit as st

from dashboard.analysis import health
from dashboard.analysis.link_coverage import links_by_method, links_by_month
from dashboard.analysis.source_months import records_by_month, records_of_sources, trusted_months
from dashboard.charts.source_months import source_months
from dashboard.ui import states
from dashboard.ui.accounts import identity
from dashboard.ui.address import Address
from dashboard.ui.coverage import freshness_table
from dashboard.ui.header import header
from dashboard.ui.pictures import picture
from dashboard.ui.tables import paged_table, table
from dashboard.ui.view import current

view = current()
header(view, "Data health", "Is every record accounted for, how fresh is each source, and how much of it is known?")

if view.is_empty:
    states.nothing_loaded()
    st.stop()

st.caption("This page accounts for everything in the store, whatever the filters say.")
address = Address("quarantine", "loads")
accounts = view.ask(health.accounting)
identity(accounts)

st.header("From the first to the last record of each kind of file, and how old the last one is", anchor=False)
freshness_table(view)

st.header("From which month on each figure can be trusted", anchor=False)
table(view.ask(trusted_months), name="trusted_months")
counted = view.ask(records_by_month)
if not counted.is_empty():
    st.subheader("Records of each source by month; a blank month has none", anchor=False)
    picture(source_months(counted), name="records_by_month", alt="Records of each source by month", chosen=None)
    with st.expander("The numbers behind this picture"):
        table(view.ask(records_of_sources), name="records_by_month")

st.header("How many patches were found again outside the chat", anchor=False)
st.caption(
    "What becomes of a patch after the chat shows only where it is found again: in a commit, a pull or merge request, "
    "or a deployment. Unlinked patches can still be judged by what the chat itself shows."
)
table(view.ask(links_by_month), name="links_by_month", nothing="No patch yet: load chats.")
table(
    view.ask(links_by_method),
    name="links_by_method",
    nothing="No patch was found again: load the project's git repository, its pull requests or its deployments.",
)

st.header("How much of each month's calls is known", anchor=False)
table(view.ask(health.coverage_by_month), name="coverage_by_month", nothing="No calls yet: load chats or gateway logs.")

st.header("Why records brought nothing new", anchor=False)
table(view.ask(health.duplicates), name="duplicates", nothing="Every record was new.")

st.header("What could not be used, and why", anchor=False)
table(view.ask(health.quarantine_reasons), name="quarantine_reasons", nothing="Every record could be used.")
paged_table(address, view, health.quarantine_rows, accounts.quarantined, name="quarantine")

st.header("Files that were loaded, newest first", anchor=False)
paged_table(address, view, health.loads, accounts.file_count, name="loads")
address.write()
