"""Question 5: what breaks first as usage grows, on data where the level is known by construction."""

from datetime import date

import pytest

from dashboard.analysis.review import scaling_routes, usage_spend
from dashboard.analysis.review.document import Answer, AnswerState
from dashboard.analysis.review.needs import Area, Need, level_words, ordered
from dashboard.analysis.review.usage_spend import DAYS_OF_MONTH, MonthOf, month_of
from data.definitions.budgets import Budget, Budgets
from data.definitions.review_questions import review_questions
from data.store import Store
from decision_rows import decisions, seen_until
from fact_rows import Facts, at
from review_facts import Q2, Q3, add_tasks, answer_of, moment, rows_of

KEY = "before_scaling"
SONNET, GPT = "anthropic/claude-sonnet-4-5", "openai/gpt-5.1"
DAYS = 92
"""July to September."""


def add_spend(facts: Facts, usd_a_day: float, first=Q3, days: int = DAYS) -> None:
    """Add a successful call for each day of a quarter, all of the same cost."""
    for number in range(days):
        facts.call(moment(first, number) if number < 90 else f"2026-09-{number - 61:02d}T09:00",
                   cost_micro_usd=round(usd_a_day * 1_000_000), route=GPT)  # fmt: skip


def budget_of(monkeypatch: pytest.MonkeyPatch, usd: float) -> None:
    found = Budgets(Budget("Management", "why", usd))
    monkeypatch.setattr(usage_spend, "budgets", lambda: found)


def proposals(answer: Answer) -> list[tuple[object, object]]:
    return [(row["usage_level"], row["area"]) for row in rows_of(answer, "before_scaling_proposals")]


@pytest.mark.parametrize(("budget", "level"), [(29.0, 1.0), (40.0, 1.5), (50.0, 2.0), (80.0, 3.0), (100.0, None)])
def test_a_budget_breaks_at_the_first_level_that_passes_it(
    monkeypatch, store: Store, budget: float, level: float | None
):
    budget_of(monkeypatch, budget)
    facts = Facts()
    add_spend(facts, 1.0)
    answer = answer_of(facts.write(store), KEY)
    # One dollar a day is 30.44 dollars a month: 45.66 at 1.5 times, 60.88 at twice, 91.31 at three times the usage.
    assert answer.figures[0].value == pytest.approx(DAYS_OF_MONTH)
    own = [found for found in proposals(answer) if found[1] == "budget"]
    assert own == ([] if level is None else [(level, "budget")])
    edge = budget / DAYS_OF_MONTH
    assert any(f"at {edge:.1f}× usage" in text for text in answer.would_change)
    levels = [row for row in rows_of(answer, "before_scaling_levels") if row["unit"] == "US dollars"]
    assert [row["usage_level"] for row in levels] == [1.0, 1.5, 2.0, 3.0]
    assert [row["is_over"] for row in levels] == [row["value"] > budget for row in levels]


def test_a_quarter_that_runs_counts_its_ended_days_only(monkeypatch, store: Store):
    budget_of(monkeypatch, 1000.0)
    facts = Facts()
    for day in range(1, 20):
        facts.call(f"2026-11-{day:02d}T09:00", cost_micro_usd=2_000_000)
    answer = answer_of(facts.write(store), KEY, "2026Q4")
    # Records begin on 1 November, and 19 days of two dollars each have ended.
    assert answer.figures[0].value == pytest.approx(2 * DAYS_OF_MONTH)


def test_a_missed_objective_is_needed_now_and_a_nearly_spent_budget_before_the_first_level(monkeypatch, store: Store):
    budget_of(monkeypatch, 1000.0)
    facts = Facts()
    add_tasks(facts, "edit", 100, 500)
    full = facts.write(store)
    answer = answer_of(full, KEY)
    # 80 % of 500 tasks succeed, the objective is 95 %: clearly missed.
    assert (1.0, "objectives") in proposals(answer)
    (row,) = [row for row in rows_of(answer, "before_scaling_proposals") if row["area"] == "objectives"]
    assert row["proposal"] == "Let usage of all tasks grow only when task success is back at 95.0 %"
    # 100 failed tasks in 92 days are 33 a month; three times that is 99, and 5 % of 500 would be 25.
    assert row["expected_effect"].startswith("The rate stays as usage grows, the number does not: 33 bad tasks a month")
    assert row["expected_effect"].endswith("become 99 at 3×; at the objective 25")


