"""What the filters offer: the projects, routes and task classes that occur in the store."""

import sqlite3
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Choices:
    """Values of the filters, in order; NONE_NAME is among them where some rows have none."""

    projects: tuple[str, ...]
    routes: tuple[str, ...]
    task_classes: tuple[str, ...]
    first_day: date | None
    last_day: date | None


def choices(connection: sqlite3.Connection) -> Choices:
    """Return what occurs in the rollups."""
    raise NotImplementedError
