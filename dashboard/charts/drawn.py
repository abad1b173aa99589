"""A finished figure, as Streamlit takes it: neither checked nor copied when it is shown."""

from typing import Any

from plotly.basedatatypes import BaseFigure
from plotly.graph_objects import Figure


class Drawn(BaseFigure):
    """A Plotly figure that is its own specification: data and layout as plain dicts, which nobody may change.

    Plotly checks every property of a figure when it is set, and copies all of it to show it; on a page of five pictures
    that was most of the time. Tests check all pictures instead, through ``checked``.
    """

    def __init__(self, data: list[dict[str, Any]], layout: dict[str, Any]) -> None:
        super().__init__(_validate=False)
        self._spec: dict[str, Any] = {"data": data, "layout": layout}

    def to_dict(self) -> dict[str, Any]:
        """Return the specification itself."""
        return self._spec

    def checked(self) -> Figure:
        """Return a figure of Plotly's own. Raises ValueError when a property does not exist or has no such value."""
        return Figure(self._spec)
