"""A link reproduces the view: what is picked on a page is in its address, and the address shows the same again."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from page_runs import PAGES, show, texts
from streamlit.testing.v1 import AppTest

from data.store import Store
from year_of_facts import year_of_facts

FILTERS = {"period": "last-90-days", "compare": "2026-03-02..2026-05-31", "project": "shop", "task_class": "fix"}
LINKS: Mapping[str, dict[str, str]] = {
    "overview": {},
    "slo-trends": {"slo": "diff_acceptance", "every": "month", "by": "project", "rows": "1",
                   "bucket": "2026-09-01", "against": "off", "beside": "1"},
    "provider-routes": {
        "quality": "acceptance", "move_class": "feature", "move_from": "google/gemini-2.5-pro",
        "move_to": "anthropic/claude-sonnet-4-5", "rows": "1", "against": "off",
    },
    "spend": {"by": "task_class", "every": "month", "bucket": "2026-09-01", "tasks": "2", "unpriced_call_rows": "1"},
    "approvals": {"every": "month", "classes": "1", "decisions": "1", "show": "rejected", "reviewers": "1"},
    "quarterly-review": {"quarter": "2026Q2", "open": "failing_classes_rule,approval_patterns_verdicts"},
    "data-health": {"loads": "2"},
    "glossary": {"part": "terms"},
}  # fmt: skip


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> str:
    return year_of_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('links') / 'year.db'}")).url


def view_of(app: AppTest) -> tuple[Any, ...]:
    """Return all that a page shows: what is picked, what it says, its tables and its pictures."""
    widgets: list[Any] = [
        *app.selectbox,
        *app.segmented_control,
        *app.pills,
        *app.text_input,
        *app.toggle,
        *app.date_input,
    ]
    picked = {widget.key: widget.value for widget in widgets}
    tables = [table.value.to_csv() for table in app.dataframe]
    pictures = [chart.proto.spec for chart in app.get("plotly_chart")]
    pages = [page.value for page in app.get("pagination")]
    return picked, re.sub(r"\d+ (hours?|days?) ago", "", texts(app)), tables, pictures, pages


@pytest.mark.parametrize("page", PAGES)
def test_a_link_shows_what_it_says_and_keeps_saying_it(monkeypatch, year: str, page: str):
    asked = {**FILTERS, **LINKS[page]}
    if page in ("spend", "provider-routes"):
        asked.pop("task_class")
    app = show(monkeypatch, year, page, asked)
    assert not app.exception
    assert {name: app.query_params[name] for name in asked} == asked
    assert view_of(show(monkeypatch, year, page, asked)) == view_of(app)
    if page not in ("data-health", "glossary"):
        assert view_of(show(monkeypatch, year, page, {}))[1] != view_of(app)[1]


@pytest.mark.parametrize("page", PAGES)
def test_what_is_picked_on_a_page_is_in_its_address_and_gives_the_same_view_again(monkeypatch, year: str, page: str):
    app = show(monkeypatch, year, page, {})
    app.selectbox(key="filter_period").select("last-90-days").run()
    app.selectbox(key="filter_project").select("shop").run()
    app.selectbox(key="filter_compare").select("dates").run()
    # 90 days to 20 November 2026 begin on 23 August; the 90 before them are the days to start from.
    assert app.query_params["compare"] == "2026-05-25..2026-08-22"
    app.date_input(key="filter_compared_days").set_value((date(2026, 1, 5), date(2026, 2, 3))).run()
    assert app.query_params["compare"] == "2026-01-05..2026-02-03"
    for name, value in LINKS[page].items():
        _pick(app, name, value)
    assert not app.exception
    address = dict(app.query_params.items())
    assert {"period", "project", "compare"} <= set(address)
    assert view_of(show(monkeypatch, year, page, address)) == view_of(app)


def _pick(app: AppTest, name: str, value: str) -> None:
    """Pick something in a widget of the page, and see that the address says so."""
    folds = [name] if f"open_{name}" in app.session_state else value.split(",") if name == "open" else []
    if folds:
        for fold in folds:
            app.session_state[f"open_{fold}"] = True
        app.run()
        assert app.query_params[name] == value
        return
    key = f"address_{name}"
    widgets: list[Any] = [*app.selectbox, *app.segmented_control, *app.pills, *app.toggle, *app.get("pagination")]
    widget = next(widget for widget in widgets if widget.key == key)
    wanted: Any = {"off": False}.get(value, int(value) if value.isdigit() else value)
    widget.set_value(wanted).run()
    assert app.query_params[name] == value
