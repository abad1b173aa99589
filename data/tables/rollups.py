"""Daily rollups: what pages read instead of facts. All are mergeable: counts, sums and histograms add up.

Rows of a day are deleted and written anew, in the transaction of the load that touched the day.
"""

from datetime import date as calendar_day

from sqlmodel import Field

from data.tables.base import Row
from data.tables.columns import col, count, day, must, number


class TaskDaily(Row, table=True):
    """One row per day asked, project, task class and route asked for."""

    task_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the tasks were asked")
    project: str | None = col("project")
    task_class: str = must("class (TaskClass)")
    provider: str | None = col("provider of the route")
    model: str | None = col("model of the route")
    task_count: int = count("tasks")
    completed_count: int = count("tasks completed")
    failed_count: int = count("tasks failed")
    aborted_count: int = count("tasks stopped by the person")
    unknown_count: int = count("tasks whose outcome is unknown")
    kept_count: int = count("completed tasks none of whose patches was rolled back")
    priced_count: int = count("tasks all of whose calls have a known cost")
    within_budget_count: int = count("tasks with known cost at or below the task budget")
    known_cost_micro_usd: int = count("known spend of the tasks")
    unpriced_call_count: int = count("calls of the tasks whose cost is unknown")


class PatchDaily(Row, table=True):
    """One row per day proposed, project, task class and route."""

    patch_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the patches were proposed")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the route")
    model: str | None = col("model of the route")
    patch_count: int = count("patches")
    decided_count: int = count("patches approved, auto-approved or applied")
    rejected_count: int = count("patches rejected")
    unfinished_count: int = count("patches whose artifact was not complete")
    rolled_back_count: int = count("decided patches rolled back within the rollback window")
    rolled_back_late_count: int = count("decided patches rolled back after the window")
    rewind_count: int = count("of the rolled back: by a rewind")
    git_revert_count: int = count("of the rolled back: by a git revert")
    deploy_rollback_count: int = count("of the rolled back: by a deployment rollback")
    human_overwrite_count: int = count("of the rolled back: overwritten with the earlier content by a person")
    reworked_count: int = count("decided patches that needed repair")


class CallDaily(Row, table=True):
    """One row per day sent, source, project, task class, route that served, status, error kind and attribution."""

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
    call_count: int = count("counted calls")
    unpriced_count: int = count("of these, with unknown cost")
    usage_known_count: int = count("of these, with known tokens")
    latency_known_count: int = count("of these, with known duration")
    cost_micro_usd: int = count("known spend")
    reported_cost_micro_usd: int = count("spend as reported")
    computed_cost_micro_usd: int = count("spend as computed")
    input_tokens: int = count("known tokens sent")
    cache_read_tokens: int = count("known tokens read from a cache")
    output_tokens: int = count("known tokens received")
    latency_histogram: bytes | None = Field(default=None, description="durations as a log-bucket histogram")


class CommandDaily(Row, table=True):
    """One row per day run, project and task class; proposals without a result are counted apart."""

    command_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the commands ran, or were proposed")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    proposed_count: int = count("commands of which only the proposal is known")
    run_count: int = count("commands that ran and ended")
    good_count: int = count("of these, finished ok or failed within the threshold of the SLO")
    timeout_count: int = count("of these, timed out")
    duration_histogram: bytes | None = Field(default=None, description="durations as a log-bucket histogram")


class ApprovalDaily(Row, table=True):
    """One row per day asked, project, task class, subject, decision and actor."""

    approval_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the decisions were asked")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    subject: str = must("what it is about (Subject)")
    decision: str = must("what was decided (Decision)")
    actor: str = must("who decided (Actor)")
    approval_count: int = count("decisions")
