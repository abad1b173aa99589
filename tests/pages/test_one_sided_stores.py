"""Stores in which everything is alike: one route, all failed, no cost at all, nothing known. Every page says so."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from page_runs import PAGES, run_page, texts
from streamlit.testing.v1 import AppTest

from data.store import Store
from fact_rows import Facts
from year_of_facts import LAST_DAY, odd_facts, one_task

USED = {"input_tokens": 900, "output_tokens": 100, "total_tokens": 1_000}


def written(store: Store, task: Mapping[str, Any], call: Mapping[str, Any], patch: Mapping[str, Any]) -> str:
    """Write sixty days of two tasks a day, each with a call, a patch and a command."""
    facts = Facts()
    for back in range(60):
        for hour in (9, 14):
            when = f"{LAST_DAY - timedelta(days=back):%Y-%m-%d}T{hour:02}:00"
            key = facts.task(when, **{"known_cost_micro_usd": 500_000, **task})
            facts.call(when, task_key=key, task_class="edit", **{**USED, **call})
            facts.patch(when, task_key=key, **patch)
            facts.command(when, status="ok", task_key=key)
    facts.load(1, last_record_at=LAST_DAY + timedelta(hours=20))
    return facts.write(store).url


STORES: Mapping[str, Callable[[Store], str]] = {
    "one route": lambda store: written(store, {}, {}, {"decision": "approved"}),
    "all failed": lambda store: written(store, {"outcome": "failed"}, {"status": "error"}, {"decision": "rejected"}),
    "no cost": lambda store: written(
        store, {"known_cost_micro_usd": 0, "unpriced_call_count": 1}, {"cost_micro_usd": None}, {}
    ),
    "all unknown": lambda store: written(
        store,
        {"outcome": "unknown", "known_cost_micro_usd": 0, "unpriced_call_count": 1, "project": None},
        {"status": "unknown", "cost_micro_usd": None, "route": None, "total_tokens": None, "input_tokens": None},
        {"route": None, "project": None},
    ),
}


WRONG = ("nan", "inf ", " None", "NaN")
"""What nothing divided by nothing, and a number that is not known, would look like."""


def is_told_well(app: AppTest) -> str:
    """Check what a page says and return it."""
    assert not app.exception
    said = texts(app).replace("\\", "").replace("information", "")
    for wrong in WRONG:
        assert wrong not in said, wrong
    return said


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_a_store_in_which_all_is_alike(monkeypatch, store: Store, page: str, kind: str):
    said = is_told_well(run_page(monkeypatch, STORES[kind](store), page, period="last-28-days"))
    if page == "spend" and kind in ("no cost", "all unknown"):
        assert "What was spent is not known" in said
    if page == "overview" and kind == "all failed":
        assert "0.0 %" in said


@pytest.mark.parametrize("kind", [*STORES, "one task", "odd records"])
@pytest.mark.parametrize("page", ["slo-trends", "provider-routes", "spend", "approvals", "quarterly-review"])
def test_every_choice_of_a_page_shows_such_a_store(monkeypatch, store: Store, page: str, kind: str):
    write = {**STORES, "one task": lambda store: one_task(store).url, "odd records": lambda store: odd_facts(store).url}
    app = run_page(monkeypatch, write[kind](store), page, period="last-28-days")
    choices = {
        widget.key: [*([not widget.value] if widget.type == "toggle" else widget.options[:8]), widget.value]
        for widget in _choices(app)
    }
    tried = 0
    for key, values in choices.items():
        # Each in turn, the first one again at the end; a choice may take others away.
        for value in values:
            for widget in [one for one in _choices(app) if one.key == key]:
                widget.set_value(value)
                is_told_well(app.run())
                tried += 1
    assert tried or page == "approvals"


def _choices(app: AppTest) -> list[Any]:
    widgets = (*app.segmented_control, *app.selectbox, *app.toggle)
    return [one for one in widgets if one.key and not one.key.startswith("filter_")]
