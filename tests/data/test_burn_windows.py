"""Burn-rate rules as data: the factors of the SRE workbook, and every mistake in the file told at once."""

import pytest

from data.definitions import Slo, Slos, slos
from data.definitions.burn_windows import burn_windows, greatest_burn_rate, read_burn_windows
from data.errors import DefinitionError

GOOD = """
[[rule]]
name = "fast"
severity = "page"
owner = "Platform team"
why = "Because."
long_minutes = 60
short_minutes = 5
budget_share = 0.02
"""


def slo(objective: float, window_days: int = 30, name: str = "some") -> Slo:
    return Slo(name, "Some", "team", objective, window_days, "why", "good", "total", "help")


def test_the_factors_for_thirty_days_are_those_of_the_workbook():
    # 0.02 * 30 d * 24 h / 1 h = 14.4; 0.05 * 720 / 6 = 6; 0.1 * 720 / 24 = 3; 0.1 * 720 / 72 = 1
    assert [round(rule.factor(30), 9) for rule in burn_windows().rule] == [14.4, 6, 3, 1]
    assert [rule.severity for rule in burn_windows().rule] == ["page", "page", "ticket", "ticket"]


def test_the_factors_follow_the_window_of_the_slo():
    # 0.02 * 7 d * 24 h / 1 h = 3.36
    assert burn_windows().rule[0].factor(7) == pytest.approx(3.36)


def test_a_burn_rate_cannot_exceed_one_over_the_budget():
    # With an objective of 0.85 the budget is 0.15, so all bad burns at 1 / 0.15 = 6.67: below 14.4, above 6.
    diff = slos().named("diff_acceptance")
    assert greatest_burn_rate(diff) == pytest.approx(1 / 0.15)
    fast, slow, *_ = burn_windows().rule
    assert not fast.can_fire(diff)
    assert "cannot exceed 6.667" in str(fast.why_not(diff))
    assert slow.can_fire(diff)
    assert slow.why_not(diff) is None


def test_a_rule_that_only_just_cannot_fire_is_not_saved_by_rounding():
    # 14.4 is reached exactly when all is bad, and never exceeded.
    assert not burn_windows().rule[0].can_fire(slo(1 - 1 / 14.4))


def test_a_window_longer_than_that_of_the_slo_cannot_fire():
    assert "longer than the 2 days" in str(burn_windows().rule[3].why_not(slo(0.99, window_days=2)))


def test_a_rule_that_no_slo_can_reach_is_refused_with_the_reason_for_each():
    low = Slos(7, (slo(0.5, name="a"), slo(0.9, name="b")))
    with pytest.raises(DefinitionError) as refused:
        read_burn_windows(GOOD.encode(), low)
    said = str(refused.value)
    assert "rule fast: can fire for no SLO" in said
    assert "a: a burn rate over 14.4 is needed" in said
    assert "it cannot exceed 10" in said


def test_all_errors_are_told_at_once():
    wrong = (
        GOOD.replace("short_minutes = 5", "short_minutes = 60")
        + GOOD
        + GOOD.replace('severity = "page"', 'severity = "loud"').replace('"fast"', '"third"')
        + GOOD.replace("long_minutes = 60", "long_minutes = 61").replace('"fast"', '"fourth"')
        + GOOD.replace("owner", "onwer").replace('"fast"', '"fifth"')
        + GOOD.replace("budget_share = 0.02", "budget_share = 0.9").replace('"fast"', '"sixth"')
    )
    with pytest.raises(DefinitionError) as refused:
        read_burn_windows(f"version = 1\n{wrong}".encode(), slos())
    said = str(refused.value)
    for part in (
        "unknown key version",
        "rule fast: short_minutes = 60 must be below long_minutes = 60",
        "rule fast: the name stands for 2 rules",
        "rule 3 (third): severity: 'loud' is not known; expected are page, ticket",
        "rule 4 (fourth)",
        "rule 5 (fifth): unknown key onwer (is owner meant?)",
        "rule sixth: can fire for no SLO",
    ):
        assert part in said


@pytest.mark.parametrize("text", ["", "rule = 3", "rule = []", "[[rule]", "\x00", "rule = [3, 'x']"])
def test_what_is_no_list_of_rules_is_refused(text: str):
    with pytest.raises(DefinitionError, match=r"burn_windows\.toml is wrong"):
        read_burn_windows(text.encode(), slos())
