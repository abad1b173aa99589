"""read = loaded + already known + quarantined, shown as the identity that it is."""

import streamlit as st

from dashboard.analysis.health import Accounting
from dashboard.ui.text import counted


def identity(accounts: Accounting) -> None:
    """Show the four sums as an equation, and say whether it holds in every file."""
    title = "Every record that was read is accounted for" if accounts.is_balanced else "Records are missing"
    st.header(title, anchor=False)
    terms = [
        ("", accounts.read, "records read"),
        ("=", accounts.loaded, "loaded"),
        ("+", accounts.known, "already known"),
        ("+", accounts.quarantined, "quarantined"),
    ]
    boxes = "".join(
        f'<div class="bs-term">{f"<span>{sign}</span>" if sign else ""}<div><b>{number:,}</b><i>{words}</i></div></div>'
        for sign, number, words in terms
    )
    st.html(f'<div class="bs-identity" role="math" aria-label="{_spoken(accounts)}">{boxes}</div>')
    if accounts.is_balanced:
        st.caption(f"The identity holds in each of {counted(accounts.file_count, 'file')}.")
    else:
        st.error(
            f"The identity does not hold in {counted(accounts.unbalanced_files, 'file')}. "
            "Load the files again; if it stays, report it with the output of etl status.",
            icon=":material/error:",
        )


def _spoken(accounts: Accounting) -> str:
    sign = "=" if accounts.is_balanced else "is not"
    return (
        f"{accounts.read:,} records read {sign} {accounts.loaded:,} loaded + {accounts.known:,} already known "
        f"+ {accounts.quarantined:,} quarantined"
    )
