"""A store of any number of tasks, written set by set: a year of a company with the same projects, routes and days.

Only the number of tasks differs between sizes. Facts that a page may read by index are there in realistic proportion:
calls, patches and their files, decisions, commands, tool calls, links, deployments, commits, requests, incidents.
"""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

_LAST = datetime(2026, 11, 20, tzinfo=UTC)
DAYS = 365
_DAY = 86_400_000_000
_SECOND = 1_000_000
_LAST_DAY = int(_LAST.timestamp()) // 86_400
_CHAT, _RECORD = "'bolt_chat'", "'record'"
_PROJECTS = ("shop", "intranet", "booking", "helpdesk", "invoices", "portal", "reports", None)
_CLASSES = ("feature", "edit", "fix", "discuss", "scaffold", "refactor", "batch")
_CLASS_SHARES = (0.27, 0.26, 0.2, 0.11, 0.06, 0.06, 0.04)
_ROUTES = (
    ("anthropic", "claude-sonnet-4-5"), ("openai", "gpt-5.1"), ("google", "gemini-2.5-pro"),
    ("anthropic", "claude-opus-4-5"), ("anthropic", "claude-haiku-4-5"), ("google", "gemini-2.5-flash"),
    ("deepseek", "deepseek-chat"), ("ollama", "qwen2.5-coder:32b"), ("x-ai", "grok-code-fast-1"),
    ("mistral", "devstral-medium-2507"),
)  # fmt: skip
_ROUTE_SHARES = (0.4, 0.2, 0.12, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01)
_PEOPLE = tuple(f"person{number:02}" for number in range(40))
_HEADS = ("npm", "npx", "git", "node", "python")
_SERVERS = ("'github'", "'supabase'", "'figma'", "'linear'", "'postgres'")
_ZONES = ("authentication", "environment", "deployment", "billing", "integrations", "other")
_ERRORS = ("'rate_limit'", "'timeout'", "'transient'", "'auth'", "'context_window'")
# Columns of the draws: one row per task, with its dimensions and dice of 0 to 9999.
_DICE = 8


def version() -> str:
    """Return a word that changes with the tables and with what is written into them."""
    from data.store import Store
    from data.strips import LAYOUTS

    with TemporaryDirectory() as folder:
        schema = Store(f"sqlite:///{folder}/empty.db").rows("SELECT sql FROM sqlite_master ORDER BY name")
    return sha256(repr((schema, LAYOUTS)).encode() + Path(__file__).read_bytes()).hexdigest()[:8]


def write_store(path: Path, tasks: int) -> None:
    """Write a new store with that many tasks, and its rollups."""
    from data.store import Store
    from etl.rollups import refresh

    with Store(f"sqlite:///{path}").writing() as connection:
        indexes = _drop_indexes(connection)
        _draw(connection, tasks)
        _work(connection)
        _decisions(connection)
        _outside(connection, tasks)
        _rare(connection, tasks)
        connection.execute("DROP TABLE temp.draw")
        for sql in indexes:
            connection.execute(sql)
        refresh(connection, None)


