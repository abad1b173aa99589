"""Calls of MCP tools by server and tool: whether they change something, and what was decided before them."""

import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.intervals import ratio
from dashboard.analysis.newest_days import counts_by_day, newest_days
from dashboard.analysis.remembered import remembered
from dashboard.analysis.shared import shared
from dashboard.analysis.strictness import Rate
from data.frames import frame_of
from data.words import Actor, Decision, IntegrationKind, Subject

_MOST_CALLS = 8_000
_Key = tuple[str | None, str, bool | None]
"""Server, tool, whether it changes something."""
_Asked = tuple[str, str]
"""Decision and actor."""
_ACCEPTED = frozenset({Decision.APPROVED, Decision.EDITED, Decision.AUTO_APPROVED})


@dataclass(frozen=True, slots=True)
class ToolDecisions:
    """The calls of one tool of one server, by what was decided before them."""

    server: str | None
    tool: str
    is_mutating: bool | None
    """Whether it changes something; null when nobody says."""
    calls: int
    approved_by_person: int
    rejected_by_person: int
    decided_by_rule: int
    decided_by_unknown: int
    """Decided, and the source does not say by whom."""
    pending: int

    @property
    def not_asked(self) -> int:
        """Calls without any decision on record."""
        asked = self.approved_by_person + self.rejected_by_person + self.decided_by_rule + self.decided_by_unknown
        return self.calls - asked - self.pending

    @property
    def rejected(self) -> Rate:
        """Rejected by people, of what people decided."""
        return Rate(self.rejected_by_person, self.approved_by_person + self.rejected_by_person)

    @property
    def decided_share(self) -> float | None:
        """Share of the calls before which anything was decided."""
        return ratio(self.calls - self.not_asked - self.pending, self.calls)


@dataclass(frozen=True)
class ToolTable:
    """All tools of the days that were read; null days when there was no call."""

    read: Period | None
    tools: tuple[ToolDecisions, ...]


def tool_decisions(connection: sqlite3.Connection, chosen: Filter) -> ToolTable:
    """Return the tools called in the period, those that change something first, then by calls.

    No rollup tells tools apart, so the calls are read: of the newest days only, where there are very many in all.
    """
    counted = f"iif(kind = '{IntegrationKind.MCP_SERVER}', attempt_count, 0)"
    counts = counts_by_day(connection, Filter(chosen.period), "integration_daily", counted)
    read = newest_days(counts, chosen.period, most=_MOST_CALLS)
    if read is None:
        # Calls that wait for a decision are no attempts yet.
        read = chosen.period
    calls: Counter[_Key] = Counter()
    decided: dict[_Key, Counter[_Asked]] = defaultdict(Counter)
    for key, asked, project, task_class, route, count in _calls_of(connection, read):
        if chosen.selects(project, task_class, route):
            calls[key] += count
            if asked is not None:
                decided[key][asked] += count
    tools = [_tool(key, calls[key], decided[key]) for key in calls]
    return ToolTable(read if tools else None, tuple(sorted(tools, key=_order)))


@shared
def _calls_of(
    connection: sqlite3.Connection, read: Period
) -> tuple[tuple[_Key, _Asked | None, str | None, str | None, str, int], ...]:
    """Return the calls of some days, for every filter: tool, decision, project, class and route of the task, count."""
    newest: dict[int, tuple[Any, ...]] = {}
    for call, *found in connection.execute(
        "SELECT call.tool_call_key, call.server, call.tool, call.is_mutating, asked.decision, asked.actor, "  # noqa: S608
        "call.project, task.task_class, task.provider, task.model "
        "FROM tool_call AS call LEFT JOIN task USING (task_key) LEFT JOIN approval AS asked "
        f"ON asked.subject_key = call.tool_call_key AND asked.subject = '{Subject.TOOL_CALL}' "
        "WHERE call.called_date BETWEEN :first AND :last "
        # Of a call that was asked about twice the newest decision stays.
        "ORDER BY asked.decided_at, asked.approval_key DESC",
        {"first": day_number(read.first), "last": day_number(read.last)},
    ):
        newest[call] = tuple(found)
    return tuple(
        (
            (server, tool, None if is_mutating is None else bool(is_mutating)),
            None if decision is None else (decision, actor),
            project,
            task_class,
            route_name(provider, model),
            count,
        )
        for (server, tool, is_mutating, decision, actor, project, task_class, provider, model), count in Counter(
            newest.values()
        ).items()
    )


@remembered()
def tool_frame(found: ToolTable) -> pl.DataFrame:
    """Return one row per server and tool."""
    rows = [
        (
            tool.server, tool.tool, tool.is_mutating, tool.calls, tool.approved_by_person, tool.rejected_by_person,
            tool.rejected.value, *(tool.rejected.interval or (None, None)), tool.decided_by_rule,
            tool.decided_by_unknown, tool.pending, tool.not_asked, tool.decided_share,
        )
        for tool in found.tools
    ]  # fmt: skip
    counts = ("policy_decided_count", "unknown_decided_count", "pending_count", "not_asked_count")
    return frame_of(
        rows,
        {
            "server": pl.String(),
            "tool": pl.String(),
            "is_mutating": pl.Boolean(),
            **dict.fromkeys(("tool_call_count", "approved_count", "rejected_count"), pl.Int64()),
            **dict.fromkeys(("rejected_rate", "rejected_low_rate", "rejected_high_rate"), pl.Float64()),
            **dict.fromkeys(counts, pl.Int64()),
            "share_decided_rate": pl.Float64(),
        },
    )


def _tool(key: _Key, calls: int, decided: Counter[_Asked]) -> ToolDecisions:
    def sums(actors: set[str], decisions: set[str]) -> int:
        return sum(count for (decision, actor), count in decided.items() if decision in decisions and actor in actors)

    accepted, rejected = {word.value for word in _ACCEPTED}, {Decision.REJECTED.value}
    return ToolDecisions(
        *key,
        calls=calls,
        approved_by_person=sums({Actor.HUMAN.value}, accepted),
        rejected_by_person=sums({Actor.HUMAN.value}, rejected),
        decided_by_rule=sums({Actor.POLICY.value}, accepted | rejected),
        decided_by_unknown=sums({Actor.UNKNOWN.value}, accepted | rejected),
        pending=sums({actor.value for actor in Actor}, {Decision.PENDING.value}),
    )


def _order(tool: ToolDecisions) -> tuple[int, int, str, str]:
    return ({True: 0, None: 1, False: 2}[tool.is_mutating], -tool.calls, tool.server or "", tool.tool)
