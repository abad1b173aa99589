"""The patches behind a group of decisions: zone, decision, who, waiting and what became of them, a page at a time.

The conditions say of facts what the rollup of decisions says of its sums; a test holds both against each other. No
person is named: neither who asked for a change nor who decided on it.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import Filter, stored_name
from dashboard.analysis.listings import Listing, id_column, route_column
from dashboard.analysis.newest_days import Counts
from dashboard.analysis.rollup_choice import fact_condition
from dashboard.analysis.shared import shared
from dashboard.analysis.strictness_counts import ALL, Place, Who, settled_day
from dashboard.analysis.strips import strips_of
from data.definitions import slos
from data.epoch import DAY_MICROSECONDS
from data.frames import INSTANT
from data.words import Decision

_DIMENSIONS = {name: f"patch.{name}" for name in ("project", "task_class", "provider", "model")}
_CLOSED = "patch.is_closed"
_ACCEPTED = (
    f"({_CLOSED} AND (patch.decision IS NULL OR patch.decision NOT IN ('{Decision.REJECTED}', '{Decision.PENDING}')))"
)
# The unary plus keeps SQLite off the index of what was ever rejected: the days of a page are far fewer.
_REJECTED = f"({_CLOSED} AND +patch.decision = '{Decision.REJECTED}')"
_ASKED = "LEFT JOIN approval AS asked ON asked.approval_key = patch.deciding_approval_key"
_WHO = f"coalesce(patch.decision_actor, '{Who.NOT_ASKED}')"
_WAITING_MS = (
    f"iif(patch.decision <> '{Decision.PENDING}', coalesce(asked.waiting_ms, iif(asked.approval_key IS NULL, "
    "max(0, patch.decided_at - patch.proposed_at) / 1000, NULL)), NULL)"
)


_NEWEST_FIRST = "patch.proposed_date DESC, patch.proposed_at DESC, patch.patch_key"


class Shown(StrEnum):
    """Which decisions of a group are listed."""

    ALL = "all"
    ROLLED_BACK = "rolled-back"
    """What the lax error counts."""
    GOOD_REJECTED = "good-rejected"
    """What the restrictive error counts."""
    REJECTED = "rejected"
    WITHOUT_SECOND = "without-second"
    """Accepted, and known to have no second reviewer."""

    @property
    def label(self) -> str:
        """Name on screen."""
        return {
            "all": "All decided",
            "rolled-back": "Accepted and rolled back",
            "good-rejected": "Rejected and accepted later",
            "rejected": "Rejected",
            "without-second": "Accepted without a second reviewer",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Group:
    """Decisions to list: a place, and which of them."""

    place: Place
    shown: Shown = Shown.ALL
    any_who: bool = False
    """Whoever decided."""
    only_settled: bool = True
    """Only of days that can be judged: the same decisions as the verdicts count."""
    zones: tuple[str, ...] = ()
    """Zones together, in place of the one of the place."""


_COUNTED: Mapping[Shown, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Shown.ALL: (("accepted_count", "rejected_count"), ()),
    Shown.ROLLED_BACK: (("rolled_back_count",), ()),
    Shown.GOOD_REJECTED: (("accepted_again_count",), ()),
    Shown.REJECTED: (("rejected_count",), ()),
    Shown.WITHOUT_SECOND: (("reviewers_known_count",), ("second_reviewed_count",)),
}
"""Measures of the rollup that are added, and those that are taken off."""


def _rolled_back() -> str:
    window = slos().rollback_window_days * DAY_MICROSECONDS
    undone = f"patch.rolled_back_at IS NOT NULL AND coalesce(patch.rolled_back_at <= patch.proposed_at + {window}, 1)"
    return f"({_ACCEPTED} AND {undone})"


def _condition_of(shown: Shown) -> str:
    return {
        Shown.ALL: f"({_ACCEPTED} OR {_REJECTED})",
        Shown.ROLLED_BACK: _rolled_back(),
        Shown.GOOD_REJECTED: f"({_REJECTED} AND patch.accepted_again_at IS NOT NULL)",
        Shown.REJECTED: _REJECTED,
        Shown.WITHOUT_SECOND: f"({_ACCEPTED} AND patch.approver_count < 2)",
    }[shown]


def decision_row_count(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, group: Group) -> int:
    """Return how many patches a group has, from the rollup: as quick for a million as for ten."""
    return sum(count for _, count in _counts_by_day(connection, chosen, as_of, group))


def decision_rows(
    connection: sqlite3.Connection, chosen: Filter, as_of: datetime, group: Group, *, limit: int, offset: int
) -> pl.DataFrame:
    """Return a page of the patches of a group, newest first.

    The rollup tells the days that the page lies in; of these alone the patches are read.
    """
    listing = decision_listing(connection, chosen, as_of, group)
    counts = _counts_by_day(connection, chosen, as_of, group)
    return listing.page_of_days(connection, "patch.proposed_date", counts, limit, offset)


def decision_listing(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, group: Group) -> Listing:
    """Return the patches of a group in the period of a filter, newest first."""
    parts, parameters = _group_condition(connection, as_of, group)
    parts += ["patch.proposed_date BETWEEN :first AND :last", _condition_of(group.shown)]
    parameters |= {"first": day_number(chosen.period.first), "last": day_number(chosen.period.last)}
    if not group.any_who:
        parts.append(f"{_WHO} = :who")
        parameters["who"] = group.place.who.value
    condition, named = fact_condition(chosen, _DIMENSIONS)
    return Listing(_columns(), f"patch {_ASKED}", " AND ".join([*parts, condition]), _NEWEST_FIRST, parameters | named)


@shared
def _counts_by_day(connection: sqlite3.Connection, chosen: Filter, as_of: datetime, group: Group) -> Counts:
    """Return how many patches of a group each day has, the newest day first; days without one are left out."""
    rows = strips_of(connection, chosen, chosen.period, "patch_decision_daily")
    place = group.place
    if group.zones or place.zone != ALL:
        rows = rows.of("risk_zone", *(group.zones or (stored_name(place.zone),)))
    if place.task_class != ALL:
        rows = rows.of("task_class", stored_name(place.task_class))
    if not group.any_who:
        rows = rows.of("actor", None if place.who is Who.NOT_ASKED else place.who.value)
    if group.only_settled:
        rows = rows.until(day_number(settled_day(connection, as_of)))
    return rows.newest_first(*_COUNTED[group.shown])


def _columns() -> tuple[tuple[str, str, pl.DataType], ...]:
    text, real, flag = pl.String(), pl.Float64(), pl.Boolean()
    return (
        id_column("patch_id", "patch.patch_key"),
        ("proposed_at", "patch.proposed_at", INSTANT),
        ("risk_zone", "patch.risk_zone", text),
        ("project", "patch.project", text),
        ("task_class", "patch.task_class", text),
        route_column("patch."),
        ("decision", "coalesce(patch.decision, 'applied')", text),
        ("decided_by", _WHO, text),
        ("wait_hours", f"{_WAITING_MS} / 3.6e6", real),
        ("approver_count", "patch.approver_count", pl.Int64()),
        ("is_rolled_back", _rolled_back(), flag),
        ("rollback_evidence", f"iif({_rolled_back()}, patch.rollback_evidence, NULL)", text),
        ("accepted_again_at", "patch.accepted_again_at", INSTANT),
        ("files_count", "patch.files_count", pl.Int64()),
        id_column("task_id", "patch.task_key"),
    )


def _group_condition(
    connection: sqlite3.Connection, as_of: datetime, group: Group
) -> tuple[list[str], dict[str, object]]:
    parts: list[str] = []
    parameters: dict[str, object] = {}
    if group.zones:
        names = {f"zone_{number}": zone for number, zone in enumerate(group.zones)}
        parts.append(f"patch.risk_zone IN ({', '.join(f':{name}' for name in names)})")
        parameters |= names
    elif group.place.zone != ALL:
        parts.append("patch.risk_zone IS :zone")
        parameters["zone"] = stored_name(group.place.zone)
    if group.place.task_class != ALL:
        parts.append("patch.task_class IS :group_class")
        parameters["group_class"] = stored_name(group.place.task_class)
    if group.only_settled:
        parts.append("patch.proposed_date <= :settled")
        parameters["settled"] = day_number(settled_day(connection, as_of))
    return parts, parameters
