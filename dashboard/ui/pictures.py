"""Pictures: a figure with its words for who cannot see it, and buttons that save it as SVG."""

from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st

from dashboard.analysis.filters import Filter
from dashboard.charts.theme import plotly_config
from dashboard.ui.export import csv_button, file_name
from dashboard.ui.save_picture import save_button


def picture(
    figure: Any,
    *,
    name: str,
    alt: str,
    chosen: Filter | None,
    data: pl.DataFrame | Callable[[], pl.DataFrame] | None = None,
    about: str = "",
    has_buttons: bool = True,
) -> None:
    """Show a Plotly figure; ``name`` names the file and the widget, ``chosen`` is the filter that its data come from.

    None says that they come from the whole store. ``data`` are its numbers, where no table beside it has them as CSV,
    or a function that makes them when somebody asks; ``about`` says what that file holds. In a meeting a picture has
    no buttons.
    """
    stem = file_name(name, chosen, extension="svg").removesuffix(".svg")
    st.plotly_chart(figure, config=plotly_config(stem), alt=alt, key=f"picture_{name}")
    if not has_buttons:
        return
    with st.container(horizontal=True, gap="small"):
        save_button(name)
        if data is not None:
            csv_button(data, name=name, chosen=chosen, about=about)
