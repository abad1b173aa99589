"""LiteLLM rows: recognised by their keys, one row per call in any order of loading, nothing lost silently."""

import itertools
import json
import math
import sqlite3
from pathlib import Path

import msgspec
import pytest
from chat_files import OneOwner, Silent, counts, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import StoreError
from data.keys import stable_key, stable_keys
from data.store import Store
from data.words import QuarantineReason, SourceKind
from etl.context import LoadContext, Owner, upsert
from etl.files import find_files
from etl.loading import load_files
from etl.recognise import recognise
from etl.sources import call_writing, litellm_reading
from etl.sources.base import RefusedError
from etl.sources.call_columns import microseconds_of
from etl.sources.litellm_calls import calls_of
from etl.sources.litellm_records import Record, UnusableRecordError, decode_record, record_of
from etl.sources.record_bytes import split_lines

LATEST = 2_000_000_000_000_000


def spend_row(request_id: str = "r-1", **fields: object) -> dict[str, object]:
    row: dict[str, object] = {
        "request_id": request_id,
        "call_type": "acompletion",
        "startTime": "2026-03-02T10:00:00Z",
        "endTime": "2026-03-02T10:00:02Z",
        "model": "openai/gpt-4o",
        "model_group": "gpt-4o",
        "custom_llm_provider": "openai",
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "total_tokens": 1100,
        "spend": 0.0035,
        "status": "success",
        "user": "ann",
        "metadata": {},
    }
    return {key: value for key, value in (row | fields).items() if value is not ...}


def payload(identity: str = "r-1", **fields: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": identity,
        "trace_id": "t-1",
        "call_type": "acompletion",
        "stream": True,
        "startTime": 1772445600.0,
        "endTime": 1772445602.0,
        "completionStartTime": 1772445601.0,
        "model": "gpt-4o",
        "model_group": "gpt-4o",
        "custom_llm_provider": "openai",
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "total_tokens": 1100,
        "response_cost": 0.0035,
        "status": "success",
        "metadata": {"user_api_key_user_id": "ann"},
        "hidden_params": {},
    }
    return row | fields


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    return written(path, "".join(json.dumps(row) + "\n" for row in rows))


def calls_in(store: Store) -> list[tuple[object, ...]]:
    """All gateway calls without the number of the load that brought them."""
    with store.reading() as connection:
        cursor = connection.execute("SELECT * FROM llm_call ORDER BY llm_call_key")
        return [row[:-1] for row in cursor]


def a_context(**settings: object) -> LoadContext:
    return LoadContext(None, 1, "", Owner("ann", "web"), LATEST, **settings)  # type: ignore[arg-type]


def call_of(row: dict[str, object], **settings: object) -> dict[str, object]:
    calls = calls_of([decode_record(json.dumps(row).encode())], a_context(**settings))
    assert calls.problems == []
    return calls.frame.row(0, named=True)


FORMS = [
    ("array", json.dumps([spend_row()]), SourceKind.LITELLM_SPEND),
    ("indented array", json.dumps([spend_row(), spend_row("r-2")], indent=2), SourceKind.LITELLM_SPEND),
    ("page", json.dumps({"data": [spend_row()], "total": 1, "page": 1}), SourceKind.LITELLM_SPEND),
    ("indented page", json.dumps({"total": 1, "data": [spend_row()], "page": 1}, indent=1), SourceKind.LITELLM_SPEND),
    ("empty page", json.dumps({"data": [], "total": 0, "page": 1, "page_size": 50}), SourceKind.LITELLM_SPEND),
    ("lines", json.dumps(spend_row()) + "\n" + json.dumps(spend_row("r-2")), SourceKind.LITELLM_SPEND),
    (
        "blank and broken lines first",
        '\n{"request_id": "x", "st\n\n' + json.dumps(spend_row()),
        SourceKind.LITELLM_SPEND,
    ),
    ("one row", json.dumps(spend_row(), indent=2), SourceKind.LITELLM_SPEND),
    ("one payload", json.dumps(payload(), indent=4), SourceKind.LITELLM_PAYLOAD),
    ("payload lines", json.dumps(payload()) + "\r\n" + json.dumps(payload("r-2")) + "\r\n", SourceKind.LITELLM_PAYLOAD),
    ("payload array", json.dumps([payload()]), SourceKind.LITELLM_PAYLOAD),
    (
        "a prompt that begins before its keys are over",
        json.dumps(payload(messages="x" * 200_000)),
        SourceKind.LITELLM_PAYLOAD,
    ),
    ("byte order mark", "\ufeff" + json.dumps([spend_row()]), SourceKind.LITELLM_SPEND),
]