def _draw(connection: sqlite3.Connection, tasks: int) -> None:
    """Draw time, place and dice of each task into a table that all others follow from."""
    chance = np.random.default_rng(tasks)
    number = np.arange(1, tasks + 1, dtype=np.uint64)
    # An odd multiplier tells all numbers apart; the low bits are left to what belongs to a task.
    keys = ((number * np.uint64(0x9E3779B97F4A7C15)) & np.uint64((1 << 59) - 1)) << np.uint64(3)
    weekday = (np.arange(DAYS) + _LAST_DAY - DAYS + 1 + 3) % 7
    weight = np.where(weekday < 5, 1.0, 0.15) * np.linspace(0.7, 1.3, DAYS)
    day = _LAST_DAY - DAYS + 1 + chance.choice(DAYS, tasks, p=weight / weight.sum())
    at = day * _DAY + chance.integers(7 * 3600, 20 * 3600, tasks) * _SECOND + chance.integers(0, _SECOND, tasks)
    kinds = chance.choice(len(_CLASSES), tasks, p=_CLASS_SHARES)
    project = np.minimum(chance.geometric(0.28, tasks) - 1, len(_PROJECTS) - 1)
    # Each class has its usual route, and a team strays from it now and then.
    drawn = chance.choice(len(_ROUTES), tasks, p=_ROUTE_SHARES)
    usual = np.where(kinds == 1, 1, np.where(kinds == 5, 3, 0))
    route = np.where(chance.random(tasks) < 0.6, usual, drawn)
    person = chance.integers(0, len(_PEOPLE), tasks)
    dice = chance.integers(0, 10_000, (tasks, _DICE))
    order = np.argsort(keys)
    rows = zip(
        keys[order].tolist(), at[order].tolist(), day[order].tolist(),
        (_PROJECTS[one] for one in project[order].tolist()), (_CLASSES[one] for one in kinds[order].tolist()),
        (_ROUTES[one][0] for one in route[order].tolist()), (_ROUTES[one][1] for one in route[order].tolist()),
        (_PEOPLE[one] for one in person[order].tolist()), *(column.tolist() for column in dice[order].T), strict=True,
    )  # fmt: skip
    names = ", ".join(f"d{one}" for one in range(_DICE))
    connection.execute(
        f"CREATE TEMP TABLE draw (key INTEGER PRIMARY KEY, at, day, project, kind, provider, model, person, {names})"
    )
    connection.executemany(f"INSERT INTO draw VALUES ({', '.join('?' * (8 + _DICE))})", rows)


_PLACE = {"person": "person", "project": "project", "task_class": "kind"}
_ROUTE = {"provider": "provider", "model": "model"}
# Failed calls in 2 of 100; unpriced where the route has no price; a third of the tasks has a second call.
_PRICED = "provider <> 'x-ai' AND NOT (provider = 'mistral' AND d4 < 5000)"
_COMPUTED = f"iif({_PRICED}, 20000 + d1 * 90 + d2 * d2 / 900, NULL)"
# Gateways bill 2 in 100 less than the price list; the bill of 1 call in 50 is missing, and its price counts.
_BILLED = "d3 % 50 > 0"
_REPORTED = f"iif({_BILLED}, {_COMPUTED} * 98 / 100, NULL)"
_COST = f"coalesce({_REPORTED}, {_COMPUTED})"


