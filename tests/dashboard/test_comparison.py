"""A difference says better, worse, no difference seen, or cannot tell yet and how many more are needed."""

import re

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, power_proportions_2indep

from dashboard.analysis.comparison import Estimate, Yardstick, difference, estimate_change, rate_change, rate_n_needed
from dashboard.analysis.figures import Direction, Unit, Verdict
from dashboard.analysis.intervals import wilson

RATE = Yardstick(Unit.RATE, Direction.HIGHER, "tasks", 0.05)
COST = Yardstick(Unit.USD, Direction.LOWER, "completed tasks", 0.1)


def newcombe(k: int, n: int, k_before: int, n_before: int) -> tuple[float, float, float]:
    now, before = wilson(k, n), wilson(k_before, n_before)
    assert now is not None
    assert before is not None
    return difference(Estimate(k / n, *now, n), Estimate(k_before / n_before, *before, n_before))


def test_the_difference_on_a_worked_example() -> None:
    # Newcombe 1998 (method 10): 56/70 - 48/80 = 0.2, 0.0524 to 0.3339.
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(("k", "n", "k_before", "n_before"), [(56, 70, 48, 80), (0, 10, 3, 9), (99, 100, 90, 200)])
def test_the_difference_agrees_with_statsmodels(k: int, n: int, k_before: int, n_before: int) -> None:
    theirs = confint_proportions_2indep(k, n, k_before, n_before, method="newcomb", compare="diff")
    assert newcombe(k, n, k_before, n_before)[1:] == pytest.approx(theirs, abs=1e-9)


def test_more_good_ones_are_better_and_fewer_are_worse() -> None:
    assert rate_change(970, 1000, 900, 1000, RATE).verdict is Verdict.BETTER
    assert rate_change(900, 1000, 970, 1000, RATE).verdict is Verdict.WORSE


def test_less_spend_is_better() -> None:
    cheap, dear = Estimate(1.0, 0.95, 1.05, 500), Estimate(2.0, 1.9, 2.1, 500)
    assert estimate_change(cheap, dear, COST).verdict is Verdict.BETTER
    assert estimate_change(dear, cheap, COST).verdict is Verdict.WORSE


def test_enough_data_without_a_difference_says_so() -> None:
    change = rate_change(950, 1000, 950, 1000, RATE)
    assert change.verdict is Verdict.NO_DIFFERENCE
    assert change.more_needed is None


def test_too_little_data_says_how_many_more() -> None:
    change = rate_change(95, 100, 950, 1000, RATE)
    assert change.verdict is Verdict.CANNOT_TELL
    assert change.more_needed is not None
    assert change.more_needed > 0
    assert re.search(rf"\b{change.more_needed} more tasks", change.words)
    settled = rate_change(round(0.95 * (100 + change.more_needed)), 100 + change.more_needed, 950, 1000, RATE)
    assert settled.verdict is Verdict.NO_DIFFERENCE


@pytest.mark.parametrize(("p_before", "n_before"), [(0.95, 1000), (0.85, 2000), (0.98, 5000)])
def test_the_needed_number_has_a_power_of_80_percent(p_before: float, n_before: int) -> None:
    needed = rate_n_needed(p_before, n_before, RATE)
    assert needed is not None

    def power(n: int) -> float:
        return float(
            power_proportions_2indep(-0.05, p_before, nobs1=n, ratio=n_before / n, alpha=0.05, return_results=False)
        )

    assert power(needed) >= 0.8 > power(needed - 3) - 0.002


def test_a_small_compared_period_cannot_be_made_up_for() -> None:
    change = rate_change(950, 1000, 19, 20, RATE)
    assert change.verdict is Verdict.CANNOT_TELL
    assert change.more_needed is None
    assert "only 20 tasks" in change.words


@pytest.mark.parametrize(("counts", "words"), [((5, 10, 0, 0), "compared period"), ((0, 0, 5, 10), "this period")])
def test_nothing_measured_cannot_be_compared(counts: tuple[int, int, int, int], words: str) -> None:
    change = rate_change(*counts, RATE)
    assert change.verdict is Verdict.CANNOT_TELL
    assert words in change.words
    assert change.difference is None


def test_wide_intervals_of_a_cost_ask_for_more() -> None:
    change = estimate_change(Estimate(1.0, 0.7, 1.3, 100), Estimate(1.0, 0.99, 1.01, 900), COST)
    # Room for the half width: (0.1 / (1 + 0.8416 / 1.96))² - 0.01² = 0.00479; 100 · 0.3² / 0.00479 = 1,879 in all.
    assert change.verdict is Verdict.CANNOT_TELL
    assert change.more_needed == pytest.approx(1779, abs=2)
