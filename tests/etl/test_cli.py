"""The command line: what it prints where, and how it ends."""

import hashlib
import json
import os
import re
import subprocess
import sys

import pytest
from chat_files import all_chats, chat, reply, request

from data.errors import StoreError
from data.store import Store
from etl import cli, loading
from etl.sources.bolt_chats import BoltChats

SETTINGS = {"providers": {"apiKeys": "sk-ant-api03-Zq8Yw2Lm9Xr4Tn6Vb1Kc3Pd5"}, "_raw": {}}


@pytest.fixture
def etl(monkeypatch, capsys, database_url):
    """Run the command line in this process; return exit code, standard output and standard error."""
    monkeypatch.setenv("BOLTSCOPE_DATABASE", database_url)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["etl", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return run


@pytest.fixture
def exports(tmp_path):
    messages = [request("1772445600000", "Build a shop", 0), reply("msg-1", "Done.", 1)]
    folder = tmp_path / "exports"
    all_chats(folder / "a.json", [chat("1", messages)])
    return folder


def test_a_load_prints_exactly_one_json_object_with_the_agreed_keys(etl, exports):
    code, out, err = etl("load", exports, "--json", "--person", "ann")

    assert (code, err) == (0, "")
    printed = json.loads(out)
    assert printed["load_ids"] == [1]
    assert {
        key: printed["files"][0][key] for key in ("file", "kind", "read", "loaded", "known", "quarantined", "refused")
    } == {
        "file": str(exports / "a.json"),
        "kind": "bolt_chats",
        "read": 2,
        "loaded": 2,
        "known": 0,
        "quarantined": 0,
        "refused": None,
    }


def test_the_same_files_again_are_known_and_make_no_load(etl, exports):
    etl("load", exports)

    code, out, _ = etl("load", exports, "--json")

    printed = json.loads(out)
    assert code == 0
    assert printed["load_ids"] == []
    assert (printed["files"][0]["read"], printed["files"][0]["known"]) == (2, 2)


def test_a_file_that_stays_somebody_elses_than_was_asked_for_is_told_with_the_remedy(etl, exports, database_url):
    etl("load", exports, "--person", "ann", "--project", "shop")

    code, _, err = etl("load", exports, "--person", "bob")
    (asked,) = json.loads(etl("load", exports, "--person", "bob", "--json")[1])["files"]

    file = exports / "a.json"
    note = f"The same bytes were loaded before as {file} for person ann and project shop, and stay so; asked for was "
    assert code == 0
    assert err.startswith(f"{file}: {note}person bob.\n")
    assert "load everything into a new store: etl load PATH --database sqlite:///" in err
    assert asked["note"] == f"{note}person bob."
    assert Store(database_url).rows("SELECT person FROM load") == [("ann",)]


def test_many_files_that_stay_somebody_elses_are_counted_and_the_remedy_is_told_once(etl, exports):
    for number in range(11):
        all_chats(exports / f"{number}.json", [chat("1", [request(f"u{number}", "Build", number)])])
    etl("load", exports)

    err = etl("load", exports, "--project", "shop")[2]

    # 12 files, of which 10 are named.
    assert err.count("for nobody by name, and stay so; asked for was project shop.") == 10
    assert "So do 2 more files." in err
    assert err.count("new store") == 1


@pytest.mark.parametrize("again", [[], ["--person", "ann"], ["--project", "shop"]])
def test_the_same_files_for_the_same_or_no_named_owner_need_no_word(etl, exports, again):
    etl("load", exports, "--person", "ann", "--project", "shop")
    assert etl("load", exports, *again)[2] == ""


def test_a_refused_file_is_named_does_not_stop_the_others_and_leaves_nothing(etl, exports, database_url):
    (exports / "b.json").write_text(json.dumps(SETTINGS))
    (exports / "c.txt").write_text("Dear all,")

    code, out, err = etl("load", exports)

    assert code == 1
    assert "3 files: 2 records read = 2 loaded + 0 known + 0 quarantined; 2 files refused" in out
    assert "b.json is a bolt.diy settings export" in err
    assert "c.txt is text of a kind that is not known" in err
    assert err.count("Accepted (plain, or inside zip or gzip)") == 1
    assert "sk-ant" not in out + err
    assert Store(database_url).rows("SELECT count(*) FROM load") == [(1,)]


def test_json_stays_one_object_when_files_are_refused(etl, exports):
    (exports / "b.json").write_text(json.dumps(SETTINGS))
    (exports / ".hidden").write_text("x")

    code, out, _ = etl("load", exports, "--json")

    refused = json.loads(out)["files"][1]
    assert code == 1
    assert (refused["kind"], refused["read"], refused["loaded"]) == (None, 0, 0)
    assert "settings export" in refused["refused"]
    assert json.loads(out)["skipped"] == [{"file": str(exports / ".hidden"), "reason": "hidden"}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["load"], "Missing argument"),
        (["load", "/nowhere/x.json"], "No such file or folder: /nowhere/x.json"),
        (["lod"], "No such command"),
        (["load", "--person", " ", "."], "--person must be a name"),
        (["demo", "--out", "x", "--until", "soon"], "is not a date"),
    ],
)
def test_wrong_use_ends_with_2_and_makes_no_store(etl, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)

    code, out, err = etl(*arguments)

    assert code == 2
    assert message in err
    assert out == ""
    assert not list(tmp_path.iterdir())


