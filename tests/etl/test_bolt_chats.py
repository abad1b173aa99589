"""Chats of every era: what a message becomes, what belongs together, and what counts once."""

import json
from pathlib import Path
from typing import Any

import pytest
from chat_files import (
    CHOICE,
    all_chats,
    artifact,
    at,
    chat,
    contents,
    counts,
    data_tab_copy,
    human_edit,
    load,
    micro,
    reply,
    request,
    single_chat,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.store import Store


def tasks(store: Store) -> list[tuple[Any, ...]]:
    return store.rows("SELECT outcome, outcome_basis, turn_count FROM task ORDER BY requested_at, task_key")


def load_messages(store: Store, tmp_path: Path, *messages: dict[str, Any]) -> None:
    load(store, all_chats(tmp_path / "a.json", [chat("1", list(messages))]))


def test_content_may_be_a_list_of_parts_with_images(store: Store, tmp_path: Path) -> None:
    asked = request("1772445600000", "", 0)
    asked["content"] = [
        {"type": "text", "text": "[Model: gpt-4o]\n\n[Provider: OpenAI]\n\nLike this"},
        {"type": "image", "image": "data:image/png;base64,AAAA"},
    ]
    load_messages(store, tmp_path, asked, reply("msg-a", "Yes.", 1))
    assert store.rows("SELECT provider, model, prompt_chars FROM task") == [("openai", "gpt-4o", len("Like this"))]


def test_a_request_of_2024_names_the_model_only(store: Store, tmp_path: Path) -> None:
    asked = {"id": "1729000000000", "role": "user", "content": "[Model: claude-3-5-sonnet-20240620]\n\nBuild it"}
    answer = {"id": "msg-old", "role": "assistant", "content": artifact(("a.ts", "x"))}
    load_messages(store, tmp_path, asked, answer)
    assert store.rows("SELECT provider, model, requested_at_basis FROM task") == [
        (None, "claude-3-5-sonnet-20240620", "id")
    ]
    # Builds before 16 December 2024 wrote no usage at all: its absence does not tell a stop.
    assert tasks(store) == [("completed", "answer", 1)]


def test_usage_of_all_requests_of_a_reply_is_summed(store: Store, tmp_path: Path) -> None:
    load_messages(store, tmp_path, request("u1", "Go", 0), reply("msg-a", "Done", 0, usage=((3000, 40), (3200, 60))))
    assert store.rows("SELECT sum(input_tokens), sum(output_tokens), count(*) FROM llm_call") == [(6200, 100, 2)]
    assert store.rows("SELECT total_tokens, call_count FROM task") == [(6300, 2)]


def test_zero_usage_is_missing_and_its_cost_unknown(store: Store, tmp_path: Path) -> None:
    load_messages(store, tmp_path, request("u1", "Go", 0), reply("msg-a", "Done", 0, usage=((0, 0),)))
    assert store.rows("SELECT usage_status, total_tokens, cost_micro_usd, cost_basis FROM llm_call") == [
        ("missing", None, None, "unknown")
    ]
    assert store.rows("SELECT total_tokens, unpriced_call_count FROM task") == [(None, 1)]


@pytest.mark.parametrize(
    ("last", "outcome", "basis"),
    [
        (reply("msg-a", "All done.", 0), "completed", "answer"),
        (reply("GpTq7bXw2LkE9sZd", "", 0, usage=(), parts=[]), "failed", "error"),
        (reply("msg-a", "Sure, rewri", 0, usage=()), "aborted", "stopped"),
        (reply("msg-a", '<boltArtifact id="a"><boltAction type="file" filePath="a.ts">\nx', 0), "failed", "unclosed"),
        (
            reply("msg-a", '<boltArtifact id="a"><boltAction type="file" filePath="a.ts">\nx', 0, usage=()),
            "aborted",
            "stopped",
        ),
    ],
)
def test_the_footprint_of_the_last_reply_tells_the_outcome(
    store: Store, tmp_path: Path, last: dict[str, Any], outcome: str, basis: str
) -> None:
    load_messages(store, tmp_path, request("u1", "Go", 0), last)
    assert tasks(store) == [(outcome, basis, 1)]


def test_a_request_without_reply_at_the_end_is_not_judged(store: Store, tmp_path: Path) -> None:
    load_messages(store, tmp_path, request("u1", "Go", 0))
    assert tasks(store) == [("unknown", "no_reply", 1)]


def test_two_requests_in_a_row_show_a_failed_call(store: Store, tmp_path: Path) -> None:
    load_messages(
        store, tmp_path, request("u1", "Go", 0), request("u2", "Something else", 1), reply("msg-a", "Done", 2)
    )
    assert tasks(store) == [("failed", "error", 1), ("completed", "answer", 1)]
    assert store.rows("SELECT status, error_kind FROM llm_call WHERE status = 'error'") == [("error", "unknown")]


def test_a_repeat_after_a_failure_belongs_to_the_same_task(store: Store, tmp_path: Path) -> None:
    load_messages(store, tmp_path, request("u1", "Go", 0), request("u2", "Go", 1), reply("msg-a", "Done", 2))
    assert store.rows("SELECT outcome, turn_count, retry_count FROM task") == [("completed", 2, 1)]


def test_a_failed_try_without_tokens_leaves_the_cost_of_its_task_known(store: Store, tmp_path: Path) -> None:
    load_messages(store, tmp_path, request("u1", "Go", 0), request("u2", "Go", 1), reply("msg-a", "Done", 2))
    assert store.rows("SELECT cost_micro_usd FROM llm_call WHERE status = 'error'") == [(None,)]
    assert store.rows("SELECT call_count, unpriced_call_count FROM task") == [(2, 0)]


def test_the_same_words_after_a_success_are_a_new_task(store: Store, tmp_path: Path) -> None:
    load_messages(
        store,
        tmp_path,
        request("u1", "Again", 0),
        reply("msg-a", "One", 0),
        request("u2", "Again", 2),
        reply("msg-b", "Two", 2),
    )
    assert [row[0] for row in tasks(store)] == ["completed", "completed"]


@pytest.mark.parametrize(
    "words",
    [
        "*Fix this preview error* \n```js\nboom\n```\n",
        "*Fix this terminal error* \n```sh\nboom\n```\n",
        "*Fix this deployment error*\n```\nboom\n```",
        "*Error executing Supabase query please fix and return the query again*\n```\nboom\n```",
    ],
)
def test_fix_requests_belong_to_the_task_and_mark_its_patch(store: Store, tmp_path: Path, words: str) -> None:
    load_messages(
        store,
        tmp_path,
        request("u1", "Build", 0),
        reply("msg-a", artifact(("a.ts", "x")), 0),
        request("u2", words, 5),
        reply("msg-b", "Fixed", 5),
    )
    assert store.rows("SELECT turn_count, fix_request_count FROM task") == [(2, 1)]
    assert store.rows("SELECT rework_kind, reworked_at FROM patch") == [("fix_request", micro(5))]


def test_hidden_and_template_messages_are_no_tasks_and_no_patches(store: Store, tmp_path: Path) -> None:
    template = (
        "\nBolt is initializing your project with the required files using the Vite React template.\n"
        '<boltArtifact id="imported-files" title="T" type="bundled">\n'
        '<boltAction type="file" filePath="package.json">\n{}\n</boltAction>\n</boltArtifact>\n'
    )
    load_messages(
        store,
        tmp_path,
        {"id": "1-1772445600000", "role": "user", "content": CHOICE + "Create it"},
        {"id": "2-1772445600000", "role": "assistant", "content": template},
        {"id": "3-1772445600000", "role": "user", "content": CHOICE + "Go on", "annotations": ["hidden"]},
        reply("msg-a", artifact(("package.json", '{"name": "app"}'), ("src/a.ts", "x")), 1),
    )
    assert store.rows("SELECT outcome, task_class, turn_count, patch_count FROM task") == [
        ("completed", "scaffold", 1, 1)
    ]
    # package.json stood in the template, so it is edited; src/a.ts is new.
    assert store.rows("SELECT path, operation, lines_added, lines_removed FROM patch_file ORDER BY path") == [
        ("package.json", "edit", 1, 1),
        ("src/a.ts", "create", 1, 0),
    ]


def test_the_first_request_after_an_import_builds_nothing_new(store: Store, tmp_path: Path) -> None:
    load_messages(
        store,
        tmp_path,
        {"id": "m1", "role": "user", "content": 'Import the "shop" folder'},
        reply("m2", artifact(("a.ts", "x"), kind=' type="bundled"'), 0, usage=()),
        request("u1", "Change it", 1),
        reply("msg-a", artifact(("a.ts", "y")), 1),
    )
    assert store.rows("SELECT task_class, outcome FROM task") == [("edit", "completed")]


def test_lines_are_counted_against_the_content_before(store: Store, tmp_path: Path) -> None:
    load_messages(
        store,
        tmp_path,
        request("u1", "Build", 0),
        reply("msg-a", artifact(("a.ts", "one\ntwo\nthree")), 0),
        request("u2", "Change", 5),
        reply("msg-b", artifact(("a.ts", "one\n2\nthree\nfour")), 5),
    )
    # 'two' goes, '2' and 'four' come.
    assert store.rows("SELECT lines_added, lines_removed FROM patch ORDER BY proposed_at") == [(3, 0), (2, 1)]


def test_a_file_written_twice_in_one_patch_counts_once(store: Store, tmp_path: Path) -> None:
    load_messages(
        store, tmp_path, request("u1", "Build", 0), reply("msg-a", artifact(("a.ts", "x\ny"), ("a.ts", "x\nz\nw")), 0)
    )
    assert store.rows("SELECT files_count, lines_added, lines_removed FROM patch") == [(1, 3, 0)]


def test_restoring_all_files_of_a_patch_takes_it_back(store: Store, tmp_path: Path) -> None:
    load_messages(
        store,
        tmp_path,
        request("u1", "Build", 0),
        reply("msg-a", artifact(("a.ts", "good")), 0),
        request("u2", "Change", 5),
        reply("msg-b", artifact(("a.ts", "bad")), 5),
        request("u3", human_edit(("a.ts", "good")) + "Leave that", 9),
        reply("msg-c", "Ok", 9),
    )
    found = store.rows("SELECT rollback_evidence, rolled_back_at, rework_kind FROM patch ORDER BY proposed_at")
    assert found == [(None, None, None), ("human_overwrite", micro(9), "human_edit")]


def test_a_human_edit_is_no_patch_and_the_next_lines_count_against_it(store: Store, tmp_path: Path) -> None:
    load_messages(
        store,
        tmp_path,
        request("u1", "Build", 0),
        reply("msg-a", artifact(("a.ts", "one\ntwo")), 0),
        request("u2", human_edit(("a.ts", "one\ntwo\nmine")) + "More", 5),
        reply("msg-b", artifact(("a.ts", "one\ntwo\nmine\nyours")), 5),
    )
    assert store.rows("SELECT lines_added, lines_removed, rework_kind FROM patch ORDER BY proposed_at") == [
        (2, 0, "human_edit"),
        (1, 0, None),
    ]


@pytest.mark.parametrize(
    ("result", "decision", "status"),
    [
        ("Error: User denied access to tool execution", "rejected", "denied"),
        ("No, rejected.", "rejected", "denied"),
        ("Error: An error occured while calling tool", "approved", "failed"),
        ("Error: No execute function found on tool", "approved", "not_run"),
        ("Yes, approved.", "approved", "not_run"),
        ({"content": []}, "approved", "ok"),
    ],
)
def test_tool_results_tell_the_decision(store: Store, tmp_path: Path, result: Any, decision: str, status: str) -> None:
    call = {"state": "result", "toolCallId": "t1", "toolName": "search", "args": {}, "result": result}
    message = reply("msg-a", "Done", 0, toolInvocations=[call])
    message["parts"].append({"type": "tool-invocation", "toolInvocation": call})
    load_messages(store, tmp_path, request("u1", "Go", 0), message)
    assert store.rows("SELECT decision FROM approval") == [(decision,)]
    assert store.rows("SELECT status FROM tool_call") == [(status,)]


def test_ids_of_requests_may_collide_between_people(store: Store, tmp_path: Path) -> None:
    for person, answer in (("ann", "msg-a"), ("bob", "msg-b")):
        path = all_chats(
            tmp_path / f"{person}.json", [chat("1", [request("1772445600000", "Go", 0), reply(answer, "Done", 0)])]
        )
        load(store, path, person=person)
    assert store.rows("SELECT person, outcome FROM task ORDER BY person") == [
        ("ann", "completed"),
        ("bob", "completed"),
    ]


def test_a_colleagues_copy_counts_once_for_whoever_showed_it_first(store: Store, tmp_path: Path) -> None:
    messages = [request("1772445600000", "Go", 0), reply("msg-a", artifact(("a.ts", "x")), 0)]
    ann = all_chats(tmp_path / "ann.json", [chat("1", messages)], exported=60)
    bob = all_chats(tmp_path / "bob.json", [chat("7", messages, title="Imported Chat")], exported=90)
    load(store, bob, person="bob")
    (report,) = load(store, ann, person="ann")
    assert counts(report) == (2, 0, 2, 0)
    for table in ("task", "patch", "llm_call"):
        assert store.rows(f"SELECT person FROM {table}") == [("ann",)]


def test_forks_and_copies_count_once(store: Store, tmp_path: Path) -> None:
    messages = [request("u1", "Go", 0), reply("msg-a", "Done", 0), request("u2", "More", 1), reply("msg-b", "Done", 1)]
    path = all_chats(
        tmp_path / "a.json",
        [chat("1", messages), chat("2", messages[:2], title="App (fork)"), chat("3", messages, title="App (copy)")],
    )
    (report,) = load(store, path)
    assert counts(report) == (10, 4, 6, 0)
    assert store.rows("SELECT count(*) FROM task") == [(2,)]
    assert store.rows("SELECT fork_kind FROM chat ORDER BY native_chat_id") == [(None,), ("fork",), ("copy",)]


def test_what_a_fork_goes_on_with_is_its_own(store: Store, tmp_path: Path) -> None:
    start = [request("u1", "Go", 0), reply("msg-a", "Done", 0)]
    left = [*start, request("u2", "Left", 1), reply("msg-b", "Done", 1)]
    right = [*start, request("u3", "Right", 2), reply("msg-c", "Done", 2)]
    load(store, all_chats(tmp_path / "a.json", [chat("1", left), chat("2", right, title="App (fork)")]))
    assert store.rows("SELECT count(*), sum(outcome = 'completed') FROM task") == [(3, 3)]
    assert store.rows("SELECT count(*) FROM patch WHERE rolled_back_at IS NOT NULL") == [(0,)]


def test_an_intact_copy_wins_over_an_imported_one_in_any_order(tmp_path: Path) -> None:
    messages = [request("u1", "Go", 0), reply("msg-a", "Done", 0)]
    intact = all_chats(tmp_path / "intact.json", [chat("1", messages)], exported=60)
    imported = all_chats(tmp_path / "imported.json", [chat("1", [data_tab_copy(m) for m in messages])], exported=90)
    stores = []
    for name, order in (("x", (intact, imported)), ("y", (imported, intact))):
        store = Store(f"sqlite:///{tmp_path / name}.db")
        for path in order:
            load(store, path)
        assert store.rows("SELECT outcome, total_tokens FROM task") == [("completed", 1200)]
        stores.append(contents(store))
    assert stores[0] == stores[1]


def test_a_reply_that_grew_replaces_what_was_known_of_it(store: Store, tmp_path: Path) -> None:
    asked = request("u1", "Go", 0)
    pending = {"state": "call", "toolCallId": "t1", "toolName": "search", "args": {}}
    done = pending | {"state": "result", "result": {"content": []}}
    early = reply("msg-a", "Let me look. ", 0, usage=((3000, 40),), toolInvocations=[pending])
    late = reply("msg-a", "Let me look. Found it.", 0, usage=((3000, 40), (3200, 60)), toolInvocations=[done])
    load(store, all_chats(tmp_path / "a.json", [chat("1", [asked, early])], exported=60))
    assert tasks(store) == [("unknown", "pending_tool", 1)]
    (report,) = load(store, all_chats(tmp_path / "b.json", [chat("1", [asked, late])], exported=61))
    assert counts(report) == (2, 1, 1, 0)
    assert tasks(store) == [("completed", "answer", 1)]
    assert store.rows("SELECT decision FROM approval") == [("approved",)]
    assert store.rows("SELECT count(*), sum(total_tokens) FROM llm_call") == [(2, 6300)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"role": "system", "content": "x", "id": "s"}, "unknown_role"),
        ({"role": "user", "id": "s"}, "missing_field"),
        ({"content": "x", "id": "s"}, "missing_field"),
        ({"role": "user", "content": 5, "id": "s"}, "wrong_type"),
        ({"role": "user", "content": "x", "id": "s", "createdAt": "yesterday"}, "bad_time"),
        ({"role": "user", "content": "x", "id": "s", "createdAt": "1970-01-01T00:00:00Z"}, "bad_time"),
        ({"role": "user", "content": "x", "id": "s", "createdAt": "2099-01-01T00:00:00Z"}, "bad_time"),
        (reply("msg-x", "Done", 0, usage=((-5, 10),)), "bad_number"),
        (reply("msg-x", "Done", 0, usage=((10**15, 10),)), "bad_number"),
        (reply("msg-x", "Done", 0, usage=((float("nan"), 10),)), "wrong_type"),
        ("not a message", "wrong_type"),
    ],
)
def test_what_cannot_be_used_is_quarantined_with_its_place(store: Store, tmp_path: Path, bad: Any, reason: str) -> None:
    good = [request("u1", "Go", 0), reply("msg-a", "Done", 0)]
    (report,) = load(store, all_chats(tmp_path / "a.json", [chat("1", [*good, bad])]))
    assert counts(report) == (3, 2, 0, 1)
    assert store.rows("SELECT position, reason FROM quarantine") == [("chats[0].messages[2]", reason)]
    assert tasks(store) == [("completed", "answer", 1)]


