"""Daily rollups: what pages read instead of facts. All are mergeable: counts, sums and histograms add up.

Rows of a day are deleted and written anew, in the transaction of the load that touched the day. Records without a time
have a row with a null date: they are in no period, and the parts still add up to the whole.
"""

from datetime import date as calendar_day

from sqlalchemy import Index

from data.tables.base import Row
from data.tables.columns import col, count, day, histogram, must, number


class _TaskSums(Row):
    """What is summed of tasks."""

    task_count: int = count("tasks")
    completed_count: int = count("tasks completed")
    failed_count: int = count("tasks failed")
    aborted_count: int = count("tasks stopped by the person")
    unknown_count: int = count("tasks whose outcome is unknown")
    kept_count: int = count("completed tasks none of whose patches was rolled back")
    priced_count: int = count("tasks that have calls, all of known cost")
    known_cost_count: int = count("tasks that have a call of known cost")
    completed_priced_count: int = count("completed tasks that have calls, all of known cost")
    within_budget_count: int = count("completed tasks with known cost at or below the task budget")
    known_cost_micro_usd: int = count("known spend of the tasks, in millionths of a US dollar")
    unpriced_call_count: int = count("calls of the tasks whose cost is unknown")


class TaskDaily(_TaskSums, table=True):
    """One row per day asked, project, task class and route asked for."""

    task_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the tasks were asked")
    project: str | None = col("project")
    task_class: str = must("class (TaskClass)")
    provider: str | None = col("provider of the route")
    model: str | None = col("model of the route")
    cost_histogram: bytes | None = histogram("known cost of completed tasks, millionths of a US dollar")


class TaskRouteDaily(_TaskSums, table=True):
    """One row per day asked, task class and route asked for: task_daily over all projects."""

    task_route_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the tasks were asked")
    task_class: str = must("class (TaskClass)")
    provider: str | None = col("provider of the route")
    model: str | None = col("model of the route")
    cost_histogram: bytes | None = histogram("known cost of completed tasks, millionths of a US dollar")


class _PatchSums(Row):
    """What is summed of patches; patches = decided + rejected + unfinished + pending."""

    patch_count: int = count("patches")
    decided_count: int = count("patches approved, auto-approved or applied")
    human_decided_count: int = count("of the decided: accepted by a person")
    rejected_count: int = count("patches rejected")
    unfinished_count: int = count("patches whose artifact was not complete")
    pending_count: int = count("patches that wait for a decision")
    rolled_back_count: int = count("decided patches rolled back within the rollback window")
    human_rolled_back_count: int = count("of the rolled back: accepted by a person")
    rolled_back_late_count: int = count("decided patches rolled back after the window")
    rolled_back_unsure_count: int = count("of the late ones: last seen in place within the window, so perhaps not late")
    rewind_count: int = count("of the rolled back: by a rewind")
    git_revert_count: int = count("of the rolled back: by a git revert")
    deploy_rollback_count: int = count("of the rolled back: by a deployment rollback")
    human_overwrite_count: int = count("of the rolled back: overwritten with the earlier content by a person")
    reworked_count: int = count("decided patches that needed repair")
    commit_linked_count: int = count("patches that a commit was found to carry")
    pull_request_linked_count: int = count("patches that a pull or merge request was found to carry")
    deployment_linked_count: int = count("patches that a deployment was found to carry")
    unlinked_count: int = count("patches that nothing outside the chat was found to carry")


class PatchDaily(_PatchSums, table=True):
    """One row per day proposed, project, task class and route."""

    patch_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the patches were proposed")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the route")
    model: str | None = col("model of the route")


class PatchRouteDaily(_PatchSums, table=True):
    """One row per day proposed, task class and route: patch_daily over all projects."""

    patch_route_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the patches were proposed")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the route")
    model: str | None = col("model of the route")


class _CallSums(Row):
    """What is summed of counted calls."""

    call_count: int = count("counted calls")
    unpriced_count: int = count("of these, with unknown cost")
    usage_known_count: int = count("of these, with known tokens")
    latency_known_count: int = count("of these, with known duration")
    fallback_count: int = count("of these, served by a fallback")
    retry_count: int = count("retries that the gateway made inside these calls")
    cost_micro_usd: int = count("known spend, in millionths of a US dollar")
    both_costs_count: int = count("calls with a reported and a computed cost")
    both_billed_count: int = count("of these, where the reported cost is the one that counts")
    both_reported_micro_usd: int = count("what is reported for calls with both costs")
    both_computed_micro_usd: int = count("what is computed for calls with both costs")
    computed_cost_micro_usd: int = count("spend as computed")
    input_tokens: int = count("known tokens sent")
    cache_read_tokens: int = count("known tokens read from a cache")
    cache_write_tokens: int = count("known tokens written to a cache")
    output_tokens: int = count("known tokens received")


