"""Tables of decisions, tool calls, commands and deployments."""

from datetime import date, datetime

from sqlalchemy import Index, text

from data.tables.base import Row
from data.tables.columns import big, col, day, instant, key, must, ref


class Approval(Row, table=True):
    """One row per decision that was asked of a person or a policy."""

    # What waits now is few among all decisions, and looked at as a whole.
    __table_args__ = (
        Index(
            "ix_approval_pending",
            "subject",
            "asked_at",
            "project",
            "task_class",
            "task_key",
            "subject_key",
            sqlite_where=text("decision = 'pending'"),
        ),
    )

    approval_key: int = key("hash of subject and what was asked about")
    subject: str = must("what it is about (Subject)")
    subject_key: int | None = ref("key of the patch, command, tool call or deployment", index=True)
    task_key: int | None = ref("the task", index=True)
    person: str | None = col("whose task")
    project: str | None = col("which project")
    task_class: str | None = col("class of the task")
    server: str | None = col("MCP server of the tool")
    tool: str | None = col("tool, or first word of the command")
    decision: str = must("what was decided (Decision)")
    actor: str = must("who decided (Actor)")
    asked_at: datetime | None = instant("when it was asked")
    asked_at_basis: str = must("how that time is known (TimeBasis)")
    asked_date: date | None = day("day it was asked")
    decided_at: datetime | None = instant("when it was decided; bolt.diy does not record it")
    source: str = must("where it was read (FactSource)")
    native_id: str | None = col("id in a team's own record")
    decided_by: str | None = col("who decided: the reviewer, as far as mapped")
    waiting_ms: int | None = big("from asking to deciding, in milliseconds; null when either is not known")
    policy: str | None = col("name of the rule that decided")
    is_second_reviewer: bool | None = col("whether somebody other than this reviewer had decided on the same before")
    record_rank: int | None = big("which copy of a team's own record this is; the newest wins")
    load_id: int | None = ref("the load that first brought a team's own record of it")


class ToolCall(Row, table=True):
    """One row per call of an MCP tool, by its tool call id."""

    tool_call_key: int = key("hash of the message and the tool call id")
    native_id: str | None = col("tool call id in the source")
    task_key: int | None = ref("the task", index=True)
    message_key: int | None = ref("the message that called it", index=True)
    person: str | None = col("whose task")
    project: str | None = col("which project")
    server: str | None = col("MCP server")
    tool: str = must("name of the tool")
    status: str = must("how it ended (ToolStatus)")
    called_at: datetime | None = instant("when the message that called it began")
    called_date: date | None = day("day of it")
    source: str = must("where it was read (FactSource)")
    is_mutating: bool | None = col("whether it changes something; null when nobody says")
    duration_ms: int | None = big("how long it ran, in milliseconds")
    record_rank: int | None = big("which copy of the record this is; the most complete or newest wins")
    load_id: int | None = ref("the load that first brought it, where no chat did")


class CommandRun(Row, table=True):
    """One row per command; status and duration are null where only the proposal is known."""

    # The newest rows of a period come in this order: nothing is sorted.
    __table_args__ = (Index("ix_command_run_started_date", "started_date", "started_at"),)

    command_run_key: int = key("hash of the message and the command's place in it")
    task_key: int | None = ref("the task", index=True)
    message_key: int | None = ref("the message that proposed it", index=True)
    person: str | None = col("whose task")
    project: str | None = col("which project")
    task_class: str | None = col("class of the task")
    kind: str = must("kind of action (CommandKind)")
    command_head: str | None = col("first word of the command; the rest is not stored")
    command_hash: int | None = ref("hash of the whole command, to count repeats")
    proposed_at: datetime | None = instant("when it was proposed")
    started_at: datetime | None = instant("when it ran")
    started_date: date | None = day("day it ran or was proposed", index=False)
    duration_ms: int | None = big("how long it ran, in milliseconds")
    status: str | None = col("how it ended (CommandStatus); null where only the proposal is known")
    exit_code: int | None = col("exit code")
    source: str = must("where it was read (FactSource)")
    native_id: str | None = col("id in a team's own record, or of the span")
    record_rank: int | None = big("which copy of the record this is; the most complete or newest wins")
    load_id: int | None = ref("the load that first brought it, where no chat did")


class Deployment(Row, table=True):
    """One row per attempt to publish."""

    __table_args__ = (Index("ix_deployment_target", "target", "platform"),)

    deployment_key: int = key("hash of source and what identifies the attempt there")
    person: str | None = col("who published")
    project: str | None = col("which project")
    platform: str = must("where to: gitlab, netlify, vercel, github")
    target: str | None = col("repository or site, redacted")
    environment: str | None = col("active or preview (Environment); null when not known")
    status: str = must("how it ended (DeploymentStatus)")
    finished_at: datetime | None = instant("when it ended")
    finished_date: date | None = day("day it ended; where that is not told, day the attempt was made")
    files_count: int | None = big("files published")
    source: str = must("where it was read (FactSource)")
    native_id: str | None = col("id on the platform, or in a team's own record")
    native_chat_id: str | None = col("number of the bolt.diy chat that the site's name tells", index=True)
    created_at: datetime | None = instant("when the attempt was made")
    published_at: datetime | None = instant("when it last became what the environment shows; null when never known to")
    duration_ms: int | None = big("from the start of the build to its end, in milliseconds")
    commit_sha: str | None = col("commit that was published", index=True)
    branch: str | None = col("branch that was published, redacted")
    is_rollback: bool | None = col("whether it published an older build again; null when that cannot be told")
    rolled_back_at: datetime | None = instant("when an older build took its place; derived")
    rolled_back_by_key: int | None = ref("the deployment that took its place then; derived")
    record_rank: int | None = big("how new and complete this copy of the record is; the highest wins")
    load_id: int | None = ref("the load that first brought it")
