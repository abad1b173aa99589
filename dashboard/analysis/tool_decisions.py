"""Calls of MCP tools by server and tool: whether they change something, and what was decided before them."""

import sqlite3
from dataclasses import dataclass

import polars as pl

from dashboard.analysis.filters import Filter
from dashboard.analysis.intervals import ratio
from dashboard.analysis.remembered import remembered
from dashboard.analysis.strictness import Rate
from dashboard.analysis.strips import strips_of
from data.frames import frame_of
from data.strips import LAYOUTS

_TOOL = LAYOUTS["tool_daily"].dimensions
_MEASURES = (
    "tool_call_count", "approved_count", "rejected_count", "policy_decided_count", "unknown_decided_count",
    "pending_count",
)  # fmt: skip


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


def tool_decisions(connection: sqlite3.Connection, chosen: Filter) -> tuple[ToolDecisions, ...]:
    """Return the tools called in the period, those that change something first, then by calls."""
    sums = strips_of(connection, chosen, chosen.period, "tool_call_daily").sums(_TOOL, _MEASURES)
    tools = (
        ToolDecisions(server, tool, None if is_mutating is None else bool(is_mutating), *counts)
        for (server, tool, is_mutating), counts in sums.items()
    )
    return tuple(sorted(tools, key=_order))


@remembered()
def tool_frame(tools: tuple[ToolDecisions, ...]) -> pl.DataFrame:
    """Return one row per server and tool."""
    rows = [
        (
            tool.server, tool.tool, tool.is_mutating, tool.calls, tool.approved_by_person, tool.rejected_by_person,
            tool.rejected.value, *(tool.rejected.interval or (None, None)), tool.decided_by_rule,
            tool.decided_by_unknown, tool.pending, tool.not_asked, tool.decided_share,
        )
        for tool in tools
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


def _order(tool: ToolDecisions) -> tuple[int, int, bool, str, str]:
    place = {True: 0, None: 1, False: 2}[tool.is_mutating]
    return place, -tool.calls, tool.server is not None, tool.server or "", tool.tool
