"""One call counts once, though LiteLLM, OpenRouter, spans and own records may all hold it.

Of the rows that describe one call the row of the source that is believed most counts; the others stay, and do not. What
the counted row does not know it takes from them: person, project, the task that an own record names, and a reported
cost where it has none. What was taken is noted in same_call, so that the next load can undo it.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from data.definitions import reporting
from data.epoch import DAY_MICROSECONDS
from data.words import CallSource, CostBasis, MatchQuality, Thing
from etl.context import HOUR_MICROSECONDS, Touched, day_of
from etl.derive.call_sources import OUTSIDE
from etl.derive.same_call_pairs import REACH, Sighting, counted_instead
from etl.prices import chosen_cost

_NONE = MatchQuality.NONE.value


class _Call(NamedTuple):
    """One row as it is stored now."""

    key: int
    source: str
    native_id: str | None
    started_at: int
    requested_model: str | None
    model: str | None
    output_tokens: int | None
    status: str
    record_rank: int | None
    started_date: int | None
    is_counted: int
    match_quality: str
    task_key: int | None
    task_class: str | None
    person: str | None
    project: str | None
    provider: str | None
    is_cache_hit: int | None
    reported: int | None
    computed: int | None
    cost: int | None
    cost_basis: str
    is_person_matched: int
    is_project_matched: int
    counted_key: int | None
    """The row that counts in its place, as the last load found."""
    taken: tuple[int, int, int, int, int | None]
    """What that one took from it: person, project, task, cost; and the cost that one had reported itself."""


class _Values(NamedTuple):
    """What a row holds that depends on other rows."""

    person: str | None
    project: str | None
    task_key: int | None
    task_class: str | None
    reported: int | None
    cost: int | None
    cost_basis: str


_MOST_DAYS = 7
_NOTHING_TAKEN = (0, 0, 0, 0, None)
_COLUMNS = f"""
    SELECT c.llm_call_key, c.source, c.native_id, c.started_at, c.requested_model, c.model, c.output_tokens, c.status,
           c.record_rank, c.started_date, c.is_counted, c.match_quality, c.task_key, c.task_class, c.person, c.project,
           c.provider, c.is_cache_hit, c.reported_cost_micro_usd, c.computed_cost_micro_usd, c.cost_micro_usd,
           c.cost_basis,
           coalesce(o.is_person_filled, 0) AND c.match_quality <> '{_NONE}',
           coalesce(o.is_project_filled, 0) AND c.match_quality <> '{_NONE}',
           s.counted_call_key, s.is_person_taken, s.is_project_taken, s.is_task_taken, s.is_cost_taken,
           s.own_reported_cost_micro_usd
"""
_NOTED = "LEFT JOIN matched_owner o USING (llm_call_key) LEFT JOIN same_call s USING (llm_call_key)"
_NEAR = f"""
    {_COLUMNS} FROM llm_call c INDEXED BY ix_llm_call_started_date {_NOTED}
    WHERE c.started_date BETWEEN ? AND ? AND c.started_at BETWEEN ? AND ? AND c.source IN {OUTSIDE}
    ORDER BY c.started_at, c.llm_call_key
"""
_BY_KEY = f"{_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN llm_call c ON c.llm_call_key = wanted.value {_NOTED}"


_COPIES = f"""
    SELECT 1 FROM llm_call INDEXED BY ix_llm_call_started_date
    WHERE started_date BETWEEN ? AND ? AND source = '{CallSource.OTLP}' GROUP BY native_id HAVING count(*) > 1 LIMIT 1
"""  # noqa: S608


def find_same_calls(connection: sqlite3.Connection, touched: Touched) -> None:
    """Let one row of each call count, around the days whose calls a load touched.

    Runs before the match with chats. Adds changed tasks, days and times of calls to touched.
    """
    waiting = _days_to_look_at(connection, touched)
    while waiting:
        # Days that follow each other together, as the hours around them are read too.
        days = [day for place, day in enumerate(waiting[:_MOST_DAYS]) if day == waiting[0] + place]
        waiting = waiting[len(days) :]
        first, last = _span_of(days[0])[0], _span_of(days[-1])[1]
        rows = _read(connection, first - REACH, last + REACH)
        wanted = counted_instead([_sighting(row) for row in rows])
        # A record that moved in time leaves rows behind that another day has to settle.
        waiting = sorted({*waiting, *_settle(connection, rows, wanted, first, last, touched)})


def _days_to_look_at(connection: sqlite3.Connection, touched: Touched) -> list[int]:
    """Return the touched days near which more than one source has calls; spans alone may repeat each other."""
    if not touched.call_days:
        return []
    sources: dict[int, set[str]] = defaultdict(set)
    for day, source in connection.execute(
        f"SELECT date, source FROM source_daily WHERE thing = '{Thing.LLM_CALL}' AND source IN {OUTSIDE} "  # noqa: S608
        "AND date BETWEEN ? AND ?",
        (min(touched.call_days) - 1, max(touched.call_days) + 1),
    ):
        sources[day].add(source)
    for day in touched.call_days:
        sources[day] |= touched.call_sources
    found: list[int] = []
    spans_alone: list[int] = []
    for day in sorted(touched.call_days):
        near = sources[day] | sources.get(day - 1, set()) | sources.get(day + 1, set())
        if len(near) > 1:
            found.append(day)
        elif near == {CallSource.OTLP.value}:
            spans_alone.append(day)
    if spans_alone and _has_copies(connection, spans_alone[0], spans_alone[-1]):
        found += [day for day in spans_alone if _has_copies(connection, day, day)]
    return sorted(found)


def _has_copies(connection: sqlite3.Connection, first: int, last: int) -> bool:
    """Tell whether spans of some days or their neighbours share an id of the provider's answer."""
    row = connection.execute(_COPIES, (first - 1, last + 1)).fetchone()
    return row is not None