class CallDaily(_CallSums, table=True):
    """One row per day sent, source, project, task class, route that served, status, error kind and attribution."""

    # A large rollup: a filter reads its own rows, not all rows of the period. The last one
    # holds what is asked of each route over a long period, in its order: nothing is sorted, no row is looked up.
    __table_args__ = (
        Index("ix_call_daily_project_date", "project", "date"),
        Index("ix_call_daily_task_class_date", "task_class", "date"),
        Index(
            "ix_call_daily_route_date", "provider", "model", "date", "project", "task_class", "source", "status",
            "error_kind", "is_attributed", "call_count", "unpriced_count", "usage_known_count", "fallback_count",
            "cost_micro_usd", "computed_cost_micro_usd", "input_tokens", "cache_read_tokens", "cache_write_tokens",
            "output_tokens",
        ),
    )  # fmt: skip

    call_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the calls were sent")
    source: str = must("where the calls were read (CallSource)")
    project: str | None = col("project")
    task_class: str | None = col("class of the task; null when not attributed")
    provider: str | None = col("provider that served")
    model: str | None = col("model that served")
    status: str = must("how they ended (CallStatus)")
    error_kind: str | None = col("kind of error (ErrorKind)")
    is_attributed: bool = must("whether they belong to a task")
    latency_histogram: bytes | None = histogram("durations, milliseconds")


class CallRouteDaily(_CallSums, table=True):
    """One row per day, source, task class, route, status, error kind and attribution: call_daily over all projects."""

    call_route_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the calls were sent")
    source: str = must("where the calls were read (CallSource)")
    task_class: str | None = col("class of the task; null when not attributed")
    provider: str | None = col("provider that served")
    model: str | None = col("model that served")
    status: str = must("how they ended (CallStatus)")
    error_kind: str | None = col("kind of error (ErrorKind)")
    is_attributed: bool = must("whether they belong to a task")
    latency_histogram: bytes | None = histogram("durations, milliseconds")


class FallbackDaily(Row, table=True):
    """One row per day sent, project, task class, route asked for and other route that served.

    Calls are those that call_daily counts as served by a fallback. The route asked for is that of the failed attempt
    beside the call; where none is known, the name that the call asked for, which may be a model group of the gateway.
    """

    fallback_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the calls were sent")
    project: str | None = col("project")
    task_class: str | None = col("class of the task; null when not attributed")
    requested_provider: str | None = col("provider that was asked for")
    requested_model: str | None = col("model that was asked for")
    provider: str | None = col("provider that served")
    model: str | None = col("model that served")
    call_count: int = count("counted calls that a fallback served")
    error_count: int = count("of these, ended in an error")
    cost_micro_usd: int = count("known spend, in millionths of a US dollar")


class RouteDaily(_CallSums, table=True):
    """One row per day sent, source, route that served, status and error kind: call_daily over projects and classes."""

    route_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the calls were sent")
    source: str = must("where the calls were read (CallSource)")
    provider: str | None = col("provider that served")
    model: str | None = col("model that served")
    status: str = must("how they ended (CallStatus)")
    error_kind: str | None = col("kind of error (ErrorKind)")
    attributed_call_count: int = count("counted calls that belong to a task")
    attributed_unpriced_count: int = count("of these, with unknown cost")
    attributed_cost_micro_usd: int = count("known spend of calls that belong to a task")
    latency_histogram: bytes | None = histogram("durations, milliseconds")


class CallProjectDaily(_CallSums, table=True):
    """One row per day sent, source, project, route that served, status and error kind: call_daily over task classes."""

    call_project_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the calls were sent")
    source: str = must("where the calls were read (CallSource)")
    project: str | None = col("project")
    provider: str | None = col("provider that served")
    model: str | None = col("model that served")
    status: str = must("how they ended (CallStatus)")
    error_kind: str | None = col("kind of error (ErrorKind)")
    attributed_call_count: int = count("counted calls that belong to a task")
    attributed_unpriced_count: int = count("of these, with unknown cost")
    attributed_cost_micro_usd: int = count("known spend of calls that belong to a task")
    latency_histogram: bytes | None = histogram("durations, milliseconds")


class _CommandSums(Row):
    """What is summed of commands; proposals without a result are counted apart."""

    proposed_count: int = count("commands of which only the proposal is known")
    run_count: int = count("commands that ended ok or failed after a known time, or timed out")
    good_count: int = count("of these, ended ok or failed within the threshold of the SLO")
    timeout_count: int = count("of these, timed out")
    cancelled_count: int = count("commands stopped by a person")
    untimed_count: int = count("commands that ended ok or failed after an unknown time")


