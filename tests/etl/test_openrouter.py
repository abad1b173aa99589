"""OpenRouter's activity export: cases to check on paper, its time zone, and what it is not."""

from pathlib import Path

import pytest
from call_cases import cases, check_case, rows_of
from chat_files import counts, load
from loads import facts, run_etl

from data.keys import stable_key
from data.store import Store
from data.words import SourceKind
from etl.sources.openrouter_models import model_of_slug

HEADER = "generation_id,created_at,cost_total,tokens_prompt,tokens_completion,model_permaslug,user,api_key_name"


def csv_file(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@pytest.mark.parametrize("case", cases("openrouter"), ids=lambda case: case.name)
def test_an_export_gives_the_expected_calls(case: Path, store: Store):
    check_case(case, store, {"rows": "llm_call"})
    for native_id, row in rows_of(store, "llm_call").items():
        assert row["llm_call_key"] == stable_key("openrouter", native_id)
        assert row["source"] == "openrouter"


def test_there_are_cases():
    assert len(cases("openrouter")) >= 4


@pytest.mark.parametrize(
    ("slug", "variant", "expected"),
    [
        ("anthropic/claude-4.5-sonnet-20250929", "standard", "anthropic/claude-sonnet-4.5"),
        ("anthropic/claude-4-opus-20250522", None, "anthropic/claude-opus-4"),
        ("anthropic/claude-3.5-sonnet", "", "anthropic/claude-3.5-sonnet"),
        ("anthropic/claude-3.7-sonnet-20250219", "thinking", "anthropic/claude-3.7-sonnet:thinking"),
        ("openai/gpt-5-2025-08-07", "standard", "openai/gpt-5"),
        ("google/gemini-2.5-pro-preview-05-06", "standard", "google/gemini-2.5-pro-preview-05-06"),
        ("cohere/command-r-08-2024", "standard", "cohere/command-r-08-2024"),
        ("deepseek/deepseek-r1", "free", "deepseek/deepseek-r1:free"),
        ("deepseek/deepseek-r1:free", "free", "deepseek/deepseek-r1:free"),
        ("", "free", None),
    ],
)
def test_a_slug_becomes_the_name_that_chats_ask_for(slug: str, variant: str | None, expected: str | None):
    assert model_of_slug(slug, variant) == expected


def test_times_that_no_time_zone_explains_are_refused(store: Store, tmp_path: Path):
    rows = [f"gen-{1772445600 + n * 60}-A,2026-03-0{2 + n} 10:07:00,0.1,1,1,openai/gpt-4o,," for n in range(5)]
    [report] = load(store, csv_file(tmp_path / "a.csv", *rows))
    assert report.refused is not None
    assert "no time zone explains" in report.refused
    assert store.rows("SELECT count(*) FROM llm_call") == [(0,)]


def test_ids_that_tell_no_time_are_said(store: Store, tmp_path: Path):
    [report] = load(store, csv_file(tmp_path / "a.csv", "g-1,2026-03-02 10:00:00,0.1,1,1,openai/gpt-4o,,"))
    assert report.note is not None
    assert "unchecked" in report.note


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Model,Spend\nopenai/gpt-4o,12.5\n", "spend of each model"),
        (
            '{"data":[{"date":"2026-03-02","model_permaslug":"openai/gpt-4o","usage":0.1,"requests":5}]}',
            "sums per day",
        ),
        (
            '{"data":{"id":"gen-1772445600-A","model":"openai/gpt-4o","total_cost":0.1,"native_tokens_prompt":3}}',
            "one generation",
        ),
    ],
)
def test_sums_and_single_generations_are_refused_with_help(store: Store, tmp_path: Path, content: str, words: str):
    path = tmp_path / "given"
    path.write_text(content)
    [report] = load(store, path)
    assert report.refused is not None
    assert words in report.refused
    assert "Export as CSV" in report.refused


def test_the_name_of_a_key_is_a_person_only_where_somebody_says_so(store: Store, tmp_path: Path):
    (tmp_path / "sources.toml").write_text('[people]\n"adas key" = "ada"\n')
    path = csv_file(
        tmp_path / "a.csv",
        "gen-1772445600-A,2026-03-02 10:00:00,0.1,1,1,openai/gpt-4o,,adas key",
        "gen-1772445660-B,2026-03-02 10:01:00,0.1,1,1,openai/gpt-4o,,team key",
        "gen-1772445720-C,2026-03-02 10:02:00,0.1,1,1,openai/gpt-4o,bob,team key",
    )
    assert run_etl("load", path, "--database", store.url).returncode == 0
    assert store.rows("SELECT person, key_hash IS NOT NULL FROM llm_call ORDER BY started_at") == [
        ("ada", 1),
        (None, 1),
        ("bob", 1),
    ]
    [(first,), (second,)] = store.rows("SELECT DISTINCT key_hash FROM llm_call ORDER BY started_at LIMIT 2")
    assert first != second


def test_two_exports_that_overlap_count_each_call_once_in_any_order(tmp_path: Path):
    rows = [f"gen-{1772445600 + n * 60}-A,2026-03-02 10:0{n}:00,0.1,1,1,openai/gpt-4o,," for n in range(4)]
    fuller = rows[2].replace(",,", ",ada,key")
    first = csv_file(tmp_path / "a.csv", *rows[:3])
    second = csv_file(tmp_path / "b.csv", fuller, rows[3])
    urls = []
    for number, order in enumerate(((first, second), (second, first), (second, first, second))):
        urls.append(f"sqlite:///{tmp_path / f'{number}.db'}")
        for path in order:
            load(Store(urls[-1]), path)
    assert facts(urls[0]) == facts(urls[1]) == facts(urls[2])
    assert Store(urls[0]).rows("SELECT count(*), count(key_hash) FROM llm_call") == [(4, 1)]


def test_nothing_of_hostile_rows_breaks_a_load_and_no_secret_is_kept(store: Store, tmp_path: Path):
    secret = "sk-or-v1-" + "0123456789abcdef" * 4
    path = tmp_path / "a.csv"
    cells = (
        f"gen-1772445600-A,2026-03-02 10:00:00,0.1,1,1,{secret},{secret},{secret}",
        "gen-1772445660-\0\x01,2026-03-02 10:01:00,1e300,99999999999999999999,1,m,,",
        f"{secret},2026-03-02 10:02:00,0.1,1,1,m,,",
        '"gen-1772445780-\ud800","9999-99-99",inf,-inf,nan,"a\n""b",,',
        "gen-1772445840-E,2026-03-02 10:04:00,0.1,1,1,m,,,,,,",
        f"gen-1772445900-{'x' * 5000},2026-03-02 10:05:00,0.1,1,1,{'m' * 5000},,",
    )
    path.write_bytes("\n".join([HEADER, *cells]).encode("utf-8", "surrogatepass"))
    [report] = load(store, path)
    assert report.refused is None
    assert report.kind == SourceKind.OPENROUTER_ACTIVITY
    read, loaded, known, quarantined = counts(report)
    assert read == loaded + known + quarantined == 6
    assert loaded == 3
    with store.reading() as connection:
        assert not any(secret[:20] in line for line in connection.iterdump())
