"""Event logs: what an entry becomes, JSON and CSV alike, and what is refused or quarantined."""

import json
from pathlib import Path
from typing import Any

import pytest
from chat_files import at, contents, counts, load, micro
from gateway_rows import aborted, completed, csv_file, entry, failed, log_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.store import Store
from data.words import EventKind, SourceKind

SAMPLES = Path(__file__).parents[1] / "cases" / "bolt_diy"


def events(store: Store, columns: str = "kind, provider, model, subject, is_ok") -> list[tuple[Any, ...]]:
    return store.rows(f"SELECT {columns} FROM event ORDER BY occurred_at, event_key")


def quarantined(store: Store) -> list[tuple[Any, ...]]:
    return store.rows("SELECT position, reason FROM quarantine ORDER BY quarantine_id")


def test_the_sample_log_is_accounted_for_and_its_csv_brings_nothing_new(store: Store) -> None:
    first, second = load(store, SAMPLES / "bolt-event-logs.json", SAMPLES / "bolt-event-logs.csv")
    assert (first.kind, second.kind) == (SourceKind.BOLT_EVENTS_JSON, SourceKind.BOLT_EVENTS_CSV)
    # 2 entries of the start, 13 replies, 1 failure, 1 stop, 1 deployment.
    assert counts(first) == (18, 18, 0, 0)
    assert counts(second) == (18, 0, 18, 0)
    assert store.rows("SELECT kind, count(*) FROM event GROUP BY 1 ORDER BY 1") == [
        ("deployment", 1), ("other", 2), ("request_failed", 1), ("response_aborted", 1), ("response_completed", 13),
    ]  # fmt: skip


def test_csv_and_json_of_one_log_give_the_same_store(tmp_path: Path) -> None:
    stores: list[Store] = []
    for name in ("bolt-event-logs.json", "bolt-event-logs.csv"):
        stores.append(Store(f"sqlite:///{tmp_path / name}.db"))
        load(stores[-1], SAMPLES / name)
    assert contents(stores[0]) == contents(stores[1])
    assert events(stores[0], "event_key, error_kind") == events(stores[1], "event_key, error_kind")


def test_a_reload_of_the_page_repeats_old_rows_which_count_once(store: Store, tmp_path: Path) -> None:
    old, new = completed(1, 0, 10), completed(9, 0, 20)
    load(store, log_file(tmp_path / "before.json", old, completed(2, 0, 11)))
    (report,) = load(store, log_file(tmp_path / "after.json", old, old, new))
    assert counts(report) == (3, 1, 2, 0)
    assert report.known_by_reason == {"loaded_before": 1, "repeated_in_file": 1}


def test_two_people_with_equal_entries_are_two_events(store: Store, tmp_path: Path) -> None:
    path = log_file(tmp_path / "a.json", completed(1, 0, 10))
    load(store, path, person="ann")
    load(store, log_file(tmp_path / "b.json", completed(1, 0, 10), exported=61), person="bob")
    assert store.rows("SELECT person, count(*) FROM event GROUP BY 1") == [("ann", 1), ("bob", 1)]


def test_what_each_message_says(store: Store, tmp_path: Path) -> None:
    load(
        store,
        log_file(
            tmp_path / "a.json",
            completed(0, 0, 326, usage=(5210, 734)),
            aborted(1, 0),
            failed(2, 0, "Custom error: Invalid or missing API key. Please check your API key."),
            entry("Provider OpenRouter enabled", 3, 0, provider="OpenRouter"),
            entry("Provider Groq disabled", 4, 0, provider="Groq"),
            entry("Base URL updated for Ollama", 5, 0, provider="Ollama", baseUrl="http://host:11434"),
            entry("Prompt template updated to optimized", 6, 0),
            entry("Context optimization disabled", 7, 0),
            entry("GitLab deployment failed", 8, 0, repoName="shop", projectPath="acme/shop", filesCount=3),
            entry("Application initialized", 9, 0, userAgent="Mozilla/5.0"),
        ),
    )
    assert events(store, "kind, provider, subject, is_ok, error_kind") == [
        (EventKind.RESPONSE_COMPLETED, "Anthropic", None, 1, None),
        (EventKind.RESPONSE_ABORTED, "Anthropic", None, 0, None),
        (EventKind.REQUEST_FAILED, "Anthropic", None, 0, "auth"),
        (EventKind.PROVIDER_ENABLED, "OpenRouter", None, None, None),
        (EventKind.PROVIDER_DISABLED, "Groq", None, None, None),
        (EventKind.PROVIDER_CHANGED, "Ollama", None, None, None),
        (EventKind.SETTING_CHANGED, None, "prompt template: optimized", None, None),
        (EventKind.SETTING_CHANGED, None, "context optimization: disabled", None, None),
        (EventKind.DEPLOYMENT, None, "acme/shop", 0, None),
        (EventKind.OTHER, None, None, None, None),
    ]
    assert store.rows("SELECT platform, target, environment, status, finished_at, files_count FROM deployment") == [
        ("gitlab", "acme/shop", "preview", "failure", micro(8), 3)
    ]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("Custom error: API rate limit exceeded. Please wait a moment before trying again.", "rate_limit"),
        ("Custom error: Invalid or missing API key. Please check your API key.", "auth"),
        ("Custom error: Token limit exceeded. The conversation is too long.", "context_window"),
        ("Custom error: Network error. Please check your internet connection.", "transient"),
        ("Custom error: Invalid model selected. Please choose a different model.", "config"),
        ("Custom error: The AI service returned an invalid response.", "transient"),
        ("Custom error: Something new", "unknown"),
    ],
)
def test_the_kind_of_error_comes_from_the_text_not_from_error_type(
    store: Store, tmp_path: Path, error: str, kind: str
) -> None:
    # The helper writes errorType "network", which bolt.diy writes for anything it does not know.
    load(store, log_file(tmp_path / "a.json", failed(0, 0, error)))
    assert events(store, "error_kind") == [(kind,)]