def _work(connection: sqlite3.Connection) -> None:
    """Write tasks with their calls, patches, files, commands and tool calls."""
    _fill(connection, "task", "draw", {
        "task_key": "key", "chat_key": "key >> 20", "root_message_key": "key + 1", **_PLACE, **_ROUTE,
        "task_class_version": "'1'", "requested_at": "at", "requested_at_basis": "'given'", "requested_date": "day",
        "outcome": "CASE WHEN d0 < 9150 - (kind = 'scaffold') * 1500 THEN 'completed' WHEN d0 < 9700 THEN 'failed' "
        "WHEN d0 < 9850 THEN 'aborted' ELSE 'unknown' END",
        "outcome_basis": "'answer'", "prompt_chars": "d1", "turn_count": "1 + d1 % 4", "call_count": "1 + (d3 < 3000)",
        "unpriced_call_count": f"iif({_PRICED}, 0, 1)", "known_cost_micro_usd": f"coalesce({_COST}, 0)",
        "patch_count": "kind <> 'discuss'", "total_tokens": "3000 + d2 * 4", "source": _CHAT,
    })  # fmt: skip
    call = {
        "native_id": "'call-' || key", "is_counted": "1", "match_quality": "'exact'", **_PLACE, **_ROUTE,
        "requested_provider": "provider", "requested_model": "model", "started_date": "day", "source": "'litellm'",
        "latency_ms": "900 + d2 * 4", "latency_basis": "'gateway'", "time_to_first_token_ms": "300 + d3 / 4",
        "status": "CASE WHEN d5 < 200 THEN 'error' WHEN d5 < 300 THEN 'cancelled' ELSE 'success' END",
        "error_kind": f"iif(d5 < 200, {_pick(_ERRORS, 'd6')}, NULL)", "input_tokens": "2000 + d1 * 3",
        "cache_read_tokens": "d1", "output_tokens": "100 + d2 / 3", "total_tokens": "2100 + d1 * 3 + d2 / 3",
        "usage_status": "'reported'", "cost_micro_usd": _COST, "reported_cost_micro_usd": _REPORTED,
        "computed_cost_micro_usd": _COMPUTED,
        "cost_basis": f"iif({_PRICED}, iif({_BILLED}, 'reported', 'computed'), 'unknown')",
        "price_version": "'1'", "retry_count": "d6 < 300", "is_fallback": "d7 < 200", "is_cache_hit": "0",
    }  # fmt: skip
    _fill(connection, "llm_call", "draw", call | {"llm_call_key": "key", "task_key": "key", "started_at": "at"})
    second = {"llm_call_key": "key + 1", "task_key": "key", "started_at": "at + 30000000"}
    _fill(connection, "llm_call", "draw WHERE d3 < 3000", call | second)
    # What other programs send through the gateway.
    other = {"llm_call_key": "key + 2", "task_key": "NULL", "task_class": "NULL", "started_at": "at + 60000000"}
    _fill(connection, "llm_call", "draw WHERE d3 >= 9000", call | other)
    undone = "d6 < 900 AND d5 < 8500 AND d4 < 9800"
    gone = "at + (1 + d1 % 220) * 3600000000"
    _fill(connection, "patch", "draw WHERE kind <> 'discuss'", {
        "patch_key": "key", "task_key": "key", **_PLACE, **_ROUTE, "proposed_at": "at + 20000000",
        "proposed_at_basis": "'given'", "proposed_date": "day", "files_count": "1 + d2 % 5", "lines_added": "d1 / 50",
        "lines_removed": "d2 / 90", "is_closed": "d4 < 9800",
        "decision": "CASE WHEN d5 < 3000 THEN NULL WHEN d5 < 6500 THEN 'approved' WHEN d5 < 7000 THEN 'edited' "
        "WHEN d5 < 8500 THEN 'auto_approved' WHEN d5 < 9900 THEN 'rejected' ELSE 'pending' END",
        "decided_at": "iif(d5 BETWEEN 3000 AND 9899, at + 20000000 + d2 * d2 * 300, NULL)",
        "rolled_back_at": f"iif({undone}, {gone}, NULL)", "rolled_back_after": f"iif({undone}, {gone}, NULL)",
        "rollback_evidence": f"iif({undone}, {_pick(_words('rewind', 'git_revert', 'human_overwrite'), 'd1')}, NULL)",
        "rollback_confidence": f"iif({undone}, 0.95, NULL)",
        "survival_ms": f"iif({undone}, ({gone} - at) / 1000, NULL)",
        "rework_kind": "iif(d7 < 1200, 'fix_request', NULL)", "source": _CHAT, "approver_count": "d5 % 3",
        "has_commit": "d2 < 6000", "has_pull_request": "d2 < 3000", "has_deployment": "d2 < 1500",
        "risk_zone": _pick(tuple(f"'{zone}'" for zone in _ZONES), "iif(d3 < 6000, 5, d3)"),
        "accepted_again_at": "iif(d5 BETWEEN 8500 AND 9899 AND d6 < 3000, at + 40000000000, NULL)",
    })  # fmt: skip
    file = {
        "patch_key": "key", "operation": "'edit'", "lines_added": "d1 / 50", "lines_removed": "d2 / 90",
        "lines_basis": "'chat'", "content_bytes": "d1 * 3", "content_hash": "key", "blob_hash": "key + 5",
    }  # fmt: skip
    for number in range(2):
        name = f"'src/part' || ((d{number + 1} + {number}) % 900) || '.ts'"
        own = {"patch_file_key": f"key + {number}", "path": name}
        _fill(connection, "patch_file", "draw WHERE kind <> 'discuss'", file | own)
    _fill(connection, "command_run", "draw WHERE d2 < 7000", {
        "command_run_key": "key", "task_key": "key", "message_key": "key + 2", **_PLACE, "kind": "'shell'",
        "command_head": _pick(tuple(f"'{head}'" for head in _HEADS), "d3"), "command_hash": "d1",
        "started_at": "at + 25000000", "started_date": "day", "duration_ms": "200 + d6 * d7 / 4000",
        "status": "CASE WHEN d7 < 9300 THEN 'ok' WHEN d7 < 9800 THEN 'failed' WHEN d7 < 9900 THEN 'timeout' "
        "ELSE 'cancelled' END",
        "source": _RECORD,
    })  # fmt: skip
    _fill(connection, "tool_call", "draw WHERE d1 < 3000", {
        "tool_call_key": "key", "task_key": "key", "message_key": "key + 2", "person": "person", "project": "project",
        "server": _pick(_SERVERS, "d4"), "tool": "'tool' || (d5 % 12)", "called_at": "at + 15000000",
        "called_date": "day", "source": _CHAT, "is_mutating": "d5 % 2", "duration_ms": "d6",
        "status": "CASE WHEN d7 < 8700 THEN 'ok' WHEN d7 < 9500 THEN 'failed' WHEN d7 < 9900 THEN 'denied' "
        "ELSE 'pending' END",
    })  # fmt: skip


