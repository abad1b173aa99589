"""Daily rollups of patches: what became of them, and what was decided about them by risk zone and by whom."""

from data.definitions import slos
from data.words import Actor, Decision, RollbackEvidence, Subject
from etl.context import DAY_MICROSECONDS
from etl.source_rollups import Rollup, histogram_sql

_BY_PERSON = f"decision IN ('{Decision.APPROVED}', '{Decision.EDITED}')"


def patch_daily() -> Rollup:
    """Return the rollup of what became of patches."""
    late = f"{_decided()} AND rolled_back_at IS NOT NULL AND NOT {within_window()}"
    return Rollup(
        table="patch_daily",
        facts="patch",
        date="proposed_date",
        dimensions={name: name for name in ("project", "task_class", "provider", "model")},
        measures={
            "patch_count": "1",
            "decided_count": _decided(),
            "human_decided_count": f"{_decided()} AND {_BY_PERSON}",
            "rejected_count": _closed(Decision.REJECTED),
            "unfinished_count": "NOT is_closed",
            "pending_count": _closed(Decision.PENDING),
            "rolled_back_count": _undone(),
            "human_rolled_back_count": f"{_undone()} AND {_BY_PERSON}",
            "rolled_back_late_count": late,
            "rolled_back_unsure_count": f"{late} AND coalesce(rolled_back_after, proposed_at) <= {_window_end()}",
            **{
                f"{evidence}_count": f"{_undone()} AND rollback_evidence = '{evidence}'"
                for evidence in RollbackEvidence
            },
            "reworked_count": f"{_decided()} AND rework_kind IS NOT NULL",
            "commit_linked_count": "has_commit",
            "pull_request_linked_count": "has_pull_request",
            "deployment_linked_count": "has_deployment",
            "unlinked_count": (
                "NOT (coalesce(has_commit, 0) OR coalesce(has_pull_request, 0) OR coalesce(has_deployment, 0))"
            ),
        },
    )


def patch_decision_daily() -> Rollup:
    """Return the rollup of what was decided about patches, by risk zone and by whom.

    A person decided what was approved or edited, as in patch_daily, and a policy what was let through. Who rejected a
    patch, or is to decide on it, and how long it waited, says its deciding approval: of those with its decision the one
    nearest in time to when the patch was decided on. Without one, it waited from the proposal to the decision.
    """
    is_accepted = _decided("patch.")
    waited = f"iif(patch.decision <> '{Decision.PENDING}', coalesce(asked.waiting_ms, {_waited_for_record()}), NULL)"
    return Rollup(
        table="patch_decision_daily",
        facts=f"patch LEFT JOIN approval AS asked ON asked.approval_key = {_deciding_approval()}",
        date="patch.proposed_date",
        dimensions={
            **{name: f"patch.{name}" for name in ("project", "task_class", "provider", "model", "risk_zone")},
            "actor": (
                f"CASE WHEN patch.{_BY_PERSON} THEN '{Actor.HUMAN}' "
                f"WHEN patch.decision = '{Decision.AUTO_APPROVED}' THEN '{Actor.POLICY}' "
                f"WHEN patch.decision IS NOT NULL THEN coalesce(asked.actor, '{Actor.UNKNOWN}') END"
            ),
        },
        measures={
            "patch_count": "1",
            "accepted_count": is_accepted,
            "rolled_back_count": _undone("patch."),
            "rejected_count": _closed(Decision.REJECTED, "patch."),
            "accepted_again_count": f"{_closed(Decision.REJECTED, 'patch.')} AND accepted_again_at IS NOT NULL",
            "pending_count": _closed(Decision.PENDING, "patch."),
            "unfinished_count": "NOT is_closed",
            "reviewers_known_count": f"{is_accepted} AND approver_count IS NOT NULL",
            "second_reviewed_count": f"{is_accepted} AND approver_count >= 2",
            "waiting_known_count": f"{waited} IS NOT NULL",
            "waiting_ms": waited,
        },
        histograms={"waiting_histogram": histogram_sql(waited)},
    )


def within_window() -> str:
    """Return whether a patch was rolled back within the window; one without a time of its own counts as such."""
    return f"coalesce(rolled_back_at <= {_window_end()}, 1)"


def _deciding_approval() -> str:
    # SQLite finds no column of the patch in ORDER BY, so what is ordered by is named one level below. A patch without a
    # decision has no approval to look for.
    return (
        "CASE WHEN patch.decision IS NOT NULL THEN (SELECT approval_key FROM (SELECT one.approval_key, "  # noqa: S608
        f"one.decided_at IS NULL AS is_undated, one.actor <> '{Actor.HUMAN}' AS is_no_person, "
        "abs(one.decided_at - coalesce(patch.decided_at, 0)) AS apart FROM approval AS one "
        f"WHERE one.subject_key = patch.patch_key AND one.subject = '{Subject.PATCH}' "
        "AND one.decision = patch.decision) ORDER BY is_undated, apart, is_no_person, approval_key LIMIT 1) END"
    )


def _waited_for_record() -> str:
    return "iif(asked.approval_key IS NULL, max(0, patch.decided_at - patch.proposed_at) / 1000, NULL)"


def _decided(of: str = "") -> str:
    return f"is_closed AND ({of}decision IS NULL OR {of}decision NOT IN ('{Decision.REJECTED}', '{Decision.PENDING}'))"


def _closed(decision: Decision, of: str = "") -> str:
    return f"is_closed AND {of}decision = '{decision}'"


def _undone(of: str = "") -> str:
    return f"{_decided(of)} AND rolled_back_at IS NOT NULL AND {within_window()}"


def _window_end() -> str:
    return f"proposed_at + {slos().rollback_window_days * DAY_MICROSECONDS}"
