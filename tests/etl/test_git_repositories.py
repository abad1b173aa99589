"""Repositories are read by git as they are: what is new, what is known, and what a rewritten history left behind."""

import json
from pathlib import Path

import pytest
from chat_files import counts, load
from git_repositories import Repository, minute_at
from loads import facts, load_json

from data.keys import stable_key
from data.store import Store
from etl.files import find_files
from etl.places import blob_of_id, commit_key, place_hash
from etl.sources.git_history import LOG_COMMAND
from etl.sources.git_records import SAVED_FORMAT


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "shop").begin()


def commits(store: Store, columns: str = "subject, is_left_behind") -> list[tuple]:
    return store.rows(f"SELECT {columns} FROM vcs_commit ORDER BY committed_at, subject")


def test_commits_and_their_files_are_read_as_git_tells_them(store: Store, shop: Repository):
    first = shop.commit("Add shop\n\nReviewed-by: Bob <bob@example.org>", a__ts="1\n2\n", b__bin=b"\0\1")
    second = shop.commit("Change shop (#7)", ("Bob", "bob@example.org"), a__ts="1\n3\n4\n", b__bin=None)

    [report] = load(store, shop.path, project="web")

    assert (report.kind, counts(report)) == ("git_repository", (2, 2, 0, 0))
    assert commits(
        store,
        "project, repository, sha, parent_shas, person, authored_at, committed_at, subject, pull_number, "
        "is_ai_assisted, review_trailer_count, files_count, lines_added, lines_removed",
    ) == [
        ("web", "shop", first, "", "Ann", minute_at(1), minute_at(1), "Add shop", None, 0, 1, 2, 2, 0),
        ("web", "shop", second, first, "Bob", minute_at(2), minute_at(2), "Change shop (#7)", 7, 0, 0, 2, 2, 1),
    ]
    blob = shop.head("HEAD:a.ts")
    found = store.rows(
        "SELECT vcs_commit_key, path, place_hash, committed_at, operation, lines_added, lines_removed, blob_hash "
        "FROM commit_file WHERE vcs_commit_key = ? ORDER BY path",
        (commit_key("web", second),),
    )
    key = commit_key("web", second)
    assert found == [
        (key, "a.ts", place_hash("web", "a.ts"), minute_at(2), "edit", 2, 1, blob_of_id(blob)),
        (key, "b.bin", place_hash("web", "b.bin"), minute_at(2), "delete", None, None, None),
    ]
    assert store.rows("SELECT subject_hash FROM vcs_commit WHERE sha = ?", (second,)) == [
        (stable_key("subject", "Change shop (#7)"),)
    ]


def test_an_unchanged_repository_is_known_at_once_and_of_a_changed_one_only_new_commits_are_read(
    store: Store, shop: Repository
):
    shop.commit("One", a="1")
    load(store, shop.path)
    [again] = load(store, shop.path)
    shop.commit("Two", a="2")
    [newer] = load(store, shop.path)

    assert again.known_by_reason == {"same_file": 1}
    assert counts(newer) == (1, 1, 0, 0)
    assert [subject for subject, _ in commits(store)] == ["One", "Two"]


def test_a_rewritten_history_leaves_commits_behind_and_says_how_many(store: Store, shop: Repository):
    shop.commit("One", a="1")
    old = [shop.commit("Two", a="2"), shop.commit("Three", a="3")]
    load(store, shop.path, project="web")
    shop.git("reset", "--quiet", "--hard", "HEAD~2")
    new = shop.commit("Two, better", a="2b")
    [report] = load(store, shop.path, project="web")

    assert counts(report) == (1, 1, 0, 0)
    assert "2 commits that were read before are no longer in it" in str(report.note)
    assert commits(store) == [("One", 0), ("Two", 1), ("Three", 1), ("Two, better", 0)]
    assert store.rows("SELECT sha FROM repository_head ORDER BY ref_name") == [(new,), (new,)]

    shop.git("reset", "--quiet", "--hard", old[1])
    [back] = load(store, shop.path, project="web")

    assert counts(back) == (2, 2, 0, 0)
    assert "2 commits that were left behind are in it again." in str(back.note)
    assert commits(store) == [("One", 0), ("Two", 0), ("Three", 0), ("Two, better", 1)]


