"""The files of the demo: the same bytes again, and shapes equal to the samples of the real app."""

import hashlib
import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from demo_files import UNTIL, chats, documents, files_of, small_demo
from genai_prices import Usage, calc_price

from etl.demo import MARKER, DemoError, write_demo
from etl.demo.routes import ANTHROPIC_HAIKU, DEEPSEEK, GOOGLE_FLASH, MISTRAL_DEVSTRAL, SERVED, XAI_GROK

SAMPLES = Path(__file__).parents[1] / "cases" / "bolt_diy"


def test_the_same_seed_and_dates_give_the_same_bytes(tmp_path: Path) -> None:
    first = files_of(small_demo().folder)
    write_demo(tmp_path / "again", tasks=300, days=84, until=UNTIL)
    assert files_of(tmp_path / "again") == first


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    report = write_demo(tmp_path / "other", tasks=300, days=84, until=UNTIL, seed=8)
    assert report.truth["tasks"]["total"] == 300
    assert files_of(tmp_path / "other") != files_of(small_demo().folder)


def test_a_demo_is_written_over_an_older_one_and_over_nothing_else(tmp_path: Path) -> None:
    old = write_demo(tmp_path / "demo", tasks=300, days=100, until=UNTIL)
    write_demo(old.folder, tasks=300, days=84, until=UNTIL)
    assert files_of(old.folder) == files_of(small_demo().folder)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "notes.txt").write_text("keep me")
    with pytest.raises(DemoError, match="holds no demo"):
        write_demo(tmp_path / "own", until=UNTIL)
    assert (tmp_path / "own" / "notes.txt").read_text() == "keep me"


def test_truth_lists_every_other_file_with_the_hash_of_its_bytes() -> None:
    written = files_of(small_demo().folder)
    truth = json.loads(written.pop(MARKER))
    assert truth["files"] == {path: hashlib.sha256(data).hexdigest() for path, data in written.items()}
    assert small_demo().file_count == len(written) + 1


@pytest.mark.parametrize("place", ["inbox/mine/zoe/chats.json", "gateway/notes.txt", "a file of the demo"])
def test_a_new_demo_never_deletes_what_somebody_put_or_changed_there(tmp_path: Path, place: str) -> None:
    old = write_demo(tmp_path / "demo", tasks=1, days=1, until=UNTIL)
    own = old.folder / place.replace("a file of the demo", next(iter(old.truth["files"])))
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("keep me")
    before = files_of(old.folder)
    with pytest.raises(DemoError, match=f"{re.escape(str(own))} was not written by the demo, or was changed"):
        write_demo(old.folder, tasks=1, days=1, until=UNTIL)
    assert files_of(old.folder) == before


def test_exports_are_formatted_as_the_app_formats_them() -> None:
    found = documents("inbox/*/*/*/*.json")
    assert len(found) > 50
    for path, document in found:
        assert path.read_text() == json.dumps(document, ensure_ascii=False, indent=2), path


def test_keys_of_messages_stand_in_the_order_of_the_samples() -> None:
    sample = json.loads((SAMPLES / "bolt-chats.json").read_text())
    imported = json.loads((SAMPLES / "bolt-chats-after-data-tab-import.json").read_text())
    known = _orders(sample["chats"]) | _orders(imported["chats"])
    found = _orders([chat for _, chat in chats()])
    # Not in the samples: an image, a button in a reply (no parts), and a failed request that was not tried again.
    further = {
        ("user", "later", ("role", "content", "parts", "experimental_attachments", "id", "createdAt")),
        ("user", "button", ("id", "content", "role", "createdAt")),
    }
    assert found - further <= known
    assert {kind for _, kind, _ in found} >= {"first", "later", "template", "hidden", "reply", "tool reply", "imported"}


def test_keys_of_chats_stand_in_the_order_of_the_samples() -> None:
    orders = {tuple(chat) for _, chat in chats()}
    allowed = ("id", "messages", "urlId", "description", "timestamp", "metadata")
    imported = ("id", "description", "messages", "timestamp", "urlId", "metadata")
    assert imported in orders
    for order in orders - {imported}:
        assert order == tuple(key for key in allowed if key in order)
        assert {"id", "messages", "timestamp"} <= set(order)


def test_parts_and_annotations_have_the_keys_of_the_samples() -> None:
    sample = json.loads((SAMPLES / "bolt-chats.json").read_text())["chats"]

    def shapes(of: list[dict[str, Any]]) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = set()
        for chat in of:
            for message in chat["messages"]:
                items = [
                    *message.get("parts", []),
                    *(note for note in message.get("annotations", []) if note != "hidden"),
                ]
                found.update(
                    (item["type"], *item, *item.get("value", ()), *item.get("toolInvocation", ())) for item in items
                )
        return found

    assert shapes([chat for _, chat in chats()]) - {("file", "type", "mimeType", "data")} <= shapes(sample)