def test_a_wrong_sources_toml_ends_with_2_before_anything_is_loaded(etl, exports, tmp_path):
    (exports / "sources.toml").write_text("[peple]\n")

    code, _, err = etl("load", exports)

    assert code == 2
    assert "unknown table 'peple'. Did you mean 'people'?" in err
    assert not (tmp_path / "store.db").exists()


def test_a_missing_store_is_explained(etl):
    for command in ("status", "quarantine"):
        code, out, err = etl(command, "--json")

        assert (code, out) == (1, "")
        assert "There is no store at" in err


def test_a_fault_of_the_program_costs_one_file_and_shows_no_trace_and_no_content(
    etl, exports, monkeypatch, database_url
):
    real = BoltChats.load

    def broken(self, file, kind, context):
        real(self, file, kind, context)
        if file.name.endswith("b.json"):
            raise KeyError("a prompt of somebody")

    monkeypatch.setattr(BoltChats, "load", broken)
    all_chats(exports / "b.json", [chat("2", [request("1772445700000", "Build a desk", 2)])])

    code, out, err = etl("load", exports)

    assert code == 1
    assert "2 files: 2 records read = 2 loaded" in out
    assert "b.json could not be loaded because of a fault in Boltscope (KeyError)" in err
    assert "prompt of somebody" not in out + err
    assert "Traceback" not in err
    assert Store(database_url).rows("SELECT count(*) FROM message") == [(2,)]


def test_debug_shows_the_trace(etl, exports, monkeypatch):
    def broken(self, file, kind, context):
        raise KeyError("x")

    monkeypatch.setattr(BoltChats, "load", broken)
    monkeypatch.setattr(sys, "argv", ["etl", "--debug", "load", str(exports)])

    with pytest.raises(KeyError):
        cli.main()


def test_an_interrupted_load_keeps_what_was_finished_and_ends_with_130(etl, exports, monkeypatch, database_url):
    all_chats(exports / "b.json", [chat("2", [request("1772445700000", "Build a desk", 2)])])
    real = BoltChats.load

    def interrupted(self, file, kind, context):
        real(self, file, kind, context)
        if file.name.endswith("b.json"):
            raise KeyboardInterrupt

    monkeypatch.setattr(BoltChats, "load", interrupted)

    code, out, err = etl("load", exports)

    assert code == 130
    assert "Stopped. Files that were finished are kept" in err
    assert "1 file: 2 records read" in out
    assert Store(database_url).rows("SELECT count(*) FROM message") == [(2,)]