def _span_of(day: int) -> tuple[int, int]:
    """Return first and last instant that rows of a day may reach; in another time zone a day begins hours off."""
    off = REACH + (0 if reporting().time_zone == "UTC" else 15 * HOUR_MICROSECONDS)
    return day * DAY_MICROSECONDS - off, (day + 1) * DAY_MICROSECONDS + off - 1


def _read(connection: sqlite3.Connection, first: int, last: int) -> list[_Call]:
    return list(map(_call, connection.execute(_NEAR, (day_of(first), day_of(last), first, last))))


def _read_keys(connection: sqlite3.Connection, keys: Iterable[int]) -> dict[int, _Call]:
    return {row[0]: _call(row) for row in connection.execute(_BY_KEY, (json.dumps(sorted(keys)),))}


def _call(row: Sequence[Any]) -> _Call:
    taken = _NOTHING_TAKEN if row[24] is None else (row[25], row[26], row[27], row[28], row[29])
    return _Call._make((*row[:25], taken))


def _sighting(row: _Call) -> Sighting:
    return Sighting._make((*row[:8], row.record_rank or 0))


def _settle(
    connection: sqlite3.Connection,
    rows: Sequence[_Call],
    wanted: Mapping[int, int],
    first: int,
    last: int,
    touched: Touched,
) -> set[int]:
    """Bring the rows that began between two instants to what they should be, and the rows that count for them.

    Returns the days of other rows that this changed.
    """
    calls = {row.key: row for row in rows}
    losers = _losers_of(calls, wanted)
    links = [row for row in rows if row.counted_key is not None]
    held = _taken_by_counted(links)
    changed: set[int] = set()
    for row in rows:
        if first <= row.started_at <= last:
            counted = wanted.get(row.key)
            if (counted, int(counted is None)) != (row.counted_key, row.is_counted):
                changed.update(key for key in (row.key, counted, row.counted_key) if key is not None)
            if row.key in losers:
                base = {one.key: _own_values(one, held.get(one.key)) for one in (row, *losers[row.key])}
                values, taken = _filled(row, losers[row.key], base)
                is_as_noted = all(one.taken == taken[one.key] for one in losers[row.key])
                if not is_as_noted or not _holds(row, values):
                    changed.add(row.key)
    return _rewrite(connection, changed, calls, wanted, losers, touched) if changed else set()


def _losers_of(calls: Mapping[int, _Call], wanted: Mapping[int, int]) -> dict[int, list[_Call]]:
    """Return the rows that each counted row stands for, in the order in which they are believed."""
    found: dict[int, list[_Call]] = defaultdict(list)
    for key, counted in wanted.items():
        found[counted].append(calls[key])
    for some in found.values():
        some.sort(key=lambda row: _sighting(row).order)
    return found


def _taken_by_counted(links: Iterable[_Call]) -> dict[int, tuple[int, int, int, int, int | None]]:
    """Return what each counted row has taken from the rows it stands for, all together."""
    found: dict[int, tuple[int, int, int, int, int | None]] = {}
    for row in links:
        if row.counted_key is not None:
            known = found.get(row.counted_key, _NOTHING_TAKEN)
            # A reported cost is taken once, so that there is one figure of the counted row's own.
            own = row.taken[4] if row.taken[3] else known[4]
            person, project, task, cost = (one | other for one, other in zip(known[:4], row.taken[:4], strict=True))
            found[row.counted_key] = (person, project, task, cost, own)
    return found