def _decisions(connection: sqlite3.Connection) -> None:
    """Write what was asked about patches and tool calls."""
    asked = {
        "subject_key": "key", "task_key": "key", **_PLACE, "asked_at": "at + 20000000", "asked_at_basis": "'given'",
        "asked_date": "day", "source": _CHAT,
    }  # fmt: skip
    _fill(connection, "approval", "draw WHERE kind <> 'discuss' AND d5 >= 3000", asked | {
        "approval_key": "key", "subject": "'patch'", "decided_by": _pick(tuple(f"'{one}'" for one in _PEOPLE), "d4"),
        "decision": "CASE WHEN d5 < 6500 THEN 'approved' WHEN d5 < 7000 THEN 'edited' "
        "WHEN d5 < 8500 THEN 'auto_approved' WHEN d5 < 9900 THEN 'rejected' ELSE 'pending' END",
        "actor": "iif(d5 BETWEEN 7000 AND 8499 OR d7 < 2000, 'policy', 'human')",
        "decided_at": "iif(d5 < 9900, at + 20000000 + d2 * d2 * 300, NULL)",
        "waiting_ms": "iif(d5 < 9900, d2 * d2 * 3 / 10, NULL)", "is_second_reviewer": "d6 < 1500",
    })  # fmt: skip
    _fill(connection, "approval", "draw WHERE d1 < 3000", asked | {
        "approval_key": "key + 1", "subject": "'tool_call'", "server": _pick(_SERVERS, "d4"),
        "tool": "'tool' || (d5 % 12)", "actor": "'human'",
        "decision": "CASE WHEN d7 < 9500 THEN 'approved' WHEN d7 < 9900 THEN 'rejected' ELSE 'pending' END",
    })  # fmt: skip


def _outside(connection: sqlite3.Connection, tasks: int) -> None:
    """Write what carried the patches: commits, requests, deployments, and the links to them."""
    link = {"patch_key": "key", "project": "project", "linked_at": "at + 3600000000", "proposed_date": "day"}
    _fill(connection, "patch_link", "draw WHERE kind <> 'discuss' AND d2 < 6000", link | {
        "patch_link_key": "key", "kind": "'commit'", "target_key": "key", "confidence": "0.6 + d1 / 25000.0",
        "method": _pick(_words("content", "later_patch", "paths"), "d3"),
    })  # fmt: skip
    _fill(connection, "vcs_commit", "draw WHERE d2 < 4000", {
        "vcs_commit_key": "key", "project": "project", "sha": "printf('%040x', key)", "parent_shas": "''",
        "committed_at": "at + 3600000000", "committed_date": "day", "is_left_behind": "0",
    })  # fmt: skip
    _fill(connection, "pull_request", "draw WHERE d2 < 1000", {
        "pull_request_key": "key", "project": "project", "platform": "'github'", "number": "key >> 30",
        "state": "'merged'", "opened_at": "at", "opened_date": "day", "merged_at": "at + 90000000000",
        "closed_at": "at + 90000000000", "is_review_known": "1",
    })  # fmt: skip
    # A company publishes as often as it does, however many tasks there are.
    publishes = min(tasks, 12_000)
    _fill(connection, "deployment", f"(SELECT * FROM draw LIMIT {publishes})", {
        "deployment_key": "key", "person": "person", "project": "project", "platform": "'github'",
        "target": "coalesce(project, 'site')", "environment": "iif(d1 < 4000, 'active', 'preview')",
        "status": "iif(d2 < 600, 'failure', 'success')", "finished_at": "at", "finished_date": "day",
        "source": "'github'", "created_at": "at - 90000000", "published_at": "iif(d1 < 4000, at, NULL)",
        "duration_ms": "30000 + d3 * 9", "commit_sha": "printf('%040x', key)",
        "rolled_back_at": "iif(d1 < 4000 AND d4 < 100, at + 7200000000, NULL)",
    })  # fmt: skip
    _fill(connection, "event", "draw WHERE d7 < 3000", {
        "event_key": "key", "person": "person", "project": "project", "occurred_at": "at", "occurred_date": "day",
        "kind": "'response_completed'",
    })  # fmt: skip


