"""What event logs add to chats: latency, failures, stops and calls that no chat shows, in any order of loading."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from chat_files import all_chats, chat, contents, load, micro, reply, request
from gateway_rows import aborted, completed, csv_file, failed, log_file

from data.store import Store

SAMPLES = Path(__file__).parents[1] / "cases" / "bolt_diy"


def calls(store: Store, columns: str) -> list[tuple[Any, ...]]:
    return store.rows(f"SELECT {columns} FROM llm_call ORDER BY started_at, source, native_id")


def two_turns(second: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return a chat of two turns at 10:00 and 10:05; the first reply has 11 characters and took place at 10:00:01."""
    messages = [
        request("aaaaaaaaaaaaaaa1", "Build a shop", 0),
        reply("msg-a", "Hello world", 0),
        request("aaaaaaaaaaaaaaa2", "Now blue", 5),
    ]
    return messages if second is None else [*messages, second]


def test_latencies_of_the_samples_by_hand(store: Store) -> None:
    load(store, SAMPLES / "bolt-chats.json", SAMPLES / "bolt-event-logs.json")
    found = dict(
        store.rows(
            "SELECT native_id, latency_ms FROM llm_call WHERE latency_basis = 'event_log' AND source = 'bolt_chat'"
        )
    )
    assert found == {
        "msg-fUwRcNPMUKCczq2vWLmClAeU#0": 205 - 195,  # the first reply began at .195 and its entry is of .205
        "msg-8NH0zam7AatFJbm9WtSD4rOS#0": 244 - 237,
        "msg-a5eTdp0BNOjISLrBhhuyGpHE#0": 282 - 276,
        "msg-0WXot9CHhEJFHHs60h5YScVZ#0": 320 - 314,
        "msg-JjwpQkIFUeYXHnNcHQfXm20X#0": 328 - 322,
        "msg-82vkTQlQfvFdH6nNt6IqM6zp#0": 338 - 329,
        # Two requests with a person's decision in between: only the first is timed, up to its own entry.
        "msg-z3nnTvT6X2j4E8TYZyT5HjZi#0": 346 - 339,
        "msg-Ox3sm5QpvvaAmaHYJPtWBAHU#0": 362 - 357,
        "msg-2cDUtELESfAfUn99LwBdkh5E#0": 383 - 375,
        "msg-XAYZgQeey6uRYKMPl9sfG7Fk#0": 392 - 383,
        "msg-oCYomO69nZxUpiKOQQ3nbivt#0": 401 - 396,
    }


def test_the_failed_and_the_stopped_turn_of_the_samples(store: Store) -> None:
    load(store, SAMPLES / "bolt-chats.json", SAMPLES / "bolt-event-logs.json")
    assert store.rows("SELECT native_id, status, error_kind FROM llm_call WHERE status <> 'success'") == [
        ("XcvRPhzbuzLN38XH#0", "error", "rate_limit"),
        ("msg-NdxChpvR3LMWwSHNEy7BniAW#0", "cancelled", None),
    ]
    # Every entry of the log is explained by the chats, so no call comes from the log alone.
    assert store.rows("SELECT count(*) FROM llm_call WHERE source = 'bolt_events'") == [(0,)]


def test_samples_give_the_same_store_in_every_order(tmp_path: Path) -> None:
    files = ["bolt-chats.json", "bolt-event-logs.json", "bolt-chats-later-after-rewind.json"]
    expected = None
    for number, order in enumerate(permutations(files)):
        store = Store(f"sqlite:///{tmp_path / str(number)}.db")
        load(store, *(SAMPLES / name for name in order))
        found = contents(store)
        expected = expected or found
        assert found == expected, order