def test_a_plain_path_is_a_store_too(etl, exports, tmp_path):
    code, _, _ = etl("load", exports, "--database", tmp_path / "named.db")

    assert code == 0
    assert (tmp_path / "named.db").exists()


def test_status_adds_up(etl, exports):
    bad = {"id": "9", "role": "robot", "content": "x"}
    all_chats(exports / "b.json", [chat("2", [request("1772445600000", "Build a shop", 0), bad])])
    etl("load", exports, "--person", "ann")

    code, out, _ = etl("status", "--json")
    status = json.loads(out)

    # a.json: 2 new messages; b.json: 1 that a.json has, 1 by neither user nor assistant.
    assert code == 0
    assert (status["read"], status["loaded"], status["known"], status["quarantined"]) == (4, 2, 1, 1)
    assert status["sources"][0]["kind"] == "bolt_chats"
    assert status["sources"][0]["files"] == 2
    assert sum(reason["records"] for reason in status["duplicates"]) == status["known"]
    assert [(reason["reason"], reason["records"]) for reason in status["quarantine"]] == [("unknown_role", 1)]
    assert status["counts"]["message"] == 2
    assert status["coverage"]["calls"] == status["counts"]["llm_call"]
    assert status["coverage"]["usage_known_rate"] == 1.0
    # The request of b.json has no reply that could be read: nobody can tell how its task ended.
    assert (status["coverage"]["tasks"], status["coverage"]["unknown_outcome_rate"]) == (2, 1 / 2)

    code, out, _ = etl("status")
    assert code == 0
    assert "brought nothing new because" in out
    assert re.search(r"bolt_chats +2 +4 +2 +1 +1 ", out)


def test_rates_of_an_empty_store_are_unknown_and_not_zero(etl, store):
    coverage = json.loads(etl("status", "--json")[1])["coverage"]

    assert coverage["cost_known_rate"] is None
    assert coverage["attributed_spend_rate"] is None
    assert coverage["unknown_outcome_rate"] is None


def test_quarantine_says_where_and_why_and_shows_no_text(etl, exports):
    bad = {"id": "9", "role": "robot", "content": "my hidden prompt"}
    all_chats(exports / "b.json", [chat("2", [bad])])
    etl("load", exports)

    code, out, _ = etl("quarantine", "--json")
    printed = json.loads(out)

    assert code == 0
    assert printed["quarantined"] == 1
    record = printed["records"][0]
    assert record["file"].endswith("b.json")
    assert (record["position"], record["reason"]) == ("chats[0].messages[0]", "unknown_role")
    assert "my hidden prompt" not in out
    assert "my hidden prompt" not in etl("quarantine")[1]


def test_an_empty_quarantine_says_so(etl, store):
    assert "Nothing is in quarantine" in etl("quarantine")[1]


def test_formulas_markup_and_scripts_in_names_stay_text(etl, exports):
    (exports / "[red]=cmd()<script>.json").write_text("x")

    _, out, err = etl("load", exports)

    assert "[red]=cmd()<script>.json" in out
    assert "[red]=cmd()<script>.json" in err


def test_files_that_the_generator_lists_are_demo_data(etl, exports, database_url):
    sha256 = hashlib.sha256((exports / "a.json").read_bytes()).hexdigest()
    (exports / "truth.json").write_text(json.dumps({"boltscope_demo": 1, "files": {"a.json": sha256}}))

    code, out, _ = etl("load", exports, "--json")

    assert code == 0
    assert json.loads(out)["skipped"][0]["reason"] == "says what the demo generator planted"
    assert Store(database_url).rows("SELECT is_demo FROM load") == [(1,)]


def test_pseudonyms_are_remembered_by_the_store(etl, exports, database_url, tmp_path):
    assert etl("load", exports, "--person", "ann", "--pseudonymous")[0] == 0
    all_chats(exports / "b.json", [chat("2", [request("1772445700000", "Build a desk", 2)])])
    assert etl("load", exports, "--person", "ann")[0] == 0

    people = Store(database_url).rows("SELECT DISTINCT person FROM load")
    assert len(people) == 1
    assert re.fullmatch(r"p-[0-9a-f]{8}", people[0][0])
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("store.db*"))
    assert b"ann" not in stored.replace(b"annot", b"").replace(b"Plann", b"").replace(b"scann", b"")


