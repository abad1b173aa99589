"""What event logs add to chats: how long replies took, which requests failed and why, and calls that no chat shows."""

import sqlite3
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from data.keys import key_text
from data.words import (
    CallSource,
    CallStatus,
    EventKind,
    LatencyBasis,
    MatchQuality,
    Outcome,
    OutcomeBasis,
    UsageStatus,
)
from etl.context import Touched, day_of, upsert
from etl.derive.pairing import Pairs, ending_status, log_call_key
from etl.derive.windows import LONGEST_REQUEST, Block, ChatCall, LogEntry, Window
from etl.prices import chosen_cost, computed_cost
from etl.routes import provider_of_bolt

_CALL_COLUMNS = (
    "llm_call_key", "native_id", "source", "is_counted", "match_quality", "task_key", "person", "project",
    "requested_provider", "requested_model", "provider", "model", "task_class", "started_at", "started_date",
    "latency_basis", "status", "error_kind", "input_tokens", "output_tokens", "total_tokens", "usage_status",
    "computed_cost_micro_usd", "cost_micro_usd", "cost_basis", "price_version",
)  # fmt: skip
_STATUS_OF = {
    EventKind.RESPONSE_COMPLETED.value: CallStatus.SUCCESS,
    EventKind.RESPONSE_ABORTED.value: CallStatus.CANCELLED,
    EventKind.REQUEST_FAILED.value: CallStatus.ERROR,
}
# How a call ended decides how its task ended, where the chat alone shows no more than that there is no answer.
_OUTCOME_OF = {
    CallStatus.ERROR: (Outcome.FAILED, OutcomeBasis.ERROR),
    CallStatus.CANCELLED: (Outcome.ABORTED, OutcomeBasis.STOPPED),
    None: (Outcome.UNKNOWN, OutcomeBasis.NO_REPLY),
}
_OPEN_BASES = tuple(basis.value for _, basis in _OUTCOME_OF.values())


def derive_events(connection: sqlite3.Connection, links: Sequence[tuple[Block, Pairs]], touched: Touched) -> None:
    """Derive latency, failures and calls known from logs alone anew, in whole blocks of time.

    Adds changed tasks and days to touched.
    """
    for block, pairs in links:
        _update_calls(connection, block, pairs, touched)
    _update_outcomes(connection, links, touched)
    _rebuild_log_calls(connection, links, touched)


def _update_calls(connection: sqlite3.Connection, block: Block, pairs: Pairs, touched: Touched) -> None:
    changes: list[tuple[Any, ...]] = []
    for window in block.windows:
        ending = ending_status(window, pairs)
        for place, call in enumerate(window.calls):
            status, kind = (call.status, call.error_kind) if ending is None else (ending[0].value, ending[1])
            latency, basis = _latency(window, call, pairs, is_first=place == 0)
            wanted = (status, kind, latency, basis.value)
            if wanted != (call.status, call.error_kind, call.latency_ms, call.latency_basis):
                changes.append((*wanted, call.key))
                call.status, call.error_kind, call.latency_ms, call.latency_basis = wanted
                touched.task_keys.add(window.task_key)
                _touch_day(touched, window.started_at)
    connection.executemany(
        "UPDATE llm_call SET status = ?, error_kind = ?, latency_ms = ?, latency_basis = ? WHERE llm_call_key = ?",
        sorted(changes, key=lambda change: change[-1]),
    )


def _latency(window: Window, call: ChatCall, pairs: Pairs, *, is_first: bool) -> tuple[int | None, LatencyBasis]:
    """Return how long a call took. Of several requests only the first can be timed: a person decides in between."""
    if not is_first or call.status in (CallStatus.ERROR, CallStatus.CANCELLED):
        return None, LatencyBasis.NONE
    entry = pairs.completed.get(window.message_key)
    if entry is not None:
        return (entry.occurred_at - window.started_at) // 1000, LatencyBasis.EVENT_LOG
    saved_at = window.saved_at
    is_alone = len(window.calls) == 1 and not window.has_tools and call.status == CallStatus.SUCCESS
    if is_alone and saved_at is not None and 0 < saved_at - window.started_at <= LONGEST_REQUEST:
        return (saved_at - window.started_at) // 1000, LatencyBasis.CHAT_SAVED
    return None, LatencyBasis.NONE


