"""Whatever order facts come in, and however they are parted, the same becomes of every patch."""

import random
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from loads import facts as contents
from outcome_facts import Piece, load_piece, pieces_of

from data.store import Store
from data.tables import Chat
from etl.derive.anew import derive_anew
from etl.derive.patch_scope import MANY
from fact_rows import Facts, at

_START = at("2026-03-02T10:00")
_PATHS = ("src/App.tsx", "src/Cart.tsx", "package.json", "README.md")
_SUBJECTS = ("Add cart", "fix: cart", "Update from Bolt.diy")


def world(seed: int) -> tuple[Facts, Facts]:
    """Return chats, and patches, commits, requests and deployments of two projects, with much to do with each other."""
    chance = random.Random(seed)
    chats, facts = Facts(), Facts()
    for number in range(6):
        project = ("shop", "blog")[number % 2]
        chats.add(
            Chat, chat_key=number + 1, person=f"p{number}", project=project, native_chat_id=str(number // 3 + 1),
            is_usage_lost=False,
        )  # fmt: skip
    for key in range(1, 13):
        chat = chance.randint(1, 6)
        project = ("shop", "blog")[(chat - 1) % 2]
        when = _moment(chance)
        task = facts.task(when, task_key=1000 + key, chat_key=chat, project=project)
        sha = chance.choice([None, None, None, _sha(chance.randint(1, 12)), _sha(chance.randint(1, 12))[:8]])
        facts.patch(when, patch_key=key, task_key=task, project=project, commit_sha=sha, person=f"p{chat - 1}")
        for path in chance.sample(_PATHS, chance.randint(1, 3)):
            facts.patch_file(key, path, blob_hash=chance.choice([None, 1, 2, 3]))
    for number in range(1, 13):
        _commit(facts, chance, number)
    for number in range(1, 6):
        _request(facts, chance, number)
    for number in range(8):
        _deployment(facts, chance, number)
    return chats, facts


def _commit(facts: Facts, chance: random.Random, number: int) -> None:
    older = [_sha(other) for other in range(max(1, number - 3), number)]
    undoing: dict[str, Any] = {}
    kind = chance.choice([None, None, None, "commit", "subject", "pull_request", "merge", "reapply", "version"])
    if kind is not None:
        undoing = {
            "revert_kind": kind,
            "reverted_sha": chance.choice([None, _sha(chance.randint(1, 12)), _sha(chance.randint(1, 12))[:7]]),
            "reverted_subject_hash": chance.choice([None, 1, 2, 3]),
            "reverted_number": chance.choice([None, 1, 2, 3]),
        }
    subject = chance.randrange(3)
    files = {path: chance.choice([None, 1, 2, 3]) for path in chance.sample(_PATHS, chance.randint(0, 3))}
    facts.commit(
        _sha(number), _moment(chance, number), files, project=chance.choice(["shop", "shop", "blog"]),
        parent_shas=" ".join(chance.sample(older, min(len(older), chance.choice([0, 1, 1, 1, 2])))),
        subject=_SUBJECTS[subject], subject_hash=subject + 1, is_left_behind=chance.random() < 0.1,
        push_kind=chance.choice([None, "update"]), pull_number=chance.choice([None, None, 1, 2]),
        person=chance.choice([None, "p0", "p1"]), **undoing,
    )  # fmt: skip


def _request(facts: Facts, chance: random.Random, number: int) -> None:
    state = chance.choice(["open", "closed", "merged", "merged"])
    opened = _moment(chance)
    request = facts.pull_request(
        number, opened, state, None if state == "open" else _later(chance, opened),
        commits=chance.sample([_sha(one) for one in range(1, 13)], chance.choice([0, 1, 2])),
        files=chance.sample(_PATHS, chance.choice([0, 1, 2])), project=chance.choice(["shop", "blog"]),
        merge_sha=chance.choice([None, _sha(chance.randint(1, 12))]),
        squash_sha=chance.choice([None, None, _sha(chance.randint(1, 12))]), person="p0",
        reverted_number=chance.choice([None, None, 1, 2]), is_review_known=chance.random() < 0.7,
    )  # fmt: skip
    for reviewer in chance.sample(["p0", "p1", "p2"], chance.randint(0, 3)):
        state = chance.choice(["approved", "changes_requested", "commented", "dismissed"])
        facts.review(request, reviewer, chance.choice([None, _later(chance, opened)]), state)


def _deployment(facts: Facts, chance: random.Random, number: int) -> None:
    made = _moment(chance)
    platform = chance.choice(["netlify", "github"])
    facts.deployment(
        made, chance.choice(["success", "success", "failure"]), deployment_key=9000 + number, platform=platform,
        source=platform, target="site", environment=chance.choice(["active", "active", "preview"]), created_at=at(made),
        published_at=chance.choice([None, at(made), at(_later(chance, made))]), project=chance.choice(["shop", "blog"]),
        commit_sha=chance.choice([None, _sha(chance.randint(1, 12))]), native_chat_id=chance.choice([None, "1", "2"]),
    )  # fmt: skip


def _moment(chance: random.Random, number: int = 0) -> str:
    moment = _START + timedelta(minutes=chance.randint(0, 600) if number == 0 else 50 * number + chance.randint(0, 30))
    return moment.strftime("%Y-%m-%dT%H:%M")


def _later(chance: random.Random, moment: str) -> str:
    return (at(moment) + timedelta(minutes=chance.randint(1, 300))).strftime("%Y-%m-%dT%H:%M")


def _sha(number: int) -> str:
    return f"{number:x}" * 40


def _loaded(chats: Facts, pieces: Iterable[Piece], name: str, folder: Path) -> Store:
    store = chats.write(Store(f"sqlite:///{folder / name}.db"))
    for piece in pieces:
        load_piece(store, piece)
    return store


@pytest.mark.parametrize("seed", range(30))
def test_facts_in_any_order_and_parts_give_the_same_store(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chats, facts = world(seed)
    chance = random.Random(seed)
    pieces = pieces_of(facts)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = contents(_loaded(chats, [facts.rows], "whole", folder).url)
        assert whole["patch_link"]
        for number in range(2):
            shuffled = chance.sample(pieces, len(pieces))
            store = _loaded(chats, shuffled, f"shuffled-{number}", folder)
            assert _differing(contents(store.url), whole) == {}
        with store.writing() as connection:
            derive_anew(connection)
        assert _differing(contents(store.url), whole) == {}
        # What is looked at in one pass instead of by search comes out the same.
        monkeypatch.setattr("etl.derive.patch_scope.MANY", 0)
        assert MANY > 0
        assert _differing(contents(_loaded(chats, [facts.rows], "pass", folder).url), whole) == {}


def _differing(found: dict[str, list[Any]], expected: dict[str, list[Any]]) -> dict[str, Any]:
    return {
        table: (sorted(set(rows) - set(expected[table]), key=repr), sorted(set(expected[table]) - set(rows), key=repr))
        for table, rows in found.items()
        if rows != expected[table]
    }
