"""How long each accepted patch was in place: read once for every filter, which then picks from what is at hand."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import Filter
from dashboard.analysis.packed_facts import Numbers, Packed, packed, picked
from dashboard.analysis.shared import shared
from dashboard.analysis.slo_events import events_of
from data.epoch import stored_instant
from data.words import Actor, Decision

MARKS: tuple[tuple[str, int], ...] = (("1 h", 60), ("1 d", 1440), ("7 d", 10_080), ("30 d", 43_200))
"""Ages at which survival is told, in minutes."""
_MINUTE = 60_000_000
_HUMAN = f"decision_actor = '{Actor.HUMAN}'"
_ACCEPTED = f"is_closed AND (decision IS NULL OR decision NOT IN ('{Decision.REJECTED}', '{Decision.PENDING}'))"
_GONE, _LOOSE, _BY_PERSON = 1, 2, 4
_FLAG_BITS, _MINUTE_BITS = 3, 24
"""A patch is one number: its day, then minutes, then three flags. 24 bits of minutes are 31 years."""


@dataclass(frozen=True)
class PatchAges:
    """One row per patch."""

    minutes: Numbers
    """From its proposal to its rollback, or to the moment at which it was last seen in place."""
    is_gone: npt.NDArray[np.bool_]
    is_loose: npt.NDArray[np.bool_]
    """Gone, and known only to have gone between two marks or more."""


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
def _recent(connection: sqlite3.Connection, judged_at: datetime, since: date) -> tuple[Packed, ...]:
    return _read(connection, judged_at, f"proposed_date >= {day_number(since)}")


@shared
def _undone(connection: sqlite3.Connection, judged_at: datetime) -> tuple[Packed, ...]:
    return _read(connection, judged_at, "rolled_back_at IS NOT NULL AND rolled_back_at <= :judged")


def _read(connection: sqlite3.Connection, judged_at: datetime, condition: str) -> tuple[Packed, ...]:
    """Return the patches that meet a condition of the program, for every filter."""
    gone = "(rolled_back_at IS NOT NULL AND rolled_back_at <= :judged)"
    loose = f"ifnull({_marks_passed('rolled_back_after')} < {_marks_passed('rolled_back_at')}, 0)"
    code = (
        f"(proposed_date << {_MINUTE_BITS + _FLAG_BITS}) "
        f"+ (max(iif({gone}, rolled_back_at, :judged) - proposed_at, 0) / {_MINUTE} << {_FLAG_BITS}) "
        f"+ iif({gone}, {_GONE} + {_LOOSE} * {loose}, 0) + {_BY_PERSON} * ({_HUMAN} IS TRUE)"
    )
    where = f"{condition} AND proposed_at IS NOT NULL AND proposed_at <= :judged AND {_ACCEPTED}"
    events = events_of("diff_acceptance")
    return packed(connection, code, events.facts, where, {"judged": stored_instant(judged_at)}, events.dimensions)


def _picked(groups: tuple[Packed, ...], chosen: Filter, days: tuple[date, date], *, is_human: bool) -> PatchAges:
    patches = picked(groups, chosen)
    patches = patches[((patches & _BY_PERSON) > 0) == is_human]
    proposed = patches >> (_MINUTE_BITS + _FLAG_BITS)
    first, last = map(day_number, days)
    patches = patches[(proposed >= first) & (proposed <= last)]
    minutes = (patches >> _FLAG_BITS) & ((1 << _MINUTE_BITS) - 1)
    return PatchAges(minutes, (patches & _GONE) > 0, (patches & _LOOSE) > 0)


def _marks_passed(instant: str) -> str:
    """Return the SQL expression for how many marks lie before an instant."""
    return "(" + " + ".join(f"({instant} - proposed_at > {minutes * _MINUTE})" for _, minutes in MARKS) + ")"
