"""Error budgets on paper: what is left, day by day, and when it is used up."""

from datetime import date, timedelta

import pytest

from dashboard.analysis.error_budget import ErrorBudget, error_budget, exhaustion, remaining_of
from dashboard.analysis.filters import Filter, Period, make_filter
from dashboard.analysis.intervals import wilson
from data.definitions import Slo, slos
from data.store import Store
from fact_rows import Facts, at

AS_OF = at("2026-03-30T23:00")
LAST = date(2026, 3, 30)
TASKS = slos().named("task_success")


def march(**named: str) -> Filter:
    return make_filter(AS_OF, custom=Period(date(2026, 3, 1), LAST), **named)


def budget(store: Store, slo: str = "task_success", chosen: Filter | None = None) -> ErrorBudget:
    with store.reading() as connection:
        return error_budget(connection, chosen or march(), AS_OF, slo)


def tasks(facts: Facts, day: str, good: int, bad: int = 0) -> None:
    for _ in range(good):
        facts.task(f"{day}T10:00")
    for _ in range(bad):
        facts.task(f"{day}T11:00", "failed")


def test_what_remains_is_one_minus_bad_over_allowed(store: Store):
    facts = Facts()
    tasks(facts, "2026-03-05", 98, 2)
    tasks(facts, "2026-03-20", 99, 1)
    found = budget(facts.write(store))
    # 3 bad of 200; 0.05 * 200 = 10 are allowed; 1 - 3 / 10 = 0.7 is left.
    assert (found.bad, found.total, found.allowed) == (3, 200, pytest.approx(10))
    assert found.remaining == pytest.approx(0.7)
    interval = wilson(3, 200)
    assert interval is not None
    assert (found.low, found.high) == (
        pytest.approx(1 - interval[1] / 0.05),
        pytest.approx(1 - interval[0] / 0.05),
    )
    assert (found.first, found.last) == (date(2026, 3, 1), LAST)


def test_it_burns_down_day_by_day_and_days_without_events_freeze_it(store: Store):
    facts = Facts()
    tasks(facts, "2026-03-05", 98, 2)
    tasks(facts, "2026-03-20", 99, 1)
    days = {day.day: day for day in budget(facts.write(store)).days}
    assert len(days) == 30
    # Against all 10 that the window allows: 2 bad leave 0.8, one more 0.7.
    assert days[date(2026, 3, 4)].remaining == pytest.approx(1)
    assert days[date(2026, 3, 5)].remaining == pytest.approx(0.8)
    assert days[date(2026, 3, 19)].remaining == pytest.approx(0.8)
    assert days[date(2026, 3, 19)].total == 0
    assert days[LAST].remaining == pytest.approx(0.7)
    assert sum(day.bad for day in days.values()) == 3


def test_events_older_than_the_window_do_not_count(store: Store):
    facts = Facts()
    tasks(facts, "2026-02-28", 0, 50)
    tasks(facts, "2026-03-01", 20)
    found = budget(facts.write(store))
    assert (found.bad, found.total) == (0, 20)


def test_without_events_nothing_is_claimed(store: Store):
    found = budget(store)
    assert found.remaining is None
    assert found.outlook == "Cannot tell: nothing was measured in the 30 days to 30 March 2026."
    assert all(day.remaining is None for day in found.days)


def test_a_spent_budget_says_since_when(store: Store):
    facts = Facts()
    tasks(facts, "2026-03-02", 100)
    tasks(facts, "2026-03-20", 10, 10)
    found = budget(facts.write(store))
    # From 20 March on 10 bad of 120, and 0.05 * 120 = 6 are allowed.
    assert found.outlook == "The budget is used up since 20 March 2026."
    assert found.exhausted_on == date(2026, 3, 20)


def test_a_budget_that_was_spent_before_anybody_looked_says_at_least(store: Store):
    facts = Facts()
    day = date(2025, 11, 1)
    while day <= LAST:
        tasks(facts, day.isoformat(), 1, 1)
        day += timedelta(days=5)
    assert budget(facts.write(store)).outlook.startswith("The budget is used up since at least 30 December 2025")


def test_silence_in_the_last_week_freezes_the_outlook(store: Store):
    facts = Facts()
    tasks(facts, "2026-03-10", 100, 1)
    found = budget(facts.write(store))
    assert found.outlook == "Cannot tell: nothing was measured in the last 7 days; the budget is frozen."


def test_a_pace_that_uses_it_up_names_the_day_and_its_interval(store: Store):
    facts = Facts()
    for back in range(30):
        day = LAST - timedelta(days=back)
        tasks(facts, day.isoformat(), 90 if back < 7 else 100, 10 if back < 7 else 0)
    found = budget(facts.write(store))
    # 3,000 tasks allow 150; 70 are gone; each day 10 more come and none leaves: 80 more are there after 8 days.
    assert found.remaining == pytest.approx(1 - 70 / 150)
    assert found.exhausted_on == LAST + timedelta(days=8)
    assert found.outlook.startswith("At the pace of the last 7 days the budget is used up on 7 April 2026 (95 %")
    assert "6 April 2026 at the earliest" in found.outlook


def test_a_pace_within_budget_never_uses_it_up():
    days = {LAST - timedelta(days=back): (1, 100) for back in range(30)}
    assert exhaustion(TASKS, days, LAST, 0.01, 100) is None
    # Exactly on budget: after a whole window nothing is left.
    assert exhaustion(TASKS, days, LAST, 0.05, 100) == LAST + timedelta(days=30)


def test_few_events_do_not_rule_out_that_it_is_used_up(store: Store):
    facts = Facts()
    for back in range(30):
        tasks(facts, (LAST - timedelta(days=back)).isoformat(), 2)
    found = budget(facts.write(store))
    assert "it cannot be ruled out that it is" in found.outlook
    assert found.exhausted_on is None


def test_patches_are_judged_only_to_the_day_that_is_old_enough(store: Store):
    facts = Facts()
    facts.patch("2026-03-10T10:00", "2026-03-11")
    facts.patch("2026-03-29T10:00")
    found = budget(facts.write(store), "diff_acceptance")
    # Judged on 30 March: days up to 22 March are older than 7 days.
    assert (found.last, found.bad, found.total) == (date(2026, 3, 22), 1, 1)


def test_a_period_of_the_past_has_the_budget_of_its_own_end(store: Store):
    facts = Facts()
    tasks(facts, "2026-02-10", 100, 1)
    tasks(facts, "2026-03-20", 0, 50)
    past = make_filter(AS_OF, custom=Period(date(2026, 2, 1), date(2026, 2, 20)))
    found = budget(facts.write(store), chosen=past)
    assert (found.last, found.bad, found.total) == (date(2026, 2, 20), 1, 101)


def test_self_hosted_tasks_have_no_budget_of_cost(store: Store):
    facts = Facts()
    task = facts.task("2026-03-20T10:00", route="ollama/qwen3", known_cost_micro_usd=0)
    facts.call("2026-03-20T10:00", task_key=task, route="ollama/qwen3", cost_micro_usd=0)
    assert budget(facts.write(store), "cost_efficiency").remaining is None


@pytest.mark.parametrize(("bad", "total", "left"), [(0, 7, 1.0), (1, 20, 0.0), (20, 20, -19.0)])
def test_the_remainder_of_small_counts(bad: int, total: int, left: float):
    slo: Slo = TASKS
    remaining, interval = remaining_of(slo, bad, total)
    assert remaining == pytest.approx(left)
    assert interval is not None
    assert interval[0] <= left + 1e-9 <= interval[1] + 2e-9
