"""The match of chats and gateway: one call counts once, and gateway rows find the task they served.

Gateway rows are those of LiteLLM and OpenRouter, and as they are seen from outside of chats too, spans and own records
of calls that name no task. Where several of these hold one call, the one that counts is matched.

Where a reply is matched, its gateway rows are the truth for cost, latency, tokens and errors, and the calls of the chat
do not count. Where a match is ambiguous, the gateway rows count for no task and the calls of the chat do not count: the
spend is in the totals once, and the cost of those tasks is unknown. Rows without a match are unattributed spend, such
as prompt enhancing, choosing a template, or other applications on the same gateway.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any

from data.words import MatchQuality
from etl.context import HOUR_MICROSECONDS, Touched, day_of
from etl.derive.call_sources import OUTSIDE, OWN_TASK
from etl.derive.candidates import GatewayRow, Matching, asks_of, find_candidates, is_gateway
from etl.derive.match_fallbacks import match_fallbacks
from etl.derive.match_logs import LogMatches, match_log_calls
from etl.derive.match_time import match_times
from etl.derive.match_tokens import match_main, match_sums
from etl.derive.pairing import Pairs, log_call_key
from etl.derive.windows import Block, LogEntry, Span, Window, fill_keys
from etl.routes import provider_of_bolt

_MATCHED = (MatchQuality.EXACT.value, MatchQuality.EXACT_MAIN.value, MatchQuality.TIME.value)
# Calls of other kinds go to the same gateway, and never for a reply.
_OTHER_CALL_TYPES = ("embedding", "image", "speech", "transcription", "moderation", "rerank")


def match_gateway(connection: sqlite3.Connection, links: Sequence[tuple[Block, Pairs]], touched: Touched) -> None:
    """Match calls of chats with gateway rows anew, in whole blocks of time. Adds changed tasks and days to touched."""
    if not _has_gateway(connection, touched):
        return
    chat_people = frozenset(row[0] for row in connection.execute("SELECT DISTINCT person FROM chat") if row[0])
    seen: set[int] = set()
    tasks = {window.task_key for block, _ in links for window in block.windows} | touched.task_keys
    for some in _by_day(links):
        blocks = [block for block, _ in some]
        rows = _read_rows(connection, blocks[0].first, blocks[-1].last)
        for (block, pairs), inside in zip(some, _parted(rows, blocks), strict=True):
            seen.update(row.key for row in inside)
            _match_block(connection, block, pairs, inside, chat_people, touched)
    _forget_others(connection, seen, touched)
    _take_served_routes(connection, tasks, touched)


def _has_gateway(connection: sqlite3.Connection, touched: Touched) -> bool:
    """Tell whether there are gateway rows: this load brought some, or the rollup of an earlier load has them."""
    if touched.gateway_span is not None:
        return True
    sql = f"SELECT 1 FROM route_daily WHERE source IN {OUTSIDE} LIMIT 1"  # noqa: S608
    row = connection.execute(sql).fetchone()
    return row is not None


def _match_block(
    connection: sqlite3.Connection,
    block: Block,
    pairs: Pairs,
    rows: Sequence[GatewayRow],
    chat_people: Set[str],
    touched: Touched,
) -> None:
    matching = Matching(rows, asks_of(block, pairs))
    find_candidates(matching.asks, rows, chat_people)
    match_sums(matching)
    match_main(matching)
    match_fallbacks(matching, chat_people)
    match_times(matching)
    logs = match_log_calls(matching, pairs, chat_people)
    _write_rows(connection, matching, logs, touched)
    _write_calls(connection, block, matching, touched)
    _write_log_calls(connection, pairs, logs, touched)


def _write_rows(connection: sqlite3.Connection, matching: Matching, logs: LogMatches, touched: Touched) -> None:
    changes: list[tuple[Any, ...]] = []
    filled: list[tuple[int, bool, bool]] = []
    for place, row in enumerate(matching.rows):
        ask, quality = matching.owner.get(place), matching.row_quality.get(place, MatchQuality.NONE)
        source = ask.window if ask is not None else logs.entry_of.get(place)
        wanted = _wanted(row, source, quality)
        if wanted == _stored(row):
            continue
        changes.append((*wanted, row.key))
        if source is not None:
            filled.append((row.key, row.person is None, row.project is None))
        _touch(touched, row.started_at, row.task_key, wanted[0])
    _apply(connection, changes, filled)


def _wanted(row: GatewayRow, source: Window | LogEntry | None, quality: MatchQuality) -> tuple[Any, ...]:
    """Return what a row is to hold: task, message, class, person, project and quality of the match."""
    person, project = row.person, row.project
    if source is not None:
        person = source.person if person is None else person
        project = source.project if project is None else project
    if isinstance(source, Window):
        return source.task_key, source.message_key, source.task_class, person, project, quality.value
    return None, None, None, person, project, quality.value


def _stored(row: GatewayRow) -> tuple[Any, ...]:
    return row.task_key, row.message_key, row.task_class, row.stored_person, row.stored_project, row.match_quality


def _apply(
    connection: sqlite3.Connection, changes: list[tuple[Any, ...]], filled: Iterable[tuple[int, bool, bool]]
) -> None:
    changes.sort(key=lambda change: change[-1])
    connection.executemany("DELETE FROM matched_owner WHERE llm_call_key = ?", ((change[-1],) for change in changes))
    connection.executemany(
        "INSERT INTO matched_owner (llm_call_key, is_person_filled, is_project_filled) VALUES (?, ?, ?)",
        (one for one in filled if one[1] or one[2]),
    )
    connection.executemany(
        "UPDATE llm_call SET task_key = ?, message_key = ?, task_class = ?, person = ?, project = ?, match_quality = ? "
        "WHERE llm_call_key = ?",
        changes,
    )


def _write_calls(connection: sqlite3.Connection, block: Block, matching: Matching, touched: Touched) -> None:
    """Let the calls of a chat count only where no gateway row describes them, or may describe them."""
    changes: list[tuple[bool, str, int]] = []
    for window in block.windows:
        quality = matching.ask_quality.get(window.message_key, MatchQuality.NONE)
        wanted = (quality is MatchQuality.NONE, quality.value)
        for call in window.calls:
            if wanted != (call.is_counted, call.match_quality):
                changes.append((*wanted, call.key))
                _touch(touched, window.started_at, window.task_key)
    _count(connection, changes)


def _write_log_calls(connection: sqlite3.Connection, pairs: Pairs, logs: LogMatches, touched: Touched) -> None:
    changes: list[tuple[bool, str, int]] = []
    for entry, window in pairs.unexplained:
        call_key = log_call_key(entry)
        quality = logs.quality.get(call_key, MatchQuality.NONE)
        changes.append((quality is MatchQuality.NONE, quality.value, call_key))
        _touch(touched, entry.occurred_at, None if window is None else window.task_key)
    _count(connection, changes)


def _count(connection: sqlite3.Connection, changes: list[tuple[bool, str, int]]) -> None:
    connection.executemany(
        "UPDATE llm_call SET is_counted = ?, match_quality = ? WHERE llm_call_key = ?",
        sorted(changes, key=lambda change: change[-1]),
    )


_COLUMNS = f"""
    SELECT c.llm_call_key, c.started_at, c.latency_ms,
           iif(o.is_person_filled AND c.match_quality IN {_MATCHED}, NULL, c.person),
           iif(o.is_project_filled AND c.match_quality IN {_MATCHED}, NULL, c.project),
           c.key_hash, c.requested_model, c.model, c.input_tokens, c.output_tokens, c.status, c.trace_hash, c.task_key,
           c.message_key, c.task_class, c.match_quality, c.person, c.project
