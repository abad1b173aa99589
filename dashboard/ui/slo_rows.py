"""The rows behind an objective: a page at a time with its file, and all of them as an export."""

from functools import partial

from dashboard.analysis.filters import Filter
from dashboard.analysis.slo_rows import slo_row_count, slo_rows, slo_rows_name
from dashboard.ui.address import Address
from dashboard.ui.tables import rows_page
from dashboard.ui.view import View


def slo_rows_table(address: Address, view: View, chosen: Filter, slo: str, *, only_bad: bool) -> None:
    """Show the events of an objective that a filter selects, or those against it; the address keeps the page."""
    chosen = chosen.alone()
    asked = chosen, slo, chosen.period.first, chosen.period.last
    rows_page(
        address,
        view,
        partial(view.ask, slo_rows, *asked, only_bad=only_bad),
        view.ask(slo_row_count, *asked, only_bad=only_bad),
        word="rows",
        name=slo_rows_name(slo, only_bad=only_bad),
        chosen=chosen,
        of=(*asked, only_bad),
        nothing="Nothing went against the objective here." if only_bad else "Nothing here.",
    )
