"""Daily rollups of what people decided on patches, by who decided; as those of data.tables.rollups."""

from datetime import date as calendar_day

from data.tables.base import Row
from data.tables.columns import col, count, day, histogram, number


class _ReviewerSums(Row):
    """What is summed of decisions of people on patches; those that wait are left out."""

    decided_count: int = count("decisions")
    rejected_count: int = count("of these, rejected")
    waiting_known_count: int = count("of these, with known waiting time")
    waiting_ms: int = count("sum of these waiting times, in milliseconds")


class PatchReviewerDaily(_ReviewerSums, table=True):
    """One row per day asked, project, task class, route and person who decided."""

    patch_reviewer_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the decisions were asked")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    reviewer: str | None = col("person who decided, or pseudonym; null where no record names one")
    waiting_histogram: bytes | None = histogram("waiting times, milliseconds")


class ReviewerDaily(_ReviewerSums, table=True):
    """One row per day asked and person who decided: patch_reviewer_daily over the rest."""

    reviewer_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the decisions were asked")
    reviewer: str | None = col("person who decided, or pseudonym; null where no record names one")
    waiting_histogram: bytes | None = histogram("waiting times, milliseconds")


class ReviewerProjectDaily(_ReviewerSums, table=True):
    """One row per day asked, project and person who decided: patch_reviewer_daily over tasks."""

    reviewer_project_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the decisions were asked")
    project: str | None = col("project")
    reviewer: str | None = col("person who decided, or pseudonym; null where no record names one")
    waiting_histogram: bytes | None = histogram("waiting times, milliseconds")


class ReviewerRouteDaily(_ReviewerSums, table=True):
    """One row per day asked, task class, route and person who decided: patch_reviewer_daily over projects."""

    reviewer_route_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the decisions were asked")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    reviewer: str | None = col("person who decided, or pseudonym; null where no record names one")
    waiting_histogram: bytes | None = histogram("waiting times, milliseconds")
