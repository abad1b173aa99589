"""Commits that say that they fix, and carry no patch: a repair of the patches whose files they change."""

import re
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.epoch import DAY_MICROSECONDS
from etl.context import day_of
from etl.derive.differences import key_table, row_table
from etl.derive.patch_facts import PatchFacts

FIX_WINDOW = 7 * DAY_MICROSECONDS
"""So long after a commit that carried a patch, a fix of its files counts as a repair of it."""
FIX_CONFIDENCE = 0.8
"""A fix of the same file may be about something else."""
_SAYS_FIX = re.compile(r"\W*(?:hot|bug)?fix(?:e[sd])?\b", re.IGNORECASE)
_MAY_SAY_FIX = (
    "(c.subject LIKE '%fix%' AND c.revert_kind IS NULL AND NOT c.is_left_behind AND c.committed_at IS NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class Fix:
    """A commit that fixes a file of a patch."""

    key: int
    at: int


_NONE: tuple[Sequence[int], Sequence[Fix]] = ((), ())


def find_fixes(
    connection: sqlite3.Connection, patches: Mapping[int, PatchFacts], carried_at: Mapping[int, int | None]
) -> dict[int, Fix]:
    """Return the first commit that fixes each patch within a week after the commit that carried it, by its time."""
    carried = [(patches[key], at) for key, at in carried_at.items() if at is not None]
    _fill_days(connection, (at for _, at in carried), 0, FIX_WINDOW)
    fixes = _fixes(connection)
    found: dict[int, Fix] = {}
    for patch, at in carried if fixes else ():
        first: Fix | None = None
        for place in patch.files:
            times, commits = fixes.get(place, _NONE)
            start = bisect_right(times, at)
            if start < len(times) and times[start] <= at + FIX_WINDOW:
                one = commits[start]
                first = one if first is None else min(first, one, key=lambda fix: (fix.at, fix.key))
        if first is not None:
            found[patch.key] = first
    return found


def patches_near_fixes(connection: sqlite3.Connection, commit_keys: Iterable[int]) -> set[int]:
    """Return the patches carried in the week before those of some commits that say that they fix."""
    key_table(connection, "maybe_fix", commit_keys)
    times = [
        at
        for subject, at in connection.execute(
            "SELECT c.subject, c.committed_at FROM temp.maybe_fix m "  # noqa: S608
            f"CROSS JOIN vcs_commit c ON c.vcs_commit_key = m.key WHERE {_MAY_SAY_FIX}"
        )
        if _SAYS_FIX.match(subject)
    ]
    _fill_days(connection, times, FIX_WINDOW, 0)
    return {
        row[0]
        for row in connection.execute(
            "SELECT l.patch_key FROM temp.fix_day d CROSS JOIN vcs_commit c ON c.committed_date = d.day "
            "CROSS JOIN patch_link l ON l.target_key = c.vcs_commit_key"
        )
    }


def _fixes(connection: sqlite3.Connection) -> dict[int, tuple[Sequence[int], Sequence[Fix]]]:
    """Return times and fixes of the chosen days by place, in order of time; those that carry a patch are none."""
    fixing = [
        key
        for key, subject in connection.execute(
            "SELECT c.vcs_commit_key, c.subject FROM temp.fix_day d "  # noqa: S608
            f"CROSS JOIN vcs_commit c ON c.committed_date = d.day WHERE {_MAY_SAY_FIX} "
            "AND NOT EXISTS (SELECT 1 FROM patch_link l WHERE l.target_key = c.vcs_commit_key)"
        )
        if _SAYS_FIX.match(subject)
    ]
    found: dict[int, list[Fix]] = defaultdict(list)
    key_table(connection, "fixing", fixing)
    for place, key, at in connection.execute(
        "SELECT f.place_hash, f.vcs_commit_key, f.committed_at FROM temp.fixing k "
        "CROSS JOIN commit_file f ON f.vcs_commit_key = k.key ORDER BY f.committed_at, f.vcs_commit_key"
    ):
        if at is not None:
            found[place].append(Fix(key, at))
    return {place: ([fix.at for fix in fixes], fixes) for place, fixes in found.items()}


def _fill_days(connection: sqlite3.Connection, moments: Iterable[int], before: int, after: int) -> None:
    days: set[int] = set()
    for first, last in {(day_of(at - before) or 0, day_of(at + after) or 0) for at in moments}:
        days.update(range(first, last + 1))
    row_table(connection, "fix_day", "day INTEGER PRIMARY KEY", ((day,) for day in sorted(days)))
