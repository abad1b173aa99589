"""Writing gateway calls: one row per call, whichever files and copies mention it, whatever order they come in."""

import json
import sqlite3
from typing import Any

import polars as pl

from data.tables.calls import LlmCall
from data.words import KnownReason
from etl.context import LoadContext, upsert

# Rows of a call that is there already, in one look-up; the keys are passed as one JSON text.
_STORED = """
SELECT call.llm_call_key, call.record_rank, call.load_id, call.started_at, call.started_date, call.task_key
FROM json_each(?) AS key CROSS JOIN llm_call AS call ON call.llm_call_key = key.value
"""
_STORED_COLUMNS = {
    "llm_call_key": pl.Int64(),
    "stored_rank": pl.Int64(),
    "stored_load": pl.Int64(),
    "stored_at": pl.Int64(),
    "stored_date": pl.Int64(),
    "stored_task": pl.Int64(),
}


def write_calls(calls: pl.DataFrame, context: LoadContext) -> None:
    """Write calls (all columns of llm_call) and count each as loaded or already known.

    Of the copies of one call the one with the highest rank stays: the most complete, and of equally complete ones the
    one with the greater checksum. What a call touched before and touches now is noted, so that it is derived anew.
    """
    if calls.is_empty():
        return
    best = calls.sort(["llm_call_key", "record_rank"], descending=[False, True]).unique(
        "llm_call_key", keep="first", maintain_order=True
    )
    stored = _stored(context.connection, best["llm_call_key"].to_list())
    if stored.is_empty():
        better = best
        repeated = before = 0
    else:
        compared = best.join(stored, on="llm_call_key", how="left", maintain_order="left")
        is_better = pl.col("stored_rank").is_null() | (pl.col("record_rank") > pl.col("stored_rank"))
        better = compared.filter(is_better)
        worse = compared.filter(~is_better)
        repeated = worse.filter(pl.col("stored_load") == context.load_id).height
        before = worse.height - repeated
        _touch_replaced(better.filter(pl.col("stored_rank").is_not_null()), context)
        better = better.drop(*(name for name in _STORED_COLUMNS if name != "llm_call_key"))
    # Columns side by side instead of a list of rows: no row lives longer than it takes to write it.
    written = upsert(context.connection, LlmCall, zip(*(column.to_list() for column in better), strict=True))
    if written != better.height:
        raise AssertionError(f"{better.height} gateway calls to write, {written} written")
    context.loaded(written)
    context.already_known(KnownReason.REPEATED_IN_FILE, calls.height - best.height + repeated)
    context.already_known(KnownReason.LOADED_BEFORE, before)
    for instant in (calls["started_at"].min(), calls["started_at"].max()):
        context.seen_at(_integer(instant))
    if not better.is_empty():
        context.touched.days.update(better["started_date"].unique().to_list())
        context.touched.add_gateway_span(_integer(better["started_at"].min()), _integer(better["started_at"].max()))


def _stored(connection: sqlite3.Connection, keys: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        connection.execute(_STORED, (json.dumps(keys),)).fetchall(), schema=_STORED_COLUMNS, orient="row"
    )


def _touch_replaced(replaced: pl.DataFrame, context: LoadContext) -> None:
    """Note days, times and tasks of the copies that are replaced: their numbers change too.

    What a match with chats filled in goes with the old copy; the match is made anew.
    """
    if replaced.is_empty():
        return
    context.connection.execute(
        "DELETE FROM matched_owner WHERE llm_call_key IN (SELECT value FROM json_each(?))",
        (json.dumps(replaced["llm_call_key"].to_list()),),
    )
    context.touched.days.update(replaced["stored_date"].drop_nulls().unique().to_list())
    context.touched.task_keys.update(replaced["stored_task"].drop_nulls().unique().to_list())
    context.touched.add_gateway_span(_integer(replaced["stored_at"].min()), _integer(replaced["stored_at"].max()))


def _integer(value: Any) -> int:
    assert isinstance(value, int)
    return value
