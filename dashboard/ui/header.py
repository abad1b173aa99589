"""The head of every page: its question, the days it answers for, and whether the data is real."""

import streamlit as st

from dashboard.analysis.filters import Filter
from dashboard.ui import states
from dashboard.ui.filters import NONE_NAME, ignored
from dashboard.ui.text import counted, days, literal
from dashboard.ui.view import View


def header(view: View, title: str, question: str) -> None:
    """Show title, question and filters in words; on narrow screens the sidebar with the filters is folded away."""
    st.title(title, anchor=False)
    st.markdown(question)
    states.demo_label(view.coverage)
    states.definitions_differ()
    states.not_derived(view.connection)
    if ignored():
        st.warning(
            literal(
                f"The address asks for {', '.join(ignored())}, which the store does not hold. Showing all instead."
            ),
            icon=":material/filter_alt_off:",
        )


def scope(view: View, shown: Filter | None = None) -> None:
    """Say which days and which part of the data the figures below are about.

    ``shown`` is the filter of the figures where it is not the one that was picked.
    """
    chosen = shown or view.chosen
    parts = [f"**{days(chosen.period.first, chosen.period.last)}**"]
    first_record = view.coverage.first_day
    if chosen.compared is not None and first_record is not None and chosen.compared.last < first_record:
        parts.append(f"nothing to compare with: no record from {days(chosen.compared.first, chosen.compared.last)}")
    elif chosen.compared is not None:
        lengths = (chosen.compared.day_count, chosen.period.day_count)
        unlike = "" if lengths[0] == lengths[1] else f" ({counted(lengths[0], 'day')} against {lengths[1]:,})"
        parts.append(f"compared with {days(chosen.compared.first, chosen.compared.last)}{unlike}")
    named = {"project": chosen.project, "route": chosen.route, "task class": chosen.task_class}
    parts += [
        f"{name} {'none given' if value == NONE_NAME else literal(value)}"
        for name, value in named.items()
        if value is not None
    ]
    if not chosen.has_dimension:
        parts.append("all projects, routes and task classes")
    st.markdown(" · ".join(parts))