def test_a_nearly_spent_error_budget_is_needed_before_the_first_level(monkeypatch, store: Store):
    budget_of(monkeypatch, 1000.0)
    facts = Facts()
    # 22 of 500 failed: of the 25 that the objective allows, 12 % are left, at most a fifth.
    add_tasks(facts, "edit", 22, 500)
    assert (1.5, "objectives") in proposals(answer_of(facts.write(store), KEY))


def test_an_error_budget_with_room_says_how_many_failures_would_spend_it(monkeypatch, store: Store):
    budget_of(monkeypatch, 1000.0)
    facts = Facts()
    add_tasks(facts, "edit", 5, 500)
    answer = answer_of(facts.write(store), KEY)
    assert not [found for found in proposals(answer) if found[1] == "objectives"]
    # Nearly spent is 80 % of 25, that is 20: 15 more than 5.
    assert (
        "Task success: 80.0 % of its error budget is left; with 15 more bad tasks in the quarter it would be nearly "
        in (" ".join(answer.would_change))
    )


def test_lax_zones_are_needed_now_with_their_mistakes_at_each_level(store: Store):
    decisions(store, "billing", None, accepted=200, rolled_back=60, day=date(2026, 8, 3))
    decisions(
        store, "authentication", "human", accepted=100, rejected=100, again=90, hours=[0.1] * 50, day=date(2026, 8, 3)
    )
    seen_until(store, at("2026-11-20"))
    answer = answer_of(store, KEY)
    rows = [row for row in rows_of(answer, "before_scaling_proposals") if row["area"] == "approvals"]
    assert [(row["usage_level"], row["proposal"]) for row in rows] == [
        (1.0, "Ask a person before changes in Billing and usage are applied"),
        (1.0, "Let a rule accept small changes in Authentication and authorization, or ask fewer people"),
    ]
    # 60 mistakes in 92 days are 19.9 a month.
    assert "19.9 a month of now, which become 29.8 at 1.5×, 39.7 at 2×, 59.6 at 3×" in str(rows[0]["expected_effect"])


def test_waiting_breaks_at_the_level_at_which_its_hours_pass_what_was_agreed(store: Store):
    limit = review_questions().before_scaling.most_waiting_hours
    # Over 92 days so many hours that a month has 0.6 times the limit: over it at twice the usage, not at 1.5 times.
    hours = 0.6 * limit * DAYS / DAYS_OF_MONTH
    decisions(store, "everything_else", "human", accepted=50, hours=[hours / 50] * 50, day=date(2026, 8, 3))
    seen_until(store, at("2026-11-20"))
    answer = answer_of(store, KEY)
    waiting = [found for found in proposals(answer) if found[1] == "waiting for decisions"]
    assert waiting == [(2.0, "waiting for decisions")]


def test_decisions_that_nobody_timed_are_taken_to_wait_as_long_and_that_is_said(store: Store):
    decisions(store, "everything_else", "human", accepted=80, rejected=20, hours=[46.0] * 25, day=date(2026, 8, 3),
              pending_count=4)  # fmt: skip
    seen_until(store, at("2026-11-20"))
    figure = next(found for found in answer_of(store, KEY).figures if "wait" in found.label)
    # 25 of 100 decisions waited 46 hours each, in 92 days: 12.5 hours a day of four times as many.
    assert figure.value == pytest.approx(4 * 25 * 46 / DAYS * DAYS_OF_MONTH)
    assert figure.low is not None
    assert figure.low <= 25 * 46 / DAYS * DAYS_OF_MONTH
    assert "Of 100 decisions 25 are timed; the others are taken to wait as long." in (figure.note or "")
    assert "4 more changes wait without a decision and are not counted." in (figure.note or "")


def add_calls(facts: Facts, refused: int, total: int) -> None:
    """Add calls to a provider, the refused ones first."""
    for number in range(total):
        is_refused = number < refused
        status, kind = ("error", "rate_limit") if is_refused else ("success", None)
        facts.call(moment(Q3, number), status, route=GPT, error_kind=kind)