def test_commits_that_are_gone_from_the_disk_are_left_behind_too(store: Store, shop: Repository):
    shop.commit("One", a="1")
    shop.commit("Two", a="2")
    load(store, shop.path)
    shop.git("reset", "--quiet", "--hard", "HEAD~1")
    shop.git("reflog", "expire", "--expire=now", "--all")
    shop.git("gc", "--quiet", "--prune=now")
    [report] = load(store, shop.path)

    assert counts(report) == (1, 0, 1, 0)
    assert commits(store) == [("One", 0), ("Two", 1)]


def test_a_merged_branch_that_is_deleted_leaves_nothing_behind(store: Store, shop: Repository):
    shop.commit("One", a="1")
    shop.git("checkout", "--quiet", "-b", "topic")
    shop.commit("Topic", b="1")
    load(store, shop.path)
    shop.git("checkout", "--quiet", "main")
    shop.act("merge", "--quiet", "--no-ff", "-m", "Merge branch 'topic'", "topic")
    shop.git("branch", "--quiet", "-D", "topic")
    [report] = load(store, shop.path)

    assert report.note is None
    assert commits(store) == [("One", 0), ("Topic", 0), ("Merge branch 'topic'", 0)]
    assert commits(store, "files_count, lines_added")[-1] == (None, None)


def test_what_another_clone_of_the_project_still_shows_is_not_left_behind(store: Store, shop: Repository):
    shop.commit("One", a="1")
    shop.commit("Two", a="2")
    clone = Repository(shop.path.parent / "clone")
    clone.path.mkdir()
    clone.git("clone", "--quiet", str(shop.path), ".")
    load(store, shop.path, clone.path)
    shop.git("reset", "--quiet", "--hard", "HEAD~1")
    load(store, shop.path)
    assert commits(store) == [("One", 0), ("Two", 0)]

    clone.git("fetch", "--quiet")
    clone.git("reset", "--quiet", "--hard", "HEAD~1")
    clone.git("update-ref", "refs/remotes/origin/main", "HEAD")
    load(store, clone.path)
    assert commits(store) == [("One", 0), ("Two", 1)]


def test_a_saved_log_neither_leaves_behind_nor_brings_back(store: Store, shop: Repository, tmp_path: Path):
    shop.commit("One", a="1")
    shop.commit("Two", a="2")
    log = shop.saved_log(tmp_path / "commits.log")
    load(store, shop.path)
    shop.git("reset", "--quiet", "--hard", "HEAD~1")
    load(store, shop.path)
    [report] = load(store, log)

    assert counts(report) == (2, 0, 2, 0)
    assert commits(store) == [("One", 0), ("Two", 1)]


def test_repository_and_saved_logs_in_any_order_give_the_same_store(shop: Repository, tmp_path: Path):
    shop.commit("One", a__ts="1\n")
    shop.git("mv", "a.ts", "b.ts")
    shop.commit('Revert "Nothing"', b__ts="1\n2\n")
    full = shop.saved_log(tmp_path / "full.log")
    zeros = shop.saved_log(tmp_path / "zeros.log", "--raw", "--numstat", "--no-abbrev", "-z", "--no-renames")
    bare = shop.saved_log(tmp_path / "bare.log", "--no-patch")
    plain = tmp_path / "plain.log"
    plain.write_text(shop.git("log", "--all", "--numstat"))
    found = []
    for number, order in enumerate(([shop.path, full, zeros, bare, plain], [plain, bare, zeros, full, shop.path])):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        for path in order:
            [report] = load(Store(url), path)
            assert report.refused is None
        found.append(facts(url))

    assert found[0] == found[1]
    assert len(found[0]["vcs_commit"]) == 2
    assert len(found[0]["commit_file"]) == 3


