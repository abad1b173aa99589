"""Rejected patches whose change was accepted after all: worked examples, and the same in any order of loading."""

import json
import random
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from chat_files import load
from loads import facts as contents
from outcome_facts import Piece, load_piece, pieces_of

from data.definitions.approval_costs import approval_costs
from data.store import Store
from data.tables import Patch, PatchEvidence
from etl.derive import accepted_again, anew
from etl.derive.accepted_again import are_alike
from fact_rows import Facts, at

AGAIN = "SELECT patch_key, accepted_again_at, accepted_again_key FROM patch WHERE accepted_again_at IS NOT NULL"


def patch(
    facts: Facts, key: int, when: str, files: str, decision: str | None = None, decided: str | None = None,
    *, chat: int | None = 1, **columns: Any,
) -> None:  # fmt: skip
    """Add a patch of a chat, or recorded without one, with what was decided on it; each letter is a file."""
    if chat is not None:
        columns["task_key"] = facts.task(when, task_key=key + 1_000, chat_key=chat, person=columns.get("person", "ada"))
    facts.patch(when, patch_key=key, **columns)
    for name in files:
        facts.patch_file(key, f"src/{name}.ts")
    if decision is not None:
        moment = None if decided is None else at(decided)
        facts.add(
            PatchEvidence, patch_evidence_key=key, patch_key=key, kind="decision", evidence=decision, source="record",
            source_key=key, happened_at=moment, confidence=1.0, is_fact=True,
        )  # fmt: skip


def again(store: Store, facts: Facts) -> dict[int, int]:
    """Load the facts and return of each rejected patch as which other one it was accepted."""
    load_piece(store, facts.rows)
    return {key: other for key, _, other in store.rows(AGAIN)}


def test_half_of_all_files_of_both_make_two_patches_the_same_change() -> None:
    # 2 of a, b, c, d are in both: exactly half. 1 of a, b, c is in both: less than half.
    assert are_alike(set("abc"), set("bcd"))
    assert not are_alike(set("ab"), set("bc"))
    assert are_alike({"a"}, {"a", "b"})
    # That all files of the smaller one are in the larger one is not enough: 1 of 3.
    assert not are_alike({"a"}, {"a", "b", "c"})
    assert not are_alike(set(), set())


def test_a_rejected_change_counts_as_accepted_again_from_the_first_acceptance_within_72_hours(store: Store) -> None:
    facts = Facts()
    patch(facts, 1, "2026-03-02T10:00", "ab", "rejected", "2026-03-02T12:00")
    patch(facts, 2, "2026-03-03T10:00", "ab", "approved", "2026-03-05T12:00")  # exactly 72 hours after the rejection
    patch(facts, 3, "2026-03-04T10:00", "ab", "edited", "2026-03-05T11:00")  # earlier
    assert again(store, facts) == {1: 3}
    assert store.rows("SELECT accepted_again_at FROM patch WHERE patch_key = 1") == [(micro("2026-03-05T11:00"),)]
    rolled = "SELECT sum(rejected_count), sum(accepted_again_count) FROM patch_decision_daily"
    assert store.rows(rolled) == [(1, 1)]


