"""Tools and reviewers as the rollups tell them, held against the facts one by one."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest

from dashboard.analysis.as_of import day_number
from dashboard.analysis.filters import NONE_NAME, Filter, Period, route_name
from dashboard.analysis.reviewers import reviewer_load
from dashboard.analysis.tool_decisions import ToolDecisions, tool_decisions
from data.store import Store
from random_facts import random_facts

ACCEPTED = ("approved", "edited", "auto_approved")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Store:
    path = tmp_path_factory.mktemp("tools") / "random.db"
    return random_facts(count=400).write(Store(f"sqlite:///{path}"))


def filters() -> Iterator[Filter]:
    for last, project, route, task_class in product(
        (2, 8), (None, "shop", NONE_NAME), (None, "openai/gpt-5", NONE_NAME), (None, "edit", NONE_NAME)
    ):
        period = Period(date(2026, 3, 2), date(2026, 3, last))
        yield Filter(period, project=project, route=route, task_class=task_class)


def tools_of_facts(connection: sqlite3.Connection, chosen: Filter) -> dict[Any, tuple[int, ...]]:
    """Count each call once, with the decision on it that was made (else asked) last, then that of the smallest key."""
    asked: dict[int, list[Any]] = defaultdict(list)
    for key, subject, decision, actor, at in connection.execute(
        "SELECT approval_key, subject_key, decision, actor, coalesce(decided_at, asked_at) FROM approval "
        "WHERE subject = 'tool_call'"
    ):
        asked[subject].append((at is None, -(at or 0), key, decision, actor))
    found: dict[Any, Counter[str]] = defaultdict(Counter)
    for key, server, tool, mutates, project, task_class, provider, model in connection.execute(
        "SELECT call.tool_call_key, server, tool, is_mutating, call.project, task_class, provider, model "
        "FROM tool_call AS call LEFT JOIN task USING (task_key) WHERE called_date BETWEEN ? AND ?",
        (day_number(chosen.period.first), day_number(chosen.period.last)),
    ):
        if not chosen.selects(project, task_class, route_name(provider, model)):
            continue
        counts = found[server, tool, None if mutates is None else bool(mutates)]
        counts["calls"] += 1
        if asked[key]:
            *_, decision, actor = min(asked[key])
            if decision == "pending":
                counts["pending"] += 1
            elif actor == "human":
                counts["approved" if decision in ACCEPTED else "rejected"] += 1
            else:
                counts[actor] += 1
    names = ("calls", "approved", "rejected", "policy", "unknown", "pending")
    return {tool: tuple(counts[name] for name in names) for tool, counts in found.items()}


def counts_of(tool: ToolDecisions) -> tuple[int, ...]:
    decided = tool.approved_by_person, tool.rejected_by_person, tool.decided_by_rule, tool.decided_by_unknown
    return tool.calls, *decided, tool.pending


def test_tools_are_those_of_the_calls_one_by_one(facts: Store):
    seen = 0
    with facts.reading() as connection:
        for chosen in filters():
            wanted = tools_of_facts(connection, chosen)
            tools = tool_decisions(connection, chosen)
            assert {(tool.server, tool.tool, tool.is_mutating): counts_of(tool) for tool in tools} == wanted
            assert all(tool.not_asked >= 0 for tool in tools)
            seen += bool(wanted)
    assert seen > 20


def test_reviewers_are_those_of_the_decisions_one_by_one(facts: Store):
    seen = 0
    with facts.reading() as connection:
        for chosen in filters():
            decided, rejected, unnamed = Counter[str](), Counter[str](), 0
            waits: dict[str, list[int]] = defaultdict(list)
            for person, decision, waiting_ms, project, task_class, provider, model in connection.execute(
                "SELECT decided_by, decision, waiting_ms, asked.project, asked.task_class, provider, model "
                "FROM approval AS asked LEFT JOIN task USING (task_key) WHERE asked_date BETWEEN ? AND ? "
                "AND subject = 'patch' AND actor = 'human' AND decision <> 'pending'",
                (day_number(chosen.period.first), day_number(chosen.period.last)),
            ):
                if not chosen.selects(project, task_class, route_name(provider, model)):
                    continue
                if person is None:
                    unnamed += 1
                    continue
                decided[person] += 1
                rejected[person] += decision == "rejected"
                waits[person] += [] if waiting_ms is None else [waiting_ms]
            found = reviewer_load(connection, chosen)
            assert (found.reviewers, found.unnamed) == (len(decided), unnamed)
            for row in found.frame.iter_rows(named=True):
                name = row["reviewer"]
                assert (row["decided_count"], row["rejected_count"]) == (decided[name], rejected[name])
                assert row["waiting_known_count"] == len(waits[name])
                if waits[name]:
                    assert row["total_wait_hours"] == pytest.approx(sum(waits[name]) / 3.6e6)
                    # Buckets are 2 % wide.
                    assert row["median_wait_hours"] == pytest.approx(np.median(waits[name]) / 3.6e6, rel=0.02)
                seen += 1
    assert seen > 50
