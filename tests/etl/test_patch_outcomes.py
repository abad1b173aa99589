"""What became of patches, folded from the evidence: earliest rollback in force, repairs, decisions, and how long."""

from pathlib import Path

import pytest
from chat_files import all_chats, artifact, chat, human_edit, load, reply, request
from outcome_facts import derived
from test_patch_links import chat_patch

from data.store import Store
from data.tables import PatchEvidence
from data.words import Decision
from etl.derive.patch_outcomes import Answer, Evidence, judge
from etl.derive.review_decisions import Verdict
from fact_rows import Facts, at, micro

B, C, D = ("b" * 40, "c" * 40, "d" * 40)
SECOND = 1_000_000


def shown(
    key: int, kind: str, word: str, when: int | None, *, taken_back: int | None = None, sure: float = 1.0
) -> Evidence:
    return Evidence(key, kind, word, when and when * SECOND, None, taken_back and taken_back * SECOND, sure)


def undone(*evidence: Evidence) -> tuple[object, ...]:
    """Return when, by what, how surely and after how many milliseconds a patch of second 100 was rolled back."""
    row = judge(100 * SECOND, evidence, (), None, None, (False, False, False))
    return row[3], row[5], row[6], row[9]


def test_the_earliest_rollback_counts() -> None:
    found = undone(shown(1, "rollback", "deploy_rollback", 190), shown(2, "rollback", "git_revert", 160, sure=0.9))
    assert found == (160 * SECOND, "git_revert", 0.9, 60_000)  # 160 - 100 seconds


@pytest.mark.parametrize(
    "evidence",
    [
        shown(1, "rollback", "git_revert", 160, taken_back=170),
        shown(1, "rollback", "git_revert", 160, sure=0.49),
        shown(1, "rollback", "git_revert", None),
        shown(1, "rework", "human_edit", 160),
    ],
    ids=["taken back", "less likely than not", "without a time", "a repair only"],
)
def test_what_is_not_in_force_rolls_nothing_back(evidence: Evidence) -> None:
    assert undone(evidence) == (None, None, None, None)


def test_a_clock_that_is_behind_makes_no_negative_survival() -> None:
    assert undone(shown(1, "rollback", "git_revert", 70))[3] == 0


def test_what_a_record_states_goes_before_answers_and_these_before_reviews() -> None:
    stated = shown(1, "decision", "edited", 150)
    answer = Answer("rejected", "bob", 120 * SECOND, True, 1)
    reviewed = Verdict(Decision.APPROVED, 130 * SECOND)

    def decided(evidence: tuple[Evidence, ...], answers: tuple[Answer, ...]) -> tuple[object, ...]:
        return judge(100 * SECOND, evidence, answers, reviewed, 1, (True, True, False))[:3]

    assert decided((stated,), (answer,)) == ("edited", 150 * SECOND, 1)
    assert decided((), (answer,)) == ("rejected", 120 * SECOND, 1)
    assert decided((), ()) == ("approved", 130 * SECOND, 1)


def test_the_latest_answer_of_each_person_stands_and_a_rejection_goes_first() -> None:
    answers = [
        Answer("rejected", "bob", 110 * SECOND, True, 1),
        Answer("approved", "bob", 120 * SECOND, True, 2),
        Answer("auto_approved", None, 105 * SECOND, False, 3),
    ]
    assert judge(None, (), answers, None, None, (False,) * 3)[:2] == ("approved", 120 * SECOND)
    answers.append(Answer("rejected", "eve", 115 * SECOND, True, 4))
    assert judge(None, (), answers, None, None, (False,) * 3)[:2] == ("rejected", 115 * SECOND)


