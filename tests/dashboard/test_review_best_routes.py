"""Question 2: the route that gives most for a dollar at the team's mix, with ties, reversals and no price."""

from dataclasses import replace

import pytest

from dashboard.analysis.filters import Filter
from dashboard.analysis.review.document import AnswerState
from dashboard.analysis.review.quarters import read_quarter
from dashboard.analysis.route_value import AtMix, PairValue, RouteValues, named_best, route_values
from dashboard.analysis.routes import route_figures
from data.store import Store
from fact_rows import Facts
from review_facts import AS_OF, Q2, Q3, answer_of, moment, rows_of

KEY = "best_routes"
SONNET, HAIKU, MINI = "anthropic/claude-sonnet-4-5", "anthropic/claude-haiku-4-5", "openai/gpt-5-mini"
HOSTED, GROK = "ollama/qwen2.5-coder:32b", "x-ai/grok-code-fast-1"
PERIOD = read_quarter("2026Q3").period


def add_work(
    facts: Facts, route: str, task_class: str, total: int, micro_usd: int | None, failed: int = 0, first=Q3
) -> None:
    """Add tasks of a route, each with one call; costs swing by a tenth around what is given, null is unknown."""
    for number in range(total):
        cost = None if micro_usd is None else micro_usd * (9 + number % 3) // 10
        about = {"route": route, "task_class": task_class}
        when = moment(first, number)
        outcome = "failed" if number < failed else "completed"
        task = facts.task(when, outcome, known_cost_micro_usd=cost or 0, unpriced_call_count=cost is None, **about)
        facts.call(when, task_key=task, cost_micro_usd=cost, **about)


def values_of(store: Store) -> RouteValues:
    with store.reading() as connection:
        return route_values(connection, Filter(PERIOD), 30, 0.5)


def test_at_its_own_mix_a_route_gives_what_the_routes_page_says(store: Store):
    facts = Facts()
    add_work(facts, SONNET, "edit", 90, 200_000, failed=5)
    add_work(facts, SONNET, "feature", 60, 500_000, failed=9)
    full = facts.write(store)
    with full.reading() as connection:
        (figure,) = route_figures(connection, Filter(PERIOD), AS_OF)
    found = values_of(full)
    # One route alone makes up the team's mix: 136 kept tasks / (90 · 0.20 + 60 · 0.50 dollars), as counted.
    assert found.at_mix[SONNET].value == pytest.approx(figure.quality_per_usd)
    assert found.at_mix[SONNET].value == pytest.approx(136 / (18 + 30))
    assert found.at_mix[SONNET].interval == pytest.approx((figure.low, figure.high), rel=0.05)
    assert found.route(SONNET).raw == pytest.approx(figure.quality_per_usd)


def test_the_route_that_gives_most_for_a_dollar_is_named(store: Store):
    facts = Facts()
    for task_class in ("edit", "feature"):
        add_work(facts, MINI, task_class, 60, 50_000)
        add_work(facts, SONNET, task_class, 60, 200_000)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, MINI)
    assert answer.sentence == (
        f"At the team's mix of tasks {MINI} gives most for its cost: $0.050 for a completed and kept task ($0.049 to "
        f"$0.051), 20.0 per dollar; on {SONNET}, the next, it costs 4.0 times as much (4.0 to 4.0), and no route has a "
        "clearly higher task success."
    )
    assert answer.figures[0].value == pytest.approx(0.05)
    assert answer.would_change[0].endswith(f"from 300 % more on {SONNET} would give more.")


def test_a_route_that_does_cheap_classes_only_does_not_lead_one_that_is_cheaper_in_them(store: Store):
    facts = Facts()
    add_work(facts, HAIKU, "edit", 120, 100_000)
    add_work(facts, MINI, "edit", 60, 50_000)
    add_work(facts, MINI, "scaffold", 60, 600_000)
    full = facts.write(store)
    found = values_of(full)
    # The first has edits alone, three quarters of the mix: 10 a dollar; the other 1 / (0.75 · 0.05 + 0.25 · 0.60).
    assert [found.at_mix[name].value for name in (HAIKU, MINI)] == pytest.approx([10, 1 / 0.1875], rel=0.01)
    assert (found.at_mix[HAIKU].covered, found.at_mix[MINI].covered) == (0.75, 1.0)
    assert found.order == (MINI, HAIKU)
    answer = answer_of(full, KEY)
    assert answer.verdict == MINI
    assert f"on {HAIKU}, the next, it costs 2.0 times as much" in answer.sentence
    assert f"{HAIKU} (75.0 %)" in " ".join(answer.limits)


