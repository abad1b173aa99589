"""Fallbacks that only two rows together show: an answer that shares the trace of a failure of another route.

The gateway writes the fallback's model group into both rows and may not say which one was asked for. What the record of
the answer itself said is kept in found_fallback, so that a better copy of either row undoes what the worse one showed.
"""

import sqlite3
from collections.abc import Iterable

from data.words import CallSource, CallStatus
from etl.context import MICROSECONDS, Touched, day_of

_LONGEST_PAUSE = 60 * MICROSECONDS
"""A gateway turns to the fallback at once; what comes later on the same trace is another request of one session."""
_LONGEST_CALL = 30 * 60 * MICROSECONDS
_Failed = tuple[str | None, str | None]
"""Route of the failed attempt that a fallback stood in for."""

_FAILED = f"""
    CREATE TEMP TABLE failed_attempt AS
    SELECT trace_hash, started_at, provider, model,
           started_at + 1000 * min(coalesce(latency_ms, 0), {_LONGEST_CALL // 1000}) AS ended_at
    FROM llm_call INDEXED BY ix_llm_call_started_date
    WHERE started_date BETWEEN ? AND ? AND started_at BETWEEN ? AND ? AND source = 'litellm'
      AND status = '{CallStatus.ERROR}' AND trace_hash IS NOT NULL
"""  # noqa: S608
_ANSWERED = f"""
    SELECT llm_call_key, provider, model FROM (
        SELECT c.llm_call_key, f.provider, f.model, row_number() OVER (
            PARTITION BY c.llm_call_key ORDER BY f.started_at, f.provider, f.model
        ) AS place
        FROM llm_call c INDEXED BY ix_llm_call_started_date CROSS JOIN failed_attempt f ON f.trace_hash = c.trace_hash
        WHERE c.started_date BETWEEN ? AND ? AND c.started_at BETWEEN ? AND ? AND c.source = 'litellm'
          AND c.status = '{CallStatus.SUCCESS}' AND c.started_at BETWEEN f.started_at AND f.ended_at + {_LONGEST_PAUSE}
          AND (c.provider IS NOT f.provider OR c.model IS NOT f.model)
    ) WHERE place = 1
"""  # noqa: S608
_FOUND = """
    SELECT f.llm_call_key, f.failed_provider, f.failed_model
    FROM found_fallback f CROSS JOIN llm_call c USING (llm_call_key)
    WHERE f.started_date BETWEEN ? AND ? AND c.started_at BETWEEN ? AND ?
"""


def find_fallbacks(connection: sqlite3.Connection, touched: Touched) -> None:
    """Tell which answers near the touched gateway rows are of a fallback. Adds changed tasks and days to touched."""
    others_alone = touched.call_sources and CallSource.LITELLM.value not in touched.call_sources
    if touched.gateway_span is None or others_alone:
        return
    reach = _LONGEST_CALL + _LONGEST_PAUSE
    first, last = touched.gateway_span[0] - reach, touched.gateway_span[1] + reach
    failed_first, failed_last = first - reach, last
    connection.execute("DROP TABLE IF EXISTS temp.failed_attempt")
    connection.execute(_FAILED, (day_of(failed_first), day_of(failed_last), failed_first, failed_last))
    connection.execute("CREATE INDEX temp.ix_failed_attempt ON failed_attempt (trace_hash)")
    wanted: dict[int, _Failed] = {}
    if connection.execute("SELECT 1 FROM failed_attempt LIMIT 1").fetchone() is not None:
        wanted = _by_key(connection.execute(_ANSWERED, (day_of(first), day_of(last), first, last)))
    found = _by_key(connection.execute(_FOUND, (day_of(first), day_of(last), first, last)))
    for key in sorted(wanted.keys() - found.keys()):
        connection.execute(
            "INSERT INTO found_fallback (llm_call_key, started_date, is_fallback_by_record, failed_provider, "
            "failed_model) SELECT llm_call_key, started_date, is_fallback, ?, ? FROM llm_call WHERE llm_call_key = ?",
            (*wanted[key], key),
        )
        _set(connection, touched, "1", key)
    for key in sorted(key for key, failed in wanted.items() if found.get(key, failed) != failed):
        connection.execute(
            "UPDATE found_fallback SET failed_provider = ?, failed_model = ? WHERE llm_call_key = ?",
            (*wanted[key], key),
        )
        _set(connection, touched, "1", key)
    for key in sorted(found.keys() - wanted.keys()):
        own = "(SELECT is_fallback_by_record FROM found_fallback f WHERE f.llm_call_key = llm_call.llm_call_key)"
        _set(connection, touched, own, key)
        connection.execute("DELETE FROM found_fallback WHERE llm_call_key = ?", (key,))


def _by_key(rows: Iterable[tuple[int, str | None, str | None]]) -> dict[int, _Failed]:
    return {key: (provider, model) for key, provider, model in rows}


def _set(connection: sqlite3.Connection, touched: Touched, value: str, key: int) -> None:
    task_key, day = connection.execute(
        f"UPDATE llm_call SET is_fallback = {value} WHERE llm_call_key = ? RETURNING task_key, started_date",  # noqa: S608
        (key,),
    ).fetchone()
    if task_key is not None:
        touched.task_keys.add(task_key)
    if day is not None:
        touched.days.add(day)
