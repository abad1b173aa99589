"""What a page says when there is nothing to show, something is wrong, or the data is not real."""

import os
from collections.abc import Sequence

import streamlit as st

from dashboard.analysis.coverage import Coverage
from dashboard.ui.text import literal
from data.errors import BoltscopeError, DefinitionError, StoreBusyError, StoreMissingError
from data.store import URL_VARIABLE

LOAD_COMMAND = "etl load PATH"
DEMO_COMMANDS = "etl demo --out demo\netl load demo"
WHAT_IS_READ = (
    "PATH is a file or folder with bolt.diy chat exports, bolt.diy event logs or LiteLLM logs. "
    "They are recognised by their content, and prompts and file contents are not stored."
)


def nothing_loaded() -> None:
    """Say how to fill an empty store."""
    empty("Nothing has been loaded yet", f"Load your own exports. {WHAT_IS_READ}", LOAD_COMMAND)
    empty(
        "Or look around first", "Write a year of demo exports and load them.", DEMO_COMMANDS, icon=":material/science:"
    )


def empty(title: str, what_to_do: str, commands: str | None = None, *, icon: str = ":material/inbox:") -> None:
    """Say that there is nothing to show here, why, and what to do about it."""
    with st.container(border=True):
        st.subheader(literal(title), anchor=False)
        st.markdown(f"{icon} {literal(what_to_do)}")
        if commands:
            st.code(commands, language="bash")


def problem(error: BoltscopeError) -> None:
    """Show an error as a help page: what is wrong, and the commands that help."""
    title, icon, commands = _help_for(error)
    st.title("Boltscope", anchor=False)
    st.error(literal(str(error)), title=title, icon=icon)
    for command in commands:
        st.code(command, language="bash")
    st.button("Try again", icon=":material/refresh:")


def _help_for(error: BoltscopeError) -> tuple[str, str, Sequence[str]]:
    if isinstance(error, StoreMissingError):
        other = f" --database {os.environ[URL_VARIABLE]}" if os.environ.get(URL_VARIABLE) else ""
        return (
            "No store yet",
            ":material/database_off:",
            [f"etl load{other} PATH", DEMO_COMMANDS.replace("load", f"load{other}")],
        )
    if isinstance(error, StoreBusyError):
        return "The store is busy", ":material/lock:", []
    if isinstance(error, DefinitionError):
        return "A definition is wrong", ":material/rule:", []
    return "The store cannot be opened", ":material/database_off:", ["etl status"]


def demo_label(coverage: Coverage) -> None:
    """Say visibly that figures come from the demo generator, wholly or in part."""
    if not coverage.is_demo:
        return
    if coverage.is_all_demo:
        text = "<b>Demo data.</b> Every figure here is made up by <code>etl demo</code>; none is about a real team."
    else:
        text = "<b>Demo data mixed in.</b> Some loaded files were made up by <code>etl demo</code>; figures mix both."
    st.html(f'<div class="bs-banner" role="note">{text}</div>')
