"""Who approved a patch, where reviews and a team's own records tell of the same people."""

from outcome_facts import derived
from test_patch_links import chat_patch

from data.store import Store
from fact_rows import Facts

B = "b" * 40


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
