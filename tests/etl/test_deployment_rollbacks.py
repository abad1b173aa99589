"""An older build published again rolls back what was published since: pure, then with the patches through the store."""

from pathlib import Path

from loads import load_json, ndjson
from outcome_facts import derived
from test_patch_links import chat_patch

from data.store import Store
from etl.derive.deployment_rollbacks import Build, Fate, find_rollbacks
from fact_rows import Facts, at, micro

B, C = ("b" * 40, "c" * 40)
NEVER = Fate()


def unrelated(_older: str, _newer: str) -> bool:
    return False


def published(*rows: tuple[int, int, str]) -> dict[int, Fate]:
    """Return the fates of builds given as key, time and commit."""
    return find_rollbacks([Build(key, at_, at_, sha) for key, at_, sha in rows], unrelated)


def kept(*rows: tuple[int, int, int]) -> dict[int, Fate]:
    """Return the fates of builds given as key, time made and time published last."""
    return find_rollbacks([Build(key, last, made, is_kept_build=True) for key, made, last in rows], unrelated)


def test_a_commit_that_was_shown_before_undoes_those_between() -> None:
    found = published((1, 10, "a"), (2, 20, "b"), (3, 30, "c"), (4, 40, "a"))
    assert found == {1: NEVER, 2: Fate(False, 40, 4), 3: Fate(False, 40, 4), 4: Fate(True)}


def test_publishing_the_same_commit_again_is_no_rollback() -> None:
    assert published((1, 10, "a"), (2, 20, "b"), (3, 30, "b")) == {1: NEVER, 2: NEVER, 3: NEVER}


def test_publishing_the_newer_one_again_takes_the_rollback_back() -> None:
    found = published((1, 10, "a"), (2, 20, "b"), (3, 30, "a"), (4, 40, "b"))
    assert found == {1: NEVER, 2: NEVER, 3: Fate(True), 4: NEVER}


def test_a_new_commit_after_a_rollback_leaves_what_was_undone_undone() -> None:
    found = published((1, 10, "a"), (2, 20, "b"), (3, 30, "a"), (4, 40, "c"))
    assert found == {1: NEVER, 2: Fate(False, 30, 3), 3: Fate(True), 4: NEVER}


def test_taking_a_rollback_back_leaves_what_an_earlier_one_undid() -> None:
    # b went at 30, before c came; at 60 c is there again, as it was at 40: without b.
    found = published((1, 10, "a"), (2, 20, "b"), (3, 30, "a"), (4, 40, "c"), (5, 50, "a"), (6, 60, "c"))
    assert (found[2], found[4]) == (Fate(False, 30, 3), NEVER)


def test_an_undone_commit_that_takes_the_place_of_a_newer_one_is_back() -> None:
    found = published((1, 10, "a"), (2, 20, "b"), (3, 30, "a"), (4, 40, "c"), (5, 50, "b"))
    assert (found[2], found[4], found[5]) == (NEVER, Fate(False, 50, 5), Fate(True))


def test_a_commit_that_leads_to_the_shown_one_is_older_though_it_was_never_shown() -> None:
    builds = [Build(1, 10, 10, "a"), Build(2, 20, 20, "c"), Build(3, 30, 30, "b")]
    found = find_rollbacks(builds, lambda older, newer: (older, newer) in {("a", "b"), ("a", "c"), ("b", "c")})
    assert found == {1: NEVER, 2: Fate(False, 30, 3), 3: Fate(True)}


def test_a_deployment_that_was_made_active_again_undoes_what_came_between() -> None:
    builds = [Build(1, 30, 10, "a", first_at=11), Build(2, 20, 20, "b", first_at=20)]
    assert find_rollbacks(builds, unrelated) == {1: Fate(True), 2: Fate(False, 30, 1)}


def test_a_record_that_says_so_rolls_back_what_is_shown() -> None:
    builds = [Build(1, 10, 10), Build(2, 20, 20), Build(3, 30, 30, is_said=True)]
    found = find_rollbacks(builds, unrelated)
    assert (found[1].rolled_back_at, found[2], found[3].rolled_back_at) == (None, Fate(None, 30, 3), None)


