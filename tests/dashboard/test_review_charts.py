"""The charts of a review: every value and interval of the document is drawn where it belongs, markup stays text."""

import msgspec
import pytest

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.document import ChartKind, ChartSeries, EvidenceChart
from dashboard.charts.review import first_rows, review_chart

NOW = ChartSeries("this quarter", (0.25, None, 0.5), (0.1, None, 0.6), (0.5, None, 0.9), (12, None, 1_000))
BEFORE = ChartSeries("<b>before</b>", (0.2, 0.1, None))
CHART = EvidenceChart(
    name="failures", title="Fixes fail most", kind=ChartKind.POINTS, categories=("<i>fix</i>", "edit", "a" * 90),
    series=(NOW,), unit=Unit.RATE, axis="Share of tasks that failed", n_unit="tasks",
)  # fmt: skip


def marks(figure) -> list:
    """What is drawn but the values that are written beside it."""
    return [trace for trace in figure.data if getattr(trace, "mode", None) != "text"]


def drawn(**changes):
    return review_chart(msgspec.structs.replace(CHART, **changes)).checked()


@pytest.mark.parametrize("kind", ChartKind)
@pytest.mark.parametrize("is_large", [False, True])
def test_each_value_is_drawn_once_and_an_unknown_one_is_a_gap(kind: ChartKind, is_large: bool):
    figure = review_chart(msgspec.structs.replace(CHART, kind=kind, series=(NOW, BEFORE)), is_large=is_large).checked()
    values = [list(trace.y if kind is ChartKind.LINES else trace.x) for trace in marks(figure)]
    assert values == [[0.25, None, 0.5], [0.2, 0.1, None]]
    assert figure.layout.showlegend
    # Series differ by more than their colour.
    looks = [(trace.marker.symbol, trace.line.dash if kind is ChartKind.LINES else None,
              trace.marker.pattern.shape if kind is ChartKind.BARS else None) for trace in marks(figure)
             if kind is not ChartKind.BARS] or [trace.marker.pattern.shape for trace in marks(figure)]  # fmt: skip
    assert looks[0] != looks[1]


def test_intervals_reach_from_low_to_high_and_never_backwards():
    errors = drawn().data[0].error_x
    # 0.25 in 0.1 to 0.5; 0.5 lies below its interval of 0.6 to 0.9.
    assert list(errors.array) == pytest.approx([0.25, 0, 0.4])
    assert list(errors.arrayminus) == pytest.approx([0.15, 0, 0])


def test_each_point_says_category_value_interval_and_n():
    said = drawn().data[0].hovertext
    assert said[0] == "<b>&lt;i&gt;fix&lt;/i&gt;</b><br>25.0 % (95 % interval 10.0 % to 50.0 %)<br>n = 12 tasks"
    assert said[1] == "<b>edit</b><br>–"


def test_names_from_outside_are_short_and_never_markup():
    figure = drawn(series=(NOW, BEFORE), reference=0.3, reference_label="<a>objective</a>")
    assert figure.layout.yaxis.ticktext == ("&lt;i&gt;fix&lt;/i&gt;", "edit", f"{'a' * 39}…")
    assert marks(figure)[1].name == "&lt;b&gt;before&lt;/b&gt;"
    assert figure.layout.annotations[0].text == "&lt;a&gt;objective&lt;/a&gt; 30.0 %"


def test_the_band_of_a_line_ends_where_the_interval_is_not_known():
    whole = ChartSeries("a", (1.0, 2.0, 3.0), (0.5, 1.5, 2.5), (1.5, 2.5, 3.5))
    band = drawn(kind=ChartKind.LINES, unit=Unit.USD, series=(whole,)).data[0]
    assert [value for value in band.y if value is not None] == [1.5, 2.5, 3.5, 2.5, 1.5, 0.5]
    # Known at 0 and 2 only: no two neighbours, no area.
    assert len(drawn(kind=ChartKind.LINES).data) == 1


@pytest.mark.parametrize("kind", ChartKind)
def test_the_axis_holds_all_values_intervals_and_the_reference(kind: ChartKind):
    figure = drawn(kind=kind, reference=0.95)
    axis = figure.layout.yaxis if kind is ChartKind.LINES else figure.layout.xaxis
    assert axis.range[0] <= 0.1
    assert axis.range[1] >= 0.95


@pytest.mark.parametrize("kind", ChartKind)
def test_a_chart_without_values_is_a_picture_too(kind: ChartKind):
    assert drawn(kind=kind, categories=(), series=()).layout.height > 0
    nothing = ChartSeries("this quarter", (None,))
    assert drawn(kind=kind, categories=("fix",), series=(nothing,)).layout.height > 0


def test_on_a_large_screen_the_first_rows_are_shown_and_the_title_says_so():
    values = tuple(number / 10 for number in range(10))
    series = ChartSeries("now", values, values, values, tuple(range(10)))
    chart = msgspec.structs.replace(CHART, categories=tuple("abcdefghij"), series=(series, series))
    # 18 marks for two series are 9 rows.
    first = first_rows(chart)
    assert first.categories == tuple("abcdefghi")
    assert first.title == "Fixes fail most (the first 9 of 10)"
    assert {len(part) for one in first.series for part in (one.values, one.low, one.high, one.n)} == {9}
    assert first_rows(msgspec.structs.replace(chart, kind=ChartKind.LINES)).categories == chart.categories
    assert first_rows(CHART) is CHART
