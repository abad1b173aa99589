"""Whatever is in the files: every record is accounted for, and neither order nor repetition of loading shows."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chat_files import CHOICE, artifact, at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loads import facts, litellm_row, ndjson

from data.store import Store
from etl.files import find_files
from etl.loading import FileReport, load_file
from etl.owners import Owners

_EXAMPLES = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

# Values that do not belong where they stand, the hostile ones included.
_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**62, max_value=2**80),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["", "NaN", "1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "=1+1", "\x00", "\ud83d", "0/0"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


def _broken(valid: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
    """Return records of which a field was dropped or overwritten, or that are no record at all."""

    @st.composite
    def damage(draw: st.DrawFn) -> Any:
        record = dict(draw(valid))
        key = draw(st.sampled_from(sorted(record)))
        if draw(st.booleans()):
            del record[key]
        else:
            record[key] = draw(_ODD)
        return record

    return st.one_of(damage(), damage(), _ODD)


@st.composite
def _message(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(st.integers(0, 6))
    minute = 2 * number
    if draw(st.booleans()):
        words = draw(st.sampled_from(["Build a shop", "Fix it", "*Fix this preview error* \n```js\nx"]))
        return {"role": "user", "id": f"17724456{number:05}", "content": CHOICE + words, "createdAt": at(minute)}
    text = draw(
        st.sampled_from(["Done.", "", artifact(("src/a.ts", "a"), commands=["npm install"]), "<boltArtifact id="])
    )
    usage = [{"type": "usage", "value": {"completionTokens": 5, "promptTokens": 7, "totalTokens": 12}}]
    return {
        "role": "assistant",
        "id": f"msg-{number}",
        "content": text,
        "parts": [{"type": "text", "text": text}],
        "annotations": draw(st.sampled_from([usage, []])),
        "createdAt": at(minute, 1),
    }


@st.composite
def _log_entry(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(st.integers(0, 9))
    message = draw(st.sampled_from(["Chat response completed", "Chat response aborted", "Application initialized"]))
    details = {"component": "Chat", "model": "claude-sonnet-4-5", "provider": "Anthropic", "messageLength": 5}
    return {
        "id": f"1772445600{number:03}-abc",
        "timestamp": at(number),
        "level": "info",
        "category": "provider",
        "message": message,
        "details": details,
    }


_ROW = st.integers(0, 9).map(litellm_row)


def _mixed(valid: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.one_of(valid, valid, _broken(valid)), max_size=8)


_CHATS = st.lists(st.one_of(_mixed(_message()), _ODD), max_size=3)
_GARBAGE = st.sampled_from([b"{", b"", b"   ", b"\xff\xfe\xfd", b"[[[[", b"null", b'{"request_id": ', b"NaN"])


def _chats_file(path: Path, chats: list[Any], exported: int = 60) -> Path:
    shaped = [
        {"id": str(number), "messages": chat, "description": "App", "timestamp": at(50)}
        if isinstance(chat, list)
        else chat
        for number, chat in enumerate(chats, 1)
    ]
    path.write_text(json.dumps({"chats": shaped, "exportDate": at(exported)}))
    return path


def _log_file(path: Path, entries: list[Any]) -> Path:
    path.write_text(json.dumps({"timestamp": at(60), "logs": entries, "filters": {"level": "all", "searchQuery": ""}}))
    return path


_EMPTY: list[bytes] = []


@contextmanager
def _new_store() -> Iterator[tuple[Path, Store]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        if _EMPTY:
            path.write_bytes(_EMPTY[0])
        else:
            Store(f"sqlite:///{path}")
            _EMPTY.append(path.read_bytes())
        yield Path(folder), Store(f"sqlite:///{path}")


class _Quiet:
    def file_begins(self, file: object) -> None: ...

    def records_read(self, records: int) -> None: ...

    def says(self, message: str) -> None: ...

    def file_ends(self, report: object) -> None: ...


def _load(store: Store, path: Path, person: str = "ann") -> FileReport:
    return load_file(store, find_files([path])[0], Owners(person, "web"), _Quiet())


def _assert_accounted(store: Store, report: FileReport) -> None:
    # The file itself is well formed, so it is never refused: what is wrong with a record is quarantined.
    assert report.refused is None
    assert report.read == report.loaded + report.known + report.quarantined
    ((read, loaded, known, quarantined),) = store.rows(
        "SELECT read_count, loaded_count, known_count, quarantined_count FROM load WHERE load_id = ?", [report.load_id]
    )
    assert (read, loaded, known, quarantined) == (report.read, report.loaded, report.known, report.quarantined)
    by_reason = store.rows("SELECT coalesce(sum(known_count), 0) FROM load_known WHERE load_id = ?", [report.load_id])
    in_quarantine = store.rows("SELECT count(*) FROM quarantine WHERE load_id = ?", [report.load_id])
    assert (by_reason, in_quarantine) == ([(known,)], [(quarantined,)])


@_EXAMPLES
@given(_CHATS)
def test_every_message_of_any_chats_is_accounted_for(chats: list[Any]) -> None:
    with _new_store() as (folder, store):
        report = _load(store, _chats_file(folder / "c.json", chats))

        _assert_accounted(store, report)
        # A chat that cannot be read at all is one record.
        assert report.read == sum(len(chat) if isinstance(chat, list) else 1 for chat in chats)


@_EXAMPLES
@given(_mixed(_log_entry()))
def test_every_entry_of_any_event_log_is_accounted_for(entries: list[Any]) -> None:
    with _new_store() as (folder, store):
        report = _load(store, _log_file(folder / "l.json", entries))

        _assert_accounted(store, report)
        assert report.read == len(entries)


@_EXAMPLES
@given(st.lists(st.one_of(_ROW, _broken(_ROW), _GARBAGE), max_size=10))
def test_every_line_of_any_gateway_file_is_accounted_for(rows: list[Any]) -> None:
    rows = [litellm_row(99), *rows]
    with _new_store() as (folder, store):
        report = _load(store, ndjson(folder / "g.ndjson", rows))

        _assert_accounted(store, report)
        lines = [row for row in rows if not isinstance(row, bytes) or row.strip()]
        assert report.read == len(lines)


@_EXAMPLES
@given(_CHATS, _CHATS, _mixed(_log_entry()), _mixed(_ROW), st.permutations(range(5)), st.data())
def test_any_order_and_any_repetition_gives_the_same_facts(
    first: list[Any], second: list[Any], entries: list[Any], rows: list[Any], order: list[int], data: st.DataObject
) -> None:
    again = data.draw(st.integers(0, 4))
    with _new_store() as (folder, store), _new_store() as (_, other):
        files = [
            (_chats_file(folder / "a.json", first), "ann"),
            (_chats_file(folder / "b.json", second, 61), "ann"),
            (_chats_file(folder / "c.json", [*second, *first], 62), "bob"),
            (_log_file(folder / "l.json", entries), "ann"),
            (ndjson(folder / "g.ndjson", [litellm_row(99), *rows]), "ann"),
        ]
        for path, person in files:
            _load(store, path, person)
        for index in [*order, again]:
            _load(other, *files[index])

        assert facts(store.url) == facts(other.url)
        shutil.rmtree(folder, ignore_errors=True)