def test_log_entries_have_the_keys_of_the_samples() -> None:
    def shapes(entries: list[dict[str, Any]]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        return {entry["message"]: (tuple(entry), tuple(entry["details"])) for entry in entries}

    sample = shapes(json.loads((SAMPLES / "bolt-event-logs.json").read_text())["logs"])
    logs = documents("inbox/*/*/*/bolt-event-logs-*.json")
    found: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for _, document in logs:
        assert list(document) == ["timestamp", "logs", "filters", "preferences"]
        found |= shapes(document["logs"])
    both = sample.keys() & found.keys()
    assert both >= {
        "Chat response completed",
        "Chat response aborted",
        "chat request failed",
        "Application initialized",
    }
    assert {name: found[name] for name in both} == {name: sample[name] for name in both}


def test_lengths_in_the_log_are_those_of_the_replies() -> None:
    lengths: dict[str, set[int]] = defaultdict(set)
    for person, chat in chats():
        for message in chat["messages"]:
            if message["role"] == "assistant":
                shown = ""
                for part in message.get("parts", []):
                    shown += part.get("text", "")
                    lengths[person].add(len(shown.encode("utf-16-le")) // 2)
    checked = 0
    for path, document in documents("inbox/*/*/*/bolt-event-logs-*.json"):
        for entry in document["logs"]:
            if entry["message"] == "Chat response completed":
                assert entry["details"]["messageLength"] in lengths[path.parts[-3]]
                checked += 1
    assert checked > 200


def test_ids_and_times_are_those_of_the_app() -> None:
    for _, chat in chats():
        for position, message in enumerate(chat["messages"]):
            if message["role"] == "assistant" and not message["id"].startswith("2-"):
                assert re.fullmatch(r"msg-[0-9A-Za-z]{24}" if message["content"] else r"[0-9A-Za-z]{16}", message["id"])
            elif position == 0:
                assert re.fullmatch(r"(1-)?\d{13}", message["id"])
                assert "createdAt" not in message


def test_the_demo_covers_the_days_that_were_asked_for() -> None:
    truth = small_demo().truth
    assert (truth["first_day"], truth["last_day"]) == ("2026-08-31", "2026-11-22")
    last = max(document["exportDate"] for _, document in documents("inbox/*/*/*/bolt*chats.json"))
    assert last < "2026-11-24"


@pytest.mark.parametrize("month", [1, 6, 11])
@pytest.mark.parametrize("served", SERVED, ids=lambda served: served.model)
def test_the_gateway_bills_what_the_price_table_says(served: Any, month: int) -> None:
    at = datetime(2026, month, 15, 12, tzinfo=UTC)
    usage = Usage(input_tokens=50_000, cache_read_tokens=20_000, output_tokens=3_000)
    price = calc_price(usage, served.model, provider_id=served.provider, genai_request_timestamp=at)
    assert served.spend(50_000, 20_000, 3_000) == round(price.total_price * 1_000_000)


def test_one_route_is_unpriced_and_the_others_are_not() -> None:
    at = datetime(2026, 6, 15, 12, tzinfo=UTC)
    usage = Usage(input_tokens=1000, output_tokens=100)
    for route in (ANTHROPIC_HAIKU, GOOGLE_FLASH, DEEPSEEK, XAI_GROK):
        assert calc_price(usage, route.model, provider_id=route.provider, genai_request_timestamp=at).total_price > 0
    with pytest.raises(LookupError):
        calc_price(usage, MISTRAL_DEVSTRAL.model, provider_id=MISTRAL_DEVSTRAL.provider, genai_request_timestamp=at)


def _orders(of: list[dict[str, Any]]) -> set[tuple[str, str, tuple[str, ...]]]:
    """Return role, kind and order of keys of every message; annotations may be missing on replies."""
    found: set[tuple[str, str, tuple[str, ...]]] = set()
    for chat in of:
        for position, message in enumerate(chat["messages"]):
            order = tuple(key for key in message if key != "annotations" or message["role"] == "user")
            found.add((message["role"], _kind(position, message), order))
    return found


def _kind(position: int, message: dict[str, Any]) -> str:
    if "timestamp" in message:
        return "imported"
    if message["id"].startswith("2-"):
        return "template"
    if message["role"] == "assistant":
        return "tool reply" if "toolInvocations" in message else "reply"
    if message["id"].startswith("quick-action"):
        return "button"
    if message.get("annotations"):
        return "hidden"
    return "first" if position == 0 else "later"
