"""Question 3: lax and restrictive apart, zone by zone, with what would change each verdict."""

from datetime import date, datetime

from dashboard.analysis.filters import Filter
from dashboard.analysis.review.document import AnswerState
from dashboard.analysis.review.quarters import read_quarter
from dashboard.analysis.strictness import Balance, strictness
from data.store import Store
from data.strip_writing import rewrite_strips
from data.tables import ProjectDaily
from decision_rows import decisions, seen_until
from fact_rows import at, write_row
from review_facts import answer_of, rows_of

KEY = "approval_patterns"
DAY, BEFORE = date(2026, 8, 3), date(2026, 5, 4)


def seen(store: Store, moment: datetime, first: date = DAY) -> None:
    """Say until when chats were exported, and when records begin."""
    seen_until(store, moment)
    with store.writing() as connection:
        write_row(connection, ProjectDaily, {"date": first, "project": "shop"})


def test_a_lax_zone_and_a_strict_one_are_named_apart(store: Store):
    decisions(store, "authentication", accepted=200, rolled_back=60, rejected=2, hours=[1.0] * 50, day=DAY)
    decisions(store, "everything_else", accepted=100, rolled_back=0, rejected=100, again=80, hours=[0.2] * 50, day=DAY)
    seen(store, at("2026-11-20"))
    answer = answer_of(store, KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "Too lax in 1 place, too restrictive in 1 place")
    assert answer.sentence == (
        "Approvals are too lax in Authentication and authorization (people decide), and too restrictive in Everything "
        "else (people decide)."
    )
    lax, strict = answer.figures
    assert (lax.value, lax.n) == (0.3, 200)
    assert (strict.value, strict.n) == (0.8, 100)
    verdicts = {row["risk_zone"]: row["verdict"] for row in rows_of(answer, "approval_patterns_verdicts")}
    assert verdicts == {"authentication": "too lax", "everything_else": "too restrictive"}
    assert "fewer of its 200 accepted changes taken back, too lax could no longer be said." in answer.would_change[0]
    assert "fewer of its 100 rejected changes good, too restrictive could no longer be said." in answer.would_change[1]


def test_what_would_change_the_verdict_is_the_least_that_does(store: Store):
    decisions(store, "billing", accepted=200, rolled_back=60, hours=[0.1] * 50, day=DAY)
    seen(store, at("2026-11-20"))
    fewer = int(answer_of(store, KEY).would_change[0].split("with ")[1].split(" fewer")[0])
    for undone, verdict in ((60 - fewer, "cannot tell"), (60 - fewer + 1, "too lax")):
        with store.writing() as connection:
            connection.execute("UPDATE zone_decision_daily SET rolled_back_count = ?", (undone,))
            rewrite_strips(connection, None)
        assert rows_of(answer_of(store, KEY), "approval_patterns_verdicts")[0]["verdict"] == verdict


def test_what_would_change_the_verdict_where_nobody_is_asked_is_the_least_that_does(store: Store):
    decisions(store, "billing", None, accepted=200, rolled_back=60, day=DAY)
    seen(store, at("2026-11-20"))
    fewer = int(answer_of(store, KEY).would_change[0].split("with ")[1].split(" fewer")[0])
    for undone, is_lax in ((60 - fewer, False), (60 - fewer + 1, True)):
        with store.writing() as connection:
            connection.execute("UPDATE zone_decision_daily SET rolled_back_count = ?", (undone,))
            rewrite_strips(connection, None)
        verdict = rows_of(answer_of(store, KEY), "approval_patterns_verdicts")[0]["verdict"]
        assert (verdict == "too lax") == is_lax


def test_a_verdict_of_few_decisions_is_not_named_here_nor_before_scaling(store: Store):
    decisions(store, "billing", None, accepted=6, rolled_back=5, day=DAY)
    seen(store, at("2026-11-20"))
    with store.reading() as connection:
        found = strictness(connection, Filter(read_quarter("2026Q3").period), at("2026-11-20"))
    # It stands out alone; the review names it from 30 decisions on.
    assert found.by_zone[0].verdict is Balance.TOO_LAX
    answer = answer_of(store, KEY)
    assert answer.state is AnswerState.CANNOT_TELL
    assert "24 more decisions would very likely settle it." in answer.would_change[0]
    assert "Cannot be told yet, with fewer than 30 decisions: Billing and usage (nobody is asked)." in answer.limits
    before_scaling = answer_of(store, "before_scaling")
    assert not [row for row in rows_of(before_scaling, "before_scaling_proposals") if row["area"] == "approvals"]
    words = (
        "Cannot tell yet whether approvals are right, with fewer than 30 decisions: Billing and usage (nobody is asked)"
    )
    assert f"{words}: 24 more." in before_scaling.limits


def test_few_decisions_cannot_tell_and_say_how_many_more(store: Store):
    decisions(store, "billing", accepted=9, rolled_back=1, rejected=1, hours=[1.0] * 5, day=DAY)
    seen(store, at("2026-11-20"))
    answer = answer_of(store, KEY)
    assert (answer.state, answer.verdict) == (AnswerState.CANNOT_TELL, "Cannot tell yet")
    assert "more decisions" in answer.sentence
    assert any("more decisions would very likely settle it" in text for text in answer.would_change)


def test_about_right_is_an_answer_too(store: Store):
    decisions(store, "everything_else", accepted=3000, rolled_back=10, rejected=60, again=5, hours=[0.2] * 80, day=DAY)
    seen(store, at("2026-11-20"))
    answer = answer_of(store, KEY)
    assert (answer.state, answer.verdict) == (AnswerState.ANSWERED, "About right")


def test_decisions_too_young_to_be_judged_are_no_answer_yet(store: Store):
    decisions(store, "billing", accepted=90, rolled_back=1, day=DAY)
    seen(store, at("2026-08-04"))
    answer = answer_of(store, KEY)
    assert answer.state is AnswerState.CANNOT_TELL
    assert "too young to be judged" in answer.sentence
    assert "90 decisions of the quarter are too young to be judged." in answer.limits


def test_an_empty_quarter_is_not_measured(store: Store):
    decisions(store, "billing", accepted=90, rolled_back=1, day=BEFORE)
    seen(store, at("2026-11-20"), BEFORE)
    answer = answer_of(store, KEY)
    assert (answer.state, answer.verdict) == (AnswerState.NOT_MEASURED, "Not measured")


def test_a_verdict_that_changed_is_said_and_a_first_quarter_has_no_predecessor(store: Store):
    decisions(store, "billing", accepted=3000, rolled_back=10, hours=[0.2] * 80, day=BEFORE)
    decisions(store, "billing", accepted=200, rolled_back=60, hours=[0.2] * 50, day=DAY)
    seen(store, at("2026-11-20"), BEFORE)
    assert "about right, now too lax" in answer_of(store, KEY).since_last
    assert answer_of(store, KEY, "2026Q2").since_last.startswith("There is no quarter before")
