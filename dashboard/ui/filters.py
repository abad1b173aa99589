"""The global filters in the sidebar; what they say lives in the URL and survives page switches and reloads."""

from collections.abc import Sequence
from datetime import date, datetime

import streamlit as st

from dashboard.analysis.choices import Choices
from dashboard.analysis.filters import (
    NONE_NAME,
    Compare,
    Filter,
    Period,
    Preset,
    compared_period,
    filter_from_params,
    make_filter,
)
from dashboard.ui.address import FIRST_DAY, LAST_DAY, PAGE_SHOWN

_PARAMS = ("period", "from", "to", "compare", "project", "route", "task_class")
_KEYS = {"project": "filter_project", "route": "filter_route", "task_class": "filter_task_class"}
_WRITTEN = "_filter_params"
_IGNORED = "_filter_ignored"


def pick(page: str, choices: Choices, as_of: datetime) -> Filter:
    """Show the filters and return what is picked; ``page`` tells a page switch from a step back in the browser."""
    _follow_url(page, choices, as_of)
    with st.sidebar:
        preset = Preset(_choose_word("Period", Preset, "filter_period"))
        if preset is Preset.CUSTOM:
            st.date_input(
                "First and last day", min_value=FIRST_DAY, max_value=LAST_DAY, format="YYYY-MM-DD", key="filter_days"
            )
        compare = Compare(_choose_word("Compare with", Compare, "filter_compare"))
        if compare is Compare.DATES:
            st.date_input(
                "First and last day to compare with", min_value=FIRST_DAY, max_value=LAST_DAY, format="YYYY-MM-DD",
                key="filter_compared_days",
            )  # fmt: skip
        project = _choose("Project", "All projects", choices.projects, "project")
        route = _choose("Route", "All routes", choices.routes, "route")
        task_class = _choose("Task class", "All task classes", choices.task_classes, "task_class")
        chosen = make_filter(
            as_of,
            preset=preset,
            custom=_days("filter_days") if preset is Preset.CUSTOM else None,
            first_day=choices.first_day,
            compare=compare,
            other=_days("filter_compared_days") if compare is Compare.DATES else None,
            project=project,
            route=route,
            task_class=task_class,
        )
        st.session_state["_filter_days"] = _pair(chosen.period)
        compared = chosen.compared or compared_period(chosen.period, Compare.PREVIOUS)
        st.session_state["_filter_compared_days"] = _pair(compared)
        if chosen.to_params():
            st.button(
                "Reset filters",
                icon=":material/filter_alt_off:",
                on_click=_reset,
                args=(as_of, choices),
                width="stretch",
            )
    _write_url(chosen)
    return chosen


def ignored() -> Sequence[str]:
    """Return what the URL asked for and the store does not have, in words."""
    return st.session_state.get(_IGNORED, ())


def _choose_word(label: str, words: type[Preset] | type[Compare], key: str) -> str:
    # Plain strings: Streamlit hands members of a StrEnum on as such, without their titles.
    titles = {word.value: word.label for word in words}
    return st.selectbox(label, list(titles), format_func=titles.__getitem__, key=key)


def _choose(label: str, everything: str, names: Sequence[str], name: str) -> str | None:
    # The empty word stands for all: Streamlit takes None for nothing picked.
    picked = st.selectbox(
        label,
        ["", *names],
        format_func=lambda value: _shown(value) if value else everything,
        key=_KEYS[name],
    )
    return picked or None


def _shown(value: str) -> str:
    return "None given" if value == NONE_NAME else value


def _pair(period: Period | None) -> tuple[date, ...]:
    """Return the days that a picker of dates starts with."""
    if period is None:
        return ()
    return tuple(min(max(day, FIRST_DAY), LAST_DAY) for day in (period.first, period.last))


def _days(key: str) -> Period | None:
    picked = st.session_state.get(key) or ()
    if isinstance(picked, date):
        picked = (picked,)
    return Period(min(picked), max(picked)) if picked else None


def _follow_url(page: str, choices: Choices, as_of: datetime) -> None:
    """Take over the URL where a person changed it; a page switch that dropped it keeps what was picked."""
    state = st.session_state
    found = {name: st.query_params[name] for name in _PARAMS if name in st.query_params}
    is_switch = state.get(PAGE_SHOWN) not in (None, page)
    state[PAGE_SHOWN] = page
    if _WRITTEN not in state or (found != state[_WRITTEN] and not (is_switch and not found)):
        _set_widgets(filter_from_params(found, as_of, choices.first_day), choices)
    else:
        _keep_widgets(choices)


def _set_widgets(chosen: Filter, choices: Choices) -> None:
    state = st.session_state
    offered = {"project": choices.projects, "route": choices.routes, "task_class": choices.task_classes}
    asked = {"project": chosen.project, "route": chosen.route, "task_class": chosen.task_class}
    ignored: list[str] = []
    for name, value in asked.items():
        is_offered = value is None or value in offered[name]
        state[_KEYS[name]] = value if value is not None and is_offered else ""
        if not is_offered:
            ignored.append(f"{name.replace('_', ' ')} {value}")
    state["filter_period"] = chosen.preset.value
    state["filter_compare"] = chosen.compare.value
    state["filter_days"] = _pair(chosen.period)
    state["filter_compared_days"] = _pair(chosen.compared)
    state[_IGNORED] = tuple(ignored)


def _keep_widgets(choices: Choices) -> None:
    """Keep what is picked where it is still there; days of one's own start as those that were shown."""
    state = st.session_state
    offered = {"project": choices.projects, "route": choices.routes, "task_class": choices.task_classes}
    for name, key in _KEYS.items():
        if state.get(key) and state[key] not in offered[name]:
            state[key] = ""
    if state.get("filter_period") != Preset.CUSTOM.value or not state.get("filter_days"):
        state["filter_days"] = state.get("_filter_days", ())
    if state.get("filter_compare") != Compare.DATES.value or not state.get("filter_compared_days"):
        state["filter_compared_days"] = state.get("_filter_compared_days", ())
    state[_IGNORED] = ()


def _reset(as_of: datetime, choices: Choices) -> None:
    _set_widgets(make_filter(as_of, first_day=choices.first_day), choices)


def _write_url(chosen: Filter) -> None:
    params = chosen.to_params()
    found = {name: st.query_params[name] for name in _PARAMS if name in st.query_params}
    if found != params:
        others = {name: value for name, value in st.query_params.to_dict().items() if name not in _PARAMS}
        st.query_params.from_dict({**others, **params})
    st.session_state[_WRITTEN] = params
