"""Demo data gives way to a team's own files, and never mixes with them."""

import gzip
import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from chat_files import OneOwner, Silent, all_chats, chat, reply, request

from data.store import Store
from etl.demo_manifest import is_demo
from etl.files import TRUTH_FILE, find_files
from etl.loading import FileReport, load_files


def load(store: Store, path: Path) -> FileReport:
    (report,) = load_files(store, find_files([path]), OneOwner(), Silent())
    return report


def are_demo(folder: Path) -> dict[str, bool]:
    return {Path(file.name).name: is_demo(file) for file in find_files([folder])}


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A file of the demo, in demo/inbox/shop/ann/."""
    place = "inbox/shop/ann/demo.json"
    file = all_chats(tmp_path / "demo" / place, [chat("1", [request("u1", "Demo", 0), reply("msg-demo", "Done", 0)])])
    written = {place: hashlib.sha256(file.read_bytes()).hexdigest()}
    (tmp_path / "demo" / TRUTH_FILE).write_text(json.dumps({"boltscope_demo": 1, "files": written}))
    return file


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return all_chats(tmp_path / "own.json", [chat("1", [request("u2", "Own", 5), reply("msg-own", "Done", 5)])])


def messages(store: Store) -> list[str]:
    return [row[0] for row in store.rows("SELECT message_id FROM message WHERE role = 'assistant' ORDER BY 1")]


def test_the_first_own_file_takes_the_place_of_the_demo(store: Store, demo: Path, own: Path) -> None:
    load(store, demo)
    settings = dict(store.rows("SELECT name, value FROM setting"))
    assert store.rows("SELECT is_demo FROM load") == [(1,)]
    load(store, own)
    assert messages(store) == ["msg-own"]
    assert store.rows("SELECT count(*), max(is_demo) FROM load") == [(1, 0)]
    assert store.rows("SELECT sum(task_count) FROM task_daily") == [(1,)]
    # The store keeps its id, and its data version counts on: no cache takes the one for the other.
    assert dict(store.rows("SELECT name, value FROM setting")) == settings | {"data_version": "2"}


def test_an_own_file_that_is_refused_leaves_the_demo(store: Store, demo: Path, own: Path) -> None:
    load(store, demo)
    own.write_bytes(own.read_bytes()[:-30])
    assert load(store, own).refused
    assert messages(store) == ["msg-demo"]


@pytest.mark.parametrize("chats", [[], [chat("1", [{"id": "9", "role": "robot", "content": "x"}])]])
def test_an_own_file_without_a_usable_record_leaves_the_demo(store: Store, demo: Path, own: Path, chats: list) -> None:
    load(store, demo)
    before = store.data_version
    report = load(store, all_chats(own, chats))
    assert report.refused is not None
    assert "holds no record that can be loaded. The store keeps its demo data" in report.refused
    assert messages(store) == ["msg-demo"]
    assert store.rows("SELECT count(*), min(is_demo) FROM load") == [(1, 1)]
    assert store.data_version == before


def test_demo_files_are_refused_beside_own_ones(store: Store, demo: Path, own: Path) -> None:
    load(store, own)
    report = load(store, demo)
    assert report.refused is not None
    assert "demo data" in report.refused
    assert messages(store) == ["msg-own"]


def test_an_own_file_in_the_folder_of_the_demo_is_not_taken_for_demo_data(store: Store, demo: Path, own: Path) -> None:
    zoe = demo.parents[2] / "mine" / "zoe" / "chats.json"
    zoe.parent.mkdir(parents=True)
    own.rename(zoe)
    load(store, zoe)
    assert store.rows("SELECT is_demo FROM load") == [(0,)]
    assert load(store, demo).refused
    assert messages(store) == ["msg-own"]


def test_the_demo_is_told_by_its_bytes_and_members_of_archives_are_never_of_it(demo: Path) -> None:
    data = demo.read_bytes()
    (demo.parent / "changed.json").write_bytes(data.replace(b"Demo", b"Mine"))
    (demo.parent / "renamed.json").write_bytes(data)
    (demo.parent / "packed.json.gz").write_bytes(gzip.compress(data))
    with zipfile.ZipFile(demo.parent / "archive.zip", "w") as archive:
        archive.writestr("member.json", data)
    expected = {"demo.json": True, "renamed.json": True, "packed.json.gz": True}
    assert are_demo(demo.parent) == expected | {"changed.json": False, "member.json": False}


@pytest.mark.parametrize(
    "manifest",
    [
        '{"boltscope_demo": 1}',
        '{"boltscope_demo": 1, "files": ["demo.json"]}',
        '{"boltscope_demo": 1, "files": ',
        '{"boltscope_demo": 1, "x": ' + "[" * 100_000,
    ],
    ids=["without a list", "list of another kind", "cut off", "nested"],
)
def test_a_list_that_cannot_be_read_makes_nothing_demo_data(demo: Path, manifest: str) -> None:
    (demo.parents[3] / TRUTH_FILE).write_text(manifest)
    assert are_demo(demo.parent) == {"demo.json": False}
