"""What the demo writes about git, reviews, deployments and own records: real formats that agree with each other."""

import csv
import io
import json
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from demo_files import UNTIL, documents, files_of, small_demo

from etl.demo import write_demo
from etl.demo.commits import Author, Commit, log_text, made_sha
from etl.demo.pulls import fate_of
from etl.demo.randomness import Chance, Quotas
from etl.places import blob_of_id, blob_of_text

FORMAT = "%x1e%H%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cI%x1f%s%x1f%b%x1f%(trailers:unfold,separator=%x1d)"
LOG = ["log", "--all", "--raw", "--numstat", "--no-renames", "--no-abbrev", "--date=iso-strict"]


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return small_demo().truth


def log_of(project: str) -> list[dict[str, Any]]:
    """Return the commits of a project's log, as its fields and lines tell them."""
    text = (small_demo().folder / "inbox" / project / "git-log.txt").read_text()
    commits: list[dict[str, Any]] = []
    for record in text.split("\x1e")[1:]:
        fields = record.split("\x1f")
        trailers, _, lines = fields[8].partition("\n")
        rows = [line.split("\t") for line in lines.splitlines() if line]
        commits.append(
            {
                "sha": fields[0], "parents": fields[1].split(), "author": fields[2], "at": fields[4],
                "subject": fields[6], "body": fields[7], "trailers": trailers,
                "raw": [row for row in rows if row[0].startswith(":")],
                "numstat": [row for row in rows if not row[0].startswith(":")],
            }
        )  # fmt: skip
    return commits


# The log.


def test_the_log_is_what_git_itself_prints_of_such_commits(tmp_path: Path) -> None:
    ann, raj = Author("ann", 60), Author("raj")
    at = 1_772_445_600_000  # 2026-03-02T10:00:00Z
    root = Commit(made_sha("1"), (), ann, at, "Add a readme", "", {"README.md": "# Shop\n", "b.txt": "one\n"})
    tree = {"README.md": "# Shop\nTwo\n", "src/App.tsx": "export {}\n"}
    side = Commit(
        made_sha("2"), (root,), raj, at + 60_000, "Update from Bolt.diy", "Two\nlines", tree,
        trailers=("Reviewed-by: ann <ann@example.com>", "Co-authored-by: lea <lea@example.com>"),
    )  # fmt: skip
    merge = Commit(made_sha("3"), (root, side), ann, at + 120_000, "Merge branch 'x'", "", tree)
    commits = [root, side, merge]
    marks = {commit.sha: number for number, commit in enumerate(commits, 1)}
    stream = ""
    for commit in commits:
        message = "\n\n".join(part for part in (commit.subject, commit.body, "\n".join(commit.trailers)) if part) + "\n"
        who = f"{commit.author.name} <{commit.author.email}> {commit.at // 1000} "
        who += "+0100" if commit.author is ann else "+0000"
        stream += f"commit refs/heads/main\nmark :{marks[commit.sha]}\nauthor {who}\ncommitter {who}\n"
        stream += f"data {len(message)}\n{message}"
        for word, parent in zip(("from", "merge"), commit.parents, strict=False):
            stream += f"{word} :{marks[parent.sha]}\n"
        stream += "deleteall\n"
        for path, text in commit.tree.items():
            stream += f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run(
        [*git, "fast-import", "--quiet", f"--export-marks={tmp_path / 'marks.txt'}"], input=stream.encode(), check=True
    )
    printed = subprocess.run([*git, *LOG, f"--pretty=format:{FORMAT}"], check=True, capture_output=True).stdout.decode()
    for line in (tmp_path / "marks.txt").read_text().splitlines():
        mark, sha = line.split()
        printed = printed.replace(sha, commits[int(mark[1:]) - 1].sha)
    assert log_text(commits) == printed