@pytest.mark.parametrize(("text", "kind"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
def test_every_form_is_recognised_by_its_keys_and_loaded(text: str, kind: SourceKind, store: Store, tmp_path: Path):
    [report] = load(store, written(tmp_path / "report.bin", text))
    assert (report.refused, report.kind) == (None, kind)
    rows = text.count('"startTime"')
    broken = text.count('"st\n')
    assert counts(report) == (rows + broken, rows, 0, broken)


DAILY = [
    [{"startTime": "2026-03-02", "spend": 0.5, "users": {"ann": 0.5}, "models": {"gpt-4o": 0.5}}],
    {
        "results": [{"date": "2026-03-02", "metrics": {"spend": 0.5, "api_requests": 3}, "breakdown": {}}],
        "metadata": {},
    },
    {"daily_data": [{"date": "Mar 02", "api_requests": 3, "total_tokens": 9}], "sum_api_requests": 3},
    [{"id": "x", "user_id": "ann", "date": "2026-03-02", "model": "gpt-4o", "spend": 0.5, "api_requests": 3}],
    [{"group_by_day": "2026-03-02", "teams": [{"team_name": "web", "total_spend": 0.5}]}],
]


@pytest.mark.parametrize("content", DAILY)
def test_sums_per_day_are_refused_with_the_query_that_gives_rows(content: object, store: Store, tmp_path: Path):
    for number, text in enumerate((json.dumps(content), json.dumps(content, indent=2))):
        [report] = load(store, written(tmp_path / f"daily{number}.json", text))
        assert report.kind is None
        assert "summarize=false" in str(report.refused)
    assert store.rows("SELECT * FROM load") == []


def test_daily_sums_as_a_table_are_refused_too(store: Store, tmp_path: Path):
    text = "id,user_id,date,model,prompt_tokens,spend,api_requests\n1,ann,2026-03-02,gpt-4o,5,0.1,1\n"
    [report] = load(store, written(tmp_path / "daily.csv", text))
    assert "summarize=false" in str(report.refused)


@pytest.mark.parametrize(
    "text", ["[]", "{}", "[1, 2]", '{"data": []}', '[{"id": 1, "startTime": 2}]', "request_id,x\n1,2\n", ""]
)
def test_other_files_are_not_taken_for_gateway_rows(text: str, tmp_path: Path):
    [file] = find_files([written(tmp_path / "litellm_spend.json", text)])
    with pytest.raises(RefusedError) as refused:
        recognise(file)
    assert "summarize=false&" not in str(refused.value).splitlines()[0]


def test_the_same_file_under_every_form_gives_the_same_rows(store: Store, tmp_path: Path):
    rows = [spend_row(f"r-{n}", prompt_tokens=n, metadata={"attempted_retries": n % 3}) for n in range(7)]
    files = {
        "rows.ndjson": "\n".join(map(json.dumps, rows)),
        "rows.json": json.dumps(rows, indent=1),
        "page.json": json.dumps({"data": rows, "total": 7, "page": 1}),
    }
    table = [",".join(rows[0])] + [
        ",".join(
            '"' + str(json.dumps(cell) if isinstance(cell, dict) else cell).replace('"', '""') + '"'
            for cell in row.values()
        )
        for row in rows
    ]
    files["rows.csv"] = "\r\n".join(table)
    found = []
    for name, text in files.items():
        one = Store(f"sqlite:///{tmp_path / (name + '.db')}")
        [report] = load(one, written(tmp_path / name, text))
        assert counts(report) == (7, 7, 0, 0)
        found.append(calls_in(one))
    assert found[0] == found[1] == found[2] == found[3]
    # In one store they are the same calls: loaded once, known three times.
    reports = load(store, *(tmp_path / name for name in files))
    assert sorted(report.loaded for report in reports) == [0, 0, 0, 7]
    assert sum(report.known_by_reason.get("loaded_before", 0) for report in reports) == 21
    assert calls_in(store) == found[0]


COPIES = [
    spend_row(session_id="t-1", metadata={"attempted_retries": 0, "attempted_fallbacks": 0}),
    payload(),
    spend_row(spend=0.004, metadata={"user_api_key_user_id": "bob"}),
    spend_row(status="failure", spend=0, prompt_tokens=0, completion_tokens=0, total_tokens=0, endTime=...),
]


def test_copies_of_one_call_are_one_row_whatever_the_order_of_files(tmp_path: Path):
    files = [lines(tmp_path / f"{number}.ndjson", [copy]) for number, copy in enumerate(COPIES)]
    found = set()
    for number, order in enumerate(itertools.permutations(files)):
        store = Store(f"sqlite:///{tmp_path / f'{number}.db'}")
        for file in order:
            [report] = load(store, file)
            assert report.read == report.loaded + report.known == 1
        found.add(tuple(calls_in(store)))
    assert len(found) == 1
    [row] = next(iter(found))
    assert row[0] == stable_key("litellm", "r-1")


def test_copies_of_one_call_in_one_file_are_one_row_whatever_their_order(tmp_path: Path):
    found = set()
    for number, order in enumerate(itertools.permutations(COPIES)):
        store = Store(f"sqlite:///{tmp_path / f'{number}.db'}")
        [report] = load(store, lines(tmp_path / f"{number}.ndjson", list(order)))
        assert counts(report) == (4, 1, 3, 0)
        assert report.known_by_reason == {"repeated_in_file": 3}
        found.add(tuple(calls_in(store)))
    assert len(found) == 1


def failed_attempt(**fields: object) -> dict[str, object]:
    nothing = {"spend": 0, "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    times = {"startTime": "2026-03-02T09:59:58Z", "endTime": "2026-03-02T09:59:59Z"}
    row = nothing | times | {"status": "failure", "model": "claude", "custom_llm_provider": "anthropic"}
    return spend_row("f-1", **(row | {"litellm_call_id": "c-1"} | fields))


ANSWER = spend_row("a-1", litellm_call_id="c-1")


@pytest.mark.parametrize(
    ("rows", "is_fallback"),
    [
        ([failed_attempt(), ANSWER], 1),
        ([failed_attempt(), ANSWER | {"metadata": {"attempted_fallbacks": 0}}], 1),
        # The same route once more is a retry; another trace, an hour later or a failure afterwards is another request.
        ([failed_attempt(model="openai/gpt-4o", custom_llm_provider="openai"), ANSWER], None),
        ([failed_attempt(litellm_call_id="c-2"), ANSWER], None),
        ([failed_attempt(startTime="2026-03-02T09:00:00Z", endTime="2026-03-02T09:00:01Z"), ANSWER], None),
        ([failed_attempt(startTime="2026-03-02T10:00:03Z", endTime="2026-03-02T10:00:04Z"), ANSWER], None),
        # A better copy of the failure tells its trace: it is another one.
        ([failed_attempt(), ANSWER, failed_attempt(session_id="t-9", team_id="web")], None),
    ],
)
def test_an_answer_beside_a_failure_of_another_route_is_a_fallback_in_any_order(rows, is_fallback, tmp_path: Path):
    files = [lines(tmp_path / f"{number}.ndjson", [row]) for number, row in enumerate(rows)]
    found = set()
    for number, order in enumerate(itertools.permutations(files)):
        store = Store(f"sqlite:///{tmp_path / f'{number}.db'}")
        for file in order:
            load(store, file)
        [(value,)] = store.rows("SELECT is_fallback FROM llm_call WHERE native_id = 'a-1'")
        counted = store.rows("SELECT sum(fallback_count) FROM call_daily")
        found.add((value, *counted, *store.rows("SELECT count(*) FROM found_fallback")))
    assert found == {(is_fallback, (is_fallback or 0,), (is_fallback or 0,))}


def test_a_fallback_was_asked_of_the_first_route_that_failed_in_any_order(tmp_path: Path):
    earlier = {"startTime": "2026-03-02T09:59:56Z", "endTime": "2026-03-02T09:59:57Z"}
    second = failed_attempt(model="grok-4", custom_llm_provider="xai") | earlier | {"request_id": "f-2"}
    files = [
        lines(tmp_path / f"{number}.ndjson", [row]) for number, row in enumerate([failed_attempt(), second, ANSWER])
    ]
    for number, order in enumerate(itertools.permutations(files)):
        store = Store(f"sqlite:///{tmp_path / f'{number}.db'}")
        for file in order:
            load(store, file)
        asked = store.rows("SELECT requested_provider, requested_model, provider, call_count FROM fallback_daily")
        assert asked == [("x-ai", "grok-4", "openai", 1)]


def test_a_copy_in_a_later_block_of_the_file_is_repeated_in_it(store: Store, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(litellm_reading, "split_lines", lambda stream: split_lines(stream, 100))
    rows = [spend_row("a"), spend_row("b"), spend_row("a"), spend_row("a", session_id="t-1")]
    [report] = load(store, lines(tmp_path / "rows.ndjson", rows))
    # The second copy of a brings nothing; the third knows the trace as well and replaces the first.
    assert counts(report) == (4, 3, 1, 0)
    assert report.known_by_reason == {"repeated_in_file": 1}
    assert len(calls_in(store)) == 2


def test_a_more_complete_copy_renews_the_days_it_was_on_and_is_on(store: Store, tmp_path: Path):
    load(store, lines(tmp_path / "a.ndjson", [spend_row(startTime="2026-03-02T10:00:00Z")]))
    load(store, lines(tmp_path / "b.ndjson", [spend_row(startTime="2026-03-05T10:00:00Z", session_id="t-1")]))
    days = store.rows("SELECT date, sum(call_count) FROM call_daily GROUP BY date")
    assert [count for _, count in days if count] == [1]


JSON_VALUES = st.sampled_from([None, True, 5, -5, 1.5, 1e300, math.nan, math.inf, "", "x", "7", "NaN", [], {}, 10**25])
FIELDS = st.sampled_from(
    [
        "request_id",
        "startTime",
        "endTime",
        "prompt_tokens",
        "total_tokens",
        "spend",
        "model",
        "metadata",
        "status",
        "user",
    ]
)


@st.composite
def records(draw) -> str:
    identity = f"r-{draw(st.integers(0, 5))}"
    row = draw(st.sampled_from([spend_row, payload]))(identity)
    for field in draw(st.lists(FIELDS, max_size=2)):
        row[field] = draw(JSON_VALUES)
    text = json.dumps(row)
    cut = draw(st.sampled_from([None, None, None, 3, 40]))
    return text if cut is None else text[:-cut]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(records(), min_size=1, max_size=8))
def test_every_record_is_loaded_known_or_quarantined(tmp_path_factory, texts: list[str]):
    folder = tmp_path_factory.mktemp("mixture")
    # The first record makes the file one of LiteLLM, whatever the others are.
    texts = [json.dumps(spend_row("first")), *texts]
    store = Store(f"sqlite:///{folder / 'store.db'}")
    [report] = load(store, written(folder / "rows.ndjson", "\n".join(texts)))
    assert report.refused is None
    assert report.read == len(texts) == report.loaded + report.known + report.quarantined
    assert store.rows("SELECT count(*) FROM quarantine") == [(report.quarantined,)]
    identities = [row[1] for row in calls_in(store)]
    assert len(identities) == len(set(identities))


ANY = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)


@settings(max_examples=500, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([field.encode_name for field in msgspec.structs.fields(Record) if field.name != "metadata"]),
        ANY,
    ),
    st.none()
    | st.dictionaries(
        st.sampled_from(["status", "attempted_retries", "user_api_key_alias", "usage_object", "error_information"]),
        ANY | st.dictionaries(st.sampled_from(["error_code", "cache_read_input_tokens"]), ANY),
    ),
)
def test_what_the_fast_reader_accepts_the_lenient_one_reads_the_same(fields, metadata):
    value = fields | ({} if metadata is None else {"metadata": metadata})
    raw = json.dumps(value).encode()
    try:
        fast = msgspec.json.decode(raw, type=Record)
    except msgspec.DecodeError:
        return
    lenient = record_of(json.loads(raw))
    assert msgspec.structs.asdict(lenient) == msgspec.structs.asdict(fast)


def test_numbers_as_text_are_read():
    record = decode_record(
        b'{"request_id": 7, "prompt_tokens": "12", "spend": "1e-05", "stream": "true", "total_tokens": 12.0}'
    )
    assert (record.request_id, record.prompt_tokens, record.spend, record.stream, record.total_tokens) == (
        "7",
        12,
        1e-05,
        True,
        12,
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"a": ' + b"[" * 200_000, QuarantineReason.TOO_DEEP),
        (b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", QuarantineReason.TOO_DEEP),
        (b'{"prompt_tokens": ' + b"9" * 5000 + b"}", QuarantineReason.BAD_NUMBER),
        (b'{"prompt_tokens": 1.5}', QuarantineReason.BAD_NUMBER),
        (b'{"spend": 1e999}', QuarantineReason.BAD_NUMBER),
        (b'{"model": "\xff"}', QuarantineReason.NOT_JSON),
        (b"<html>", QuarantineReason.NOT_JSON),
        (b"[]", QuarantineReason.WRONG_TYPE),
        (b'{"metadata": 5}', QuarantineReason.WRONG_TYPE),
    ],
)
def test_a_record_that_cannot_be_decoded_says_why(raw: bytes, reason: QuarantineReason):
    with pytest.raises(UnusableRecordError) as unusable:
        decode_record(raw)
    assert unusable.value.reason == reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-02T10:00:00.25+00:00", 1772445600_250000),
        ("2026-03-02T10:00:00.250Z", 1772445600_250000),
        ("2026-03-02 10:00:00.250000", 1772445600_250000),
        ("2026-03-02T12:00:00.25+02:00", 1772445600_250000),
        (1772445600.25, 1772445600_250000),
        ("1772445600.25", 1772445600_250000),
        ("yesterday", None),
        ("2026-02-30T10:00:00Z", None),
        ("", None),
        (None, None),
        (1e300, None),
    ],
)
def test_times_are_read_in_every_form(value, expected):
    assert microseconds_of(value) == expected
    row = spend_row(startTime=value)
    calls = calls_of([record_of(row), record_of(spend_row())], a_context())
    if expected is None:
        assert len(calls.problems) == 1
    else:
        assert calls.frame["started_at"].to_list()[0] == expected


