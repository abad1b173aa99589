"""The risk zone of a patch follows from the files that it writes, whoever tells of it and whenever the zones change."""

import json
from pathlib import Path

import pytest
from chat_files import all_chats, artifact, chat, load, reply, request
from outcome_facts import derived

from data.definitions.reading import content_of
from data.store import Store
from etl.derive import anew
from fact_rows import Facts

ZONES = "SELECT risk_zone FROM patch ORDER BY proposed_at"


def patch_record(paths: list[str], recorded: str) -> dict[str, object]:
    return {"id": "p-1", "proposed_at": "2026-03-02T10:00:00Z", "paths": paths, "recorded_at": recorded}


def written(path: Path, *records: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_patch_of_a_chat_is_in_the_zone_of_its_files_that_needs_most_care(store: Store, tmp_path: Path) -> None:
    messages = [
        request("aaaaaaaaaaaaaaa1", "Build a shop", 0),
        reply("msg-a", artifact(("src/App.tsx", "a"), ("src/pages/Checkout.tsx", "b"), ("vite.config.ts", "c")), 0),
        request("aaaaaaaaaaaaaaa2", "Now blue", 5),
        reply("msg-b", artifact(("src/App.tsx", "b")), 5),
        request("aaaaaaaaaaaaaaa3", "And sell", 9),
        reply("msg-c", artifact(("src/pages/Checkout.tsx", "c"), ("src/App.tsx", "c")), 9),
    ]
    load(store, all_chats(tmp_path / "chats.json", [chat("1", messages)]))
    assert store.rows(ZONES) == [("environment",), ("everything_else",), ("billing",)]
    rolled = "SELECT risk_zone, actor, patch_count, accepted_count FROM patch_decision_daily ORDER BY 1"
    assert store.rows(rolled) == [("billing", None, 1, 1), ("environment", None, 1, 1), ("everything_else", None, 1, 1)]


def test_a_record_moves_to_another_zone_with_its_newest_copy(store: Store, tmp_path: Path) -> None:
    first = written(tmp_path / "1.ndjson", patch_record(["src/Login.tsx", "a.ts"], "2026-03-03T00:00:00Z"))
    newest = written(tmp_path / "3.ndjson", patch_record([".env"], "2026-03-05T00:00:00Z"))
    between = written(tmp_path / "2.ndjson", patch_record(["a.ts"], "2026-03-04T00:00:00Z"))
    for path, zone in ((between, "everything_else"), (first, "everything_else"), (newest, "environment")):
        load(store, path)
        assert store.rows(ZONES) == [(zone,)]
        assert store.rows("SELECT risk_zone, patch_count FROM patch_decision_daily") == [(zone, 1)]


def test_a_patch_whose_files_nobody_tells_is_in_no_zone(store: Store) -> None:
    facts = Facts()
    facts.patch(patch_key=1, files_count=3)
    assert derived(store, facts).rows("SELECT risk_zone, patch_count FROM patch_decision_daily") == [(None, 1)]


def test_a_store_of_before_gets_its_zones_with_the_next_load(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "1.ndjson", patch_record(["src/Login.tsx"], "2026-03-03T00:00:00Z"))
    load(store, path)
    with store.writing() as connection:
        connection.execute("UPDATE patch SET risk_zone = NULL")
        connection.execute("DELETE FROM patch_decision_daily")
        connection.execute("UPDATE setting SET value = 'of before' WHERE name = ?", (anew.SETTING,))
    load(store, path)
    assert store.rows(ZONES) == [("authentication",)]
    assert store.rows("SELECT risk_zone, patch_count FROM patch_decision_daily") == [("authentication", 1)]


def test_other_zones_are_other_definitions(monkeypatch: pytest.MonkeyPatch) -> None:
    before = anew.fingerprint()
    monkeypatch.setattr(
        anew, "content_of", lambda name: content_of(name) + (b"# changed" if name == "risk_zones.toml" else b"")
    )
    assert anew.fingerprint() != before