def test_every_parent_is_in_the_log_and_older(truth: dict[str, Any]) -> None:
    for project, figures in truth["git"].items():
        commits = {commit["sha"]: commit for commit in log_of(project)}
        assert len(commits) == figures["commits"]
        assert sum(len(commit["parents"]) > 1 for commit in commits.values()) == figures["merges"]
        assert sum(len(commit["raw"]) for commit in commits.values()) == figures["file_changes"]
        roots = [commit for commit in commits.values() if not commit["parents"]]
        assert [commit["subject"] for commit in roots] == ["Add a readme"]
        for commit in commits.values():
            assert [row[2] for row in commit["numstat"]] == [row[1] for row in commit["raw"]]
            for parent in commit["parents"]:
                assert parent in commits


def test_blobs_of_pushes_are_those_of_the_replies() -> None:
    written = {
        blob_of_text(text.split(">\n", 1)[1].rsplit("</boltAction>", 1)[0])
        for _, document in documents("inbox/*/*/*/bolt*chats.json")
        for chat in document["chats"]
        for message in chat["messages"]
        if message["role"] == "assistant"
        for text in file_actions(message["content"])
    }
    pushed = [
        blob_of_id(row[0].split()[3])
        for project in ("storefront", "backoffice", "field-app")
        for commit in log_of(project)
        if commit["subject"].endswith("from Bolt.diy")
        for row in commit["raw"]
    ]
    assert len(pushed) > 100
    assert sum(blob in written for blob in pushed) / len(pushed) > 0.8


def file_actions(content: str) -> list[str]:
    return [f'<boltAction type="file"{part}' for part in content.split('<boltAction type="file"')[1:]]


def test_reverts_name_what_they_undo(truth: dict[str, Any]) -> None:
    planted = truth["planted"]["git_reverts"]
    assert planted["put_back"] >= 1
    assert planted["patches"]
    for entry in planted["patches"]:
        found = [commit for project in truth["git"] for commit in log_of(project) if commit["sha"] == entry["commit"]]
        assert len(found) == 1
        subject, body = found[0]["subject"], found[0]["body"]
        assert subject.startswith('Revert "')
        assert {
            "commit": body.startswith("This reverts commit "),
            "merge": "reversing\nchanges made to" in body,
            "revert_branch": body.startswith("This reverts merge request !"),
            "squash_number": "(#" in subject.rsplit('"', 1)[0] and not body,
            "squash_body": body.startswith("Reverts example-team/storefront#"),
        }[entry["form"]]


# Reviews and deployments.


def test_requests_name_commits_of_the_log(truth: dict[str, Any]) -> None:
    shas = {commit["sha"] for commit in log_of("storefront")}
    pulls = json.loads((small_demo().folder / "inbox/storefront/pull-requests.json").read_text())
    assert [pull["number"] for pull in pulls] == list(range(len(pulls), 0, -1))
    assert all(pull["mergeCommit"]["oid"] in shas for pull in pulls if pull["state"] == "MERGED")
    assert Counter(pull["state"].lower() for pull in pulls) == truth["reviews"]["storefront"]["by_state"]
    merges = json.loads((small_demo().folder / "inbox/backoffice/merge-requests.json").read_text())
    shas = {commit["sha"] for commit in log_of("backoffice")}
    assert all(merge["merge_commit_sha"] in shas for merge in merges if merge["state"] == "merged")
    approvals = json.loads((small_demo().folder / "inbox/backoffice/merge-request-approvals.json").read_text())
    approved = sum(len(approval["approved_by"]) for approval in approvals)
    assert approved == truth["reviews"]["backoffice"]["reviews"]["approved"]