def test_people_that_sources_toml_names_go_before_names_that_are_merely_written():
    people = {"ann@example.org": "Ann", "88dc28d0f030c55e": "Bob"}
    mapped = {
        "is_mapped_user": lambda name: name in people,
        "person_of_gateway_user": lambda name: people.get(name, name),
    }
    row = spend_row(
        user="u-17", metadata={"user_api_key_user_id": "uuid-1", "user_api_key_user_email": "ann@example.org"}
    )
    assert call_of(row)["person"] == "uuid-1"
    assert call_of(row, **mapped)["person"] == "Ann"
    keyed = spend_row(user="u-17", api_key="88dc28d0f030c55e")
    assert call_of(keyed)["person"] == "u-17"
    assert call_of(keyed, **mapped)["person"] == "Bob"
    assert call_of(spend_row(user="default_user_id", api_key="88dc28d0f030c55e"))["person"] == "ann"
    assert call_of(spend_row(user=""))["person"] == "ann"


@pytest.mark.parametrize(
    ("user", "names", "person"),
    [
        ("danuta", {"alias": "danuta", "user_email": "danuta@corp.example"}, "danuta"),
        ("danuta", {"user_id": "danuta@corp.example", "alias": "laptop"}, "danuta"),
        ("danuta@corp.example", {"alias": "danuta"}, "danuta"),
        ("", {"alias": "danuta", "user_email": "danuta@corp.example"}, "danuta"),
        ("default_user_id", {"user_id": "default_user_id", "user_email": "danuta@corp.example"}, "danuta@corp.example"),
        ("6f1c0b1e-0000-4000-8000-00000000000a", {"user_email": "danuta@corp.example"}, "danuta@corp.example"),
        ("6F1C0B1E-0000-4000-8000-00000000000A", {}, "6F1C0B1E-0000-4000-8000-00000000000A"),
    ],
)
def test_a_plain_name_goes_before_an_address_and_an_address_before_a_uuid(user, names, person):
    metadata = {f"user_api_key_{name}": value for name, value in names.items()}
    assert call_of(spend_row(user=user, metadata=metadata))["person"] == person