def _update_outcomes(connection: sqlite3.Connection, links: Iterable[tuple[Block, Pairs]], touched: Touched) -> None:
    """Let the log decide between failed and stopped where the chat shows only that the last turn has no answer."""
    last: dict[int, tuple[Window, Pairs]] = {}
    for block, found in links:
        for window in block.windows:
            known = last.get(window.task_key)
            if known is None or (known[0].asked_at, known[0].message_key) < (window.asked_at, window.message_key):
                last[window.task_key] = (window, found)
    changes: list[tuple[Any, ...]] = []
    for task_key, (window, found) in sorted(last.items()):
        status = _ending_of(window, found)
        if status is None and window.calls:
            continue
        outcome, basis = _OUTCOME_OF[status]
        changes.append((outcome.value, basis.value, task_key, *_OPEN_BASES, basis.value, window.asked_at))
    marks = ", ".join("?" * len(_OPEN_BASES))
    for change in changes:
        # A later turn of the task may lie in another block; then this one does not decide.
        cursor = connection.execute(
            f"UPDATE task SET outcome = ?, outcome_basis = ? WHERE task_key = ? AND outcome_basis IN ({marks}) "  # noqa: S608
            "AND outcome_basis <> ? AND NOT EXISTS (SELECT 1 FROM llm_call c WHERE c.task_key = task.task_key "
            "AND c.source = 'bolt_chat' AND c.started_at > ?)",
            (*change[:-1], change[-1] + LONGEST_REQUEST),
        )
        if cursor.rowcount:
            touched.task_keys.add(change[2])


def _ending_of(window: Window, pairs: Pairs) -> CallStatus | None:
    if window.calls:
        ending = ending_status(window, pairs)
        return None if ending is None else ending[0]
    statuses = [_STATUS_OF[entry.kind] for entry, place in pairs.unexplained if place is window]
    return next((status for status in statuses if status is not CallStatus.SUCCESS), None)


def _rebuild_log_calls(connection: sqlite3.Connection, links: Iterable[tuple[Block, Pairs]], touched: Touched) -> None:
    """Delete the calls that come from logs in the blocks, and write those that no chat explains now."""
    rows: list[tuple[Any, ...]] = []
    for block, found in links:
        for key, task_key, started_at in connection.execute(
            "SELECT llm_call_key, task_key, started_at FROM llm_call "
            "WHERE source IN ('bolt_chat', 'bolt_events') AND source = 'bolt_events' AND started_at BETWEEN ? AND ?",
            (block.first, block.last),
        ).fetchall():
            connection.execute("DELETE FROM llm_call WHERE llm_call_key = ?", (key,))
            _touch_day(touched, started_at)
            if task_key is not None:
                touched.task_keys.add(task_key)
        for entry, window in found.unexplained:
            rows.append(_call_of(entry, window, MatchQuality.NONE))
            _touch_day(touched, entry.occurred_at)
            if window is not None:
                touched.task_keys.add(window.task_key)
        for entry in found.ambiguous:
            rows.append(_call_of(entry, None, MatchQuality.AMBIGUOUS))
            _touch_day(touched, entry.occurred_at)
    upsert(connection, "llm_call", sorted(rows, key=itemgetter(0)), rank=None, columns=_CALL_COLUMNS)


def _call_of(entry: LogEntry, window: Window | None, quality: MatchQuality) -> tuple[Any, ...]:
    """Return the call that an entry stands for. When it was sent is not known: its time is that of the entry.

    The tokens are those of the last segment, which is all that the log has.
    """
    status = _STATUS_OF[entry.kind]
    model = entry.model if window is None else entry.model or window.requested_model
    sent, received = entry.input_tokens, entry.output_tokens
    total = None if sent is None or received is None else sent + received
    provider = provider_of_bolt(entry.provider)
    computed = computed_cost(provider, model, entry.occurred_at, input_tokens=sent, output_tokens=received)
    cost, basis = chosen_cost(
        provider,
        status=status.value,
        is_cache_hit=None,
        reported_micro_usd=None,
        computed_micro_usd=computed.micro_usd,
    )
    missing = UsageStatus.MISSING if status is CallStatus.SUCCESS else UsageStatus.ABSENT
    return (
        log_call_key(entry), key_text(entry.key), CallSource.BOLT_EVENTS.value,
        int(quality is MatchQuality.NONE), quality.value, None if window is None else window.task_key,
        *_owner_of(entry, window),
        entry.provider, model, provider, model, None if window is None else window.task_class,
        entry.occurred_at, day_of(entry.occurred_at), LatencyBasis.NONE.value, status.value, entry.error_kind,
        sent, received, total, (missing if total is None else UsageStatus.REPORTED).value,
        computed.micro_usd, cost, basis.value, computed.price_version,
    )  # fmt: skip


def _owner_of(entry: LogEntry, window: Window | None) -> tuple[str | None, str | None]:
    """Return person and project: what the log names, and else those of the request it is about."""
    if window is None:
        return entry.person, entry.project
    return entry.person or window.person, entry.project or window.project


def _touch_day(touched: Touched, instant: int) -> None:
    day = day_of(instant)
    if day is not None:
        touched.days.add(day)