def test_names_and_pseudonyms_in_one_store_are_a_wrong_use(etl, exports):
    etl("load", exports, "--person", "ann")

    code, _, err = etl("load", exports, "--pseudonymous")

    assert code == 2
    assert "already holds people by name" in err


def heavy_packages_of(*arguments: object) -> str:
    """Return the packages that take long to import and that a command imported, or why it failed."""
    script = (
        f"import sys; sys.argv = {['etl', *map(str, arguments)]}\n"
        "from etl import cli\n"
        "try:\n    cli.main()\nexcept SystemExit as finished:\n    assert not finished.code\n"
        "heavy = {'sqlalchemy', 'sqlmodel', 'polars', 'detect_secrets', 'numpy', 'genai_prices'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or None)"
    )
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stderr


def test_help_imports_none_of_the_heavy_packages():
    assert heavy_packages_of("--help") == ""


def test_a_load_that_needs_none_of_the_heavy_packages_imports_none(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("id,started_at,command,status,duration_ms\na,2026-03-02T10:00:00Z,npm test,ok,1200\n")

    assert heavy_packages_of("load", path, "--database", f"sqlite:///{tmp_path / 'store.db'}") == ""


def test_an_unchanged_file_is_known_without_its_bytes_being_read(etl, exports, monkeypatch):
    path = exports / "a.json"
    os.utime(path, (1_700_000_000, 1_700_000_000))
    etl("load", exports)
    path.write_bytes(b"x" * path.stat().st_size)
    os.utime(path, (1_700_000_000, 1_700_000_000))

    code, out, _ = etl("load", exports, "--json")

    assert code == 0
    assert json.loads(out)["files"][0]["known"] == 2


def test_a_file_that_changed_in_the_second_of_its_load_is_looked_at_again(etl, exports):
    path = exports / "a.json"
    etl("load", exports)
    stamp = path.stat().st_mtime_ns
    path.write_bytes(b"x" * path.stat().st_size)
    os.utime(path, ns=(stamp, stamp))

    assert etl("load", exports)[0] == 1


def test_a_store_error_in_the_middle_reports_what_was_done(etl, exports, monkeypatch):
    all_chats(exports / "b.json", [chat("2", [request("1772445700000", "Build a desk", 2)])])
    real = loading.load_file

    def full(store, file, *arguments, **options):
        if file.name.endswith("b.json"):
            raise StoreError(
                "The disk that holds it is full. Nothing of this load was kept; free space and load again."
            )
        return real(store, file, *arguments, **options)

    monkeypatch.setattr(loading, "load_file", full)
    code, out, err = etl("load", exports, "--json")

    printed = json.loads(out)
    assert code == 1
    assert len(printed["files"]) == 1
    assert "is full" in printed["stopped"]
    assert "is full" in err


def test_a_small_demo_is_written_and_loads_without_a_refusal(etl, tmp_path):
    from etl.demo import DEFAULT_DAYS, DEFAULT_TASKS
    from etl.demo.plants import LEAST_DAYS, LEAST_TASKS

    code, out, err = etl(
        "demo", "--out", tmp_path / "demo", "--tasks", LEAST_TASKS, "--days", LEAST_DAYS, "--until", "2026-11-22"
    )
    assert (code, err) == (0, "")
    assert f"Load them: etl load {tmp_path}/demo" in out

    code, out, _ = etl("load", tmp_path / "demo", "--json")
    files = json.loads(out)["files"]
    assert code == 0
    assert all(file["read"] == file["loaded"] + file["known"] + file["quarantined"] for file in files)
    assert (DEFAULT_TASKS, DEFAULT_DAYS) == (6000, 365)
    assert "[default: 6000]" in etl("demo", "--help")[1]
