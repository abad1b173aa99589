"""Burn rates in their windows: worked examples, the fewest events against scipy, and facts against rollups."""

from datetime import date, timedelta

import pytest
from scipy.stats import binom

from dashboard.analysis.burn_rates import RuleState, burn_rate, burn_table, chance_on_budget, fewest_events
from dashboard.analysis.filters import Filter, Period, make_filter
from data.definitions import slos
from data.definitions.burn_windows import burn_windows
from data.store import Store
from fact_rows import Facts, at

AS_OF = at("2026-03-30T12:00")
FAST, SLOW, DAY, THREE_DAYS = burn_windows().rule
TASKS = slos().named("task_success")


def march(**named: str) -> Filter:
    return make_filter(AS_OF, custom=Period(date(2026, 3, 1), date(2026, 3, 30)), **named)


def table(store: Store, slo: str = "task_success", chosen: Filter | None = None):
    with store.reading() as connection:
        return burn_table(connection, chosen or march(), AS_OF, slo)


def minutes_ago(minutes: float) -> str:
    return (AS_OF - timedelta(minutes=minutes)).isoformat().removesuffix("+00:00")


def test_it_fires_when_both_windows_exceed_the_factor():
    # 12 slots of 5 minutes: 9 of 10 bad in each is a burn rate of 0.9 / 0.05 = 18, above 14.4.
    found = burn_rate(TASKS, FAST, [(9, 10)] * 12)
    assert found.state is RuleState.FIRES
    assert found.long_rate == found.short_rate == pytest.approx(18)
    assert (found.bad, found.total) == (108, 120)


def test_it_does_not_fire_when_the_short_window_has_recovered():
    found = burn_rate(TASKS, FAST, [(0, 10), *[(10, 10)] * 11])
    assert found.state is RuleState.QUIET
    assert found.reason == "Only the long window exceeds it: it has stopped."


def test_a_window_without_an_event_freezes_the_rule():
    assert burn_rate(TASKS, FAST, [(0, 0), *[(10, 10)] * 11]).state is RuleState.FROZEN
    assert burn_rate(TASKS, FAST, []).state is RuleState.FROZEN


def test_too_few_events_do_not_fire():
    # One bad of one burns at 20, and on budget that happens with a chance of 5 %.
    found = burn_rate(TASKS, FAST, [(1, 1)])
    assert (found.state, found.fewest_events) == (RuleState.TOO_FEW, 2)
    assert "1 more events" in found.reason


def test_a_rule_at_factor_one_is_held_back_by_the_chance_of_what_was_seen():
    # 6 bad of 100 burn at 1.2; on budget (5 of 100) 6 or more come with a chance of 38 %.
    found = burn_rate(TASKS, THREE_DAYS, [(6, 100)])
    assert (found.state, found.fewest_events) == (RuleState.TOO_FEW, None)
    assert "38 %" in found.reason
    assert burn_rate(TASKS, THREE_DAYS, [(600, 10_000)]).state is RuleState.FIRES


def test_a_rule_that_cannot_fire_says_why():
    found = burn_rate(slos().named("diff_acceptance"), FAST, [(10, 10)] * 12)
    assert found.state is RuleState.CANNOT_FIRE
    assert "cannot exceed 6.667" in found.reason


@pytest.mark.parametrize("objective", [0.85, 0.95, 0.98, 0.999])
@pytest.mark.parametrize("factor", [1.5, 3, 6, 14.4])
def test_the_fewest_events_are_the_first_from_which_on_the_chance_stays_at_one_percent(objective: float, factor: float):
    budget = 1 - objective
    found = fewest_events(budget, factor)
    if factor * budget >= 1:
        assert found is None
        return
    assert found is not None

    def chance(n: int) -> float:
        # More bad events than factor * budget * n.
        return float(binom.sf(int(factor * budget * n + 1e-9), n, budget))

    assert all(chance(n) <= 0.01 for n in range(found, found + 500))
    assert found == 1 or chance(found - 1) > 0.01


def test_at_factor_one_no_number_of_events_is_enough():
    assert fewest_events(0.05, 1.0) is None


@pytest.mark.parametrize(("bad", "total"), [(0, 5), (1, 1), (3, 20), (20, 20)])
def test_the_chance_of_bad_events_is_that_of_the_binomial(bad: int, total: int):
    assert chance_on_budget(bad, total, 0.05) == pytest.approx(float(binom.sf(bad - 1, total, 0.05)))


def test_windows_end_with_the_newest_record_and_are_open_at_their_beginning(store: Store):
    facts = Facts()
    for minutes in (0, 4.99, 5, 59.99, 60, 359, 4319):
        facts.task(minutes_ago(minutes), "failed")
    found = table(facts.write(store)).rates
    # The hour holds 0, 4.99, 5 and 59.99; what is exactly 60 minutes old is outside.
    assert [rate.total for rate in found] == [4, 6, 6, 7]
    assert [rate.short_total for rate in found] == [2, 3, 5, 6]


def test_events_that_carry_only_a_day_are_in_no_window_and_that_is_said(store: Store):
    facts = Facts()
    facts.call(None, "error", started_date=date(2026, 3, 30))
    found = table(facts.write(store), "provider_stability")
    assert found.undated_count == 1
    assert {rate.state for rate in found.rates} == {RuleState.NO_HOURS}


def test_windows_of_patches_end_where_they_can_no_longer_be_rolled_back(store: Store):
    facts = Facts()
    facts.patch("2026-03-29T10:00", "2026-03-30")
    facts.patch("2026-03-22T23:30", "2026-03-23")
    found = table(facts.write(store), "diff_acceptance")
    assert found.ends_at == at("2026-03-23")
    assert [rate.total for rate in found.rates] == [1, 1, 1, 1]


def test_the_filter_selects_the_facts(store: Store):
    facts = Facts()
    facts.task(minutes_ago(1), "failed", project="shop", route="a/b/c")
    facts.task(minutes_ago(1), project="intranet", task_class="fix")
    facts.command(minutes_ago(1), "failed", project="intranet", task_class="fix")
    facts.write(store)
    assert table(store, chosen=march(project="shop")).rates[0].bad == 1
    assert table(store, chosen=march(task_class="fix")).rates[0].bad == 0
    assert table(store, chosen=march(route="a/b/c")).rates[0].total == 1
    assert table(store, "runtime_health", march(task_class="fix")).rates[0].total == 1
    assert table(store, "runtime_health", march(route="a/b/c")).rates[0].total == 0
