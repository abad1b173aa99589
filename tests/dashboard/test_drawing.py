"""Figures are collected as plain dicts, and are what Plotly itself would have made of the same words."""

import json

import plotly.graph_objects as go
import pytest
from plotly.subplots import make_subplots

from dashboard.charts.drawing import Drawing
from dashboard.charts.theme import plotly_layout


def spec(figure) -> dict:
    return json.loads(figure.to_json())


def test_a_figure_is_the_one_that_plotly_makes():
    ours, theirs = Drawing(), go.Figure(layout=plotly_layout())
    for figure in (ours, theirs):
        figure.add_scatter(x=[1, 2], y=[3.0, None], mode="lines", line={"color": "#123456"}, error_x=None, name="a")
        figure.add_bar(x=["<b>"], y=[1], marker={"color": ["red"]})
        figure.add_heatmap(z=[[1, 2]], xgap=2)
        figure.add_hline(y=2.0, line={"width": 2})
        figure.add_vline(x=1.5, line={"dash": "dash"})
        figure.add_annotation(x=0, y=1, text="words", showarrow=False)
        figure.update_xaxes(title={"text": "time"}, range=None, fixedrange=False)
        figure.update_yaxes(rangemode="tozero")
        figure.update_layout(yaxis2={"overlaying": "y"}, margin={"t": 30}, height=300)
    assert spec(ours.figure().checked()) == spec(theirs)
    assert spec(ours.figure()) == spec(theirs)


@pytest.mark.parametrize("rows", [2, 3, 7])
def test_plots_below_each_other_share_the_axis_of_their_x(rows: int):
    ours = Drawing(rows=rows, spacing=0.04)
    theirs = make_subplots(rows=rows, cols=1, shared_xaxes=True, vertical_spacing=0.04)
    theirs.update_layout(**plotly_layout())
    for row in range(1, rows + 1):
        ours.add_bar(x=[1], y=[row], row=row)
        theirs.add_bar(x=[1], y=[row], row=row, col=1)
    for figure in (ours, theirs):
        figure.update_xaxes(type="date", nticks=7)
        figure.update_yaxes(nticks=3)
    found, expected = spec(ours.figure().checked()), spec(theirs)
    # Where each plot stands is told in fractions, worked out in another order.
    places = [
        {name: axis.pop("domain") for name, axis in one["layout"].items() if name[1:].startswith("axis")}
        for one in (found, expected)
    ]
    assert places[0].keys() == places[1].keys()
    for name, place in places[0].items():
        assert place == pytest.approx(places[1][name])
    assert found == expected


def test_a_mistake_in_a_property_is_found_when_a_figure_is_checked():
    figure = Drawing()
    figure.add_scatter(x=[1], y=[1], colour="red")
    with pytest.raises(ValueError, match="colour"):
        figure.figure().checked()


def test_a_change_of_one_figure_changes_no_other():
    margin = {"l": 1}
    first, second = Drawing(), Drawing()
    first.update_layout(margin=margin)
    first.update_layout(margin={"l": 2})
    second.update_layout(margin=margin)
    assert margin == {"l": 1}
    assert spec(second.figure())["layout"]["margin"]["l"] == 1
    # The specification is handed out as it is, and not copied for each look at it.
    drawn = second.figure()
    assert drawn.to_dict() is drawn.to_dict()
