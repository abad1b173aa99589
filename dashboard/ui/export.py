"""The CSV button: gives exactly the rows and columns that are shown; its name says which filters they come from."""

from collections.abc import Callable
from datetime import datetime

import polars as pl
import streamlit as st

from dashboard.analysis.filters import Filter
from dashboard.exports import Selection, csv_bytes, csv_chunks, safe_file_name
from dashboard.ui import downloads
from data.store import Store

WHOLE_STORE = "all"


def csv_button(
    frame: pl.DataFrame | Callable[[], pl.DataFrame],
    *,
    name: str,
    chosen: Filter | None,
    page: int | None = None,
    about: str = "The rows and columns above, as they stand.",
    label: str = "Download CSV",
) -> None:
    """Offer a frame as a CSV file; nothing is written until somebody asks for it.

    A function in its place is called only then, and returns a frame that is known to have rows. ``chosen`` is the
    filter that the rows come from; None says that they come from the whole store. ``about`` says what the file holds
    where it holds more than is shown.
    """
    if isinstance(frame, pl.DataFrame) and frame.is_empty():
        return
    st.download_button(
        label,
        data=lambda: csv_bytes(frame if isinstance(frame, pl.DataFrame) else frame()),
        file_name=file_name(name, chosen, page),
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"csv_{name}",
        help=about,
    )


def export_button(name: str, *, chosen: Filter | None, as_of: datetime, label: str, about: str) -> None:
    """Offer a whole export, the same bytes as ``dashboard export NAME``; it is read when somebody asks for it.

    Served by ``dashboard serve`` it is sent while it is read; a page that runs elsewhere hands it over in one piece.
    """
    selection = Selection()
    if chosen is not None:
        days = chosen.period
        selection = Selection(days.first, days.last, chosen.project, chosen.route, chosen.task_class)
    file, key, icon = file_name(name, chosen), f"export_{name}", ":material/download:"
    if downloads.is_served():
        st.link_button(label, downloads.link(name, selection, as_of, file), icon=icon, help=about, key=key)
        return

    def read() -> bytes:
        with Store(create=False).reading() as connection:
            return b"".join(chunk for chunk, _ in csv_chunks(connection, name, selection, as_of))

    st.download_button(
        label, data=read, file_name=file, mime="text/csv", icon=icon, on_click="ignore", key=key, help=about
    )


def file_name(name: str, chosen: Filter | None, page: int | None = None, extension: str = "csv") -> str:
    """Return the name of a file: what it holds, the filter of its rows (None: the whole store), and the page."""
    words = [WHOLE_STORE] if chosen is None else filter_words(chosen)
    return safe_file_name("boltscope", name, *words, None if page is None else f"page-{page}", extension=extension)


def filter_words(chosen: Filter) -> list[str]:
    """Return a filter as words of a file name: the days, and what is selected."""
    period = f"{chosen.period.first:%Y-%m-%d}_to_{chosen.period.last:%Y-%m-%d}"
    return [period, *(value for value in (chosen.project, chosen.route, chosen.task_class) if value is not None)]
