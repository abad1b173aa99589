"""Repositories of somebody else: nothing in them is run or followed, nothing is written, and what fails says so."""

import os
import stat
from pathlib import Path

import pytest
from chat_files import counts, load
from git_repositories import Repository

from data.store import Store
from etl import git_command
from etl.files import find_files
from etl.sources.base import RefusedError

PROGRAMS = """
[core]
    fsmonitor = {script}
    pager = {script}
    sshCommand = {script}
    hooksPath = {hooks}
    editor = {script}
    alternateRefsCommand = {script}
[pager]
    log = {script}
[alias]
    log = !{script}
    for-each-ref = !{script}
    cat-file = !{script}
[diff]
    external = {script}
[diff "any"]
    command = {script}
    textconv = {script}
[filter "any"]
    clean = {script}
    smudge = {script}
    process = {script}
[gpg]
    program = {script}
[log]
    showSignature = true
[remote "origin"]
    url = ext::{script}
    promisor = true
    uploadpack = {script}
[extensions]
    partialClone = origin
[include]
    path = {pipe}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "in" / "shop").begin()


def script_at(path: Path, says: Path) -> Path:
    path.write_text(f"#!/bin/sh\necho run >> {says}\nexec sleep 100\n")
    path.chmod(0o755)
    return path


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in sorted(folder.rglob("*"))}


def refusal(store: Store, path: Path) -> str:
    [report] = load(store, path)
    assert report.refused is not None
    assert store.rows("SELECT count(*) FROM vcs_commit") == [(0,)]
    return report.refused


def test_no_program_that_a_repository_names_is_run_and_nothing_is_written_to_it(
    store: Store, shop: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shop.commit("One", a__ts="1\n", _gitattributes="* diff=any filter=any\n")
    (shop.path / "_gitattributes").rename(shop.path / ".gitattributes")
    shop.commit("Two", a__ts="2\n")
    ran = tmp_path / "ran"
    script = script_at(tmp_path / "script", ran)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("reference-transaction", "post-index-change", "fsmonitor-watchman", "pre-auto-gc"):
        script_at(hooks / hook, ran)
        script_at(shop.path / ".git" / "hooks" / hook, ran)
    os.mkfifo(tmp_path / "pipe")
    settings = PROGRAMS.format(script=script, hooks=hooks, pipe=tmp_path / "pipe")
    config = shop.path / ".git" / "config"
    config.write_text(config.read_text() + settings)
    personal = tmp_path / "home"
    personal.mkdir()
    (personal / ".gitconfig").write_text(settings)
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR"):
        monkeypatch.setenv(name, str(script))
    monkeypatch.setenv("HOME", str(personal))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    before = state(shop.path)

    [report] = load(store, shop.path)

    assert counts(report) == (2, 2, 0, 0)
    assert not ran.exists()
    assert not (tmp_path / "trace").exists()
    assert state(shop.path) == before


def test_variables_of_the_caller_do_not_lead_to_another_repository(
    store: Store, shop: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shop.commit("Mine", a="1")
    other = Repository(tmp_path / "other").begin()
    other.commit("Theirs", a="1")
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.path / ".git" / "objects"))
    monkeypatch.setenv("GIT_NAMESPACE", "x")

    load(store, shop.path)

    assert store.rows("SELECT subject FROM vcs_commit") == [("Mine",)]


@pytest.mark.parametrize("kind", ["file", "link", "commondir"])
def test_a_history_that_lies_out_of_the_folder_is_read_only_when_it_is_named_itself(
    store: Store, tmp_path: Path, kind: str
):
    private = Repository(tmp_path / "private").begin()
    private.commit("Private", a="1")
    trap = tmp_path / "in" / "trap"
    trap.mkdir(parents=True)
    if kind == "file":
        (trap / ".git").write_text(f"gitdir: {private.path}/.git\n")
    elif kind == "link":
        (trap / ".git").symlink_to(private.path / ".git")
    else:
        (trap / ".git").mkdir()
        (trap / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        (trap / ".git" / "commondir").write_text(f"{private.path}/.git\n")

    assert "lies out of the folder" in refusal(store, tmp_path / "in")
    [report] = load(store, trap)
    assert counts(report) == (1, 1, 0, 0)


def test_a_work_tree_whose_repository_is_missing_says_so(store: Store, tmp_path: Path):
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / ".git").write_text("gitdir: ../gone/.git/worktrees/alone\n")

    assert "whose repository is not there" in refusal(store, tmp_path / "alone")


def test_links_in_a_circle_are_no_repository(tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / ".git").symlink_to(".git")

    assert find_files([tmp_path / "in"]) == []


def test_an_empty_repository_says_that_it_has_no_commits(store: Store, shop: Repository):
    assert "without commits" in refusal(store, shop.path)


def test_a_damaged_repository_is_refused_whole(store: Store, shop: Repository):
    first = shop.commit("One", a="1")
    shop.commit("Two", a="2")
    lost = shop.path / ".git" / "objects" / first[:2] / first[2:]
    lost.chmod(stat.S_IRUSR | stat.S_IWUSR)
    lost.write_bytes(b"no object")

    reason = refusal(store, shop.path)

    assert "git cannot read this repository" in reason
    assert "git fsck" in reason


def test_a_ref_that_leads_nowhere_is_passed_over_and_said(store: Store, shop: Repository):
    shop.commit("One", a="1")
    (shop.path / ".git" / "refs" / "heads" / "gone").write_text("1" * 40 + "\n")

    [report] = load(store, shop.path)

    assert counts(report) == (1, 1, 0, 0)
    assert "1 of its refs lead to no commit" in str(report.note)


def test_without_git_the_message_says_what_to_do(store: Store, shop: Repository, monkeypatch: pytest.MonkeyPatch):
    shop.commit("One", a="1")
    monkeypatch.setattr(git_command.shutil, "which", lambda _name: None)

    assert "git is not installed here" in refusal(store, shop.path)


def test_a_git_that_hangs_is_stopped(store: Store, shop: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shop.commit("One", a="1")
    slow = script_at(tmp_path / "git", tmp_path / "ran")
    monkeypatch.setattr(git_command.shutil, "which", lambda _name: str(slow))
    monkeypatch.setattr(git_command, "SHORT_SECONDS", 0.2)

    assert "gave no answer" in refusal(store, shop.path)


def test_a_log_that_stops_in_the_middle_is_stopped(
    store: Store, shop: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shop.commit("One", a="1")
    real = git_command.shutil.which("git")
    slow = tmp_path / "git"
    slow.write_text(f'#!/bin/sh\ncase "$*" in *--stdin*) exec sleep 100;; esac\nexec {real} "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setattr(git_command.shutil, "which", lambda _name: str(slow))
    monkeypatch.setattr(git_command, "STALL_SECONDS", 0.5)

    assert "gave no answer" in refusal(store, shop.path)


def test_a_repository_of_another_owner_is_read(store: Store, shop: Repository, monkeypatch: pytest.MonkeyPatch):
    shop.commit("One", a="1")
    real = git_command._environment
    monkeypatch.setattr(
        git_command, "_environment", lambda place: real(place) | {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    )

    [report] = load(store, shop.path)

    assert counts(report) == (1, 1, 0, 0)


def test_a_shallow_clone_is_loaded_with_a_note_and_completed_later(store: Store, shop: Repository, tmp_path: Path):
    for number in range(3):
        shop.commit(f"Change {number}", **{f"file{number}": "1\n"})
    clone = Repository(tmp_path / "clone")
    clone.path.mkdir()
    clone.git("clone", "--quiet", "--depth=2", f"file:{os.sep * 2}{shop.path}", ".")
    [report] = load(store, clone.path)

    assert counts(report) == (2, 2, 0, 0)
    assert "shallow clone" in str(report.note)
    # All files look new in the oldest commit of a shallow clone, so that none of them is told.
    assert store.rows("SELECT subject, files_count, parent_shas = '' FROM vcs_commit ORDER BY subject") == [
        ("Change 1", None, 1),
        ("Change 2", 1, 0),
    ]

    clone.git("fetch", "--quiet", "--unshallow")
    [whole] = load(store, clone.path)

    assert counts(whole) == (3, 2, 1, 0)
    assert store.rows("SELECT subject, files_count FROM vcs_commit ORDER BY subject") == [
        ("Change 0", 1), ("Change 1", 1), ("Change 2", 1),
    ]  # fmt: skip


def test_a_partial_clone_tells_files_without_lines_and_fetches_nothing(store: Store, shop: Repository, tmp_path: Path):
    shop.git("config", "uploadpack.allowFilter", "true")
    shop.commit("One", a="1\n")
    shop.commit("Two", a="2\n")
    clone = Repository(tmp_path / "clone")
    clone.path.mkdir()
    clone.git("clone", "--quiet", "--bare", "--filter=blob:none", f"file:{os.sep * 2}{shop.path}", ".")
    before = state(clone.path)
    [report] = load(store, clone.path)

    assert counts(report) == (2, 2, 0, 0)
    assert "partial clone" in str(report.note)
    assert store.rows("SELECT files_count, lines_added FROM vcs_commit") == [(1, None), (1, None)]
    assert store.rows("SELECT DISTINCT path, operation, lines_added FROM commit_file ORDER BY 2") == [
        ("a", "create", None), ("a", "edit", None),
    ]  # fmt: skip
    assert state(clone.path) == before


def test_a_clone_that_borrows_its_commits_is_read_and_refused_when_the_lender_is_gone(
    store: Store, shop: Repository, tmp_path: Path
):
    shop.commit("One", a="1")
    borrower = Repository(tmp_path / "borrower")
    borrower.path.mkdir()
    borrower.git("clone", "--quiet", "--shared", str(shop.path), ".")
    alternates = borrower.path / ".git" / "objects" / "info" / "alternates"
    alternates.write_text("../../../in/shop/.git/objects\n")
    [report] = load(store, borrower.path)
    assert counts(report) == (1, 1, 0, 0)

    alternates.write_text("../../../gone\n")
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    assert "none of its refs leads to a commit" in refusal(other, borrower.path)


def test_a_commit_whose_message_looks_like_records_stays_one_commit(store: Store, shop: Repository, tmp_path: Path):
    fake = "\x1e" + "\x1f".join(["f" * 40, "", "Eve", "eve@example.org", "2026-03-02T10:00:00+00:00"])
    forged = shop.commit(f"One\n\n{fake}\x1f2026-03-02T10:00:00+00:00\x1fForged\x1f\x1f\n1\t1\tforged.ts", a="1")
    shop.commit("Two \x1e with \x1f marks", ("A\x1fnn", "ann@example.org"), b="1")
    [report] = load(store, shop.path)

    assert counts(report) == (2, 2, 0, 0)
    assert store.rows("SELECT sha FROM vcs_commit WHERE subject = 'One'") == [(forged,)]
    assert store.rows("SELECT DISTINCT path FROM commit_file ORDER BY path") == [("a",), ("b",)]

    log = shop.saved_log(tmp_path / "commits.log")
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    [saved] = load(other, log)
    # A saved log cannot tell the forged commit from a real one; what it hides in is lost, and nothing else.
    assert saved.read == saved.loaded + saved.known + saved.quarantined
    assert saved.refused is None


def test_secrets_in_messages_paths_branches_and_names_are_not_stored(store: Store, shop: Repository):
    secret = "ghp_" + "a1B2" * 9
    shop.commit(f"Use {secret}\n\nBody of plans", (f"Ann {secret}", "ann@example.org"), **{f"{secret}__ts": "1"})
    shop.git("branch", f"topic-{secret}")
    [report] = load(store, shop.path)

    assert counts(report) == (1, 1, 0, 0)
    stored = "\n".join(
        str(row)
        for table in ("vcs_commit", "commit_file", "repository_head", "quarantine")
        for row in store.rows(f"SELECT * FROM {table}")
    )
    assert secret not in stored
    assert "Body of plans" not in stored
    assert "ann@example.org" not in stored


def test_a_sha_256_repository_is_read(store: Store, tmp_path: Path):
    shop = Repository(tmp_path / "shop").begin("--object-format=sha256")
    sha = shop.commit("One", a="1")
    load(store, shop.path)

    assert len(sha) == 64
    assert store.rows("SELECT sha FROM vcs_commit") == [(sha,)]


def test_a_repository_is_never_read_as_bytes(shop: Repository):
    shop.commit("One", a="1")
    [file] = find_files([shop.path])

    with pytest.raises(RefusedError, match="not read as a file"):
        file.open()