def _own_values(row: _Call, held: tuple[int, int, int, int, int | None] | None) -> _Values:
    """Return what a row knows by itself: without what a match with a chat or another row filled in."""
    person, project, task, cost, own = held or _NOTHING_TAKEN
    has_task = row.match_quality == _NONE and not task
    reported = own if cost else row.reported
    amount, basis = row.cost, row.cost_basis
    if cost:
        amount, found = chosen_cost(
            row.provider,
            status=row.status,
            is_cache_hit=None if row.is_cache_hit is None else bool(row.is_cache_hit),
            reported_micro_usd=reported,
            computed_micro_usd=row.computed,
            source=row.source,
        )
        basis = found.value
    return _Values(
        None if person or row.is_person_matched else row.person,
        None if project or row.is_project_matched else row.project,
        row.task_key if has_task else None,
        row.task_class if has_task else None,
        reported,
        amount,
        basis,
    )


def _filled(
    row: _Call, losers: Iterable[_Call], base: Mapping[int, _Values]
) -> tuple[_Values, dict[int, tuple[int, int, int, int, int | None]]]:
    """Return what a counted row is to hold, and what it takes from each row that it stands for."""
    values = own = base[row.key]
    taken: dict[int, tuple[int, int, int, int, int | None]] = {}
    for loser in losers:
        other = base[loser.key]
        person = values.person is None and other.person is not None
        project = values.project is None and other.project is not None
        task = values.task_key is None and other.task_key is not None
        cost = values.cost_basis != CostBasis.REPORTED and other.cost_basis == CostBasis.REPORTED
        if person:
            values = values._replace(person=other.person)
        if project:
            values = values._replace(project=other.project)
        if task:
            values = values._replace(task_key=other.task_key, task_class=other.task_class)
        if cost:
            values = values._replace(reported=other.reported, cost=other.cost, cost_basis=other.cost_basis)
        taken[loser.key] = (int(person), int(project), int(task), int(cost), own.reported if cost else None)
    return values, taken


def _holds(row: _Call, values: _Values) -> bool:
    """Tell whether a counted row holds what it should, what a match with a chat filled in aside."""
    stored = _Values(
        None if row.is_person_matched else row.person,
        None if row.is_project_matched else row.project,
        row.task_key if row.match_quality == _NONE else None,
        row.task_class if row.match_quality == _NONE else None,
        row.reported,
        row.cost,
        row.cost_basis,
    )
    return stored == values


def _rewrite(
    connection: sqlite3.Connection,
    changed: set[int],
    calls: Mapping[int, _Call],
    wanted: Mapping[int, int],
    losers: Mapping[int, list[_Call]],
    touched: Touched,
) -> set[int]:
    """Undo what is noted about the changed rows and write it anew; what a match with chats said of them goes too.

    Returns the days of the rows among them that are none of the calls that were looked at.
    """
    everything = set(changed)
    for key in changed:
        everything.update(row.key for row in losers.get(key, ()))
    noted = json.dumps(sorted(changed))
    old_links = connection.execute(
        "SELECT s.llm_call_key FROM json_each(?) AS wanted CROSS JOIN same_call s ON s.counted_call_key = wanted.value",
        (noted,),
    )
    everything.update(row[0] for row in old_links)
    stored = _read_keys(connection, everything)
    links = [row for row in stored.values() if row.counted_key is not None]
    held = _taken_by_counted(links)
    base = {key: _own_values(row, held.get(key)) for key, row in stored.items()}
    values, notes = dict(base), list[tuple[Any, ...]]()
    for key in sorted(changed & losers.keys()):
        values[key], taken = _filled(stored[key], losers[key], base)
        notes += [(loser, key, *took) for loser, took in taken.items()]
    keys = json.dumps(sorted(everything))
    for table in ("same_call", "matched_owner"):
        connection.execute(
            f"DELETE FROM {table} WHERE llm_call_key IN (SELECT value FROM json_each(?))",  # noqa: S608
            (keys,),
        )
    connection.executemany(
        "INSERT INTO same_call (llm_call_key, counted_call_key, is_person_taken, is_project_taken, is_task_taken, "
        "is_cost_taken, own_reported_cost_micro_usd) VALUES (?, ?, ?, ?, ?, ?, ?)",
        sorted(notes, key=lambda note: note[0]),
    )
    connection.executemany(
        "UPDATE llm_call SET is_counted = ?, match_quality = ?, message_key = NULL, person = ?, project = ?, "
        "task_key = ?, task_class = ?, reported_cost_micro_usd = ?, cost_micro_usd = ?, cost_basis = ? "
        "WHERE llm_call_key = ?",
        [(int(key not in wanted), _NONE, *values[key], key) for key in sorted(everything)],
    )
    for key, row in stored.items():
        touched.task_keys.update(task for task in (row.task_key, values[key].task_key) if task is not None)
        touched.add_gateway_span(row.started_at, row.started_at)
        if row.started_date is not None:
            touched.days.add(row.started_date)
    return {row.started_date for key, row in stored.items() if key not in calls and row.started_date is not None}