def test_routes_without_a_common_class_are_not_compared_and_not_called_alike(store: Store):
    facts = Facts()
    add_work(facts, HAIKU, "edit", 60, 100_000)
    add_work(facts, MINI, "scaffold", 60, 600_000)
    answer = answer_of(facts.write(store), KEY)
    assert answer.state is AnswerState.CANNOT_TELL
    assert answer.sentence == (
        f"Cannot tell yet: {HAIKU} and {MINI} have no class of tasks in common to be compared by."
    )


def test_routes_that_lead_each_other_in_a_circle_name_nobody():
    names = ("a", "b", "c")
    pairs = tuple(PairValue(one, two, 2.0, (1.8, 2.2), 0.0001, 0.05) for one, two in ("ab", "bc", "ca"))
    values = RouteValues((), (), {name: AtMix(1.0, (0.9, 1.1), 0.6) for name in names}, {}, pairs)
    assert set(values.order) == set(names)
    assert named_best(values) == ()
    assert named_best(replace(values, pairs=pairs[:2])) == ("a", "c")


def test_a_cheap_route_that_often_fails_is_named_with_that(store: Store):
    facts = Facts()
    add_work(facts, MINI, "edit", 100, 20_000, failed=40)
    add_work(facts, HAIKU, "edit", 100, 80_000, failed=2)
    add_work(facts, SONNET, "edit", 100, 200_000, failed=2)
    answer = answer_of(facts.write(store), KEY)
    assert answer.verdict == f"{MINI}, at lower task success"
    # 100 · 0.08 dollars / 98 kept tasks = 0.082
    assert f"Of the routes that are not behind, {HAIKU} gives most ($0.082)." in answer.sentence


def test_routes_that_cost_alike_tie_and_dearer_ones_are_said(store: Store):
    facts = Facts()
    add_work(facts, HAIKU, "edit", 90, 80_000, failed=4)
    add_work(facts, MINI, "edit", 90, 80_000, failed=5)
    add_work(facts, SONNET, "edit", 90, 400_000, failed=4)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, f"{HAIKU} and {MINI}, tied")
    assert answer.sentence.endswith(f"clearly dearer: {SONNET}.")
    named = {row["route"]: row["is_named"] for row in rows_of(answer, "best_routes_value")}
    assert named == {HAIKU: True, MINI: True, SONNET: False}


def test_when_all_tie_and_there_are_enough_tasks_no_difference_is_seen(store: Store):
    facts = Facts()
    add_work(facts, HAIKU, "edit", 180, 80_000, failed=9)
    add_work(facts, MINI, "edit", 180, 80_000, failed=9)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "All tie")


def test_a_tie_that_may_be_for_lack_of_tasks_cannot_be_told_and_says_how_many_more(store: Store):
    facts = Facts()
    for route, swing in ((HAIKU, (20_000, 900_000)), (MINI, (30_000, 800_000))):
        for number in range(36):
            add = {"route": route, "task_class": "edit"}
            cost = swing[number % 9 == 0]
            task = facts.task(moment(Q3, number), known_cost_micro_usd=cost, **add)
            facts.call(moment(Q3, number), task_key=task, cost_micro_usd=cost, **add)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.CANNOT_TELL, "Cannot tell yet")
    assert "would show a lead of 20 % of" in answer.sentence
    assert "more tasks on" in answer.would_change[0]