def test_a_reply_is_joined_only_with_an_entry_of_its_length_route_person_and_time(store: Store, tmp_path: Path) -> None:
    load(store, all_chats(tmp_path / "a.json", [chat("1", two_turns(reply("msg-b", "Done.", 5)), saved=59)]))
    wrong = [
        completed(1, 0, 12),
        completed(1, 1, 11, model="claude-haiku-4-5"),
        completed(1, 2, 11, provider="OpenRouter"),
        completed(6, 0, 11),  # after the next request of the chat
    ]
    load(store, log_file(tmp_path / "wrong.json", *wrong))
    load(store, log_file(tmp_path / "other.json", completed(1, 3, 11)), person="bob")
    assert calls(store, "latency_ms")[0] == (None,)
    load(store, log_file(tmp_path / "right.json", completed(0, 43, 11)))
    assert calls(store, "latency_ms, latency_basis")[0] == (42_000, "event_log")  # 10:00:43 - 10:00:01


def test_the_last_reply_without_an_entry_is_timed_by_the_save_of_its_chat(store: Store, tmp_path: Path) -> None:
    load(store, all_chats(tmp_path / "a.json", [chat("1", two_turns(reply("msg-b", "Done.", 5)), saved=6)]))
    # The first reply is followed by a request, so its end is not known; the second began 10:05:01, saved 10:06:00.
    assert calls(store, "latency_ms, latency_basis") == [(None, "none"), (59_000, "chat_saved")]


def test_a_save_long_after_the_reply_is_no_latency(store: Store, tmp_path: Path) -> None:
    load(store, all_chats(tmp_path / "a.json", [chat("1", two_turns(reply("msg-b", "Done.", 5)), saved=50)]))
    assert calls(store, "latency_ms") == [(None,), (None,)]  # 45 minutes; a fork or an import saves later


def test_a_reply_of_several_requests_is_timed_only_when_its_first_entry_is_sure(store: Store, tmp_path: Path) -> None:
    messages = [
        request("aaaaaaaaaaaaaaa1", "Look it up", 0),
        reply("msg-a", "Let me look. Found.", 0, usage=((9, 1), (9, 2))),
    ]
    load(store, all_chats(tmp_path / "a.json", [chat("1", messages)]))
    load(store, log_file(tmp_path / "second.json", completed(20, 0, 19)))
    assert calls(store, "latency_ms") == [(None,), (None,)]  # this entry ended the second request
    load(store, log_file(tmp_path / "first.json", completed(0, 4, 12)))
    assert calls(store, "latency_ms, latency_basis") == [(3000, "event_log"), (None, "none")]


def test_a_failure_in_the_log_turns_a_stop_into_a_failure(store: Store, tmp_path: Path) -> None:
    partial = reply("msg-b", "Sure, rewri", 5, usage=())
    load(store, all_chats(tmp_path / "a.json", [chat("1", two_turns(partial))]))
    last = "SELECT outcome, outcome_basis FROM task ORDER BY requested_at DESC LIMIT 1"
    assert store.rows(last) == [("aborted", "stopped")]
    load(store, log_file(tmp_path / "log.json", failed(5, 30, "Custom error: Network error.")))
    assert store.rows(last) == [("failed", "error")]
    assert calls(store, "status, error_kind")[-1] == ("error", "transient")


def test_a_stop_in_the_log_turns_an_empty_reply_into_a_stop(store: Store, tmp_path: Path) -> None:
    empty = reply("abcdefghijklmnop", "", 5, usage=())
    load(store, all_chats(tmp_path / "a.json", [chat("1", two_turns(empty))]))
    assert calls(store, "status")[-1] == ("error",)
    load(store, log_file(tmp_path / "log.json", aborted(5, 30)))
    assert calls(store, "status, error_kind")[-1] == ("cancelled", None)
    assert store.rows("SELECT outcome FROM task ORDER BY requested_at DESC LIMIT 1") == [("aborted",)]


def test_a_failure_after_a_request_without_reply_belongs_to_its_task(store: Store, tmp_path: Path) -> None:
    load(store, all_chats(tmp_path / "a.json", [chat("1", two_turns(None))]))
    load(store, log_file(tmp_path / "log.json", failed(5, 9, "Custom error: Invalid or missing API key.")))
    assert store.rows(
        "SELECT t.outcome, t.outcome_basis, c.source, c.status, c.error_kind, t.call_count "
        "FROM task t JOIN llm_call c USING (task_key) ORDER BY t.requested_at DESC LIMIT 1"
    ) == [("failed", "error", "bolt_events", "error", "auth", 1)]


