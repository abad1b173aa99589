"""Builders of bolt.diy exports in the real shapes, and a way to load them, for tests that read like a story."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.store import Store
from etl.context import Owner
from etl.files import InputFile, find_files
from etl.loading import FileReport, load_files

CHOICE = "[Model: claude-sonnet-4-5]\n\n[Provider: Anthropic]\n\n"
START = "2026-03-02T10:00:00.000Z"


def at(minute: int, second: int = 0) -> str:
    """Return a time so many minutes after 10:00 on 2 March 2026."""
    return f"2026-03-02T{10 + minute // 60:02}:{minute % 60:02}:{second:02}.000Z"


def micro(minute: int, second: int = 0) -> int:
    """Return the same time as microseconds since 1970 (2026-03-02T10:00Z is 1,772,445,600 s)."""
    return (1_772_445_600 + minute * 60 + second) * 1_000_000


def request(message_id: str, words: str, minute: int, **more: Any) -> dict[str, Any]:
    text = CHOICE + words
    parts = [{"type": "text", "text": text}]
    return {"role": "user", "content": text, "parts": parts, "id": message_id, "createdAt": at(minute), **more}


def reply(
    message_id: str,
    text: str,
    minute: int,
    *,
    usage: Sequence[tuple[int, int]] = ((1000, 200),),
    annotations: Sequence[Any] = (),
    **more: Any,
) -> dict[str, Any]:
    notes = [
        *annotations,
        *(
            {"type": "usage", "value": {"completionTokens": out, "promptTokens": sent, "totalTokens": sent + out}}
            for sent, out in usage
        ),
    ]
    return {
        "id": message_id,
        "createdAt": at(minute, 1),
        "role": "assistant",
        "content": text,
        "parts": [{"type": "step-start"}, {"type": "text", "text": text}],
        **({"annotations": notes} if notes else {}),
        "revisionId": "r" * 16,
        **more,
    }


def artifact(*files: tuple[str, str], commands: Sequence[str] = (), kind: str = "") -> str:
    """Return the text of a reply that writes files and proposes commands."""
    actions = [f'<boltAction type="file" filePath="{path}">\n{content}\n</boltAction>' for path, content in files]
    actions += [f'<boltAction type="shell">{command}</boltAction>' for command in commands]
    return f'Here it is.\n<boltArtifact id="app" title="App"{kind}>\n' + "\n".join(actions) + "\n</boltArtifact>\nDone."


def human_edit(*files: tuple[str, str]) -> str:
    """Return what bolt.diy puts before a request when the person saved files."""
    actions = "".join(
        f'<boltAction type="file" filePath="/home/project/{path}">\n{content}\n\n</boltAction>\n\n'
        for path, content in files
    )
    return f'\n<boltArtifact id="1770545880123" title="User Updated Files">\n\n{actions}</boltArtifact>\n  '


def chat(number: str, messages: list[dict[str, Any]], *, title: str | None = "App", saved: int = 50) -> dict[str, Any]:
    record: dict[str, Any] = {"id": number, "messages": messages, "urlId": number, "timestamp": at(saved)}
    return record if title is None else record | {"description": title}


def all_chats(path: Path, chats: list[dict[str, Any]], *, exported: int = 60) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"chats": chats, "exportDate": at(exported)}, indent=2))
    return path


def single_chat(path: Path, messages: list[dict[str, Any]], *, title: str | None = "App", exported: int = 60) -> Path:
    record: dict[str, Any] = {"messages": messages, "exportDate": at(exported)}
    path.write_text(json.dumps(record if title is None else record | {"description": title}, indent=2))
    return path


def data_tab_copy(message: dict[str, Any]) -> dict[str, Any]:
    """Return what a data-tab import leaves of a message."""
    return {"id": message["id"], "role": message["role"], "content": message["content"], "timestamp": 1772449999000}


class OneOwner:
    """Every file belongs to the same person and project."""

    def __init__(self, person: str | None = "ann", project: str | None = "web") -> None:
        self.owner = Owner(person, project)

    def owner_of(self, file: InputFile) -> Owner:
        return self.owner

    def person_of_gateway_user(self, user: str | None) -> str | None:
        return user

    def is_mapped(self, user: str | None) -> bool:
        return False

    def project_of_team(self, team: str | None) -> str | None:
        return team

    def stored_name(self, file: InputFile) -> str:
        return file.name

    def stored_path(self, file: InputFile) -> str:
        return file.identity.path


class Silent:
    """Progress that nobody watches."""

    def file_begins(self, file: InputFile) -> None: ...

    def records_read(self, records: int) -> None: ...

    def says(self, message: str) -> None: ...

    def file_ends(self, report: FileReport) -> None: ...


def load(store: Store, *paths: Path, person: str | None = "ann", project: str | None = "web") -> list[FileReport]:
    return list(load_files(store, find_files(list(paths)), OneOwner(person, project), Silent()))


def counts(report: FileReport) -> tuple[int, int, int, int]:
    return report.read, report.loaded, report.known, report.quarantined


FACTS = {
    "task": "task_key, person, project, task_class, requested_at, requested_at_basis, outcome, outcome_basis, "
    "provider, model, turn_count, retry_count, fix_request_count, patch_count, call_count, unpriced_call_count, "
    "known_cost_micro_usd, total_tokens",
    "llm_call": "llm_call_key, native_id, source, is_counted, match_quality, task_key, person, project, status, "
    "error_kind, started_at, latency_ms, latency_basis, input_tokens, output_tokens, usage_status, cost_micro_usd",
    "patch": "patch_key, task_key, person, proposed_at, files_count, lines_added, lines_removed, is_closed, "
    "rolled_back_at, rolled_back_after, rollback_evidence, rollback_confidence, rework_kind, reworked_at",
    "patch_file": "*",
    "approval": "*",
    "tool_call": "*",
    "command_run": "*",
    "deployment": "*",
    "chat": "*",
    "task_daily": "date, project, task_class, provider, model, task_count, completed_count, known_cost_micro_usd",
    "patch_daily": "date, project, task_class, provider, model, decided_count, rolled_back_count",
    "call_daily": "date, source, project, task_class, provider, model, status, error_kind, call_count, cost_micro_usd",
}


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that the store says about the world, without numbers of loads, to compare two stores row for row."""
    return {table: sorted(store.rows(f"SELECT {columns} FROM {table}"), key=repr) for table, columns in FACTS.items()}
