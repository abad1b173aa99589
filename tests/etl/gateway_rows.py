"""Builders of gateway rows and event log entries for tests of what links them to chats."""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat_files import at, micro

from data.keys import stable_key
from data.store import Store
from etl.context import HOUR_MICROSECONDS, Touched, day_of, upsert
from etl.derive.run import derive


@dataclass(frozen=True)
class Row:
    """One row of the gateway; minute and second are counted from 10:00 on 2 March 2026, as in chat_files."""

    name: str
    minute: int
    second: int = 1
    tokens: tuple[int, int] | None = None
    person: str | None = None
    model: str = "smart"
    served: tuple[str, str] = ("openai", "gpt-5")
    status: str = "success"
    trace: int | None = None
    key: str | None = None
    is_fallback: bool = False
    seconds: int = 4
    cost: int = 1000
    project: str | None = None


_COLUMNS = (
    "llm_call_key", "native_id", "source", "record_rank", "is_counted", "match_quality", "person", "project",
    "key_hash", "requested_model", "provider", "model", "started_at", "started_date", "latency_ms", "latency_basis",
    "status",
    "error_kind", "input_tokens", "output_tokens", "total_tokens", "usage_status", "cost_micro_usd", "cost_basis",
    "trace_hash", "is_fallback", "call_type",
)  # fmt: skip


def load_rows(store: Store, *rows: Row) -> None:
    """Load gateway rows as the source does, and derive what depends on them."""
    touched = Touched()
    values: list[tuple[Any, ...]] = []
    for row in rows:
        started_at = micro(row.minute, row.second)
        sent, received = row.tokens or (None, None)
        touched.add_gateway_span(started_at, started_at)
        touched.days.add(day_of(started_at) or 0)
        if row.person is not None:
            touched.gateway_hours.add((row.person, started_at // HOUR_MICROSECONDS))
        values.append(
            (stable_key("litellm", row.name), row.name, "litellm", 1, 1, "none", row.person, row.project, row.key,
             row.model, *row.served, started_at, day_of(started_at), row.seconds * 1000, "gateway", row.status,
             "rate_limit" if row.status == "error" else None, sent, received, sum(row.tokens) if row.tokens else None,
             "reported" if row.tokens else "absent", 0 if row.status == "error" else row.cost, "reported", row.trace,
             row.is_fallback, "acompletion")
        )  # fmt: skip
    with store.writing() as connection:
        upsert(connection, "llm_call", sorted(values), columns=_COLUMNS)
        derive(connection, touched)


def failures(name: str, minute: int, *, second: int = 1, **more: Any) -> list[Row]:
    """Return the three rows of a failed turn: the app tries three times, each with a trace of its own."""
    return [
        Row(
            f"{name}{number}",
            minute,
            second + 2 * number,
            status="error",
            trace=zlib.crc32(name.encode()) % 1000 + number,
            seconds=1,
            **more,
        )
        for number in range(3)
    ]


def entry(message: str, minute: int, second: int, /, **details: Any) -> dict[str, Any]:
    return {
        "id": f"{micro(minute, second) // 1000}-abcdefghi",
        "timestamp": at(minute, second),
        "level": "error" if "failed" in message else "info",
        "message": message,
        "details": details,
        "category": "provider",
    }


def completed(
    minute: int,
    second: int,
    length: int,
    *,
    usage: tuple[int, int] | None = None,
    provider: str = "Anthropic",
    model: str = "claude-sonnet-4-5",
) -> dict[str, Any]:
    sent, received = usage or (None, None)
    tokens = {"promptTokens": sent, "completionTokens": received, "totalTokens": sum(usage) if usage else None}
    return entry(
        "Chat response completed", minute, second, component="Chat", action="response", model=model, provider=provider,
        usage=tokens, messageLength=length,
    )  # fmt: skip


def aborted(
    minute: int, second: int, *, provider: str = "Anthropic", model: str = "claude-sonnet-4-5"
) -> dict[str, Any]:
    return entry(
        "Chat response aborted", minute, second, component="Chat", action="abort", model=model, provider=provider
    )


def failed(minute: int, second: int, error: str, *, provider: str = "Anthropic") -> dict[str, Any]:
    return entry(
        "chat request failed", minute, second, name="Error", message=error, stack=f"Error: {error}\n at x", error=error,
        component="Chat", action="request", context="chat", retryable=True, errorType="network", provider=provider,
    )  # fmt: skip


def log_file(path: Path, *entries: Any, filters: Any = None, exported: int = 60) -> Path:
    log = {
        "timestamp": at(exported),
        "logs": list(entries),
        "filters": {"level": "all", "searchQuery": ""} if filters is None else filters,
        "preferences": {"use24Hour": False, "showTimestamps": True, "autoExpand": False},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(log, indent=2))
    return path


def csv_file(path: Path, *entries: dict[str, Any]) -> Path:
    """Write entries as bolt.diy does: every cell quoted, no line break at the end."""

    def row(*cells: str) -> str:
        return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)

    lines = [row("Timestamp", "Level", "Category", "Message", "Details")]
    for one in entries:
        details = json.dumps(one["details"], separators=(",", ":")) if one.get("details") else ""
        lines.append(row(one["timestamp"], one["level"], one["category"], one["message"], details))
    path.write_text("\n".join(lines))
    return path


def through_gateway(message: dict[str, Any]) -> dict[str, Any]:
    """Return a request as it is when the person chose the model 'smart' of the gateway."""
    old, new = "[Model: claude-sonnet-4-5]\n\n[Provider: Anthropic]", "[Model: smart]\n\n[Provider: OpenAILike]"
    text = message["content"].replace(old, new)
    return message | {"content": text, "parts": [{"type": "text", "text": text}]}
