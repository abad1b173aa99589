"""The calls behind a figure of spend: folded away, a page at a time, and all of them as an export."""

from functools import partial

from dashboard.analysis.call_rows import Calls, call_row_count, call_rows
from dashboard.ui.address import Address
from dashboard.ui.tables import rows_page
from dashboard.ui.view import View


def calls_behind(address: Address, view: View, calls: Calls) -> None:
    """Show the calls when they are asked for; the address keeps the page under the name of the list."""
    with address.fold(calls.value, calls.label) as part:
        if part.open:
            rows_page(
                address,
                view,
                partial(view.ask_alone, call_rows, calls),
                view.ask_alone(call_row_count, calls),
                word=calls.value,
                name=calls.value,
                chosen=view.chosen,
                of=(view.chosen, calls),
                nothing="No such call in this period.",
            )
