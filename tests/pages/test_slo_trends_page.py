"""The SLO trends page: every objective shows or says what is missing, and the address says what was picked."""

from datetime import timedelta

import pytest
from page_runs import run_page, texts

from data.store import Store
from data.tables import Incident, PolicyChange
from fact_rows import Facts
from year_of_facts import HOSTILE, LAST_DAY, odd_facts, one_task, year_of_facts

SLOS = ("task_success", "diff_acceptance", "runtime_health", "provider_stability", "cost_efficiency")


def said(app) -> str:
    return texts(app).replace("\u00a0", " ").replace("\\", "").replace("\u2060", "")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a store with half a year."""
    return year_of_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('trends') / 'year.db'}"), days=180).url


@pytest.mark.parametrize("slo", SLOS)
@pytest.mark.parametrize("write", [one_task, odd_facts])
def test_small_and_odd_stores_show_every_objective(monkeypatch, store: Store, slo: str, write):
    app = run_page(monkeypatch, write(store).url, "slo-trends", slo=slo)
    assert not app.exception
    assert len(app.header) >= 3


@pytest.mark.parametrize("slo", SLOS)
def test_a_year_shows_every_objective_by_day_week_and_month(monkeypatch, year: str, slo: str):
    for every in ("day", "week", "month"):
        app = run_page(monkeypatch, year, "slo-trends", slo=slo, every=every, period="last-90-days")
        assert not app.exception
        assert app.segmented_control(key="address_slo").value == slo
        assert app.segmented_control(key="address_every").value == every
        if slo == "runtime_health":
            assert "Not measured: only proposals are known" in said(app)
        else:
            assert "burn-rate rule" in said(app)
            assert len(app.get("plotly_chart")) >= 2


def test_the_outage_is_told_in_the_title_and_found_in_the_rows(monkeypatch, year: str):
    # The outage of one route was 40 to 43 days before the end, on 9 to 11 October 2026.
    app = run_page(monkeypatch, year, "slo-trends", slo="provider_stability", period="last-90-days", every="week")
    title = app.header[0].value.replace("\\", "").replace("\u00a0", " ")
    assert "was below the objective of 98.0 % in week 41, 100 % of the errors by openai/gpt-5-mini; " in title
    app = run_page(
        monkeypatch, year, "slo-trends", slo="provider_stability", period="last-90-days", every="week",
        bucket="2026-10-05",
    )  # fmt: skip
    rows = app.dataframe[-1].value
    assert set(rows["route"]) >= {"openai/gpt-5-mini"}
    assert set(rows["error_kind"]) == {"timeout"}
    assert rows["started_at"].dt.date.min().isoformat() >= "2026-10-05"


def test_diff_acceptance_has_its_survival_curve(monkeypatch, year: str):
    app = run_page(monkeypatch, year, "slo-trends", slo="diff_acceptance", period="last-90-days")
    assert "of those accepted without a person were still in place" in said(app)
    assert "Kaplan-Meier" in said(app)
    assert "The page rule of 1 h is out of reach" in said(app)


def test_what_is_picked_is_written_into_the_address(monkeypatch, year: str):
    app = run_page(monkeypatch, year, "slo-trends", project="shop")
    assert "slo" not in app.query_params
    app.segmented_control(key="address_slo").set_value("diff_acceptance").run()
    app.segmented_control(key="address_by").set_value("route").run()
    app.session_state["open_rows"] = True
    app.run().toggle(key="address_against").set_value(False).run()
    assert not app.exception
    assert app.query_params["slo"] in ("diff_acceptance", ["diff_acceptance"])
    assert app.query_params["by"] in ("route", ["route"])
    assert app.query_params["against"] in ("off", ["off"])
    app.session_state["open_rows"] = False
    app.run()
    assert not {"rows", "against"} & set(app.query_params)
    assert app.query_params["project"] in ("shop", ["shop"])


def test_other_rows_begin_at_their_first_page(monkeypatch, year: str):
    app = run_page(monkeypatch, year, "slo-trends", against="off", rows="3", period="last-90-days")
    assert "Rows 41 to 60 of" in said(app)
    app.toggle(key="address_against").set_value(True).run()
    assert "Rows 1 to " in said(app)
    assert app.query_params["rows"] in ("1", ["1"])


@pytest.mark.parametrize(
    "params",
    [
        {"slo": "<script>", "every": "second", "by": "' OR 1", "bucket": "2026-99-99", "rows": "-1", "against": "x"},
        {"rows": "9" * 400, "slo": "\x00"},
        {"rows": "٣", "bucket": "1900-01-01"},
        {"from": "1971-01-01", "to": "9000-12-31", "every": "day"},
    ],
)
def test_hostile_addresses_fall_back_to_the_defaults(monkeypatch, store: Store, params: dict[str, str]):
    app = run_page(monkeypatch, one_task(store).url, "slo-trends", **params)
    assert not app.exception
    assert app.segmented_control(key="address_slo").value == "task_success"


def test_cards_link_to_the_trend_of_their_objective_with_the_filters(monkeypatch, year: str):
    app = run_page(monkeypatch, year, project="shop")
    links = app.get("page_link")
    assert len(links) == 5
    assert {"slo=task_success", "project=shop"} <= set(links[0].proto.query_string.split("&"))


def test_marks_with_hostile_titles_are_shown_as_they_are(monkeypatch, store: Store):
    year_of_facts(store, days=40)
    facts = Facts()
    policy = {"policy_change_key": 1, "native_id": "p", "area": "routing", "stage": "released"}
    facts.add(PolicyChange, **policy, title=HOSTILE, released_at=LAST_DAY - timedelta(days=5))
    facts.add(Incident, incident_key=1, native_id="i", severity="major", started_at=LAST_DAY - timedelta(days=9))
    app = run_page(monkeypatch, facts.write(store).url, "slo-trends")
    assert not app.exception
    assert "1 × incident, 1 × policy change" in said(app)
    drawn = app.get("plotly_chart")[0].proto.spec
    assert "&lt;script&gt;" in drawn.replace("\\u003c", "<")
    assert "<script" not in drawn.replace("\\u003c", "<")
