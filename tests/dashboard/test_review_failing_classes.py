"""Question 1: the class that fails most often is named when it stands out, with its ties, its reason and its route."""

import pytest

from dashboard.analysis.review.document import AnswerState
from dashboard.analysis.review.failure_reasons import STOPPED, reason_words
from dashboard.analysis.review.worst import fewer_to_tie, find_worst, worse_to_stand_out
from data.store import Store
from fact_rows import Facts
from review_facts import Q2, Q3, add_tasks, answer_of, moment, rows_of

KEY = "failing_classes"
CONTEXT = "more text than the model takes (context window)"


def test_the_class_that_stands_out_is_named_with_its_reason_and_its_route(store: Store):
    facts = Facts()
    add_tasks(facts, "edit", 5, 100)
    add_tasks(facts, "feature", 5, 100)
    # 30 of 100 refactorings fail: 20 of 25 on one route, all for the length of the request; 10 of 75 elsewhere.
    for number in range(100):
        is_long, when = number < 25, moment(Q3, number)
        is_failed = number < 20 or 25 <= number < 35
        about = {"route": "deepseek/deepseek-chat" if is_long else "openai/gpt-5.1", "task_class": "refactor"}
        task = facts.task(when, "failed" if is_failed else "completed", outcome_basis="error", **about)
        if is_failed:
            facts.call(when, "error", task_key=task, error_kind="context_window" if is_long else "timeout", **about)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "Refactor tasks")
    assert answer.sentence == (
        "Refactor tasks fail most often: 30.0 % of 100 (21.9 % to 39.6 %), against 5.0 % of all others; of these "
        f"failures 66.7 % are {CONTEXT} and 33.3 % are no answer in time (timeout); worst on deepseek/deepseek-chat: "
        "80.0 % of 25 (60.9 % to 91.1 %)."
    )
    figure = answer.figures[0]
    assert (figure.value, figure.n) == (0.3, 100)
    assert [row["task_class"] for row in rows_of(answer, "failing_classes_rates")] == ["refactor", "edit", "feature"]
    reasons = rows_of(answer, "failing_classes_reasons")
    assert [(row["reason"], row["failed_task_count"]) for row in reasons[:2]] == [
        (CONTEXT, 20),
        ("no answer in time (timeout)", 10),
    ]
    assert answer.links[1].params["task_class"] == "refactor"
    assert answer.links[1].params["from"] == "2026-07-01"


def test_classes_that_cannot_be_told_apart_are_named_as_a_tie(store: Store):
    facts = Facts()
    add_tasks(facts, "fix", 30, 100)
    add_tasks(facts, "batch", 26, 100)
    add_tasks(facts, "edit", 5, 200)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "Fix and batch tasks, tied")
    assert "cannot be told apart" in answer.sentence
    # Two rates of 30 % and 35 %: n = (1.96 + 0.84)² · (0.3 · 0.7 + 0.35 · 0.65) / 0.05² = 1,372, with the pooled rate
    # under the null a little more.
    assert answer.would_change[-1] == (
        "1,377 tasks of each would show a distance of 5.0 pp between fix and batch; there are 100 and 100."
    )
    assert [row["is_named"] for row in rows_of(answer, "failing_classes_rates")] == [True, True, False]


def test_no_class_stands_out_when_all_fail_alike_and_there_are_enough(store: Store):
    facts = Facts()
    for task_class in ("edit", "fix", "feature"):
        add_tasks(facts, task_class, 20, 400)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "None stands out")
    assert "one 5.0 pp above the others would very likely show" in answer.sentence


