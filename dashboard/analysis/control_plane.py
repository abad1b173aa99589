"""The control plane as a picture with real counts: tasks, decisions, routes, changes, telemetry, alerts."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from dashboard.analysis.figures import Fact
from dashboard.analysis.filters import Filter


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


def control_plane(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> ControlPlane:
    """Return the counts of the period."""
    raise NotImplementedError