def test_a_quarantined_reply_is_no_failure_of_the_provider(store: Store, tmp_path: Path) -> None:
    bad = reply("msg-a", "Done", 0, usage=((-5, 10),))
    after = [request("u2", "More", 5), reply("msg-b", "Done", 5)]
    load(store, all_chats(tmp_path / "a.json", [chat("1", [request("u1", "Go", 0), bad, *after])]))
    assert tasks(store) == [("unknown", "unusable", 1), ("completed", "answer", 1)]
    assert store.rows("SELECT status FROM llm_call") == [("success",)]


def test_a_usable_copy_of_a_quarantined_message_takes_its_place(tmp_path: Path) -> None:
    start = request("u1", "Go", 0)
    bad = all_chats(
        tmp_path / "bad.json", [chat("1", [start, reply("msg-a", "Done", 0, usage=((-5, 10),))])], exported=60
    )
    good = all_chats(tmp_path / "good.json", [chat("1", [start, reply("msg-a", "Done", 0)])], exported=90)
    for name, order in (("x", (bad, good)), ("y", (good, bad))):
        store = Store(f"sqlite:///{tmp_path / name}.db")
        for path in order:
            load(store, path)
        assert tasks(store) == [("completed", "answer", 1)]
        assert store.rows("SELECT sum(total_tokens) FROM llm_call") == [(1200,)]