def test_waiting_for_a_review_has_a_long_tail() -> None:
    chance, quotas = Chance("waiting"), Quotas()
    fates = [fate_of(0, ["ann", "raj", "lea"], "ann", chance, quotas) for _ in range(1000)]
    waits = sorted(fate.reviews[0].at / 3_600_000 for fate in fates if fate.reviews)
    assert 0.5 < waits[len(waits) // 2] < 3
    assert waits[int(len(waits) * 0.98)] > 8
    # One in ten is merged by its author or by a rule, without a review; a few are closed.
    assert 80 < sum(not fate.reviews for fate in fates) < 140
    assert 10 < sum(fate.ends_as == "closed" for fate in fates) < 30


def test_builds_name_commits_of_the_log_and_chats(truth: dict[str, Any]) -> None:
    folder = small_demo().folder / "inbox"
    netlify = json.loads((folder / "storefront/netlify-deployments.json").read_text())
    assert len(netlify) == truth["deployments"]["storefront"]["attempts"]
    own = [deploy for deploy in netlify if deploy["commit_ref"] is None]
    assert len(own) == truth["deployments"]["storefront"]["sent_by_bolt"] > 0
    assert all(deploy["name"].startswith("bolt-diy-") for deploy in own)
    vercel = json.loads((folder / "field-app/vercel-deployments.json").read_text())["deployments"]
    shas = {commit["sha"] for commit in log_of("field-app")}
    assert {deploy["meta"]["githubCommitSha"] for deploy in vercel if deploy["meta"]} <= shas
    assert sum(deploy["state"] == "ERROR" for deploy in vercel) == truth["deployments"]["field-app"]["failed"]
    github = json.loads((folder / "backoffice/github-deployments.json").read_text())
    shas = {commit["sha"] for commit in log_of("backoffice")}
    assert {deploy["sha"] for deploy in github} <= shas
    failed = sum(deploy["statuses"][0]["state"] == "failure" for deploy in github)
    assert failed == truth["deployments"]["backoffice"]["failed"]


# Own records.


def test_own_records_have_one_header_and_unique_ids(truth: dict[str, Any]) -> None:
    folder = small_demo().folder
    count = 0
    for path in [*folder.glob("records/*.csv"), *folder.glob("inbox/*/*.csv")]:
        rows = list(csv.DictReader(io.StringIO(path.read_text())))
        assert len({row["id"] for row in rows}) == len(rows) > 0
        assert None not in rows[0]
        count += len(rows)
    for path in folder.glob("inbox/*/*.ndjson"):
        count += len(path.read_text().splitlines())
    assert count == truth["records"]["records"]


def test_slow_weeks_show_in_medians_and_in_timeouts(truth: dict[str, Any]) -> None:
    slow = truth["planted"]["slow_commands"]
    assert slow["inside"]["median_ms"] > 2 * slow["outside"]["median_ms"]
    assert slow["inside"]["timeout_rate"] > 0.05 > slow["outside"]["timeout_rate"]


def test_the_week_of_failures_stands_out(truth: dict[str, Any]) -> None:
    failures = truth["planted"]["deployment_failures"]
    assert failures["inside"]["failure_rate"] > 0.4 > 0.15 > failures["outside"]["failure_rate"]


# With noise.


def test_noise_moves_clocks_and_loses_files_but_not_the_truth_of_chats(tmp_path: Path) -> None:
    noisy = write_demo(tmp_path / "noisy", tasks=300, days=84, until=UNTIL, is_noisy=True)
    clean = small_demo()
    for part in ("tasks", "tokens", "tool_calls"):
        assert noisy.truth[part] == clean.truth[part]
    assert noisy.truth["patches"]["rewound"] == clean.truth["patches"]["rewound"]
    assert set(noisy.truth["files"]) < set(clean.truth["files"])
    again = write_demo(tmp_path / "again", tasks=300, days=84, until=UNTIL, is_noisy=True)
    assert files_of(again.folder) == files_of(noisy.folder)


def test_a_demo_of_one_day_says_what_it_cannot_show(tmp_path: Path) -> None:
    report = write_demo(tmp_path, tasks=1, days=1, until=date(2026, 6, 30))
    assert {"git_reverts", "deploy_rollbacks", "deployment_failures", "slow_commands"} <= report.left_out.keys()
    assert (tmp_path / "inbox/storefront/git-log.txt").exists()
