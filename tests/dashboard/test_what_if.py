"""What a move of tasks would change: worked examples, statsmodels and scipy; and what it says when it cannot tell."""

import numpy as np
import pytest
from scipy.stats import bootstrap
from statsmodels.stats.proportion import confint_proportions_2indep

from dashboard.analysis.bootstrap import difference_of_ratios_over_days
from dashboard.analysis.comparison import Yardstick, rate_n_needed
from dashboard.analysis.figures import Direction, Unit
from dashboard.analysis.move_words import move_words
from dashboard.analysis.what_if import DAYS_OF_MONTH, Move, move
from data.store import Store
from fact_rows import Facts
from route_facts import CHOSEN, DAYS, FLASH, SONNET, add_tasks


def moved(facts: Facts, store: Store, task_class: str = "edit", origin: str = SONNET, target: str = FLASH) -> Move:
    facts.write(store)
    with store.reading() as connection:
        return move(connection, CHOSEN, task_class, origin, target)


def test_the_difference_of_rates_and_of_spend_is_taken_times_the_tasks_of_a_month(store: Store):
    facts = Facts()
    add_tasks(facts, SONNET, {"edit": (95, 100), "fix": (1, 50)}, micro_usd=1_000_000)
    add_tasks(facts, FLASH, {"edit": (60, 80)}, micro_usd=200_000)
    found = moved(facts, store)
    per_month = 100 / DAYS * DAYS_OF_MONTH
    assert found.tasks_per_month == pytest.approx(per_month)
    assert found.success.difference == pytest.approx(60 / 80 - 95 / 100)
    low, high = confint_proportions_2indep(60, 80, 95, 100, method="newcomb")
    assert (found.success.low, found.success.high) == pytest.approx((low, high))
    assert found.completed_per_month.value == pytest.approx(-0.2 * per_month)
    assert (found.completed_per_month.low, found.completed_per_month.high) == pytest.approx(
        (low * per_month, high * per_month)
    )
    # 0.20 instead of 1.00 USD for each task, on every day.
    assert found.spend_per_month.value == pytest.approx(-0.8 * per_month)
    assert found.spend_per_month.high == pytest.approx(-0.8 * per_month)
    said = move_words(found)
    assert said[0].startswith(f"About 152 edit tasks a month ask for {SONNET} now")
    assert said[1].startswith("Success would be worse: −30.4 completed tasks a month")
    assert said[2].startswith("Completed and kept, with no patch rolled back: would be worse; −30.4 tasks a month")
    assert said[3].startswith("Spend would fall: −$121.75 a month")


def test_too_few_tasks_of_the_class_say_how_many_more_each_needs(store: Store):
    facts = Facts()
    add_tasks(facts, SONNET, {"edit": (18, 18)})
    add_tasks(facts, FLASH, {"edit": (5, 5), "fix": (100, 100)})
    found = moved(facts, store)
    assert found.needed == ((SONNET, 2), (FLASH, 15))
    assert found.completed_per_month.value is None
    needed = f"2 more on {SONNET} and 15 more on {FLASH}"
    said = f"Cannot tell: each route needs 20 edit tasks that ended in this period; {needed}."
    # 18 tasks are too few to tell a difference of 5 points from, however many there are of the others.
    assert move_words(found) == (f"{said} With 18 on {SONNET} no number of others would show 5 pp.",)


def test_a_route_that_was_never_used_needs_all_of_them(store: Store):
    facts = Facts()
    add_tasks(facts, SONNET, {"edit": (30, 30)})
    found = moved(facts, store)
    assert found.needed == ((FLASH, 20),)
    assert found.kept_per_month.value is None


def test_a_route_that_was_never_used_says_how_many_tasks_would_show_a_difference(store: Store):
    facts = Facts()
    add_tasks(facts, SONNET, {"edit": (900, 1000)})
    found = moved(facts, store)
    yardstick = Yardstick(Unit.RATE, Direction.HIGHER, "tasks", 0.05)
    assert found.enough == rate_n_needed(0.9, 1000, yardstick)
    (said,) = move_words(found)
    assert said.endswith(f"20 more on {FLASH}. {found.enough:,} more on {FLASH} would show a difference of 5 pp.")


