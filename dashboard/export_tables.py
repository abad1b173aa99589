"""What can be exported of the facts: tables, their columns in order, and how each value is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_FORMULA_STARTS = "'=', '+', '-', '@', char(9), char(10), char(13)"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a CSV file: its name, and the SQL that writes its value."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One table of facts that can be exported, in the order of time and id."""

    name: str
    meaning: str
    source: str
    """FROM clause."""
    columns: Sequence[Column]
    order: str
    day: str | None = None
    """Indexed column of the day, by which rows are read piece by piece; null for small tables."""
    instant: str | None = None
    """For small tables: the instant that a period selects by."""
    where: str = "1"
    filters: Mapping[str, str] = field(default_factory=dict[str, str])
    """Expression that a filter compares: project, task_class, person; provider and model for route."""

    @property
    def dated(self) -> str:
        """The table that holds the day, without what is joined to it."""
        return self.source.replace(" LEFT JOIN ", " JOIN ").split(" JOIN ")[0]


def text(name: str, sql: str | None = None) -> Column:
    """Text from outside; what a spreadsheet would take for a formula gets an apostrophe in front."""
    value = sql or name
    return Column(name, f"iif(substr({value}, 1, 1) IN ({_FORMULA_STARTS}), '''' || {value}, {value})")


def plain(*names: str, of: str | None = None) -> tuple[Column, ...]:
    """Numbers, and words of closed lists."""
    return tuple(Column(name, f"{of}.{name}" if of else name) for name in names)


def key(name: str, sql: str) -> Column:
    """Key as 16 hexadecimal digits."""
    return Column(name, f"iif({sql} IS NULL, NULL, printf('%016x', {sql}))")


def flag(name: str, sql: str | None = None) -> Column:
    """True or false."""
    return Column(name, f"CASE {sql or name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END")


def usd(name: str, micro_usd: str) -> Column:
    """Millionths of a US dollar as dollars with 6 decimals; empty when unknown."""
    return Column(name, f"iif(({micro_usd}) IS NULL, NULL, printf('%.6f', ({micro_usd}) / 1e6))")


def instant(name: str, sql: str | None = None) -> Column:
    """UTC instant, ISO 8601 with microseconds and Z."""
    value = sql or name
    return Column(
        name,
        f"strftime('%Y-%m-%dT%H:%M:%S', {value} / 1000000, 'unixepoch') || printf('.%06dZ', {value} % 1000000)",
    )


def day(name: str, sql: str | None = None) -> Column:
    """Day in the reporting time zone, ISO 8601."""
    return Column(name, f"date({sql or name} * 86400, 'unixepoch')")


_OWNER = (text("person"), text("project"))


def _filters(of: str, route_of: str | None = None, *, has_class: bool = True) -> dict[str, str]:
    found = {"project": f"{of}.project", "person": f"{of}.person"}
    if has_class:
        found["task_class"] = f"{of}.task_class"
    if route_of:
        found |= {"provider": f"{route_of}.provider", "model": f"{route_of}.model"}
    return found


_TASKS = ExportTable(
    name="tasks",
    meaning="one row per request that a person made",
    source="task",
    day="requested_date",
    order="requested_at, task_key",
    filters=_filters("task", "task"),
    columns=(
        key("task_id", "task_key"),
        *_OWNER,
        *plain("task_class"),
        instant("requested_at"),
        day("requested_date"),
        *plain("requested_at_basis", "outcome", "outcome_basis"),
        text("provider"),
        text("model"),
        usd("cost_usd", "iif(call_count > 0 AND unpriced_call_count = 0, known_cost_micro_usd, NULL)"),
        usd("known_cost_usd", "known_cost_micro_usd"),
        *plain("call_count"),
        *plain(
            "unpriced_call_count",
            "fallback_count",
            "total_tokens",
            "turn_count",
            "retry_count",
            "fix_request_count",
            "patch_count",
            "prompt_chars",
            "task_class_version",
        ),
        key("chat_id", "chat_key"),
    ),
)

