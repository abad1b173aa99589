"""Which commits were undone, from when and by which: pure over what undoes what, then through the store."""

from typing import Any

import pytest
from outcome_facts import derived
from test_patch_links import chat_patch

from data.store import Store
from data.words import RevertKind
from etl.derive.patch_reverts import Undoing, Undone, find_undone
from fact_rows import Facts, at, micro

A, B, C, D, E = ("a" * 40, "b" * 40, "c" * 40, "d" * 40, "e" * 40)
FIX, R1, R2, R3 = 1, 11, 12, 13


def undoing(key: int, when: int, *targets: int, kind: RevertKind = RevertKind.COMMIT, sure: float = 1.0) -> Undoing:
    return Undoing(key, when, kind, targets, sure)


def test_a_revert_undoes_what_it_names() -> None:
    assert find_undone([undoing(R1, 100, FIX)]) == {FIX: [Undone(R1, 100, None, 1.0)]}


def test_a_revert_of_a_revert_takes_it_back_whichever_is_named_first() -> None:
    chain = [undoing(R1, 100, FIX), undoing(R2, 200, R1, sure=0.8)]
    expected = {FIX: [Undone(R1, 100, 200, 1.0)]}
    assert find_undone(chain) == find_undone(reversed(chain)) == expected


def test_the_third_of_a_chain_undoes_again() -> None:
    found = find_undone([undoing(R1, 100, FIX), undoing(R2, 200, R1), undoing(R3, 300, R2)])
    assert found == {FIX: [Undone(R1, 100, 200, 1.0), Undone(R3, 300, None, 1.0)]}


def test_reapplying_puts_back_what_its_first_line_names() -> None:
    found = find_undone([undoing(R1, 100, FIX), undoing(R2, 200, FIX, kind=RevertKind.REAPPLY)])
    assert found == {FIX: [Undone(R1, 100, 200, 1.0)]}


def test_a_second_revert_of_what_is_undone_adds_nothing() -> None:
    assert find_undone([undoing(R1, 100, FIX), undoing(R2, 200, FIX)]) == {FIX: [Undone(R1, 100, None, 1.0)]}


def test_a_clock_that_is_behind_does_not_turn_a_chain_around() -> None:
    # The revert of the revert seems a minute older than what it undoes.
    assert find_undone([undoing(R1, 100, FIX), undoing(R2, 40, R1)]) == {FIX: [Undone(R1, 100, 100, 1.0)]}


def test_a_stretch_that_is_undone_as_a_whole_puts_nothing_of_itself_back() -> None:
    # R2 undoes a merge that brought in both the change and its revert.
    assert find_undone([undoing(R1, 100, FIX), undoing(R2, 200, FIX, R1)]) == {FIX: [Undone(R1, 100, None, 1.0)]}


def test_commits_that_name_each_other_in_a_circle_have_no_effect() -> None:
    assert find_undone([undoing(R1, 100, R2), undoing(R2, 200, R1, FIX), undoing(R3, 300, R2)]) == {}


def test_a_chain_of_ten_thousand_ends() -> None:
    chain = [undoing(R1, 100, FIX)] + [undoing(R1 + n, 100 + n, R1 + n - 1) for n in range(1, 10_000)]
    found = find_undone(chain)[FIX]
    assert len(found) == 5_000  # every second one undoes again
    assert found[-1].taken_back_at == 100 + 9_999


# Through the store: one patch, carried by commit B with certainty.


def fate(store: Store) -> list[tuple[object, ...]]:
    return store.rows("SELECT rollback_evidence, rolled_back_at, rollback_confidence, survival_ms FROM patch")


def carried() -> Facts:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    facts.commit(A, "2026-03-02T09:00", {"z.ts": 5})
    facts.commit(B, "2026-03-02T10:30", {"a.ts": 1}, parent_shas=A, subject="Add cart", subject_hash=7)
    return facts


HOUR = 3_600_000
"""Milliseconds from the proposal at 10:00 to the revert at 11:00."""