def test_kept_tasks_are_compared_beside_completed_ones(store: Store):
    facts = Facts()
    add_tasks(facts, SONNET, {"edit": (95, 100)}, with_patches=True)
    add_tasks(facts, FLASH, {"edit": (75, 80)}, with_patches=True)
    found = moved(facts, store)
    assert found.origin.kept <= found.origin.completed == 95
    low, high = confint_proportions_2indep(found.target.kept, 80, found.origin.kept, 100, method="newcomb")
    assert (found.kept.low, found.kept.high) == pytest.approx((low, high))


def test_a_difference_that_cannot_be_told_says_how_much_more_would(store: Store):
    facts = Facts()
    add_tasks(facts, SONNET, {"edit": (950, 1000)}, micro_usd=100_000)
    add_tasks(facts, FLASH, {"edit": (28, 30)}, micro_usd=100_000)
    said = move_words(moved(facts, store))
    assert said[1].startswith("Cannot tell whether success would change:")
    assert f"more edit tasks on {FLASH} would show one of 5 pp" in said[1]
    assert said[3] == "No clear change of spend: ±$0 a month (±$0 to ±$0)."


@pytest.mark.parametrize(
    ("target", "micro_usd", "said"),
    [
        ("ollama/qwen", 0, "ollama/qwen runs on own machines, which have no price per token"),
        ("x/unpriced", None, "x/unpriced has no task of known cost"),
    ],
)
def test_what_has_no_price_has_no_spend_to_compare(store: Store, target: str, micro_usd: int | None, said: str):
    facts = Facts()
    add_tasks(facts, SONNET, {"edit": (40, 40)})
    add_tasks(facts, target, {"edit": (40, 40)}, micro_usd=micro_usd)
    found = moved(facts, store, target=target)
    assert found.spend_per_month.value is None
    assert move_words(found)[3] == f"Cannot tell what it would cost: {said}."


def test_many_calls_of_unknown_cost_leave_the_spend_open(store: Store):
    facts = Facts()
    add_tasks(facts, SONNET, {"edit": (40, 40)})
    add_tasks(facts, FLASH, {"edit": (40, 40)})
    add_tasks(facts, FLASH, {"edit": (4, 4)}, micro_usd=None)
    assert moved(facts, store).spend_per_task.reason == f"{FLASH} has 4 calls of unknown cost among 44 tasks"


class TestDifferenceOfRatios:
    def test_the_interval_is_that_of_scipys_paired_bootstrap(self):
        generator = np.random.default_rng(2)
        tasks_a, tasks_b = generator.integers(1, 9, 40), generator.integers(1, 9, 40)
        spend_a, spend_b = tasks_a * generator.gamma(2, 0.5, 40), tasks_b * generator.gamma(2, 0.3, 40)
        found = difference_of_ratios_over_days(
            list(zip(spend_a.tolist(), tasks_a.tolist(), strict=True)),
            list(zip(spend_b.tolist(), tasks_b.tolist(), strict=True)),
        )

        def statistic(xa, ya, xb, yb, axis=-1):
            return xa.sum(axis) / ya.sum(axis) - xb.sum(axis) / yb.sum(axis)

        theirs = bootstrap(
            (spend_a, tasks_a, spend_b, tasks_b), statistic, paired=True, method="BCa", n_resamples=9999, rng=4
        ).confidence_interval
        width = theirs.high - theirs.low
        assert found.value == pytest.approx(statistic(spend_a, tasks_a, spend_b, tasks_b))
        assert found.interval == pytest.approx((theirs.low, theirs.high), abs=0.06 * width)

    def test_what_moves_both_on_a_day_is_no_difference(self):
        days = [(float(number % 7 + 1), 2.0) for number in range(30)]
        found = difference_of_ratios_over_days(days, days)
        assert (found.value, found.interval) == (0.0, (0.0, 0.0))

    def test_few_days_have_no_interval_and_none_no_value(self):
        few = [(1.0, 2.0)] * 5
        assert (
            difference_of_ratios_over_days(few, few).reason == "an interval needs 6 days of each with data; there are 5"
        )
        assert difference_of_ratios_over_days([], []).value is None
        assert difference_of_ratios_over_days([(0.0, 0.0)] * 9, [(1.0, 1.0)] * 9).value is None

    def test_tasks_of_one_day_alone_make_no_interval(self):
        lumped = [(1.0, 1.0)] * 5 + [(900.0, 900.0)] + [(0.0, 0.0)] * 90
        spread = [(1.0, 1.0)] * 96
        found = difference_of_ratios_over_days(lumped, spread)
        assert found.value == pytest.approx(0.0)