def test_the_files_of_a_work_tree_are_not_looked_at_and_its_folder_says_whose_it_is(tmp_path: Path):
    shop = Repository(tmp_path / "inbox" / "web" / "shop").begin()
    shop.commit("One", export__json=json.dumps({"chats": []}))
    skipped: dict[str, str] = {}

    [file] = find_files([tmp_path], on_skip=lambda name, reason: skipped.setdefault(name, reason))

    assert file.folders[-2:] == ("inbox", "web")
    assert [name.removeprefix(str(tmp_path)) for name in skipped] == ["/inbox/web/shop/*"]


def test_a_repository_right_below_the_inbox_names_its_project(tmp_path: Path):
    Repository(tmp_path / "inbox" / "web").begin().commit("One", a="1")

    [file] = find_files([tmp_path])

    assert file.folders[-2:] == ("inbox", "web")


def test_bare_repositories_linked_work_trees_and_the_git_folder_itself_are_one_repository(
    store: Store, shop: Repository
):
    shop.commit("One", a="1")
    shop.git("worktree", "add", "--quiet", "../linked")
    shop.git("clone", "--quiet", "--bare", ".", "../shop-copy.git")
    folder = shop.path.parent

    files = find_files([shop.path, shop.path / ".git", folder / "linked", folder / "shop-copy.git"])
    reports = load(store, shop.path, shop.path / ".git", folder / "linked", folder / "shop-copy.git")

    assert [Path(file.name).name for file in files] == ["shop", "shop-copy.git"]
    assert [report.read for report in reports] == [1, 1]
    assert len(commits(store)) == 1


def test_authors_are_people_by_their_address_or_name_and_by_pseudonym_where_names_are_hidden(
    shop: Repository, tmp_path: Path
):
    shop.commit("One by Annabel", ("Annabel", "ann@example.org"), a="1")
    shop.commit("Two", ("Bob", "bob@example.org"), a="2")
    shop.commit("Three", ("Eve", "eve@example.org"), a="3")
    rules = tmp_path / "sources.toml"
    rules.write_text('[people]\n"ann@example.org" = "annabel"\n"Bob" = "robert"\n')
    named, hidden = f"sqlite:///{tmp_path / 'named.db'}", f"sqlite:///{tmp_path / 'hidden' / 'hidden.db'}"
    load_json(named, "--sources", rules, shop.path)
    load_json(hidden, "--sources", rules, "--pseudonymous", shop.path)

    assert commits(Store(named), "person") == [("annabel",), ("robert",), ("Eve",)]
    stored = commits(Store(hidden), "person, subject")
    assert all(person.startswith("p-") for person, _ in stored)
    assert "Annabel" not in str(stored)
    again = load_json(hidden, "--sources", rules, "--pseudonymous", shop.path)
    assert again["files"][0]["known_by_reason"] == {"same_file": 3}


def test_stashes_notes_and_replacements_are_no_history(store: Store, shop: Repository):
    first = shop.commit("One", a="1")
    second = shop.commit("Two", a="2")
    shop.write(a="3")
    shop.act("stash", "--quiet")
    shop.act("notes", "add", "-m", "Remark", first)
    shop.git("replace", second, first)
    shop.act("tag", "-a", "v1", "-m", "Version 1", first)
    [report] = load(store, shop.path)

    assert counts(report) == (2, 2, 0, 0)
    assert [subject for subject, _ in commits(store)] == ["One", "Two"]
    assert store.rows("SELECT ref_name, sha FROM repository_head ORDER BY ref_name") == [
        ("HEAD", second), ("refs/heads/main", second), ("refs/tags/v1", first),
    ]  # fmt: skip


def test_the_readme_shows_the_command_that_is_read():
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert SAVED_FORMAT in readme
    assert LOG_COMMAND.split(" --pretty")[0] in readme
