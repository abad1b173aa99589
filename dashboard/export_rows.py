"""Exports of the rows behind figures of pages: all of them, in the order of the page, read as they are written."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dashboard.analysis.call_rows import Calls, call_listing
from dashboard.analysis.dearest_tasks import dearest_listing
from dashboard.analysis.decision_rows import Group, decision_listing
from dashboard.analysis.filters import Filter
from dashboard.analysis.listings import Listing
from dashboard.analysis.second_reviewers import without_second_reviewer
from dashboard.analysis.slo_events import events_of
from dashboard.analysis.slo_rows import slo_listing, slo_rows_name
from dashboard.analysis.strictness_counts import ALL, Place, Who
from data.definitions import slos

ListingOf = Callable[[sqlite3.Connection, Filter, datetime], Listing]


@dataclass(frozen=True, slots=True)
class RowTable:
    """The rows of one list of a page, for a filter."""

    name: str
    meaning: str
    listing: ListingOf


def _slo_rows(slo_name: str, *, only_bad: bool) -> ListingOf:
    return lambda _, chosen, __: slo_listing(chosen, slo_name, only_bad=only_bad)


def _slo_tables() -> tuple[RowTable, ...]:
    return tuple(
        RowTable(
            slo_rows_name(slo.name, only_bad=only_bad),
            f"{slo.title}: the {events_of(slo.name).noun} {'against the objective' if only_bad else 'that count'}, "
            "newest first",
            _slo_rows(slo.name, only_bad=only_bad),
        )
        for slo in slos().slo
        for only_bad in (False, True)
    )


def _call_rows(calls: Calls) -> ListingOf:
    return lambda _, chosen, __: call_listing(chosen, calls)


def _dearest_tasks(_: sqlite3.Connection, chosen: Filter, __: datetime) -> Listing:
    return dearest_listing(chosen)


def _second_reviewer_rows(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> Listing:
    return decision_listing(connection, chosen, as_of, without_second_reviewer())


def _decision_rows(connection: sqlite3.Connection, chosen: Filter, as_of: datetime) -> Listing:
    return decision_listing(connection, chosen, as_of, Group(Place(ALL, ALL, Who.HUMAN), any_who=True))


ROW_TABLES = (
    *_slo_tables(),
    *(RowTable(calls.value, f"{calls.label.lower()}, newest first", _call_rows(calls)) for calls in Calls),
    RowTable("dearest_tasks", "the tasks of known cost, the dearest first", _dearest_tasks),
    RowTable("decision_rows", "the patches that were decided on and can be judged, newest first", _decision_rows),
    RowTable(
        "second_reviewer_rows",
        "accepted edits in zones of high risk without a second reviewer, newest first",
        _second_reviewer_rows,
    ),
)
