"""Own records: which table a file is, what its refusal says, any order, references between tables, Parquet."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from chat_files import counts, load
from loads import facts, run_etl

from data.store import Store
from data.words import SourceKind
from etl.files import find_files
from etl.recognise import recognise
from etl.records.contract import ColumnType, RecordTable
from etl.records.tables import TABLES
from etl.records.template import csv_text, example, ndjson_text
from etl.sources.base import RefusedError

SECRET = "sk-ant-api03-Zq8Yw2Lm9Xr4Tn6Vb1Kc3Pd5"
EACH_TABLE = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def file_of(path: Path, content: str | bytes):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return find_files([path])[0]


def refusal(path: Path, content: str | bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        recognise(file_of(path, content))
    return str(refused.value)


@EACH_TABLE
@pytest.mark.parametrize("only_required", [True, False])
def test_every_table_is_told_by_its_columns_in_every_form(table: RecordTable, only_required: bool, tmp_path: Path):
    record = example(table, only_required=only_required)
    header = tuple(record) if only_required else table.names
    texts = {
        "csv": csv_text(table, [record], header),
        "semicolons": csv_text(table, [record], header).replace(";", "+").replace(",", ";"),
        "header alone": csv_text(table, [], header),
        "lines": ndjson_text([record, record]),
        "array": json.dumps([record, record], indent=2),
        "columns in another order": csv_text(table, [], tuple(reversed(header))),
    }
    for form, text in texts.items():
        assert recognise(file_of(tmp_path / "a", text))[0] is table.kind, form
    for kind in SourceKind:
        assert (kind is table.kind) == (kind.value == f"record_{table.name}")


def test_no_table_can_be_taken_for_another_one():
    """Whatever optional columns a file has: what one table needs is never all in another one that knows as many."""
    for one, other in itertools.permutations(TABLES, 2):
        for columns in (one.required, frozenset(one.names)):
            fits_other = other.required <= columns
            assert not fits_other or len(columns & set(other.names)) < len(columns & set(one.names)), (one, other)


@EACH_TABLE
def test_the_example_of_every_table_can_be_loaded_and_again_changes_nothing(
    table: RecordTable, tmp_path: Path, store: Store, database_url: str
):
    path = tmp_path / "records"
    for text in (ndjson_text([example(table)]), csv_text(table, [example(table)])):
        path.write_text(text)
        [report] = load(store, path)
        assert report.refused is None
        assert report.quarantined == 0, store.rows("SELECT * FROM quarantine")
    assert counts(report) == (1, 0, 1, 0), "the same record as CSV is known from NDJSON"
    before = facts(database_url)
    path.write_text(ndjson_text([example(table) | {"recorded_at": None}]))
    [report] = load(store, path, project="shop")
    assert counts(report) == (1, 0, 1, 0), "a copy without recorded_at is older than one with it"
    assert facts(database_url) == before


@EACH_TABLE
def test_records_that_lack_what_is_needed_are_quarantined_by_its_name(table: RecordTable, tmp_path: Path, store: Store):
    whole = example(table)
    needed = [name for name in whole if name in table.required]
    path = tmp_path / "records"
    path.write_text(ndjson_text([whole, *(whole | {name: None} for name in needed)]))
    [report] = load(store, path)
    assert counts(report) == (1 + len(needed), 1, 0, len(needed))
    details = [row[0] for row in store.rows("SELECT detail FROM quarantine ORDER BY quarantine_id")]
    assert details == [f"{name} is empty" for name in needed]


def test_wrong_columns_are_told_all_at_once_with_the_nearest_names(tmp_path: Path):
    text = refusal(tmp_path / "x.csv", "id,startedAt,comand,status,duration,exitcode,colour\n")
    assert "own records of the table command_runs" in text
    assert "unknown column 'startedAt'. Did you mean 'started_at'?" in text
    assert "unknown column 'comand'. Did you mean 'command'?" in text
    assert "unknown column 'exitcode'. Did you mean 'exit_code'?" in text
    assert "unknown column 'colour'. Leave it out" in text
    assert "the column 'started_at' is missing; every record needs it" in text
    assert "etl template command_runs" in text


def test_a_header_in_capitals_is_a_near_miss(tmp_path: Path):
    text = refusal(tmp_path / "x.csv", "ID,Command,STATUS,Started At,DurationMs\n")
    assert "own records of the table command_runs" in text
    for name in ("id", "command", "status", "started_at", "duration_ms"):
        assert f"Did you mean {name!r}?" in text


def test_a_column_of_another_table_is_named_as_one(tmp_path: Path):
    text = refusal(tmp_path / "x.csv", "id,called_at,tool,status,exit_code\n")
    assert "table tool_calls" in text
    assert "unknown column 'exit_code'. It is a column of command_runs." in text


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path):
    assert "'tool' is there twice" in refusal(tmp_path / "x.csv", "id,called_at,tool,status,tool\n")


def test_a_secret_as_a_column_name_is_not_repeated(tmp_path: Path):
    text = refusal(tmp_path / "x.csv", f"id,called_at,tool,status,{SECRET}\n")
    assert SECRET[:12] not in text


@pytest.mark.parametrize(
    "content",
    [
        "generation_id,created_at,cost_total,tokens_prompt,model_permaslug,provider_name\n",
        '"Timestamp","Level","Category","Message","Details"\n',
        "request_id,startTime,model,status\n",
        "id,name,colour\n",
        "id,status\n1,ok\n",
        json.dumps([{"number": 7, "title": "Fix", "createdAt": "2026-03-02T10:00:00Z", "state": "OPEN", "author": {}}]),
        json.dumps([{"id": 1, "iid": 7, "title": "Fix", "state": "opened", "created_at": "2026-03-02T10:00:00Z"}]),
        json.dumps([{"uid": "d", "name": "shop", "url": "x", "created": 1, "state": "READY"}]),
        json.dumps([{"id": "6a", "site_id": "1", "state": "ready", "created_at": "x", "context": "production"}]),
        json.dumps([{"id": 1, "sha": "a", "ref": "main", "task": "deploy", "environment": "production",
                     "created_at": "x", "statuses": [], "url": "u"}]),
        json.dumps({"resourceSpans": []}),
        json.dumps({"id": 1, "status": "ok"}),
        "[1, 2, 3]",
        "[" * 5000,
        '{"id": ' * 3000,
    ],
)  # fmt: skip
def test_files_of_others_are_not_taken_for_records(content: str, tmp_path: Path):
    from etl.sources.own_records import RECORDS

    assert RECORDS.recognise(file_of(tmp_path / "x", content)) is None


def test_a_key_that_only_a_later_record_has_spoils_that_record_alone(tmp_path: Path, store: Store):
    path = tmp_path / "tools.ndjson"
    good = {"id": "1", "called_at": "2026-03-02T10:00:00Z", "tool": "query", "status": "ok"}
    path.write_text(ndjson_text([good | {"id": str(number)} for number in range(60)] + [good | {"colour": "red"}]))
    assert counts(load(store, path)[0]) == (61, 60, 0, 1)
    [(position, reason, detail)] = store.rows("SELECT position, reason, detail FROM quarantine")
    assert (position, reason) == ("line 61", "wrong_type")
    assert "contract does not know" in detail


def written(folder: Path, name: str, records: list[dict[str, object]]) -> Path:
    path = folder / name
    path.write_text(ndjson_text(records))
    return path


TASK = {"id": "t-1", "requested_at": "2026-03-02T10:00:00Z", "task_class": "fix", "outcome": "failed"}
CALL = {
    "id": "c-1", "task_id": "t-1", "started_at": "2026-03-02T10:00:01Z", "model": "gpt-4o", "status": "success",
    "cost_usd": 0.25, "input_tokens": 100, "output_tokens": 10,
}  # fmt: skip
PATCH = {"id": "p-1", "task_id": "t-1", "proposed_at": "2026-03-02T10:02:00Z", "paths": ["a.ts"], "task_class": "edit"}
COMMAND = {"id": "r-1", "task_id": "t-1", "started_at": "2026-03-02T10:03:00Z", "command": "npm test", "status": "ok"}
APPROVAL = {
    "id": "a-1", "task_id": "t-1", "subject": "patch", "subject_id": "p-1", "asked_at": "2026-03-02T10:02:00Z",
    "decision": "approved",
}  # fmt: skip


def test_any_order_of_files_and_copies_gives_the_same_store(tmp_path: Path):
    newer = {"recorded_at": "2026-03-03T10:00:00Z"}
    files = [
        written(tmp_path, "tasks", [TASK]),
        written(tmp_path, "tasks-newer", [TASK | newer | {"outcome": "completed", "task_class": "feature"}]),
        written(tmp_path, "calls", [CALL, CALL | {"id": "c-2", "cost_usd": None, "model": "unheard-of"}]),
        written(tmp_path, "patches", [PATCH | {"decision": "approved"}]),
        written(
            tmp_path, "patches-newer", [PATCH | newer | {"paths": ["b.ts"], "decision": "rejected", "task_id": ""}]
        ),
        written(tmp_path, "more", [COMMAND, COMMAND | {"status": "failed"}]),
        written(tmp_path, "approvals", [APPROVAL]),
    ]
    found = []
    for number, order in enumerate((files, files[::-1], files[3:] + files[:3], files[1::2] + files[::2])):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        load(Store(url), *order)
        load(Store(url), *files)
        found.append(facts(url))
    assert all(one == found[0] for one in found)
    store = Store(f"sqlite:///{tmp_path / '0.db'}")
    # 0.25 USD is known, the cost of the unheard-of model is not; the newer patch belongs to no task.
    assert store.rows(
        "SELECT outcome, task_class, call_count, unpriced_call_count, known_cost_micro_usd, total_tokens, patch_count "
        "FROM task"
    ) == [("completed", "feature", 2, 1, 250_000, 220, 0)]
    assert (
        store.rows("SELECT task_class FROM llm_call UNION ALL SELECT task_class FROM command_run") == [("feature",)] * 3
    )
    assert store.rows("SELECT task_class FROM patch") == [("edit",)]
    assert store.rows("SELECT path FROM patch_file") == [("b.ts",)]
    assert store.rows("SELECT evidence FROM patch_evidence WHERE is_fact") == [("rejected",)]
    assert store.rows("SELECT count(*) FROM approval a JOIN patch p ON a.subject_key = p.patch_key") == [(1,)]


def test_decisions_that_reviews_tell_of_a_patch_bear_the_class_of_a_task_that_comes_later(tmp_path: Path):
    sha = "a" * 40
    request = {
        "number": 1, "title": "Cart", "state": "MERGED", "author": {"login": "ann"},
        "createdAt": "2026-03-02T10:05:00Z", "updatedAt": "2026-03-02T10:30:00Z", "mergedAt": "2026-03-02T10:30:00Z",
        "mergedBy": {"login": "bob"}, "mergeCommit": {"oid": sha}, "commits": [{"oid": sha}], "reviews": [],
        "url": "https://github.com/o/shop/pull/1", "headRefName": "cart",
    }  # fmt: skip
    pulls = tmp_path / "pulls.json"
    pulls.write_text(json.dumps([request]))
    patches = written(tmp_path, "patches", [PATCH | {"commit_sha": sha}])
    tasks = written(tmp_path, "tasks", [TASK])
    found = []
    for number, order in enumerate(((tasks, patches, pulls), (pulls, patches, tasks))):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        load(Store(url), *order)
        found.append(facts(url))
    assert [row[6] for row in found[0]["approval"]] == [TASK["task_class"]]
    assert found[0] == found[1]


def test_the_same_id_in_two_projects_is_two_records_and_names_only_its_own(tmp_path: Path, store: Store):
    load(
        store,
        written(tmp_path, "tasks", [TASK | {"project": "shop"}, TASK | {"project": "blog"}]),
        written(tmp_path, "calls", [CALL | {"project": "blog"}]),
    )
    assert store.rows("SELECT project, call_count FROM task ORDER BY project") == [("blog", 1), ("shop", 0)]


def test_rollups_follow_the_records(tmp_path: Path, store: Store):
    load(
        store,
        written(tmp_path, "tasks", [TASK]),
        written(tmp_path, "calls", [CALL]),
        written(tmp_path, "more", [COMMAND | {"duration_ms": 500}]),
    )
    assert store.rows("SELECT task_count, known_cost_micro_usd FROM task_daily") == [(1, 250_000)]
    assert store.rows("SELECT task_class, run_count, good_count FROM command_daily") == [("fix", 1, 1)]
    load(store, written(tmp_path, "newer", [COMMAND | {"status": "timeout", "recorded_at": "2026-03-03T10:00:00Z"}]))
    assert store.rows("SELECT run_count, good_count, timeout_count FROM command_daily") == [(1, 0, 1)]


@pytest.mark.parametrize(("before", "left", "right"), [("", ",", "."), ("", ";", ","), ("sep=;\r\n", ";", ",")])
def test_a_table_with_semicolons_has_decimal_commas(before: str, left: str, right: str, tmp_path: Path, store: Store):
    """Excel may write the delimiter on a line of its own first."""
    path = tmp_path / "calls.csv"
    cells = ["c-1", "2026-03-02T10:00:00Z", "gpt-4o", "success", f"0{right}0252"]
    header = left.join(["id", "started_at", "model", "status", "cost_usd"])
    path.write_text(f"{before}{header}\r\n{left.join(cells)}")
    load(store, path)
    assert store.rows("SELECT reported_cost_micro_usd FROM llm_call") == [(25_200,)]


def test_a_parquet_file_gives_the_same_rows_as_lines_of_json(tmp_path: Path):
    frame = pl.DataFrame(
        {
            "id": ["p-1", "p-2"],
            "proposed_at": [
                datetime(2026, 3, 2, 10, 3, tzinfo=UTC),
                datetime(2026, 3, 2, 11, 3, 0, 123_456, tzinfo=UTC),
            ],
            "paths": [["src/App.tsx", "ä.ts"], ["b.ts"]],
            "lines_added": [48, None],
            "decision": ["approved", None],
        }
    ).with_columns(pl.col("proposed_at").dt.convert_time_zone("Europe/Berlin"))
    frame.write_parquet(tmp_path / "patches.parquet")
    lines = written(
        tmp_path,
        "patches.ndjson",
        [
            {"id": "p-1", "proposed_at": "2026-03-02T10:03:00Z", "paths": ["src/App.tsx", "ä.ts"], "lines_added": 48,
             "decision": "approved"},
            {"id": "p-2", "proposed_at": "2026-03-02T11:03:00.123456Z", "paths": ["b.ts"]},
        ],
    )  # fmt: skip
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("parquet", "lines")]
    [report] = load(Store(urls[0]), tmp_path / "patches.parquet")
    assert (report.refused, report.kind, counts(report)) == (None, SourceKind.RECORD_PATCHES, (2, 2, 0, 0))
    load(Store(urls[1]), lines)
    assert facts(urls[0]) == facts(urls[1])


def test_bad_records_of_a_parquet_file_are_quarantined_by_row(tmp_path: Path, store: Store):
    pl.DataFrame(
        {
            "id": [1, 2, 3],
            "started_at": ["2026-03-02T10:00:00Z", "2026-03-02T10:00:00", None],
            "model": ["gpt-4o"] * 3,
            "status": ["success"] * 3,
            "cost_usd": [0.1, float("nan"), float("inf")],
        }
    ).write_parquet(tmp_path / "calls.parquet")
    assert counts(load(store, tmp_path / "calls.parquet")[0]) == (3, 1, 0, 2)
    assert store.rows("SELECT native_id, cost_micro_usd FROM llm_call") == [("1", 100_000)]
    assert store.rows("SELECT position, reason FROM quarantine") == [("row 2", "bad_time"), ("row 3", "missing_field")]


def test_columns_of_a_wrong_type_in_a_parquet_file_are_named_all_at_once(tmp_path: Path):
    pl.DataFrame(
        {"id": ["1"], "called_at": [datetime(2026, 3, 2)], "tool": [["query"]], "status": ["ok"], "is_mutating": [1.5]}  # noqa: DTZ001
    ).write_parquet(tmp_path / "x.parquet")
    text = refusal(tmp_path / "y", (tmp_path / "x.parquet").read_bytes())
    assert "called_at is time without a zone; expected time with a zone or text" in text
    assert "tool is list of text; expected text" in text
    assert "is_mutating is number; expected true or false or text" in text


def test_a_parquet_file_of_something_else_is_refused_with_its_columns(tmp_path: Path):
    pl.DataFrame({"lat": [1.0], "lon": [2.0]}).write_parquet(tmp_path / "x.parquet")
    assert "none of the record tables (columns: lat, lon)" in refusal(
        tmp_path / "y", (tmp_path / "x.parquet").read_bytes()
    )


def test_damaged_parquet_files_are_refused_and_leave_nothing(tmp_path: Path, store: Store):
    good = tmp_path / "good.parquet"
    pl.DataFrame([example(TABLES[4])] * 3000).with_columns(id=pl.int_range(3000).cast(pl.String)).write_parquet(good)
    data = good.read_bytes()
    # In the rows themselves, in the schema, cut off, and nothing but the beginning.
    damaged = [
        data[:200] + b"\xff" * 2000 + data[2200:],
        data[:-300] + b"\xff" * 100 + data[-200:],
        data[:-20],
        b"PAR1",
    ]
    for number, content in enumerate(damaged):
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(content)
        [report] = load(store, path)
        assert report.refused is not None or report.quarantined == report.read > 0, number
    assert store.rows("SELECT count(*) FROM command_run") == [(0,)]


def test_a_parquet_file_that_unpacks_to_far_more_than_its_size_costs_little_and_loads_its_good_rows(
    tmp_path: Path, store: Store
):
    """400 rows of 1 MB each, all the same text, are 8 kB on disk; texts of names are read to 16 kB."""
    path = tmp_path / "x.parquet"
    frame = pl.DataFrame([example(TABLES[4])] * 401).with_columns(
        id=pl.int_range(401).cast(pl.String), person=pl.when(pl.int_range(401) > 0).then(pl.lit("x" * 1_000_000))
    )
    frame.write_parquet(path)
    assert path.stat().st_size < 200_000
    assert counts(load(store, path)[0]) == (401, 1, 0, 400)
    assert store.rows("SELECT DISTINCT reason FROM quarantine") == [("too_large",)]


def test_templates_are_written_and_near_misses_named(tmp_path: Path):
    done = run_etl("template", "approvals")
    assert done.stdout == ",".join(next(one for one in TABLES if one.name == "approvals").names) + "\n"
    done = run_etl("template", "comand_run")
    assert done.returncode == 2
    assert "Did you mean command_runs?" in done.stderr
    out = tmp_path / "tasks.ndjson"
    assert run_etl("template", "tasks", "--format", "ndjson", "--out", out).returncode == 0
    assert json.loads(out.read_text())["id"] == "t-1"
    again = run_etl("template", "tasks", "--out", out)
    assert again.returncode == 2
    assert "is there already" in again.stderr
    listed = run_etl("template", "--help").stdout
    assert all(table.name in listed for table in TABLES)


@EACH_TABLE
def test_the_contract_is_documented_and_every_word_column_has_its_list(table: RecordTable):
    for column in table.columns:
        assert len(table.meaning(column)) > 3, column.name
        assert (column.reads is ColumnType.WORD) == (column.words is not None), column.name
        assert column.example is not None or not column.is_required or column.name == "id"


HOSTILE = [
    None, True, 2, -1, 10**400, 1.5, 1e308, "", " ", "\x00", "\ud800", "=1+1", "x" * 20_000, [], {}, [[]], {"a": 1},
    "2026-03-02", "2026-03-02T10:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", SECRET,
    "a;b;;../../x", [None], ["a", 1], "NaN", "1e999999999", "-0", "１２", "true",
]  # fmt: skip


@EACH_TABLE
def test_whatever_a_cell_holds_each_record_is_loaded_or_quarantined(table: RecordTable, tmp_path: Path, store: Store):
    whole = example(table)
    records = [whole | {"id": f"{name}-{n}", name: value} for name in table.names for n, value in enumerate(HOSTILE)]
    path = tmp_path / "records.ndjson"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    [report] = load(store, path)
    assert report.refused is None
    assert report.read == len(records) == report.loaded + report.known + report.quarantined
    assert report.loaded > 0
    assert report.quarantined > 0
    with store.reading() as connection:
        assert SECRET not in "\n".join(connection.iterdump())


@EACH_TABLE
def test_whatever_a_cell_of_a_table_holds_it_is_loaded_or_quarantined(table: RecordTable, tmp_path: Path, store: Store):
    whole = example(table)
    texts = [value for value in HOSTILE if isinstance(value, str) and value != "\ud800"]
    records = [whole | {"id": f"{name}-{n}", name: text} for name in table.names for n, text in enumerate(texts)]
    path = tmp_path / "records.csv"
    path.write_text(csv_text(table, records), newline="")
    [report] = load(store, path)
    assert report.refused is None
    assert report.read == len(records) == report.loaded + report.known + report.quarantined