def test_replies_after_a_quarantined_request_are_not_the_earlier_requests(store: Store, tmp_path: Path) -> None:
    odd = request("u2", "More", 5, createdAt="1970-01-01T00:00:00Z")
    first = [request("u1", "Go", 0), reply("msg-a", "Done", 0)]
    load(store, all_chats(tmp_path / "a.json", [chat("1", [*first, odd, reply("msg-b", "Sure, rewri", 5, usage=())])]))
    assert tasks(store) == [("completed", "answer", 1), ("aborted", "stopped", 1)]


def test_a_truncated_export_is_refused_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    path = all_chats(tmp_path / "a.json", [chat("1", [request("u1", "Go", 0), reply("msg-a", "Done", 0)])])
    path.write_bytes(path.read_bytes()[:-40])
    (report,) = load(store, path)
    assert report.refused is not None
    assert "cut off or damaged" in report.refused
    assert store.rows("SELECT count(*) FROM load") == [(0,)]


def test_no_words_of_requests_or_replies_are_in_the_store(store: Store, tmp_path: Path) -> None:
    load_messages(
        store,
        tmp_path,
        request("u1", "xyzzyrequest please", 0),
        reply("msg-a", artifact(("a.ts", "xyzzycontent"), commands=["curl xyzzyargument"]) + " xyzzyanswer", 0),
        {"role": "robot", "content": "xyzzyquarantine", "id": "q"},
    )
    with store.reading() as connection:
        dump = "\n".join(connection.iterdump())
    assert "xyzzy" not in dump
    assert "curl" in dump