def test_a_kept_build_that_was_made_earlier_and_published_later_undoes_the_newer() -> None:
    # Build 1 was made at 10 and published last at 50, after 2 (20) and 3 (30).
    assert kept((1, 10, 50), (2, 20, 20), (3, 30, 30)) == {1: Fate(True), 2: Fate(False, 50, 1), 3: Fate(False, 50, 1)}


def test_a_newer_kept_build_published_again_takes_that_back() -> None:
    # Build 3 was there before build 1 was published again at 50, and was itself published again at 60.
    found = kept((1, 10, 50), (2, 20, 20), (3, 30, 60))
    assert (found[2].rolled_back_at, found[3].rolled_back_at) == (None, None)


def test_fifty_thousand_kept_builds_of_a_site_and_a_rollback_to_the_first_are_told_in_one_pass() -> None:
    found = kept((1, 0, 200_000), *((number, number, number) for number in range(2, 50_000)))
    assert found == {1: Fate(True), **{number: Fate(False, 200_000, 1) for number in range(2, 50_000)}}


def test_the_patches_of_a_deployment_go_with_it(store: Store) -> None:
    facts = Facts()
    site = {"platform": "vercel", "target": "shop", "environment": "active", "source": "vercel"}
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    chat_patch(facts, 2, "2026-03-02T11:00", {"b.ts": 2}, chat=2)
    facts.commit(B, "2026-03-02T10:10", {"a.ts": 1})
    facts.commit(C, "2026-03-02T11:10", {"b.ts": 2}, parent_shas=B)
    for when, sha in (("10:20", B), ("11:20", C), ("12:00", B)):
        moment = f"2026-03-02T{when}"
        facts.deployment(moment, commit_sha=sha, published_at=at(moment), **site)
    derived(store, facts)
    undone_at = micro(at("2026-03-02T12:00"))
    found = store.rows("SELECT patch_key, rollback_evidence, rolled_back_at, survival_ms FROM patch ORDER BY 1")
    assert found == [(1, None, None, None), (2, "deploy_rollback", undone_at, 3_600_000)]
    assert store.rows("SELECT is_rollback, rolled_back_at FROM deployment ORDER BY finished_at") == [
        (0, None),
        (0, undone_at),
        (1, None),
    ]


def test_a_newer_copy_that_tells_another_target_takes_its_rollback_along(tmp_path: Path, store: Store) -> None:
    def record(number: int, when: str, sha: str, target: str, recorded: str) -> dict[str, str]:
        day = "2026-03-02T"
        return {
            "id": f"d-{number}", "created_at": f"{day}{when}:00Z", "finished_at": f"{day}{when}:30Z",
            "status": "success", "platform": "k8s", "target": target, "environment": "active", "commit_sha": sha,
            "recorded_at": f"{day}{recorded}:00Z",
        }  # fmt: skip

    builds = [record(1, "10:00", B, "eu", "13:00"), record(2, "11:00", C, "eu", "13:00")]
    first = ndjson(tmp_path / "first.ndjson", [*builds, record(3, "12:00", B, "eu", "13:00")])
    load_json(store.url, first)
    undone = "SELECT native_id, rolled_back_at IS NOT NULL FROM deployment ORDER BY native_id"
    assert store.rows(undone) == [("d-1", 0), ("d-2", 1), ("d-3", 0)]
    # It was another region after all.
    load_json(store.url, ndjson(tmp_path / "second.ndjson", [record(3, "12:00", B, "us", "14:00")]))
    assert store.rows(undone) == [("d-1", 0), ("d-2", 0), ("d-3", 0)]


def test_previews_and_other_targets_roll_nothing_back(store: Store) -> None:
    facts = Facts()
    for when, sha, target, environment in (
        ("10:00", B, "one", "active"),
        ("11:00", C, "one", "active"),
        ("12:00", B, "one", "preview"),
        ("12:10", B, "two", "active"),
    ):
        moment = f"2026-03-02T{when}"
        facts.deployment(moment, commit_sha=sha, published_at=at(moment), target=target, environment=environment)
    derived(store, facts)
    assert store.rows("SELECT count(*) FROM deployment WHERE rolled_back_at IS NOT NULL") == [(0,)]
