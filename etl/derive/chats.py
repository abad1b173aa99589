"""Tasks, calls, patches, tool calls, approvals and commands of the chats that a load touched, derived anew."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.definitions import task_classes
from data.keys import stable_key
from data.words import (
    Actor,
    CallSource,
    CallStatus,
    ErrorKind,
    EvidenceKind,
    FactSource,
    FileOperation,
    LatencyBasis,
    MatchQuality,
    ReworkKind,
    RollbackEvidence,
    Subject,
    TimeBasis,
    UsageStatus,
)
from etl.context import Touched, day_of, upsert
from etl.derive.endings import call_status
from etl.derive.lineage import Lineage, MessageFacts, affected_messages, read_lineages
from etl.derive.patch_edits import edits_of
from etl.derive.rewinds import Rewind, find_rewinds
from etl.derive.task_class import class_of
from etl.derive.turns import Task, Turn, find_tasks, outcome_of
from etl.prices import chosen_cost, computed_cost
from etl.routes import provider_of_bolt

REWORK_CONFIDENCE = 1.0
OVERWRITE_CONFIDENCE = 0.9
"""Restoring all files of a patch to the content before it undoes it, though a person may have meant only a pause."""

_CHAT = FactSource.BOLT_CHAT.value


@dataclass
class _Files:
    """Files of one patch."""

    paths: dict[str, str] = field(default_factory=dict[str, str])
    """Path to operation (FileOperation)."""
    added: int = 0
    removed: int = 0

    def count(self, operation: FileOperation) -> int:
        """How many files the patch creates or edits."""
        return sum(1 for found in self.paths.values() if found == operation)


@dataclass
class _Rows:
    """Derived rows that are waiting to be written."""

    tasks: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    calls: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    patches: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    evidence: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    edits: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    tools: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    approvals: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    commands: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class _Subject:
    """The task that rows belong to, with what they repeat of it."""

    key: int
    person: str | None
    project: str | None
    task_class: str
    provider: str | None
    model: str | None


_CALL_COLUMNS = (
    "llm_call_key", "native_id", "source", "is_counted", "match_quality", "task_key", "message_key", "person",
    "project", "requested_provider", "requested_model", "provider", "model", "task_class", "started_at", "started_date",
    "latency_basis", "status", "error_kind", "input_tokens", "output_tokens", "total_tokens", "usage_status",
    "computed_cost_micro_usd", "cost_micro_usd", "cost_basis", "price_version",
)  # fmt: skip


def derive_chats(connection: sqlite3.Connection, touched: Touched) -> None:
    """Delete and derive anew all rows of chats that share messages with what was touched.

    Adds the tasks, before and after, to touched.task_keys, and the days of their rows to touched.days.
    """
    _write_chats(connection, touched)
    if not affected_messages(connection, touched):
        return
    _forget(connection, touched)
    files = _files_of_patches(connection)
    rows = _Rows()
    for lineage in read_lineages(connection):
        _derive_lineage(lineage, files, rows)
    _write(connection, rows, touched)


def _derive_lineage(lineage: Lineage, files: dict[int, _Files], rows: _Rows) -> None:
    rewinds = find_rewinds(lineage)
    usage_seen = lineage.usage_seen
    times = _times(lineage)
    tasks = find_tasks(lineage)
    followers = _followers(tasks)
    for task in tasks:
        patches = [reply for reply in task.replies if reply.key in files and reply.features.has_artifact]
        new_files = sum(files[patch.key].count(FileOperation.CREATE) for patch in patches)
        edited_files = sum(files[patch.key].count(FileOperation.EDIT) for patch in patches)
        first = next((reply for reply in task.replies if reply.has_random_id), None)
        owner = lineage.owners[first.key if first else task.root.key]
        scope = (None, None, None) if first else (owner.person, owner.project, str(owner.chat_key))
        subject = _Subject(
            key=stable_key("task", task.root.key, first.key if first else None, *scope),
            person=owner.person,
            project=owner.project,
            task_class=class_of(task, len(patches), new_files, edited_files).value,
            provider=provider_of_bolt(task.root.provider),
            model=task.root.model,
        )
        rows.tasks.append(
            _task_row(task, subject, owner.chat_key, outcome_of(task, rewinds, usage_seen), times, len(patches))
        )
        for turn in task.turns:
            _derive_turn(turn, subject, times, usage_seen, rows)
            for patch in turn.replies:
                if patch.key in files and patch.features.has_artifact:
                    after = followers[turn.request.key]
                    rework = _rework(files[patch.key], after, times)
                    rows.edits += edits_of(patch.key, files[patch.key].paths, after)
                    rows.patches.append(_patch_row(patch, files[patch.key], subject, times))
                    rows.evidence += _evidence(patch.key, times[patch.key][0], rewinds.get(patch.key), rework)


def _derive_turn(
    turn: Turn, subject: _Subject, times: dict[int, tuple[int | None, str]], usage_seen: bool, rows: _Rows
) -> None:
    request = turn.request
    if not turn.replies and turn.is_followed:
        # The reply of a failed turn is gone after a retry; two requests in a row are its footprint.
        rows.calls.append(_call_row(request, request, 0, None, CallStatus.ERROR, subject, times))
    for reply in turn.replies:
        status = call_status(reply, usage_seen)
        for number, usage in enumerate(reply.features.usage or (None,)):
            rows.calls.append(_call_row(reply, request, number, usage, status, subject, times))
        at, basis = times[reply.key]
        for tool in reply.features.tools:
            key = stable_key("tool_call", reply.key, tool.tool_call_id)
            rows.tools.append(
                (key, tool.tool_call_id, subject.key, reply.key, subject.person, subject.project, tool.server,
                 tool.tool, tool.status, at, day_of(at), _CHAT, None, None, None, None)
            )  # fmt: skip
            rows.approvals.append(
                (stable_key("approval", "tool_call", key), Subject.TOOL_CALL.value, key, subject.key, subject.person,
                 subject.project, subject.task_class, tool.server, tool.tool, tool.decision, Actor.HUMAN.value, at,
                 basis, day_of(at), None, _CHAT, None, None, None, None, None, None, None)
            )  # fmt: skip
        for number, command in enumerate(reply.features.commands):
            rows.commands.append(
                (stable_key("command_run", reply.key, number), subject.key, reply.key, subject.person, subject.project,
                 subject.task_class, command.kind, command.head, command.command_hash, at, None, day_of(at), None, None,
                 None, _CHAT, None, None, None)
            )  # fmt: skip


def _task_row(
    task: Task,
    subject: _Subject,
    chat_key: int,
    outcome: tuple[str, str],
    times: dict[int, tuple[int | None, str]],
    patch_count: int,
) -> tuple[Any, ...]:
    at, basis = times[task.root.key]
    root = task.root
    return (
        subject.key, subject.person, subject.project, chat_key, root.key, subject.task_class, task_classes().version,
        at, basis, day_of(at), str(outcome[0]), str(outcome[1]), subject.provider, subject.model, root.provider,
        root.model, root.text_chars, len(task.turns), task.retry_count, task.fix_request_count, patch_count,
        0, 0, 0, 0, None, _CHAT, None, None, None, None,
    )  # fmt: skip


def _call_row(
    message: MessageFacts,
    request: MessageFacts,
    number: int,
    usage: tuple[int, int, int] | None,
    status: CallStatus,
    subject: _Subject,
    times: dict[int, tuple[int | None, str]],
) -> tuple[Any, ...]:
    at, _ = times[message.key]
    tokens: tuple[int | None, int | None, int | None] = (None, None, None)
    usage_status = UsageStatus.ABSENT
    if usage is not None:
        usage_status = UsageStatus.REPORTED if any(usage) else UsageStatus.MISSING
        if any(usage):
            tokens = (usage[0], usage[1], usage[2] or usage[0] + usage[1])
    error_kind = ErrorKind.UNKNOWN.value if status is CallStatus.ERROR else None
    provider = provider_of_bolt(request.provider)
    computed = computed_cost(provider, request.model, at, input_tokens=tokens[0], output_tokens=tokens[1])
    cost, basis = chosen_cost(
        provider,
        status=status.value,
        is_cache_hit=None,
        reported_micro_usd=None,
        computed_micro_usd=computed.micro_usd,
    )
    return (
        stable_key("bolt_chat", message.key, number), f"{message.message_id}#{number}", CallSource.BOLT_CHAT.value, 1,
        MatchQuality.NONE.value, subject.key, message.key, subject.person, subject.project, request.provider,
        request.model, provider, request.model, subject.task_class, at, day_of(at),
        LatencyBasis.NONE.value, status.value, error_kind, *tokens, usage_status.value,
        computed.micro_usd, cost, basis.value, computed.price_version,
    )  # fmt: skip


def _patch_row(
    patch: MessageFacts, files: _Files, subject: _Subject, times: dict[int, tuple[int | None, str]]
) -> tuple[Any, ...]:
    at, basis = times[patch.key]
    return (
        patch.key, subject.key, subject.person, subject.project, at, basis, day_of(at), subject.task_class,
        subject.provider, subject.model, len(files.paths), files.added, files.removed, int(patch.features.is_closed),
        *(None,) * 7, _CHAT, *(None,) * 15,
    )  # fmt: skip


def _evidence(
    key: int, proposed_at: int | None, rewind: Rewind | None, rework: tuple[ReworkKind | None, int | None, bool]
) -> Iterable[tuple[Any, ...]]:
    """Yield what the chat itself shows of a patch's fate."""
    kind, reworked_at, is_overwritten = rework
    if rewind is not None:
        yield _evidence_row(
            key, EvidenceKind.ROLLBACK, RollbackEvidence.REWIND, rewind.rolled_back_at, rewind.rolled_back_after,
            rewind.confidence,
        )  # fmt: skip
    elif is_overwritten and reworked_at is not None:
        yield _evidence_row(
            key, EvidenceKind.ROLLBACK, RollbackEvidence.HUMAN_OVERWRITE, reworked_at, proposed_at, OVERWRITE_CONFIDENCE
        )
    if kind is not None:
        yield _evidence_row(key, EvidenceKind.REWORK, kind, reworked_at, None, REWORK_CONFIDENCE)


