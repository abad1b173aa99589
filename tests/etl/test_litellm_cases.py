"""Gateway rows of every form, case by case: the expected figures stand beside the input and can be checked on paper."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from chat_files import counts, load

from data.epoch import EPOCH
from data.keys import stable_key
from data.store import Store

CASES = sorted((Path(__file__).parents[1] / "cases").glob("litellm_*"))


def rows_by_id(store: Store) -> dict[str, dict[str, object]]:
    with store.reading() as connection:
        cursor = connection.execute("SELECT * FROM llm_call")
        names = [column[0] for column in cursor.description]
        return {row[1]: dict(zip(names, row, strict=True)) for row in cursor}


def shown(name: str, value: object) -> object:
    if name == "started_at" and isinstance(value, int):
        return (EPOCH + timedelta(microseconds=value)).isoformat()
    return bool(value) if name.startswith("is_") and value is not None else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_of_gateway_rows_gives_the_expected_calls(case: Path, store: Store):
    expected = json.loads((case / "expected.json").read_text())
    [source] = case.glob("input.*")
    [report] = load(store, source, person="ann", project="demo")
    assert report.refused is None
    assert report.kind == expected["kind"]
    assert dict(zip(("read", "loaded", "known", "quarantined"), counts(report), strict=True)) == expected["counts"]
    assert report.known_by_reason == expected.get("known_by_reason", {})
    rows = rows_by_id(store)
    assert set(rows) == set(expected["rows"])
    for native_id, columns in expected["rows"].items():
        assert {name: shown(name, rows[native_id][name]) for name in columns} == columns
        assert rows[native_id]["llm_call_key"] == stable_key("litellm", native_id)
        assert rows[native_id]["source"] == "litellm"
        started = datetime.fromisoformat(str(shown("started_at", rows[native_id]["started_at"])))
        assert rows[native_id]["started_date"] == (started.date() - EPOCH.date()).days
    for one, other in expected.get("same_trace", []):
        assert rows[one]["trace_hash"] == rows[other]["trace_hash"]
    for one, other in expected.get("other_trace", []):
        assert rows[one]["trace_hash"] != rows[other]["trace_hash"]
    found = store.rows("SELECT position, reason, detail FROM quarantine ORDER BY quarantine_id")
    wanted = [(one["position"], one["reason"], one["detail"]) for one in expected["quarantine"]]
    assert sorted(found) == sorted(wanted)


def test_there_are_cases():
    assert len(CASES) >= 7


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_of_prompts_error_texts_and_addresses_is_stored(case: Path, store: Store):
    [source] = case.glob("input.*")
    load(store, source)
    stored = "\n".join(
        str(row) for row in (*store.rows("SELECT * FROM llm_call"), *store.rows("SELECT * FROM quarantine"))
    )
    for text in (
        "secret plan",
        "Overloaded",
        "server had an error",
        "line two",
        "maximum context",
        "api.anthropic.com",
    ):
        assert text not in stored