@pytest.mark.parametrize(("refused", "total", "level"), [(1, 30, None), (12, 200, 1.0), (5, 200, 1.5)])
def test_refused_calls_are_a_proposal_only_where_the_lower_end_bears_it(
    monkeypatch, store: Store, refused: int, total: int, level: float | None
):
    budget_of(monkeypatch, 100_000.0)
    facts = Facts()
    add_calls(facts, refused, total)
    answer = answer_of(facts.write(store), KEY)
    # 2 % may be. 1 of 30 is 3.3 % (0.6 % to 16.7 %), and three times 0.6 % is below; 12 of 200 is 6 % (3.5 % and more),
    # clear now; 5 of 200 is 2.5 % (1.1 % to 5.7 %), not clear now, and three times 1.1 % is above.
    assert [found for found in proposals(answer) if found[1] == "limits of providers"] == (
        [] if level is None else [(level, "limits of providers")]
    )
    unclear = "Cannot tell yet whether openai refuses too many calls up to 3× usage: 1 of 30 calls were refused (3.3"
    assert any(text.startswith(unclear) for text in answer.limits) == (level is None)


def test_a_few_tasks_do_not_call_an_error_budget_nearly_spent(monkeypatch, store: Store):
    budget_of(monkeypatch, 1000.0)
    facts = Facts()
    # 5 % of 32 tasks may fail, that is 1.6; 2 did, which is no clear miss, and 40 tasks are the fewest to judge by.
    add_tasks(facts, "edit", 2, 32)
    answer = answer_of(facts.write(store), KEY)
    assert not [found for found in proposals(answer) if found[1] == "objectives"]
    assert (
        "Cannot tell yet whether the error budget of task success is nearly spent (2 bad of 32 tasks, 8 more are "
        "needed)." in answer.limits
    )


def test_tasks_a_day_of_a_quarter_that_runs_are_of_its_ended_days(monkeypatch, store: Store):
    budget_of(monkeypatch, 100_000.0)
    facts = Facts()
    for number in range(95):
        facts.task(f"2026-11-{1 + number % 19:02d}T09:00", task_class="feature", route=SONNET)
    rows = rows_of(answer_of(facts.write(store), KEY, "2026Q4"), "before_scaling_proposals")
    (row,) = [row for row in rows if row["area"] == "routes"]
    # 95 tasks in the 19 days from the first record on that have ended.
    assert str(row["expected_effect"]).startswith("While it is down, 5.0 tasks a day would stand still, 15.0 at 3×")


def test_refused_calls_break_at_the_level_at_which_their_share_passes_what_may_be(monkeypatch, store: Store):
    budget_of(monkeypatch, 100_000.0)
    facts = Facts()
    # 9 of 600 calls are refused: 1.5 %, which is 2.25 % at 1.5 times the usage; 2 % may be.
    add_calls(facts, 9, 600)
    answer = answer_of(facts.write(store), KEY)
    (row,) = [row for row in rows_of(answer, "before_scaling_proposals") if row["area"] == "limits of providers"]
    assert (row["usage_level"], row["proposal"]) == (
        1.5,
        "Ask openai for higher limits, or spread its calls over a second route",
    )
    assert "openai would refuse 2.0 % of its calls at 1.3× usage." in answer.would_change


def test_forbidden_routes_are_needed_now_and_untested_fallbacks_before_the_first_level(monkeypatch, store: Store):
    budget_of(monkeypatch, 100_000.0)
    facts = Facts()
    add_tasks(facts, "feature", 0, 80, route=SONNET)
    add_tasks(facts, "feature", 0, 20, route="x-ai/grok-code-fast-1")
    answer = answer_of(facts.write(store), KEY)
    rows = [row for row in rows_of(answer, "before_scaling_proposals") if row["area"] == "routes"]
    assert [(row["usage_level"], row["proposal"]) for row in rows] == [
        (1.0, "Take x-ai/grok-code-fast-1 out of use, or allow it in the routing policy"),
        (1.5, f"Test a fallback of {SONNET}: let it stand in for a day"),
    ]


def test_an_unsafe_route_without_a_tested_fallback_is_needed_now(monkeypatch, store: Store):
    budget_of(monkeypatch, 100_000.0)
    facts = Facts()
    add_tasks(facts, "feature", 0, 100, route=SONNET)
    for number in range(100):
        facts.call(moment(Q3, number), "error" if number < 20 else "success", route=SONNET)
    answer = answer_of(facts.write(store), KEY)
    assert (1.0, "routes") in proposals(answer)


