"""The match of chats with gateway rows: one call counts once, whichever files mention it and in whatever order."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chat_files import all_chats, chat, contents, load, reply, request
from gateway_rows import Row, aborted, completed, failed, failures, load_rows, log_file, through_gateway
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.store import Store

NO_USAGE = ((0, 0),)
SUMMARY = [{"type": "chatSummary", "summary": "s", "chatId": "x"}, {"type": "codeContext", "files": []}]


def turn(
    number: int, minute: int, *, usage: Any = ((1000, 200),), text: str = "Done.", **more: Any
) -> list[dict[str, Any]]:
    """Return a request through the gateway at a minute and its reply a second later."""
    asked = through_gateway(request(f"request-{number:08}", f"Wish {number}", minute))
    return [asked, reply(f"msg-{number}", text, minute, usage=usage, **more)]


def load_chat(store: Store, path: Path, *messages: dict[str, Any], person: str = "ann", saved: int = 59) -> None:
    load(store, all_chats(path / f"{person}.json", [chat("1", list(messages), saved=saved)]), person=person)


def rows(store: Store, columns: str = "native_id, match_quality, task_key IS NOT NULL") -> list[tuple[Any, ...]]:
    return store.rows(f"SELECT {columns} FROM llm_call WHERE source = 'litellm' ORDER BY started_at, native_id")


def chat_calls(store: Store, columns: str = "native_id, is_counted, match_quality") -> list[tuple[Any, ...]]:
    return store.rows(f"SELECT {columns} FROM llm_call WHERE source = 'bolt_chat' ORDER BY started_at, native_id")


def test_rows_that_add_up_exactly_belong_to_the_turn_and_the_call_counts_once(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=((1500, 250),), annotations=SUMMARY))
    load_rows(
        store,
        Row("summary", 0, 1, (300, 30), cost=10),
        Row("context", 0, 6, (200, 20), cost=20),
        Row("main", 0, 11, (1000, 200), cost=300),
    )  # 300 + 200 + 1000 = 1500 sent, 30 + 20 + 200 = 250 received
    assert rows(store) == [("summary", "exact", 1), ("context", "exact", 1), ("main", "exact", 1)]
    assert chat_calls(store) == [("msg-1#0", 0, "exact")]
    assert store.rows("SELECT call_count, known_cost_micro_usd, total_tokens FROM task") == [(3, 330, 1750)]


def test_matched_rows_take_person_project_and_class_from_the_task(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0))
    load_rows(store, Row("main", 0, 1, (1000, 200)), Row("named", 30, 1, (5, 5), person="shared-key", project="other"))
    assert rows(store, "native_id, person, project, task_class") == [
        ("main", "ann", "web", "discuss"),
        ("named", "shared-key", "other", None),
    ]


def test_the_served_route_replaces_the_gateway_in_task_and_patch(store: Store, tmp_path: Path) -> None:
    text = '<boltArtifact id="a" title="A"><boltAction type="file" filePath="a.ts">x</boltAction></boltArtifact>'
    load_chat(store, tmp_path, *turn(1, 0, text=text), *turn(2, 5, text="Other"))
    route = "SELECT provider, model, requested_provider, requested_model FROM task ORDER BY requested_at"
    assert store.rows(route)[0] == ("openai_like", "smart", "OpenAILike", "smart")
    load_rows(store, Row("main", 0, 1, (1000, 200), served=("anthropic", "claude-sonnet-4-5")))
    assert store.rows(route) == [
        ("anthropic", "claude-sonnet-4-5", "OpenAILike", "smart"),
        ("openai_like", "smart", "OpenAILike", "smart"),
    ]
    assert store.rows("SELECT provider, model FROM patch") == [("anthropic", "claude-sonnet-4-5")]
    assert store.rows("SELECT provider, sum(task_count) FROM task_daily GROUP BY 1 ORDER BY 1") == [
        ("anthropic", 1),
        ("openai_like", 1),
    ]


def test_a_fallback_keeps_the_route_that_was_asked_and_both_attempts_belong(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0))
    load_rows(
        store,
        Row("primary", 0, 1, status="error", trace=7, served=("openai", "gpt-5")),
        Row("fallback", 0, 3, (1000, 200), trace=7, is_fallback=True, model="backup", served=("anthropic", "claude")),
    )
    assert rows(store) == [("primary", "exact", 1), ("fallback", "exact", 1)]
    assert store.rows("SELECT provider, model, fallback_count FROM task") == [("openai", "gpt-5", 1)]


def test_a_fallback_whose_rows_name_its_own_group_alone_is_joined_by_its_trace(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0))
    load_rows(
        store,
        Row("primary", 0, 1, status="error", trace=7, model="backup", served=("anthropic", "claude")),
        Row("fallback", 0, 3, (1000, 200), trace=7, model="backup", served=("openai", "gpt-5")),
    )
    assert rows(store) == [("primary", "exact", 1), ("fallback", "exact", 1)]
    assert chat_calls(store) == [("msg-1#0", 0, "exact")]
    assert store.rows("SELECT provider, model, total_tokens FROM task") == [("anthropic", "claude", 1200)]


def test_rows_of_another_model_that_name_the_person_and_add_up_alone_are_joined(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=((1500, 250),), annotations=SUMMARY), *turn(2, 20))
    load_rows(
        store,
        Row("summary", 0, 1, (300, 30), "ann"),
        Row("context", 0, 6, (200, 20), "ann"),
        Row("main", 0, 11, (1000, 200), "ann", model="backup"),
        Row("of nobody", 20, 1, (1000, 200), model="backup"),
    )
    assert rows(store) == [
        ("summary", "exact", 1),
        ("context", "exact", 1),
        ("main", "exact", 1),
        ("of nobody", "none", 0),
    ]
    assert chat_calls(store) == [("msg-1#0", 0, "exact"), ("msg-2#0", 1, "none")]


def test_two_rows_of_another_model_that_both_fit_are_not_joined(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0))
    load_rows(
        store,
        Row("one", 0, 1, (1000, 200), "ann", model="backup"),
        Row("two", 0, 9, (1000, 200), "ann", model="backup"),
    )
    assert {row[1] for row in rows(store)} == {"none"}


def test_exact_tokens_count_for_any_provider_and_time_only_for_gateways(store: Store, tmp_path: Path) -> None:
    direct = [request("request-00000001", "Wish", 0), reply("msg-1", "Done.", 0)]
    silent = [request("request-00000002", "Wish 2", 5), reply("msg-2", "Done!", 5, usage=NO_USAGE)]
    load_chat(store, tmp_path, *direct, *silent)
    load_rows(
        store,
        Row("exact", 0, 1, (1000, 200), model="anthropic/claude-sonnet-4-5"),
        Row("near", 5, 1, (70, 7), model="claude-sonnet-4-5"),
    )
    assert rows(store) == [("exact", "exact", 1), ("near", "none", 0)]
    assert chat_calls(store) == [("msg-1#0", 0, "exact"), ("msg-2#0", 1, "none")]


def test_another_model_or_another_time_is_no_match(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 5), *turn(2, 9))
    load_rows(
        store,
        Row("other model", 5, 1, (1000, 200), model="cheap"),
        Row("too early", 4, 54, (1000, 200)),
        Row("too late", 45, 0, (1000, 200)),
    )
    # The request was sent at 10:05:00; clocks may be 5 s apart, and no request takes half an hour.
    assert {row[1] for row in rows(store)} == {"none"}
    assert {call[1:] for call in chat_calls(store)} == {(1, "none")}


def test_a_row_of_another_person_whose_chats_are_known_is_never_taken(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0))
    load_rows(store, Row("main", 0, 1, (1000, 200), person="bob"))
    # Nobody knows of bob yet: his key may be the shared one.
    assert rows(store) == [("main", "exact", 1)]
    load_chat(store, tmp_path, *turn(2, 40), person="bob")
    assert rows(store) == [("main", "none", 0)]
    assert chat_calls(store)[0] == ("msg-1#0", 1, "none")


def test_the_row_that_names_the_person_goes_before_one_that_names_nobody(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0))
    load_rows(store, Row("nobody", 0, 1, (1000, 200)), Row("own", 0, 3, (1000, 200), person="ann"))
    assert rows(store) == [("nobody", "none", 0), ("own", "exact", 1)]


def test_a_length_continuation_is_two_rows_and_one_usage(store: Store, tmp_path: Path) -> None:
    parts = [
        {"type": "step-start"},
        {"type": "text", "text": "a"},
        {"type": "step-start"},
        {"type": "text", "text": "b"},
    ]
    load_chat(store, tmp_path, *turn(1, 0, usage=((14100, 4996),), parts=parts))
    load_rows(store, Row("one", 0, 1, (5000, 4096)), Row("two", 0, 40, (9100, 900)), Row("enhancer", 0, 55, (80, 60)))
    assert rows(store) == [("one", "exact", 1), ("two", "exact", 1), ("enhancer", "none", 0)]


def test_a_reply_of_several_requests_is_matched_as_a_whole(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=((3000, 40), (3200, 60)), text="Let me look. Found."))
    load_rows(store, Row("first", 0, 1, (3000, 40)), Row("after approval", 50, 0, (3200, 60)))
    assert rows(store) == [("first", "exact", 1), ("after approval", "exact", 1)]
    assert chat_calls(store) == [("msg-1#0", 0, "exact"), ("msg-1#1", 0, "exact")]


def test_usage_of_the_summaries_alone_takes_the_main_call_by_time(store: Store, tmp_path: Path) -> None:
    # The gateway sends no usage for streams, so that the chat holds the summary and the context selection only.
    load_chat(store, tmp_path, *turn(1, 0, usage=((500, 50),), annotations=SUMMARY))
    load_rows(store, Row("a", 0, 1, (300, 30)), Row("b", 0, 6, (200, 20)), Row("main", 0, 11, (9000, 800)))
    assert rows(store) == [("a", "exact", 1), ("b", "exact", 1), ("main", "time", 1)]
    assert chat_calls(store) == [("msg-1#0", 0, "exact")]


def test_the_main_call_in_the_log_finds_its_row_when_the_sum_does_not_come_out(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=((1500, 250),), annotations=SUMMARY))
    load_rows(store, Row("context", 0, 6, (200, 20)), Row("main", 0, 11, (1000, 200)))  # the summary's row is missing
    assert chat_calls(store) == [("msg-1#0", 0, "ambiguous")]
    log = completed(0, 15, 5, usage=(1000, 200), provider="OpenAILike", model="smart")
    load(store, log_file(tmp_path / "log.json", log))
    assert rows(store) == [("context", "time", 1), ("main", "exact_main", 1)]
    assert chat_calls(store) == [("msg-1#0", 0, "exact_main")]


def test_a_reply_without_usage_takes_the_rows_of_its_window(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=NO_USAGE), *turn(2, 5, usage=NO_USAGE))
    load_rows(store, Row("first", 0, 1, (1000, 200)), Row("second", 5, 1, (900, 100)))
    assert rows(store) == [("first", "time", 1), ("second", "time", 1)]
    assert store.rows("SELECT total_tokens FROM task ORDER BY requested_at") == [(1200,), (1000,)]


def test_more_rows_than_the_reply_stands_for_are_overhead(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=NO_USAGE))
    load_rows(store, Row("main", 0, 1, (1000, 200)), Row("enhancer", 9, 0, (80, 60)))
    assert rows(store) == [("main", "time", 1), ("enhancer", "none", 0)]


def test_a_failed_turn_takes_its_three_tries(store: Store, tmp_path: Path) -> None:
    first = through_gateway(request("request-00000001", "Add login", 0))
    again = through_gateway(request("request-00000002", "Add login", 1))
    load_chat(store, tmp_path, first, again, reply("msg-1", "Done.", 1))
    load_rows(store, *failures("try", 0), Row("main", 1, 1, (1000, 200)))
    assert rows(store) == [("try0", "time", 1), ("try1", "time", 1), ("try2", "time", 1), ("main", "exact", 1)]
    assert chat_calls(store) == [("request-00000001#0", 0, "time"), ("msg-1#0", 0, "exact")]
    assert store.rows("SELECT call_count, retry_count FROM task") == [(4, 1)]


def test_a_stopped_turn_takes_the_row_that_was_billed_in_full(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=(), text="Sure, rewriting "))
    load(store, log_file(tmp_path / "log.json", aborted(0, 9, provider="OpenAILike", model="smart")))
    load_rows(store, Row("billed", 0, 1, (1000, 4000), seconds=60))
    assert rows(store) == [("billed", "time", 1)]
    assert chat_calls(store, "status, is_counted, match_quality") == [("cancelled", 0, "time")]


def test_failed_tries_before_a_success_belong_to_the_turn(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0))
    load_rows(store, Row("try", 0, 1, status="error", trace=1), Row("main", 0, 4, (1000, 200), trace=2))
    assert rows(store) == [("try", "time", 1), ("main", "exact", 1)]


def test_a_failed_try_belongs_to_the_turn_whose_answer_follows_and_not_to_the_one_before(
    store: Store, tmp_path: Path
) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=NO_USAGE), *turn(2, 1))
    load_rows(
        store,
        Row("first", 0, 2, (600, 60)),
        Row("try", 1, 2, status="error", trace=1),  # 2 s after the second request, and within 5 s of the first's end
        Row("second", 1, 5, (1000, 200), trace=2),
    )
    assert rows(store) == [("first", "time", 1), ("try", "time", 1), ("second", "exact", 1)]
    assert store.rows("SELECT call_count FROM task ORDER BY requested_at") == [(1,), (2,)]


def test_a_row_after_the_next_request_is_not_of_the_turn_before(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=NO_USAGE), *turn(2, 1))
    load_rows(store, Row("other", 1, 2, (600, 60)), Row("second", 1, 5, (1000, 200)))
    assert rows(store) == [("other", "none", 0), ("second", "exact", 1)]
    assert chat_calls(store) == [("msg-1#0", 1, "none"), ("msg-2#0", 0, "exact")]


def test_two_answers_at_once_for_a_reply_that_stands_for_one_are_ambiguous(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=NO_USAGE))
    load_rows(store, Row("one", 0, 2, (600, 60)), Row("two", 0, 3, (610, 61)))
    assert rows(store) == [("one", "ambiguous", 0), ("two", "ambiguous", 0)]
    assert chat_calls(store) == [("msg-1#0", 0, "ambiguous")]
    assert store.rows("SELECT count(*), sum(cost_micro_usd) FROM llm_call WHERE is_counted") == [(2, 2000)]


def test_failures_before_one_answer_are_no_second_answer(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=NO_USAGE))
    load_rows(store, Row("try", 0, 2, status="error", trace=1), Row("main", 0, 4, (610, 61), trace=2))
    assert rows(store) == [("try", "time", 1), ("main", "time", 1)]


def test_two_people_on_one_key_at_one_time_are_ambiguous_and_count_once(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=NO_USAGE))
    load_chat(store, tmp_path, *turn(2, 0, usage=NO_USAGE), person="bob")
    load_rows(store, Row("one", 0, 1, (1000, 200)), Row("two", 0, 2, (900, 100)))
    assert rows(store) == [("one", "ambiguous", 0), ("two", "ambiguous", 0)]
    assert [call[1:] for call in chat_calls(store)] == [(0, "ambiguous"), (0, "ambiguous")]
    # The spend is in the totals once, and belongs to no task.
    assert store.rows("SELECT count(*), sum(cost_micro_usd) FROM llm_call WHERE is_counted") == [(2, 2000)]
    assert store.rows("SELECT DISTINCT call_count, known_cost_micro_usd FROM task") == [(0, 0)]


def test_one_row_that_two_equal_turns_of_two_people_explain_is_ambiguous(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0))
    load_chat(store, tmp_path, *turn(2, 0), person="bob")
    load_rows(store, Row("one", 0, 1, (1000, 200)))
    assert rows(store) == [("one", "ambiguous", 0)]
    assert [call[1:] for call in chat_calls(store)] == [(0, "ambiguous"), (0, "ambiguous")]


def test_different_sums_that_both_come_out_are_ambiguous(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=((1500, 250),), annotations=SUMMARY[:1]))
    load_rows(
        store,
        Row("a", 0, 1, (300, 30)), Row("b", 0, 2, (200, 20)), Row("c", 0, 3, (250, 25)), Row("d", 0, 4, (250, 25)),
        Row("main", 0, 11, (1000, 200)),
    )  # fmt: skip
    # a + b + main and c + d + main are both 1500 / 250.
    assert {row[1] for row in rows(store)} == {"ambiguous"}
    assert chat_calls(store) == [("msg-1#0", 0, "ambiguous")]


def test_a_key_that_paid_for_one_person_before_decides_between_two(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0), *turn(2, 3, usage=NO_USAGE))
    load_chat(store, tmp_path, *turn(3, 3, usage=NO_USAGE), person="bob")
    load_rows(
        store,
        Row("known", 0, 1, (1000, 200), key="k1"),
        Row("ann", 3, 1, (10, 1), key="k1"),
        Row("bob", 3, 2, (20, 2), person="bob"),
    )
    assert rows(store, "native_id, match_quality, person") == [
        ("known", "exact", "ann"),
        ("ann", "time", "ann"),
        ("bob", "time", "bob"),
    ]


def test_a_reply_that_two_exports_share_takes_its_rows_once(store: Store, tmp_path: Path) -> None:
    messages = turn(1, 0)
    load_chat(store, tmp_path, *messages)
    load(store, all_chats(tmp_path / "copy.json", [chat("1", [*messages, *turn(2, 8)])], exported=90), person="bob")
    load_rows(store, Row("main", 0, 1, (1000, 200)))
    assert rows(store) == [("main", "exact", 1)]
    assert chat_calls(store) == [("msg-1#0", 0, "exact"), ("msg-2#0", 1, "none")]


def test_embeddings_and_rows_without_chats_stay_unattributed(store: Store, tmp_path: Path) -> None:
    load_rows(store, Row("alone", 0, 1, (1000, 200)))
    assert rows(store) == [("alone", "none", 0)]
    with store.writing() as connection:
        connection.execute("UPDATE llm_call SET call_type = 'aembedding'")
    load_chat(store, tmp_path, *turn(1, 0))
    assert rows(store) == [("alone", "none", 0)]


def test_a_log_without_a_person_finds_the_row_of_equal_tokens_whoever_it_names(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0))
    load_rows(store, Row("seen", 40, 1, (44, 4), "ann"))
    load(store, log_file(tmp_path / "log.json", completed(40, 9, 5, usage=(44, 4), model="smart")), person=None)
    assert rows(store, "person, match_quality, is_counted") == [("ann", "exact_main", 1)]
    assert store.rows("SELECT is_counted FROM llm_call WHERE source = 'bolt_events'") == [(0,)]


def test_a_log_without_its_chat_counts_once_beside_the_gateway(store: Store, tmp_path: Path) -> None:
    entries = [
        completed(0, 6, 11, usage=(1000, 200), provider="OpenAILike", model="smart"),
        failed(5, 8, "Custom error: Network error.", provider="OpenAILike"),
        completed(9, 6, 11, usage=(7, 7), provider="Anthropic"),
    ]
    load(store, log_file(tmp_path / "log.json", *entries))
    load_rows(store, Row("main", 0, 1, (1000, 200)), *failures("try", 5))
    assert store.rows(
        "SELECT is_counted, match_quality FROM llm_call WHERE source = 'bolt_events' ORDER BY started_at"
    ) == [(0, "exact_main"), (0, "time"), (1, "none")]
    assert rows(store, "native_id, match_quality, person, task_key") == [
        ("main", "exact_main", "ann", None),
        ("try0", "time", "ann", None),
        ("try1", "time", "ann", None),
        ("try2", "time", "ann", None),
    ]


def test_a_match_is_undone_when_the_chat_shows_it_was_wrong(store: Store, tmp_path: Path) -> None:
    load_chat(store, tmp_path, *turn(1, 0, usage=NO_USAGE))
    load_rows(store, Row("row", 3, 1, (1000, 200)))
    assert rows(store, "match_quality, person") == [("time", "ann")]
    # A newer export shows a second turn that began right before the row, with exactly its tokens.
    later = [*turn(1, 0, usage=NO_USAGE), *turn(2, 3)]
    load(store, all_chats(tmp_path / "later.json", [chat("1", later)], exported=90))
    assert rows(store, "match_quality, task_key IS NOT NULL") == [("exact", 1)]
    assert chat_calls(store) == [("msg-1#0", 1, "none"), ("msg-2#0", 0, "exact")]


def world(path: Path) -> list[Callable[[Store], object]]:
    """Return the loads of a small world: three people, two of them on a shared key, exports, a log, gateway files."""
    ann, bob = turn(1, 0), turn(4, 0, usage=NO_USAGE)
    stop = turn(5, 2, usage=(), text="Sure, ")
    lost = through_gateway(request("request-00000009", "Add login", 12))
    early = all_chats(path / "early.json", [chat("1", [*ann, *stop], saved=4)], exported=5)
    late = all_chats(
        path / "late.json",
        [chat("1", [*ann, *stop, lost, *turn(9, 13), *turn(6, 20, usage=NO_USAGE)], saved=21)],
        exported=30,
    )
    other = all_chats(path / "other.json", [chat("1", [*bob, *turn(7, 20, usage=NO_USAGE)], saved=22)], exported=31)
    third = all_chats(path / "third.json", [chat("1", turn(8, 20), saved=22)], exported=32)
    log = log_file(
        path / "log.json",
        aborted(2, 9, provider="OpenAILike", model="smart"),
        failed(12, 8, "Custom error: Network error.", provider="OpenAILike"),
        completed(40, 8, 3, usage=(44, 4), provider="OpenAILike", model="smart"),
    )
    first = [
        Row("a", 0, 1, (1000, 200)), Row("b", 0, 2, (70, 7), person="bob"), Row("stop", 2, 1, (500, 90)),
        *failures("try", 12), Row("again", 13, 1, (1000, 200), person="cleo"),
    ]  # fmt: skip
    second = [
        Row("x", 20, 1, (40, 4)),
        Row("y", 20, 2, (50, 5)),
        Row("z", 20, 3, (1000, 200)),
        Row("log", 40, 1, (44, 4)),
    ]
    return [
        lambda store: load(store, early),
        lambda store: load(store, late),
        lambda store: load(store, other, person="bob"),
        lambda store: load(store, third, person="cleo"),
        lambda store: load(store, log),
        lambda store: load_rows(store, *first),
        lambda store: load_rows(store, *second),
    ]


def snapshot(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = contents(store)
    found["match"] = sorted(
        store.rows("SELECT llm_call_key, message_key, task_class, provider, model FROM llm_call"), key=repr
    )
    found["owner"] = sorted(store.rows("SELECT * FROM matched_owner"))
    return found


@pytest.fixture(scope="module")
def expected_world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    path = tmp_path_factory.mktemp("world")
    store = Store(f"sqlite:///{path / 'straight.db'}")
    for step in world(path):
        step(store)
    return path, snapshot(store)


@given(order=st.permutations(range(7)), data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_loads_does_not_show(
    expected_world: tuple[Path, dict[str, Any]], tmp_path: Path, order: list[int], data: st.DataObject
) -> None:
    path, expected = expected_world
    for name in ("any.db", "any.db-wal", "any.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    store = Store(f"sqlite:///{tmp_path / 'any.db'}")
    steps = world(path)
    repeated = data.draw(st.lists(st.sampled_from(range(7)), max_size=3))
    for step in [*order, *repeated]:
        steps[step](store)
    found = snapshot(store)
    for table, content in expected.items():
        assert found[table] == content, table


def test_the_small_world_holds_every_quality(expected_world: tuple[Path, dict[str, Any]]) -> None:
    path, _ = expected_world
    store = Store(f"sqlite:///{path / 'straight.db'}")
    found = dict(store.rows("SELECT match_quality, count(*) FROM llm_call WHERE source = 'litellm' GROUP BY 1"))
    # exact: a, again?, z; time: b, stop, three tries; ambiguous: x, y; exact_main: log.
    assert set(found) >= {"exact", "time", "ambiguous", "exact_main"}
    assert sum(found.values()) == 11