def _evidence_row(
    key: int,
    kind: EvidenceKind,
    word: RollbackEvidence | ReworkKind,
    at: int | None,
    before_at: int | None,
    confidence: float,
) -> tuple[Any, ...]:
    return (
        stable_key("patch_evidence", key, kind.value, word.value, _CHAT, None), key, kind.value, word.value, _CHAT,
        None, at, before_at, None, confidence, 0,
    )  # fmt: skip


def _rework(
    files: _Files, followers: Sequence[Turn], times: dict[int, tuple[int | None, str]]
) -> tuple[ReworkKind | None, int | None, bool]:
    """Return the repair that followed a patch, when, and whether a person restored all it changed."""
    for turn in followers:
        features, at = turn.request.features, times[turn.request.key][0]
        edited = {edit.path for edit in features.human_edits} & set(files.paths)
        restored = {edit.path for edit in features.human_edits if edit.restores}
        if edited:
            return ReworkKind.HUMAN_EDIT, at, set(files.paths) <= restored
        if features.fix_request is not None:
            return ReworkKind.FIX_REQUEST, at, False
    return None, None, False


def _followers(tasks: Iterable[Task]) -> dict[int, list[Turn]]:
    """Return the turns that came directly after each turn, by the key of its request."""
    found: dict[int, list[Turn]] = defaultdict(list)
    for task in tasks:
        for turn in task.turns:
            if turn.parent is not None:
                found[turn.parent.request.key].append(turn)
    return found


