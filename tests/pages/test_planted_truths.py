"""What the demo plants is visible on the pages, from the raw files on: named, in its week, with its amount."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from page_runs import run_page, texts

from data.store import Store
from etl.demo import write_demo
from etl.files import InputFile, find_files
from etl.loading import FileReport, load_files
from etl.owners import owners

UNTIL = date(2026, 11, 22)


class Silent:
    """Progress that nobody watches."""

    def file_begins(self, file: InputFile) -> None: ...

    def records_read(self, records: int) -> None: ...

    def says(self, message: str) -> None: ...

    def file_ends(self, report: FileReport) -> None: ...


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Address of a store with the whole demo, and what was planted in it."""
    folder: Path = tmp_path_factory.mktemp("demo")
    report = write_demo(folder / "files", tasks=6000, days=365, until=UNTIL)
    store = Store(f"sqlite:///{folder / 'store.db'}")
    list(load_files(store, find_files([report.folder]), owners([report.folder]), Silent()))
    return store.url, report.truth["planted"]


def said(app) -> str:
    return texts(app).replace("\u00a0", " ").replace("\\", "").replace("\u2060", "")


def test_the_outage_is_named_in_its_week_and_with_its_model(monkeypatch, demo: tuple[str, dict[str, Any]]):
    url, planted = demo
    first = date.fromisoformat(planted["outage"]["first_day"])
    route = f"{planted['outage']['provider']}/{planted['outage']['model']}"
    week = f"week {first.isocalendar().week}"
    days = {"from": str(first - timedelta(days=42)), "to": str(first + timedelta(days=48))}
    app = run_page(monkeypatch, url, "slo-trends", slo="provider_stability", every="week", **days)
    assert not app.exception
    assert "below the objective" in app.header[0].value
    assert week in app.header[0].value
    app = run_page(monkeypatch, url, "slo-trends", slo="provider_stability", by="route", **days)
    parts = next(table.value for table in app.dataframe if "against_the_rest" in table.value.columns)
    verdicts = dict(zip(parts["route"], parts["against_the_rest"], strict=True))
    assert [name for name, verdict in verdicts.items() if verdict == "worse"] == [route]


def test_the_route_that_looks_better_is_named_as_a_mix_effect(monkeypatch, demo: tuple[str, dict[str, Any]]):
    url, planted = demo
    app = run_page(monkeypatch, url, "provider-routes", period="all")
    assert not app.exception
    warnings = [str(warning.value).replace("\\", "").replace("\u2060", "") for warning in app.warning]
    easy, hard = planted["easy_route"]["easy"]["route"], planted["easy_route"]["hard"]["route"]
    found = [words for words in warnings if words.startswith(f"{easy} looks better than {hard} on task success")]
    assert found
    assert "That is a mix effect" in found[0]


def test_the_model_without_a_price_is_a_range_and_the_spike_is_named(monkeypatch, demo: tuple[str, dict[str, Any]]):
    url, planted = demo
    app = run_page(monkeypatch, url, "spend", period="all", every="month")
    assert not app.exception
    assert "calls of unknown cost may add $" in app.header[0].value.replace("\\", "")
    unpriced = next(table.value for table in app.dataframe if "unpriced_tokens" in table.value.columns)
    route = unpriced[unpriced["route"] == "mistral/devstral-medium-2507"].iloc[0]
    assert 0 < route["low_usd"] < route["high_usd"]
    spike = planted["cost_spike"]
    first, last = (date.fromisoformat(spike[name]) for name in ("first_day", "last_day"))
    assert f"Spend stood out on {first.day} {first:%b %Y} to {last.day} {last:%b %Y}" in said(app)
    # The spike is a dear model that was not there before: spend changed by the mix of routes, and no price changed.
    days = {"from": str(first - timedelta(days=14)), "to": str(first + timedelta(days=13))}
    app = run_page(monkeypatch, url, "spend", **days)
    assert "most of it by the mix of routes" in said(app)
    assert "No price has changed since" in said(app)
    assert "Caches saved $" in said(app)


def test_calls_that_another_route_served_are_told_by_the_route_they_asked_for(
    monkeypatch, demo: tuple[str, dict[str, Any]]
):
    url, _ = demo
    app = run_page(monkeypatch, url, "provider-routes", period="all")
    assert "of the calls that asked for anthropic/claude-sonnet-4-5 were served by google/gemini-2.5-pro" in said(app)
    table = next(table.value for table in app.dataframe if "asked_route" in table.value.columns)
    fallbacks = Store(url).rows("SELECT sum(is_fallback) FROM llm_call WHERE is_counted")
    assert [(int(table["call_count"].sum()),)] == fallbacks
