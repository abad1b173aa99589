"""Small demos in tests, written once per run of the tests, and their files read back."""

import atexit
import json
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etl.demo import DemoReport, write_demo

UNTIL = date(2026, 11, 22)


@cache
def small_demo() -> DemoReport:
    """The smallest demo that shows every truth: 300 tasks in 84 days."""
    folder = TemporaryDirectory(prefix="boltscope-demo-")
    atexit.register(folder.cleanup)
    return write_demo(Path(folder.name), tasks=300, days=84, until=UNTIL)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def documents(pattern: str) -> list[tuple[Path, Any]]:
    """Return the JSON files of the small demo that fit a pattern, parsed."""
    return [(path, json.loads(path.read_text())) for path in sorted(small_demo().folder.glob(pattern))]


def chats() -> list[tuple[str, dict[str, Any]]]:
    """Return person and chat of every chat in every export of all or of selected chats."""
    return [
        (path.parts[-3], chat)
        for path, document in documents("inbox/*/*/*/bolt*chats.json")
        for chat in document["chats"]
    ]
