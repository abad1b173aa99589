"""Writing records: of the copies of one record the newest stays, whatever order files come in."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from data.keys import hashes_of
from data.words import KnownReason, Subject
from etl.context import LoadContext, days_of, stored_table, upsert
from etl.records.contract import RecordTable, Rows, count_of, record_keys
from etl.redact import ID_MAYBE_SECRET, NAME_CHARACTERS, redact_id

_FIRST_MS = 1_577_836_800_000
"""Begin of 2020 in milliseconds: what is recorded before is refused."""
_CHECKSUM_BITS = 21
_UNDATED = 1 << 62
_MAYBE_SECRET = re.compile(ID_MAYBE_SECRET)


def ranks_of(rows: Rows) -> list[int]:
    """Return the rank of each copy of a record: by its recorded_at, then by a checksum of what it says.

    Copies without a recorded_at come before all others, by their checksum alone.
    """
    checksums = hashes_of(map(repr, zip(*rows.values(), strict=True)))
    return [
        (checksum >> 2) - _UNDATED
        if recorded_at is None
        else ((recorded_at // 1000 - _FIRST_MS + 1) << _CHECKSUM_BITS) + (checksum >> (64 - _CHECKSUM_BITS))
        for recorded_at, checksum in zip(rows["recorded_at"], checksums, strict=True)
    ]


def write(table: RecordTable, rows: Rows, context: LoadContext) -> None:
    """Write records that can be used, counting each as loaded or known, and note all that changes with them."""
    if not count_of(rows):
        return
    if known := [instant for instant in rows[table.at] if instant is not None]:
        context.seen_at(min(known))
        context.seen_at(max(known))
    ranks = ranks_of(rows)
    given = {**rows, "native_id": _ids_without_secrets(rows["id"])}
    stored = _stored_columns(table, given, ranks, context)
    best = _best_copies(stored[_key_name(table)], ranks)
    context.already_known(KnownReason.REPEATED_IN_FILE, len(ranks) - len(best))
    best = _better(table, stored, best, context)
    if not best:
        return
    written = _Chosen({**given, **stored}, best)
    if table.date:
        context.touched.days.update(filter(None, set(written[table.date])))
    lines = list(zip(*stored.values(), strict=True))
    upsert(context.connection, table.thing, [lines[index] for index in best], columns=list(stored))
    table.follow(written, context)
    context.loaded(len(best))


class _Chosen(Mapping[str, Sequence[Any]]):
    """Columns of some of the records, each made when it is asked for."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], chosen: Sequence[int]) -> None:
        self._columns = columns
        self._chosen = chosen

    def __getitem__(self, name: str) -> Sequence[Any]:
        values = self._columns[name]
        return [values[index] for index in self._chosen]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def _best_copies(keys: Sequence[int], ranks: Sequence[int]) -> list[int]:
    """Return where the best copy of each record is, in the order of keys."""
    place_of: dict[int, int] = dict(zip(keys, range(len(keys)), strict=True))
    if len(place_of) < len(keys):
        for place, key in enumerate(keys):
            best = place_of[key]
            if ranks[place] > ranks[best] or (ranks[place] == ranks[best] and place < best):
                place_of[key] = place
    return [place_of[key] for key in sorted(place_of)]


def _ids_without_secrets(ids: Sequence[str]) -> list[str]:
    """Return ids as they are kept; nearly all stay as they are, which is told for all at once."""
    together = "".join(ids)
    if together.isascii() and together.isprintable() and not _MAYBE_SECRET.search("\n".join(ids)):
        return [native_id[:NAME_CHARACTERS] for native_id in ids]
    return [redact_id(native_id) for native_id in ids]


def _key_name(table: RecordTable) -> str:
    return f"{table.thing}_key"


def _stored_columns(table: RecordTable, rows: Rows, ranks: Sequence[int], context: LoadContext) -> dict[str, Any]:
    """Return the columns of the store's table: those that are kept as they were read, and those that follow."""
    named = set(stored_table(context.connection, table.thing).columns)
    stored: dict[str, Any] = {_key_name(table): record_keys(table.thing, rows, "id")}
    stored |= {name: values for name, values in rows.items() if name in named and name not in table.apart}
    stored |= table.fill(rows, context)
    if table.date:
        times = rows[table.at]
        for name in table.dated_by:
            times = [other if time is None else time for time, other in zip(rows[name], times, strict=True)]
        stored[table.date] = days_of(times)
    return stored | {"record_rank": ranks, "load_id": [context.load_id] * count_of(rows)}


def _better(table: RecordTable, stored: Rows, best: Sequence[int], context: LoadContext) -> list[int]:
    """Return the records that are new or better than what the store has; what those touched that give way is noted."""
    keys = stored[_key_name(table)]
    looked_up = ["record_rank", "load_id", *([table.date] if table.date else []), *_touching(table, context)]
    columns = ", ".join(f"known.{name}" for name in looked_up)
    found = {
        row[0]: row[1:]
        for row in context.connection.execute(
            f"SELECT known.{_key_name(table)}, {columns} FROM json_each(?) AS key "  # noqa: S608
            f"CROSS JOIN {table.thing} AS known ON known.{_key_name(table)} = key.value",
            (json.dumps([keys[index] for index in best]),),
        )
    }
    if not found:
        return list(best)
    better: list[int] = []
    replaced: list[Sequence[Any]] = []
    for index in best:
        known = found.get(keys[index])
        if known is None or stored["record_rank"][index] > known[0]:
            better.append(index)
            if known is not None:
                replaced.append(known)
        else:
            is_own = known[1] == context.load_id
            context.already_known(KnownReason.REPEATED_IN_FILE if is_own else KnownReason.LOADED_BEFORE)
    _note_replaced(table, [dict(zip(looked_up, row, strict=True)) for row in replaced], context)
    return better


def _touching(table: RecordTable, context: LoadContext) -> list[str]:
    """Return the columns of the store by which what depends on a row is found."""
    if table.thing == "deployment":
        return ["project", "platform", "target"]
    columns = stored_table(context.connection, table.thing).columns
    return [name for name in ("task_key", "subject", "subject_key") if name in columns]


def _note_replaced(table: RecordTable, replaced: Sequence[dict[str, Any]], context: LoadContext) -> None:
    touched = context.touched
    for row in replaced:
        if table.date and row[table.date] is not None:
            touched.days.add(row[table.date])
            if table.thing == "llm_call":
                touched.call_days.add(row[table.date])
        if table.thing == "deployment":
            touched.former_targets.add((row["project"], row["platform"], row["target"]))
        if row.get("task_key") is not None:
            touched.task_keys.add(row["task_key"])
        if row.get("subject") == Subject.PATCH and row["subject_key"] is not None:
            touched.patch_keys.add(row["subject_key"])
    calls = [row["subject_key"] for row in replaced if row.get("subject") == Subject.TOOL_CALL]
    called = context.connection.execute(
        "SELECT DISTINCT called_date FROM json_each(?) CROSS JOIN tool_call ON tool_call_key = value "
        "WHERE called_date IS NOT NULL",
        (json.dumps(calls),),
    )
    touched.days.update(day for (day,) in called)
