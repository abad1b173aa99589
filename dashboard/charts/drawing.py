"""A figure that is being drawn: traces and layout as plain dicts, in Plotly's words."""

from functools import cache
from typing import TYPE_CHECKING, Any

from dashboard.charts.theme import plotly_layout

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn

Spec = dict[str, Any]


def safe(text: str) -> str:
    """Return a text from outside for a figure, in one line: Plotly reads some tags and entities in its texts."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Drawing:
    """Collects what a figure is made of; ``rows`` are plots below each other that share the axis of their x.

    Properties are those of Plotly's figure reference, nested; one of a trace or of the layout that is None is left out.
    Changes of the layout go into what is there already; a title is given as {"text": ...}.
    """

    def __init__(self, *, rows: int = 1, spacing: float = 0.0) -> None:
        self._traces: list[Spec] = []
        self._layout: Spec = {"xaxis": {}, "yaxis": {}} if rows == 1 else _rows(rows, spacing)
        self.update_layout(**plotly_layout())

    @property
    def trace_names(self) -> set[str]:
        """Names of the traces so far."""
        return {trace["name"] for trace in self._traces if "name" in trace}

    def add_scatter(self, *, row: int | None = None, **trace: Any) -> None:
        """Add lines, points, areas or words."""
        self._add("scatter", row, trace)

    def add_bar(self, *, row: int | None = None, **trace: Any) -> None:
        """Add bars."""
        self._add("bar", row, trace)

    def add_heatmap(self, **trace: Any) -> None:
        """Add a grid of cells."""
        self._add("heatmap", None, trace)

    def add_annotation(self, **annotation: Any) -> None:
        """Add words at a place."""
        self._layout.setdefault("annotations", []).append(_known(annotation))

    def add_row_title(self, row: int, text: str) -> None:
        """Add what is to be seen in a row, above it on the left."""
        self.add_annotation(
            xref="paper", x=0, yref=f"y{_number(row)} domain", y=1.0, yanchor="bottom", xanchor="left",
            showarrow=False, text=text, font={"size": 12},
        )  # fmt: skip

    def add_hline(self, y: float, line: Spec) -> None:
        """Add a line over the whole width, in the first row."""
        self.add_line(x0=0, x1=1, xref="x domain", y0=y, y1=y, yref="y", line=line)

    def add_vline(self, x: float, line: Spec) -> None:
        """Add a line over the whole height, in the first row."""
        self.add_line(x0=x, x1=x, xref="x", y0=0, y1=1, yref="y domain", line=line)

    def add_line(self, **shape: Any) -> None:
        """Add a line between two places."""
        self._layout.setdefault("shapes", []).append({"type": "line", **_known(shape)})

    def update_layout(self, **changes: Any) -> None:
        """Change the layout."""
        _merge(self._layout, changes)

    def update_xaxes(self, **changes: Any) -> None:
        """Change every x axis that is there."""
        self._update_axes("xaxis", changes)

    def update_yaxes(self, **changes: Any) -> None:
        """Change every y axis that is there."""
        self._update_axes("yaxis", changes)

    def figure(self) -> "Drawn":
        """Return the finished figure, in the look of the app's theme."""
        from dashboard.charts.drawn import Drawn  # slow to import, and only pictures need it

        return Drawn(self._traces, {"template": _template(), **self._layout})

    def _add(self, kind: str, row: int | None, trace: Spec) -> None:
        place = {} if row is None else {"xaxis": f"x{_number(row)}", "yaxis": f"y{_number(row)}"}
        self._traces.append({"type": kind, **_known(trace), **place})

    def _update_axes(self, kind: str, changes: Spec) -> None:
        for name, axis in self._layout.items():
            if name.startswith(kind):
                _merge(axis, changes)


def _rows(rows: int, spacing: float) -> Spec:
    """Return the axes of plots below each other, the first one on top; the words of the x axis are below the last."""
    height = (1 - spacing * (rows - 1)) / rows
    layout: Spec = {}
    for row in range(1, rows + 1):
        bottom = (rows - row) * (height + spacing)
        number = _number(row)
        x_axis: Spec = {"anchor": f"y{number}", "domain": [0.0, 1.0]}
        if row < rows:
            x_axis |= {"matches": f"x{rows}", "showticklabels": False}
        layout[f"xaxis{number}"] = x_axis
        layout[f"yaxis{number}"] = {"anchor": f"x{number}", "domain": [bottom, min(bottom + height, 1.0)]}
    return layout


def _number(row: int) -> str:
    return "" if row == 1 else str(row)


def _known(properties: Spec) -> Spec:
    return {name: value for name, value in properties.items() if value is not None}


def _merge(into: Spec, changes: Spec) -> None:
    """Put changes into a dict, dict by dict. What is put in is copied as far as it can be changed by a later one."""
    for name, value in changes.items():
        if isinstance(value, dict):
            inner = into.setdefault(name, {})
            _merge(inner, value)
        elif value is not None:
            into[name] = value


def _template() -> Spec:
    """Return Plotly's look of this process: in the app, the one that Streamlit fills with the colours of the theme."""
    import plotly.io  # slow to import, and only pictures need it

    return _properties(plotly.io.templates.default)


@cache
def _properties(template: str) -> Spec:
    import plotly.io

    return plotly.io.templates[template].to_plotly_json()
