"""Record tables of decisions, commands, tool calls and deployments."""

from dataclasses import replace

from data.keys import stable_key
from data.words import (
    Actor,
    CommandKind,
    CommandStatus,
    Decision,
    DeploymentStatus,
    Environment,
    FactSource,
    SourceKind,
    Subject,
    TimeBasis,
    ToolStatus,
)
from etl.context import LoadContext
from etl.records.between import needed_by, not_before
from etl.records.contract import (
    ID,
    PERSON,
    PROJECT,
    RECORDED_AT,
    TASK_ID,
    Column,
    ColumnType,
    Problem,
    RecordTable,
    Rows,
    all_of,
    record_key,
    required,
    without_nulls,
    word,
)
from etl.records.task_links import classes_of, keys_of_tasks
from etl.redact import redact_id
from etl.sources.bolt_artifacts import head_of_command

_THINGS = {
    Subject.PATCH.value: "patch",
    Subject.COMMAND.value: "command_run",
    Subject.TOOL_CALL.value: "tool_call",
    Subject.DEPLOYMENT.value: "deployment",
}


def _between_ms(rows: Rows, first: str, last: str) -> list[int | None]:
    """Return the time between two instants in milliseconds, rounded half up; null where one is not given."""
    return [
        None if begin is None or end is None else (end - begin + 500) // 1000
        for begin, end in zip(rows[first], rows[last], strict=True)
    ]


def _durations(rows: Rows) -> list[int | None]:
    """Return the duration as given, else from the start to the end."""
    lasted = _between_ms(rows, "started_at", "finished_at")
    return [between if given is None else given for given, between in zip(rows["duration_ms"], lasted, strict=True)]


def _approvals(rows: Rows, context: LoadContext) -> Rows:
    task_keys = keys_of_tasks(rows)
    return {
        "subject_key": [
            record_key(_THINGS[subject], project, native_id)
            for subject, project, native_id in zip(rows["subject"], rows["project"], rows["subject_id"], strict=True)
        ],
        "task_key": task_keys,
        "task_class": classes_of(context.connection, task_keys),
        "actor": without_nulls(rows["actor"], Actor.UNKNOWN.value),
        "asked_at_basis": all_of(rows, TimeBasis.GIVEN.value),
        "waiting_ms": _between_ms(rows, "asked_at", "decided_at"),
        "source": all_of(rows, FactSource.RECORD.value),
    }


def _follow_approvals(written: Rows, context: LoadContext) -> None:
    context.touched.patch_keys.update(
        key
        for subject, key in zip(written["subject"], written["subject_key"], strict=True)
        if subject == Subject.PATCH and key is not None
    )


APPROVALS = RecordTable(
    SourceKind.RECORD_APPROVALS,
    "approval",
    (
        ID,
        required("subject", ColumnType.WORD, words=Subject, example="patch"),
        required("asked_at", ColumnType.INSTANT, example="2026-03-02T10:03:10Z"),
        required("decision", ColumnType.WORD, words=Decision, example="approved"),
        Column(
            "subject_id",
            ColumnType.ID,
            says="id of the record in patches, command_runs, tool_calls or deployments that it is about",
            example="p-1",
        ),
        word("actor", Actor, says="who decided; empty: unknown", example="human"),
        Column("decided_at", ColumnType.INSTANT, says="when it was decided", example="2026-03-02T10:20:00Z"),
        Column("decided_by", ColumnType.PERSON, says="person who decided", example="bob"),
        Column("policy", ColumnType.NAME, example="review of src"),
        TASK_ID,
        PERSON,
        PROJECT,
        Column("server", ColumnType.NAME),
        Column("tool", ColumnType.NAME, says="tool, or program that the command calls"),
        Column("is_second_reviewer", ColumnType.FLAG, example=False),
        RECORDED_AT,
    ),
    at="asked_at",
    date="asked_date",
    fill=_approvals,
    check=lambda rows: list(not_before(rows, "asked_at", "decided_at")),
    follow=_follow_approvals,
)


def _commands(rows: Rows, context: LoadContext) -> Rows:
    task_keys = keys_of_tasks(rows)
    # Most commands are run again and again.
    heads = {command: head_of_command(command.strip()) or None for command in set(rows["command"])}
    hashes = {command: stable_key("command", command.strip()) for command in heads}
    return {
        "task_key": task_keys,
        "task_class": classes_of(context.connection, task_keys),
        "kind": without_nulls(rows["kind"], CommandKind.OTHER.value),
        "command_head": [heads[command] for command in rows["command"]],
        "command_hash": [hashes[command] for command in rows["command"]],
        "duration_ms": _durations(rows),
        "source": all_of(rows, FactSource.RECORD.value),
    }


