"""dashboard review and --max-age: which files are written, what is refused, and with which exit code it ends."""

import io
import shlex
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from dashboard import cli
from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.review.answers import make_review
from dashboard.analysis.review.quarters import read_quarter
from dashboard.max_age import AgeError, StaleDataError, check_age, read_age
from dashboard.reports.bundle import FORMATS
from dashboard.ui.review_reports import command
from data.frozen_reviews import freeze
from data.review_notes import Entry, add_note
from data.store import Store
from fact_rows import Facts, at

NOW = datetime.now(UTC)


def write_facts(store: Store, newest: datetime) -> Store:
    """Three tasks of 2026Q1, one of them of another project, and a load whose newest record is of then."""
    facts = Facts()
    for day, project in ((2, "shop"), (5, "shop"), (6, "crm")):
        facts.task(f"2026-03-{day:02}T10:00", project=project)
    facts.load(1, 3, 3, last_record_at=newest, finished_at=newest)
    return facts.write(store)


@pytest.fixture
def run(monkeypatch, capfd, store: Store):
    """Run the command line in this process; return exit code, standard output and standard error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setenv("BOLTSCOPE_DATABASE", store.url)
        monkeypatch.setattr(sys, "argv", ["dashboard", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capfd.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return command


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_every_format_is_written_and_named_with_its_size(run, store: Store, tmp_path: Path):
    write_facts(store, at("2026-04-02"))
    out = tmp_path / "new" / "reports"
    code, said, told = run("review", "--out", out, "--quarter", "2026Q1")
    assert (code, said) == (0, "")
    assert len(files(out)) == len(FORMATS)
    assert told.splitlines() == [
        f"{path}: {path.stat().st_size:,} bytes" for one in FORMATS for path in out.glob(f"*.{one.extension}")
    ]


def test_only_the_formats_that_were_asked_for(run, store: Store, tmp_path: Path):
    write_facts(store, at("2026-04-02"))
    assert run("review", "--out", tmp_path / "out", "--format", "XLSX, csv,csv")[0] == 0
    assert [name.rpartition(".")[2] for name in files(tmp_path / "out")] == ["xlsx", "zip"]


def test_without_a_quarter_it_is_the_last_with_records_that_has_ended(run, store: Store, tmp_path: Path):
    """The second quarter is over by the calendar, though its records reach to its second day only."""
    write_facts(store, at("2026-04-02"))
    run("review", "--out", tmp_path / "out", "--format", "html")
    assert files(tmp_path / "out")[0].startswith("boltscope-review_2026Q2_")
    text = next((tmp_path / "out").iterdir()).read_text()
    assert "not over yet" not in text
    assert "Records reach to 2 April 2026 only" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--quarter", "2026Q9"), "'2026Q9' is not a quarter"),
        (("--quarter", "2031Q1"), "The store holds no record of 2031Q1. It reaches from 2026Q1 to 2026Q2."),
        (("--format", "doc"), "'doc' is no format. Formats: csv"),
        (("--format", ","), "no format is named"),
        (("--project", "shpo"), "does not hold 'shpo'. Did you mean shop?"),
        (("--task-class", "nothing"), "--task-class: the store does not hold 'nothing'"),
        (("--quarter=2026Q1", "--frozen"), "2026Q1 is not frozen. Freeze it on the page Quarterly review"),
        (("--quarter=2026Q1", "--frozen", "--project", "shop"), "2026Q1 is not frozen with these filters"),
        (("--frozen", "--max-age", "2d"), "a frozen review stays as it is"),
        (("--max-age", "soon"), "--max-age: 'soon' is not an age"),
    ],
)
def test_what_cannot_be_written_is_refused_with_what_to_do(run, store: Store, tmp_path: Path, options, said: str):
    write_facts(store, at("2026-04-02"))
    code, _, told = run("review", "--out", tmp_path / "out", *options)
    assert (code, files(tmp_path / "out")) == (2, [])
    assert said in told


def test_a_store_without_records_has_no_review(run, store: Store, tmp_path: Path):
    code, _, told = run("review", "--out", tmp_path / "out", "--quarter", "2026Q1")
    assert (code, files(tmp_path / "out")) == (2, [])
    assert "holds no record of 2026Q1. Load files: etl load PATH" in told


def test_a_file_in_the_place_of_the_folder_is_refused(run, store: Store, tmp_path: Path):
    write_facts(store, at("2026-04-02"))
    (tmp_path / "out").write_text("mine")
    assert run("review", "--out", tmp_path / "out")[0] == 2
    assert run("review", "--out", tmp_path / "out" / "deeper")[0] == 2
    code, _, told = run("review", "--out", tmp_path / ("a" * 300))
    assert (code, "cannot be used: File name too long" in told) == (2, True)
    assert (tmp_path / "out").read_text() == "mine"


def test_the_frozen_one_is_that_of_the_newest_revision_and_the_same_after_more_was_loaded(run, store, tmp_path: Path):
    write_facts(store, at("2026-04-02"))
    quarter, texts = read_quarter("2026Q1"), {"a.toml": "b"}
    for number, reason in ((1, None), (2, "again")):
        with store.writing() as connection:
            document = make_review(connection, quarter, at("2026-04-02"), Filter(Period(date(2026, 1, 1), date.max)))
            freeze(
                connection, "2026Q1", "",
                lambda revision, document=document: msgspec.structs.replace(document, revision=revision).to_json(),
                frozen_at=NOW + timedelta(days=number), frozen_by=None, reason=reason, data_version=1,
                definitions=texts, definitions_hash="c",
            )  # fmt: skip
    assert run("review", "--out", tmp_path / "first", "--quarter=2026Q1", "--frozen")[0] == 0
    with store.writing() as connection:
        connection.execute("UPDATE project_daily SET completed_count = 0, failed_count = 3")
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('data_version', '9')")
    assert run("review", "--out", tmp_path / "second", "--quarter=2026Q1", "--frozen")[0] == 0
    assert all("_revision-2." in name for name in files(tmp_path / "first"))
    assert run("review", "--out", tmp_path / "older", "--quarter=2026Q1", "--revision=1", "--format", "csv")[0] == 0
    assert all("_revision-1." in name for name in files(tmp_path / "older"))
    code, _, told = run("review", "--out", tmp_path / "none", "--quarter=2026Q1", "--revision", "3")
    assert (code, files(tmp_path / "none")) == (2, [])
    assert "2026Q1 has no revision 3. It has 1, 2." in told
    for name in files(tmp_path / "first"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name


def test_the_command_that_the_page_prints_writes_what_the_page_shows(run, store: Store, tmp_path: Path):
    facts = Facts()
    for project in ("shop; rm -rf ~", "crm"):
        facts.task("2026-03-02T10:00", project=project, route="openai/gpt-5.1", task_class="fix")
    facts.load(1, 3, 3, last_record_at=at("2026-04-02"), finished_at=at("2026-04-02"))
    facts.write(store)
    quarter = read_quarter("2026Q1")
    chosen = Filter(quarter.period, project="shop; rm -rf ~", route="openai/gpt-5.1", task_class="fix")
    with store.reading() as connection:
        document = make_review(connection, quarter, at("2026-04-02"), chosen)
    words = shlex.split(command(document, chosen).replace("DIR", str(tmp_path / "out")))
    assert run(*words[1:], "--format", "csv")[0] == 0
    out = io.BytesIO()
    FORMATS[0].write(document, out)
    (written,) = (tmp_path / "out").iterdir()
    assert written.read_bytes() == out.getvalue()
    again = msgspec.structs.replace(document, revision=4)
    assert "--revision=4" in command(again, chosen)


def test_decisions_are_in_the_bundle(run, store: Store, tmp_path: Path):
    write_facts(store, at("2026-04-02"))
    with store.writing() as connection:
        add_note(connection, "2026Q1", Entry("=Ask before migrations"), NOW)
    run("review", "--out", tmp_path / "out", "--quarter=2026Q1", "--format", "csv")
    (bundle,) = (tmp_path / "out").glob("*.zip")
    with zipfile.ZipFile(bundle) as opened:
        text = opened.read(next(name for name in opened.namelist() if "notes" in name)).decode()
    assert "'=Ask before migrations" in text


@pytest.mark.parametrize("command", [("review", "--out"), ("export", "tasks", "--out")])
def test_stale_data_write_nothing_and_end_with_3(run, store: Store, tmp_path: Path, command: tuple[str, ...]):
    write_facts(store, datetime.now(UTC) - timedelta(hours=50))
    out = tmp_path / "out"
    code, said, told = run(*command, out, "--max-age", "2d")
    assert (code, said) == (3, "")
    assert "2 days old" in told
    assert "etl load PATH" in told
    assert not out.exists()
    assert run(*command, out, "--max-age", "3d")[0] == 0
    assert out.exists()


def test_a_store_without_a_record_is_stale(store: Store):
    with store.reading() as connection, pytest.raises(StaleDataError, match="holds no record"):
        check_age(connection, timedelta(days=1))


def test_exactly_as_old_as_allowed_is_not_stale(store: Store):
    write_facts(store, at("2026-04-02T10:00"))
    with store.reading() as connection:
        check_age(connection, timedelta(days=2), at("2026-04-04T10:00"))
        with pytest.raises(StaleDataError, match="2 days old\nAt most 2 days"):
            check_age(connection, timedelta(days=2), at("2026-04-04T10:01"))


def test_each_source_that_carries_figures_must_be_new_whatever_else_was_loaded(store: Store):
    facts = Facts()
    for number, (kind, newest) in enumerate(
        (("bolt_chats", "2026-02-01"), ("bolt_chat", "2026-01-01"), ("otlp", "2026-04-03"), ("git_log", "2026-04-04")),
        1,
    ):
        facts.load(number, 3, 3, kind=kind, last_record_at=at(newest), finished_at=at(newest))
    facts.write(store)
    now = at("2026-04-04T10:00")
    with store.reading() as connection:
        check_age(connection, timedelta(days=90), now)
        with pytest.raises(StaleDataError) as told:
            check_age(connection, timedelta(days=2), now)
    assert "Chats and tasks: newest record of 2026-02-01" in str(told.value)
    assert "Calls" not in str(told.value)


def test_a_record_of_the_future_does_not_keep_a_store_new(store: Store):
    write_facts(store, at("2027-04-02"))
    with store.reading() as connection, pytest.raises(StaleDataError, match="in the future: a clock is wrong"):
        check_age(connection, timedelta(days=2), at("2026-04-04"))


def test_ages_are_read_and_nonsense_is_refused():
    assert [read_age(text) for text in ("36h", " 2D ", "1w")] == [
        timedelta(hours=36), timedelta(days=2), timedelta(days=7),
    ]  # fmt: skip
    for text in ("", "2", "0d", "-1d", "2 months", "1e3h", "9" * 400 + "d"):
        with pytest.raises(AgeError, match="such as 36h, 2d or 1w"):
            read_age(text)


def test_figures_of_a_store_that_came_up_from_an_older_version_are_not_written(run, store: Store, tmp_path: Path):
    write_facts(store, at("2026-04-02"))
    with store.writing() as connection:
        connection.execute("INSERT INTO setting (name, value) VALUES ('definitions', '')")
    for words in (("review", "--out", tmp_path / "out"), ("export", "routes", "--out", tmp_path / "a.csv")):
        code, _, told = run(*words)
        assert code == 1
        assert "brought up from an older version" in told
        assert "etl load PATH" in told
    assert not list(tmp_path.glob("*.csv")) + files(tmp_path / "out")
    # Facts are as they were loaded.
    assert run("export", "tasks", "--out", "-")[0] == 0
