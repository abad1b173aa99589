"""Keeping what people enter: one short transaction each, and words about how it went.

Entries are no part of the data version that caches are keyed by: pages read them anew in every rerun, from the same
transaction as everything else, and writing happens in callbacks, before the page reads.
"""

import os
import sqlite3
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.ui.stores import opened_store
from dashboard.ui.text import literal
from data.errors import BoltscopeError, StoreBusyError

WAIT_SECONDS = 3.0
"""How long a page waits for a load that runs; it would stand still for longer."""
_SAID = "_entries_said"


def keep(write: Callable[[sqlite3.Connection], Any], said: str) -> bool:
    """Write in one transaction and return whether it was kept; the next `tell` says so, or why not."""
    try:
        with opened_store().writing(wait_seconds=WAIT_SECONDS) as connection:
            write(connection)
    except StoreBusyError:
        text = "A load is running and holds the store. Nothing was kept; what you typed is still there: try again soon."
        st.session_state[_SAID] = ("busy", text)
    except BoltscopeError as error:
        st.session_state[_SAID] = ("error", str(error))
    else:
        st.session_state[_SAID] = ("kept", said)
        return True
    return False


def tell() -> None:
    """Say once how the last writing went."""
    kind, text = st.session_state.pop(_SAID, (None, ""))
    if kind == "kept":
        st.success(literal(text), icon=":material/check:")
    elif kind is not None:
        st.warning(literal(text), icon=":material/lock:" if kind == "busy" else ":material/error:")


def can_write() -> bool:
    """Tell whether entries can be kept here: a store may be there to be read only."""
    path = opened_store().path
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
