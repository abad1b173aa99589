"""Small loads read what they touch: no statement goes through a whole table of facts to find a few rows.

The store keeps no statistics (sqlite_stat), so plans follow from the statements and the indexes alone, and those of a
store of ten rows are those of ten million.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest
from chat_files import all_chats, artifact, chat, human_edit, load, reply, request
from gateway_rows import aborted, completed, failed, log_file
from loads import litellm_row, ndjson
from outcome_facts import load_piece, pieces_of
from sqlmodel import SQLModel
from test_accepted_again import world as decided_patches
from test_outcomes_any_order import world

import data.tables  # noqa: F401
from data.store import Store

# Everything else grows with what people do. Rows of these are few: one for each file, chat, or day and route.
_SMALL = {"load", "load_known", "setting", "chat"}
_FACTS = {name for name in SQLModel.metadata.tables if name not in _SMALL and not name.endswith("_daily")}
_SCAN = re.compile(r"SCAN (\w+)")
# An index that SQLite makes for one statement goes through the whole table too.
_MADE_INDEX = re.compile(r"SEARCH (\w+) USING AUTOMATIC")


class Watched(sqlite3.Connection):
    """A connection that notes the plan of each statement it runs, while its temporary tables are there."""

    plans: dict[str, list[str]]

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        self._explain(sql, parameters)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Any], /) -> sqlite3.Cursor:
        waiting: Iterator[Any] = iter(rows)
        first = list(islice(waiting, 1))
        if first:
            self._explain(sql, first[0])
        return super().executemany(sql, chain(first, waiting))

    def _explain(self, sql: str, parameters: Any) -> None:
        # What cannot be explained (PRAGMA, BEGIN) reads no rows; what is wrong with a statement shows when it runs.
        with suppress(sqlite3.Error):
            self.plans[sql] = [row[3] for row in super().execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Plans of all statements that stores run from now on."""
    found: dict[str, list[str]] = {}
    connect = sqlite3.connect

    def watched(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options, factory=Watched)
        connection.plans = found
        return connection

    monkeypatch.setattr("data.store.sqlite3.connect", watched)
    return found


def scans(plans: dict[str, list[str]]) -> list[str]:
    """Return the steps of plans that go through a whole table of facts, each with its statement."""
    return [
        f"{step}: {' '.join(sql.split())}"
        for sql, steps in plans.items()
        for step in steps
        if (scan := _SCAN.match(step) or _MADE_INDEX.match(step)) and _table(scan[1], sql) in _FACTS
    ]


def _table(name: str, sql: str) -> str:
    """Return the table behind the name in a plan, which is its alias where it has one."""
    aliased = re.search(rf"\b(?:FROM|JOIN)\s+(\w+)\s+(?:AS\s+)?{name}\b", sql, re.IGNORECASE)
    return aliased[1] if aliased else name


def small_loads(folder: Path) -> list[tuple[Path, str | None]]:
    """Return one small file of every kind, with its person; between them they touch every step of a load."""
    messages = [
        request("aaaaaaaaaaaaaaa1", "Build a shop", 0),
        reply("msg-a", artifact(("src/a.ts", "a\nb"), commands=["npm install"]), 0),
        request("aaaaaaaaaaaaaaa2", human_edit(("src/a.ts", "a")) + "Now blue", 5),
        reply("msg-b", artifact(("src/a.ts", "b")), 5, usage=()),
    ]
    again = [*messages[:2], request("aaaaaaaaaaaaaaa3", "Now red", 20), reply("msg-c", "Done.", 20)]
    return [
        (ndjson(folder / "rows.ndjson", [litellm_row(n, user=user) for n, user in enumerate(["ann", "bob"])]), None),
        (all_chats(folder / "ann.json", [chat("1", messages)]), "ann"),
        (all_chats(folder / "later.json", [chat("1", again)], exported=90), "ann"),
        (all_chats(folder / "bob.json", [chat("1", [request("b" * 16, "Hi", 7), reply("msg-x", "Hi", 7)])]), "bob"),
        (log_file(folder / "log.json", completed(20, 9, 5), aborted(5, 9), failed(40, 0, "Custom error: x")), "ann"),
        (ndjson(folder / "more.ndjson", [litellm_row(n, spend=1) for n in range(3)]), None),
    ]


def test_no_small_load_goes_through_a_whole_table_of_facts(
    store: Store, tmp_path: Path, plans: dict[str, list[str]]
) -> None:
    for path, person in small_loads(tmp_path):
        (report,) = load(store, path, person=person)
        assert report.refused is None
        assert report.loaded > 0
    assert len(plans) > 100
    assert scans(plans) == []


def test_what_becomes_of_patches_is_derived_without_going_through_a_whole_table_of_facts(
    store: Store, plans: dict[str, list[str]]
) -> None:
    chats, facts = world(3)
    chats.write(store)
    for piece in pieces_of(facts):
        plans.clear()
        load_piece(store, piece)
        assert scans(plans) == []


def test_what_was_accepted_again_is_derived_without_going_through_a_whole_table_of_facts(
    store: Store, plans: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = decided_patches(3)
    for number, piece in enumerate(pieces):
        # Rejected patches near what was touched, and from some number on all of them.
        monkeypatch.setattr("etl.derive.accepted_again.MANY", 0 if number == len(pieces) - 1 else 3_000)
        plans.clear()
        load_piece(store, piece)
        assert scans(plans) == []
    assert any("again_span" in sql for sql in plans)
    assert any("accepted_again_key >= 0" in sql for sql in plans)
    assert store.rows("SELECT count(*) > 0 FROM patch WHERE accepted_again_key IS NOT NULL") == [(1,)]


def test_the_watch_sees_a_scan_under_its_alias(database_url: str, plans: dict[str, list[str]]) -> None:
    with Store(database_url).writing() as connection:
        plans.clear()
        connection.execute("CREATE TEMP TABLE few (key INTEGER PRIMARY KEY)")
        connection.execute("SELECT 1 FROM few CROSS JOIN task ON task_key = key")
        assert scans(plans) == []
        connection.execute("SELECT 1 FROM few CROSS JOIN task t ON t.person = few.key")
    assert [scan.partition(":")[0] for scan in scans(plans)] == ["SCAN t"]
