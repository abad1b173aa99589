"""Every column that any page shows says what it means."""

import json

import pytest
from page_runs import PAGES, run_page, show
from streamlit.testing.v1 import AppTest

from data.definitions import slos
from data.store import Store
from year_of_facts import odd_facts, year_of_facts

PLACES = [(page, {}) for page in PAGES] + [("slo-trends", {"slo": slo.name}) for slo in slos().slo]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return year_of_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('year') / 'year.db'}"))


def unexplained(app: AppTest) -> list[str]:
    """Return the columns of the tables of a page that have no help."""
    found: list[str] = []
    for number, table in enumerate(app.dataframe):
        settings = json.loads(table.proto.columns or "{}")
        found += [
            f"table {number}: {column}" for column in table.value.columns if not settings.get(column, {}).get("help")
        ]
    return found


@pytest.mark.parametrize(("page", "params"), PLACES, ids=str)
def test_every_column_that_a_page_shows_says_what_it_means(monkeypatch, year: Store, page: str, params: dict[str, str]):
    app = show(monkeypatch, year.url, page, params)
    assert not app.exception
    assert unexplained(app) == [], "Write what they mean in dashboard/analysis/column_words.py"


@pytest.mark.parametrize("page", PAGES)
def test_so_do_the_columns_of_odd_data(monkeypatch, store: Store, page: str):
    assert unexplained(run_page(monkeypatch, odd_facts(store).url, page)) == []


def test_each_card_says_formula_owner_sources_basis_and_n(monkeypatch, year: Store):
    app = run_page(monkeypatch, year.url)
    helps = {metric.label: metric.help.replace("\\", "").replace("\u00a0", " ") for metric in app.metric}
    for slo in slos().slo:
        about = helps[slo.title]
        assert f"**{slo.good} / {slo.total}**" in about
        assert f"n counts {slo.total}." in about
        assert f"Owner: {slo.owner}." in about
        assert f"Why: {slo.why}" in about
        assert "Read from: " in about
        assert "How it is known, by column: " in about
