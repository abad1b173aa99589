"""Saved git logs of every form, case by case: the expected rows stand beside the input and can be checked on paper."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from chat_files import counts, load

from data.epoch import EPOCH
from data.store import Store
from etl.files import find_files
from etl.places import blob_of_id, commit_key, place_hash
from etl.recognise import recognise
from etl.revert_words import subject_hash
from etl.sources.base import RefusedError
from etl.sources.git_commits import time_of

CASES = sorted((Path(__file__).parents[1] / "cases").glob("git_log_*"))


def shown(name: str, value: object) -> object:
    if name.endswith("_at") and isinstance(value, int):
        return (EPOCH + timedelta(microseconds=value)).isoformat()
    return bool(value) if name.startswith("is_") and value is not None else value


def commits(store: Store) -> dict[str, dict[str, object]]:
    with store.reading() as connection:
        cursor = connection.execute("SELECT * FROM vcs_commit")
        names = [column[0] for column in cursor.description]
        return {row[names.index("sha")][:8]: dict(zip(names, row, strict=True)) for row in cursor}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_saved_log_gives_the_expected_commits(case: Path, store: Store):
    expected = json.loads((case / "expected.json").read_text())
    [report] = load(store, case / "input.log", project="web")
    assert report.refused is None
    assert report.kind == expected["kind"]
    assert list(counts(report)) == expected["counts"]
    assert report.known_by_reason == expected.get("known_by_reason", {})
    rows = commits(store)
    assert set(rows) == set(expected["commits"])
    for sha, columns in expected["commits"].items():
        row = rows[sha]
        undone = columns.pop("reverted_subject", None)
        assert row["reverted_subject_hash"] == (undone and subject_hash(undone))
        assert {name: shown(name, row[name]) for name in columns} == columns
        assert row["vcs_commit_key"] == commit_key("web", str(row["sha"]))
        assert row["repository"] is None
        assert row["is_left_behind"] == 0
        assert row["committed_date"] == 20514  # 2 March 2026
    found = store.rows(
        "SELECT substr(sha, 1, 8), path, operation, f.lines_added, f.lines_removed, blob_hash, place_hash "
        "FROM commit_file f JOIN vcs_commit USING (vcs_commit_key) ORDER BY 1, 2"
    )
    assert found == [
        (*file[:5], file[5] and blob_of_id(file[5]), place_hash("web", file[1])) for file in expected["files"]
    ]
    in_quarantine = store.rows("SELECT position, reason, detail FROM quarantine ORDER BY quarantine_id")
    assert [list(one) for one in in_quarantine] == expected["quarantine"]


def test_there_are_cases():
    assert len(CASES) >= 4


def test_a_log_of_which_nothing_can_be_used_is_refused_with_the_command(store: Store, tmp_path: Path):
    log = tmp_path / "short.log"
    log.write_text("commit 1a2b3c4\nAuthor: Ann <ann@example.org>\nDate:   Mon Mar 2 11:03:00 2026 +0100\n\n    One\n")
    [report] = load(store, log)

    assert "git log --all --raw --numstat" in str(report.refused)
    assert store.rows("SELECT count(*) FROM load") == [(0,)]


@pytest.mark.parametrize(
    "text", ["commit to this\nAuthor: me\n", "commit 12345678\nSomething: else\n", "\x1enothing", "* 1a2b3c4 One\n"]
)
def test_what_only_looks_like_a_log_is_not_recognised(tmp_path: Path, text: str):
    (tmp_path / "x.log").write_text(text)
    [file] = find_files([tmp_path / "x.log"])
    with pytest.raises(RefusedError):
        recognise(file)


@pytest.mark.parametrize(
    "text",
    [
        "Mon Mar 2 11:00:00 2026 +0100", "2026-03-02 11:00:00 +0100", "2026-03-02T11:00:00+01:00",
        "2026-03-02T10:00:00Z", "Mon, 2 Mar 2026 11:00:00 +0100", "1772445600 +0100", "1772445600",
    ],
)  # fmt: skip
def test_every_date_with_a_time_zone_is_the_same_instant(text: str):
    assert time_of(text) == 1_772_445_600_000_000


@pytest.mark.parametrize(
    "text",
    ["", "2 days ago", "2026-03-02", "Mon Mar 2 11:00:00 2026", "2026-03-02T11:00:00", "9" * 50, "1" * 12,
     "Mon, 99 Mar 2026 11:00:00 +0100", "\0", "2026-13-02T11:00:00+01:00", "Mon, 2 Mar 2026 11:00:00 -0000",
     "²²²²", "now, now"],
)  # fmt: skip
def test_what_tells_no_instant_is_none(text: str):
    value = time_of(text)
    assert value is None or value > 10**17


def test_marks_inside_a_message_spoil_no_other_record(store: Store, tmp_path: Path):
    def record(sha: str, message: str) -> str:
        when = "2026-03-02T10:00:00+00:00"
        fields = [sha * 40, "", "Ann", "ann@example.org", when, when, "Subject", message, ""]
        return "\x1e" + "\x1f".join(fields) + "\n1\t0\ta.ts\n\n"

    log = tmp_path / "marks.log"
    log.write_text(record("1", "plain") + record("2", "with \x1e and \x1f in \x1e it") + record("3", "plain"))
    [report] = load(store, log)

    assert counts(report) == (3, 3, 0, 0)
    assert store.rows("SELECT count(*) FROM commit_file") == [(3,)]


def test_a_record_larger_than_any_is_left_out_and_the_others_stay(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("etl.sources.git_records.LARGEST_RECORD", 2000)
    monkeypatch.setattr("etl.sources.git_records.BLOCK_BYTES", 500)
    when = "2026-03-02T10:00:00+00:00"
    records = [
        "\x1e" + "\x1f".join([sha * 40, "", "Ann", "a@example.org", when, when, "Subject", body, ""]) + "\n"
        for sha, body in (("1", ""), ("2", "x" * 5000), ("3", ""))
    ]
    (tmp_path / "saved.log").write_text("".join(records))
    plain = [
        f"commit {sha * 40}\nAuthor: Ann <a@example.org>\nDate:   {when}\n\n    {body}\n\n"
        for sha, body in (("1", "Subject"), ("2", "x" * 5000), ("3", "Subject"))
    ]
    (tmp_path / "plain.log").write_text("".join(plain))
    reports = load(store, tmp_path / "saved.log", tmp_path / "plain.log")

    assert counts(reports[0]) == (3, 2, 0, 1)
    assert counts(reports[1]) == (3, 0, 2, 1)
    assert store.rows("SELECT DISTINCT reason FROM quarantine") == [("too_large",)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_logs_that_windows_saved_are_read(store: Store, tmp_path: Path, encoding: str):
    text = (Path(__file__).parents[1] / "cases" / "git_log_plain" / "input.log").read_text()
    (tmp_path / "x.log").write_bytes(text.replace("\n", "\r\n").encode(encoding))
    [report] = load(store, tmp_path / "x.log")

    assert counts(report) == (5, 3, 0, 2)
