"""The command line of the dashboard: what it writes where, and how it ends."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import cli, serving
from data.definitions.reading import content_of
from data.store import Store
from fact_rows import Facts


@pytest.fixture
def dashboard(monkeypatch, capfdbinary, store: Store):
    """Run the command line in this process; return exit code, standard output and standard error."""
    facts = Facts()
    facts.task("2026-03-02T10:00", task_key=1)
    facts.task("2026-03-05T10:00", task_key=2, project="crm")
    facts.write(store)
    monkeypatch.setenv("BOLTSCOPE_DATABASE", store.url)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dashboard", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        return int(ended.value.code or 0), captured.out.decode(), captured.err.decode()

    return run


def test_an_export_goes_to_a_file_and_says_how_many_rows(dashboard, tmp_path: Path) -> None:
    out = tmp_path / "tasks.csv"
    assert dashboard("export", "tasks", "--out", out) == (0, "", f"{out}: 2 rows\n")
    assert [line.split(",")[0] for line in out.read_text().splitlines()] == [
        "task_id",
        "x0000000000000001",
        "x0000000000000002",
    ]
    assert list(tmp_path.glob(".*.part")) == []


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ((), [1, 2]),
        (("--from", "2026-03-05"), [2]),
        (("--to", "2026-03-04"), [1]),
        (("--project", "crm"), [2]),
        (("--person", "ada", "--task-class", "edit", "--route", "anthropic/claude-sonnet-4-5"), [1, 2]),
    ],
)
def test_standard_output_gets_the_csv_and_nothing_else(dashboard, options: tuple[str, ...], ids: list[int]) -> None:
    code, out, err = dashboard("export", "tasks", "--out", "-", *options)
    assert (code, err) == (0, "")
    assert [int(line.split(",")[0].removeprefix("x"), 16) for line in out.splitlines()[1:]] == ids


def test_the_list_names_every_table_with_its_columns(dashboard) -> None:
    code, out, _ = dashboard("export", "--list")
    assert code == 0
    assert "slo_daily: " in out
    assert "    date, slo, good, total, value, low, high" in out


def test_the_list_of_one_table_says_what_each_column_means(dashboard) -> None:
    code, out, _ = dashboard("export", "tasks", "--list")
    assert code == 0
    assert out.startswith("tasks: one row per request that a person made\n")
    assert "    outcome: How it ended. One of: completed, failed, aborted, unknown.\n" in out
    assert "    cost_usd: Sum of the costs of its calls, in US dollars; empty unless all of them are known.\n" in out
    assert "llm_calls" not in out


def test_the_list_of_a_table_that_does_not_exist_names_those_that_do(dashboard) -> None:
    code, _, err = dashboard("export", "tasksk", "--list")
    assert code == 2
    assert "Did you mean tasks?" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export", "task", "--out", "-"), "Did you mean tasks?"),
        (("export", "tasks"), "--out tasks.csv"),
        (("export",), "--list"),
        (("export", "tasks", "--out", "-", "--from", "yesterday"), "YYYY-MM-DD"),
        (("export", "tasks", "--out", "-", "--as-of", "later"), "not a time"),
        (("export", "routes", "--out", "-", "--person", "ada"), "cannot be filtered by --person"),
        (("export", "tasks", "--out", "no/such/folder/x.csv"), "cannot be written"),
    ],
)
def test_a_wrong_command_ends_with_2_and_says_what_is_right(dashboard, arguments: tuple[str, ...], words: str) -> None:
    code, out, err = dashboard(*arguments)
    assert (code, out) == (2, "")
    assert words in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err


def test_a_missing_store_ends_with_1_and_is_not_created(dashboard, tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    code, out, err = dashboard("export", "tasks", "--out", "-", "--database", f"sqlite:///{missing}")
    assert (code, out) == (1, "")
    assert "There is no store" in err
    assert not missing.exists()


def test_a_failed_export_leaves_the_file_as_it_was(dashboard, monkeypatch, tmp_path: Path) -> None:
    out = tmp_path / "tasks.csv"
    out.write_text("before")

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dashboard.exports.write_csv", fail)
    code, _, err = dashboard("export", "tasks", "--out", out)
    assert code == 2
    assert "No space left" in err
    assert out.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_as_of_decides_what_has_matured(dashboard, store: Store) -> None:
    facts = Facts()
    facts.patch("2026-03-05T10:00")
    facts.write(store)
    young = dashboard("export", "patches", "--out", "-", "--as-of", "2026-03-06")[1]
    old = dashboard("export", "patches", "--out", "-", "--as-of", "2026-03-13T00:00:00Z")[1]
    assert (",immature," in young, ",kept," in old) == (True, True)


def test_a_reader_that_goes_away_ends_an_export_quietly(store: Store) -> None:
    facts = Facts()
    for _ in range(3000):
        facts.task()
    facts.write(store)
    command = f"'{sys.executable}' -m dashboard.cli export tasks --out - --database '{store.url}' | head -n 1"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout.startswith("task_id,")
    assert ended.stderr == ""


def test_a_port_in_use_is_told_before_anything_starts(dashboard) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = dashboard("serve", "--port", port)
    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in err
    assert "--port" in err


@pytest.mark.parametrize(
    ("address", "warns"), [("127.0.0.1", False), ("::1", False), ("localhost", False), ("0.0.0.0", True)]
)
def test_opening_the_dashboard_to_others_is_said(address: str, warns: bool) -> None:
    assert (serving.warning_of(address) is not None) is warns


def test_the_objectives_are_listed(dashboard) -> None:
    code, out, err = dashboard("slos")
    assert (code, err) == (0, "")
    line = next(line for line in out.splitlines() if "task_success" in line)
    assert [cell.strip() for cell in line.split("  ") if cell.strip()] == [
        "task_success", "95.0 %", "30 days", "Platform team", "completed tasks", "completed, failed and aborted tasks",
    ]  # fmt: skip


def test_openslo_goes_out_and_comes_back_as_the_file_that_is_there(dashboard, tmp_path: Path) -> None:
    out = tmp_path / "slos.yaml"
    assert dashboard("slos", "--openslo", "--out", out) == (0, "", "")
    assert dashboard("slos", "--openslo") == (0, out.read_text(), "")
    code, text, said = dashboard("slos", "--from", out)
    assert (code, text) == (0, content_of("slos.toml").decode())
    assert said == (
        f"{out}: 5 objectives, none of them changed.\n"
        "Nothing was written; --write puts it into data/definitions/slos.toml.\n"
    )


def test_a_burn_rule_that_an_objective_takes_out_of_reach_is_named_with_the_reason(dashboard, tmp_path: Path) -> None:
    out = tmp_path / "slos.yaml"
    dashboard("slos", "--openslo", "--out", out)
    # At an objective of 0.9 a burn rate is at most 1 / 0.1 = 10, below the 14.4 of the fastest rule.
    out.write_text(re.sub(r"(?s)(name: task-success.*?target: )0.95", r"\g<1>0.9", out.read_text(), count=1))
    code, _, said = dashboard("slos", "--from", out)
    assert code == 0
    assert "Burn-rate rule page_1h will not be able to fire for task_success: " in said
    assert said.count("will not be able to fire") == 1


def test_openslo_is_put_in_place_only_when_asked(dashboard, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("dashboard.slo_files.files", lambda _package: tmp_path)
    out = tmp_path / "slos.yaml"
    dashboard("slos", "--openslo", "--out", out)
    out.write_text(out.read_text().replace("target: 0.85", "target: 0.9"))
    dashboard("slos", "--from", out)
    assert not (tmp_path / "slos.toml").exists()
    code, text, said = dashboard("slos", "--from", out, "--write")
    assert (code, text) == (0, "")
    assert said.startswith(f"{out}: 5 objectives, changed: diff_acceptance.\nWritten to data/definitions/slos.toml")
    assert (tmp_path / "slos.toml").read_text() == content_of("slos.toml").decode().replace(
        "objective = 0.85", "objective = 0.9"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "x.yaml"), "--openslo"),
        (("--write",), "--from"),
        (("--openslo", "--from", "x.yaml"), "one of"),
        (("--from", "missing.yaml"), "missing.yaml cannot be read: No such file"),
        (("--openslo", "--out", "missing/x.yaml"), "missing/x.yaml cannot be written"),
    ],
)
def test_wrong_words_about_objectives_are_explained(dashboard, arguments, said: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = dashboard("slos", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not list(tmp_path.rglob("*.yaml*"))
