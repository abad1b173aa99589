"""Tables of decisions, tool calls, commands and deployments."""

from datetime import date, datetime

from data.tables.base import Row
from data.tables.columns import big, col, day, instant, key, must, ref


class Approval(Row, table=True):
    """One row per decision that was asked of a person or a policy."""

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


class CommandRun(Row, table=True):
    """One row per command; status and duration are null where only the proposal is known."""

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
    started_date: date | None = day("day it ran or was proposed")
    duration_ms: int | None = big("how long it ran, in milliseconds")
    status: str | None = col("how it ended (CommandStatus); null where only the proposal is known")
    exit_code: int | None = col("exit code")


class Deployment(Row, table=True):
    """One row per attempt to publish."""

    deployment_key: int = key("hash of source and what identifies the attempt there")
    person: str | None = col("who published")
    project: str | None = col("which project")
    platform: str = must("where to: gitlab, netlify, vercel, github")
    target: str | None = col("repository or site, redacted")
    environment: str | None = col("active or preview (Environment); null when not known")
    status: str = must("how it ended (DeploymentStatus)")
    finished_at: datetime | None = instant("when it ended")
    finished_date: date | None = day("day it ended")
    files_count: int | None = big("files published")
