"""Entries of bolt.diy's event log, and its exports as JSON and CSV."""

import json
from dataclasses import dataclass
from typing import Any

from etl.demo.calendar import iso
from etl.demo.gateway import RATE_LIMITED, Failure
from etl.demo.people import Person
from etl.demo.randomness import Chance
from etl.demo.routes import Route
from etl.demo.shapes import json_text

Record = dict[str, Any]

_AGENT = "Mozilla/5.0 ({platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36"


@dataclass(frozen=True)
class Entry:
    """One entry of a log."""

    moment: int
    record: Record


def entry(
    moment: int, message: str, details: Record, chance: Chance, *, level: str = "info", category: str = "system"
) -> Entry:
    """Return an entry with its keys in the app's order."""
    return Entry(
        moment,
        {
            "id": f"{moment}-{chance.base36(9)}",
            "timestamp": iso(moment),
            "level": level,
            "message": message,
            "details": details,
            "category": category,
        },
    )


def boot(moment: int, person: Person, chance: Chance) -> list[Entry]:
    """Return what the app logs when it starts."""
    agent = _AGENT.format(platform=person.platform)
    details = {"theme": "dark", "platform": person.platform, "userAgent": agent, "timestamp": iso(moment - 7)}
    ready = {"initialized": True, "capturing": False, "enabled": False}
    return [
        entry(moment, "Application initialized", details, chance),
        entry(moment, "Debug logging ready", ready, chance),
    ]


def completed(moment: int, route: Route, usage: tuple[int, int] | None, length: int, chance: Chance) -> Entry:
    """Return the entry of a finished request; usage is that of its last segment, null where none was sent."""
    tokens: Record = {"promptTokens": None, "completionTokens": None, "totalTokens": None}
    if usage is not None:
        tokens = {"promptTokens": usage[0], "completionTokens": usage[1], "totalTokens": usage[0] + usage[1]}
    details = {
        "component": "Chat",
        "action": "response",
        "model": route.model,
        "provider": route.bolt_provider,
        "usage": tokens,
        "messageLength": length,
    }
    return entry(moment, "Chat response completed", details, chance, category="provider")


def aborted(moment: int, route: Route, chance: Chance) -> Entry:
    """Return the entry of a reply that a person stopped."""
    details = {"component": "Chat", "action": "abort", "model": route.model, "provider": route.bolt_provider}
    return entry(moment, "Chat response aborted", details, chance, category="provider")


def failed(moment: int, route: Route, failure: Failure, chance: Chance) -> Entry:
    """Return the entry of a failed request; it names the provider and not the model."""
    text = f"Custom error: {failure.message}"
    error_type = "network"
    if failure is RATE_LIMITED:
        text, error_type = (
            "Custom error: API rate limit exceeded. Please wait a moment before trying again.",
            "rate_limit",
        )
    details = {
        "name": "Error",
        "message": text,
        "stack": f"Error: {text}\n    at Object.onErrorPart (https://bolt.example.com/assets/index-abc123.js:1:2345)",
        "component": "Chat",
        "action": "request",
        "error": text,
        "context": "chat",
        "retryable": True,
        "errorType": error_type,
        "provider": route.bolt_provider,
    }
    return entry(moment, "chat request failed", details, chance, level="error", category="error")


def setting(moment: int, message: str, chance: Chance) -> Entry:
    """Return the entry of a changed setting."""
    return entry(moment, message, {"type": "system", "message": message}, chance)


def provider_enabled(moment: int, provider: str, chance: Chance) -> Entry:
    """Return the entry of a provider that was switched on."""
    return entry(moment, f"Provider {provider} enabled", {"provider": provider}, chance, category="provider")


def deployment(moment: int, person: Person, repository: str, files: int, chance: Chance, *, is_ok: bool) -> Entry:
    """Return the entry of a deployment to GitLab."""
    if not is_ok:
        text = "Push rejected by a protected branch"
        details = {
            "type": "error",
            "message": text,
            "repoName": repository,
            "projectPath": f"{person.name}/{repository}",
        }
        return entry(moment, "GitLab deployment failed", details, chance, level="error", category="error")
    path = f"{person.name}/{repository}"
    details = {
        "type": "system",
        "message": f"Successfully deployed {files} files to GitLab repository: {path}",
        "repoName": repository,
        "projectPath": path,
        "filesCount": files,
        "isNewProject": False,
    }
    return entry(moment, "GitLab deployment completed successfully", details, chance)


def as_json(entries: list[Entry], exported: int) -> str:
    """Return a log export as JSON."""
    return json_text(
        {
            "timestamp": iso(exported),
            "logs": [item.record for item in entries],
            "filters": {"level": "all", "searchQuery": ""},
            "preferences": {"use24Hour": False, "showTimestamps": True, "autoExpand": False},
        }
    )


def as_csv(entries: list[Entry]) -> str:
    """Return a log export as CSV: every cell quoted, no ids, no newline at the end."""
    rows = [["Timestamp", "Level", "Category", "Message", "Details"]]
    for item in entries:
        record = item.record
        details = json.dumps(record["details"], ensure_ascii=False, separators=(",", ":"))
        rows.append([record["timestamp"], record["level"], record["category"], record["message"], details])
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
