"""A store of the first release comes up to the current schema with everything that was in it."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from data import migrations
from data.migrations import SCHEMA_FILE, SCHEMA_VERSION, schema_text
from data.store import Store
from random_facts import random_facts

FIRST = Path(__file__).with_name("schema_1.sql")
APPLICATION_ID = 0x426C7473


def first_store(path: Path) -> str:
    """Write a store as version 1 left it, with one row of each kind that got new columns."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST.read_text())
        connection.executescript(f"""
            PRAGMA application_id={APPLICATION_ID};
            PRAGMA user_version=1;
            INSERT INTO setting VALUES ('store_id', 'abc'), ('data_version', '7'), ('definitions', 'old');
            INSERT INTO patch (patch_key, proposed_at, proposed_at_basis, files_count, is_closed)
                VALUES (5, 1000000, 'given', 2, 1);
            INSERT INTO deployment (deployment_key, platform, status, finished_at) VALUES (6, 'gitlab', 'success', 9);
            INSERT INTO project_daily (date, project, task_count, completed_count, failed_count, aborted_count,
                unknown_count, kept_count, priced_count, completed_priced_count, within_budget_count,
                known_cost_micro_usd, unpriced_call_count, patch_count, decided_count, human_decided_count,
                rejected_count, unfinished_count, pending_count, rolled_back_count, human_rolled_back_count,
                rolled_back_late_count, rolled_back_unsure_count, rewind_count, git_revert_count,
                deploy_rollback_count, human_overwrite_count, reworked_count, call_count, error_call_count,
                cancelled_call_count, unknown_call_count, attributed_call_count, unpriced_count, usage_known_count,
                latency_known_count, fallback_count, retry_count, cost_micro_usd, attributed_cost_micro_usd,
                proposed_count, run_count, good_count, timeout_count, cancelled_count, untimed_count, approval_count,
                pending_approval_count, human_approval_count, tool_call_count, failed_tool_call_count,
                deployment_count, failed_deployment_count, event_count)
                VALUES (20000, 'shop', 3{", 0" * 51});
        """)
    return f"sqlite:///{path}"


def schema(store: Store) -> set[tuple[str, str]]:
    return set(store.rows("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_a_store_of_version_1_gets_the_current_schema_and_keeps_its_rows(tmp_path: Path):
    older = Store(first_store(tmp_path / "old.db"))
    assert older.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]
    assert schema(older) == schema(Store(f"sqlite:///{tmp_path / 'new.db'}"))
    assert older.rows("SELECT patch_key, proposed_at, files_count, source, has_commit FROM patch") == [
        (5, 1_000_000, 2, "bolt_chat", None)
    ]
    assert older.rows("SELECT deployment_key, source FROM deployment") == [(6, "bolt_events")]
    assert older.rows("SELECT date, project, task_count, commit_count FROM project_daily") == [(20_000, "shop", 3, 0)]
    assert older.rows("SELECT value FROM setting WHERE name = 'store_id'") == [("abc",)]


def test_strips_are_written_once_however_old_a_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    calls: list[object] = []
    monkeypatch.setattr(migrations, "rewrite_strips", lambda _, days: calls.append(days))
    assert Store(first_store(tmp_path / "old.db")).rows("SELECT count(*) FROM rollup_strip") == [(0,)]
    assert calls == [None]


def test_a_store_without_strips_gets_those_of_its_rollups(tmp_path: Path):
    path = tmp_path / "old.db"
    store = random_facts().write(Store(f"sqlite:///{path}"))
    strips = "SELECT rollup, block, project, provider, model, records, histograms FROM rollup_strip ORDER BY 1, 2, 3, 4"
    before = store.rows(strips)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TABLE rollup_strip; PRAGMA user_version = 5;")
    assert Counter(Store(f"sqlite:///{path}").rows(strips)) == Counter(before)
    assert before


def test_calls_by_project_follow_from_the_calls_of_a_store_that_has_none_yet(tmp_path: Path):
    path = tmp_path / "old.db"
    store = random_facts().write(Store(f"sqlite:///{path}"))
    columns = ", ".join(
        row[1] for row in store.rows("PRAGMA table_info(call_project_daily)") if row[1] != "call_project_daily_id"
    )
    before = Counter(store.rows(f"SELECT {columns} FROM call_project_daily"))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TABLE call_project_daily; PRAGMA user_version = 6;")
    older = Store(f"sqlite:///{path}")
    assert Counter(older.rows(f"SELECT {columns} FROM call_project_daily")) == before
    assert older.rows("SELECT count(*) > 0 FROM rollup_strip WHERE rollup = 'call_project_daily'") == [(1,)]
    assert before


def test_what_creates_a_new_store_is_what_the_classes_of_the_tables_declare():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run make docs"


def test_a_store_that_came_up_is_derived_anew_by_the_next_load(tmp_path: Path):
    from etl.derive.anew import definitions_changed

    assert definitions_changed(Store(first_store(tmp_path / "old.db")))