@pytest.mark.parametrize(
    ("how", "confidence"),
    [
        ({"revert_kind": "commit", "reverted_sha": B}, 1.0),
        ({"revert_kind": "commit", "reverted_sha": B[:8]}, 1.0),
        ({"revert_kind": "subject", "reverted_subject_hash": 7}, 0.8),
        ({"revert_kind": "version", "reverted_sha": A, "parent_shas": B}, 0.9),
    ],
)
def test_a_revert_rolls_the_patch_back_as_surely_as_it_names_it(
    store: Store, how: dict[str, object], confidence: float
) -> None:
    facts = carried()
    facts.commit(C, "2026-03-02T11:00", **how)
    undone_at = micro(at("2026-03-02T11:00"))
    assert fate(derived(store, facts)) == [("git_revert", undone_at, confidence, HOUR)]


def test_the_latest_earlier_commit_of_a_first_line_is_meant(store: Store) -> None:
    facts = carried()
    facts.commit(D, "2026-03-02T10:50", {"b.ts": 9}, subject_hash=7)
    facts.commit(C, "2026-03-02T11:00", revert_kind="subject", reverted_subject_hash=7)
    assert fate(derived(store, facts)) == [(None, None, None, None)]


def test_a_number_names_the_request_and_its_squashed_commit(store: Store) -> None:
    facts = carried()
    facts.pull_request(5, "2026-03-02T10:31", closed="2026-03-02T10:40", commits=[B], squash_sha=D)
    facts.commit(C, "2026-03-02T11:00", revert_kind="pull_request", reverted_number=5)
    assert fate(derived(store, facts)) == [("git_revert", micro(at("2026-03-02T11:00")), 0.9, HOUR)]


def test_the_revert_of_the_squashed_commit_undoes_what_the_request_brought_in(store: Store) -> None:
    facts = carried()
    facts.pull_request(5, "2026-03-02T10:31", closed="2026-03-02T10:40", commits=[B], squash_sha=D)
    facts.commit(C, "2026-03-02T11:00", revert_kind="commit", reverted_sha=D)
    assert fate(derived(store, facts)) == [("git_revert", micro(at("2026-03-02T11:00")), 1.0, HOUR)]


def test_the_revert_of_a_merge_undoes_all_that_it_brought_in(store: Store) -> None:
    facts = carried()
    facts.commit(D, "2026-03-02T10:40", parent_shas=f"{A} {B}")
    facts.commit(C, "2026-03-02T11:00", revert_kind="merge", reverted_sha=D, parent_shas=D)
    assert fate(derived(store, facts)) == [("git_revert", micro(at("2026-03-02T11:00")), 1.0, HOUR)]


def test_a_request_that_reverts_counts_when_it_is_merged(store: Store) -> None:
    facts = carried()
    facts.pull_request(5, "2026-03-02T10:31", closed="2026-03-02T10:40", commits=[B], merge_sha=D)
    facts.pull_request(6, "2026-03-02T10:50", closed="2026-03-02T11:00", merge_sha=E, reverted_number=5)
    assert fate(derived(store, facts)) == [("git_revert", micro(at("2026-03-02T11:00")), 0.9, HOUR)]


def test_a_revert_in_a_request_that_was_not_merged_undoes_nothing(store: Store) -> None:
    facts = carried()
    facts.commit(C, "2026-03-02T11:00", revert_kind="commit", reverted_sha=B)
    facts.pull_request(6, "2026-03-02T10:50", "closed", closed="2026-03-02T12:00", commits=[C])
    assert fate(derived(store, facts)) == [(None, None, None, None)]


def test_a_revert_in_a_merged_request_of_unknown_time_counts_from_its_own(store: Store) -> None:
    facts = carried()
    facts.commit(C, "2026-03-02T11:00", revert_kind="commit", reverted_sha=B)
    facts.pull_request(6, "2026-03-02T10:50", "merged", commits=[C])  # merged, and nobody says when
    assert fate(derived(store, facts)) == [("git_revert", micro(at("2026-03-02T11:00")), 1.0, HOUR)]


def test_a_revert_that_was_left_behind_or_taken_back_does_not_count(store: Store) -> None:
    facts = carried()
    facts.commit(C, "2026-03-02T11:00", revert_kind="commit", reverted_sha=B, is_left_behind=True)
    facts.commit(D, "2026-03-02T11:10", revert_kind="commit", reverted_sha=B)
    facts.commit(E, "2026-03-02T11:20", revert_kind="reapply", reverted_sha=D)
    assert fate(derived(store, facts)) == [(None, None, None, None)]
    kept = "SELECT evidence, happened_at, taken_back_at FROM patch_evidence"
    times = (micro(at("2026-03-02T11:10")), micro(at("2026-03-02T11:20")))
    assert store.rows(kept) == [("git_revert", *times)]


