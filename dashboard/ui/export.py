"""The CSV button: gives exactly the rows and columns that are shown; the file name says which filters they come from."""

import polars as pl
import streamlit as st

from dashboard.exports import csv_bytes, safe_file_name
from dashboard.ui.view import View


def csv_button(frame: pl.DataFrame, view: View, *, name: str) -> None:
    """Offer a frame as a CSV file; nothing is written until somebody asks for it."""
    if frame.is_empty():
        return
    st.download_button(
        "Download CSV",
        data=lambda: csv_bytes(frame),
        file_name=safe_file_name("boltscope", name, *filter_words(view)),
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"csv_{name}",
        help="The rows and columns above, as they stand.",
    )


def filter_words(view: View) -> list[str]:
    """Return the filters as words of a file name: the days, and what is selected."""
    chosen = view.chosen
    period = f"{chosen.period.first:%Y-%m-%d}_to_{chosen.period.last:%Y-%m-%d}"
    return [period, *(value for value in (chosen.project, chosen.route, chosen.task_class) if value is not None)]
