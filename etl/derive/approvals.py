"""Rows of approvals from reviews of the requests that bring in patches, and decisions in a team's own records."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from data.keys import stable_key
from data.words import (
    Actor,
    Decision,
    FactSource,
    LinkKind,
    Platform,
    PullRequestState,
    ReviewState,
    Subject,
    TimeBasis,
)
from etl.context import day_of
from etl.derive.differences import Rows, key_table
from etl.derive.outcome_evidence import Link
from etl.derive.patch_facts import PatchFacts
from etl.derive.patch_outcomes import Answer
from etl.derive.review_decisions import (
    Request,
    Review,
    ReviewDecision,
    Verdict,
    approvers_of,
    decisions_on,
    verdict_of,
)

_PLATFORMS = f"('{Platform.GITHUB}', '{Platform.GITLAB}')"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What reviews say of one patch."""

    verdict: Verdict | None
    approvers: frozenset[int | str]
    is_told: bool
    """Whether any request tells its reviews, so that nobody means nobody."""


def stored_approvals(connection: sqlite3.Connection, keys: str) -> Rows:
    """Return the rows of approvals of patches that follow from reviews."""
    return {
        row[0]: row
        for row in connection.execute(
            f"SELECT a.* FROM temp.{keys} k CROSS JOIN approval a ON a.subject_key = k.key "  # noqa: S608
            f"WHERE a.subject = '{Subject.PATCH}' AND a.source IN {_PLATFORMS}"
        )
    }


def find_approvals(
    connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], links: Iterable[Link]
) -> tuple[Rows, dict[int, Reviewed]]:
    """Return the rows of approvals that follow from reviews, and what these say of each patch together."""
    of_patch: dict[int, list[int]] = defaultdict(list)
    for link in links:
        if link.kind == LinkKind.PULL_REQUEST and link.patch_key in patches:
            of_patch[link.patch_key].append(link.target_key)
    requests = _requests(connection, {key for keys in of_patch.values() for key in keys})
    rows: Rows = {}
    reviewed: dict[int, Reviewed] = {}
    for patch_key, keys in of_patch.items():
        patch = patches[patch_key]
        decided = [(requests[key], decisions_on(requests[key], patch.proposed_at)) for key in keys if key in requests]
        for request, decisions in decided:
            for decision in decisions:
                row = _row(patch, request, decision)
                rows[row[0]] = row
        approvers = approvers_of((one for _, decisions in decided for one in decisions), patch.person)
        is_told = any(request.is_review_known or decisions_of for request, decisions_of in decided if request.reviews)
        is_told = is_told or any(request.is_review_known for request, _ in decided)
        reviewed[patch_key] = Reviewed(verdict_of(decided), frozenset(approvers), is_told)
    return rows, reviewed


def recorded_answers(connection: sqlite3.Connection, keys: str) -> dict[int, list[Answer]]:
    """Return the decisions on patches in a team's own records."""
    found: dict[int, list[Answer]] = defaultdict(list)
    for patch_key, decision, decided_by, decided_at, actor, key in connection.execute(
        "SELECT a.subject_key, a.decision, a.decided_by, a.decided_at, a.actor, a.approval_key "  # noqa: S608
        f"FROM temp.{keys} k CROSS JOIN approval a ON a.subject_key = k.key "
        f"WHERE a.subject = '{Subject.PATCH}' AND a.source = '{FactSource.RECORD}' ORDER BY a.approval_key"
    ):
        found[patch_key].append(Answer(decision, decided_by, decided_at, actor == Actor.HUMAN, key))
    return found


def approver_count(patch: PatchFacts, reviewed: Reviewed | None, answers: Iterable[Answer]) -> int | None:
    """Return how many different people other than its author approved a patch; null when nobody says."""
    answers = list(answers)
    if not answers and (reviewed is None or not reviewed.is_told):
        return None
    accepted = (Decision.APPROVED, Decision.EDITED)
    people: set[int | str] = {
        one.decided_by
        for one in answers
        if one.is_human and one.decided_by is not None and one.decision in accepted and one.decided_by != patch.person
    }
    return len(people | (reviewed.approvers if reviewed else frozenset()))


def _requests(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, Request]:
    key_table(connection, "wanted_request", keys)
    reviews: dict[int, list[Review]] = defaultdict(list)
    for request_key, key, person, reviewer, is_bot, state, submitted_at, number in connection.execute(
        "SELECT v.pull_request_key, v.pull_request_review_key, v.person, v.reviewer_hash, v.is_bot, v.state, "
        "v.submitted_at, v.number_in_request FROM temp.wanted_request k "
        "CROSS JOIN pull_request_review v ON v.pull_request_key = k.key"
    ):
        review = Review(key, person, reviewer, bool(is_bot), ReviewState(state), submitted_at, number)
        reviews[request_key].append(review)
    found: dict[int, Request] = {}
    for key, platform, state, *row, is_review_known in connection.execute(
        "SELECT r.pull_request_key, r.platform, r.state, r.person, r.opened_at, r.merged_at, r.closed_at, r.merged_by, "
        "r.is_review_known FROM temp.wanted_request k CROSS JOIN pull_request r ON r.pull_request_key = k.key"
    ):
        request = Request(key, platform, PullRequestState(state), *row, is_review_known=bool(is_review_known))
        found[key] = replace(request, reviews=tuple(reviews[key]))
    return found


def _row(patch: PatchFacts, request: Request, decision: ReviewDecision) -> tuple[Any, ...]:
    moments = [at for at in (request.opened_at, patch.proposed_at) if at is not None]
    asked_at = max(moments, default=None)
    waiting = None
    if asked_at is not None and decision.decided_at is not None:
        waiting = max(0, decision.decided_at - asked_at) // 1000
    what = decision.review_key if decision.review_key is not None else decision.decision.value
    key = stable_key("approval", Subject.PATCH.value, patch.key, request.key, what)
    basis = TimeBasis.NONE if asked_at is None else TimeBasis.GIVEN
    return (
        key, Subject.PATCH.value, patch.key, patch.task_key, patch.person, patch.project, patch.task_class, None, None,
        decision.decision.value, decision.actor.value, asked_at, basis.value, day_of(asked_at), decision.decided_at,
        request.platform, None, decision.decided_by, waiting, None,
        None if decision.is_second is None else int(decision.is_second), None, None,
    )  # fmt: skip
