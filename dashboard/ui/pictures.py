"""Pictures: a figure with its words for who cannot see it, and a button that saves it as SVG."""

from typing import Any

import streamlit as st

from dashboard.analysis.filters import Filter
from dashboard.charts.theme import plotly_config
from dashboard.ui.export import file_name


def picture(figure: Any, *, name: str, alt: str, chosen: Filter | None) -> None:
    """Show a Plotly figure; ``name`` names the file and the widget, ``chosen`` is the filter that its data come from.

    None says that they come from the whole store.
    """
    stem = file_name(name, chosen, extension="svg").removesuffix(".svg")
    st.plotly_chart(figure, config=plotly_config(stem), alt=alt, key=f"picture_{name}")