def _times(lineage: Lineage) -> dict[int, tuple[int | None, str]]:
    """Return the time of each message; one without a time takes that of its neighbour, before or else after it."""
    times: dict[int, tuple[int | None, str]] = {}
    for key in lineage.order:
        message = lineage.messages[key]
        parent = lineage.parents[key]
        inherited = times[parent][0] if parent is not None else None
        if message.created_at is not None:
            times[key] = (message.created_at, message.created_at_basis)
        else:
            times[key] = (inherited, (TimeBasis.NONE if inherited is None else TimeBasis.NEIGHBOUR).value)
    for export in lineage.exports:
        following: int | None = None
        for key in reversed(export.messages):
            if times[key][0] is None and following is not None:
                times[key] = (following, TimeBasis.NEIGHBOUR.value)
            following = times[key][0] or following
    return times


def _files_of_patches(connection: sqlite3.Connection) -> dict[int, _Files]:
    found: dict[int, _Files] = defaultdict(_Files)
    for patch_key, path, operation, added, removed in connection.execute(
        "SELECT f.patch_key, f.path, f.operation, f.lines_added, f.lines_removed "
        "FROM affected_message a CROSS JOIN patch_file f ON f.patch_key = a.message_key ORDER BY f.patch_key, f.path"
    ):
        files = found[patch_key]
        files.paths[path] = operation
        files.added += added or 0
        files.removed += removed or 0
    return dict(found)