def test_single_exports_are_recognised_by_content(store: Store, tmp_path: Path) -> None:
    path = single_chat(tmp_path / "anything.txt", [request("u1", "Go", 0), reply("msg-a", "Done", 0)], title=None)
    (report,) = load(store, path)
    assert counts(report) == (2, 2, 0, 0)
    assert tasks(store) == [("completed", "answer", 1)]


_GOOD = st.builds(lambda n: reply(f"msg-{n}", "Done", 0), st.integers(0, 6))
_ASKED = st.builds(lambda n: request(f"u{n}", f"Ask {n}", 0), st.integers(0, 6))
_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "id"]), inner),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chats=st.lists(st.lists(_GOOD | _ASKED | _JUNK, max_size=8), max_size=4))
def test_read_is_loaded_plus_known_plus_quarantined(chats: list[list[Any]], tmp_path: Path) -> None:
    path = tmp_path / "mixed.json"
    database = tmp_path / "mixed.db"
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"mixed.db{suffix}").unlink(missing_ok=True)
    records = [chat(str(number), messages) for number, messages in enumerate(chats)]
    path.write_text(json.dumps({"chats": records, "exportDate": at(60)}))
    (report,) = load(Store(f"sqlite:///{database}"), path)
    assert report.refused is None
    assert report.read == sum(map(len, chats)) == report.loaded + report.known + report.quarantined


def test_half_a_character_as_javascript_cuts_it_is_no_reason_to_refuse(store: Store, tmp_path: Path) -> None:
    path = all_chats(
        tmp_path / "a.json", [chat("1", [request("u1", "Go", 0), reply("msg-a", "Done XX", 0)], title="App")]
    )
    path.write_text(path.read_text().replace("XX", "\\ud83d").replace('"App"', '"App \\ude00"'))
    (report,) = load(store, path)
    assert counts(report) == (2, 2, 0, 0)
    assert store.rows("SELECT text_chars FROM message WHERE role = 'assistant'") == [(len("Done ") + 1,)]
