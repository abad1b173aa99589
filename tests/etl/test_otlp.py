"""OpenTelemetry spans: cases to check on paper, copies in any order, other signals, and hostile spans."""

import gzip
import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from call_cases import cases, check_case
from chat_files import counts, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loads import facts

from data.store import Store
from etl.sources import otlp_attributes
from etl.sources.otlp_attributes import ATTRIBUTES, DOCUMENTED

TABLES = {"calls": "llm_call", "tools": "tool_call", "commands": "command_run"}
SECOND = 10**9
START = 1_772_445_600 * SECOND


def span(number: int, attributes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a span of one second at 10:00 on 2 March 2026; attributes are texts, numbers, true or false."""
    kinds: dict[type, str] = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
    return {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "span",
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(START + SECOND),
        "attributes": [{"key": key, "value": {kinds[type(value)]: value}} for key, value in attributes.items()],
    } | changes


def chat_span(number: int, **changes: Any) -> dict[str, Any]:
    return span(number, {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}, **changes)


def request(*spans: Any) -> str:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]})


def spans_file(path: Path, *spans: Any) -> Path:
    path.write_text("".join(request(one) + "\n" for one in spans))
    return path


@pytest.mark.parametrize("case", cases("otlp"), ids=lambda case: case.name)
def test_a_file_of_spans_gives_the_expected_rows(case: Path, store: Store):
    check_case(case, store, TABLES)


@pytest.mark.parametrize("case", cases("otlp"), ids=lambda case: case.name)
def test_nothing_of_prompts_arguments_and_error_texts_is_stored(case: Path, store: Store):
    [source] = case.glob("input.*")
    load(store, source)
    with store.reading() as connection:
        assert "secret plan" not in "\n".join(connection.iterdump())


def test_there_are_cases():
    assert len(cases("otlp")) >= 6


def test_the_parts_of_one_export_load_the_same_in_any_order(tmp_path: Path):
    running = chat_span(1, endTimeUnixNano="0")
    ended = chat_span(1)
    failed = chat_span(1, status={"code": 2})
    command = span(2, {"process.command_line": "npm test"}, endTimeUnixNano=None)
    command_ended = span(2, {"process.command_line": "npm test", "process.exit.code": 1})
    parts = ((running, command), (ended,), (failed, command_ended))
    found = []
    for number, order in enumerate(permutations(range(3))):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        for place in order:
            load(Store(url), spans_file(tmp_path / f"{place}.jsonl", *parts[place]))
        found.append(facts(url))
    assert all(one == found[0] for one in found)
    assert len(found[0]["llm_call"]) == len(found[0]["command_run"]) == 1


def test_gzip_and_a_gap_of_blank_lines_are_read(store: Store, tmp_path: Path):
    path = tmp_path / "spans.jsonl.gz"
    path.write_bytes(gzip.compress(f"\n{request(chat_span(1))}\r\n\n{request(chat_span(2))}".encode()))
    [report] = load(store, path)
    assert counts(report) == (2, 2, 0, 0)


def test_logs_and_metrics_beside_spans_are_counted_and_not_measured(store: Store, tmp_path: Path):
    path = tmp_path / "mixed.jsonl"
    logs = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{}, {}]}]}]}
    path.write_text(json.dumps(logs) + "\n" + request(chat_span(1)) + "\n")
    [report] = load(store, path)
    assert counts(report) == (3, 1, 2, 0)
    assert report.known_by_reason == {"not_measured": 2}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}\n', "logs or metrics and no spans"),
        ('{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{}]}]}]}\n', "logs or metrics and no spans"),
        ('{\n "name": "chat",\n "context": {\n  "trace_id": "0x5b8e",\n', "ConsoleSpanExporter"),
        ('{\n "resourceSpans": [\n {"scopeSpans": [', "cut off"),
    ],
)
def test_what_is_no_use_is_refused_with_help(store: Store, tmp_path: Path, content: str, words: str):
    path = tmp_path / "given"
    path.write_text(content)
    [report] = load(store, path)
    assert report.refused is not None
    assert words in report.refused
    assert store.rows("SELECT count(*) FROM load") == [(0,)]


def test_every_attribute_that_is_read_is_documented_once():
    declared = {value for value in vars(otlp_attributes).values() if isinstance(value, otlp_attributes.Attribute)}
    assert declared == set(ATTRIBUTES)
    documented = [name for name, _, _ in DOCUMENTED]
    assert sorted(documented) == sorted(name for one in ATTRIBUTES for name in one.names)
    assert len(documented) == len(set(documented))


_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=20),
        st.sampled_from(["", "9" * 5000, "sk-ant-api03-" + "abcd" * 20, "1772445600000000000", "\ud800", "\0"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["stringValue", "intValue", "arrayValue", "values", "key"]), inner, max_size=2),
    ),
    max_leaves=4,
)  # fmt: skip
_FIELDS = ("traceId", "spanId", "name", "startTimeUnixNano", "endTimeUnixNano", "attributes", "status", "events")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.dictionaries(st.sampled_from(_FIELDS), _VALUES, max_size=3), min_size=1, max_size=4),
    values=st.lists(st.tuples(st.sampled_from([name for name, _, _ in DOCUMENTED]), _VALUES), max_size=6),
)
def test_hostile_spans_break_nothing(tmp_path: Path, changes: list[dict[str, Any]], values: list[tuple[str, Any]]):
    wild = [{"key": key, "value": value} for key, value in values]
    spans = [chat_span(number) for number in range(1, len(changes) + 1)]
    for one, change in zip(spans, changes, strict=True):
        one["attributes"] = [*one["attributes"], *wild]
        one.update(change)
    for leftover in tmp_path.glob("*"):
        leftover.unlink()
    store = Store(f"sqlite:///{tmp_path / 'hostile.db'}")
    [report] = load(store, spans_file(tmp_path / "a.jsonl", *spans, chat_span(99)))
    assert report.refused is None
    read, loaded, known, quarantined = counts(report)
    assert read == loaded + known + quarantined == len(changes) + 1
    with store.reading() as connection:
        assert "sk-ant" not in "\n".join(connection.iterdump())