_LLM_CALLS = ExportTable(
    name="llm_calls",
    meaning="one row per request to a provider's model; each call once, however many files mention it",
    source="llm_call",
    where="is_counted",
    day="started_date",
    order="started_at, llm_call_key",
    filters=_filters("llm_call", "llm_call"),
    columns=(
        key("llm_call_id", "llm_call_key"),
        key("task_id", "task_key"),
        *plain("source"),
        *_OWNER,
        *plain("task_class"),
        text("provider"),
        text("model"),
        text("requested_provider"),
        text("requested_model"),
        instant("started_at"),
        *plain("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "total_tokens"),
        *plain("usage_status"),
        usd("cost_usd", "cost_micro_usd"),
        *plain("cost_basis"),
        usd("reported_cost_usd", "reported_cost_micro_usd"),
        usd("computed_cost_usd", "computed_cost_micro_usd"),
        text("price_version"),
        *plain("status", "error_kind"),
        text("error_class"),
        *plain("latency_ms", "latency_basis", "time_to_first_token_ms", "retry_count"),
        flag("is_fallback"),
        flag("is_cache_hit"),
        *plain("match_quality"),
        text("call_type"),
        key("trace_id", "trace_hash"),
        text("native_id"),
    ),
)

_PATCHES = ExportTable(
    name="patches",
    meaning="one row per set of file changes that a reply proposed; outcome as the newest chat export shows it",
    source="patch",
    day="proposed_date",
    order="proposed_at, patch_key",
    filters=_filters("patch", "patch"),
    columns=(
        key("patch_id", "patch_key"),
        key("task_id", "task_key"),
        *_OWNER,
        *plain("task_class"),
        text("provider"),
        text("model"),
        instant("proposed_at"),
        *plain("proposed_at_basis", "files_count", "lines_added", "lines_removed"),
        flag("is_closed"),
        *plain("decision"),
        Column(
            "outcome",
            "CASE WHEN NOT is_closed THEN 'unfinished' WHEN decision = 'rejected' THEN 'rejected' "
            "WHEN decision = 'pending' THEN NULL "
            "WHEN rolled_back_at IS NOT NULL AND coalesce(rolled_back_at <= proposed_at + :window, 1) "
            "THEN 'rolled_back' WHEN proposed_date IS NULL THEN NULL "
            "WHEN proposed_date <= :last_mature_day THEN 'kept' ELSE 'immature' END",
        ),
        instant("rolled_back_at"),
        instant("rolled_back_after"),
        *plain("rollback_evidence", "rollback_confidence", "rework_kind"),
        instant("reworked_at"),
    ),
)

_PATCH_FILES = ExportTable(
    name="patch_files",
    meaning="one row per file that a patch writes",
    source="patch JOIN patch_file AS file USING (patch_key)",
    day="patch.proposed_date",
    order="patch.proposed_at, patch_key, file.path, file.patch_file_key",
    filters=_filters("patch", "patch"),
    columns=(
        key("patch_file_id", "file.patch_file_key"),
        key("patch_id", "patch_key"),
        key("task_id", "patch.task_key"),
        *_OWNER,
        instant("proposed_at"),
        text("path", "file.path"),
        *plain("operation", "lines_added", "lines_removed", "lines_basis", "content_bytes", of="file"),
        key("content_hash", "file.content_hash"),
        key("previous_hash", "file.previous_hash"),
    ),
)

_APPROVALS = ExportTable(
    name="approvals",
    meaning="one row per decision that was asked of a person or a policy",
    source="approval LEFT JOIN task USING (task_key)",
    day="approval.asked_date",
    order="approval.asked_at, approval.approval_key",
    filters=_filters("approval", "task"),
    columns=(
        key("approval_id", "approval.approval_key"),
        *plain("subject"),
        key("subject_id", "approval.subject_key"),
        key("task_id", "task_key"),
        text("person", "approval.person"),
        text("project", "approval.project"),
        *plain("task_class", of="approval"),
        text("server"),
        text("tool"),
        *plain("decision", "actor"),
        instant("asked_at"),
        *plain("asked_at_basis"),
        instant("decided_at"),
    ),
)

_COMMAND_RUNS = ExportTable(
    name="command_runs",
    meaning="one row per command; status and duration are empty where only the proposal is known",
    source="command_run AS run LEFT JOIN task USING (task_key)",
    day="run.started_date",
    order="coalesce(run.started_at, run.proposed_at), run.command_run_key",
    filters=_filters("run", "task"),
    columns=(
        key("command_run_id", "run.command_run_key"),
        key("task_id", "task_key"),
        text("person", "run.person"),
        text("project", "run.project"),
        *plain("task_class", of="run"),
        *plain("kind"),
        text("command_head"),
        key("command_hash", "run.command_hash"),
        instant("proposed_at"),
        instant("started_at"),
        *plain("duration_ms", "status", "exit_code"),
    ),
)

_TOOL_CALLS = ExportTable(
    name="tool_calls",
    meaning="one row per call of an MCP tool",
    source="tool_call AS called LEFT JOIN task USING (task_key)",
    day="called.called_date",
    order="called.called_at, called.tool_call_key",
    filters={**_filters("called", "task"), "task_class": "task.task_class"},
    columns=(
        key("tool_call_id", "called.tool_call_key"),
        key("task_id", "task_key"),
        text("person", "called.person"),
        text("project", "called.project"),
        text("server"),
        text("tool"),
        *plain("status"),
        instant("called_at"),
        text("native_id", "called.native_id"),
    ),
)

_DEPLOYMENTS = ExportTable(
    name="deployments",
    meaning="one row per attempt to publish",
    source="deployment",
    day="finished_date",
    order="finished_at, deployment_key",
    filters=_filters("deployment", has_class=False),
    columns=(
        key("deployment_id", "deployment_key"),
        *_OWNER,
        text("platform"),
        text("target"),
        *plain("environment", "status"),
        instant("finished_at"),
        *plain("files_count"),
    ),
)

_CHATS = ExportTable(
    name="chats",
    meaning="one row per chat of one browser, as its newest export shows it",
    source="chat",
    instant="saved_at",
    order="saved_at IS NULL, saved_at, chat_key",
    filters=_filters("chat", has_class=False),
    columns=(
        key("chat_id", "chat_key"),
        *_OWNER,
        text("native_chat_id"),
        text("url_id"),
        text("title"),
        *plain("fork_kind"),
        text("git_url"),
        *plain("message_count"),
        instant("saved_at"),
        instant("exported_at"),
        flag("is_usage_lost"),
    ),
)

_EVENTS = ExportTable(
    name="events",
    meaning="one row per distinct entry of a bolt.diy event log",
    source="event",
    day="occurred_date",
    order="occurred_at, event_key",
    filters=_filters("event", has_class=False),
    columns=(
        key("event_id", "event_key"),
        *_OWNER,
        instant("occurred_at"),
        *plain("kind"),
        text("provider"),
        text("model"),
        *plain("input_tokens", "output_tokens", "message_chars", "error_kind"),
        text("subject"),
        flag("is_ok"),
    ),
)

_LOADS = ExportTable(
    name="loads",
    meaning="one row per file that was loaded; read = loaded + known + quarantined",
    source="load",
    instant="started_at",
    order="load_id",
    filters=_filters("load", has_class=False),
    columns=(
        *plain("load_id"),
        text("file_name"),
        *plain("kind"),
        *_OWNER,
        *plain("file_sha256", "file_bytes", "read_count", "loaded_count", "known_count", "quarantined_count"),
        instant("exported_at"),
        instant("started_at"),
        instant("finished_at"),
        instant("first_record_at"),
        instant("last_record_at"),
        flag("is_demo"),
        text("boltscope_version"),
    ),
)

_QUARANTINE = ExportTable(
    name="quarantine",
    meaning="one row per record that could not be used, with the reason",
    source="quarantine JOIN load USING (load_id)",
    instant="started_at",
    order="load_id, quarantine_id",
    filters=_filters("load", has_class=False),
    columns=(
        *plain("quarantine_id", "load_id"),
        text("file_name"),
        *plain("kind"),
        text("position"),
        *plain("reason"),
        text("detail"),
        text("excerpt"),
    ),
)

FACT_TABLES = (
    _TASKS,
    _LLM_CALLS,
    _PATCHES,
    _PATCH_FILES,
    _APPROVALS,
    _COMMAND_RUNS,
    _TOOL_CALLS,
    _DEPLOYMENTS,
    _CHATS,
    _EVENTS,
    _LOADS,
    _QUARANTINE,
)
