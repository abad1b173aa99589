"""How the rollups of tool calls follow from facts: which tool, what was decided before the call, and by whom."""

import sqlite3

from data.strips import LAYOUTS
from data.words import Actor, Decision, Subject
from etl.source_rollups import Rollup

_TOOL = LAYOUTS["tool_daily"].dimensions
# Of a call that was asked about twice the newest decision stays; without a time it is as old as its question.
_NEWEST = (
    "(SELECT one.approval_key FROM approval AS one WHERE one.subject_key = call.tool_call_key "  # noqa: S608
    f"AND one.subject = '{Subject.TOOL_CALL}' "
    "ORDER BY coalesce(one.decided_at, one.asked_at) DESC, one.approval_key LIMIT 1)"
)
_ACCEPTED = f"asked.decision IN ('{Decision.APPROVED}', '{Decision.EDITED}', '{Decision.AUTO_APPROVED}')"
_REJECTED = f"asked.decision = '{Decision.REJECTED}'"
_DECIDED = f"({_ACCEPTED} OR {_REJECTED})"


def tool_rollups() -> tuple[Rollup, ...]:
    """Return the rollups of tool calls, in the order in which they follow from each other."""
    finest = Rollup(
        table="tool_call_daily",
        facts=f"tool_call AS call LEFT JOIN task USING (task_key) LEFT JOIN approval AS asked "
        f"ON asked.approval_key = {_NEWEST}",
        date="call.called_date",
        dimensions={
            "project": "call.project",
            "task_class": "task.task_class",
            "provider": "task.provider",
            "model": "task.model",
            **{name: f"call.{name}" for name in _TOOL},
        },
        measures={
            "tool_call_count": "1",
            "approved_count": f"asked.actor = '{Actor.HUMAN}' AND {_ACCEPTED}",
            "rejected_count": f"asked.actor = '{Actor.HUMAN}' AND {_REJECTED}",
            "policy_decided_count": f"asked.actor = '{Actor.POLICY}' AND {_DECIDED}",
            "unknown_decided_count": f"asked.actor = '{Actor.UNKNOWN}' AND {_DECIDED}",
            "pending_count": f"asked.decision = '{Decision.PENDING}'",
        },
    )
    return finest.with_coarser("tool_project_daily", "tool_route_daily", "tool_daily", *_TOOL, by_class=False)


def days_of_tool_calls(connection: sqlite3.Connection) -> set[int]:
    """Return the days of tool calls that were asked about on a day of temp.rollup_day.

    The decision may come in another file than the call, and be of another day.
    """
    found = connection.execute(
        "SELECT DISTINCT called_date FROM approval AS asked JOIN tool_call ON tool_call_key = asked.subject_key "  # noqa: S608
        f"WHERE asked.asked_date IN (SELECT day FROM temp.rollup_day) AND asked.subject = '{Subject.TOOL_CALL}' "
        "AND called_date IS NOT NULL"
    )
    return {day for (day,) in found}
