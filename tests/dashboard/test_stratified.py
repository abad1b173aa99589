"""Rates over task classes: worked examples, statsmodels, and the identities that hold exactly."""

import random

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from dashboard.analysis.shrinkage import prior_of, shrunk
from dashboard.analysis.stratified import (
    ByClass,
    Part,
    PooledDifference,
    Strata,
    mix_of,
    mix_parts,
    pooled_differences,
    standardised,
    standardised_rates,
    strata_of,
    total,
)
from dashboard.analysis.ties import clear_ones, letters, tie_groups

EASY = {"edit": (90, 100), "feature": (10, 20)}
HARD = {"edit": (19, 20), "feature": (60, 100)}
"""EASY has 100 of 120 = 83 %, HARD 79 of 120 = 66 %; yet in each class HARD is better: 95 against 90, 60 against 50."""


def both(first: ByClass, second: ByClass) -> tuple[Strata, Strata]:
    strata = strata_of([first, second])
    return strata.rows([0]), strata.rows([1])


def pooled_difference(first: ByClass, second: ByClass) -> PooledDifference | None:
    return pooled_differences(*both(first, second))[0]


def mix_part(first: ByClass, second: ByClass) -> Part | None:
    return mix_parts(*both(first, second))[0]


def random_counts(chance: random.Random, classes: int) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for number in range(classes):
        n = chance.randrange(1, 60)
        found[f"class {number}"] = (sum(chance.random() < 0.8 for _ in range(n)), n)
    return found


class TestStandardised:
    def test_it_is_the_weighted_mean_of_the_rates_of_the_classes(self):
        # 0.9 * 3/4 + 0.5 * 1/4 = 0.8
        found = standardised(EASY, {"edit": 300, "feature": 100})
        assert found is not None
        assert found.value == pytest.approx(0.8)
        assert (found.n, found.coverage) == (120, 1.0)

    def test_one_class_has_the_wilson_interval(self):
        found = standardised({"edit": (18, 20)}, {"edit": 7})
        assert found is not None
        assert (found.low, found.high) == pytest.approx(proportion_confint(18, 20, method="wilson"))

    def test_classes_without_enough_records_and_classes_that_are_not_shared_take_no_part(self):
        counts = {"edit": (9, 10), "feature": (4, 4), "fix": (1, 10)}
        mix = {"edit": 50, "feature": 30, "fix": 20}
        found = standardised_rates({"it": counts}, mix, frozenset({"edit", "feature"}))["it"]
        assert found is not None
        assert found.value == pytest.approx(0.9)  # feature has 4 of the 5 needed, fix is not shared
        assert found.coverage == pytest.approx(0.5)

    def test_nothing_to_standardise_over_is_null(self):
        assert standardised({}, {"edit": 5}) is None
        assert standardised({"edit": (4, 4)}, {"edit": 5}) is None
        assert standardised({"edit": (9, 9)}, {"fix": 5}) is None

    def test_all_good_ones_still_leave_room_for_doubt(self):
        found = standardised({"edit": (10, 10), "fix": (10, 10)}, {"edit": 1, "fix": 1})
        assert found is not None
        assert (found.value, found.high) == (1.0, 1.0)
        # Two halves of 10 know as much as one class of 20.
        assert found.low == pytest.approx(proportion_confint(20, 20, method="wilson")[0])

    def test_the_team_at_its_own_mix_has_its_raw_rate(self):
        team = {name: (EASY[name][0] + HARD[name][0], EASY[name][1] + HARD[name][1]) for name in EASY}
        found = standardised(team, mix_of([EASY, HARD]))
        k, n = total(team)
        assert found is not None
        assert found.value == pytest.approx(k / n)

    @pytest.mark.parametrize(
        ("rates", "sizes", "weights"),
        [
            ((0.97, 0.9, 0.8), (40, 25, 15), (5, 3, 2)),
            ((0.95,) * 7, (10, 12, 8, 6, 20, 30, 5), (7, 2, 2, 1, 5, 6, 1)),
            ((0.9, 0.98, 0.85), (5, 100, 5), (4, 3, 3)),
            ((0.6, 0.7, 0.5), (20, 30, 10), (1, 1, 1)),
        ],
    )
    def test_the_interval_holds_the_truth_about_as_often_as_it_says(self, rates, sizes, weights):
        generator = np.random.default_rng(5)
        truth = sum(weight * rate for weight, rate in zip(weights, rates, strict=True)) / sum(weights)
        names = "abcdefg"[: len(rates)]
        mix = dict(zip(names, weights, strict=True))
        held = 0
        for _ in range(2000):
            drawn = generator.binomial(sizes, rates).tolist()
            found = standardised(dict(zip(names, zip(drawn, sizes, strict=True), strict=True)), mix)
            assert found is not None
            held += found.low <= truth <= found.high
        assert 0.94 <= held / 2000 < 0.985


