"""Rows of decisions on patches for tests, written straight into the rollups that strictness is judged from."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dashboard.analysis.as_of import day_number
from data.histogram import Histogram
from data.store import Store
from data.strip_writing import rewrite_strips
from data.tables import (
    Load,
    PatchDecisionDaily,
    ZoneDecisionDaily,
    ZoneDecisionProjectDaily,
    ZoneDecisionRouteDaily,
)
from fact_rows import write_row

HOUR_MS = 3_600_000
DAY = date(2026, 3, 2)


def decisions(
    store: Store,
    zone: str | None = "billing",
    actor: str | None = "human",
    *,
    accepted: int = 0,
    rolled_back: int = 0,
    rejected: int = 0,
    again: int = 0,
    hours: Sequence[float] = (),
    day: date = DAY,
    **columns: object,
) -> None:
    """Write the decisions of a day, with the waiting times of some of them in hours."""
    waits = [round(hour * HOUR_MS) for hour in hours]
    row = {
        "date": day,
        "project": "shop",
        "task_class": "edit",
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "risk_zone": zone,
        "actor": actor,
        "patch_count": accepted + rejected,
        "accepted_count": accepted,
        "rolled_back_count": rolled_back,
        "rejected_count": rejected,
        "comparable_rejected_count": rejected,
        "accepted_again_count": again,
        "waiting_known_count": len(waits),
        "waiting_ms": sum(waits),
        "waiting_histogram": Histogram.of(waits).encode() or None,
    }
    with store.writing() as connection:
        row |= columns
        write_row(connection, PatchDecisionDaily, row)
        for coarser in (ZoneDecisionDaily, ZoneDecisionProjectDaily, ZoneDecisionRouteDaily):
            kept = coarser.model_fields
            write_row(connection, coarser, {name: value for name, value in row.items() if name in kept})
        rewrite_strips(connection, {day_number(day)})


def seen_until(store: Store, moment: datetime) -> None:
    """Write the load of a chat export that was made at a moment: until then patches are judged."""
    columns = {
        "load_id": 1, "file_name": "chats.json", "file_sha256": "0" * 64, "kind": "bolt_chats", "is_demo": False,
        "boltscope_version": "0.1.0", "exported_at": moment, "last_record_at": moment,
        "first_record_at": moment - timedelta(days=400), "finished_at": moment,
    }  # fmt: skip
    with store.writing() as connection:
        write_row(connection, Load, columns)
