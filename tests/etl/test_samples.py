"""The sample exports of bolt.diy, with every figure worked out by hand from the files."""

from itertools import permutations
from pathlib import Path

import pytest
from chat_files import contents, counts, load

from data.store import Store
from data.words import SourceKind

SAMPLES = Path(__file__).parents[1] / "cases" / "bolt_diy"
ALL = SAMPLES / "bolt-chats.json"
SINGLE = SAMPLES / "chat-single.json"
LATER = SAMPLES / "bolt-chats-later-after-rewind.json"
IMPORTED = SAMPLES / "bolt-chats-after-data-tab-import.json"


def test_every_message_is_accounted_for(store: Store) -> None:
    (report,) = load(store, ALL)
    # Chats 1 to 5 hold 8 + 6 + 6 + 7 + 2 = 29 messages; chat 5 is a fork that repeats the first 2 of chat 1.
    assert report.kind is SourceKind.BOLT_CHATS
    assert counts(report) == (29, 27, 2, 0)


def test_tokens_are_the_sums_of_the_usage_annotations(store: Store) -> None:
    load(store, ALL)
    by_chat = dict(
        store.rows(
            "SELECT chat.native_chat_id, sum(c.total_tokens) FROM llm_call c JOIN task t USING (task_key) "
            "JOIN chat ON chat.chat_key = t.chat_key WHERE c.is_counted GROUP BY 1"
        )
    )
    assert by_chat == {
        "1": 5944 + 10904 + 11503 + 11690,
        "2": 19096,  # the first reply has 0/0/0, which is missing, not free
        "3": (3040 + 3260) + (3040 + 3260) + 3040,  # two requests for a decided tool call, one for a pending one
        "4": 905 + 1710,  # the stopped reply has no usage
    }
    assert sum(by_chat.values()) == 77_392


def test_calls_say_how_their_tokens_are_known(store: Store) -> None:
    load(store, ALL)
    found = store.rows("SELECT usage_status, status, count(*) FROM llm_call GROUP BY 1, 2 ORDER BY 1, 2")
    # 12 annotations with tokens, one with 0/0/0, the first try of 'Add login' (two requests in a row), the stop.
    assert found == [
        ("absent", "cancelled", 1),
        ("absent", "error", 1),
        ("missing", "success", 1),
        ("reported", "success", 12),
    ]


def test_tasks_and_their_outcomes(store: Store) -> None:
    load(store, ALL)
    found = store.rows(
        "SELECT outcome, outcome_basis, count(*), sum(turn_count), sum(retry_count), sum(fix_request_count) "
        "FROM task GROUP BY 1, 2 ORDER BY 1, 2"
    )
    # Chat 1: 3 tasks in 4 turns (the preview error belongs to 'Add a delete button'). Chat 2: 2. Chat 3: 3, the last
    # waits for a tool decision. Chat 4: 'Hello', 'Add login' asked twice, and one stopped. Chat 5 adds nothing.
    assert found == [
        ("aborted", "stopped", 1, 1, 0, 0),
        ("completed", "answer", 9, 11, 1, 1),
        ("unknown", "pending_tool", 1, 1, 0, 0),
    ]


def test_patches_and_their_lines(store: Store) -> None:
    load(store, ALL)
    found = store.rows(
        "SELECT f.path, f.operation, f.lines_added, f.lines_removed, p.rework_kind FROM patch p "
        "JOIN patch_file f USING (patch_key) ORDER BY p.proposed_at"
    )
    # One line is written, then replaced by one other line, which the person then edits. The template is no patch.
    assert found == [("src/App.tsx", "create", 1, 0, None), ("src/App.tsx", "edit", 1, 1, "human_edit")]


def test_tool_decisions_and_commands(store: Store) -> None:
    load(store, ALL)
    assert store.rows("SELECT server, tool, decision, actor FROM approval ORDER BY asked_at") == [
        ("context7", "resolve-library-id", "approved", "human"),
        ("context7", "resolve-library-id", "rejected", "human"),
        ("context7", "resolve-library-id", "pending", "human"),
    ]
    assert store.rows("SELECT kind, command_head, status, duration_ms FROM command_run ORDER BY kind") == [
        ("shell", "npm", None, None),
        ("start", "npm", None, None),
    ]


def test_a_single_export_of_a_known_chat_adds_nothing(store: Store) -> None:
    load(store, ALL)
    before = contents(store)["task"]
    (report,) = load(store, SINGLE)
    assert counts(report) == (8, 0, 8, 0)
    assert contents(store)["task"] == before


def test_a_rewind_takes_back_what_followed(store: Store) -> None:
    load(store, ALL, LATER)
    # The later export keeps the first two messages of chat 1 and loses six: two tasks, one of them with a patch.
    assert store.rows("SELECT outcome, outcome_basis, count(*) FROM task WHERE outcome = 'failed' GROUP BY 1, 2") == [
        ("failed", "rewound", 2)
    ]
    # Exported at .406, first new message created at .412: the patch went between the two.
    assert store.rows(
        "SELECT rollback_evidence, rollback_confidence, rolled_back_after % 1000000, rolled_back_at % 1000000 "
        "FROM patch WHERE rolled_back_at IS NOT NULL"
    ) == [("rewind", 1.0, 406_000, 412_000)]
    assert store.rows("SELECT sum(total_tokens) FROM llm_call WHERE is_counted") == [(77_392 + 5_477,)]


def test_a_data_tab_import_alone_tells_no_usage_and_no_outcome(store: Store) -> None:
    (report,) = load(store, IMPORTED)
    assert counts(report) == (25, 23, 2, 0)
    assert store.rows("SELECT DISTINCT usage_status FROM llm_call") == [("absent",)]
    # 4 chats, 4 + 6 + 6 + 7 messages: 2 + 2 + 3 + 3 tasks; only what the import shows is judged.
    assert dict(store.rows("SELECT outcome, count(*) FROM task GROUP BY 1")) == {"unknown": 10}
    assert store.rows("SELECT count(*) FROM llm_call WHERE cost_micro_usd IS NOT NULL") == [(0,)]


@pytest.mark.parametrize("order", list(permutations((ALL, SINGLE, LATER, IMPORTED)))[1::5])
def test_the_order_of_loading_does_not_show(store: Store, tmp_path: Path, order: tuple[Path, ...]) -> None:
    for path in (ALL, SINGLE, LATER, IMPORTED):
        load(store, path)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    for path in order:
        load(other, path)
    assert contents(other) == contents(store)


def test_the_same_files_again_change_nothing(store: Store) -> None:
    load(store, ALL, LATER)
    before, version = contents(store), store.data_version
    reports = load(store, ALL, LATER)
    assert [(report.loaded, report.known) for report in reports] == [(0, 29), (0, 25)]
    assert (contents(store), store.data_version) == (before, version)
