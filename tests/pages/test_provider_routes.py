"""The routes page: what it says of planted facts, its state in the address, and stores with little or odd in them."""

import re

import pytest
from page_runs import run_page, texts
from streamlit.testing.v1 import AppTest

from data.store import Store
from fact_rows import Facts
from route_facts import EASY_ROUTE, FLASH, HAIKU, HARD_ROUTE, SONNET, TEAM, add_tasks
from year_of_facts import odd_facts, one_task, year_of_facts

PAGE = "provider-routes"


def plain(app: AppTest) -> str:
    """Everything the page says, without the marks that keep foreign text literal."""
    return texts(app).replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


@pytest.fixture
def planted(store: Store) -> Store:
    facts = Facts()
    add_tasks(facts, SONNET, TEAM, with_patches=True)
    add_tasks(facts, FLASH, EASY_ROUTE, micro_usd=20_000, with_patches=True)
    add_tasks(facts, HAIKU, HARD_ROUTE, micro_usd=60_000, with_patches=True)
    add_tasks(facts, "ollama/qwen", {"edit": (38, 40)}, micro_usd=0)
    facts.load(1, last_record_at=None)
    return facts.write(store)


def test_the_planted_route_is_named_as_a_mix_effect(monkeypatch: pytest.MonkeyPatch, planted: Store):
    app = run_page(monkeypatch, planted.url, PAGE, period="all")
    assert not app.exception
    warned = plain(app)
    assert f"{FLASH} looks better than {HAIKU} on task success: 95.8 % of 120 against 90.2 % of 194" in warned
    assert f"a mix effect: {FLASH} has the easier tasks" in warned


def test_every_table_and_picture_has_its_file(monkeypatch: pytest.MonkeyPatch, planted: Store):
    app = run_page(monkeypatch, planted.url, PAGE, period="all", rows="1")
    keys = {re.sub(r".*-(csv|export)_", "", button.proto.id) for button in app.get("download_button")}
    assert keys == {
        "route_success",
        "route_acceptance",
        "route_pairs",
        "route_cost",
        "route_plane_success",
        "route_use",
        "routing_drift",
        "routing_drift_routes",
        "fallback_readiness",
        "bad_task_success_rows",
    }


def test_own_machines_are_shown_apart_and_never_as_free(monkeypatch: pytest.MonkeyPatch, planted: Store):
    app = run_page(monkeypatch, planted.url, PAGE, period="all")
    costs = next(frame.value for frame in app.dataframe if "Cost per completed task" in frame.value.columns)
    row = costs[costs["Route"] == "ollama/qwen"].iloc[0]
    assert (row["Cost per completed task"], row["Kept per dollar"]) == ("self-hosted", "self-hosted")
    assert "$0 " not in " ".join(costs["Cost per completed task"])


def test_the_address_reproduces_the_move_and_the_quality(monkeypatch: pytest.MonkeyPatch, planted: Store):
    state = {"move_class": "feature", "move_from": HAIKU, "move_to": FLASH, "quality": "acceptance"}
    app = run_page(monkeypatch, planted.url, PAGE, period="all", **state)
    assert {name: app.selectbox(key=f"address_{name}").value for name in state} == state
    assert {name: _param(app, name) for name in state} == state
    assert f"feature tasks a month ask for {HAIKU} now; {FLASH} had 30 of this class" in plain(app)


def test_what_is_picked_is_written_into_the_address_beside_the_filters(monkeypatch: pytest.MonkeyPatch, planted: Store):
    app = run_page(monkeypatch, planted.url, PAGE, period="all")
    app.selectbox(key="address_move_class").select("feature").run()
    assert (_param(app, "move_class"), _param(app, "period")) == ("feature", "all")
    # A filter that changes leaves the page's own state alone.
    app.selectbox(key="filter_compare").select("none").run()
    assert not app.exception
    assert (_param(app, "move_class"), _param(app, "compare")) == ("feature", "none")
    app.selectbox(key="address_move_class").select("edit").run()
    assert "move_class" not in app.query_params


@pytest.mark.parametrize("value", ["", "no such", "<script>", "x" * 5000, "\x00"])
def test_what_the_address_cannot_mean_falls_back(monkeypatch: pytest.MonkeyPatch, planted: Store, value: str):
    params = dict.fromkeys(("quality", "move_class", "move_from", "move_to"), value)
    app = run_page(monkeypatch, planted.url, PAGE, period="all", **params)
    assert not app.exception
    assert app.selectbox(key="address_quality").value == "success"
    assert app.selectbox(key="address_move_from").value == SONNET


def test_the_filter_of_a_route_is_said_not_to_count(monkeypatch: pytest.MonkeyPatch, planted: Store):
    app = run_page(monkeypatch, planted.url, PAGE, period="all", route=FLASH)
    said = plain(app)
    assert f"the filter for route {FLASH} is not used on this page" in said
    assert HAIKU in said


def test_one_task_class_is_compared_by_itself(monkeypatch: pytest.MonkeyPatch, planted: Store):
    app = run_page(monkeypatch, planted.url, PAGE, period="all", task_class="edit")
    assert not app.exception
    assert app.selectbox(key="address_move_class").options == ["edit"]
    assert "a mix effect" not in plain(app)


def test_one_task_says_that_nothing_can_be_compared(monkeypatch: pytest.MonkeyPatch, store: Store):
    said = plain(run_page(monkeypatch, one_task(store).url, PAGE))
    assert "Cannot tell yet which route is best: none has 10 tasks that count." in said
    assert "This needs two routes with tasks in this period" in said


def test_a_period_without_anything_says_what_to_do(monkeypatch: pytest.MonkeyPatch, planted: Store):
    app = run_page(monkeypatch, planted.url, PAGE, **{"from": "2025-01-01", "to": "2025-01-31"})
    assert not app.exception
    assert "No task and no call in this period" in plain(app)


def test_a_period_between_days_with_records_is_without_anything_too(monkeypatch: pytest.MonkeyPatch, store: Store):
    facts = Facts()
    for day in (2, 20):
        facts.task(f"2026-03-{day:02}T10:00")
        facts.call(f"2026-03-{day:02}T10:00")
    facts.write(store)
    app = run_page(monkeypatch, store.url, "provider-routes", **{"from": "2026-03-10", "to": "2026-03-12"})
    assert not app.exception
    assert "No task and no call in this period" in plain(app)
    assert not app.dataframe


def test_all_failed_and_no_cost_shows_no_ratio(monkeypatch: pytest.MonkeyPatch, store: Store):
    app = run_page(monkeypatch, odd_facts(store).url, PAGE)
    assert not app.exception
    costs = next(frame.value for frame in app.dataframe if "Cost per completed task" in frame.value.columns)
    assert set(costs["Cost per completed task"]) == {"unpriced"}


def test_a_year_of_facts_shows_every_section(monkeypatch: pytest.MonkeyPatch, store: Store):
    app = run_page(monkeypatch, year_of_facts(store).url, PAGE, period="all")
    assert not app.exception
    said = plain(app)
    for words in (
        "Cannot tell yet which route is best on task success",
        "has the most unusual mix of tasks",
        "tasks asked for their primary route",
        "fallbacks stood in",
    ):
        assert words in said
    assert len(app.get("plotly_chart")) == 2


def _param(app: AppTest, name: str) -> str:
    found = app.query_params[name]
    return found[0] if isinstance(found, list) else found
