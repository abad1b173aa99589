"""Demo exports: raw files in the real formats, with planted truths.

One simulated team works for a year; its chats, event logs and gateway rows are views of the same events and agree.
"""

from etl.demo.writer import (
    DEFAULT_DAYS,
    DEFAULT_TASKS,
    MARKER,
    DemoError,
    DemoReport,
    write_demo,
)

__all__ = ["DEFAULT_DAYS", "DEFAULT_TASKS", "MARKER", "DemoError", "DemoReport", "write_demo"]
