"""Reviews of pull and merge requests as decisions on the patches that these bring in. Pure: facts in, decisions out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.words import Actor, Decision, PullRequestState, ReviewState
from etl.context import MICROSECONDS

EARLY = 5 * 60 * MICROSECONDS
"""A review handed in longer than this before a patch was proposed was about what the request held before."""
_DECIDED = {ReviewState.APPROVED: Decision.APPROVED, ReviewState.CHANGES_REQUESTED: Decision.REJECTED}


@dataclass(frozen=True, slots=True)
class Review:
    """One review as stored."""

    key: int
    person: str | None
    reviewer_hash: int | None
    is_bot: bool
    state: ReviewState
    submitted_at: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Request:
    """One pull or merge request with its reviews."""

    key: int
    platform: str
    state: PullRequestState
    person: str | None
    opened_at: int | None
    merged_at: int | None
    closed_at: int | None
    merged_by: str | None
    is_review_known: bool
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """A decision on one patch, as an approval of it is stored."""

    review_key: int | None
    decision: Decision
    actor: Actor
    decided_by: str | None
    decided_at: int | None
    is_second: bool | None
    reviewer: int | str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a patch as a whole, and when."""

    decision: Decision
    decided_at: int | None


def decisions_on(request: Request, proposed_at: int | None) -> list[ReviewDecision]:
    """Return the decisions that a request brought for a patch in it.

    Each approval and each request for changes of somebody other than the author is one. Merged without an approval that
    stands: auto_approved by policy. Open and undecided: pending. Closed without being brought in and undecided:
    rejected, by whom is not known. Of a merged request whose reviews are not known nothing is said.
    """
    found: list[ReviewDecision] = []
    for review in _deciding(request, proposed_at):
        others = {one.reviewer for one in found if one.reviewer is not None}
        found.append(
            ReviewDecision(
                review.key,
                _DECIDED[review.state],
                Actor.POLICY if review.is_bot else Actor.HUMAN,
                review.person,
                review.submitted_at,
                bool(others - {_reviewer(review)}),
                _reviewer(review),
            )
        )
    if request.state is PullRequestState.MERGED:
        is_approved = any(one.decision is Decision.APPROVED for one in _standing(found))
        if request.is_review_known and not is_approved:
            found.append(
                ReviewDecision(
                    None, Decision.AUTO_APPROVED, Actor.POLICY, request.merged_by, request.merged_at, bool(found)
                )
            )
    elif not found and request.state is PullRequestState.CLOSED:
        found.append(ReviewDecision(None, Decision.REJECTED, Actor.UNKNOWN, None, request.closed_at, False))
    elif not found:
        found.append(ReviewDecision(None, Decision.PENDING, Actor.UNKNOWN, None, None, None))
    return found


def verdict_of(requests: Iterable[tuple[Request, Sequence[ReviewDecision]]]) -> Verdict | None:
    """Return what the requests that bring in a patch decide about it; null when they do not say.

    A merged request goes before an open one, that before one that was given up. Of each reviewer the latest decision
    stands.
    """
    ranked = sorted(requests, key=lambda one: _precedence(one[0]))
    if not ranked:
        return None
    request, decisions = ranked[0]
    standing = _standing(decisions)
    approved = [one for one in standing if one.decision is Decision.APPROVED and one.actor is Actor.HUMAN]
    if request.state is PullRequestState.MERGED:
        if approved:
            first = min(approved, key=lambda one: (one.decided_at is None, one.decided_at or 0))
            return Verdict(Decision.APPROVED, first.decided_at or request.merged_at)
        return Verdict(Decision.AUTO_APPROVED, request.merged_at) if request.is_review_known else None
    if request.state is PullRequestState.CLOSED:
        return Verdict(Decision.REJECTED, request.closed_at)
    rejected = [one for one in standing if one.decision is Decision.REJECTED]
    if rejected:
        return Verdict(Decision.REJECTED, max((one.decided_at for one in rejected if one.decided_at), default=None))
    if approved:
        return Verdict(Decision.APPROVED, min((one.decided_at for one in approved if one.decided_at), default=None))
    return Verdict(Decision.PENDING, None)


def approvers_of(decisions: Iterable[ReviewDecision], author: str | None) -> set[int | str]:
    """Return the different people other than the author of a patch whose approval of it stands.

    By name, as a team's own records tell them, so that nobody counts twice; by account where no name is known.
    """
    return {
        one.reviewer if one.decided_by is None else one.decided_by
        for one in _standing(decisions)
        if one.decision is Decision.APPROVED and one.actor is Actor.HUMAN and one.reviewer is not None
        and (author is None or one.decided_by != author)
    }  # fmt: skip


def _deciding(request: Request, proposed_at: int | None) -> list[Review]:
    """Return the reviews that decide, in their order: by others than the author, and not before the patch was there."""
    set_aside = {
        (_reviewer(one), one.submitted_at)
        for one in request.reviews
        if one.state is ReviewState.DISMISSED and one.submitted_at is not None
    }
    deciding = [
        one
        for one in request.reviews
        if one.state in _DECIDED
        and (one.person is None or one.person != request.person)
        and (_reviewer(one), one.submitted_at) not in set_aside
        and not (proposed_at is not None and one.submitted_at is not None and one.submitted_at < proposed_at - EARLY)
    ]
    return sorted(deciding, key=lambda one: (one.submitted_at is None, one.submitted_at or 0, one.number, one.key))


def _standing(decisions: Iterable[ReviewDecision]) -> list[ReviewDecision]:
    """Return the latest decision of each reviewer."""
    return list({one.reviewer: one for one in decisions if one.review_key is not None}.values())


def _reviewer(review: Review) -> int | str | None:
    return review.reviewer_hash if review.reviewer_hash is not None else review.person


def _precedence(request: Request) -> tuple[int, int, int]:
    if request.state is PullRequestState.MERGED:
        return 0, request.merged_at or 0, request.key
    if request.state is PullRequestState.OPEN:
        return 1, -(request.opened_at or 0), request.key
    return 2, -(request.closed_at or 0), request.key
