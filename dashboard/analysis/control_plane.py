"""The control plane as a picture with real counts: tasks, decisions, routes, changes, telemetry, alerts."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from dashboard.analysis.figures import Fact
from dashboard.analysis.filters import Filter
from dashboard.analysis.remembered import remembered
from dashboard.analysis.rollup_choice import needs_fine_rollups
from dashboard.analysis.route_calls import calls_by_route
from dashboard.analysis.selection import Sums, daily_sums
from data.frames import frame_of


@dataclass(frozen=True, slots=True)
class Stage:
    """One box of the picture."""

    name: str
    """tasks, decisions, routes, changes, telemetry or alerts."""
    title: str
    counts: tuple[Fact, ...]
    """The first is the largest to show; a null value is not measured (its note says why)."""


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """The boxes, and which flows into which."""

    stages: tuple[Stage, ...]
    flows: tuple[tuple[str, str], ...]


def control_plane(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> ControlPlane:  # noqa: ARG001
    """Return the counts of the period. as_of is part of the interface of all analyses; counts do not depend on it."""
    sums = daily_sums(connection, chosen, chosen.period)
    routes = calls_by_route(connection, chosen, chosen.period)
    files = connection.execute("SELECT count(*) FROM load").fetchone()[0]
    return ControlPlane(
        stages=(
            Stage(
                "tasks",
                "Tasks",
                (
                    Fact("Tasks", sums.total("task_count")),
                    Fact("Completed", sums.total("completed_count")),
                    Fact("Failed", sums.total("failed_count")),
                    Fact("Aborted", sums.total("aborted_count"), note="stopped by the person"),
                ),
            ),
            Stage(
                "decisions",
                "Approval policy",
                (
                    Fact("Decisions", sums.total("approval_count")),
                    Fact("By a person", sums.total("human_approval_count")),
                    Fact("Waiting", sums.total("pending_approval_count")),
                ),
            ),
            Stage(
                "routes",
                "Provider routes",
                (
                    Fact("Routes", len(routes)),
                    Fact("Calls", sums.total("call_count")),
                    Fact("By a fallback", sums.total("fallback_count")),
                ),
            ),
            Stage(
                "changes",
                "Patches and commands",
                (
                    Fact("Patches", sums.total("patch_count")),
                    Fact("Rolled back", sums.total("rolled_back_count")),
                    Fact("Commands", _commands(sums)),
                    _by_project(sums, chosen, "Tool calls", "tool_call_count"),
                    _by_project(sums, chosen, "Deployments", "deployment_count"),
                ),
            ),
            Stage(
                "telemetry",
                "Telemetry",
                (
                    Fact("Calls", sums.total("call_count")),
                    _by_project(sums, chosen, "Log entries", "event_count"),
                    Fact("Files loaded", files, note="all files of the store, whatever the filter"),
                ),
            ),
            Stage(
                "alerts",
                "Alerts",
                (Fact("Alerts", None, note="no alert rule is evaluated yet"),),
            ),
        ),
        flows=(
            ("tasks", "decisions"),
            ("decisions", "routes"),
            ("routes", "changes"),
            ("changes", "telemetry"),
            ("routes", "telemetry"),
            ("telemetry", "alerts"),
            ("alerts", "decisions"),
        ),
    )


@remembered()
def control_plane_frame(found: ControlPlane) -> pl.DataFrame:
    """Return one row per count: the stage, what is counted, how many (null: not measured) and what must be known."""
    rows = [(stage.title, fact.label, fact.value, fact.note) for stage in found.stages for fact in stage.counts]
    text = pl.String()
    return frame_of(rows, {"stage": text, "counted": text, "recorded_count": pl.Int64(), "note": text})


def _commands(sums: Sums) -> int:
    parts = ("proposed_count", "run_count", "cancelled_count", "untimed_count")
    return sum(sums.total(part) for part in parts)


def _by_project(sums: Sums, chosen: Filter, label: str, measure: str) -> Fact:
    if needs_fine_rollups(chosen):
        return Fact(label, None, note="not told apart by route or task class")
    return Fact(label, sums.total(measure))