def _rare(connection: sqlite3.Connection, tasks: int) -> None:
    """Write policy changes, incidents, and the loads with what they could not use."""
    _fill(connection, "policy_change", "(SELECT * FROM draw LIMIT 24)", {
        "policy_change_key": "key", "native_id": "'policy-' || key", "title": "'Policy ' || (key % 97)",
        "area": "iif(d1 % 2, 'routing', 'approval')", "stage": "'released'", "person": "person",
        "proposed_at": "at - 864000000000", "released_at": "at", "released_date": "day",
    })  # fmt: skip
    _fill(connection, "incident", "(SELECT * FROM draw LIMIT 14)", {
        "incident_key": "key", "native_id": "'incident-' || key", "title": "'Incident ' || (key % 97)",
        "severity": "iif(d1 % 3, 'minor', 'major')", "person": "person", "started_at": "at", "started_date": "day",
        "detected_at": "at + 600000000", "mitigated_at": "at + 3600000000", "resolved_at": "at + 7200000000",
    })  # fmt: skip
    kinds = _words("bolt_chats", "litellm_spend", "git_log", "github_pulls", "record_command_runs")
    end = (_LAST_DAY + 1) * _DAY
    connection.execute("CREATE TEMP TABLE file AS SELECT row_number() OVER () AS n, * FROM draw LIMIT 400")
    each = tasks * 6 // 400
    _fill(connection, "load", "file", {
        "load_id": "n", "file_name": "'export-' || n || '.json'", "file_sha256": "printf('%064x', n)",
        "kind": _pick(kinds, "n"), "person": "person", "project": "project",
        "exported_at": f"{end} - (400 - n) * {_DAY}", "started_at": f"{end}", "finished_at": f"{end} + n",
        "read_count": f"{each}",
        "loaded_count": f"{each} - {each // 10} - {each // 300}", "known_count": f"{each // 10}",
        "quarantined_count": f"{each // 300}", "first_record_at": f"{end} - {DAYS * _DAY}",
        "last_record_at": f"{end} - iif(n > 380, {_DAY // 6}, (400 - n) * {_DAY})", "is_demo": "0",
        "boltscope_version": "'0.1.0'",
    })  # fmt: skip
    _fill(connection, "load_known", "file", {
        "load_id": "n", "reason": "'loaded_before'", "known_count": f"{each // 10}",
    })  # fmt: skip
    reasons = _words("bad_time", "wrong_type", "missing_field")
    _fill(connection, "quarantine", f"(SELECT * FROM draw LIMIT {each // 300 * 400})", {
        "load_id": "1 + d1 % 400", "position": "'messages[' || d2 || ']'", "reason": _pick(reasons, "d3"),
        "detail": "'Expected a time'", "excerpt": "'{\"createdAt\": \"…\"}'",
    })  # fmt: skip
    connection.execute("DROP TABLE temp.file")


def _words(*words: str) -> tuple[str, ...]:
    return tuple(f"'{word}'" for word in words)


def _pick(values: tuple[str, ...], die: str) -> str:
    """Return the expression of one of some values, by a die."""
    cases = " ".join(f"WHEN {number} THEN {value}" for number, value in enumerate(values))
    return f"CASE ({die}) % {len(values)} {cases} END"


def _fill(connection: sqlite3.Connection, table: str, source: str, columns: Mapping[str, str]) -> None:
    """Write rows of a table from the draws; counts that are not named are 0."""
    found = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    unknown = set(columns) - {row[1] for row in found}
    assert not unknown, f"{table} has no column {unknown}"
    zero = {row[1]: "0" for row in found if row[3] and not row[5] and row[1] not in columns}
    made = {**zero, **columns}
    connection.execute(f"INSERT INTO {table} ({', '.join(made)}) SELECT {', '.join(made.values())} FROM {source}")


def _drop_indexes(connection: sqlite3.Connection) -> list[str]:
    """Drop the indexes of all facts and return how to make them: sorting once costs less than keeping them up."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in found]
