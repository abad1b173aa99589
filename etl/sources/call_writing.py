"""Writing gateway calls: one row per call, whichever files and copies mention it, whatever order they come in."""

import json
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

import polars as pl

from data.words import KnownReason
from etl.bulk import indexes_built_after, rows_in
from etl.context import HOUR_MICROSECONDS, LoadContext, upsert

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


class CallWriter:
    """Writes batches of calls in the background, so that the next batch is read meanwhile.

    SQLite works without Python's lock; several rows a statement make its turns long enough to be of use. Only one
    thread uses the connection at a time: whoever else needs it calls ``wait`` first.
    """

    def __init__(self, context: LoadContext) -> None:
        self._context = context
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writing calls")
        self._pending: tuple[Future[int], int] | None = None
        self._indexes = indexes_built_after(context.connection, "llm_call", rows_in(context.file_bytes))

    def __enter__(self) -> Self:
        """Begin."""
        self._indexes.__enter__()
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Finish what was begun: the connection is free and everything is written, or the load has failed."""
        self._thread.shutdown()
        if failure is None:
            self.wait()
            self._indexes.__exit__(None, None, None)

    def wait(self) -> None:
        """Wait until everything handed over is written."""
        if self._pending is None:
            return
        future, expected = self._pending
        self._pending = None
        if (written := future.result()) != expected:
            raise AssertionError(f"{expected} gateway calls to write, {written} written")
        self._context.loaded(written)

    def write(self, calls: pl.DataFrame) -> None:
        """Write calls (all columns of llm_call) and count each as loaded or already known.

        Of the copies of one call the one with the highest rank stays: the most complete, and of equally complete ones
        the one with the greater checksum. What a call touched before and touches now is noted for deriving it anew.
        """
        self.wait()
        if calls.is_empty():
            return
        context = self._context
        for instant in (calls["started_at"].min(), calls["started_at"].max()):
            context.seen_at(_integer(instant))
        # Of every copy, the worse ones too: what is noted must not depend on the order of files.
        hours = calls.select("person", pl.col("started_at") // HOUR_MICROSECONDS).drop_nulls().unique()
        context.touched.gateway_hours.update(hours.rows())
        better = _better_ones(calls, context)
        if better.is_empty():
            return
        days = better["started_date"].unique().to_list()
        context.touched.days.update(days)
        context.touched.call_days.update(days)
        context.touched.call_sources.update(better["source"].unique().to_list())
        context.touched.add_gateway_span(_integer(better["started_at"].min()), _integer(better["started_at"].max()))
        # Columns side by side instead of a list of rows: no row lives longer than it takes to write it.
        rows = zip(*(column.to_list() for column in better), strict=True)
        writing = self._thread.submit(upsert, context.connection, "llm_call", rows)
        self._pending = (writing, better.height)


def _better_ones(calls: pl.DataFrame, context: LoadContext) -> pl.DataFrame:
    """Return the best copy of each call, in the order of keys, unless the store has an equal or better one."""
    best = calls.sort(["llm_call_key", "record_rank"], descending=[False, True]).unique(
        "llm_call_key", keep="first", maintain_order=True
    )
    context.already_known(KnownReason.REPEATED_IN_FILE, calls.height - best.height)
    stored = _stored(context.connection, best["llm_call_key"].to_list())
    if stored.is_empty():
        return best
    compared = best.join(stored, on="llm_call_key", how="left", maintain_order="left")
    is_better = pl.col("stored_rank").is_null() | (pl.col("record_rank") > pl.col("stored_rank"))
    better, worse = compared.filter(is_better), compared.filter(~is_better)
    repeated = worse.filter(pl.col("stored_load") == context.load_id).height
    context.already_known(KnownReason.REPEATED_IN_FILE, repeated)
    context.already_known(KnownReason.LOADED_BEFORE, worse.height - repeated)
    _touch_replaced(better.filter(pl.col("stored_rank").is_not_null()), context)
    return better.drop(*(name for name in _STORED_COLUMNS if name != "llm_call_key"))


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
    keys = json.dumps(replaced["llm_call_key"].to_list())
    for table in ("matched_owner", "found_fallback"):
        context.connection.execute(
            f"DELETE FROM {table} WHERE llm_call_key IN (SELECT value FROM json_each(?))",  # noqa: S608
            (keys,),
        )
    # What the old copy took from other rows of the same call went with it as well.
    context.connection.execute(
        "UPDATE same_call SET is_person_taken = 0, is_project_taken = 0, is_task_taken = 0, is_cost_taken = 0, "
        "own_reported_cost_micro_usd = NULL WHERE counted_call_key IN (SELECT value FROM json_each(?))",
        (keys,),
    )
    days = replaced["stored_date"].drop_nulls().unique().to_list()
    context.touched.days.update(days)
    context.touched.call_days.update(days)
    context.touched.task_keys.update(replaced["stored_task"].drop_nulls().unique().to_list())
    context.touched.add_gateway_span(_integer(replaced["stored_at"].min()), _integer(replaced["stored_at"].max()))


def _integer(value: Any) -> int:
    assert isinstance(value, int)
    return value
