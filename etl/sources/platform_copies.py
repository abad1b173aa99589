"""Copies of one request or deployment in several files, put together so that the order of the files never shows.

A copy tells some columns and is silent on others. Of each column the newest copy that tells it counts, "nothing" told
included. A copy is kept as long as it tells a column that no newer one tells; what all copies tell together then does
not depend on which came first.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from data.keys import encoded, keys_of_encoded
from etl.context import LoadContext, insert

Told = Mapping[str, Any]
_ENCODER = msgspec.json.Encoder(order="sorted")
_LATEST_MS = 1 << 41
_MOST_STEPS = 3
_MOST_TOLD = 63


@dataclass(slots=True)
class Copy:
    """What one copy tells of one request or deployment."""

    subject_key: int
    rank: int
    told: Told
    text: str
    key: int = 0
    """Hash of what it says; made for many at once when they are put together."""


@dataclass(slots=True)
class Written:
    """What became of one record."""

    is_new: bool
    about: Sequence[int]
    """Keys of what it tells about: first the request, deployment, review or state that it is a record of."""


def copy_of(subject_key: int, told: Told, as_of: int | None, step: int = 0) -> Copy:
    """Return a copy with its rank: how new (microseconds), how far what it shows had come (0 to 3), how complete."""
    milliseconds = min(max((as_of or 0) // 1000, 0), _LATEST_MS - 1)
    completeness = min(len(told) - list(told.values()).count(None), _MOST_TOLD)
    rank = (milliseconds << 8) | (min(step, _MOST_STEPS) << 6) | completeness
    text = _ENCODER.encode(told).decode()
    return Copy(subject_key, rank, told, text)


def _name(copies: Sequence[Copy]) -> None:
    """Give copies their keys."""
    first = encoded(("copy",))
    texts = (first + encoded((one.subject_key, one.rank, one.text)) for one in copies)
    for one, key in zip(copies, keys_of_encoded(texts), strict=True):
        one.key = key


@dataclass(slots=True)
class Together:
    """What all copies of one request or deployment tell together."""

    told: Told
    rank: int


def put_together(copies: Iterable[Copy], context: LoadContext) -> tuple[set[int], dict[int, Together]]:
    """Store copies; return the keys of those that tell something new, and what is now told of their subjects."""
    listed = list(copies)
    _name(listed)
    new: dict[int, dict[int, Copy]] = {}
    for copy in listed:
        new.setdefault(copy.subject_key, {})[copy.key] = copy
    stored = stored_copies(context.connection, new)
    fresh: set[int] = set()
    added: list[tuple[Any, ...]] = []
    gone: list[tuple[int]] = []
    together: dict[int, Together] = {}
    for subject_key, found in new.items():
        before = stored.get(subject_key, {})
        if not before and len(found) == 1:
            # As nearly always: nothing else tells of it.
            ((key, copy),) = found.items()
            fresh.add(key)
            added.append((key, subject_key, copy.rank, copy.text))
            together[subject_key] = Together(copy.told, copy.rank)
            continue
        kept = _that_count([*before.values(), *(copy for key, copy in found.items() if key not in before)])
        arrived = [copy for copy in kept if copy.key not in before]
        if not arrived:
            continue
        fresh.update(copy.key for copy in arrived)
        added += [(copy.key, copy.subject_key, copy.rank, copy.text) for copy in arrived]
        gone += [(key,) for key in before.keys() - {copy.key for copy in kept}]
        together[subject_key] = _together(kept)
    context.connection.executemany("DELETE FROM platform_copy WHERE platform_copy_key = ?", sorted(gone))
    insert(context.connection, "platform_copy", sorted(added))
    return fresh, together


def told_of(connection: sqlite3.Connection, subject_keys: Iterable[int]) -> dict[int, Together]:
    """Return what the stored copies of requests or deployments tell together."""
    return {
        key: _together(_that_count(found.values())) for key, found in stored_copies(connection, subject_keys).items()
    }


def stored_copies(connection: sqlite3.Connection, subject_keys: Iterable[int]) -> dict[int, dict[int, Copy]]:
    """Return the stored copies of requests or deployments, by subject and key."""
    found: dict[int, dict[int, Copy]] = {}
    for key, subject_key, rank, text in connection.execute(
        "SELECT platform_copy_key, subject_key, copy_rank, told FROM json_each(?) AS wanted "
        "CROSS JOIN platform_copy ON subject_key = wanted.value",
        (json.dumps(sorted(set(subject_keys))),),
    ):
        found.setdefault(subject_key, {})[key] = Copy(subject_key, rank, msgspec.json.decode(text), text, key)
    return found


def _that_count(copies: Iterable[Copy]) -> list[Copy]:
    """Return the copies that tell a column which none above them tells, the lowest first."""
    ordered = sorted(copies, key=lambda one: (one.rank, one.key), reverse=True)
    if len(ordered) == 1:
        return ordered
    kept: list[Copy] = []
    told: set[str] = set()
    for copy in ordered:
        if not copy.told.keys() <= told:
            kept.append(copy)
            told.update(copy.told)
    return kept[::-1]


def _together(copies: list[Copy]) -> Together:
    if len(copies) == 1:
        return Together(copies[0].told, copies[0].rank)
    told: dict[str, Any] = {}
    for copy in copies:
        told |= copy.told
    return Together(told, copies[-1].rank)
