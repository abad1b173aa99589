"""The spend page: totals are ranges where prices are missing, what stands out is named."""

from datetime import date, timedelta

import pytest
from page_runs import run_page, texts

from data.store import Store
from fact_rows import Facts
from year_of_facts import HOSTILE, LAST_DAY, odd_facts, one_task, year_of_facts


def said(app) -> str:
    return texts(app).replace("\u00a0", " ").replace("\\", "").replace("\u2060", "")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a store with half a year."""
    return year_of_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('spend') / 'year.db'}"), days=180).url


@pytest.mark.parametrize("by", ["provider", "model", "task_class", "project"])
def test_a_year_is_shown_by_each_part_with_its_numbers(monkeypatch, year: str, by: str):
    for every in ("day", "week", "month"):
        app = run_page(monkeypatch, year, "spend", by=by, every=every, period="last-90-days")
        assert not app.exception
        assert app.segmented_control(key="address_by").value == by
        assert app.segmented_control(key="address_every").value == every
        assert len(app.get("plotly_chart")) == 5
        assert "$221.26 was spent, and 20 calls of unknown cost may add about $13.73" in said(app)
        for part in ("dearest", "budget", "on top of what is known", "tokens", "most expensive tasks"):
            assert part in said(app)
        assert "Every call belongs to a task" in said(app)


@pytest.mark.parametrize("write", [one_task, odd_facts])
@pytest.mark.parametrize("by", ["provider", "model", "task_class", "project"])
def test_small_and_odd_stores_show_every_part(monkeypatch, store: Store, by: str, write):
    app = run_page(monkeypatch, write(store).url, "spend", by=by)
    assert not app.exception
    assert "a projection needs 28 whole days of records" in said(app) or "no call of the month has a known" in said(app)


def test_no_cost_at_all_is_unknown_and_never_zero(monkeypatch, store: Store):
    app = run_page(monkeypatch, odd_facts(store).url, "spend")
    assert "What was spent is not known: none of 6 calls has a known cost" in said(app)
    assert "$0 " not in said(app)
    assert "No task of known cost to list" in said(app)


def test_a_spike_and_a_model_without_a_price_are_named(monkeypatch, store: Store):
    facts = Facts()
    for back in range(90):
        day = LAST_DAY - timedelta(days=back)
        cost = 40_000_000 if back in (5, 6) else 1_000_000
        used = {"input_tokens": 900, "output_tokens": 100, "total_tokens": 1_000}
        facts.call(f"{day:%Y-%m-%d}T10:00", cost_micro_usd=cost, route="anthropic/claude-opus-4-5", **used)
        facts.call(f"{day:%Y-%m-%d}T11:00", cost_micro_usd=None, route="mistral/devstral", **used)
    facts.load(1, last_record_at=LAST_DAY + timedelta(hours=12))
    app = run_page(monkeypatch, facts.write(store).url, "spend")
    assert not app.exception
    assert "Spend stood out on 14 Nov 2026 to 15 Nov 2026: $80.00" in said(app)
    assert "100.0 % of the excess by model anthropic/claude-opus-4-5" in said(app)
    assert "28 calls of unknown cost may add" in app.header[0].value
    frame = app.dataframe[0].value
    unpriced = frame[frame["model"] == "mistral/devstral"].iloc[0]
    assert unpriced["pricing"] == "unpriced"
    assert unpriced["known_usd"] != unpriced["known_usd"]
    # As much as the calls of the only route with a price: 26 + 2 x 40 dollars for 28 calls.
    assert unpriced["total_high_usd"] == pytest.approx(106)


def test_what_is_picked_is_written_into_the_address(monkeypatch, year: str):
    app = run_page(monkeypatch, year, "spend", project="shop")
    assert "by" not in app.query_params
    app.segmented_control(key="address_by").set_value("project").run()
    bar = app.selectbox(key="address_bucket").options
    assert bar[0] == "The whole period"
    assert not app.exception
    assert app.query_params["by"] in ("project", ["project"])
    assert app.query_params["project"] in ("shop", ["shop"])


def test_the_date_whose_prices_are_taken_follows_the_filters_until_one_is_picked(monkeypatch, year: str):
    app = run_page(monkeypatch, year, "spend", **{"from": "2026-10-01", "to": "2026-10-31"})
    assert app.date_input(key="address_prices").value == date(2026, 9, 1)
    app.selectbox(key="filter_compare").set_value("last-year").run()
    assert app.date_input(key="address_prices").value == date(2025, 10, 1)
    assert "prices" not in app.query_params
    app.date_input(key="address_prices").set_value(date(2025, 8, 1)).run()
    assert app.query_params["prices"] in ("2025-08-01", ["2025-08-01"])
    assert "No call of this period has both known tokens and a list price" in said(app)
    app.selectbox(key="filter_compare").set_value("previous").run()
    assert app.date_input(key="address_prices").value == date(2025, 8, 1)


def test_the_tasks_of_one_bar_are_shown_a_page_at_a_time(monkeypatch, year: str):
    app = run_page(monkeypatch, year, "spend", period="last-90-days", every="month", bucket="2026-10-01", tasks="2")
    assert not app.exception
    rows = app.dataframe[-1].value
    assert rows["requested_at"].dt.month.unique().tolist() == [10]
    assert "Rows 21 to 40 of" in said(app)
    assert rows["known_usd"].is_monotonic_decreasing


@pytest.mark.parametrize(
    "params",
    [
        {"by": "<script>", "every": "' OR 1=1 --"},
        {"tasks": "9" * 400, "bucket": "\x00"},
        {"tasks": "٣", "bucket": "1900-01-01"},
        {"prices": "0001-01-01' OR 1=1 --"},
        {"prices": "9999-12-31"},
        {"from": "1971-01-01", "to": "9000-12-31", "every": "day"},
        {"from": "2030-01-01", "to": "2030-02-01"},
    ],
)
def test_hostile_addresses_fall_back_to_the_defaults(monkeypatch, store: Store, params: dict[str, str]):
    app = run_page(monkeypatch, one_task(store).url, "spend", **params)
    assert not app.exception
    assert app.segmented_control(key="address_by").value == "model"


def test_a_period_without_calls_says_what_to_do_and_still_shows_the_month(monkeypatch, year: str):
    app = run_page(monkeypatch, year, "spend", **{"from": "2020-01-01", "to": "2020-02-01"})
    assert not app.exception
    assert "No call to a model in this period" in app.header[0].value
    assert "Choose a longer period" in said(app)
    assert "November" in app.header[1].value


def test_hostile_names_are_shown_as_they_are(monkeypatch, store: Store):
    facts = Facts()
    facts.call("2026-11-20T10:00", route=f"{HOSTILE}/{HOSTILE}", project=HOSTILE)
    facts.task("2026-11-20T10:00", route=f"{HOSTILE}/{HOSTILE}", project=HOSTILE, known_cost_micro_usd=5)
    facts.load(1, last_record_at=LAST_DAY + timedelta(hours=12))
    app = run_page(monkeypatch, facts.write(store).url, "spend", by="project")
    assert not app.exception
    drawn = app.get("plotly_chart")[1].proto.spec.replace("\\u003c", "<")
    assert "&lt;script&gt;" in drawn
    assert "<script" not in drawn
