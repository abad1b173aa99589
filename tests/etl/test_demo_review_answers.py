"""What the demo plants in its last full quarter comes out of the review as the right answers, from the raw files on."""

from pathlib import Path
from typing import Any

import pytest
from chat_files import Silent
from demo_files import UNTIL

from dashboard.analysis.as_of import newest_record
from dashboard.analysis.review.answers import make_review
from dashboard.analysis.review.document import Answer, AnswerState, ReviewDocument
from dashboard.analysis.review.failure_reasons import reason_words
from dashboard.analysis.review.quarters import default_quarter
from data.definitions.review_questions import review_questions
from data.store import Store
from etl.demo import write_demo
from etl.files import find_files
from etl.loading import load_files
from etl.owners import owners
from review_facts import rows_of


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReviewDocument, dict[str, Any]]:
    """The review of the last full quarter of a whole demo, and what was planted in it."""
    folder: Path = tmp_path_factory.mktemp("demo")
    report = write_demo(folder / "files", tasks=6000, days=365, until=UNTIL)
    store = Store(f"sqlite:///{folder}/store.db")
    list(load_files(store, find_files([report.folder]), owners([report.folder]), Silent()))
    with store.reading() as connection:
        as_of = newest_record(connection)
        assert as_of is not None
        return make_review(connection, default_quarter(connection, as_of), as_of), report.truth["planted"]


def answer_to(document: ReviewDocument, key: str) -> Answer:
    found = next(answer for answer in document.answers if answer.key == key)
    assert found.state is AnswerState.ANSWERED
    return found


def test_it_is_the_quarter_in_which_the_truths_were_planted(reviewed: tuple[ReviewDocument, dict[str, Any]]):
    document, planted = reviewed
    assert (str(document.first), str(document.last)) == tuple(
        planted["failing_class"][name] for name in ("first_day", "last_day")
    )


def test_the_failing_class_is_named_with_its_reason(reviewed: tuple[ReviewDocument, dict[str, Any]]):
    document, planted = reviewed
    truth, answer = planted["failing_class"], answer_to(document, "failing_classes")
    assert answer.verdict == f"{truth['task_class'].capitalize()} tasks"
    failed = truth["inside"]["counted"] - truth["inside"]["completed"]
    assert (answer.figures[0].n, answer.figures[0].value) == (
        truth["inside"]["counted"],
        pytest.approx(failed / truth["inside"]["counted"]),
    )
    first = rows_of(answer, "failing_classes_reasons")[0]
    assert (first["reason"], first["failed_task_count"]) == (
        reason_words("failed", "error", truth["error_kind"]),
        truth["failed_with_it"],
    )
    assert str(first["reason"]) in answer.sentence


def test_the_route_that_looks_best_by_easier_tasks_is_unmasked(reviewed: tuple[ReviewDocument, dict[str, Any]]):
    document, planted = reviewed
    truth, answer = planted["easy_route"], answer_to(document, "best_routes")
    easy, hard = truth["easy"]["route"], truth["hard"]["route"]
    (told,) = [text for text in answer.limits if text.startswith(f"{easy} looks better than {hard}")]
    assert "mix effect" in told
    # The route whose patches were taken back is cheap, and said to be worse.
    bad = planted["bad_patches"]["route"]
    assert answer.verdict == f"{bad}, at lower task success"
    assert bad in [row["route"] for row in rows_of(answer, "best_routes_quality") if row["clearly_better"]]
    unpriced = (planted["missing_usage"]["route"], planted["unpriced_model"]["route"])
    assert all(route in " ".join(answer.limits) for route in unpriced)


def test_the_lax_zone_and_the_strict_one_are_named(reviewed: tuple[ReviewDocument, dict[str, Any]]):
    document, planted = reviewed
    answer = answer_to(document, "approval_patterns")
    rows = {(row["risk_zone"], row["decided_by"]): row for row in rows_of(answer, "approval_patterns_verdicts")}
    lax, strict = planted["lax_zone"], planted["strict_zone"]
    policy, people = rows[lax["zone"], "policy"], rows[strict["zone"], "human"]
    assert policy["verdict"] == "too lax"
    assert policy["lax_error_rate"] == pytest.approx(lax["rollback_rate"], abs=1e-6)
    assert people["verdict"] == "too restrictive"
    assert people["restrictive_error_rate"] == pytest.approx(strict["accepted_again_rate"], abs=1e-6)
    others = [row["verdict"] for (zone, who), row in rows.items() if who == "human" and zone != strict["zone"]]
    assert "too restrictive" not in others


def test_the_noisy_integration_is_named(reviewed: tuple[ReviewDocument, dict[str, Any]]):
    document, planted = reviewed
    truth, answer = planted["noisy_integration"], answer_to(document, "noisy_integrations")
    assert answer.verdict == f"MCP server {truth['server']}"
    rows = {
        row["integration"]: row for row in rows_of(answer, "noisy_integrations_kinds") if row["kind"] == "mcp_server"
    }
    found, compared = rows[truth["server"]], rows[truth["compared_server"]]
    names = ("useful", "failed", "repeated")
    assert {name: found[f"{name}_count"] for name in names} == {name: truth["inside"][name] for name in names}
    assert {name: compared[f"{name}_count"] for name in names} == {name: truth["compared"][name] for name in names}


def test_what_must_change_before_usage_doubles_is_proposed(reviewed: tuple[ReviewDocument, dict[str, Any]]):
    document, planted = reviewed
    truth, answer = planted["tight_budget"], answer_to(document, "before_scaling")
    rows = rows_of(answer, "before_scaling_proposals")
    (budget,) = [row for row in rows if row["area"] == "budget"]
    levels = review_questions().before_scaling.levels
    assert budget["usage_level"] == next(level for level in levels if level > truth["breaks_at_usage"])
    assert budget["usage_level"] <= truth["growth"]
    month = sum(truth["spend_by_month_micro_usd"].values()) / len(truth["spend_by_month_micro_usd"]) / 1_000_000
    # A mean month has 30.44 days, the months of the quarter 30.67 on average.
    assert answer.figures[0].value == pytest.approx(month, rel=0.02)
    now = [str(row["proposal"]) for row in rows if row["usage_level"] == 1.0]
    assert any("Authentication and authorization, where a rule does now" in text for text in now)
    assert any("Let a rule accept small changes in Environment and configuration" in text for text in now)
    assert any(planted["failing_class"]["task_class"] in text for text in now)
