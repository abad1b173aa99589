"""The rows behind an objective: a page at a time with its file, and all of them as an export."""

import streamlit as st

from dashboard.analysis.filters import Filter
from dashboard.analysis.slo_rows import slo_row_count, slo_rows, slo_rows_name
from dashboard.ui.address import Address
from dashboard.ui.tables import PAGE_ROWS, all_rows_button, table
from dashboard.ui.view import View


def slo_rows_table(address: Address, view: View, chosen: Filter, slo: str, *, only_bad: bool) -> None:
    """Show the events of an objective that a filter selects, or those against it, newest first.

    The address keeps the page as "rows".
    """
    chosen = chosen.alone()
    span = chosen.period.first, chosen.period.last
    total = view.ask(slo_row_count, chosen, slo, *span, only_bad=only_bad)
    pages = max(-(-total // PAGE_ROWS), 1)
    slot = st.container()
    number = address.page("rows", pages, (chosen, slo, only_bad))
    if total == 0:
        # Looking for a row would go through all of the period.
        slot.caption("Nothing went against the objective here." if only_bad else "Nothing here.")
        return
    offset = (number - 1) * PAGE_ROWS
    frame = view.ask(slo_rows, chosen, slo, *span, only_bad=only_bad, limit=PAGE_ROWS, offset=offset)
    with slot:
        st.caption(f"Rows {offset + 1:,} to {offset + frame.height:,} of {total:,}, newest first.")
        name = slo_rows_name(slo, only_bad=only_bad)
        table(frame, name=name, chosen=chosen, page=number if pages > 1 else None)
        if pages > 1:
            all_rows_button(view, name, total, chosen)
