"""Choices of one page that live in its address, beside the global filters: a link shows the same view."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.ui.text import literal


def choose(
    label: str,
    options: Sequence[str],
    *,
    name: str,
    default: str,
    shown: Callable[[str], str] = str,
    help: str | None = None,  # noqa: A002  # as Streamlit names it
) -> str:
    """Show a select box and return what is picked; ``name`` is its word in the address, absent at the default.

    What the address asks for and is not offered falls back to the default. Not Streamlit's own binding: that forbids
    the global filters to write their part of the address.
    """
    state, key, written = st.session_state, f"page_{name}", f"_written_{name}"
    asked = st.query_params.get(name)
    if written not in state or asked != state[written]:
        state[key] = asked if asked in options else default
    elif state.get(key) not in options:
        state[key] = default
    picked = str(st.selectbox(label, options, format_func=shown, key=key, help=help))
    wanted = None if picked == default else picked
    if wanted is None and asked is not None:
        del st.query_params[name]
    elif wanted is not None and wanted != asked:
        st.query_params[name] = wanted
    state[written] = wanted
    return picked


def plain(name: str) -> str:
    """Return a foreign name as a select box shows it."""
    return " ".join(name.split()) or literal("(empty)")