class CommandDaily(_CommandSums, table=True):
    """One row per day run, project, task class and route."""

    command_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the commands ran, or were proposed")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    duration_histogram: bytes | None = histogram("durations of those that ended ok or failed, milliseconds")


class CommandRouteDaily(_CommandSums, table=True):
    """One row per day run, task class and route: command_daily over all projects."""

    command_route_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the commands ran, or were proposed")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    duration_histogram: bytes | None = histogram("durations of those that ended ok or failed, milliseconds")


class ProjectDaily(_TaskSums, _PatchSums, _CommandSums, table=True):
    """One row per day and project: all other rollups over classes and routes, and what only projects have.

    What the overview reads: as many rows as days times projects, however many tasks there are.
    """

    project_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day")
    project: str | None = col("project")
    call_count: int = count("counted calls")
    error_call_count: int = count("of these, ended in an error")
    cancelled_call_count: int = count("of these, stopped by the person")
    unknown_call_count: int = count("of these, with unknown end")
    attributed_call_count: int = count("of these, belonging to a task")
    unpriced_count: int = count("of the calls, with unknown cost")
    usage_known_count: int = count("of the calls, with known tokens")
    latency_known_count: int = count("of the calls, with known duration")
    fallback_count: int = count("of the calls, served by a fallback")
    retry_count: int = count("retries that the gateway made inside these calls")
    cost_micro_usd: int = count("known spend of the calls, in millionths of a US dollar")
    attributed_cost_micro_usd: int = count("of it, of calls that belong to a task")
    approval_count: int = count("decisions asked for")
    pending_approval_count: int = count("of these, not decided")
    human_approval_count: int = count("of these, decided by a person")
    tool_call_count: int = count("calls of MCP tools")
    failed_tool_call_count: int = count("of these, failed")
    deployment_count: int = count("attempts to publish")
    failed_deployment_count: int = count("of these, failed")
    event_count: int = count("entries of event logs")
    rolled_back_deployment_count: int = count("deployments whose place an older build took")
    commit_count: int = count("commits")
    pull_request_count: int = count("pull and merge requests opened")
    cost_histogram: bytes | None = histogram("known cost of completed tasks, millionths of a US dollar")
    duration_histogram: bytes | None = histogram("durations of those that ended ok or failed, milliseconds")


class FailureDaily(Row, table=True):
    """One row per day asked, project, task class, route asked for, outcome, footprint and kind of error.

    Why tasks fail: the tasks are those that task_daily counts as failed or stopped.
    """

    failure_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the tasks were asked")
    project: str | None = col("project")
    task_class: str = must("class (TaskClass)")
    provider: str | None = col("provider of the route")
    model: str | None = col("model of the route")
    outcome: str = must("how they ended (Outcome)")
    outcome_basis: str = must("the footprint that shows it (OutcomeBasis)")
    error_kind: str | None = col("kind of error of their last call that failed (ErrorKind); null when none did")
    task_count: int = count("tasks that failed or were stopped")


class IntegrationDaily(Row, table=True):
    """One row per day, project, kind of integration and integration: what attempts at it came to.

    Calls to models are in call_daily. Attempts = useful + failed + timed out + denied + never run.
    """

    integration_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day of the attempts")
    project: str | None = col("project")
    kind: str = must("what it is (IntegrationKind)")
    name: str | None = col("MCP server, platform or kind of command; null when not known")
    attempt_count: int = count("attempts that ended, or were denied or never run")
    useful_count: int = count("of these, ended well")
    failed_count: int = count("of these, failed")
    timeout_count: int = count("of these, stopped after their time limit")
    denied_count: int = count("of these, rejected by the person")
    not_run_count: int = count("of these, approved and never run")
    repeated_count: int = count("of these, calls of a tool that had failed before in the same task on that day")


class SourceDaily(Row, table=True):
    """One row per day, project and source: how many records of that day it has told; what coverage by month reads."""

    source_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day of the records")
    project: str | None = col("project")
    source: str = must("where the records were read (FactSource)")
    thing: str = must("what they are records of (Thing)")
    record_count: int = count("records")


class LinkDaily(Row, table=True):
    """One row per day proposed, project, kind and method of link between patches and what carried them."""

    link_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the patches were proposed")
    project: str | None = col("project")
    kind: str = must("what carried them (LinkKind)")
    method: str = must("how they were found to belong together (LinkMethod)")
    link_count: int = count("links")
    unsure_count: int = count("of these, with a confidence below 0.8")
