"""Demo data gives way to a team's own files, and never mixes with them."""

from pathlib import Path

import pytest
from chat_files import OneOwner, Silent, all_chats, chat, reply, request

from data.store import Store
from etl.files import find_files
from etl.loading import FileReport, load_files


def load(store: Store, path: Path, *, is_demo: bool) -> FileReport:
    (report,) = load_files(store, find_files([path]), OneOwner(), Silent(), is_demo=lambda _file: is_demo)
    return report


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    return all_chats(tmp_path / "demo.json", [chat("1", [request("u1", "Demo", 0), reply("msg-demo", "Done", 0)])])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return all_chats(tmp_path / "own.json", [chat("1", [request("u2", "Own", 5), reply("msg-own", "Done", 5)])])


def messages(store: Store) -> list[str]:
    return [row[0] for row in store.rows("SELECT message_id FROM message WHERE role = 'assistant' ORDER BY 1")]


def test_the_first_own_file_takes_the_place_of_the_demo(store: Store, demo: Path, own: Path) -> None:
    load(store, demo, is_demo=True)
    load(store, own, is_demo=False)
    assert messages(store) == ["msg-own"]
    assert store.rows("SELECT count(*), max(is_demo) FROM load") == [(1, 0)]
    assert store.rows("SELECT sum(task_count) FROM task_daily") == [(1,)]


def test_an_own_file_that_is_refused_leaves_the_demo(store: Store, demo: Path, own: Path) -> None:
    load(store, demo, is_demo=True)
    own.write_bytes(own.read_bytes()[:-30])
    assert load(store, own, is_demo=False).refused
    assert messages(store) == ["msg-demo"]


def test_demo_files_are_refused_beside_own_ones(store: Store, demo: Path, own: Path) -> None:
    load(store, own, is_demo=False)
    report = load(store, demo, is_demo=True)
    assert report.refused is not None
    assert "demo data" in report.refused
    assert messages(store) == ["msg-own"]
