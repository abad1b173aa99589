"""The calls behind a figure of spend: folded away, a page at a time, and all of them as an export."""

import streamlit as st

from dashboard.analysis.call_rows import Calls, call_row_count, call_rows
from dashboard.ui.address import Address
from dashboard.ui.tables import PAGE_ROWS, all_rows_button, table
from dashboard.ui.view import View


def calls_behind(address: Address, view: View, calls: Calls) -> None:
    """Show the calls when they are asked for; the address keeps the page under the name of the list."""
    is_asked = calls.value in st.query_params
    with st.expander(calls.label, expanded=is_asked, key=f"open_{calls}", on_change="rerun") as opened:
        if not opened.open:
            return
        total = view.ask_alone(call_row_count, calls)
        if not total:
            st.caption("No such call in this period.")
            return
        pages, slot = -(-total // PAGE_ROWS), st.container()
        number = address.page(calls.value, pages, (view.chosen, calls))
        offset = (number - 1) * PAGE_ROWS
        frame = view.ask_alone(call_rows, calls, limit=PAGE_ROWS, offset=offset)
        with slot:
            st.caption(f"Rows {offset + 1:,} to {offset + frame.height:,} of {total:,}, newest first.")
            table(frame, name=calls.value, chosen=view.chosen, page=number if pages > 1 else None)
            if pages > 1:
                all_rows_button(view, calls.value, total, view.chosen)
