"""Commits that hold a patch as a person edited it, and commits of requests that were closed: worked examples."""

from pathlib import Path

from chat_files import all_chats, artifact, chat, human_edit, load, reply, request
from outcome_facts import derived, links, load_piece

from data.store import Store
from data.tables import PatchEdit
from etl.places import blob_of_text
from fact_rows import Facts

B, C = "b" * 40, "c" * 40


def edited_patch(facts: Facts, key: int = 1) -> None:
    """Add a patch with one file of content 11, which a person edited to 19 before the next turn."""
    task = facts.task(task_key=key + 1_000_000, when="2026-03-02T10:00", chat_key=1)
    facts.patch("2026-03-02T10:00", patch_key=key, task_key=task)
    facts.patch_file(key, "src/App.tsx", blob_hash=11)
    facts.add(PatchEdit, patch_edit_key=7, patch_key=key, path="src/App.tsx", blob_hash=19)


def test_a_commit_that_holds_a_file_as_it_was_edited_carries_the_patch(store: Store) -> None:
    facts = Facts()
    edited_patch(facts)
    commit = facts.commit(C, "2026-03-03T10:00", {"src/App.tsx": 19})
    assert links(derived(store, facts)) == [(1, "commit", commit, "content", 1.0)]


def test_the_commit_may_be_loaded_after_the_edit(store: Store) -> None:
    facts = Facts()
    edited_patch(facts)
    load_piece(store, facts.rows)
    assert links(store) == []
    later = Facts()
    commit = later.commit(C, "2026-03-03T10:00", {"src/App.tsx": 19})
    load_piece(store, later.rows)
    assert links(store) == [(1, "commit", commit, "content", 1.0)]


def test_what_a_closed_request_held_is_carried_by_the_commit_that_came_in_later(store: Store) -> None:
    facts = Facts()
    edited_patch(facts)
    facts.commit(B, "2026-03-02T10:30", {"src/App.tsx": 11})
    facts.pull_request(5, "2026-03-02T10:35", "closed", closed="2026-03-02T12:00", commits=[B])
    merged = facts.commit(C, "2026-03-03T10:00", {"src/App.tsx": 19})
    assert (1, "commit", merged, "content", 1.0) in links(derived(store, facts))


def test_without_a_later_commit_the_one_of_the_closed_request_carries_it(store: Store) -> None:
    facts = Facts()
    edited_patch(facts)
    closed = facts.commit(B, "2026-03-02T10:30", {"src/App.tsx": 11})
    facts.pull_request(5, "2026-03-02T10:35", "closed", closed="2026-03-02T12:00", commits=[B])
    assert (1, "commit", closed, "content", 1.0) in links(derived(store, facts))


def test_what_a_person_made_of_a_file_in_a_chat_is_known_as_git_would_store_it(store: Store, tmp_path: Path) -> None:
    messages = [
        request("1772445600000", "Build a shop", 0),
        reply("msg-a", artifact(("a.ts", "one"), ("b.ts", "two")), 0),
        request("aaaaaaaaaaaaaaa2", human_edit(("a.ts", "one, by hand")) + "Now blue", 5),
        reply("msg-b", artifact(("b.ts", "two, blue")), 5),
    ]
    load(store, all_chats(tmp_path / "chats.json", [chat("1", messages)]))
    found = store.rows("SELECT message_id, path, blob_hash FROM patch_edit JOIN message ON message_key = patch_key")
    assert found == [("msg-a", "a.ts", blob_of_text("one, by hand"))]
