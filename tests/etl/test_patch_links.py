"""Which commit, request and deployment carried a patch: worked examples, and the same rows in any order of loading."""

from outcome_facts import derived, links

from data.store import Store
from etl.context import Touched
from etl.derive.run import derive
from fact_rows import Facts

A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


def chat_patch(
    facts: Facts, key: int, when: str, files: dict[str, int | None], chat: int = 1, **columns: object
) -> int:
    """Add a patch of a chat: its task, and files with the hashes of their contents."""
    task = facts.task(task_key=key + 1_000_000, when=when, chat_key=chat)
    facts.patch(when, patch_key=key, task_key=task, **columns)
    for path, blob in files.items():
        facts.patch_file(key, path, blob_hash=blob)
    return key


def test_equal_contents_link_a_patch_to_the_earliest_commit_that_holds_them(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"src/App.tsx": 11, "src/Cart.tsx": 12})
    facts.commit(B, "2026-03-02T09:50", {"src/App.tsx": 11})  # 10 minutes before: more than clocks differ
    later = facts.commit(C, "2026-03-04T10:00", {"src/App.tsx": 11, "src/Cart.tsx": 12, "README.md": 5})
    facts.commit(D, "2026-03-05T10:00", {"src/App.tsx": 11, "src/Cart.tsx": 12})
    # Both files agree: 0.6 + 0.4 x 2/2.
    assert links(derived(store, facts)) == [(1, "commit", later, "content", 1.0)]


def test_a_part_of_the_files_gives_a_part_of_the_confidence(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"src/App.tsx": 11, "src/Cart.tsx": 12})
    commit = facts.commit(C, "2026-03-02T11:00", {"src/App.tsx": 99, "src/Cart.tsx": 12})
    assert links(derived(store, facts)) == [(1, "commit", commit, "content", 0.8)]  # 0.6 + 0.4 x 1/2


def test_a_record_that_names_a_commit_is_believed_whole_or_abbreviated(store: Store) -> None:
    facts = Facts()
    facts.patch(patch_key=1, commit_sha=C[:7], source="record")
    facts.patch(patch_key=2, commit_sha=D, source="record")
    commit = facts.commit(C, "2026-04-02T11:00")
    found = links(derived(store, facts))
    assert found[0] == (1, "commit", commit, "given", 1.0)
    assert [row[3:] for row in found[1:]] == [("given", 1.0)]  # the whole hash needs no commit in the store


def test_a_push_of_a_later_patch_carries_what_it_wrote_over(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"src/App.tsx": 11, "src/Cart.tsx": 12, "src/Old.tsx": 13})
    chat_patch(facts, 2, "2026-03-02T10:10", {"src/App.tsx": 21, "src/Cart.tsx": 22})
    commit = facts.commit(C, "2026-03-02T10:20", {"src/App.tsx": 21, "src/Cart.tsx": 22})
    assert links(derived(store, facts)) == [
        (1, "commit", commit, "later_patch", 0.6),  # 0.9 x 2 of 3 files
        (2, "commit", commit, "content", 1.0),
    ]


def test_a_patch_of_another_chat_is_not_carried_by_a_later_one(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T07:00", {"src/App.tsx": 11}, chat=7)
    chat_patch(facts, 2, "2026-03-02T10:10", {"src/App.tsx": 21}, chat=8)
    facts.commit(C, "2026-03-02T10:20", {"src/App.tsx": 21})
    assert [row[0] for row in links(derived(store, facts))] == [2]


def test_paths_and_time_link_where_contents_are_not_told(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"src/App.tsx": 11, "src/Cart.tsx": 12})
    commit = facts.commit(C, "2026-03-02T11:59", {"src/App.tsx": None, "src/Cart.tsx": None}, push_kind="update")
    facts.commit(D, "2026-03-02T12:01", {"src/App.tsx": None, "src/Cart.tsx": None})  # later than 2 hours
    # All files 0.5 + 0.2, bolt.diy's own message + 0.1.
    assert links(derived(store, facts)) == [(1, "commit", commit, "paths", 0.8)]


def test_half_of_the_files_is_the_least_that_paths_link_by(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1, "b.ts": 2})
    chat_patch(facts, 2, "2026-03-02T10:00", {"a.ts": 1, "c.ts": 2, "d.ts": 3}, chat=2)
    commit = facts.commit(C, "2026-03-02T10:30", {"a.ts": None})
    assert links(derived(store, facts)) == [(1, "commit", commit, "paths", 0.5)]


