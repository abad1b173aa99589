"""What people entered in reviews stays byte for byte, whatever is loaded, derived anew or upgraded."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from chat_files import all_chats, artifact, chat, load, reply, request

from data.frozen_reviews import AlreadyFrozenError, freeze, frozen_document, frozen_quarters, revisions
from data.migrations import rebuild
from data.review_notes import Entry, add_note, carry_over
from data.store import Store
from etl.derive import anew
from etl.files import TRUTH_FILE

NOW = datetime(2026, 10, 2, 9, tzinfo=UTC)
ENTERED = ("review_note", "frozen_review")


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A file of the demo."""
    place = "inbox/demo.json"
    file = all_chats(tmp_path / "demo" / place, [chat("1", [request("u1", "Demo", 0), reply("msg-demo", "Done", 0)])])
    written = {place: hashlib.sha256(file.read_bytes()).hexdigest()}
    (tmp_path / "demo" / TRUTH_FILE).write_text(json.dumps({"boltscope_demo": 1, "files": written}))
    return file


def entered(store: Store) -> list[list[tuple[object, ...]]]:
    return [store.rows(f"SELECT * FROM {table} ORDER BY 1") for table in ENTERED]


def enter(store: Store) -> None:
    with store.writing() as connection:
        add_note(connection, "2026Q2", Entry("Ask ünicode", owner="Ann", due_date=date(2026, 10, 15)), NOW)
        carry_over(connection, "2026Q3", NOW)
        freeze(
            connection, "2026Q3", "", lambda _: b"{}", frozen_at=NOW, frozen_by="Ann", reason=None, data_version=1,
            definitions={"a.toml": "b"}, definitions_hash="c",
        )  # fmt: skip


def test_loads_reloads_changed_definitions_and_upgrades_leave_what_people_entered(
    monkeypatch: pytest.MonkeyPatch, store: Store, tmp_path: Path, demo: Path
):
    load(store, demo)
    enter(store)
    before = entered(store)
    assert [len(rows) for rows in before] == [2, 1]
    chats = [chat("1", [request("u1", "Go", 0), reply("msg-a", artifact(("a", "x")), 0)])]
    own = all_chats(tmp_path / "own.json", chats)
    # The first own file takes the place of the demo, and of the demo only.
    load(store, own)
    assert store.rows("SELECT message_id FROM message WHERE role = 'assistant'") == [("msg-a",)]
    assert entered(store) == before
    load(store, own, all_chats(tmp_path / "later.json", chats, exported=60))
    assert entered(store) == before
    monkeypatch.setattr(anew, "fingerprint", lambda: "changed")
    load(store, own)
    assert store.rows("SELECT value FROM setting WHERE name = 'definitions'") == [("changed",)]
    assert entered(store) == before
    with store.writing() as connection:
        connection.execute("ALTER TABLE review_note ADD COLUMN of_an_older_schema TEXT")
        connection.execute("ALTER TABLE frozen_review ADD COLUMN of_an_older_schema TEXT")
        rebuild(connection)
    assert entered(store) == before


def test_frozen_reviews_of_the_demo_stay_but_are_neither_counted_nor_shown_beside_the_team_s_own(
    store: Store, demo: Path, tmp_path: Path
):
    def freeze_one(text: bytes) -> int:
        with store.writing() as connection:
            return freeze(
                connection, "2026Q3", "", lambda _: text, frozen_at=NOW, frozen_by=None, reason=None, data_version=1,
                definitions={}, definitions_hash="",
            ).revision  # fmt: skip

    load(store, demo)
    assert freeze_one(b"demo") == 1
    with pytest.raises(AlreadyFrozenError):
        freeze_one(b"demo again")
    with store.reading() as connection:
        assert frozen_quarters(connection) == ("2026Q3",)
    own = all_chats(tmp_path / "own.json", [chat("2", [request("u2", "Own", 0), reply("msg-own", "Done", 0)])])
    load(store, own)
    with store.reading() as connection:
        assert revisions(connection, "2026Q3", "") == ()
        assert frozen_quarters(connection) == ()
    assert freeze_one(b"own") == 1
    with store.reading() as connection:
        (found,) = revisions(connection, "2026Q3", "")
        assert (found.revision, found.is_demo, frozen_document(connection, found)) == (1, False, b"own")
    assert store.rows("SELECT document, is_demo FROM frozen_review ORDER BY document") == [("demo", 1), ("own", 0)]