"""
_OWNER = "LEFT JOIN matched_owner o ON o.llm_call_key = c.llm_call_key"
_OTHER = " OR ".join(f"c.call_type LIKE '%{name}%'" for name in _OTHER_CALL_TYPES)
_ROWS = f"""
    {_COLUMNS} FROM llm_call c INDEXED BY ix_llm_call_started_date {_OWNER}
    WHERE c.started_date BETWEEN ? AND ? AND c.started_at BETWEEN ? AND ? AND c.source IN {OUTSIDE} AND c.is_counted
      AND NOT {OWN_TASK}
      AND (c.call_type = 'acompletion' OR c.call_type IS NULL OR NOT ({_OTHER}))
    ORDER BY c.started_at, c.llm_call_key
"""
_SERVED = f"""
    SELECT task_key, provider, model FROM (
        SELECT c.task_key, c.provider, c.model,
               row_number() OVER (PARTITION BY c.task_key ORDER BY c.started_at, c.llm_call_key) AS place
        FROM touched_key CROSS JOIN llm_call c ON c.task_key = key
        WHERE c.source IN {OUTSIDE} AND c.is_counted AND c.provider IS NOT NULL
          AND (NOT coalesce(c.is_fallback, 0) OR c.model = c.requested_model)
    ) WHERE place = 1