def test_a_log_without_its_chats_counts_calls_until_the_chats_arrive(store: Store, tmp_path: Path) -> None:
    log = log_file(tmp_path / "log.json", completed(0, 43, 11, usage=(1000, 200)), failed(4, 0, "Custom error: x"))
    load(store, log)
    assert calls(store, "source, status, is_counted, task_key, input_tokens, started_at") == [
        ("bolt_events", "success", 1, None, 1000, micro(0, 43)),
        ("bolt_events", "error", 1, None, None, micro(4)),
    ]
    load(store, all_chats(tmp_path / "a.json", [chat("1", two_turns(reply("msg-b", "Done.", 5)))]))
    assert calls(store, "source, status, latency_ms") == [
        ("bolt_chat", "success", 42_000),
        ("bolt_events", "error", None),  # the chat shows no failed request at 10:04
        ("bolt_chat", "success", None),
    ]


def test_of_two_equal_replies_each_takes_the_entry_of_its_own_time(store: Store, tmp_path: Path) -> None:
    messages = [
        request("aaaaaaaaaaaaaaa1", "Hi", 0), reply("msg-a", "Hello", 0),
        request("aaaaaaaaaaaaaaa2", "Hi again", 2), reply("msg-b", "Hello", 2),
    ]  # fmt: skip
    load(store, log_file(tmp_path / "log.json", completed(0, 5, 5), completed(2, 9, 5)))
    load(store, all_chats(tmp_path / "a.json", [chat("1", messages)]))
    assert calls(store, "native_id, latency_ms") == [("msg-a#0", 4000), ("msg-b#0", 8000)]


def test_loads_that_bring_nothing_new_leave_the_links_as_they_are(store: Store, tmp_path: Path) -> None:
    chats = all_chats(tmp_path / "a.json", [chat("1", two_turns(reply("msg-b", "Done.", 5)))])
    log = log_file(tmp_path / "log.json", completed(0, 43, 11), failed(4, 0, "Custom error: x"))
    load(store, chats, log)
    before = contents(store)
    again = log_file(tmp_path / "again.json", completed(0, 43, 11), failed(4, 0, "Custom error: x"), exported=70)
    load(store, again)
    assert contents(store) == before


def parallel(person_mark: str, text: str) -> list[dict[str, Any]]:
    """Return a chat of one turn at 10:00, whose reply has other ids than that of anybody else."""
    return [request(f"aaaaaaaaaaaaaa{person_mark}1", "Build it", 0), reply(f"msg-{person_mark}", text, 0)]


def loaded_in_every_order(tmp_path: Path, *files: tuple[Path, str | None]) -> Store:
    """Load files with their persons in every order, each into a store of its own; all must say the same."""
    stores: list[Store] = []
    for number, order in enumerate(permutations(files)):
        stores.append(Store(f"sqlite:///{tmp_path / f'order-{number}.db'}"))
        for path, person in order:
            load(stores[-1], path, person=person)
    for other in stores[1:]:
        assert contents(other) == contents(stores[0])
    return stores[0]


COUNTED = "source, is_counted, match_quality, person, latency_ms"


@pytest.mark.parametrize(("of_chat", "of_log"), [("ann", None), (None, "ann")])
def test_a_log_or_a_chat_without_a_person_is_paired_where_one_reply_fits(
    tmp_path: Path, of_chat: str | None, of_log: str | None
) -> None:
    chats = all_chats(tmp_path / "a.json", [chat("1", parallel("a", "Hello world"))])
    log = log_file(tmp_path / "log.json", completed(0, 43, 11, usage=(1000, 200)))
    store = loaded_in_every_order(tmp_path, (chats, of_chat), (log, of_log))
    assert calls(store, COUNTED) == [("bolt_chat", 1, "none", of_chat, 42_000)]  # 10:00:43 - 10:00:01


