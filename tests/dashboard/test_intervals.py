"""Intervals agree with scipy and statsmodels, and with worked examples."""

import numpy as np
import polars as pl
import pytest
import scipy.stats
from statsmodels.stats.proportion import proportion_confint

from dashboard.analysis.bootstrap import FEWEST_DAYS, bca, ratio_over_days
from dashboard.analysis.intervals import (
    clopper_pearson,
    most_when_none_seen,
    quantile_interval,
    quantile_ranks,
    ratio,
    ratio_expression,
    wilson,
    wilson_high,
    wilson_low,
)
from data.histogram import Histogram

COUNTS = [(0, 1), (0, 5), (1, 1), (5, 5), (1, 10), (81, 263), (950, 1000), (999_999, 1_000_000)]


def test_wilson_on_a_worked_example() -> None:
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize(("k", "n"), COUNTS)
def test_wilson_agrees_with_statsmodels(k: int, n: int) -> None:
    assert wilson(k, n) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


def test_wilson_over_columns_agrees_with_the_scalar_and_is_null_for_nothing() -> None:
    frame = pl.DataFrame({"k": [*(k for k, _ in COUNTS), 0], "n": [*(n for _, n in COUNTS), 0]})
    bounds = frame.select(low=wilson_low(pl.col("k"), pl.col("n")), high=wilson_high(pl.col("k"), pl.col("n"))).rows()
    assert bounds[-1] == (None, None)
    for row, (k, n) in zip(bounds[:-1], COUNTS, strict=True):
        assert row == pytest.approx(wilson(k, n), abs=1e-12)


def test_nothing_measured_has_no_interval() -> None:
    assert wilson(0, 0) is None
    assert clopper_pearson(0, 0) is None
    assert most_when_none_seen(0) is None


@pytest.mark.parametrize(("k", "n"), COUNTS)
def test_exact_bounds_agree_with_scipy(k: int, n: int) -> None:
    exact = scipy.stats.binomtest(k, n).proportion_ci(method="exact")
    assert clopper_pearson(k, n) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_none_of_five_still_allows_45_percent() -> None:
    assert most_when_none_seen(5) == pytest.approx(0.4507, abs=5e-5)  # 1 - 0.05 ** (1 / 5)
    assert most_when_none_seen(5) == pytest.approx(scipy.stats.beta.ppf(0.95, 1, 5))


def test_division_by_nothing_is_null_never_infinite() -> None:
    assert (ratio(1, 0), ratio(None, 2), ratio(3, None), ratio(0, 4), ratio(3, 4)) == (None, None, None, 0, 0.75)
    frame = pl.DataFrame({"a": [1, 0, None, 3], "b": [0, 0, 2, 4]})
    divided = frame.select(ratio_expression(pl.col("a"), pl.col("b"))).to_series().to_list()
    assert divided == [None, None, None, 0.75]


@pytest.mark.parametrize("n", [1, 4, 5])
def test_five_values_are_too_few_for_an_interval_of_the_median(n: int) -> None:
    assert quantile_ranks(n, 0.5) is None  # 2 * 0.5 ** 5 = 6.25 % would be missed


def test_the_textbook_ranks_of_a_median() -> None:
    # Conover: n = 6 uses smallest and largest (96.9 %), n = 20 the 6th and the 15th (95.9 %).
    assert quantile_ranks(6, 0.5) == (1, 6)
    assert quantile_ranks(20, 0.5) == (6, 15)


@pytest.mark.parametrize("n", [10, 100, 1234, 200_000])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.95])
def test_ranks_cover_the_quantile_with_95_percent_and_no_more_than_needed(n: int, share: float) -> None:
    ranks = quantile_ranks(n, share)
    if ranks is None:
        assert share**n > 0.025 or n * (1 - share) < 5
        return
    low, high = ranks
    below = scipy.stats.binom(n, share)
    assert below.cdf(low - 1) <= 0.025 < below.cdf(low)
    assert below.sf(high - 1) <= 0.025 < below.sf(high - 2)


def test_the_interval_of_a_median_from_a_histogram() -> None:
    assert quantile_interval(Histogram.of(range(1, 21)), 0.5) == (6, 15)
    assert quantile_interval(Histogram.of([1, 2, 3]), 0.5) is None