class TestPooledDifference:
    def test_the_weights_are_those_of_mantel_and_haenszel(self):
        # Both classes weigh 100 * 20 / 120; the differences are 0.95 - 0.9 and 0.6 - 0.5.
        found = pooled_difference(HARD, EASY)
        assert found is not None
        assert found.value == pytest.approx((0.05 + 0.1) / 2)
        assert found.n == 240

    def test_one_class_has_newcombes_interval(self):
        found = pooled_difference({"edit": (56, 70)}, {"edit": (48, 80)})
        assert found is not None
        assert (found.low, found.high) == pytest.approx(confint_proportions_2indep(56, 70, 48, 80, method="newcomb"))

    @pytest.mark.parametrize("seed", range(20))
    def test_the_test_is_that_of_statsmodels(self, seed: int):
        chance = random.Random(seed)
        first, second = random_counts(chance, 4), random_counts(chance, 4)
        tables = [
            np.array([[first[name][0], first[name][1] - first[name][0]], [k, n - k]]) for name, (k, n) in second.items()
        ]
        found = pooled_difference(first, second)
        assert found is not None
        assert found.p_value == pytest.approx(StratifiedTable(tables).test_null_odds().pvalue)

    def test_classes_that_only_one_has_do_not_count(self):
        alone = pooled_difference({"edit": (9, 10)}, {"edit": (8, 10)})
        beside = pooled_difference({"edit": (9, 10), "fix": (0, 50)}, {"edit": (8, 10), "batch": (7, 7)})
        assert alone is not None
        assert beside is not None
        assert (beside.value, beside.low, beside.high, beside.p_value) == (
            alone.value,
            alone.low,
            alone.high,
            alone.p_value,
        )
        assert beside.overlap < alone.overlap == 1.0

    def test_no_shared_class_is_null(self):
        assert pooled_difference({"edit": (9, 10)}, {"fix": (9, 10)}) is None
        assert pooled_difference({}, {"fix": (9, 10)}) is None

    def test_two_spotless_routes_are_not_proven_equal(self):
        found = pooled_difference({"edit": (10, 10)}, {"edit": (5, 5)})
        assert found is not None
        assert (found.value, found.p_value) == (0.0, 1.0)
        assert found.low < -0.2 < 0.2 < found.high


class TestMix:
    @pytest.mark.parametrize("seed", range(20))
    def test_mix_and_within_add_up_to_the_raw_difference(self, seed: int):
        chance = random.Random(seed)
        first, second = random_counts(chance, 5), random_counts(chance, 3)
        (k1, n1), (k2, n2) = total(first), total(second)
        mix, pooled = mix_part(first, second), pooled_difference(first, second)
        assert mix is not None
        assert pooled is not None
        assert mix.value + pooled.value * pooled.overlap == pytest.approx(k1 / n1 - k2 / n2)

    def test_the_same_mix_makes_no_difference(self):
        found = mix_part({"edit": (5, 10), "fix": (9, 10)}, {"edit": (18, 20), "fix": (2, 20)})
        assert found is not None
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)

    def test_easier_tasks_alone_make_a_lead(self):
        # Both have 90 % of edits and 50 % of features; 9 in 10 tasks of the one are edits, 1 in 10 of the other.
        found = mix_part({"edit": (81, 90), "feature": (5, 10)}, {"edit": (9, 10), "feature": (45, 90)})
        assert found is not None
        assert found.value == pytest.approx(0.8 * 0.9 - 0.8 * 0.5)
        assert 0 < found.low < found.value < found.high

    def test_without_records_there_is_no_mix(self):
        assert mix_part({}, EASY) is None


