"""Sparklines draw gaps as gaps and the young end as provisional."""

import re
from base64 import b64decode

from dashboard.charts.sparkline import sparkline


def svg_of(html: str) -> str:
    found = re.search(r"base64,([^\"]+)", html)
    assert found is not None
    return b64decode(found[1]).decode()


def lines(svg: str) -> list[str]:
    return re.findall(r'<path d="(M[^"]*L[^"]*)"', svg)


def test_nothing_known_draws_nothing():
    assert sparkline([], "x") == ""
    assert sparkline([None, None], "x") == ""


def test_a_gap_cuts_the_line_in_two():
    assert len(lines(svg_of(sparkline([1, 2, None, 3, 4], "x")))) == 2


def test_a_lone_value_between_gaps_is_a_dot():
    svg = svg_of(sparkline([1, 2, None, 3, None, 4, 5], "x"))
    assert svg.count('r="1.4"') == 1


def test_the_young_end_is_dashed_hollow_and_joined_to_the_settled_line():
    svg = svg_of(sparkline([1, 2, 3, 4], "x", provisional_from=2))
    settled, young = lines(svg)
    # Points 0 and 1 are settled; the dashed line runs from point 1 over 2 to 3.
    assert settled.count("L") == 1
    assert young.count("L") == 2
    assert young.startswith("M" + settled.split("L")[1])
    assert 'fill="none" stroke' in svg.split("<circle")[-1]


def test_the_objective_is_in_the_picture_even_when_no_value_comes_near():
    svg = svg_of(sparkline([0.5, 0.6], "x", objective=0.95))
    # The objective is the highest: at the upper edge, 5 px from the top.
    assert '<path d="M0 5.0H300.0"' in svg


def test_equal_values_and_a_single_value_do_not_divide_by_zero():
    assert lines(svg_of(sparkline([0.5, 0.5], "x")))
    assert 'cx="150.0"' in svg_of(sparkline([0.0], "x"))


def test_the_description_is_the_alternative_text_and_cannot_break_out():
    assert 'alt="Task &quot;success&quot; &lt;b&gt;"' in sparkline([1, 2], 'Task "success" <b>')