def days(seed: int, count: int) -> tuple[list[float], list[float]]:
    draw = np.random.default_rng(seed)
    completed = draw.poisson(20, count) + 1
    spend = completed * draw.lognormal(0, 0.5, count)
    return spend.tolist(), completed.tolist()


@pytest.mark.parametrize("count", [20, 60])
def test_the_ratio_bootstrap_agrees_with_scipy(count: int) -> None:
    spend, completed = days(5, count)
    found = ratio_over_days(spend, completed)
    theirs = scipy.stats.bootstrap(
        (np.array(spend), np.array(completed)),
        lambda x, y, axis: x.sum(axis=axis) / y.sum(axis=axis),
        paired=True,
        vectorized=True,
        method="BCa",
        n_resamples=9999,
        rng=np.random.default_rng(1),
    ).confidence_interval
    width = theirs.high - theirs.low
    assert found.interval is not None
    assert found.interval == pytest.approx((theirs.low, theirs.high), abs=0.06 * width)


def test_the_ratio_is_of_the_sums_and_the_same_every_time() -> None:
    spend, completed = days(9, 30)
    first = ratio_over_days(spend, completed)
    assert first.value == pytest.approx(sum(spend) / sum(completed))
    assert first == ratio_over_days(spend, completed)


def test_the_interval_does_not_depend_on_the_unit_of_money() -> None:
    # Spend of six days takes few values, so that many draws equal the ratio but for rounding, which differs by unit.
    spend, completed = [1.1, 2.2, 1.1, 2.2, 1.1, 2.2, 1.1], [1, 2, 1, 3, 1, 2, 1]
    in_usd = ratio_over_days(spend, completed)
    in_micro_usd = ratio_over_days([round(usd * 1e6) for usd in spend], completed)
    assert in_usd.interval is not None
    assert in_micro_usd.interval is not None
    assert in_micro_usd.interval == pytest.approx([bound * 1e6 for bound in in_usd.interval], rel=1e-9)


def test_a_tie_counts_half_whatever_rounding_did_to_it() -> None:
    # Of four draws one lies below, two are the value (one 1e-16 beside it) and one above: no bias to correct.
    left_out = np.array([0.9, 1.0, 1.1])
    exact = bca(1.0, np.array([0.5, 1.0, 1.0, 1.5]), left_out)
    assert bca(1.0, np.array([0.5, 1.0 - 1e-16, 1.0, 1.5]), left_out) == pytest.approx(exact)
    assert bca(1.0, np.array([0.5, 1.0 - 1e-16, 1.0 - 1e-16, 1.5]), left_out) == pytest.approx(exact)


def test_none_seen_still_allows_some_by_the_exact_bound() -> None:
    # No task kept in ten days of 2 USD: at most 3.69 events in 20 USD (Poisson, two-sided 95 %).
    found = ratio_over_days([0.0] * 10, [2.0] * 10, counts_events=True)
    assert found.value == 0
    assert found.interval == pytest.approx((0.0, scipy.stats.chi2.ppf(0.975, 2) / 2 / 20))


def test_equal_days_leave_no_doubt() -> None:
    assert ratio_over_days([4.0] * 10, [2] * 10).interval == (2.0, 2.0)


def test_days_without_anything_change_nothing() -> None:
    spend, completed = days(2, 12)
    assert ratio_over_days([*spend, 0.0], [*completed, 0]) == ratio_over_days(spend, completed)


def test_a_ratio_without_denominator_is_null_with_the_reason() -> None:
    found = ratio_over_days([5.0, 3.0], [0, 0])
    assert (found.value, found.interval, found.reason) == (None, None, "nothing to divide by")


def test_few_days_give_a_value_without_interval() -> None:
    found = ratio_over_days([2.0] * (FEWEST_DAYS - 1), [1] * (FEWEST_DAYS - 1))
    assert found.value == 2
    assert found.interval is None
    assert found.reason is not None
    assert "6 days" in found.reason


def test_a_denominator_whose_interval_reaches_zero_is_not_estimable() -> None:
    found = ratio_over_days([1.0] * 10, [7] + [0] * 9)  # drawn without the one day in a third of all cases
    assert found.interval is None
    assert found.reason is not None
    assert found.reason.startswith("not estimable")
