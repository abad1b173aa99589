"""What became of a patch, folded from the evidence about it. Pure: evidence in, the derived columns out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.words import Decision, EvidenceKind
from etl.derive.review_decisions import Verdict

LEAST = 0.5
"""Evidence that is less likely right than wrong changes no outcome."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence about a patch."""

    key: int
    kind: str
    word: str
    happened_at: int | None
    seen_before_at: int | None
    taken_back_at: int | None
    confidence: float

    @property
    def is_in_force(self) -> bool:
        """Whether it was not undone itself, and is sure enough."""
        return self.taken_back_at is None and self.confidence >= LEAST

    @property
    def order(self) -> tuple[bool, int, str, int]:
        """Order in time; without a time last."""
        return self.happened_at is None, self.happened_at or 0, self.word, self.key


@dataclass(frozen=True, slots=True)
class Answer:
    """One decision in a team's own records: of a person or a rule, on a patch."""

    decision: str
    decided_by: str | None
    decided_at: int | None
    is_human: bool
    key: int


_WEIGHT = (Decision.REJECTED, Decision.EDITED, Decision.APPROVED, Decision.AUTO_APPROVED, Decision.PENDING)
"""Of decisions that stand beside each other the first of these is the decision on the patch."""


def judge(
    proposed_at: int | None,
    evidence: Sequence[Evidence],
    answers: Sequence[Answer],
    reviewed: Verdict | None,
    approver_count: int | None,
    carried: tuple[bool, bool, bool],
) -> tuple[object, ...]:
    """Return the derived columns of a patch, in the order of patch_facts.JUDGED.

    Rolled back: by the earliest rollback that is in force. Decided: as a record's evidence says, else as the answers in
    records say, else as reviews do. Carried: by a commit, a request, a deployment.
    """
    if not evidence and not answers and reviewed is None:
        return (None, None, approver_count, *(None,) * 7, *map(int, carried))
    answered = _answered(answers)
    if answered is not None and answered.decision is Decision.PENDING and reviewed is not None:
        # A record that still waits does not go before a review that has come.
        answered = reviewed
    verdict = _decided(evidence) or answered or reviewed
    undone = _first(evidence, EvidenceKind.ROLLBACK, needs_time=True)
    repaired = _first(evidence, EvidenceKind.REWORK)
    survival = None
    if undone is not None and undone.happened_at is not None and proposed_at is not None:
        survival = max(0, undone.happened_at - proposed_at) // 1000
    return (
        verdict and verdict.decision.value,
        verdict and verdict.decided_at,
        approver_count,
        undone and undone.happened_at,
        undone and undone.seen_before_at,
        undone and undone.word,
        undone and undone.confidence,
        repaired and repaired.word,
        repaired and repaired.happened_at,
        survival,
        *map(int, carried),
    )


def _first(evidence: Iterable[Evidence], kind: EvidenceKind, *, needs_time: bool = False) -> Evidence | None:
    fitting = [one for one in evidence if one.kind == kind and one.is_in_force]
    fitting = [one for one in fitting if one.happened_at is not None or not needs_time]
    return min(fitting, key=lambda one: one.order, default=None)


def _decided(evidence: Iterable[Evidence]) -> Verdict | None:
    """Return the latest decision that a record states as evidence."""
    stated = [one for one in evidence if one.kind == EvidenceKind.DECISION and one.is_in_force]
    latest = max(stated, key=lambda one: (one.happened_at or 0, one.key), default=None)
    return None if latest is None else Verdict(Decision(latest.word), latest.happened_at)


def _answered(answers: Iterable[Answer]) -> Verdict | None:
    """Return what answers say together: of each person or rule the latest stands, a rejection goes first."""
    standing = {
        (one.is_human, one.decided_by): one for one in sorted(answers, key=lambda one: (one.decided_at or 0, one.key))
    }
    first = min(
        standing.values(), key=lambda one: (_WEIGHT.index(Decision(one.decision)), -(one.decided_at or 0)), default=None
    )
    return None if first is None else Verdict(Decision(first.decision), first.decided_at)
