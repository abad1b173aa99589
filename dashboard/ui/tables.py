"""Tables: what a frame holds, readable, a page at a time, with a button that gives exactly that as CSV."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl
import streamlit as st

from dashboard.ui.export import csv_button
from dashboard.ui.text import counted
from dashboard.ui.view import View

PAGE_ROWS = 50
_ACRONYMS = {"usd": "USD", "id": "ID", "sha256": "SHA-256", "csv": "CSV", "llm": "LLM", "slo": "SLO"}


def heading(column: str) -> str:
    """Return the words over a column: its name as it stands in the CSV file, readable; times say they are UTC."""
    words = [_ACRONYMS.get(word, word) for word in column.removesuffix("_at").removeprefix("is_").split("_")]
    text = " ".join(words)
    return (text[:1].upper() + text[1:]) + (" (UTC)" if column.endswith("_at") else "")


def table(frame: pl.DataFrame, view: View, *, name: str, says: str, hide: Sequence[str] = ()) -> None:
    """Show a frame with its CSV button. ``name`` names the file and the widget; ``says`` is for screen readers."""
    shown = frame.drop(*hide)
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="–",
        alt=says,
        key=f"table_{name}",
        column_config={column: _column(column, dtype) for column, dtype in shown.schema.items()},
    )
    csv_button(shown, view, name=name)


def paged_table(
    total: int,
    read: Callable[[int, int], pl.DataFrame],
    view: View,
    *,
    name: str,
    says: str,
    hide: Sequence[str] = (),
    page_rows: int = PAGE_ROWS,
) -> None:
    """Show one page of a long table; ``read`` returns the rows for a limit and an offset."""
    pages = max(-(-total // page_rows), 1)
    slot = st.container()
    number = 1
    if pages > 1:
        number = st.pagination(pages, key=f"page_of_{name}")
    offset = (min(max(int(number), 1), pages) - 1) * page_rows
    frame = read(page_rows, offset)
    with slot:
        if pages > 1:
            st.caption(f"Rows {offset + 1:,} to {offset + frame.height:,} of {counted(total, 'row')}.")
        table(frame, view, name=name, says=says, hide=hide)


def _column(name: str, dtype: pl.DataType) -> Mapping[str, object]:
    label = heading(name)
    if isinstance(dtype, pl.Datetime):
        return st.column_config.DatetimeColumn(label, format="YYYY-MM-DD HH:mm", timezone="UTC")
    if isinstance(dtype, pl.Date):
        return st.column_config.DateColumn(label, format="YYYY-MM" if name == "month" else "YYYY-MM-DD")
    if name.endswith("_rate"):
        return st.column_config.NumberColumn(label.removesuffix(" rate"), format="percent")
    if dtype.is_integer() and not name.endswith("_id"):
        return st.column_config.NumberColumn(label.removesuffix(" count"), format="%,d")
    if dtype.is_integer():
        return st.column_config.NumberColumn(label, format="%d")
    if isinstance(dtype, pl.Boolean):
        return st.column_config.CheckboxColumn(label)
    return st.column_config.TextColumn(label)