def test_too_few_tasks_cannot_tell_and_say_how_many_more(store: Store):
    facts = Facts()
    add_tasks(facts, "edit", 2, 40)
    add_tasks(facts, "fix", 4, 40)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.CANNOT_TELL, "Cannot tell yet")
    assert "more fix tasks would show a distance of 5.0 pp" in answer.sentence or "longer period" in answer.sentence


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"edit": 20, "fix": 10}, "every class has fewer than 30 tasks of known outcome"),
        ({"edit": 60, "fix": 10}, "all classes but edit have fewer than 30 tasks"),
    ],
)
def test_with_fewer_than_two_classes_to_compare_nothing_can_be_told(store: Store, sizes: dict[str, int], said: str):
    facts = Facts()
    for task_class, size in sizes.items():
        add_tasks(facts, task_class, size // 5, size)
    answer = answer_of(facts.write(store), KEY)
    assert answer.state is AnswerState.CANNOT_TELL
    assert said in answer.sentence
    assert "20 more fix tasks would let that class be judged." in answer.would_change


def test_an_empty_quarter_is_not_measured(store: Store):
    facts = Facts()
    add_tasks(facts, "edit", 2, 40, Q2)
    answer = answer_of(facts.write(store), KEY)
    assert answer.state is AnswerState.NOT_MEASURED
    assert answer.sentence == "No task was asked in July to September 2026."


def test_what_changed_since_the_quarter_before_is_said_class_by_class(store: Store):
    facts = Facts()
    add_tasks(facts, "fix", 40, 100, Q3)
    add_tasks(facts, "edit", 5, 100, Q3)
    add_tasks(facts, "fix", 10, 100, Q2)
    add_tasks(facts, "edit", 6, 100, Q2)
    answer = answer_of(facts.write(store), KEY)
    assert answer.since_last.startswith("In 2026Q2 no class stood out. Fix: Worse: +30.0 pp (")
    assert answer.since_last.endswith("Clear changes, all classes considered: fix +30.0 pp.")
    assert answer.figures[0].before == 0.1
    before = {row["task_class"]: row["before_failure_rate"] for row in rows_of(answer, "failing_classes_changes")}
    assert before == {"fix": 0.1, "edit": 0.06}


def test_a_first_quarter_has_no_predecessor_and_says_so(store: Store):
    facts = Facts()
    add_tasks(facts, "edit", 5, 100)
    answer = answer_of(facts.write(store), KEY)
    assert answer.since_last == "There is no quarter before to compare with: records begin on 1 July 2026."
    assert [table.name for table in answer.tables if table.name == "failing_classes_changes"] == []
    assert answer.figures[0].before is None


def test_unknown_outcomes_count_neither_way_and_are_said(store: Store):
    facts = Facts()
    add_tasks(facts, "fix", 30, 100)
    add_tasks(facts, "edit", 5, 100)
    for number in range(50):
        facts.task(moment(Q3, number), "unknown", task_class="edit")
    answer = answer_of(facts.write(store), KEY)
    assert (
        "The outcome of 20.0 % of 250 tasks is unknown; they count neither way; that is enough to change the answer."
        in answer.limits
    )
    edit = rows_of(answer, "failing_classes_rates")[1]
    assert (edit["task_count"], edit["counted_task_count"], edit["unknown_count"]) == (150, 100, 50)


def test_a_running_quarter_says_how_far_its_records_reach(store: Store):
    facts = Facts()
    add_tasks(facts, "fix", 5, 60)
    assert (
        "2026Q4 is not over: records reach to 20 November 2026." in answer_of(facts.write(store), KEY, "2026Q4").limits
    )


def test_what_would_change_the_answer_is_the_least_that_does():
    worst = find_worst({"fix": (30, 100), "edit": (5, 100)}, least=30)
    assert worst.named == ("fix",)
    assert worst.next is not None
    fewer = fewer_to_tie(worst.part("fix"), worst.next)
    assert fewer is not None
    # One failure fewer than said, and the two would still be told apart (Newcombe's interval leaves out 0).
    from dashboard.analysis.comparison import Estimate, difference
    from dashboard.analysis.intervals import wilson

    edges = []
    for bad in (30 - fewer, 30 - fewer + 1):
        low, high = wilson(bad, 100) or (0, 0)
        other_low, other_high = wilson(5, 100) or (0, 0)
        edges.append(difference(Estimate(bad / 100, low, high, 100), Estimate(0.05, other_low, other_high, 100))[1])
    assert edges[0] <= 0 < edges[1]


def test_how_much_worse_a_class_must_be_to_stand_out():
    worst = find_worst({"fix": (6, 100), "edit": (5, 100)}, least=30)
    assert worst.named == ()
    needed = worse_to_stand_out(worst.part("fix"), worst.rest_of("fix"))
    assert needed is not None
    assert find_worst({"fix": (6 + needed, 100), "edit": (5, 100)}, least=30).named == ("fix",)


def test_what_a_person_took_back_or_stopped_is_not_put_down_to_an_error_before_it():
    assert reason_words("aborted", "stopped", "timeout") == STOPPED
    assert reason_words("failed", "rewound", "timeout") == "taken back by the person (rewind)"
    assert reason_words("failed", "error", "timeout") == "no answer in time (timeout)"
    assert reason_words("failed", "recorded", None) == "recorded as failed, without a reason"


def test_rollbacks_are_of_patches_that_are_old_enough_and_the_young_ones_are_said(store: Store):
    facts = Facts()
    # Seen from 20 November, patches up to the 12th are older than the seven days of the window.
    for number in range(40):
        facts.task(f"2026-11-{1 + number % 19:02d}T09:00", task_class="edit")
    for day in range(1, 20):
        facts.patch(f"2026-11-{day:02d}T10:00", f"2026-11-{day:02d}T12:00" if day in (2, 3, 18) else None)
    rows = rows_of(answer_of(facts.write(store), KEY, "2026Q4"), "failing_classes_patches")
    assert [(row["decided_patch_count"], row["rolled_back_rate"], row["young_patch_count"]) for row in rows] == [
        (12, pytest.approx(2 / 12), 7)
    ]