def test_of_commits_that_fit_as_well_the_earliest_is_taken_with_less_confidence(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    first = facts.commit(C, "2026-03-02T10:30", {"a.ts": None})
    facts.commit(D, "2026-03-02T10:40", {"a.ts": None})
    # 0.5 + (0.7 - 0.5) / 2
    assert links(derived(store, facts)) == [(1, "commit", first, "paths", 0.6)]


def test_a_commit_that_tells_other_contents_carries_something_else(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    facts.commit(C, "2026-03-02T10:30", {"a.ts": 99})
    assert links(derived(store, facts)) == []


def test_what_undoes_or_was_left_behind_carries_nothing(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    facts.commit(C, "2026-03-02T10:30", {"a.ts": 1}, is_left_behind=True)
    facts.commit(D, "2026-03-02T10:40", {"a.ts": 1}, revert_kind="commit")
    facts.commit(B, "2026-03-02T10:50", {"a.ts": 1}, project="other")
    assert links(derived(store, facts)) == []


def test_requests_and_the_first_deployments_of_each_target_follow_from_the_commit(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    commit = facts.commit(B, "2026-03-02T10:30", {"a.ts": 1})
    facts.commit(C, "2026-03-02T11:00", {"x.ts": 2}, parent_shas=B)
    request = facts.pull_request(5, "2026-03-02T10:35", closed="2026-03-02T11:00", commits=[B], merge_sha=C)
    facts.deployment("2026-03-02T10:20", commit_sha=A, platform="vercel", target="shop", environment="active")
    first = facts.deployment("2026-03-02T11:05", commit_sha=C, platform="vercel", target="shop", environment="active")
    facts.deployment("2026-03-02T12:05", commit_sha=C, platform="vercel", target="shop", environment="active")
    failed = {"status": "failure", "platform": "github", "target": "shop"}
    facts.deployment("2026-03-02T11:06", commit_sha=C, **failed)
    other = facts.deployment("2026-03-02T11:07", commit_sha=C, platform="github", target="shop", environment="active")
    assert links(derived(store, facts)) == sorted(
        [
            (1, "commit", commit, "content", 1.0),
            (1, "pull_request", request, "commit", 1.0),
            (1, "deployment", first, "commit", 1.0),
            (1, "deployment", other, "commit", 1.0),
        ]
    )
    flags = "SELECT has_commit, has_pull_request, has_deployment FROM patch"
    assert store.rows(flags) == [(1, 1, 1)]


def test_a_deployment_that_seems_older_than_a_commit_it_holds_leaves_that_to_the_next_one(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T09:00", {"a.ts": 1})
    chat_patch(facts, 2, "2026-03-02T10:00", {"b.ts": 2}, chat=2)
    facts.commit(B, "2026-03-02T09:10", {"a.ts": 1})
    facts.commit(C, "2026-03-02T10:30", {"b.ts": 2}, parent_shas=B)
    site = {"commit_sha": C, "platform": "vercel", "target": "shop", "environment": "active"}
    early = facts.deployment("2026-03-02T10:20", **site)  # by a wrong clock ten minutes before its own commit
    later = facts.deployment("2026-03-02T11:00", **site)
    derived(store, facts)
    deployed = [(1, early), (2, later)]
    of_deployments = "SELECT patch_key, target_key FROM patch_link WHERE kind = 'deployment' ORDER BY patch_key"
    assert store.rows(of_deployments) == deployed
    # Looked at alone, and with others, the same follows.
    for keys in ({2}, {1}, {1, 2}):
        with store.writing() as connection:
            derive(connection, Touched(patch_keys=keys))
        assert store.rows(of_deployments) == deployed


def test_a_later_deployment_is_linked_although_an_earlier_one_seems_older_than_the_commit(store: Store) -> None:
    facts, more = Facts(), Facts()
    chat_patch(facts, 2, "2026-03-02T10:00", {"b.ts": 2})
    facts.commit(C, "2026-03-02T10:30", {"b.ts": 2})
    site = {"commit_sha": C, "platform": "vercel", "target": "shop", "environment": "active"}
    facts.deployment("2026-03-02T10:20", **site)
    facts.commit(D, "2026-03-02T10:10", {"c.ts": 2}, parent_shas=C)
    later = more.deployment("2026-03-02T11:00", deployment_key=99, **(site | {"commit_sha": D}))
    derived(store, facts)
    derived(store, more)
    assert store.rows("SELECT target_key FROM patch_link WHERE kind = 'deployment'") == [(later,)]


def test_a_squash_is_found_by_the_commit_it_made(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    commit = facts.commit(B, "2026-03-02T10:30", {"a.ts": 1})
    request = facts.pull_request(5, "2026-03-02T10:10", closed="2026-03-02T10:30", squash_sha=B)
    assert links(derived(store, facts)) == [
        (1, "commit", commit, "content", 1.0),
        (1, "pull_request", request, "squash", 1.0),
    ]


def test_a_request_that_does_not_tell_its_commits_is_found_by_paths(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1, "b.ts": 2})
    request = facts.pull_request(5, "2026-03-03T10:10", "open", files=["a.ts", "b.ts"])
    facts.pull_request(6, "2026-03-05T10:10", "open", files=["a.ts", "b.ts"])  # later than two days
    assert links(derived(store, facts)) == [(1, "pull_request", request, "paths", 0.7)]