def test_a_link_and_a_naming_that_are_both_unsure_are_not_enough(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1, "b.ts": 2})
    facts.commit(B, "2026-03-02T10:30", {"a.ts": None}, subject_hash=7)  # half of the paths: 0.5
    facts.commit(C, "2026-03-02T11:00", revert_kind="subject", reverted_subject_hash=7)  # 0.8
    assert fate(derived(store, facts)) == [(None, None, None, None)]  # 0.5 x 0.8 = 0.4


@pytest.mark.parametrize("naming", [{"reverted_number": 7}, {"reverted_subject_hash": 5}])
def test_numbers_and_first_lines_name_commits_of_the_same_history_only(store: Store, naming: dict[str, Any]) -> None:
    facts = Facts()
    for key, chat, path in ((1, 1, "a.ts"), (2, 2, "b.ts"), (3, 3, "c.ts")):
        chat_patch(facts, key, "2026-03-02T10:00", {path: key}, chat=chat)
    same: dict[str, Any] = {"pull_number": 7, "subject_hash": 5}
    facts.commit(A, "2026-03-02T10:10", {"a.ts": 1}, repository="api", **same)
    facts.commit(B, "2026-03-02T10:05", {"b.ts": 2}, repository="web", **same)
    # A commit of the same history that was read from a clone in a folder of another name.
    facts.commit(D, "2026-03-02T10:04", {"c.ts": 3}, repository="web-copy", **same)
    facts.commit(C, "2026-03-02T11:00", repository="web", parent_shas=B, revert_kind="subject", **naming)
    facts.commit(E, "2026-03-02T12:00", repository="new", parent_shas=D, revert_kind="subject", **naming)
    derived(store, facts)
    undone = "SELECT patch_key, rolled_back_at FROM patch WHERE rolled_back_at IS NOT NULL ORDER BY patch_key"
    assert store.rows(undone) == [(2, micro(at("2026-03-02T11:00"))), (3, micro(at("2026-03-02T12:00")))]


def test_a_request_of_another_repository_is_not_undone_by_its_number(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    facts.commit(A, "2026-03-02T10:10", {"a.ts": 1}, repository="api")
    facts.pull_request(7, "2026-03-02T10:05", closed="2026-03-02T10:10", commits=[A], merge_sha=A)
    facts.commit(C, "2026-03-02T11:00", repository="web", revert_kind="pull_request", reverted_number=7)
    derived(store, facts)
    assert store.rows("SELECT rolled_back_at FROM patch") == [(None,)]


def test_the_revert_of_a_squashed_commit_that_no_log_shows_is_found_whenever_it_comes(store: Store) -> None:
    facts = carried()
    facts.pull_request(5, "2026-03-02T10:31", closed="2026-03-02T10:40", commits=[B], squash_sha=D)
    derived(store, facts)
    revert = Facts()
    revert.commit(C, "2026-03-05T10:00", revert_kind="commit", reverted_sha=D)
    assert fate(derived(store, revert)) == [("git_revert", micro(at("2026-03-05T10:00")), 1.0, 72 * HOUR)]


def test_a_number_in_a_saved_log_means_a_request_of_the_same_history(store: Store) -> None:
    # Two saved logs of one project name no repository: B is made on D, which is the root of another history than A.
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    facts.commit(A, "2026-03-02T10:10", {"a.ts": 1}, pull_number=7)
    facts.commit(D, "2026-03-02T09:00", {"d.ts": 4})
    facts.commit(B, "2026-03-02T11:00", parent_shas=D, revert_kind="pull_request", reverted_number=7)
    derived(store, facts)
    assert store.rows("SELECT rolled_back_at FROM patch") == [(None,)]


def test_a_log_without_parents_lets_numbers_name_the_latest_commit(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    facts.commit(A, "2026-03-02T10:10", {"a.ts": 1}, pull_number=7)
    facts.commit(B, "2026-03-02T11:00", revert_kind="pull_request", reverted_number=7)
    derived(store, facts)
    assert store.rows("SELECT rolled_back_at FROM patch") == [(micro(at("2026-03-02T11:00")),)]
