"""Rewinds: found between two exports of the same chat, in whatever order the exports are loaded."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from chat_files import all_chats, artifact, chat, contents, load, micro, reply, request, single_chat

from data.store import Store

ONE = [request("u1", "Build", 0), reply("msg-a", artifact(("a.ts", "one")), 0)]
TWO = [request("u2", "Change", 10), reply("msg-b", artifact(("a.ts", "two")), 10)]
THREE = [request("u3", "Other way", 70), reply("msg-c", artifact(("a.ts", "three")), 70)]


def undone(store: Store) -> list[tuple[Any, ...]]:
    return store.rows(
        "SELECT message.message_id, rolled_back_after, rolled_back_at, rollback_confidence FROM patch "
        "JOIN message ON message_key = patch_key WHERE rollback_evidence = 'rewind' ORDER BY 1"
    )


def export(tmp_path: Path, name: str, messages: list[dict[str, Any]], exported: int, number: str = "1") -> Path:
    return all_chats(tmp_path / f"{name}.json", [chat(number, messages)], exported=exported)


def test_a_lost_suffix_is_rolled_back_between_the_two_exports(store: Store, tmp_path: Path) -> None:
    load(store, export(tmp_path, "a", ONE + TWO, 60), export(tmp_path, "b", ONE + THREE, 90))
    # The first new message is of minute 70, between the exports of minutes 60 and 90.
    assert undone(store) == [("msg-b", micro(60), micro(70), 1.0)]
    assert store.rows("SELECT outcome, outcome_basis FROM task ORDER BY requested_at") == [
        ("completed", "answer"),
        ("failed", "rewound"),
        ("completed", "answer"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_three_exports_gives_the_same_store(tmp_path: Path, order: tuple[int, ...]) -> None:
    paths = [
        export(tmp_path, "a", ONE, 5),
        export(tmp_path, "b", ONE + TWO, 60),
        export(tmp_path, "c", ONE + THREE, 90),
    ]
    first, other = Store(f"sqlite:///{tmp_path / 'first.db'}"), Store(f"sqlite:///{tmp_path / 'other.db'}")
    for path in paths:
        load(first, path)
    for place in order:
        load(other, paths[place])
    assert contents(other) == contents(first)
    assert [row[0] for row in undone(other)] == ["msg-b"]


def test_growing_chats_are_no_rewinds(store: Store, tmp_path: Path) -> None:
    load(store, export(tmp_path, "a", ONE, 5), export(tmp_path, "b", ONE + TWO, 60))
    assert undone(store) == []


def test_a_retry_that_drops_a_failed_reply_is_no_rewind(store: Store, tmp_path: Path) -> None:
    broken = reply("Zk3JpQw8LmN2xYbT", artifact(("a.ts", "half")), 10, usage=())
    load(
        store,
        export(tmp_path, "a", [*ONE, TWO[0], broken], 60),
        export(tmp_path, "b", [*ONE, TWO[0], request("u9", "Change", 61), TWO[1]], 90),
    )
    assert undone(store) == []


def test_a_reused_chat_number_is_no_rewind(store: Store, tmp_path: Path) -> None:
    load(store, export(tmp_path, "a", ONE + TWO, 60), export(tmp_path, "b", THREE, 90))
    assert undone(store) == []
    assert store.rows("SELECT count(*) FROM task") == [(3,)]


def test_messages_that_come_back_are_not_rewound(store: Store, tmp_path: Path) -> None:
    load(
        store,
        export(tmp_path, "a", ONE + TWO, 60),
        export(tmp_path, "b", ONE + THREE, 90),
        export(tmp_path, "c", ONE + TWO, 120),
    )
    assert [row[0] for row in undone(store)] == ["msg-c"]


def test_the_same_chat_of_another_person_is_another_chat(store: Store, tmp_path: Path) -> None:
    load(store, export(tmp_path, "a", ONE + TWO, 60), person="ann")
    load(store, export(tmp_path, "b", ONE + THREE, 90), person="bob")
    assert undone(store) == []


def test_a_single_export_joins_its_chat_with_less_confidence(store: Store, tmp_path: Path) -> None:
    load(store, single_chat(tmp_path / "s.json", ONE + TWO, exported=60), export(tmp_path, "b", ONE + THREE, 90))
    assert undone(store) == [("msg-b", micro(60), micro(70), 0.7)]


def test_the_single_export_of_a_fork_is_no_rewind(store: Store, tmp_path: Path) -> None:
    load(
        store,
        export(tmp_path, "a", ONE + TWO, 60),
        single_chat(tmp_path / "s.json", ONE + THREE, title="App (fork)", exported=90),
    )
    assert undone(store) == []


def test_only_the_fix_turn_is_taken_back(store: Store, tmp_path: Path) -> None:
    fix = [
        request("u2", "*Fix this preview error* \n```js\nx\n```\n", 10),
        reply("msg-b", artifact(("a.ts", "worse")), 10),
    ]
    load(store, export(tmp_path, "a", ONE + fix, 60), export(tmp_path, "b", ONE + THREE, 90))
    assert undone(store) == [("msg-b", micro(60), micro(70), 1.0)]
    assert store.rows("SELECT outcome FROM task ORDER BY requested_at") == [("completed",), ("completed",)]


def test_a_finished_reply_that_is_gone_is_taken_back_though_its_request_stayed(store: Store, tmp_path: Path) -> None:
    load(
        store,
        export(tmp_path, "a", ONE + TWO, 60),
        export(tmp_path, "b", [*ONE, TWO[0], reply("msg-d", artifact(("a.ts", "other")), 70)], 90),
    )
    assert [row[0] for row in undone(store)] == ["msg-b"]
    assert store.rows("SELECT outcome FROM task ORDER BY requested_at") == [("completed",), ("completed",)]


def test_a_branch_that_is_older_than_the_export_is_no_rewind(store: Store, tmp_path: Path) -> None:
    # A colleague's copy under the same number, in exports that name nobody: it went its own way before minute 60.
    own_way = [request("u7", "Mine", 20), reply("msg-e", artifact(("a.ts", "mine")), 20)]
    load(store, export(tmp_path, "a", ONE + TWO, 60), person=None)
    load(store, export(tmp_path, "b", ONE + own_way, 90), person=None)
    assert undone(store) == []


def test_a_shorter_chat_of_nobody_in_particular_is_no_rewind(store: Store, tmp_path: Path) -> None:
    load(store, export(tmp_path, "a", ONE + TWO, 60), person=None)
    load(store, export(tmp_path, "b", ONE, 90), person=None)
    assert undone(store) == []


@pytest.mark.parametrize("moment", ["2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z", None, 5, "soon"])
def test_an_export_without_a_believable_date_proves_no_rewind(store: Store, tmp_path: Path, moment: Any) -> None:
    path = export(tmp_path, "b", ONE, 90)
    record = json.loads(path.read_text()) | {"exportDate": moment}
    record["chats"][0].pop("timestamp")
    path.write_text(json.dumps(record))
    load(store, export(tmp_path, "a", ONE + TWO, 60), path)
    assert undone(store) == []


def test_chats_without_a_number_are_told_apart_by_their_first_message(store: Store, tmp_path: Path) -> None:
    chats = [chat("1", ONE), chat("2", THREE)]
    for record in chats:
        record.pop("id")
    load(store, all_chats(tmp_path / "a.json", chats))
    assert store.rows("SELECT count(*) FROM chat") == [(2,)]
