"""How long each accepted patch was in place: read once for every filter, which then picks from what is at hand."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.shared import shared
from data.tables.types import EPOCH
from data.words import Actor, Decision

Array = npt.NDArray[np.int64]
MARKS: tuple[tuple[str, int], ...] = (("1 h", 60), ("1 d", 1440), ("7 d", 10_080), ("30 d", 43_200))
"""Ages at which survival is told, in minutes."""
_MINUTE = 60_000_000
_HUMAN = f"decision_actor = '{Actor.HUMAN}'"
_ACCEPTED = f"is_closed AND (decision IS NULL OR decision NOT IN ('{Decision.REJECTED}', '{Decision.PENDING}'))"
_GONE, _LOOSE = 1, 2
_FLAG_BITS, _MINUTE_BITS = 2, 24
"""A patch is one number: its day, then minutes, then two flags. 24 bits of minutes are 31 years."""


@dataclass(frozen=True)
class PatchAges:
    """One row per patch."""

    minutes: Array
    """From its proposal to its rollback, or to the moment at which it was last seen in place."""
    is_gone: npt.NDArray[np.bool_]
    is_loose: npt.NDArray[np.bool_]
    """Gone, and known only to have gone between two marks or more."""


@dataclass(frozen=True)
class _Group:
    project: str | None
    task_class: str | None
    route: str
    is_human: bool
    patches: Array


def recent_ages(
    connection: sqlite3.Connection, chosen: Filter, judged_at: datetime, since: date, *, is_human: bool
) -> PatchAges:
    """Return the accepted patches of a filter that were proposed on a day or after it, as seen at a moment."""
    days = max(chosen.period.first, since), chosen.period.last
    return _picked(_recent(connection, judged_at, since), chosen, days, is_human=is_human)


def undone_ages(
    connection: sqlite3.Connection, chosen: Filter, judged_at: datetime, before: date, *, is_human: bool
) -> PatchAges:
    """Return the accepted patches of a filter that were proposed before a day and undone up to a moment."""
    days = chosen.period.first, min(chosen.period.last, before - timedelta(days=1))
    return _picked(_undone(connection, judged_at), chosen, days, is_human=is_human)


@shared
def _recent(connection: sqlite3.Connection, judged_at: datetime, since: date) -> tuple[_Group, ...]:
    return _read(connection, judged_at, f"proposed_date >= {day_number(since)}")


@shared
def _undone(connection: sqlite3.Connection, judged_at: datetime) -> tuple[_Group, ...]:
    return _read(connection, judged_at, "rolled_back_at IS NOT NULL AND rolled_back_at <= :judged")


def _read(connection: sqlite3.Connection, judged_at: datetime, condition: str) -> tuple[_Group, ...]:
    """Return the patches that meet a condition of the program; a group comes as one text, which numpy takes apart."""
    gone = "(rolled_back_at IS NOT NULL AND rolled_back_at <= :judged)"
    loose = f"ifnull({_marks_passed('rolled_back_after')} < {_marks_passed('rolled_back_at')}, 0)"
    code = (
        f"((proposed_date << {_MINUTE_BITS + _FLAG_BITS}) "
        f"+ (max(iif({gone}, rolled_back_at, :judged) - proposed_at, 0) / {_MINUTE} << {_FLAG_BITS}) "
        f"+ iif({gone}, {_GONE} + {_LOOSE} * {loose}, 0))"
    )
    rows = connection.execute(
        f"SELECT project, task_class, provider, model, {_HUMAN} IS TRUE AS is_human, group_concat({code}, ' ') "  # noqa: S608
        f"FROM patch WHERE {condition} AND proposed_at IS NOT NULL AND proposed_at <= :judged AND {_ACCEPTED} "
        "GROUP BY project, task_class, provider, model, is_human",
        {"judged": (judged_at - EPOCH) // timedelta(microseconds=1)},
    )
    return tuple(
        _Group(project, task_class, route_name(provider, model), bool(is_human), np.array(text.split(), dtype=np.int64))
        for project, task_class, provider, model, is_human, text in rows
    )


def _picked(groups: tuple[_Group, ...], chosen: Filter, days: tuple[date, date], *, is_human: bool) -> PatchAges:
    own = [
        group.patches
        for group in groups
        if group.is_human is is_human and chosen.selects(group.project, group.task_class, group.route)
    ]
    patches = np.concatenate([np.empty(0, dtype=np.int64), *own])
    proposed = patches >> (_MINUTE_BITS + _FLAG_BITS)
    first, last = map(day_number, days)
    patches = patches[(proposed >= first) & (proposed <= last)]
    minutes = (patches >> _FLAG_BITS) & ((1 << _MINUTE_BITS) - 1)
    return PatchAges(minutes, (patches & _GONE) > 0, (patches & _LOOSE) > 0)


def _marks_passed(instant: str) -> str:
    """Return the SQL expression for how many marks lie before an instant."""
    return "(" + " + ".join(f"({instant} - proposed_at > {minutes * _MINUTE})" for _, minutes in MARKS) + ")"
