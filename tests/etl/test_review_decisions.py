"""Reviews as decisions on patches: worked examples, pure and through the store."""

import pytest
from outcome_facts import derived
from test_patch_links import chat_patch

from data.store import Store
from data.words import PullRequestState, ReviewState
from etl.derive.review_decisions import Request, Review, decisions_on, verdict_of
from fact_rows import Facts

B = "b" * 40
SECOND = 1_000_000


def test_who_approves_in_a_review_and_in_a_record_is_one_approver(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1})
    facts.commit(B, "2026-03-02T10:10", {"a.ts": 1})
    request = facts.pull_request(5, "2026-03-02T10:20", closed="2026-03-02T12:00", commits=[B], person="ada")
    facts.review(request, "bob", "2026-03-02T11:00")
    for person in ("bob", "eve"):
        facts.approval("2026-03-02T10:30", subject="patch", subject_key=1, source="record", decided_by=person)
    # bob twice, eve once: two people.
    assert derived(store, facts).rows("SELECT decision, approver_count FROM patch") == [("approved", 2)]


def review(key: int, person: str, when: int | None, state: str = "approved", *, is_bot: bool = False) -> Review:
    return Review(key, person, key_of(person), is_bot, ReviewState(state), when and when * SECOND, key)


def key_of(person: str) -> int:
    return sum(map(ord, person))


def of(state: str, *reviews: Review, known: bool = True) -> Request:
    """Return a request of ada, opened at second 100 and merged or closed by mia at second 900."""
    merged_at = 900 * SECOND if state == "merged" else None
    closed_at = None if state == "open" else 900 * SECOND
    merger = "mia" if state == "merged" else None
    return Request(
        1, "github", PullRequestState(state), "ada", 100 * SECOND, merged_at, closed_at, merger, known, reviews
    )


def decided(request: Request, proposed: int | None = 50) -> list[tuple[object, ...]]:
    """Return decision, actor, by whom, second, and whether somebody else had decided before."""
    return [
        (
            one.decision.value,
            one.actor.value,
            one.decided_by,
            one.decided_at and one.decided_at // SECOND,
            one.is_second,
        )
        for one in decisions_on(request, None if proposed is None else proposed * SECOND)
    ]


def verdict(*requests: Request) -> tuple[str, int | None] | None:
    found = verdict_of([(request, decisions_on(request, None)) for request in requests])
    return found and (found.decision.value, found.decided_at and found.decided_at // SECOND)


def test_each_reviewer_decides_and_the_second_is_known_as_such() -> None:
    request = of("merged", review(1, "bob", 200), review(2, "eve", 300, "changes_requested"), review(3, "eve", 400))
    assert decided(request) == [
        ("approved", "human", "bob", 200, False),
        ("rejected", "human", "eve", 300, True),
        ("approved", "human", "eve", 400, True),
    ]
    assert verdict(request) == ("approved", 200)


@pytest.mark.parametrize(
    "ignored",
    [
        review(1, "ada", 200),
        review(1, "bob", 200, "commented"),
        review(1, "bob", 200, "dismissed"),
        review(1, "bob", 200, "pending"),
    ],
    ids=["by the author", "only remarks", "set aside", "not handed in"],
)
def test_what_decides_nothing_leaves_the_merge_to_the_policy(ignored: Review) -> None:
    request = of("merged", ignored)
    assert decided(request) == [("auto_approved", "policy", "mia", 900, False)]
    assert verdict(request) == ("auto_approved", 900)


def test_an_approval_that_was_set_aside_later_is_none() -> None:
    request = of("open", review(1, "bob", 200), review(2, "bob", 200, "dismissed"))
    assert decided(request) == [("pending", "unknown", None, None, None)]


def test_a_review_of_what_the_request_held_before_is_no_decision_on_a_later_patch() -> None:
    # Handed in at second 200; the patch is from second 600, more than 5 minutes (300 s) later.
    assert decided(of("merged", review(1, "bob", 200)), proposed=600) == [
        ("auto_approved", "policy", "mia", 900, False)
    ]


def test_a_program_that_approves_is_a_policy() -> None:
    request = of("merged", review(1, "gate", 200, is_bot=True))
    assert decided(request) == [("approved", "policy", "gate", 200, False)]
    assert verdict(request) == ("auto_approved", 900)


def test_open_closed_and_unknown_requests() -> None:
    assert (decided(of("open")), verdict(of("open"))) == (
        [("pending", "unknown", None, None, None)],
        ("pending", None),
    )
    assert (decided(of("closed")), verdict(of("closed"))) == (
        [("rejected", "unknown", None, 900, False)],
        ("rejected", 900),
    )
    assert (decided(of("merged", known=False)), verdict(of("merged", known=False))) == ([], None)


def test_an_open_request_is_decided_by_the_latest_review_of_each() -> None:
    asked = of("open", review(1, "bob", 200), review(2, "eve", 300, "changes_requested"))
    assert verdict(asked) == ("rejected", 300)
    done = of("open", review(1, "bob", 200), review(2, "eve", 300, "changes_requested"), review(3, "eve", 400))
    assert verdict(done) == ("approved", 200)


def test_a_merged_request_goes_before_an_open_one_and_that_before_a_closed_one() -> None:
    assert verdict(of("closed"), of("open"), of("merged")) == ("auto_approved", 900)
    assert verdict(of("closed"), of("open")) == ("pending", None)


def test_waiting_is_from_the_later_of_request_and_patch_to_the_review(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-02T10:00", {"a.ts": 1}, person="ada")
    chat_patch(facts, 2, "2026-03-02T10:30", {"b.ts": 2}, person="ada")
    facts.commit(B, "2026-03-02T10:40", {"a.ts": 1, "b.ts": 2})
    request = facts.pull_request(5, "2026-03-02T10:20", closed="2026-03-02T12:00", commits=[B], person="ada")
    facts.review(request, "bob", "2026-03-02T11:00")
    derived(store, facts)
    rows = store.rows("SELECT subject_key, decision, decided_by, waiting_ms, source FROM approval ORDER BY 1")
    assert rows == [
        (1, "approved", "bob", 40 * 60_000, "github"),  # from 10:20, when the request was opened, to 11:00
        (2, "approved", "bob", 30 * 60_000, "github"),  # from 10:30, when the patch was proposed
    ]
    # The author's own approval would not count, bob's does.
    assert store.rows("SELECT decision, approver_count FROM patch") == [("approved", 1), ("approved", 1)]


def test_a_review_that_only_changes_how_long_a_patch_waited_is_rolled_up(store: Store) -> None:
    facts = Facts()
    chat_patch(facts, 1, "2026-03-01T10:00", {"a.ts": 1}, person="ada")
    facts.commit(B, "2026-03-01T10:40", {"a.ts": 1})
    request = facts.pull_request(5, "2026-03-02T10:00", closed="2026-03-02T12:00", commits=[B], person="ada")
    facts.review(request, "bob", None)
    derived(store, facts)
    waited = "SELECT actor, waiting_known_count, waiting_ms FROM patch_decision_daily"
    assert store.rows(waited) == [("human", 0, 0)]
    # The copy that tells when: merged at 12:00 before and after, so that the decision on the patch stays the same.
    later = Facts()
    later.review(request, "bob", "2026-03-02T12:00")
    derived(store, later)
    assert store.rows(waited) == [("human", 1, 2 * 3_600_000)]
