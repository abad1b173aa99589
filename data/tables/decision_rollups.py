"""Daily rollups of decisions: what was asked, and what strictness is judged from; as those of data.tables.rollups."""

from datetime import date as calendar_day

from sqlalchemy import Index

from data.tables.base import Row
from data.tables.columns import col, count, day, histogram, must, number


class _DecisionSums(Row):
    """What is summed of decisions on patches."""

    patch_count: int = count("patches")
    accepted_count: int = count("patches approved, edited, auto-approved or applied")
    rolled_back_count: int = count("of the accepted: rolled back within the rollback window")
    rejected_count: int = count("patches rejected")
    comparable_rejected_count: int = count(
        "of the rejected: time, files, and chat or person are known, so that the "
        "same change can be found among later ones"
    )
    accepted_again_count: int = count("of these: the same change was accepted in time (approval_costs.toml)")
    pending_count: int = count("patches that wait for a decision")
    unfinished_count: int = count("patches whose artifact was not complete")
    reviewers_known_count: int = count("of the accepted: how many people approved them is known")
    second_reviewed_count: int = count("of the accepted: at least two people approved them")
    waiting_known_count: int = count("decided patches with known waiting time")
    waiting_ms: int = count("sum of these waiting times, in milliseconds")


class PatchDecisionDaily(_DecisionSums, table=True):
    """One row per day proposed, project, task class, route, risk zone and who decided: what strictness is judged from.

    Patches are those of patch_daily: accepted + rejected + pending + unfinished.
    """

    patch_decision_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the patches were proposed")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    risk_zone: str | None = col("zone of the files that needs the most care (risk_zones.toml)")
    actor: str | None = col("who decided (Actor); null where they were applied without being asked about")
    waiting_histogram: bytes | None = histogram("waiting times of decided patches, milliseconds")


class ZoneDecisionDaily(_DecisionSums, table=True):
    """One row per day proposed, task class, risk zone and who decided: patch_decision_daily over the rest."""

    zone_decision_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the patches were proposed")
    task_class: str | None = col("class of the task")
    risk_zone: str | None = col("zone of the files that needs the most care (risk_zones.toml)")
    actor: str | None = col("who decided (Actor); null where they were applied without being asked about")
    waiting_histogram: bytes | None = histogram("waiting times of decided patches, milliseconds")


class ZoneDecisionProjectDaily(_DecisionSums, table=True):
    """One row per day proposed, project, task class, risk zone and who decided: patch_decision_daily over routes."""

    zone_decision_project_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the patches were proposed")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    risk_zone: str | None = col("zone of the files that needs the most care (risk_zones.toml)")
    actor: str | None = col("who decided (Actor); null where they were applied without being asked about")
    waiting_histogram: bytes | None = histogram("waiting times of decided patches, milliseconds")


class ZoneDecisionRouteDaily(_DecisionSums, table=True):
    """One row per day proposed, task class, route, risk zone and who decided: patch_decision_daily over projects."""

    zone_decision_route_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the patches were proposed")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    risk_zone: str | None = col("zone of the files that needs the most care (risk_zones.toml)")
    actor: str | None = col("who decided (Actor); null where they were applied without being asked about")
    waiting_histogram: bytes | None = histogram("waiting times of decided patches, milliseconds")


class _ApprovalSums(Row):
    """What is summed of decisions that were asked for."""

    approval_count: int = count("decisions")
    waiting_known_count: int = count("of these, with known waiting time")
    waiting_ms: int = count("sum of these waiting times, in milliseconds")
    second_reviewer_count: int = count("of these, by a second reviewer")


class ApprovalDaily(_ApprovalSums, table=True):
    """One row per day asked, project, task class, route, subject, decision and actor."""

    __table_args__ = (Index("ix_approval_daily_project_date", "project", "date"),)

    approval_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the decisions were asked")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    subject: str = must("what it is about (Subject)")
    decision: str = must("what was decided (Decision)")
    actor: str = must("who decided (Actor)")
    waiting_histogram: bytes | None = histogram("waiting times of decisions that were made, milliseconds")


class DecisionDaily(_ApprovalSums, table=True):
    """One row per day asked, task class, subject, decision and actor: approval_daily over all projects and routes."""

    decision_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the decisions were asked")
    task_class: str | None = col("class of the task")
    subject: str = must("what it is about (Subject)")
    decision: str = must("what was decided (Decision)")
    actor: str = must("who decided (Actor)")
    waiting_histogram: bytes | None = histogram("waiting times of decisions that were made, milliseconds")


class DecisionProjectDaily(_ApprovalSums, table=True):
    """One row per day asked, project, task class, subject, decision and actor: approval_daily over all routes."""

    __table_args__ = (Index("ix_decision_project_daily_project_date", "project", "date"),)

    decision_project_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the decisions were asked")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    subject: str = must("what it is about (Subject)")
    decision: str = must("what was decided (Decision)")
    actor: str = must("who decided (Actor)")
    waiting_histogram: bytes | None = histogram("waiting times of decisions that were made, milliseconds")


class DecisionRouteDaily(_ApprovalSums, table=True):
    """One row per day asked, task class, route, subject, decision and actor: approval_daily over all projects."""

    __table_args__ = (Index("ix_decision_route_daily_route_date", "provider", "model", "date"),)

    decision_route_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the decisions were asked")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    subject: str = must("what it is about (Subject)")
    decision: str = must("what was decided (Decision)")
    actor: str = must("who decided (Actor)")
    waiting_histogram: bytes | None = histogram("waiting times of decisions that were made, milliseconds")
