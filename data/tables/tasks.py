"""Tables of what people asked for and what was proposed: tasks, patches and their files."""

from datetime import date, datetime

from sqlalchemy import Index, text

from data.tables.base import Row
from data.tables.columns import big, col, count, day, instant, key, must, ref

_DIMENSIONS = ("provider", "model", "project", "task_class")
_FATE = ("is_closed", "decision", "decision_actor", "proposed_at", "rolled_back_at", "rolled_back_after")
"""What tells how long a patch was in place."""


class Task(Row, table=True):
    """One row per request that a person made, with the retries and automatic fix turns that belong to it."""

    __table_args__ = (
        # The newest rows of a period come in this order: nothing is sorted.
        Index("ix_task_requested_date", "requested_date", "requested_at"),
        # Finds the dearest tasks of a filter without sorting those of a whole period, or reading others.
        Index(
            "ix_task_cost",
            text("known_cost_micro_usd DESC"),
            "requested_date",
            *_DIMENSIONS,
            sqlite_where=text("call_count > unpriced_call_count"),
        ),
    )

    task_key: int = key("hash of its first message and its first reply")
    person: str | None = col("who asked: whoever's export shows the first reply first in time")
    project: str | None = col("which project")
    chat_key: int | None = ref("the chat", index=True)
    root_message_key: int | None = ref("the message that asked", index=True)
    task_class: str = must("what kind of work (TaskClass)")
    task_class_version: str = must("version of the rules that classified it")
    requested_at: datetime | None = instant("when it was asked")
    requested_at_basis: str = must("how that time is known (TimeBasis)")
    requested_date: date | None = day("day it was asked", index=False)
    outcome: str = must("how it ended (Outcome)")
    outcome_basis: str = must("the footprint that shows it (OutcomeBasis)")
    provider: str | None = col("provider of the route it asked for, canonical")
    model: str | None = col("model of the route it asked for")
    requested_provider: str | None = col("provider as bolt.diy names it")
    requested_model: str | None = col("model as bolt.diy names it")
    prompt_chars: int = count("length of the request in UTF-16 units")
    turn_count: int = count("turns, the first one included")
    retry_count: int = count("repeats of the same request after a failed turn")
    fix_request_count: int = count("automatic fix requests")
    patch_count: int = count("patches proposed")
    call_count: int = count("counted llm calls")
    unpriced_call_count: int = count("counted llm calls whose cost is unknown")
    fallback_count: int = count("counted llm calls that a fallback route served")
    known_cost_micro_usd: int = count("sum of the known costs of its calls, in millionths of a US dollar")
    total_tokens: int | None = big("sum of the known tokens of its calls; null when none is known")
    source: str = must("where it was read (FactSource)")
    native_id: str | None = col("id in a team's own record; null for tasks of chats")
    finished_at: datetime | None = instant("when it ended, as a team's own record says")
    record_rank: int | None = big("which copy of a team's own record this is; the newest wins")
    load_id: int | None = ref("the load that first brought a team's own record of it")


class Patch(Row, table=True):
    """One row per set of file changes that an assistant message proposed."""

    __table_args__ = (
        # Finds the tasks that had a patch undone, and when, without reading the patches.
        Index(
            "ix_patch_undone",
            "task_key",
            "proposed_date",
            *_DIMENSIONS,
            *_FATE,
            sqlite_where=text("rolled_back_at IS NOT NULL"),
        ),
        # Holds what tells the rows of a filter or a verdict, and how long patches were in place: keys are hashes, so
        # that the rows of a day lie all over the table.
        Index("ix_patch_proposed_date", "proposed_date", *_DIMENSIONS, "risk_zone", *_FATE),
        Index("ix_patch_commit_sha", "commit_sha", sqlite_where=text("commit_sha IS NOT NULL")),
        # What waits now is few among all patches, and looked at as a whole.
        Index("ix_patch_pending", "proposed_at", sqlite_where=text("decision = 'pending'")),
        # Rejected patches are few, and looked up by person and as a whole.
        Index("ix_patch_rejected", "decision", "person", sqlite_where=text("decision = 'rejected'")),
        Index("ix_patch_accepted_again", "accepted_again_key", sqlite_where=text("accepted_again_key IS NOT NULL")),
    )

    patch_key: int = key("key of the assistant message that proposed it, or hash of a team's own record of it")
    task_key: int | None = ref("the task", index=True)
    person: str | None = col("who asked for it")
    project: str | None = col("which project")
    proposed_at: datetime | None = instant("when it was proposed; bolt.diy applies it at once")
    proposed_at_basis: str = must("how that time is known (TimeBasis)")
    proposed_date: date | None = day("day it was proposed", index=False)
    task_class: str | None = col("class of its task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    files_count: int = count("files it writes")
    lines_added: int | None = big("lines added")
    lines_removed: int | None = big("lines removed")
    is_closed: bool = must("whether the artifact was complete")
    decision: str | None = col("decision on it (Decision); null where it was applied without being asked about")
    rolled_back_at: datetime | None = instant("when it was undone: the first evidence that it was gone")
    rolled_back_after: datetime | None = instant("the last evidence that it was still there")
    rollback_evidence: str | None = col("what shows that it was undone (RollbackEvidence)")
    rollback_confidence: float | None = col("how sure that evidence is, 0 to 1")
    rework_kind: str | None = col("repair that followed (ReworkKind)")
    reworked_at: datetime | None = instant("when the repair was asked for or sent")
    source: str = must("where it was read (FactSource)")
    native_id: str | None = col("id in a team's own record; null for patches of chats")
    commit_sha: str | None = col("commit that carries it, as a team's own record says")
    decided_at: datetime | None = instant("when the decision on it was made; null when it is not known")
    approver_count: int | None = big("different people other than its author who approved it; null when nobody says")
    survival_ms: int | None = big("from the proposal to the rollback, in milliseconds; null while it is in place")
    has_commit: bool | None = col("whether a commit was found to carry it; derived")
    has_pull_request: bool | None = col("whether a pull or merge request was found to carry it; derived")
    has_deployment: bool | None = col("whether a deployment was found to carry it; derived")
    risk_zone: str | None = col("the zone of its files that needs the most care (risk_zones.toml); derived")
    accepted_again_at: datetime | None = instant(
        "of a rejected patch: when the same change was accepted in time (approval_costs.toml); derived"
    )
    accepted_again_key: int | None = ref("the patch as which it was accepted then; derived")
    decision_actor: str | None = col("who decided (Actor); null where it was applied without a question; derived")
    deciding_approval_key: int | None = ref("the approval that decided on it; null where none is known; derived")
    record_rank: int | None = big("which copy of a team's own record this is; the newest wins")
    load_id: int | None = ref("the load that first brought a team's own record of it")


class PatchFile(Row, table=True):
    """One row per file that a patch writes."""

    patch_file_key: int = key("hash of patch and path")
    patch_key: int | None = ref("the patch", index=True)
    path: str = must("path in the project, without leading slash")
    operation: str = must("create or edit (FileOperation)")
    lines_added: int | None = big("lines added; null when there was nothing to compare with")
    lines_removed: int | None = big("lines removed")
    lines_basis: str = must("how lines were counted (LinesBasis)")
    content_bytes: int | None = big("size of the new content in bytes")
    content_hash: int | None = ref("hash of the new content; the content is not stored")
    previous_hash: int | None = ref("hash of the content before; null when there was none")
    blob_hash: int | None = ref("hash of the blob that git makes of the new content, to find it in commits", index=True)
