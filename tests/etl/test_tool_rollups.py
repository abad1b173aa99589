"""Rollups by route follow the decisions and tasks that come in other files, on other days, in whatever order."""

from itertools import permutations
from pathlib import Path

from chat_files import all_chats, chat, load, reply, request
from gateway_rows import Row, load_rows, through_gateway

from data.store import Store
from etl.records.template import ndjson_text
from etl.rollups import refresh

CALL = {"id": "c-1", "task_id": "t-1", "called_at": "2026-03-02T23:59:00Z", "server": "figma", "tool": "read",
        "status": "ok", "project": "shop"}  # fmt: skip
OTHER = CALL | {"id": "c-2", "called_at": "2026-02-27T12:00:00Z", "tool": "write", "is_mutating": True}
APPROVAL = {"id": "a-1", "subject": "tool_call", "subject_id": "c-1", "asked_at": "2026-03-03T00:01:00Z",
            "decision": "approved", "actor": "human", "project": "shop"}  # fmt: skip
ON_PATCH = {"id": "a-2", "subject": "patch", "subject_id": "p-1", "task_id": "t-1", "asked_at": "2026-03-06T10:00:00Z",
            "decision": "rejected", "actor": "human", "decided_by": "bob", "project": "shop"}  # fmt: skip
TASK = {"id": "t-1", "requested_at": "2026-03-01T10:00:00Z", "task_class": "fix", "outcome": "failed",
        "provider": "openai", "model": "gpt-5.1", "project": "shop"}  # fmt: skip
NEWER = {"recorded_at": "2026-03-04T10:00:00Z"}
COMMAND = {"id": "r-1", "task_id": "t-1", "started_at": "2026-03-05T10:03:00Z", "command": "npm test", "status": "ok",
           "duration_ms": 900, "project": "shop"}  # fmt: skip
TABLES = (
    "tool_call_daily", "tool_daily", "tool_project_daily", "tool_route_daily", "command_daily", "command_route_daily",
    "approval_daily", "decision_route_daily", "patch_reviewer_daily", "reviewer_route_daily", "project_daily",
)  # fmt: skip


def content(store: Store) -> list[list[tuple[object, ...]]]:
    found: list[list[tuple[object, ...]]] = []
    for table in TABLES:
        names = [row[1] for row in store.rows(f"PRAGMA table_info({table})") if row[1] != f"{table}_id"]
        found.append(sorted(store.rows(f"SELECT {', '.join(names)} FROM {table}"), key=repr))
    return found


def test_calls_decisions_commands_and_tasks_in_whatever_order_give_the_rollups_of_all_together(tmp_path: Path):
    parts = {
        "calls": [CALL, OTHER],
        "commands": [COMMAND],
        "approvals": [APPROVAL, ON_PATCH],
        # The decision was about the other call, as a newer copy of its record says.
        "approvals-newer": [APPROVAL | NEWER | {"subject_id": "c-2", "decision": "rejected"}],
        "tasks": [TASK],
        # Of the same class, so that only its route is new.
        "tasks-newer": [TASK | NEWER | {"model": "gpt-5.2"}],
    }
    files: list[Path] = []
    for name, records in parts.items():
        path = tmp_path / name
        path.write_text(ndjson_text(records))
        files.append(path)
    first: list[list[tuple[object, ...]]] | None = None
    for number, order in enumerate(list(permutations(files))[::7]):
        store = Store(f"sqlite:///{tmp_path / f'{number}.db'}")
        for path in order:
            load(store, path)
        found = content(store)
        with store.writing() as connection:
            refresh(connection, None)
        assert content(store) == found, [path.name for path in order]
        assert first in (None, found)
        first = found
    assert first is not None
    assert store.rows(
        "SELECT task_class, model, tool, tool_call_count, approved_count, rejected_count FROM tool_call_daily "
        "ORDER BY tool"
    ) == [("fix", "gpt-5.2", "read", 1, 0, 0), ("fix", "gpt-5.2", "write", 1, 0, 1)]


def test_a_gateway_that_tells_the_route_of_a_task_moves_its_tool_calls_of_another_day(tmp_path: Path, store: Store):
    call = {"state": "result", "toolCallId": "t1", "toolName": "search", "args": {}, "result": "Yes, approved."}
    next_day = {"createdAt": "2026-03-03T01:00:00.000Z"}
    messages = [
        through_gateway(request("request-00000001", "Wish", 0)),
        reply("msg-1", "Done.", 0),
        through_gateway(request("request-00000002", "*Fix this preview error* x", 5)) | next_day,
        reply("msg-2", "Done", 5, toolInvocations=[call]) | {"createdAt": "2026-03-03T01:00:01.000Z"},
    ]
    messages[-1]["parts"].append({"type": "tool-invocation", "toolInvocation": call})
    saved = chat("1", messages, saved=59) | {"timestamp": "2026-03-03T02:00:00.000Z"}
    load(store, all_chats(tmp_path / "ann.json", [saved]), person="ann")
    load_rows(store, Row("main", 0, 1, (1000, 200), cost=300))
    found = content(store)
    assert store.rows("SELECT DISTINCT provider FROM task") == store.rows("SELECT provider FROM tool_call_daily")
    with store.writing() as connection:
        refresh(connection, None)
    assert content(store) == found
