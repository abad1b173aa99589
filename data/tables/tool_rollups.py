"""Daily rollups of tool calls and of the decisions before them; as those of data.tables.rollups."""

from datetime import date as calendar_day

from data.tables.base import Row
from data.tables.columns import col, count, day, must, number


class _ToolSums(Row):
    """What is summed of tool calls. Of a call that was asked about twice, the newest decision counts.

    Calls = approved + rejected + decided by a rule + decided by an unknown + pending + those without any decision.
    """

    tool_call_count: int = count("calls")
    approved_count: int = count("of these, approved by a person")
    rejected_count: int = count("of these, rejected by a person")
    policy_decided_count: int = count("of these, decided by a rule")
    unknown_decided_count: int = count("of these, decided, and the source does not say by whom")
    pending_count: int = count("of these, waiting for a decision")


class ToolCallDaily(_ToolSums, table=True):
    """One row per day called, project, class and route of the task, server, tool, and whether it changes something."""

    tool_call_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the tools were called")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    server: str | None = col("MCP server")
    tool: str = must("tool")
    is_mutating: bool | None = col("whether it changes something; null when nobody says")


class ToolDaily(_ToolSums, table=True):
    """One row per day called, server, tool, and whether it changes something: tool_call_daily over the rest."""

    tool_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the tools were called")
    server: str | None = col("MCP server")
    tool: str = must("tool")
    is_mutating: bool | None = col("whether it changes something; null when nobody says")


class ToolProjectDaily(_ToolSums, table=True):
    """One row per day called, project, server, tool, and whether it changes something: tool_call_daily over tasks."""

    tool_project_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the tools were called")
    project: str | None = col("project")
    server: str | None = col("MCP server")
    tool: str = must("tool")
    is_mutating: bool | None = col("whether it changes something; null when nobody says")


class ToolRouteDaily(_ToolSums, table=True):
    """One row per day called, class and route of the task, server, tool, and whether it changes something.

    It adds up tool_call_daily over all projects.
    """

    tool_route_daily_id: int | None = number("number of the row")
    date: calendar_day | None = day("day the tools were called")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the task's route")
    model: str | None = col("model of the task's route")
    server: str | None = col("MCP server")
    tool: str = must("tool")
    is_mutating: bool | None = col("whether it changes something; null when nobody says")
