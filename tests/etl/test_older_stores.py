"""What a store of an earlier version lacks is completed by files that are exported since."""

from pathlib import Path
from typing import Any

from chat_files import all_chats, artifact, chat, load, reply, request

from data.migrations import TIES_OF_MESSAGES, rebuild_first
from data.store import Store
from etl.sources.bolt_messages import TIE_BITS


def test_a_new_export_of_a_chat_completes_what_a_store_of_version_1_knew_less_of(tmp_path: Path):
    first, second = Store(f"sqlite:///{tmp_path / 'first.db'}"), Store(f"sqlite:///{tmp_path / 'second.db'}")
    messages: list[dict[str, Any]] = []
    for number in range(10):
        messages += [
            request(f"q{number}", "Build it", 2 * number),
            reply(f"a{number}", artifact((f"{number}.ts", f"line {number}")), 2 * number),
        ]
    load(first, all_chats(tmp_path / "before.json", [chat("1", messages)], exported=60))
    # As version 1 left it: no hashes of contents, and a checksum without them between copies.
    with first.writing() as connection:
        connection.execute("UPDATE patch_file SET blob_hash = NULL")
        connection.execute("UPDATE message SET record_rank = record_rank | ?", (TIES_OF_MESSAGES,))
        rebuild_first(connection)
    exported_since = all_chats(tmp_path / "since.json", [chat("1", messages)], exported=90)
    load(first, exported_since)
    load(second, exported_since)
    hashes = "SELECT path, blob_hash FROM patch_file ORDER BY path"
    assert first.rows(hashes) == second.rows(hashes)
    assert len(first.rows("SELECT 1 FROM patch_file WHERE blob_hash IS NOT NULL")) == 10
    assert (1 << TIE_BITS) - 1 == TIES_OF_MESSAGES
