"""Rows for tests: write facts straight into a store, only the columns that matter named, and roll them up."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import SQLModel

from data.epoch import EPOCH, EPOCH_DAY
from data.keys import stable_key
from data.store import Store
from data.tables import (
    Approval,
    CommandRun,
    CommitFile,
    Deployment,
    Event,
    LlmCall,
    Load,
    LoadKnown,
    Patch,
    PatchFile,
    PullRequest,
    PullRequestCommit,
    PullRequestFile,
    PullRequestReview,
    Quarantine,
    Task,
    ToolCall,
    VcsCommit,
)
from data.tables.base import table_name
from etl.context import insert
from etl.places import commit_key, place_hash
from etl.rollups import refresh


def at(text: str) -> datetime:
    """Instant in UTC: at("2026-03-01") is midnight, at("2026-03-01T12:00") noon."""
    return datetime.fromisoformat(text + ("+00:00" if "T" in text else "T00:00+00:00"))


def micro(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


def day_number(day: date | None) -> int | None:
    return None if day is None else (day - EPOCH_DAY).days


@dataclass
class Facts:
    """Facts to write into a store; every method adds one row and returns its key."""

    rows: list[tuple[type[SQLModel], Mapping[str, Any]]] = field(default_factory=list)

    def add(self, table: type[SQLModel], **columns: Any) -> int:
        """Add a row; instants may be aware datetimes, days dates."""
        self.rows.append((table, columns))
        return len(self.rows)

    def task(self, when: str | None = "2026-03-02T10:00", outcome: str = "completed", **columns: Any) -> int:
        key = columns.pop("task_key", None) or stable_key("task", len(self.rows))
        route = _route(columns.pop("route", "anthropic/claude-sonnet-4-5"))
        moment = None if when is None else at(when)
        defaults = {
            "task_key": key,
            "task_class": "edit",
            "task_class_version": "1",
            "requested_at": moment,
            "requested_at_basis": "given",
            "requested_date": moment and moment.date(),
            "outcome": outcome,
            "outcome_basis": "answer",
            "project": "shop",
            "person": "ada",
            "call_count": 1,
            "source": "bolt_chat",
            **route,
        }
        self.add(Task, **defaults | columns)
        return key

    def call(self, when: str | None = "2026-03-02T10:00", status: str = "success", **columns: Any) -> int:
        key = columns.pop("llm_call_key", None) or stable_key("call", len(self.rows))
        route = _route(columns.pop("route", "anthropic/claude-sonnet-4-5"))
        moment = None if when is None else at(when)
        cost = columns.get("cost_micro_usd", 500_000)
        defaults = {
            "llm_call_key": key,
            "source": "litellm",
            "is_counted": True,
            "match_quality": "none",
            "project": "shop",
            "person": "ada",
            "started_at": moment,
            "started_date": moment and moment.date(),
            "latency_basis": "none",
            "status": status,
            "error_kind": "timeout" if status == "error" else None,
            "usage_status": "reported",
            "cost_micro_usd": cost,
            "cost_basis": "unknown" if cost is None else "reported",
            **route,
        }
        self.add(LlmCall, **defaults | columns)
        return key

    def patch(self, when: str | None = "2026-03-02T10:01", undone: str | None = None, **columns: Any) -> int:
        """Add a patch; by: the actor of an approval that decided on it, which is added too."""
        key = columns.pop("patch_key", None) or stable_key("patch", len(self.rows))
        if actor := columns.pop("by", None):
            self.approval(when, columns["decision"], subject="patch", subject_key=key, actor=actor, tool=None)
        route = _route(columns.pop("route", "anthropic/claude-sonnet-4-5"))
        moment = None if when is None else at(when)
        gone = None if undone is None else at(undone)
        defaults = {
            "patch_key": key,
            "proposed_at": moment,
            "proposed_at_basis": "given",
            "proposed_date": moment and moment.date(),
            "project": "shop",
            "person": "ada",
            "task_class": "edit",
            "is_closed": True,
            "rolled_back_at": gone,
            "rollback_evidence": None if gone is None else "rewind",
            "rolled_back_after": gone,
            "source": "bolt_chat",
            **route,
        }
        self.add(Patch, **defaults | columns)
        return key

    def patch_file(self, patch_key: int, path: str, **columns: Any) -> int:
        key = stable_key(patch_key, path)
        defaults = {"patch_file_key": key, "patch_key": patch_key, "path": path, "operation": "edit"}
        self.add(PatchFile, **defaults | {"lines_basis": "chat"} | columns)
        return key

    def command(
        self, when: str | None = "2026-03-02T10:02", status: str | None = "ok", ms: int | None = 1000, **columns: Any
    ) -> int:
        key = columns.pop("command_run_key", None) or stable_key("command", len(self.rows))
        moment = None if when is None else at(when)
        defaults = {
            "command_run_key": key,
            "started_at": moment,
            "started_date": moment and moment.date(),
            "project": "shop",
            "person": "ada",
            "task_class": "edit",
            "kind": "shell",
            "command_head": "npm",
            "source": "bolt_chat" if status is None else "record",
            "status": status,
            "duration_ms": ms if status is not None else None,
        }
        self.add(CommandRun, **defaults | columns)
        return key

    def approval(self, when: str | None = "2026-03-02T10:03", decision: str = "approved", **columns: Any) -> int:
        key = columns.pop("approval_key", None) or stable_key("approval", len(self.rows))
        moment = None if when is None else at(when)
        defaults = {
            "approval_key": key,
            "subject": "tool_call",
            "project": "shop",
            "person": "ada",
            "task_class": "edit",
            "tool": "query",
            "decision": decision,
            "actor": "human",
            "asked_at": moment,
            "asked_at_basis": "given",
            "source": "bolt_chat",
            "asked_date": moment and moment.date(),
        }
        self.add(Approval, **defaults | columns)
        return key

    def tool_call(self, when: str = "2026-03-02T10:03", status: str = "ok", **columns: Any) -> int:
        key = stable_key("tool", len(self.rows))
        defaults = {
            "tool_call_key": key,
            "project": "shop",
            "person": "ada",
            "tool": "query",
            "source": "bolt_chat",
            "status": status,
            "called_at": at(when),
            "called_date": at(when).date(),
        }
        self.add(ToolCall, **defaults | columns)
        return key

    def deployment(self, when: str = "2026-03-02T11:00", status: str = "success", **columns: Any) -> int:
        key = columns.pop("deployment_key", None) or stable_key("deployment", len(self.rows))
        defaults = {
            "deployment_key": key,
            "project": "shop",
            "person": "ada",
            "platform": "gitlab",
            "source": "bolt_events",
            "status": status,
            "finished_at": at(when),
            "finished_date": at(when).date(),
        }
        self.add(Deployment, **defaults | columns)
        return key

    def commit(self, sha: str, when: str, files: Mapping[str, int | None] | None = None, **columns: Any) -> int:
        """Add a commit with its files (path: hash of the content, null when the log does not tell)."""
        project = columns.get("project", "shop")
        key = commit_key(project, sha)
        defaults = {
            "vcs_commit_key": key,
            "project": project,
            "sha": sha,
            "parent_shas": "",
            "committed_at": at(when),
            "committed_date": at(when).date(),
            "is_left_behind": False,
        }
        self.add(VcsCommit, **defaults | columns)
        for path, blob in (files or {}).items():
            self.add(
                CommitFile, commit_file_key=stable_key("commit_file", key, path), vcs_commit_key=key, path=path,
                place_hash=place_hash(project, path), committed_at=at(when), blob_hash=blob,
            )  # fmt: skip
        return key

    def pull_request(
        self, number: int, opened: str, state: str = "merged", closed: str | None = None,
        commits: Sequence[str] = (), files: Sequence[str] = (), **columns: Any,
    ) -> int:  # fmt: skip
        """Add a request, with the hashes of its commits and its paths."""
        project = columns.get("project", "shop")
        platform = columns.get("platform", "github")
        key = stable_key("pull_request", project, platform, None, number)
        gone = None if closed is None else at(closed)
        defaults = {
            "pull_request_key": key,
            "project": project,
            "platform": platform,
            "number": number,
            "state": state,
            "opened_at": at(opened),
            "opened_date": at(opened).date(),
            "merged_at": gone if state == "merged" else None,
            "closed_at": gone,
            "is_review_known": True,
        }
        self.add(PullRequest, **defaults | columns)
        for sha in commits:
            self.add(
                PullRequestCommit, pull_request_commit_key=stable_key("pull_request_commit", key, sha),
                pull_request_key=key, vcs_commit_key=commit_key(project, sha), sha=sha,
            )  # fmt: skip
        for path in files:
            self.add(
                PullRequestFile, pull_request_file_key=stable_key("pull_request_file", key, path),
                pull_request_key=key, path=path, place_hash=place_hash(project, path),
            )  # fmt: skip
        return key

    def review(self, request: int, person: str, when: str | None, state: str = "approved", **columns: Any) -> int:
        key = stable_key("review", request, person, when, state)
        moment = None if when is None else at(when)
        defaults = {
            "pull_request_review_key": key,
            "pull_request_key": request,
            "person": person,
            "reviewer_hash": stable_key("reviewer", person),
            "is_bot": False,
            "number_in_request": 0,
            "state": state,
            "submitted_at": moment,
            "submitted_date": moment and moment.date(),
        }
        self.add(PullRequestReview, **defaults | columns)
        return key

    def event(self, when: str = "2026-03-02T10:00", kind: str = "response_completed", **columns: Any) -> int:
        key = stable_key("event", len(self.rows))
        defaults = {
            "event_key": key,
            "project": "shop",
            "person": "ada",
            "occurred_at": at(when),
            "occurred_date": at(when).date(),
            "kind": kind,
        }
        self.add(Event, **defaults | columns)
        return key

    def load(self, load_id: int, read: int = 0, loaded: int = 0, known: int = 0, bad: int = 0, **columns: Any) -> int:
        defaults = {
            "load_id": load_id,
            "file_name": f"file-{load_id}.json",
            "file_sha256": f"{load_id:064x}",
            "kind": "bolt_chats",
            "read_count": read,
            "loaded_count": loaded,
            "known_count": known,
            "quarantined_count": bad,
            "is_demo": False,
            "boltscope_version": "0.1.0",
        }
        self.add(Load, **defaults | columns)
        return load_id

    def known(self, load_id: int, reason: str, count: int) -> None:
        self.add(LoadKnown, load_id=load_id, reason=reason, known_count=count)

    def quarantined(self, load_id: int, reason: str = "bad_time", **columns: Any) -> None:
        self.add(Quarantine, **{"load_id": load_id, "position": "chats[0]", "reason": reason, "detail": "d"} | columns)

    def write(self, store: Store, days: set[int] | None = None) -> Store:
        """Write the rows and the rollups of some days (null: of all)."""
        with store.writing() as connection:
            for row in self.rows:
                write_row(connection, *row)
            refresh(connection, days)
        return store


def write_row(connection: sqlite3.Connection, table: type[SQLModel], columns: Mapping[str, Any]) -> None:
    """Write one row; columns that are not named are null or 0."""
    names = [column.name for column in SQLModel.metadata.tables[table_name(table)].columns]
    unknown = set(columns) - set(names)
    assert not unknown, f"{table_name(table)} has no column {unknown}"
    insert(connection, table_name(table), [tuple(_stored(table, name, columns) for name in names)])


def _route(route: str | None) -> dict[str, str | None]:
    provider, _, model = (route or "/").partition("/")
    return {"provider": provider or None, "model": model or None}


def _stored(table: type[SQLModel], name: str, columns: Mapping[str, Any]) -> object:
    if name not in columns:
        column = SQLModel.metadata.tables[table_name(table)].columns[name]
        return 0 if not column.nullable and name.endswith(("_count", "_micro_usd", "_chars")) else None
    value = columns[name]
    if isinstance(value, datetime):
        return micro(value)
    return day_number(value) if isinstance(value, date) else value
