"""Facts that change later (newer copies, rewritten histories, chats derived anew) leave nothing of before behind."""

import random
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from loads import facts as contents
from outcome_facts import load_piece
from sqlmodel import SQLModel
from test_outcomes_any_order import _differing, world

from data.store import Store
from data.tables import Deployment, Patch, PullRequest, Task, VcsCommit
from data.tables.base import table_name
from etl.context import Touched
from etl.derive.run import derive
from fact_rows import Facts, at, day_number, micro, write_row

Key = tuple[type[SQLModel], int]
World = dict[Key, Mapping[str, Any]]

_TOUCHED = {Deployment: "deployment_keys", VcsCommit: "commit_keys", PullRequest: "pull_request_keys"}
_DATES = {Deployment: "finished_date", VcsCommit: "committed_date", PullRequest: "opened_date", Task: "requested_date"}


def changed(facts: World, chance: random.Random) -> tuple[Key, Mapping[str, Any] | None]:
    """Return a fact and what it becomes; null when it is gone."""
    kind = chance.choice([Deployment, Deployment, VcsCommit, PullRequest, PullRequest, Patch, Task])
    key = chance.choice(sorted((one for one in facts if one[0] is kind), key=repr))
    row = dict(facts[key])
    if kind is Deployment:
        change = chance.choice(("status", "environment", "target", "commit_sha", "published_at"))
        row[change] = {
            "status": chance.choice(("success", "failure")),
            "environment": chance.choice(("active", "preview")),
            "target": chance.choice(("site", "other")),
            "commit_sha": chance.choice((None, f"{chance.randint(1, 12):x}" * 40)),
            "published_at": chance.choice((None, at("2026-03-02T18:00"))),
        }[change]
    elif kind is VcsCommit:
        row["is_left_behind"] = not row["is_left_behind"]
    elif kind is PullRequest:
        state = chance.choice(("open", "closed", "merged"))
        ended = at(f"2026-03-02T{chance.randint(11, 22)}:00")
        row |= {"state": state, "closed_at": None if state == "open" else ended}
        row |= {"merged_at": ended if state == "merged" else None}
        sha = f"{chance.randint(1, 12):x}" * 40
        row |= {"merge_sha": sha if state == "merged" else None, "squash_sha": None}
    elif kind is Patch:
        return key, None
    else:
        row["chat_key"] = chance.randint(1, 6)
    return key, row


def apply(store: Store, facts: World, key: Key, after: Mapping[str, Any] | None) -> None:
    """Bring one fact of a store, and what is derived of it, to what it becomes."""
    table, number = key
    before, touched = facts[key], Touched()
    with store.writing() as connection:
        for row in (before, after or {}):
            day = row.get(_DATES.get(table, "proposed_date"))
            touched.days.update(() if day is None else (day_number(day) or 0,))
        if table in _TOUCHED:
            getattr(touched, _TOUCHED[table]).add(number)
        if table is Deployment and after is not None:
            touched.former_targets.add((before["project"], before["platform"], before["target"]))
            names = ("status", "environment", "target", "commit_sha", "published_at")
            values = [micro(after[name]) if name == "published_at" else after[name] for name in names]
            assigned = ", ".join(f"{name} = ?" for name in names)
            connection.execute(f"UPDATE deployment SET {assigned} WHERE deployment_key = ?", (*values, number))
        else:
            if table in (Patch, Task):
                patches = [number] if table is Patch else [number - 1000]
                chat = facts[Task, patches[0] + 1000]["chat_key"]
                touched.former_chat_keys.add(chat)
                for patch in patches:
                    touched.patch_keys.add(patch)
                    if (Patch, patch) in facts:
                        connection.execute("DELETE FROM patch WHERE patch_key = ?", (patch,))
                        if table is Task:
                            write_row(connection, Patch, facts[Patch, patch])
            if table is not Patch:
                name = table_name(table)
                connection.execute(f"DELETE FROM {name} WHERE {name}_key = ?", (number,))
                write_row(connection, table, after or {})
        derive(connection, touched)
    if after is None:
        del facts[key]
    else:
        facts[key] = after


def by_key(facts: Facts) -> World:
    return {(table, columns[f"{table_name(table)}_key"]): columns for table, columns in facts.rows}


@pytest.mark.parametrize("seed", [1, 16, 22, 24, 36])
def test_facts_that_changed_give_the_store_that_they_would_have_given_at_once(seed: int) -> None:
    chats, start = world(seed)
    facts, chance = by_key(start), random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        store = chats.write(Store(f"sqlite:///{Path(name) / 'changed.db'}"))
        load_piece(store, start.rows)
        told: list[Any] = []
        for number in range(8):
            key, after = changed(facts, chance)
            told.append((key, {c: v for c, v in (after or {}).items() if v != facts[key].get(c)}))
            apply(store, facts, key, after)
            at_once = chats.write(Store(f"sqlite:///{Path(name) / f'{number}.db'}"))
            load_piece(at_once, [(table, columns) for (table, _), columns in facts.items()])
            assert (told[-1], _differing(contents(store.url), contents(at_once.url))) == (told[-1], {})