class TestShrinkage:
    def test_the_moments_are_those_of_a_beta_binomial(self):
        generator = np.random.default_rng(3)
        rates = generator.beta(18, 2, size=400)
        counts = [(int(generator.binomial(60, rate)), 60) for rate in rates]
        prior = prior_of(counts)
        assert prior is not None
        assert prior.mean == pytest.approx(0.9, abs=0.01)
        assert prior.weight == pytest.approx(20, rel=0.25)

    def test_routes_that_differ_no_more_than_by_chance_all_get_the_rate_of_the_team(self):
        prior = prior_of([(9, 10), (18, 20), (45, 50)])
        assert prior is not None
        assert shrunk(9, 10, prior).value == pytest.approx(0.9, abs=1e-4)

    def test_few_records_are_drawn_further_than_many(self):
        prior = prior_of([(2, 2), (95, 100), (60, 100), (80, 100)])
        assert prior is not None
        few, many = shrunk(2, 2, prior), shrunk(100, 100, prior)
        # (0.79 * w + 2) / (w + 2): what is known of the team outweighs two tasks.
        assert few.value == pytest.approx((prior.mean * prior.weight + 2) / (prior.weight + 2))
        assert prior.mean < few.value < many.value < 1
        assert few.high - few.low > many.high - many.low

    def test_the_interval_is_that_of_the_beta_distribution(self):
        from scipy.stats import beta

        prior = prior_of([(30, 40), (70, 80), (20, 40)])
        assert prior is not None
        found = shrunk(30, 40, prior)
        good, bad = prior.mean * prior.weight + 30, (1 - prior.mean) * prior.weight + 10
        assert (found.low, found.high) == pytest.approx(tuple(beta.ppf([0.025, 0.975], good, bad)))

    @pytest.mark.parametrize("counts", [[], [(1, 2)], [(1, 2), (3, 4)], [(5, 5)] * 4, [(0, 5)] * 4, [(0, 0)] * 9])
    def test_a_prior_needs_three_routes_and_both_endings(self, counts: list[tuple[int, int]]):
        assert prior_of(counts) is None


class TestTies:
    @pytest.mark.parametrize("seed", range(20))
    def test_what_holds_among_many_is_what_statsmodels_says(self, seed: int):
        chance = random.Random(seed)
        p_values = [chance.random() ** 3 for _ in range(chance.randrange(1, 40))]
        assert list(clear_ones(p_values)) == multipletests(p_values, method="fdr_bh")[0].tolist()

    def test_nothing_to_compare_is_nothing_clear(self):
        assert clear_ones([]) == ()

    def test_being_tied_is_not_transitive(self):
        # A ties with B and B with C, but A and C differ: B is in both groups.
        groups = tie_groups(["a", "b", "c"], frozenset({frozenset("ac")}))
        assert groups == (("a", "b"), ("b", "c"))
        assert letters(groups) == {"a": "A", "b": "AB", "c": "B"}

    @pytest.mark.parametrize("seed", range(20))
    def test_two_share_a_letter_exactly_when_they_are_not_told_apart(self, seed: int):
        chance = random.Random(seed)
        names = [f"r{number}" for number in range(9)]
        pairs = [frozenset((one, other)) for one in names for other in names if one < other]
        apart = frozenset(pair for pair in pairs if chance.random() < 0.4)
        groups = tie_groups(names, apart)
        for pair in pairs:
            assert (pair in apart) == (not any(pair <= set(group) for group in groups))
        assert not any(set(one) < set(other) for one in groups for other in groups)

    def test_all_tied_is_one_group_and_all_apart_are_as_many(self):
        assert tie_groups(["b", "a"], frozenset()) == (("b", "a"),)
        assert tie_groups(["b", "a"], frozenset({frozenset("ab")})) == (("b",), ("a",))
        assert tie_groups([], frozenset()) == ()