@pytest.mark.parametrize(
    ("status", "model_group", "metadata", "expected"),
    [
        # Both attempts of one fallback name the group that served in the end; only one of them was served by it.
        ("failure", "backup", {"original_model_group": "sonnet"}, False),
        ("success", "backup", {"original_model_group": "sonnet"}, True),
        ("success", "sonnet", {"original_model_group": "sonnet"}, False),
        ("failure", "backup", {"attempted_fallbacks": 1}, False),
        ("success", "backup", {"attempted_fallbacks": 1}, True),
        ("success", "backup", {}, None),
    ],
)
def test_only_the_call_that_another_group_served_is_a_fallback(status, model_group, metadata, expected):
    row = spend_row(status=status, model_group=model_group, metadata=metadata)
    assert call_of(row)["is_fallback"] is expected


def test_a_key_that_is_not_hashed_is_never_stored():
    # LiteLLM's own hash of a key is its SHA-256; sha256("sk-1234") begins with 88dc28d0f030.
    assert call_of(spend_row(api_key="sk-1234"))["key_hash"] == "88dc28d0f030"
    full = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"
    assert call_of(spend_row(api_key=full))["key_hash"] == "88dc28d0f030"


@pytest.mark.parametrize(
    ("fields", "is_call"),
    [
        ({}, True),
        ({"call_type": "aembedding"}, True),
        ({"call_type": "anthropic_messages"}, True),
        ({"call_type": "afile_list", "spend": 0, "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, False),
        ({"call_type": "aretrieve_batch"}, True),
        (
            {"call_type": "aretrieve_batch", "spend": 0, "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
            False,
        ),
        (
            {
                "status": "failure",
                "model": "",
                "model_group": "",
                "custom_llm_provider": "",
                "spend": 0,
                "prompt_tokens": 0,
                "completion_tokens": 0,
                "total_tokens": 0,
            },
            False,
        ),
        ({"status": "failure", "spend": 0, "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, True),
        (
            {
                "status": "failure",
                "call_type": "/v1/models",
                "spend": 0,
                "prompt_tokens": 0,
                "completion_tokens": 0,
                "total_tokens": 0,
            },
            False,
        ),
    ],
)
def test_requests_that_ask_no_model_are_no_calls_unless_they_were_billed(fields, is_call):
    calls = calls_of([record_of(spend_row(**fields))], a_context())
    assert (calls.frame.height, calls.not_a_call) == ((1, 0) if is_call else (0, 1))


def test_hostile_names_are_kept_as_short_plain_text():
    row = call_of(spend_row(model="<script>alert(1)</script>\n\x00" + "x" * 5000, model_group='=HYPERLINK("http://x")'))
    assert len(str(row["model"])) <= 200
    assert "\n" not in str(row["model"])
    assert row["requested_model"] == '=HYPERLINK("http://x")'


def test_an_error_name_that_is_no_name_is_not_kept():
    row = spend_row(
        status="failure", metadata={"error_information": {"error_class": "my prompt was: do it", "error_code": "500"}}
    )
    assert (call_of(row)["error_class"], call_of(row)["error_kind"]) == (None, "transient")


def test_many_keys_at_once_are_the_keys_one_by_one():
    texts = ["", "a", "chatcmpl-1", "é", "x" * 300]
    assert stable_keys("litellm", texts) == [stable_key("litellm", text) for text in texts]


def test_a_row_longer_than_any_real_one_is_skipped(store: Store, tmp_path: Path):
    big = spend_row("big", messages="x" * (33 << 20))
    file = lines(tmp_path / "rows.ndjson", [spend_row("a"), big, spend_row("b")])
    [report] = load(store, file)
    assert counts(report) == (3, 2, 0, 1)
    assert store.rows("SELECT position, reason FROM quarantine") == [("line 2", "too_large")]


def test_a_file_that_is_cut_off_keeps_its_whole_rows(store: Store, tmp_path: Path):
    text = json.dumps([spend_row("a"), spend_row("b"), spend_row("c")])
    [report] = load(store, written(tmp_path / "cut.json", text[:-40]))
    assert counts(report) == (3, 2, 0, 1)
    assert store.rows("SELECT position, reason, detail FROM quarantine") == [
        ("element 3", "not_json", "the file ends in the middle of this record")
    ]


def test_loading_reports_progress(store: Store, tmp_path: Path):
    seen: list[int] = []

    class Watched(Silent):
        def records_read(self, records: int) -> None:
            seen.append(records)

    file = lines(tmp_path / "rows.ndjson", [spend_row(f"r-{n}") for n in range(5)])
    list(load_files(store, find_files([file]), OneOwner(), Watched()))
    assert seen[-1] == 5


@pytest.mark.parametrize("at_once", [1, 2, 300, 100_000])
def test_rows_written_several_at_a_time_are_the_rows_written_one_by_one(store: Store, monkeypatch, at_once: int):
    monkeypatch.setattr("etl.context.AT_ONCE", at_once)
    frame = calls_of(
        [record_of(spend_row(f"r-{n}", metadata={"attempted_retries": n})) for n in range(7)], a_context()
    ).frame
    rows = frame.sort("llm_call_key").rows()
    with store.writing() as connection:
        assert upsert(connection, "llm_call", rows[:3]) == 3
        assert upsert(connection, "llm_call", rows) == 4
        assert upsert(connection, "llm_call", rows) == 0
    assert [row[0] for row in calls_in(store)] == [row[0] for row in rows]


def test_a_failure_while_writing_in_the_background_fails_the_load(store: Store, tmp_path: Path, monkeypatch):
    def full(*_: object, **__: object) -> int:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(call_writing, "upsert", full)
    with pytest.raises(StoreError, match="full"):
        load(store, lines(tmp_path / "rows.ndjson", [spend_row()]))
    assert store.rows("SELECT count(*) FROM load") == [(0,)]


def test_texts_longer_than_any_name_are_cut_and_change_no_key(store: Store, tmp_path: Path):
    long = "x" * 50_000
    load(
        store,
        lines(tmp_path / "rows.ndjson", [spend_row("a" + long, model=long, user=long), spend_row("b", messages=long)]),
    )
    rows = {str(row[1])[0]: row for row in calls_in(store)}
    assert len(str(rows["a"][1])) == 200
    assert all(len(str(cell)) < 20_000 for row in rows.values() for cell in row)
    assert rows["b"][0] == stable_key("litellm", "b")
