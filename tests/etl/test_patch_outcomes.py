"""What became of a patch, summed up from its evidence: few pieces each, the time counted on paper."""

from data.words import Decision, EvidenceKind, ReworkKind, RollbackEvidence
from etl.derive.patch_facts import JUDGED
from etl.derive.patch_outcomes import Answer, Evidence, judge
from etl.derive.review_decisions import Verdict

HOUR = 3_600_000_000
PROPOSED = 1000 * HOUR


def judged(*evidence: Evidence, answers: tuple[Answer, ...] = (), reviewed: Verdict | None = None) -> dict[str, object]:
    found = judge(PROPOSED, evidence, answers, reviewed, None, (False, False, False))
    return dict(zip(JUDGED, found, strict=True))


def rollback(
    after_hours: int, word: RollbackEvidence, confidence: float = 1.0, taken_back_hours: int | None = None
) -> Evidence:
    return Evidence(
        kind=EvidenceKind.ROLLBACK,
        word=word.value,
        happened_at=PROPOSED + after_hours * HOUR,
        seen_before_at=None,
        taken_back_at=None if taken_back_hours is None else PROPOSED + taken_back_hours * HOUR,
        confidence=confidence,
        key=after_hours,
    )


def answer(decision: Decision, decided_by: str = "ann") -> Answer:
    return Answer(decision.value, decided_by, PROPOSED + HOUR, True, 1)


def test_the_earliest_rollback_counts_and_says_how_long_the_patch_lived() -> None:
    found = judged(rollback(50, RollbackEvidence.GIT_REVERT), rollback(5, RollbackEvidence.DEPLOY_ROLLBACK))
    assert found["rollback_evidence"] == "deploy_rollback"
    assert found["rolled_back_at"] == PROPOSED + 5 * HOUR
    # 5 hours are 18,000,000 milliseconds.
    assert found["survival_ms"] == 18_000_000


def test_a_revert_that_was_itself_reverted_does_not_count() -> None:
    found = judged(rollback(5, RollbackEvidence.GIT_REVERT, taken_back_hours=6))
    assert (found["rolled_back_at"], found["survival_ms"]) == (None, None)


def test_evidence_that_is_less_likely_right_than_wrong_does_not_count() -> None:
    assert judged(rollback(5, RollbackEvidence.GIT_REVERT, 0.49))["rolled_back_at"] is None
    assert judged(rollback(5, RollbackEvidence.GIT_REVERT, 0.5))["rolled_back_at"] == PROPOSED + 5 * HOUR


def test_a_repair_is_never_a_rollback() -> None:
    repair = Evidence(1, EvidenceKind.REWORK, ReworkKind.FIX_REQUEST.value, PROPOSED + HOUR, None, None, 1.0)
    found = judged(repair)
    assert (found["rework_kind"], found["reworked_at"]) == ("fix_request", PROPOSED + HOUR)
    assert found["rolled_back_at"] is None


def test_a_record_goes_before_a_review_unless_it_still_waits() -> None:
    approved = Verdict(Decision.APPROVED, PROPOSED + 2 * HOUR)
    assert judged(answers=(answer(Decision.REJECTED),), reviewed=approved)["decision"] == "rejected"
    assert judged(answers=(answer(Decision.PENDING),), reviewed=approved)["decision"] == "approved"
    assert judged(answers=(answer(Decision.PENDING),))["decision"] == "pending"


def test_of_answers_beside_each_other_a_rejection_goes_first() -> None:
    found = judged(answers=(answer(Decision.APPROVED), answer(Decision.REJECTED, "bob")))
    assert found["decision"] == "rejected"


def test_nothing_known_stays_unknown() -> None:
    assert set(judged().values()) == {None, 0}