def test_an_entry_without_a_person_that_fits_two_people_counts_as_no_call_of_its_own(tmp_path: Path) -> None:
    ann = all_chats(tmp_path / "ann.json", [chat("1", parallel("a", "Hello world"))])
    bob = all_chats(tmp_path / "bob.json", [chat("1", parallel("b", "Hello there"))])
    log = log_file(tmp_path / "log.json", completed(0, 43, 11))
    store = loaded_in_every_order(tmp_path, (ann, "ann"), (bob, "bob"), (log, None))
    assert sorted(calls(store, COUNTED), key=repr) == [
        ("bolt_chat", 1, "none", "ann", None),
        ("bolt_chat", 1, "none", "bob", None),
        ("bolt_events", 0, "ambiguous", None, None),
    ]
    assert store.rows("SELECT sum(call_count) FROM call_daily") == [(2,)]


def test_an_entry_that_names_its_person_goes_before_one_that_names_nobody(tmp_path: Path) -> None:
    ann = all_chats(tmp_path / "ann.json", [chat("1", parallel("a", "Hello world"))])
    named = log_file(tmp_path / "named.json", completed(0, 43, 11))
    unnamed = log_file(tmp_path / "unnamed.json", completed(0, 31, 11))
    store = loaded_in_every_order(tmp_path, (ann, "ann"), (named, "ann"), (unnamed, None))
    # The other entry fits no other reply: it is a call that no chat shows.
    assert calls(store, COUNTED) == [("bolt_chat", 1, "none", "ann", 42_000), ("bolt_events", 1, "none", None, None)]


def test_a_log_loaded_with_and_without_its_person_holds_each_entry_once(tmp_path: Path) -> None:
    ann = all_chats(tmp_path / "ann.json", [chat("1", parallel("a", "Hello world"))])
    entries = [completed(0, 43, 11), completed(50, 0, 7)]
    log, again = log_file(tmp_path / "log.json", *entries), csv_file(tmp_path / "log.csv", *entries)
    store = loaded_in_every_order(tmp_path, (ann, "ann"), (log, "ann"), (again, None))
    assert calls(store, COUNTED) == [("bolt_chat", 1, "none", "ann", 42_000), ("bolt_events", 1, "none", "ann", None)]


def test_a_project_that_only_the_chat_names_hinders_no_pair(tmp_path: Path, store: Store) -> None:
    load(store, all_chats(tmp_path / "a.json", [chat("1", parallel("a", "Hello world"))]), project="web")
    load(store, log_file(tmp_path / "log.json", completed(0, 43, 11)), project=None)
    assert calls(store, COUNTED) == [("bolt_chat", 1, "none", "ann", 42_000)]


@pytest.mark.parametrize(("of_chat", "of_log"), [("ann", None), (None, "ann")])
def test_a_failure_in_a_log_without_a_person_belongs_to_the_only_request_that_fits(
    tmp_path: Path, of_chat: str | None, of_log: str | None
) -> None:
    partial = all_chats(tmp_path / "a.json", [chat("1", two_turns(reply("msg-b", "Sure, rewri", 5, usage=())))])
    log = log_file(tmp_path / "log.json", failed(5, 30, "Custom error: Network error."))
    store = loaded_in_every_order(tmp_path, (partial, of_chat), (log, of_log))
    assert calls(store, "source, status, error_kind") == [
        ("bolt_chat", "success", None),
        ("bolt_chat", "error", "transient"),
    ]
    open_request = all_chats(tmp_path / "b.json", [chat("1", two_turns(None))])
    (tmp_path / "open").mkdir()
    store = loaded_in_every_order(tmp_path / "open", (open_request, of_chat), (log, of_log))
    assert calls(store, "source, status, person")[-1] == ("bolt_events", "error", "ann")
    assert store.rows("SELECT outcome, call_count FROM task ORDER BY requested_at DESC LIMIT 1") == [("failed", 1)]
