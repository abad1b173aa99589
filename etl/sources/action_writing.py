"""Writing tool calls and commands of spans: one row each, the most complete copy of it."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from data.words import KnownReason
from etl.context import LoadContext, stored_table, upsert


def write_ranked(context: LoadContext, table: str, rows: Iterable[Sequence[Any]], *, day: str, instant: str) -> None:
    """Write rows (all columns of the table in its order), and count each as loaded or already known.

    Of the rows with one key the one with the highest record_rank stays. ``day`` and ``instant`` name the columns of the
    time a row belongs to; days before and after are noted, so that their rollups follow.
    """
    columns = stored_table(context.connection, table).columns
    places = {column: place for place, column in enumerate(columns)}
    key, rank = columns[0], places["record_rank"]
    best: dict[int, Sequence[Any]] = {}
    for row in rows:
        context.seen_at(row[places[instant]])
        known = best.get(row[0])
        if known is not None:
            context.already_known(KnownReason.REPEATED_IN_FILE, 1)
        if known is None or row[rank] > known[rank]:
            best[row[0]] = row
    if not best:
        return
    stored = {
        found[0]: found[1:]
        for found in context.connection.execute(
            f"SELECT old.{key}, old.record_rank, old.load_id, old.{day} FROM json_each(?) AS wanted "  # noqa: S608
            f"CROSS JOIN {table} AS old ON old.{key} = wanted.value",
            (json.dumps(sorted(best)),),
        )
    }
    better: list[Sequence[Any]] = []
    for row_key, row in sorted(best.items()):
        old = stored.get(row_key)
        if old is None or row[rank] > (old[0] or 0):
            better.append(row)
            context.touched.days.update(one for one in (row[places[day]], old and old[2]) if one is not None)
        else:
            is_here = old[1] == context.load_id
            context.already_known(KnownReason.REPEATED_IN_FILE if is_here else KnownReason.LOADED_BEFORE, 1)
    context.loaded(len(better))
    upsert(context.connection, table, better)
