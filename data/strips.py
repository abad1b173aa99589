"""Strips: the rows of a daily rollup once more, those of a block of days end to end, which are read many times faster.

A page that asks for a quarter of one project reads some thousand rows of a daily rollup, and some hundred strips: one
for each group of names (dimensions) that the rollup keeps apart, and block of days. A strip has the days and measures
of its rows as records of fixed width, and their histograms, laid end to end in the order of the records.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

BLOCK_BITS = 5
"""A block is 32 days: the number of a day (data.epoch) without its last five bits."""
DAY, HISTOGRAM_BYTES = "day", "histogram_bytes"

_SUMMED = frozenset({"retry_count"})
"""Named like counts of records, but sums of numbers that files give."""


@dataclass(frozen=True)
class Layout:
    """What the strips of one rollup hold."""

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    histogram: str | None = None
    """Column of the rollup."""

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Fields of a record with their types in numpy: 4 bytes for counts of records, 8 for sums of what files say."""
        counted = [(name, "i8" if name in _SUMMED or not name.endswith("_count") else "i4") for name in self.measures]
        return ((DAY, "i4"), *counted, (HISTOGRAM_BYTES, "i4"))

    @property
    def record(self) -> struct.Struct:
        """What packs a record: day, measures, and how long its histogram is."""
        return struct.Struct("<" + "".join("i" if kind == "i4" else "q" for _, kind in self.fields))


_BY_PROJECT = ("project", "task_class", "provider", "model")
_BY_ROUTE = ("task_class", "provider", "model")
_TASKS = (
    "task_count", "completed_count", "failed_count", "aborted_count", "unknown_count", "kept_count", "priced_count",
    "known_cost_count", "completed_priced_count", "within_budget_count", "known_cost_micro_usd", "unpriced_call_count",
)  # fmt: skip
_CALLS = (
    "call_count", "unpriced_count", "usage_known_count", "latency_known_count", "fallback_count", "retry_count",
    "cost_micro_usd", "both_costs_count", "both_billed_count", "both_reported_micro_usd", "both_computed_micro_usd",
    "computed_cost_micro_usd", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens",
)  # fmt: skip
_ATTRIBUTED = ("attributed_call_count", "attributed_unpriced_count", "attributed_cost_micro_usd")
_ENDS = ("source", "status", "error_kind")
_PATCHES = (
    "patch_count", "decided_count", "human_decided_count", "rejected_count", "unfinished_count", "pending_count",
    "rolled_back_count", "human_rolled_back_count", "rolled_back_late_count", "rolled_back_unsure_count",
    "rewind_count", "git_revert_count", "deploy_rollback_count", "human_overwrite_count", "reworked_count",
    "commit_linked_count", "pull_request_linked_count", "deployment_linked_count", "unlinked_count",
)  # fmt: skip
_DECISIONS = (
    "patch_count", "accepted_count", "rolled_back_count", "rejected_count", "comparable_rejected_count",
    "accepted_again_count", "pending_count", "unfinished_count", "reviewers_known_count", "second_reviewed_count",
    "waiting_known_count", "waiting_ms",
)  # fmt: skip
_ZONES = ("risk_zone", "actor")
_APPROVALS = ("approval_count", "waiting_known_count", "waiting_ms", "second_reviewer_count")
_DECIDED = ("subject", "decision", "actor")
_COMMANDS = (
    "proposed_count", "run_count", "good_count", "timeout_count", "cancelled_count", "untimed_count",
)  # fmt: skip
_TOOL = ("server", "tool", "is_mutating")
_TOOL_CALLS = (
    "tool_call_count", "approved_count", "rejected_count", "policy_decided_count", "unknown_decided_count",
    "pending_count",
)  # fmt: skip
_REVIEWS = ("decided_count", "rejected_count", "waiting_known_count", "waiting_ms")
_ATTEMPTS = (
    "attempt_count", "useful_count", "failed_count", "timeout_count", "denied_count", "not_run_count",
    "repeated_count",
)  # fmt: skip
LAYOUTS: Mapping[str, Layout] = {
    "task_daily": Layout(_BY_PROJECT, _TASKS, "cost_histogram"),
    "task_route_daily": Layout(_BY_ROUTE, _TASKS, "cost_histogram"),
    "call_daily": Layout((*_BY_PROJECT, *_ENDS, "is_attributed"), _CALLS, "latency_histogram"),
    "call_route_daily": Layout((*_BY_ROUTE, *_ENDS, "is_attributed"), _CALLS, "latency_histogram"),
    "call_project_daily": Layout(
        ("project", "provider", "model", *_ENDS), (*_CALLS, *_ATTRIBUTED), "latency_histogram"
    ),
    "route_daily": Layout(("provider", "model", *_ENDS), (*_CALLS, *_ATTRIBUTED), "latency_histogram"),
    "patch_daily": Layout(_BY_PROJECT, _PATCHES),
    "patch_route_daily": Layout(_BY_ROUTE, _PATCHES),
    "patch_decision_daily": Layout((*_BY_PROJECT, *_ZONES), _DECISIONS, "waiting_histogram"),
    "zone_decision_daily": Layout(("task_class", *_ZONES), _DECISIONS, "waiting_histogram"),
    "zone_decision_project_daily": Layout(("project", "task_class", *_ZONES), _DECISIONS, "waiting_histogram"),
    "zone_decision_route_daily": Layout((*_BY_ROUTE, *_ZONES), _DECISIONS, "waiting_histogram"),
    "approval_daily": Layout((*_BY_PROJECT, *_DECIDED), _APPROVALS, "waiting_histogram"),
    "decision_daily": Layout(("task_class", *_DECIDED), _APPROVALS, "waiting_histogram"),
    "decision_project_daily": Layout(("project", "task_class", *_DECIDED), _APPROVALS, "waiting_histogram"),
    "decision_route_daily": Layout((*_BY_ROUTE, *_DECIDED), _APPROVALS, "waiting_histogram"),
    "command_daily": Layout(_BY_PROJECT, _COMMANDS, "duration_histogram"),
    "command_route_daily": Layout(_BY_ROUTE, _COMMANDS, "duration_histogram"),
    "tool_call_daily": Layout((*_BY_PROJECT, *_TOOL), _TOOL_CALLS),
    "tool_daily": Layout(_TOOL, _TOOL_CALLS),
    "tool_project_daily": Layout(("project", *_TOOL), _TOOL_CALLS),
    "tool_route_daily": Layout((*_BY_ROUTE, *_TOOL), _TOOL_CALLS),
    "patch_reviewer_daily": Layout((*_BY_PROJECT, "reviewer"), _REVIEWS, "waiting_histogram"),
    "reviewer_daily": Layout(("reviewer",), _REVIEWS, "waiting_histogram"),
    "reviewer_project_daily": Layout(("project", "reviewer"), _REVIEWS, "waiting_histogram"),
    "reviewer_route_daily": Layout((*_BY_ROUTE, "reviewer"), _REVIEWS, "waiting_histogram"),
    "integration_daily": Layout(("project", "kind", "name"), _ATTEMPTS),
}
"""By rollup: those that are read by more than the project; each row of them with a day is in one strip.

Nothing in a store says what its strips hold but the version of its schema: another layout needs another version.
"""
