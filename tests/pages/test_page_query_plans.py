"""What every page reads of facts, it reads by an index; and no more of them than somebody can wait for."""

import re
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from page_runs import PAGES, run_page

from dashboard.ui import cache
from dashboard.ui.answers import Answers
from data.store import Store
from year_of_facts import year_of_facts

FACTS = {
    *("task", "patch", "patch_file", "patch_link", "patch_evidence", "llm_call", "command_run", "approval"),
    *("tool_call", "event", "message", "chat", "vcs_commit", "commit_file", "pull_request", "pull_request_review"),
}
"""Tables that grow with use. Loads, deployments, incidents and what people enter stay few; rollups grow with days."""
PARTIAL = {"ix_patch_undone", "ix_patch_pending", "ix_approval_pending"}
"""Indexes of few rows: patches that were undone, decisions that are waited for."""
FILTERS = ({}, {"period": "all"}, {"project": "shop", "route": "openai/gpt-5-mini", "task_class": "fix"})


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return year_of_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'year.db'}"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every statement that a page asks the store."""
    statements: list[str] = []
    reading = Store.reading

    @contextmanager
    def noted(self: Store) -> Generator[sqlite3.Connection]:
        with reading(self) as connection:
            connection.set_trace_callback(statements.append)
            yield connection
            connection.set_trace_callback(None)

    monkeypatch.setattr(Store, "reading", noted)
    return statements


@pytest.mark.parametrize("params", FILTERS, ids=str)
@pytest.mark.parametrize("page", PAGES)
def test_no_page_goes_through_a_whole_table_of_facts(monkeypatch, year: Store, asked: list[str], page, params):
    # Nothing that an earlier test asked is known.
    monkeypatch.setattr(cache, "_answers", Answers(most=1_000))
    assert not run_page(monkeypatch, year.url, page, **params).exception
    plans: list[tuple[str, str]] = []
    with year.reading() as connection:
        connection.set_trace_callback(None)
        for statement in dict.fromkeys(asked):
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                plans += [(row[3], statement) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    whole = [(step, statement) for step, statement in plans if _goes_through(step, statement)]
    # More is asked than for the frame of a page alone, except where a page reads no store.
    assert len(plans) > 10
    assert not whole


def _goes_through(step: str, statement: str) -> bool:
    """Whether a step of a plan reads all rows of a table of facts, by itself or under another name."""
    found = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
    if found is None or found.group(2) in PARTIAL:
        return False
    name = found.group(1)
    named = re.search(rf"\b(\w+) AS {re.escape(name)}\b", statement)
    # Down the costs of tasks until the page is full (dearest_tasks).
    is_bounded = found.group(2) == "ix_task_cost" and "LIMIT" in statement
    return (named.group(1) if named else name) in FACTS and not is_bounded
