"""The glossary page: short by default, everything found, and a link that shows the same."""

import pytest
from page_runs import run_page, texts

from data.store import Store
from year_of_facts import one_task


def said(app) -> str:
    labels = [expander.label for expander in app.expander]
    return "\n".join([texts(app), *labels]).replace("\\", "").replace("\u2060", "")


def test_it_begins_with_the_objectives_folded(monkeypatch: pytest.MonkeyPatch, store: Store):
    app = run_page(monkeypatch, one_task(store).url, "glossary")
    assert not app.exception
    assert len(app.expander) == 5
    assert not any(expander.proto.expanded for expander in app.expander)
    assert "Owner**: Engineering management" in said(app)
    assert app.query_params == {}


def test_a_search_goes_through_all_parts_and_is_kept_in_the_address(monkeypatch: pytest.MonkeyPatch, store: Store):
    app = run_page(monkeypatch, one_task(store).url, "glossary")
    app.text_input(key="address_find").set_value("cost_basis ").run()
    assert not app.exception
    assert app.query_params["find"] == "cost_basis"
    assert {header.value for header in app.header} >= {"Objectives", "What is recorded", "How it is known"}
    assert "tokens times the price on the day of the call" in said(app).lower()


def test_a_link_shows_the_same_search_or_part(monkeypatch: pytest.MonkeyPatch, store: Store):
    url = one_task(store).url
    app = run_page(monkeypatch, url, "glossary")
    app.query_params["find"] = "unpriced"
    app.run()
    assert app.text_input(key="address_find").value == "unpriced"
    app.query_params.clear()
    app.query_params["part"] = "providers"
    app.run()
    assert [header.value for header in app.header] == ["Providers"]
    assert any("Hugging Face" in expander.label for expander in app.expander)


def test_a_search_that_finds_nothing_says_what_to_do(monkeypatch: pytest.MonkeyPatch, store: Store):
    app = run_page(monkeypatch, one_task(store).url, "glossary")
    app.text_input(key="address_find").set_value("<script>:smile:").run()
    assert not app.exception
    assert "Nothing here fits <script>:smile:" in said(app)
    assert "Try fewer words" in said(app)


@pytest.mark.parametrize("params", [{"find": "a" * 5_000}, {"find": "\x00"}, {"part": "' OR 1"}, {"part": ""}])
def test_hostile_addresses_show_the_page(monkeypatch: pytest.MonkeyPatch, store: Store, params: dict[str, str]):
    app = run_page(monkeypatch, one_task(store).url, "glossary")
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert app.title[0].value == "Glossary"


def test_the_glossary_is_there_before_anything_is_loaded(monkeypatch: pytest.MonkeyPatch, store: Store):
    app = run_page(monkeypatch, store.url, "glossary")
    assert len(app.expander) == 5
