"""What a page says when there is nothing to show, something is wrong, or the data is not real."""

import os
import shlex
import sqlite3

import streamlit as st

from dashboard.analysis.coverage import Coverage
from dashboard.analysis.older_store import COMMAND, TITLE, WHAT_TO_DO, is_not_derived
from dashboard.ui.text import literal
from data.definitions.texts import on_disk_words
from data.errors import BoltscopeError, DefinitionError, StoreBusyError, StoreMissingError
from data.store import URL_VARIABLE

_TITLES: dict[type[BoltscopeError], tuple[str, str]] = {
    StoreBusyError: ("The store is busy", ":material/lock:"),
    DefinitionError: ("A definition is wrong", ":material/rule:"),
}
WHAT_IS_READ = (
    "PATH is a file or folder with bolt.diy chat exports and event logs, gateway logs, git, pull requests, "
    "deployments or your own records. They are recognised by their content; prompts and file contents are not stored."
)


def nothing_loaded(title: str = "Nothing has been loaded yet") -> None:
    """Say how to fill a store, in commands that can be copied."""
    store = _store_option()
    empty(title, f"Load your own exports. {WHAT_IS_READ}", f"etl load PATH{store}")
    look_around = f"etl demo --out demo\netl load demo{store}"
    empty("Or look around first", "Write a year of demo exports and load them.", look_around, icon=":material/science:")


def empty(title: str, what_to_do: str, commands: str | None = None, *, icon: str = ":material/inbox:") -> None:
    """Say that there is nothing to show here, why, and what to do about it."""
    with st.container(border=True):
        st.subheader(literal(title), anchor=False)
        st.markdown(f"{icon} {literal(what_to_do)}")
        if commands:
            st.code(commands, language="bash")


def problem(error: BoltscopeError) -> None:
    """Show an error as a help page: what is wrong and what to do; a store that is not there yet is not an error."""
    st.title("Boltscope", anchor=False)
    if isinstance(error, StoreMissingError):
        nothing_loaded("No store yet")
        st.caption(literal(str(error)))
    else:
        title, icon = _TITLES.get(type(error), ("The store cannot be opened", ":material/database_off:"))
        st.error("  \n".join(literal(line) for line in str(error).splitlines()), title=title, icon=icon)
    st.button("Try again", icon=":material/refresh:")


def demo_banner() -> None:
    """Say that a review is of demo data, where no head of a page says so."""
    st.html('<div class="bs-banner" role="note"><b>Demo data.</b> None of this is about a real team.</div>')


def demo_label(coverage: Coverage) -> None:
    """Say visibly that figures come from the demo generator, wholly or in part."""
    if not coverage.is_demo:
        return
    if coverage.is_all_demo:
        text = "<b>Demo data.</b> Every figure here is made up by <code>etl demo</code>; none is about a real team."
    else:
        text = "<b>Demo data mixed in.</b> Some loaded files were made up by <code>etl demo</code>; figures mix both."
    st.html(f'<div class="bs-banner" role="note">{text}</div>')


def definitions_differ() -> None:
    """Say where files of definitions were edited since the start: figures follow from those of before."""
    words = on_disk_words()
    if words is not None:
        st.warning(literal(words), icon=":material/restart_alt:")


def not_derived(connection: sqlite3.Connection) -> None:
    """Say where the store came up from an older version and its new figures are still empty."""
    if is_not_derived(connection):
        empty(TITLE, WHAT_TO_DO, f"{COMMAND}{_store_option()}", icon=":material/upgrade:")


def _store_option() -> str:
    url = os.environ.get(URL_VARIABLE)
    return f" --database {shlex.quote(url)}" if url else ""
