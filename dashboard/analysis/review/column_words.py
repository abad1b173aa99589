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
    "decided_patch_count": "patches approved, auto-approved or applied, of days older than the rollback window",
    "failing_classes_patches.rolled_back_rate": "share of these patches rolled back within the rollback window",
    "young_patch_count": "decided patches that are younger than the rollback window: they can still be rolled back and "
    "are in neither of the two",
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

_VERDICT = "too lax, too restrictive, about right, or cannot tell, by what both sides cost"
_APPROVAL_PATTERNS = {
    "approval_patterns_verdicts.verdict": _VERDICT,
    "approval_patterns_class_verdicts.verdict": _VERDICT,
    "approval_patterns_verdicts.compared_verdict": "the verdict in the quarter before",
}
_NOISY_INTEGRATIONS = {
    "integration": "MCP server, provider, platform or kind of command",
    "noisy_integrations_rates.kind": "what it is (IntegrationKind)",
    "noisy_integrations_kinds.kind": "what it is (IntegrationKind)",
    "noisy_integrations_rates.attempt_count": "attempts that ended, retries of a gateway included: the n of the share",
    "useless_count": "attempts that failed, timed out, were denied, never run or made again by a gateway",
    "useless_rate": "useless attempts, of all",
    "per_100_useful": "useless attempts for each hundred useful ones",
    "per_100_useful_low": "lower end of the 95 % interval of useless attempts for each hundred useful ones",
    "per_100_useful_high": "upper end of the 95 % interval of useless attempts for each hundred useful ones",
    "noisy_integrations_rates.against_the_rest": "better, worse, no difference seen or cannot tell yet, against the "
    "others together; or too few attempts",
    "before_attempt_count": "attempts in the quarter before",
    "before_useless_rate": "useless attempts of all in the quarter before",
    "noisy_integrations_kinds.failed_count": "attempts that failed",
    "noisy_integrations_kinds.retry_count": "attempts that a gateway made again inside a call",
    "most_frequent_error": "kind of error that most of the failed calls ended in (ErrorKind)",
}
_BEFORE_SCALING = {
    "needed": "by when it is necessary: now, or before usage reaches so many times that of the quarter",
    "usage_level": "multiple of the quarter's usage; 1 is now",
    "area": "what the proposal is about",
    "proposal": "what to do",
    "evidence": "the figures that it rests on",
    "expected_effect": "what is expected of it, or what happens without it",
    "measure": "what grows with usage",
    "before_scaling_levels.unit": "what the value counts",
    "before_scaling_levels.value": "the amount in a month at this level, each unit of usage as it is now",
    "value_low": "lower end of the 95 % interval of the value",
    "value_high": "upper end of the 95 % interval of the value",
    "limit": "the budget, or what was agreed on; empty where nothing was",
    "is_over": "whether the value is over the limit",
    "before_scaling_levels.event_count": "calls or decisions that the value rests on",
}

REVIEW_MADE: Mapping[str, str] = {
    **_FAILING_CLASSES,
    **_BEST_ROUTES,
    **_APPROVAL_PATTERNS,
    **_NOISY_INTEGRATIONS,
    **_BEFORE_SCALING,
}
"""By name of the column, or by "table.column"."""
