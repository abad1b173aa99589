"""The approvals page: the answer in a sentence, every part on real, small and hostile data, nobody shown alone."""

import pytest
from page_runs import show, texts
from streamlit.testing.v1 import AppTest

from approval_facts import decided_facts, hostile_decisions
from data.store import Store
from data.strip_writing import rewrite_strips
from year_of_facts import HOSTILE, odd_facts, one_task

LONG = {"period": "last-90-days"}


def said(app: AppTest) -> str:
    return texts(app).replace("\u00a0", " ").replace("\\", "").replace("\u2060", "")


def opened(app: AppTest) -> AppTest:
    """Open what is folded away."""
    for name in ("open_classes", "open_edits", "open_reviewers", "open_decisions"):
        app.session_state[name] = True
    return app.run()


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a store where billing is too lax and configuration too restrictive."""
    return decided_facts(Store(f"sqlite:///{tmp_path_factory.mktemp('decided') / 'store.db'}")).url


def test_the_lax_and_the_restrictive_zone_are_the_answer(monkeypatch, decided: str):
    app = show(monkeypatch, decided, "approvals", LONG)
    assert not app.exception
    assert app.header[0].value.replace("\\", "") == (
        "Approvals are too lax in Billing and usage (people decide), and too restrictive in Environment and "
        "configuration (people decide)"
    )
    text = said(app)
    assert "25.0 % of 328 accepted changes were taken back (20.6 % to 30.0 %)" in text
    assert "Judged: decisions up to 12 Nov 2026" in text
    assert "Decisions on patches: people rejected 28.6 % of 630; rules rejected 0.0 % of 90" in text
    assert "1 patch, 1 command wait for a decision" in text
    assert "90 of 180 tool calls that change something were made without a decision" in text
    assert "reviewed high-risk edits had no second reviewer" in text
    assert "Letting changes pass without asking in Environment and configuration" in text
    assert len(app.get("plotly_chart")) == 3


def test_each_verdict_stands_with_its_interval_and_leads_to_its_rows(monkeypatch, decided: str):
    app = show(monkeypatch, decided, "approvals", {**LONG, "group": "environment.human", "show": "good-rejected"})
    verdicts = app.dataframe[0].value
    lax = verdicts[verdicts["Risk zone"] == "Billing and usage"].iloc[0]
    assert lax["Verdict"] == "too lax"
    assert lax["Taken back"] == "25.0 % (20.6 to 30.0), n 328"
    # 1 - 0.05 ** (1 / 328)
    assert lax["Good ones rejected"] == "0 of 328 rejected still allows 0.9 %"
    assert app.selectbox(key="address_group").value == "environment.human"
    assert "Rows 1 to 20 of 164, newest first." in said(app)
    rows = next(table.value for table in app.dataframe if "accepted_again_at" in table.value.columns)
    assert set(rows["risk_zone"]) == {"environment"}
    assert not {"person", "reviewer"} & set(rows.columns)


def test_what_is_folded_away_shows_when_it_is_opened(monkeypatch, decided: str):
    app = show(monkeypatch, decided, "approvals", LONG)
    closed = len(app.dataframe)
    opened(app)
    assert not app.exception
    # By class, by zone and class, all together; decisions; the edits without a second reviewer; and the reviewers.
    assert len(app.dataframe) == closed + 6
    assert "6 people decided" in said(app)


def test_a_link_shows_the_same_view(monkeypatch, decided: str):
    asked = {
        **LONG, "group": "deployment.policy", "show": "rejected", "subject": "tool_call", "every": "month",
        "class": "edit", "edits": "2",
    }  # fmt: skip
    app = show(monkeypatch, decided, "approvals", asked)
    assert not app.exception
    for name, value in asked.items():
        assert app.query_params[name] in (value, [value]), name
    assert "Decisions on tool calls: people rejected 20.0 % of 90" in said(app)


@pytest.mark.parametrize(
    "params",
    [
        {"group": "<script>", "show": "' OR 1=1 --", "class": "\x00"},
        {"decisions": "9" * 400, "edits": "٣", "subject": "everything"},
        {"from": "1971-01-01", "to": "9000-12-31", "every": "day"},
        {"from": "2030-01-01", "to": "2030-02-01"},
    ],
)
def test_hostile_addresses_fall_back_to_the_defaults(monkeypatch, decided: str, params: dict[str, str]):
    assert not show(monkeypatch, decided, "approvals", params).exception


@pytest.mark.parametrize("write", [one_task, odd_facts, hostile_decisions])
def test_small_odd_and_hostile_stores_show_every_part(monkeypatch, store: Store, write):
    app = show(monkeypatch, write(store).url, "approvals", {})
    assert not app.exception
    if write is one_task:
        assert app.header[0].value == "No decision on a patch in this period"
        assert "No decision was asked for in this period" in said(app)
    for chart in app.get("plotly_chart"):
        assert "<script" not in chart.proto.spec.replace("\\u003c", "<").replace("&lt;script", "")


def test_fewer_than_five_reviewers_are_not_shown_by_name(monkeypatch, store: Store):
    app = opened(show(monkeypatch, decided_facts(store, days=20, reviewers=4).url, "approvals", {}))
    assert "Not shown by reviewer: 4 people decided" in said(app)
    for table in app.dataframe:
        assert "reviewer" not in table.value.columns
        assert not table.value.isin(["ada", "bob", "eve", "dan"]).any().any()


def test_a_hostile_reviewer_is_shown_as_written(monkeypatch, store: Store):
    app = opened(show(monkeypatch, hostile_decisions(store).url, "approvals", {}))
    reviewers = next(table.value for table in app.dataframe if "reviewer" in table.value.columns)
    assert reviewers["reviewer"].iloc[0].startswith(HOSTILE)


def test_what_an_updated_store_has_not_derived_yet_is_not_told_as_none(monkeypatch, tmp_path):
    store = decided_facts(Store(f"sqlite:///{tmp_path / 'older.db'}"))
    with store.writing() as connection:
        for table in ("tool_call_daily", "tool_daily", "patch_reviewer_daily", "reviewer_daily"):
            connection.execute(f"DELETE FROM {table}")
        rewrite_strips(connection, None)
    assert "No tool was called in this period" in said(show(monkeypatch, store.url, "approvals", LONG))
    with store.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('definitions', '')")
    text = said(opened(show(monkeypatch, store.url, "approvals", LONG)))
    assert "Which tools were called is told after the next etl load" in text
    assert "How decisions are spread is told after the next etl load." in text
