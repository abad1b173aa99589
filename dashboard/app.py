"""Entry of the dashboard: opens the store, shows navigation and filters, then runs the page that was asked for."""

from pathlib import Path

import streamlit as st

from dashboard.analysis.as_of import newest_record
from dashboard.analysis.choices import choices
from dashboard.analysis.coverage import coverage
from dashboard.charts.theme import ICON, LOGO, STYLE
from dashboard.ui import cache, filters, states, stores, view, visitors
from dashboard.ui.turns import turn
from data.errors import BoltscopeError

PAGES = Path(__file__).resolve().parent.parent / "pages"
_IS_KNOWN = "_is_known"


def main() -> None:
    """Run one page over one committed state of the store."""
    st.set_page_config(page_title="Boltscope", page_icon=ICON, layout="wide")
    st.html(STYLE)
    st.logo(LOGO, size="large")
    page = st.navigation(
        [
            st.Page(
                PAGES / "overview.py",
                title="Overview",
                icon=":material/speed:",
                default=True,
                help="The five objectives, what the data covers, and what flowed through the control plane.",
            ),
            st.Page(
                PAGES / "slo_trends.py",
                title="SLO trends",
                icon=":material/trending_up:",
                url_path="slo-trends",
                help="Each objective over time: its error budget, what stands out, and the rows behind it.",
            ),
            st.Page(
                PAGES / "provider_routes.py",
                title="Provider routes",
                icon=":material/alt_route:",
                url_path="provider-routes",
                help="Which route is best at what: quality and cost, the mix of tasks considered; routing policy.",
            ),
            st.Page(
                PAGES / "spend.py",
                title="Spend",
                icon=":material/payments:",
                url_path="spend",
                help="Where the money goes, the month against its budget, and what of the spend is not known.",
            ),
            st.Page(
                PAGES / "approvals.py",
                title="Approvals",
                icon=":material/balance:",
                url_path="approvals",
                help="Where approvals are too lax or too restrictive, what waits, and what another rule would do.",
            ),
            st.Page(
                PAGES / "quarterly_review.py",
                title="Quarterly review",
                icon=":material/event_note:",
                url_path="quarterly-review",
                help="Five questions with their evidence, decisions, meeting mode, frozen quarters, reports.",
            ),
            st.Page(
                PAGES / "data_health.py",
                title="Data health",
                icon=":material/fact_check:",
                url_path="data-health",
                help="Whether every record is accounted for: loads, duplicates, quarantine, coverage, freshness.",
            ),
            st.Page(
                PAGES / "glossary.py",
                title="Glossary",
                icon=":material/menu_book:",
                url_path="glossary",
                help="What every objective, figure, column, word and rule means, and who answers for it.",
            ),
        ]
    )
    if _IS_KNOWN not in st.session_state:
        st.session_state[_IS_KNOWN] = True
        cache.answerers.visited_by(visitors.there())
    try:
        store = stores.opened_store()
        # One transaction for the whole rerun: a load that commits meanwhile shows on the next one, never by halves.
        with store.reading() as connection:
            version = stores.data_version(connection)
            name = stores.store_name(connection, store.path)
            offered = cache.ask(connection, name, version, choices)
            now = view.now()
            this_hour = now.replace(minute=0, second=0, microsecond=0)
            as_of = cache.ask(connection, name, version, newest_record) or now
            with turn():
                chosen = filters.pick(page.url_path, offered, as_of)
                covered = cache.ask(connection, name, version, coverage, chosen.alone(), this_hour)
                view.show(view.View(connection, name, version, now, as_of, chosen, offered, covered))
                page.run()
    except BoltscopeError as error:
        states.problem(error)
    finally:
        view.forget()


main()
