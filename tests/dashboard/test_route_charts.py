"""The pictures of the routes page: nothing is lost in them, nothing stands at a cost of 0."""

import polars as pl
import pytest

from dashboard.analysis.frontier import PlanePoint
from dashboard.analysis.route_comparison import Quality
from dashboard.analysis.route_costs import Pricing
from dashboard.analysis.units import share_text
from dashboard.charts.label_places import Named, places
from dashboard.charts.routes import labels, quality_cost_plane, route_use


def point(route: str, cost: float | None, *, is_efficient: bool = False, coverage: float = 1.0) -> PlanePoint:
    return PlanePoint(
        route=route,
        quality=0.9,
        quality_interval=(0.8, 0.95),
        n=40,
        coverage=coverage,
        pricing=Pricing.PRICED if cost else Pricing.SELF_HOSTED,
        cost=cost,
        cost_interval=None if cost is None else (cost / 2, cost * 2),
        is_efficient=is_efficient,
        outdone_by=None,
    )


def test_routes_of_one_model_at_two_providers_keep_their_provider():
    assert labels(["openai/gpt-5", "azure/gpt-5", "x/solo"]) == {
        "openai/gpt-5": "openai/gpt-5",
        "azure/gpt-5": "azure/gpt-5",
        "x/solo": "solo",
    }


def test_long_names_are_cut_and_stay_apart_and_markup_stays_text():
    long = [f"provider/{'m' * 60}{number}" for number in range(3)]
    assert len(set(labels(long).values())) == 3
    assert labels(["a/<b>x</b>"]) == {"a/<b>x</b>": "&lt;b&gt;x&lt;/b&gt;"}
    assert labels([]) == {}
    # Drawn in one line they are the same, and would be one place of an axis.
    assert labels(["openai/gpt 4o", "openai/gpt  4o"]) == {"openai/gpt 4o": "gpt 4o", "openai/gpt  4o": "gpt 4o (2)"}
    assert labels(["openai/  "]) == {"openai/  ": "(blank)"}


def test_each_route_is_drawn_once_and_the_unpriced_on_their_own_axis():
    points = [
        point("a/cheap", 0.02, is_efficient=True),
        point("a/dear", 2.0, is_efficient=True, coverage=0.3),
        point("a/behind", 1.0),
        point("own/model", None),
    ]
    figure = quality_cost_plane(points, Quality.SUCCESS).checked()
    line, *crosses = figure.data
    assert list(line.x) == [0.02, 2.0]
    assert [trace.xaxis for trace in crosses] == ["x", "x", "x", "x2"]
    assert [trace.marker.symbol for trace in crosses] == ["circle", "diamond-open", "circle-open", "circle-open"]
    assert list(crosses[-1].x) == ["model"]
    assert figure.layout.xaxis.type == "log"
    assert list(crosses[0].error_x.array) == pytest.approx([0.02])


@pytest.mark.parametrize("points", [[], [point("own/model", None)], [point("a/b", 0.5)], [point("a/b", 0.5)] * 2])
def test_few_routes_make_a_picture_too(points: list[PlanePoint]):
    assert len(quality_cost_plane(points, Quality.ACCEPTANCE).checked().data) == len(points)


def test_the_heat_map_has_a_row_for_each_route_and_words_where_there_are_tasks():
    rows = [("a/x", "edit", 3, 4, 0.75, 0.5), ("a/x", "fix", 1, 4, 0.25, 0.5), ("b/y", "edit", 0, 2, 0.0, 0.5)]
    rows.append(("b/y", "fix", 2, 2, 1.0, 0.5))
    schema = ["route", "task_class", "task_count", "route_task_count", "share", "team_share"]
    cells, words = route_use(pl.DataFrame(rows, schema=schema, orient="row")).checked().data
    assert list(cells.y) == ["y", "x"]
    assert [list(row) for row in cells.z] == [[0.0, 1.0], [0.75, 0.25]]
    assert list(words.text) == ["100 %", "75 %", "25 %"]


def test_names_of_points_that_lie_close_hide_neither_each_other_nor_a_point():
    # Three points within 12 pixels; a name of ten letters is 66 pixels long.
    close = [Named(300, 100, "a" * 10), Named(306, 104, "b" * 10), Named(312, 98, "c" * 10)]
    found = places(close, 640)
    sides = {tuple(place.split()) for place in found}
    assert len(sides) == 3
    assert found == places(close, 640)
    # At the right edge a name goes to the left, and a preferred place is taken where nothing is hidden.
    assert places([Named(630, 100, "a" * 10)], 640)[0].split()[1] == "left"
    assert places([Named(300, 100, "a", ("bottom center",))], 640) == ["bottom center"]


def test_shares_in_whole_percent_never_claim_all_or_nothing():
    assert [share_text(share) for share in (1.0, 0.996, 0.341, 0.004, 0.0, -0.25)] == [
        "100 %", "99.6 %", "34 %", "0.4 %", "0 %", "−25 %",
    ]  # fmt: skip


def test_names_keep_clear_of_each_other_on_a_phone_too():
    # Side by side on a screen, their names would lie on each other on a phone: there one goes above, one below.
    pair = [Named(300, 100, "gemini-2.5-flash"), Named(420, 100, "gemini-2.5-pro")]
    rows = [place.split()[0] for place in places(pair, 640, 230)]
    assert rows[0] != rows[1]
