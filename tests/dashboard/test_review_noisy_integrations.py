"""Question 4: the integration with most useless attempts for its use, ties and numbers said; alerts not measured."""

import pytest

from dashboard.analysis.review.document import AnswerState
from data.store import Store
from fact_rows import Facts
from review_facts import Q2, Q3, answer_of, moment, rows_of

KEY = "noisy_integrations"


def add_tools(facts: Facts, server: str, first=Q3, **statuses: int) -> None:
    """Add calls of the tools of a server by how they ended, spread over a quarter."""
    number = 0
    for status, count in statuses.items():
        for _ in range(count):
            facts.tool_call(moment(first, number), status, server=server)
            number += 1


def add_calls(facts: Facts, provider: str, good: int, bad: int, retries: int = 0) -> None:
    for number in range(good + bad):
        facts.call(
            moment(Q3, number), "success" if number < good else "error", route=f"{provider}/model",
            retry_count=retries if number == 0 else None,
        )  # fmt: skip


def test_the_noisiest_integration_is_named_with_what_its_attempts_came_to(store: Store):
    facts = Facts()
    add_tools(facts, "jira", ok=60, failed=20, denied=15, not_run=5)
    add_tools(facts, "github", ok=95, failed=5)
    add_calls(facts, "openai", 480, 20, retries=30)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "MCP server jira")
    # 40 useless for 60 useful ones; most in number: 20 errors and 30 retries of 530 attempts.
    assert answer.sentence.startswith(
        "MCP server jira makes most noise for its use: 66.7 useless attempts per 100 useful"
    )
    assert "it came to 20 failed, 15 denied and 5 never run; most in number provider openai, 50 useless of 530" in (
        answer.sentence
    )
    figure = answer.figures[0]
    assert (figure.value, figure.n) == (0.4, 100)
    rows = {row["integration"]: row for row in rows_of(answer, "noisy_integrations_rates")}
    assert rows["openai"]["useless_rate"] == pytest.approx(50 / 530)
    assert rows["jira"]["per_100_useful"] == pytest.approx(66.67, abs=0.01)
    assert rows["jira"]["per_100_useful_low"] < 66.67 < rows["jira"]["per_100_useful_high"]


def test_attempts_of_each_integration_add_up(store: Store):
    facts = Facts()
    add_tools(facts, "jira", ok=60, failed=20, denied=15, not_run=5, pending=9)
    add_calls(facts, "openai", 40, 3, retries=2)
    for number in range(40):
        facts.command(moment(Q3, number), ("ok", "failed", "timeout", "cancelled")[number % 4], kind="build")
        facts.deployment(moment(Q3, number), ("success", "failure")[number % 2], platform="vercel")
    answer = answer_of(facts.write(store), KEY)
    rates = {row["integration"]: row for row in rows_of(answer, "noisy_integrations_rates")}
    assert {name: row["attempt_count"] for name, row in rates.items()} == {
        "jira": 100, "openai": 45, "build": 30, "vercel": 40,
    }  # fmt: skip
    for row in rows_of(answer, "noisy_integrations_kinds"):
        parts = ("failed", "timeout", "denied", "not_run", "retry")
        assert sum(row[f"{part}_count"] for part in parts) == rates[row["integration"]]["useless_count"]
        assert (
            rates[row["integration"]]["useless_count"] + row["useful_count"]
            == (rates[row["integration"]]["attempt_count"])
        )


def test_integrations_that_cannot_be_told_apart_are_named_as_a_tie(store: Store):
    facts = Facts()
    add_tools(facts, "jira", ok=60, failed=40)
    add_tools(facts, "slack", ok=64, failed=36)
    add_tools(facts, "github", ok=190, failed=10)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "MCP server jira and MCP server slack, tied")


def test_when_all_are_alike_and_there_are_enough_none_stands_out(store: Store):
    facts = Facts()
    for server in ("jira", "github", "slack"):
        add_tools(facts, server, ok=380, failed=20)
    answer = answer_of(facts.write(store), KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "None stands out")


def test_too_few_attempts_cannot_tell_and_say_how_many_more(store: Store):
    facts = Facts()
    add_tools(facts, "jira", ok=33, failed=4)
    add_tools(facts, "github", ok=36, failed=2)
    few = answer_of(facts.write(store), KEY)
    assert few.state is AnswerState.CANNOT_TELL
    assert "not clearly above the others" in few.sentence


def test_integrations_below_the_least_number_are_not_judged(store: Store):
    facts = Facts()
    add_tools(facts, "jira", ok=2, failed=8)
    add_tools(facts, "github", ok=60, failed=2)
    answer = answer_of(facts.write(store), KEY)
    assert answer.state is AnswerState.CANNOT_TELL
    assert "all but MCP server github have fewer than 30 attempts" in answer.sentence
    assert "20 more attempts at MCP server jira would let it be judged." in answer.would_change


def test_alerts_are_said_not_to_be_measured(store: Store):
    facts = Facts()
    add_tools(facts, "jira", ok=40, failed=4)
    assert "Alerts are not stored yet" in answer_of(facts.write(store), KEY).limits[0]


def test_an_empty_quarter_is_not_measured_and_a_first_one_has_no_predecessor(store: Store):
    facts = Facts()
    add_tools(facts, "jira", first=Q2, ok=40, failed=4)
    full = facts.write(store)
    assert answer_of(full, KEY).state is AnswerState.NOT_MEASURED
    assert answer_of(full, KEY, "2026Q2").since_last.startswith("There is no quarter before")


def test_what_changed_since_the_quarter_before_is_said(store: Store):
    facts = Facts()
    add_tools(facts, "jira", first=Q2, ok=95, failed=5)
    add_tools(facts, "jira", ok=60, failed=40)
    add_tools(facts, "github", ok=95, failed=5)
    answer = answer_of(facts.write(store), KEY)
    assert answer.since_last.startswith("In 2026Q2 none stood out. MCP server jira: Worse: +35.0 pp (")
    assert answer.figures[0].before == 0.05


def test_where_nothing_came_to_nothing_no_picture_names_the_most_useless(store: Store):
    facts = Facts()
    for number in range(40):
        facts.call(moment(Q3, number))
    assert [chart.name for chart in answer_of(facts.write(store), KEY).charts] == ["noisy_integrations_rates"]