COMMAND_RUNS = RecordTable(
    SourceKind.RECORD_COMMAND_RUNS,
    "command_run",
    (
        ID,
        required("started_at", ColumnType.INSTANT, says="when it began to run", example="2026-03-02T10:03:20Z"),
        required(
            "command",
            ColumnType.COMMAND,
            says="the command; only its first word and a hash of the whole are kept, never the text",
            example="npm run build",
        ),
        required("status", ColumnType.WORD, words=CommandStatus, says="how it ended", example="ok"),
        word("kind", CommandKind, says="kind of command; empty: other", example="shell"),
        Column("duration_ms", ColumnType.WHOLE, says="how long it ran; empty: from started_at to finished_at",
               example=8400),
        Column("finished_at", ColumnType.INSTANT, says="when it ended", example="2026-03-02T10:03:28.4Z"),
        Column("exit_code", ColumnType.CODE, example=0),
        TASK_ID,
        PERSON,
        PROJECT,
        RECORDED_AT,
    ),
    at="started_at",
    date="started_date",
    fill=_commands,
    check=lambda rows: list(not_before(rows, "started_at", "finished_at")),
)  # fmt: skip


def _tool_calls(rows: Rows, context: LoadContext) -> Rows:  # noqa: ARG001
    return {"task_key": keys_of_tasks(rows), "source": all_of(rows, FactSource.RECORD.value)}


TOOL_CALLS = RecordTable(
    SourceKind.RECORD_TOOL_CALLS,
    "tool_call",
    (
        ID,
        required("called_at", ColumnType.INSTANT, says="when it was called", example="2026-03-02T10:02:00Z"),
        required("tool", ColumnType.NAME, example="create_issue"),
        required("status", ColumnType.WORD, words=ToolStatus, example="ok"),
        Column("server", ColumnType.NAME, example="github"),
        Column("is_mutating", ColumnType.FLAG, example=True),
        Column("duration_ms", ColumnType.WHOLE, says="how long it ran", example=350),
        TASK_ID,
        PERSON,
        PROJECT,
        RECORDED_AT,
    ),
    at="called_at",
    date="called_date",
    fill=_tool_calls,
)


def _deployments(rows: Rows, context: LoadContext) -> Rows:  # noqa: ARG001
    lasted = _between_ms(rows, "created_at", "finished_at")
    return {
        "platform": [platform.lower() for platform in rows["platform"]],
        # A success is what the environment shows from its end on, unless the record says otherwise.
        "published_at": [
            finished if published is None and status == DeploymentStatus.SUCCESS else published
            for published, finished, status in zip(
                rows["published_at"], rows["finished_at"], rows["status"], strict=True
            )
        ],
        "duration_ms": [
            between if given is None else given for given, between in zip(rows["duration_ms"], lasted, strict=True)
        ],
        "native_chat_id": [chat and redact_id(chat) for chat in rows["chat_id"]],
        "source": all_of(rows, FactSource.RECORD.value),
    }


def _follow_deployments(written: Rows, context: LoadContext) -> None:
    context.touched.deployment_keys.update(written["deployment_key"])


def _check_deployments(rows: Rows) -> list[Problem]:
    ended = (DeploymentStatus.SUCCESS, DeploymentStatus.FAILURE, DeploymentStatus.CANCELLED)
    return [
        *needed_by(rows, "finished_at", "status", ended),
        *not_before(rows, "created_at", "finished_at", "published_at"),
    ]


DEPLOYMENTS = RecordTable(
    SourceKind.RECORD_DEPLOYMENTS,
    "deployment",
    (
        ID,
        required("created_at", ColumnType.INSTANT, example="2026-03-02T11:00:00Z"),
        required("platform", ColumnType.NAME, says="where to, such as netlify or kubernetes", example="netlify"),
        required("status", ColumnType.WORD, words=DeploymentStatus, example="success"),
        Column("finished_at", ColumnType.INSTANT, says="when it ended; must be there unless it is running",
               example="2026-03-02T11:01:30Z"),
        word("environment", Environment, says="where it went; empty: not known", example="active"),
        Column("target", ColumnType.TITLE, says="repository or site", example="shop/web"),
        Column("published_at", ColumnType.INSTANT,
               says="when it became what the environment shows; empty: of a success, when it ended",
               example="2026-03-02T11:01:30Z"),
        Column("duration_ms", ColumnType.WHOLE, says="how long it took; empty: from created_at to finished_at",
               example=90000),
        Column("files_count", ColumnType.WHOLE, example=34),
        Column("commit_sha", ColumnType.HASH, says="hash of the commit that was published, hexadecimal and whole",
               example="9fceb02d0ae598e95dc970b74767f19372d61af8"),
        Column("branch", ColumnType.TITLE, says="branch that was published", example="main"),
        Column("chat_id", ColumnType.ID, says="number of the bolt.diy chat whose work it publishes", example="12"),
        Column("is_rollback", ColumnType.FLAG, example=False),
        replace(PERSON, says="who published it; empty: whose file it is"),
        PROJECT,
        RECORDED_AT,
    ),
    at="created_at",
    date="finished_date",
    dated_by=("finished_at",),
    fill=_deployments,
    check=_check_deployments,
    follow=_follow_deployments,
)  # fmt: skip
