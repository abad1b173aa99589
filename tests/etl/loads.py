"""Loading in tests: the command as a person calls it, in this process or another, and what a store holds."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from data.store import Store

# Everything that is about loads themselves, and numbers that are only counted up, depends on the order of loading.
_ABOUT_LOADS = {"load", "load_known", "quarantine", "setting", "sqlite_sequence"}


def load_json(url: str, *arguments: object, expected_code: int | None = 0) -> dict[str, Any]:
    """Run etl load --json in another process and return what it printed."""
    ended = run_etl("load", "--json", "--database", url, *arguments)
    if expected_code is not None:
        assert ended.returncode == expected_code, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return json.loads(ended.stdout)


def run_etl(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "etl.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def facts(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables except those about loads, sorted, without numbers that were counted up."""
    store = Store(url, create=False)
    with store.reading() as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: dict[str, list[tuple[Any, ...]]] = {}
        for table in sorted(set(tables) - _ABOUT_LOADS):
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
            kept = [column for column in columns if column not in {"load_id", f"{table}_id"}]
            rows = connection.execute(f"SELECT {', '.join(kept)} FROM {table}").fetchall()
            found[table] = sorted(rows, key=repr)
    return found


def balance(url: str) -> list[tuple[int, int, int, int]]:
    """Return read, loaded, known and quarantined of every load, as the store says."""
    return Store(url, create=False).rows(
        "SELECT read_count, loaded_count, known_count, quarantined_count FROM load ORDER BY load_id"
    )


def litellm_row(number: int, **changes: Any) -> dict[str, Any]:
    """Return a LiteLLM spend row: 1000 tokens in, 100 out, 0.0045 USD, two seconds."""
    minute, second = divmod(number, 60)
    hour = 8 + minute // 60 % 12
    at = f"2026-03-{2 + number // 43_200:02}T{hour:02}:{minute % 60:02}:{second:02}"
    return {
        "request_id": f"req-{number}",
        "call_type": "acompletion",
        "api_key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
        "spend": 0.0045,
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "total_tokens": 1100,
        "startTime": f"{at}.120000+00:00",
        "endTime": f"{at}.980000+00:00",
        "model": "claude-sonnet-4-5",
        "model_group": "sonnet",
        "custom_llm_provider": "anthropic",
        "user": "ann",
        "team_id": "web",
        "status": "success",
        "metadata": {"status": "success"},
    } | changes


def ndjson(path: Path, rows: list[Any]) -> Path:
    path.write_bytes(b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows))
    return path