def test_a_fallback_that_stood_in_is_tested_and_nothing_is_needed(monkeypatch, store: Store):
    budget_of(monkeypatch, 100_000.0)
    facts = Facts()
    add_tasks(facts, "feature", 0, 100, route=SONNET)
    facts.call("2026-09-20T10:00", route="google/gemini-2.5-pro", is_fallback=True)
    answer = answer_of(facts.write(store), KEY)
    assert [found for found in proposals(answer) if found[1] == "routes"] == []


def test_when_nothing_breaks_that_is_the_answer(monkeypatch, store: Store):
    budget_of(monkeypatch, 100_000.0)
    monkeypatch.setattr(scaling_routes, "fallbacks", lambda *_: ())
    monkeypatch.setattr(scaling_routes, "_untested", lambda *_: [])
    facts = Facts()
    add_tasks(facts, "feature", 0, 100)
    add_spend(facts, 1.0)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "None up to 3×")
    assert answer.sentence == "No change of policy is needed up to 3× usage, as far as it is measured."
    assert "approvals by risk zone" in " ".join(answer.limits)


def test_too_few_records_cannot_tell_and_an_empty_quarter_is_not_measured(store: Store):
    facts = Facts()
    add_tasks(facts, "edit", 0, 3)
    full = facts.write(store)
    few = answer_of(full, KEY)
    assert (few.state, few.verdict) == (AnswerState.CANNOT_TELL, "Cannot tell yet")
    assert "task success (3 tasks, 27 more are needed)" in " ".join(few.limits)
    assert answer_of(full, KEY, "2026Q2").state is AnswerState.NOT_MEASURED


def test_spend_is_compared_with_the_quarter_before(monkeypatch, store: Store):
    budget_of(monkeypatch, 1000.0)
    facts = Facts()
    add_spend(facts, 2.0)
    add_spend(facts, 1.0, first=Q2, days=90)
    answer = answer_of(facts.write(store), KEY)
    # 90 of the 91 days of April to June cost a dollar, the last one nothing.
    assert answer.figures[0].before == pytest.approx(90 / 91 * DAYS_OF_MONTH)
    assert answer.since_last.startswith("Spend a month changed clearly: $30.10 in 2026Q2, $60.88 now (")
    assert answer_of(store, KEY, "2026Q2").since_last.startswith("There is no quarter before")


def test_proposals_come_in_the_order_in_which_they_become_necessary():
    def need(level: float, area: Area, weight: float = 0.0) -> Need:
        return Need(area, level, f"{area} {weight}", "", "", weight)

    found = ordered(
        [
            need(2, Area.BUDGET),
            need(1, Area.LIMITS),
            need(1, Area.ZONES, 1),
            need(1, Area.ZONES, 5),
            need(1.5, Area.QUEUE),
        ]
    )
    assert [(one.level, one.area, one.weight) for one in found] == [
        (1, Area.ZONES, 5),
        (1, Area.ZONES, 1),
        (1, Area.LIMITS, 0),
        (1.5, Area.QUEUE, 0),
        (2, Area.BUDGET, 0),
    ]
    assert [level_words(level) for level in (1, 1.5, 2.0)] == ["now", "1.5×", "2×"]


def test_an_amount_and_its_interval_grow_with_usage_and_so_does_the_edge():
    month = MonthOf(50.0, (40.0, 80.0), 10)
    assert month.at(2) == MonthOf(100.0, (80.0, 160.0), 10)
    assert month.break_even(100.0) == (2.0, (1.25, 2.5))
    assert [month.first_over(limit, (1.5, 2.0)) for limit in (49.0, 60.0, 99.0, 100.0)] == [1.0, 1.5, 2.0, None]


def test_days_without_spend_count_in_the_mean():
    # 10 dollars on each of 8 days, nothing on 8 others: 5 a day.
    month = month_of([10.0, 0.0] * 8, 8)
    assert month is not None
    assert month.value == pytest.approx(5 * DAYS_OF_MONTH)
    assert month.interval is not None
    assert month.interval[0] < month.value < month.interval[1]
    assert month_of([], 0) is None
    assert month_of([0.0] * 9, 0) is None