def test_a_lead_that_is_only_the_mix_is_reversed_and_said(store: Store):
    facts = Facts()
    # In each class the first route costs less; it has the dear class, and looks dearer as counted.
    add_work(facts, HAIKU, "edit", 20, 40_000)
    add_work(facts, HAIKU, "scaffold", 160, 400_000)
    add_work(facts, MINI, "edit", 160, 60_000)
    add_work(facts, MINI, "scaffold", 20, 600_000)
    answer = answer_of(facts.write(store), KEY)
    assert answer.verdict == HAIKU
    assert answer.limits[0].startswith(f"As counted {MINI} looks best (")
    rows = {row["route"]: row for row in rows_of(answer, "best_routes_value")}
    assert rows[HAIKU]["kept_task_as_counted_usd"] > rows[MINI]["kept_task_as_counted_usd"]
    # The mix is 180 edits and 180 scaffolds: (0.04 + 0.40) / 2 and (0.06 + 0.60) / 2 dollars.
    assert rows[HAIKU]["kept_task_at_mix_usd"] == pytest.approx(0.22, rel=0.01)
    assert rows[MINI]["kept_task_at_mix_usd"] == pytest.approx(0.33, rel=0.01)


def test_routes_without_a_price_are_judged_by_quality_alone(store: Store):
    facts = Facts()
    add_work(facts, HOSTED, "edit", 50, 0)
    add_work(facts, GROK, "edit", 50, None)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.NOT_MEASURED, "Not measured")
    assert f"{HOSTED} (own machines have no price per token)" in answer.sentence
    assert f"{GROK} (no call of its tasks has a known cost)" in answer.sentence
    rows = rows_of(answer, "best_routes_quality")
    assert [(row["route"], row["success_rate"]) for row in rows] == [(HOSTED, 1.0), (GROK, 1.0)]


def test_tasks_of_unknown_outcome_count_neither_way_where_no_route_is_ranked(store: Store):
    facts = Facts()
    add_work(facts, GROK, "edit", 40, None, failed=10)
    for number in range(20):
        facts.task(moment(Q3, number), "unknown", route=GROK, task_class="edit")
    figure = answer_of(facts.write(store), KEY).figures[0]
    assert (figure.value, figure.n) == (0.75, 40)


def test_one_priced_route_has_nothing_to_be_compared_with(store: Store):
    facts = Facts()
    add_work(facts, SONNET, "edit", 50, 100_000)
    add_work(facts, MINI, "edit", 12, 100_000)
    answer = answer_of(facts.write(store), KEY)
    assert answer.state is AnswerState.CANNOT_TELL
    assert f"only {SONNET} can be ranked" in answer.sentence
    assert f"18 more tasks on {MINI} would let it be ranked." in answer.would_change


def test_too_few_tasks_say_how_many_more_are_needed(store: Store):
    facts = Facts()
    add_work(facts, SONNET, "edit", 10, 100_000)
    answer = answer_of(facts.write(store), KEY)
    assert answer.state is AnswerState.CANNOT_TELL
    assert "at least 20 more tasks on the most used route are needed" in answer.sentence


def test_unpriced_calls_widen_the_interval_towards_dearer(store: Store):
    facts = Facts()
    add_work(facts, SONNET, "edit", 96, 100_000)
    add_work(facts, SONNET, "edit", 4, None)
    found = values_of(facts.write(store)).at_mix[SONNET]
    assert found.interval is not None
    # 100 kept tasks / 9.6 dollars; had the 4 calls cost as much as the others, 10 a dollar.
    assert found.value == pytest.approx(100 / 9.6)
    assert found.interval[0] <= 10.0


def test_an_empty_quarter_is_not_measured(store: Store):
    facts = Facts()
    add_work(facts, SONNET, "edit", 50, 100_000, first=Q2)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.sentence) == (
        AnswerState.NOT_MEASURED,
        "No task asked for a route in July to September 2026.",
    )


def test_what_changed_since_the_quarter_before_is_said(store: Store):
    facts = Facts()
    for first, cost in ((Q2, 100_000), (Q3, 50_000)):
        add_work(facts, MINI, "edit", 90, cost, first=first)
        add_work(facts, SONNET, "edit", 90, 400_000, first=first)
    answer = answer_of(facts.write(store), KEY)
    assert answer.since_last.startswith(f"In 2026Q2 {MINI} led. A kept task on {MINI}: better: −$0.05")
    assert answer.figures[0].before == pytest.approx(0.1)


def test_a_first_quarter_has_no_predecessor_and_says_so(store: Store):
    facts = Facts()
    add_work(facts, MINI, "edit", 40, 100_000)
    assert answer_of(facts.write(store), KEY).since_last.startswith("There is no quarter before to compare with")