def test_usage_of_null_is_unknown_and_nothing_of_the_text_is_kept(store: Store, tmp_path: Path) -> None:
    load(store, log_file(tmp_path / "a.json", completed(0, 0, 25), failed(1, 0, "Custom error: quarterly-secret-plan")))
    assert events(store, "input_tokens, output_tokens, message_chars") == [(None, None, 25), (None, None, None)]
    with store.reading() as connection:
        assert "quarterly-secret-plan" not in "\n".join(connection.iterdump())


@pytest.mark.parametrize(
    "filters", [{"level": "error", "searchQuery": ""}, {"level": "all", "searchQuery": "sk-ant-1"}]
)
def test_a_filtered_log_is_refused_without_repeating_the_search(store: Store, tmp_path: Path, filters: Any) -> None:
    (report,) = load(store, log_file(tmp_path / "a.json", completed(0, 0, 25), filters=filters))
    assert report.refused is not None
    assert "only a part" in report.refused
    assert "sk-ant-1" not in report.refused
    assert store.rows("SELECT count(*) FROM event") == [(0,)]


def test_bad_entries_are_quarantined_where_they_stand(store: Store, tmp_path: Path) -> None:
    good = completed(0, 0, 25)
    usage = {"promptTokens": -1, "completionTokens": 2, "totalTokens": 1}
    bad: list[Any] = [
        good | {"timestamp": "yesterday"},
        good | {"timestamp": "1970-01-01T00:00:00.000Z"},
        good | {"timestamp": "2099-01-01T00:00:00.000Z"},
        good | {"timestamp": 1795424359187},
        {key: value for key, value in good.items() if key != "timestamp"},
        {key: value for key, value in good.items() if key != "message"},
        "not an entry",
        good | {"details": ["list"]},
        good | {"details": good["details"] | {"usage": usage}},
        good | {"details": good["details"] | {"usage": {"promptTokens": 10**30}}},
        good | {"details": good["details"] | {"messageLength": "long"}},
        good | {"details": good["details"] | {"messageLength": float("nan")}},
        good | {"details": {"deep": json.loads("[" * 400 + "]" * 400)}},
    ]
    (report,) = load(store, log_file(tmp_path / "a.json", good, *bad))
    assert counts(report) == (14, 2, 0, 12)
    reasons = ["bad_time"] * 3 + ["wrong_type"] + ["missing_field"] * 2 + ["wrong_type"] * 2 + ["bad_number"] * 2
    reasons += ["wrong_type"] * 2
    assert quarantined(store) == [(f"logs[{place}]", reason) for place, reason in enumerate(reasons, start=1)]


def test_rows_of_a_damaged_csv_are_quarantined_by_their_number(store: Store, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", completed(0, 0, 25), completed(1, 0, 26))
    path.write_text(path.read_text() + '\n"2026-03-02T10:02:00.000Z","info"\n"x","info","provider","m","{broken"')
    (report,) = load(store, path)
    assert counts(report) == (4, 2, 0, 2)
    assert quarantined(store) == [("row 4", "missing_field"), ("row 5", "not_json")]


def test_cells_of_a_csv_may_hold_line_breaks_and_quotes(store: Store, tmp_path: Path) -> None:
    noted = entry("note", 0, 0, text='a "quoted"\nword') | {"message": 'line one\nline "two"'}
    (report,) = load(store, csv_file(tmp_path / "a.csv", noted, completed(1, 0, 26)))
    assert counts(report) == (2, 2, 0, 0)


@pytest.mark.parametrize(
    "text",
    ['{"timestamp": "2026-03-02T10:00:00.000Z", "logs": [{"id": ', '{"timestamp": "x", "logs": {"0": 1}}'],
)
def test_a_cut_off_log_is_refused_with_what_to_do(store: Store, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    (report,) = load(store, tmp_path / "a.json")
    assert report.refused is not None
    assert counts(report) == (0, 0, 0, 0)


def test_an_empty_log_is_a_log(store: Store, tmp_path: Path) -> None:
    (report,) = load(store, log_file(tmp_path / "a.json"))
    assert (report.refused, counts(report)) == (None, (0, 0, 0, 0))


_KEYS = st.sampled_from(["timestamp", "message", "details", "usage"])
_ENTRIES = st.one_of(
    st.builds(completed, st.integers(0, 50), st.integers(0, 59), st.integers(0, 99)),
    st.builds(aborted, st.integers(0, 50), st.integers(0, 59)),
    st.builds(lambda minute: {"timestamp": at(minute), "message": "x", "details": {"n": minute}}, st.integers(0, 50)),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
        max_leaves=6,
    ),
)


@given(st.lists(_ENTRIES, max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mixture_of_entries_is_accounted_for(tmp_path: Path, entries: list[Any]) -> None:
    database = tmp_path / "any.db"
    for name in ("any.db", "any.db-wal", "any.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    store = Store(f"sqlite:///{database}")
    (report,) = load(store, log_file(tmp_path / "any.json", *entries))
    assert report.refused is None
    assert report.read == len(entries) == report.loaded + report.known + report.quarantined
    assert store.rows("SELECT count(*) FROM event") == [(report.loaded,)]