"""  # noqa: S608


def _read_rows(connection: sqlite3.Connection, first: int, last: int) -> Iterator[GatewayRow]:
    """Read counted gateway rows between two instants, in order of time, ties by key."""
    rows = connection.execute(_ROWS, (day_of(first), day_of(last), first, last))
    return map(GatewayRow._make, rows)


def _by_day(links: Iterable[tuple[Block, Pairs]]) -> Iterator[list[tuple[Block, Pairs]]]:
    """Yield blocks a day or so at a time, so that a year of gateway rows is never in memory at once."""
    some: list[tuple[Block, Pairs]] = []
    for link in links:
        if some and day_of(link[0].first) != day_of(some[0][0].first):
            yield some
            some = []
        some.append(link)
    if some:
        yield some


def _parted(rows: Iterable[GatewayRow], blocks: Sequence[Block]) -> list[list[GatewayRow]]:
    """Part rows among blocks, both in order of time; rows between blocks fall away."""
    parts: list[list[GatewayRow]] = [[] for _ in blocks]
    place = 0
    for row in rows:
        while place < len(blocks) and blocks[place].last < row.started_at:
            place += 1
        if place == len(blocks):
            break
        if row.started_at >= blocks[place].first:
            parts[place].append(row)
    return parts


def spans_of_new_people(connection: sqlite3.Connection, touched: Touched) -> list[Span]:
    """Note who was seen at the gateway, and return the hours of people whose first chats this load brought.

    Until now their rows could have been of a shared key; from now on they belong to nobody else.
    """
    connection.executemany(
        "INSERT OR IGNORE INTO gateway_person_hour (person, hour) VALUES (?, ?)", sorted(touched.gateway_hours)
    )
    if not touched.chat_keys:
        return []
    fill_keys(connection, touched.chat_keys)
    known = {
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT person FROM chat WHERE chat_key NOT IN (SELECT key FROM touched_key)"
        )
    }
    found = {
        row[0]
        for row in connection.execute("SELECT DISTINCT person FROM touched_key CROSS JOIN chat ON chat_key = key")
    }
    new = sorted(found - known - {None})
    if not new:
        return []
    marks = ",".join("?" * len(new))
    hours = connection.execute(f"SELECT DISTINCT hour FROM gateway_person_hour WHERE person IN ({marks})", new)  # noqa: S608
    # A call that two sources know may have its person from the one, and its time from the other.
    return [((hour - 1) * HOUR_MICROSECONDS, (hour + 2) * HOUR_MICROSECONDS - 1) for (hour,) in hours]


def _forget_others(connection: sqlite3.Connection, seen: Set[int], touched: Touched) -> None:
    """Undo matches of touched tasks and messages that no window reaches any more."""
    stale: dict[int, GatewayRow] = {}
    for column, keys in (("message_key", touched.message_keys), ("task_key", touched.task_keys)):
        fill_keys(connection, keys)
        for values in connection.execute(
            # CROSS JOIN: from the few touched keys into the index, never through all calls.
            f"{_COLUMNS} FROM touched_key k CROSS JOIN llm_call c ON c.{column} = k.key {_OWNER} "
            f"WHERE c.source IN {OUTSIDE} AND NOT {OWN_TASK}"
        ):
            row = GatewayRow._make(values)
            if row.key not in seen:
                stale[row.key] = row
    changes: list[tuple[Any, ...]] = []
    for row in stale.values():
        changes.append((*_wanted(row, None, MatchQuality.NONE), row.key))
        _touch(touched, row.started_at, row.task_key)
    _apply(connection, changes, ())


def _take_served_routes(connection: sqlite3.Connection, tasks: Iterable[int], touched: Touched) -> None:
    """Set the route of tasks that asked a gateway to the one that served them first, fallbacks apart.

    The failed attempt at the model that was asked for names that route, though its record knows of the fallback.
    A task without a match keeps the gateway's name and the model it asked for.
    """
    fill_keys(connection, tasks)
    served = {row[0]: (row[1], row[2]) for row in connection.execute(_SERVED)}
    changes: list[tuple[str | None, str | None, int]] = []
    for task_key, asked_provider, asked_model, provider, model in connection.execute(
        "SELECT task_key, requested_provider, requested_model, provider, model "
        "FROM touched_key CROSS JOIN task ON task_key = key"
    ):
        if is_gateway(asked_provider):
            route = served.get(task_key, (provider_of_bolt(asked_provider), asked_model))
            if route != (provider, model):
                changes.append((*route, task_key))
    for change in changes:
        connection.execute("UPDATE task SET provider = ?, model = ? WHERE task_key = ?", change)
        days = connection.execute(
            "UPDATE patch SET provider = ?, model = ? WHERE task_key = ? RETURNING proposed_date", change
        )
        touched.days.update(row[0] for row in days if row[0] is not None)
        touched.task_keys.add(change[2])


def _touch(touched: Touched, instant: int, *tasks: int | None) -> None:
    day = day_of(instant)
    if day is not None:
        touched.days.add(day)
    touched.task_keys.update(task for task in tasks if task is not None)
