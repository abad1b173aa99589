"""Meanings of the columns of the tables of the quarterly review that no table of the store has."""

from collections.abc import Mapping

_FAILING_CLASSES = {
    "counted_task_count": "tasks that completed, failed or were stopped: the n of the rate",
    "failure_rate": "share of the counted tasks that failed or were stopped",
    "is_named": "whether the answer names it",
    "failing_classes_rates.against_the_rest": "better, worse, no difference seen or cannot tell yet, against the other "
    "classes together; or too few tasks to be compared",
    "failing_classes_routes.against_the_rest": "better, worse, no difference seen or cannot tell yet, against the "
    "other routes together, with tasks of this class alone",
    "before_counted_task_count": "tasks of the quarter before that completed, failed or were stopped",
    "before_failure_rate": "share of the counted tasks of the quarter before that failed or were stopped",
    "change_rate": "this quarter minus the one before",
    "failing_classes_changes.verdict": "better, worse, no difference seen or cannot tell yet, against the quarter "
    "before",
    "reason": "why the tasks failed: kind of error of their last failed call, or how they ended",
    "failed_task_count": "tasks that failed or were stopped for this reason",
    "share_of_failures_rate": "share of the failed and stopped tasks of the class",
    "decided_patch_count": "patches approved, auto-approved or applied",
    "failing_classes_patches.rolled_back_rate": "share of the decided patches rolled back within the rollback window; "
    "the youngest can still be",
}

REVIEW_MADE: Mapping[str, str] = {**_FAILING_CLASSES}
"""By name of the column, or by "table.column"."""
