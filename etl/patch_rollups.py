"""Daily rollups of patches: what became of them, and what was decided about them by risk zone and by whom."""

from data.definitions import slos
from data.epoch import DAY_MICROSECONDS
from data.words import Actor, Decision, RollbackEvidence
from etl.derive.accepted_again import COMPARABLE_SQL, accepted_sql
from etl.source_rollups import Rollup, histogram_sql

_BY_PERSON = f"decision_actor IS '{Actor.HUMAN}'"


def patch_daily() -> Rollup:
    """Return the rollup of what became of patches, by project and route."""
    late = f"{accepted_sql()} AND rolled_back_at IS NOT NULL AND NOT {within_window()}"
    return Rollup(
        table="patch_daily",
        facts="patch",
        date="proposed_date",
        dimensions={name: name for name in ("project", "task_class", "provider", "model")},
        measures={
            "patch_count": "1",
            "decided_count": accepted_sql(),
            "human_decided_count": f"{accepted_sql()} AND {_BY_PERSON}",
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
            "reworked_count": f"{accepted_sql()} AND rework_kind IS NOT NULL",
            "commit_linked_count": "has_commit",
            "pull_request_linked_count": "has_pull_request",
            "deployment_linked_count": "has_deployment",
            "unlinked_count": (
                "NOT (coalesce(has_commit, 0) OR coalesce(has_pull_request, 0) OR coalesce(has_deployment, 0))"
            ),
        },
    )


def _patch_decisions() -> Rollup:
    """Return the rollup of what was decided about patches, by risk zone and by whom.

    Who decided, and by which approval, stands at the patch (etl.deciders). How long it waited says that approval;
    without one, it waited from the proposal to the decision.
    """
    is_accepted = accepted_sql("patch.")
    waited = f"iif(patch.decision <> '{Decision.PENDING}', coalesce(asked.waiting_ms, {_waited_for_record()}), NULL)"
    return Rollup(
        table="patch_decision_daily",
        facts="patch LEFT JOIN approval AS asked ON asked.approval_key = patch.deciding_approval_key",
        date="patch.proposed_date",
        dimensions={
            **{name: f"patch.{name}" for name in ("project", "task_class", "provider", "model", "risk_zone")},
            "actor": "patch.decision_actor",
        },
        measures={
            "patch_count": "1",
            "accepted_count": is_accepted,
            "rolled_back_count": _undone("patch."),
            "rejected_count": _closed(Decision.REJECTED, "patch."),
            "comparable_rejected_count": f"{_closed(Decision.REJECTED, 'patch.')} AND {COMPARABLE_SQL}",
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


def patch_decision_rollups() -> tuple[Rollup, ...]:
    """Return the rollups of decisions on patches, in the order in which they follow from each other."""
    return _patch_decisions().with_coarser(
        "zone_decision_project_daily", "zone_decision_route_daily", "zone_decision_daily",
        "task_class", "risk_zone", "actor",
    )  # fmt: skip


def within_window() -> str:
    """Return whether a patch was rolled back within the window; one without a time of its own counts as such."""
    return f"coalesce(rolled_back_at <= {_window_end()}, 1)"


def _waited_for_record() -> str:
    return "iif(asked.approval_key IS NULL, max(0, patch.decided_at - patch.proposed_at) / 1000, NULL)"


def _closed(decision: Decision, of: str = "") -> str:
    return f"is_closed AND {of}decision = '{decision}'"


def _undone(of: str = "") -> str:
    return f"{accepted_sql(of)} AND rolled_back_at IS NOT NULL AND {within_window()}"


def _window_end() -> str:
    return f"proposed_at + {slos().rollback_window_days * DAY_MICROSECONDS}"
