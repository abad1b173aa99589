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

_BEST_ROUTES = {
    "best_routes_value.task_count": "tasks that asked for the route",
    "best_routes_value.spend_usd": "known spend of the calls of tasks that the route served, in US dollars",
    "unknown_cost_rate": "share of the calls whose cost is not known",
    "kept_task_as_counted_usd": "spend per completed task without rollback as counted, in US dollars; routes with "
    "easier or smaller tasks look cheaper in it",
    "kept_task_at_mix_usd": "spend per completed task without rollback if the route had served the team's mix of task "
    "classes, in US dollars",
    "kept_tasks_per_dollar": "completed tasks without rollback per US dollar, at the team's mix of task classes",
    "covered_mix_rate": "share of the team's mix that the route has enough tasks of to be judged by",
    "not_ranked": "why the route is not ranked; empty when it is",
    "best_routes_pairs.route": "the route of the two that gives more",
    "times": "kept tasks per dollar of the route, divided by those of the other, within the classes that both have",
    "times_low": "lower end of the 95 % interval of how many times",
    "times_high": "upper end of the 95 % interval of how many times",
    "best_routes_pairs.p_value": "chance of such a distance if there were none",
    "is_clear": "whether the two are told apart, all comparisons considered",
    "success_rate": "share of the tasks of known outcome that completed",
    "success_at_mix_rate": "task success if the route had served the team's mix of task classes",
    "acceptance_rate": "share of the decided patches that were kept, of days older than the rollback window",
    "best_routes_quality.decided_patch_count": "patches decided, of days older than the rollback window",
}

REVIEW_MADE: Mapping[str, str] = {**_FAILING_CLASSES, **_BEST_ROUTES}
"""By name of the column, or by "table.column"."""