_DERIVED = (
    ("task", "root_message_key", "requested_date"),
    ("patch", "patch_key", "proposed_date"),
    ("llm_call", "message_key", "started_date"),
    ("command_run", "message_key", "started_date"),
    ("tool_call", "message_key", "called_date"),
)


def _forget(connection: sqlite3.Connection, touched: Touched) -> None:
    """Delete the derived rows of the affected messages, and note their tasks and days."""
    affected = "(SELECT message_key FROM affected_message)"
    for task_key, chat_key in connection.execute(
        f"SELECT task_key, chat_key FROM task WHERE root_message_key IN {affected}"  # noqa: S608
    ):
        touched.task_keys.add(task_key)
        touched.former_chat_keys.update(() if chat_key is None else (chat_key,))
    connection.execute(
        "DELETE FROM approval WHERE subject = 'tool_call' AND subject_key IN "  # noqa: S608
        f"(SELECT tool_call_key FROM tool_call WHERE message_key IN {affected})"
    )
    touched.patch_keys.update(
        row[0]
        for row in connection.execute(f"SELECT patch_key FROM patch WHERE patch_key IN {affected}")  # noqa: S608
    )
    connection.execute(
        f"DELETE FROM patch_evidence WHERE patch_key IN {affected} AND source = '{_CHAT}' AND NOT is_fact"  # noqa: S608
    )
    connection.execute(f"DELETE FROM patch_edit WHERE patch_key IN {affected}")  # noqa: S608
    for table, key, date in _DERIVED:
        days = connection.execute(f"SELECT DISTINCT {date} FROM {table} WHERE {key} IN {affected}")  # noqa: S608
        touched.days.update(row[0] for row in days if row[0] is not None)
        own = " AND source = 'bolt_chat'" if table == "llm_call" else ""
        connection.execute(f"DELETE FROM {table} WHERE {key} IN {affected}{own}")  # noqa: S608


def _write(connection: sqlite3.Connection, rows: _Rows, touched: Touched) -> None:
    for table, found, columns in (
        ("task", rows.tasks, None),
        ("llm_call", rows.calls, _CALL_COLUMNS),
        ("patch", rows.patches, None),
        ("patch_evidence", rows.evidence, None),
        ("patch_edit", list(dict.fromkeys(rows.edits)), None),
        ("tool_call", rows.tools, None),
        ("approval", rows.approvals, None),
        ("command_run", rows.commands, None),
    ):
        upsert(connection, table, sorted(found, key=lambda row: row[0]), rank=None, columns=columns)
    touched.task_keys.update(row[0] for row in rows.tasks)
    touched.patch_keys.update(row[0] for row in rows.patches)
    dated = ((rows.tasks, 9), (rows.calls, 15), (rows.patches, 6), (rows.tools, 10), (rows.commands, 11))
    touched.days.update(row[place] for found, place in dated for row in found if row[place] is not None)


def _write_chats(connection: sqlite3.Connection, touched: Touched) -> None:
    """Write the row of each touched chat as its newest export shows it."""
    names = (
        "chat_key, person, project, native_chat_id, url_id, title, fork_kind, git_url, message_count, saved_at, "
        "exported_at, is_usage_lost"
    )
    rows: list[tuple[Any, ...]] = []
    for key in sorted(touched.chat_keys):
        rows += connection.execute(
            f"SELECT {names} FROM chat_export WHERE chat_key = ? "  # noqa: S608
            "ORDER BY exported_at DESC, file_sha256 DESC, chat_export_key DESC LIMIT 1",
            (key,),
        ).fetchall()
    connection.executemany("DELETE FROM chat WHERE chat_key = ?", ((row[0],) for row in rows))
    upsert(connection, "chat", rows, rank=None)