def test_a_fix_that_carries_no_patch_repairs_the_patch_whose_file_it_changes(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    facts.commit(B, "2026-03-02T10:10", {"a.ts": 1})
    facts.commit(C, "2026-03-09T10:09", {"a.ts": 9}, subject="Hotfix: totals")  # a minute less than a week after
    expected = ("fix_commit", micro(at("2026-03-09T10:09")))
    assert derived(store, facts).rows("SELECT rework_kind, reworked_at FROM patch") == [expected]
    # As sure as the link (1.0) times 0.8.
    assert store.rows("SELECT confidence, source FROM patch_evidence") == [(0.8, "git")]


@pytest.mark.parametrize(
    ("when", "subject", "files"),
    [
        ("2026-03-09T10:11", "fix: totals", {"a.ts": 9}),
        ("2026-03-03T10:00", "Add fixtures", {"a.ts": 9}),
        ("2026-03-03T10:00", "fix: totals", {"b.ts": 9}),
        ("2026-03-02T10:05", "fix: totals", {"a.ts": 9}),
    ],
    ids=["later than a week", "says no fix", "another file", "before the commit"],
)
def test_what_is_no_fix_of_the_patch_repairs_nothing(
    store: Store, when: str, subject: str, files: dict[str, int | None]
) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    facts.commit(B, "2026-03-02T10:10", {"a.ts": 1})
    facts.commit(C, when, files, subject=subject)
    assert derived(store, facts).rows("SELECT rework_kind FROM patch") == [(None,)]


def test_a_fix_that_a_chat_made_is_no_repair_by_others(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    chat_patch(facts, 2, "2026-03-03T10:00", {"a.ts": 2}, chat=2)
    facts.commit(B, "2026-03-02T10:10", {"a.ts": 1})
    facts.commit(C, "2026-03-03T10:10", {"a.ts": 2}, subject="fix: totals")
    assert derived(store, facts).rows("SELECT rework_kind FROM patch ORDER BY patch_key") == [(None,), (None,)]


def test_what_a_record_states_outlives_all_that_is_derived(store: Store) -> None:
    facts = Facts()
    facts.patch("2026-03-02T10:00", patch_key=1, source="record", commit_sha=B)
    facts.add(
        PatchEvidence, patch_evidence_key=5, patch_key=1, kind="rollback", evidence="deploy_rollback", source="record",
        source_key=1, happened_at=at("2026-03-02T12:00"), confidence=1.0, is_fact=True,
    )  # fmt: skip
    facts.commit(B, "2026-03-02T10:10", {"a.ts": 1})
    facts.commit(C, "2026-03-02T11:00", revert_kind="commit", reverted_sha=B)
    derived(store, facts)
    assert store.rows("SELECT evidence, is_fact FROM patch_evidence ORDER BY is_fact") == [
        ("git_revert", 0),
        ("deploy_rollback", 1),
    ]
    assert store.rows("SELECT rollback_evidence FROM patch") == [("git_revert",)]


def test_what_a_chat_shows_is_kept_as_evidence_beside_what_git_shows(store: Store, tmp_path: Path) -> None:
    messages = [
        request("aaaaaaaaaaaaaaa1", "Build a shop", 0),
        reply("msg-a", artifact(("src/a.ts", "one")), 0),
        request("aaaaaaaaaaaaaaa2", "Now blue", 5),
        reply("msg-b", artifact(("src/a.ts", "two")), 5),
        request("aaaaaaaaaaaaaaa3", human_edit(("src/a.ts", "one")) + "No", 9),
        reply("msg-c", "Done.", 9),
    ]
    load(store, all_chats(tmp_path / "chats.json", [chat("1", messages)]))
    found = store.rows("SELECT kind, evidence, source, is_fact FROM patch_evidence ORDER BY kind, evidence")
    assert found == [("rework", "human_edit", "bolt_chat", 0), ("rollback", "human_overwrite", "bolt_chat", 0)]
    assert store.rows("SELECT rollback_evidence, rework_kind FROM patch ORDER BY proposed_at") == [
        (None, None),
        ("human_overwrite", "human_edit"),
    ]


def test_days_on_which_something_changed_are_rolled_up_again(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    derived(store, facts)
    count = "SELECT commit_linked_count, unlinked_count, git_revert_count FROM patch_daily"
    assert store.rows(count) == [(0, 1, 0)]
    later = Facts()
    later.commit(B, "2026-03-04T10:10", {"a.ts": 1})
    later.commit(D, "2026-03-05T10:10", revert_kind="commit", reverted_sha=B)
    derived(store, later)
    assert store.rows(count) == [(1, 0, 1)]