def micro(when: str) -> int:
    return int(at(when).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"decided": "2026-03-05T12:01"}, "later than 72 hours"),
        ({"decided": "2026-03-02T11:59"}, "before the rejection"),
        ({"when": "2026-03-02T09:00"}, "proposed before it"),
        ({"files": "bc"}, "one of three files in both"),
        ({"decision": "rejected"}, "rejected as well"),
        ({"decision": "pending"}, "not decided"),
        ({"chat": 2}, "another chat"),
        ({"chat": None}, "no chat"),
        ({"is_closed": False}, "not complete"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_the_same_change_accepted_in_time_does_not_count(
    store: Store, change: dict[str, Any], why: str
) -> None:
    facts = Facts()
    later = {"when": "2026-03-03T10:00", "files": "ab", "decision": "approved", "decided": "2026-03-03T12:00"}
    patch(facts, 1, "2026-03-02T10:00", "ab", "rejected", "2026-03-02T12:00")
    patch(facts, 2, **later | change)
    assert again(store, facts) == {}, why


def test_a_patch_that_was_applied_without_being_asked_about_was_accepted_when_it_was_proposed(store: Store) -> None:
    facts = Facts()
    patch(facts, 1, "2026-03-02T10:00", "ab", "rejected", "2026-03-02T12:00")
    patch(facts, 2, "2026-03-02T11:00", "ab")  # applied before the rejection
    patch(facts, 3, "2026-03-02T13:00", "a")
    assert again(store, facts) == {1: 3}


def test_patches_without_a_chat_belong_together_by_person_and_project(store: Store) -> None:
    facts = Facts()
    patch(facts, 1, "2026-03-02T10:00", "ab", "rejected", "2026-03-02T12:00", chat=None)
    patch(facts, 2, "2026-03-02T13:00", "ab", chat=None, person="bob")
    patch(facts, 3, "2026-03-02T14:00", "ab", chat=None, project="blog")
    patch(facts, 4, "2026-03-02T15:00", "ab", chat=None)
    # Nobody knows whose these are, so nobody knows that they are of one person.
    patch(facts, 5, "2026-03-02T10:00", "ab", "rejected", "2026-03-02T12:00", chat=None, person=None)
    patch(facts, 6, "2026-03-02T13:00", "ab", chat=None, person=None)
    assert again(store, facts) == {1: 4}


def test_what_cannot_be_compared_is_not_counted_as_rightly_rejected(store: Store) -> None:
    facts = Facts()
    patch(facts, 1, "2026-03-02T10:00", "ab", "rejected", "2026-03-02T12:00")
    patch(facts, 2, "2026-03-02T13:00", "ab")
    patch(facts, 3, "2026-03-02T10:00", "cd", "rejected", "2026-03-02T12:00", chat=None)
    patch(facts, 4, "2026-03-02T10:00", "ef", "rejected", "2026-03-02T12:00", chat=None, person=None)  # whose?
    patch(facts, 5, "2026-03-02T10:00", "", "rejected", "2026-03-02T12:00")  # of which files?
    assert again(store, facts) == {1: 2}
    sums = "SELECT sum(rejected_count), sum(comparable_rejected_count), sum(accepted_again_count)"
    assert store.rows(f"{sums} FROM patch_decision_daily") == [(4, 2, 1)]


def test_how_long_and_how_alike_is_stated_with_the_costs_and_part_of_the_definitions(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = anew.fingerprint()
    dearer = msgspec.structs.replace(approval_costs(), minutes_per_rollback=1.0)
    monkeypatch.setattr(anew, "approval_costs", lambda: dearer)
    assert anew.fingerprint() == before
    longer = msgspec.structs.replace(approval_costs(), accepted_again_hours=73, alike_share=0.3)
    monkeypatch.setattr(anew, "approval_costs", lambda: longer)
    monkeypatch.setattr(accepted_again, "approval_costs", lambda: longer)
    assert anew.fingerprint() != before
    assert longer.accepted_again_days == 4
    facts = Facts()
    patch(facts, 1, "2026-03-02T10:00", "ab", "rejected", "2026-03-02T12:00")
    patch(facts, 2, "2026-03-03T10:00", "bc", "approved", "2026-03-05T13:00")  # 73 hours later, one of three files
    assert again(store, facts) == {1: 2}


def world(seed: int) -> list[Piece]:
    """Return pieces of many patches on few files, in chats and without, with decisions of all kinds."""
    chance = random.Random(seed)
    facts = Facts()
    for key in range(1, 61):
        patch(
            facts, key, moment(chance), chance.choice(["a", "ab", "abc", "bc"]),
            chance.choice([None, "rejected", "rejected", "approved", "edited", "pending"]),
            chance.choice([None, moment(chance), moment(chance)]), chat=chance.choice([1, 2, None, None]),
            person=chance.choice(["ada", "bob"]),
        )  # fmt: skip
    pieces: list[list[Any]] = [list(piece) for piece in pieces_of(facts)]
    # Evidence comes with its patch, as in a record of it.
    for piece in pieces[:]:
        if piece[0][0] is PatchEvidence:
            owner = next(
                one for one in pieces if any(t is Patch and c["patch_key"] == piece[0][1]["patch_key"] for t, c in one)
            )
            owner += piece
            pieces.remove(piece)
    return list(pieces)


def moment(chance: random.Random) -> str:
    return f"2026-03-{chance.randint(2, 9):02}T{chance.randint(0, 23):02}:00"


@pytest.mark.parametrize("seed", range(8))
def test_patches_in_any_order_and_parts_are_accepted_again_the_same(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = world(seed)
    whole = Store(f"sqlite:///{tmp_path}/whole.db")
    load_piece(whole, [row for piece in pieces for row in piece])
    expected = contents(whole.url)
    assert len(whole.rows(AGAIN)) > 1
    for number in range(2):
        store = Store(f"sqlite:///{tmp_path}/{number}.db")
        for piece in random.Random(seed + number).sample(pieces, len(pieces)):
            load_piece(store, piece)
        assert contents(store.url) == expected
    # All rejected patches at once instead of those near what was touched.
    monkeypatch.setattr("etl.derive.accepted_again.MANY", 0)
    store = Store(f"sqlite:///{tmp_path}/many.db")
    for piece in pieces:
        load_piece(store, piece)
    assert contents(store.url) == expected


def test_newer_copies_of_records_change_what_was_accepted_again_whatever_order_they_come_in(tmp_path: Path) -> None:
    def record(name: str, recorded: int, **more: Any) -> dict[str, Any]:
        at_once = {
            "proposed_at": f"2026-03-02T1{name[-1]}:00:00Z",
            "paths": ["a.ts"],
            "person": "ada",
            "project": "shop",
        }
        return {"id": name, **at_once, "recorded_at": f"2026-03-2{recorded}T00:00:00Z", **more}

    rejected = {"decision": "rejected", "decided_at": "2026-03-02T12:00:00Z"}
    copies = [
        record("p-1", 1, **rejected),
        record("p-4", 1),
        record("p-4", 2, person="bob"),  # not the same person after all
        record("p-5", 1, paths=["b.ts"]),
        record("p-5", 3, decision="approved", decided_at="2026-03-03T12:00:00Z"),
    ]
    expected: list[Any] | None = None
    for order in permutations(range(len(copies))):
        found = _loaded(tmp_path / "".join(map(str, order)), [copies[number] for number in order])
        expected = expected or found
        assert found == expected, order
    assert expected is not None
    assert [at for _, at in expected] == [micro("2026-03-03T12:00"), None, None]


def _loaded(folder: Path, copies: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    folder.mkdir()
    store = Store(f"sqlite:///{folder}/store.db")
    for number, copy in enumerate(copies):
        path = folder / f"{number}.ndjson"
        path.write_text(json.dumps(copy) + "\n")
        load(store, path)
    return store.rows("SELECT native_id, accepted_again_at FROM patch ORDER BY 1")
