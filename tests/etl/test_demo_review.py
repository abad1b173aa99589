"""What a review of the last full quarter must find in the demo is there, figure by figure, small and in full size."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from chat_files import Silent
from demo_files import UNTIL, small_demo

from data.definitions.budgets import Budget, Budgets
from data.store import Store
from etl.demo import DemoReport, plants, review_truths, write_demo
from etl.demo.calendar import Span
from etl.demo.plants import plants_of
from etl.files import find_files
from etl.loading import load_files
from etl.owners import owners

_DAYS = (
    "date BETWEEN CAST(julianday(:first_day) - 2440587.5 AS INTEGER) "
    "AND CAST(julianday(:last_day) - 2440587.5 AS INTEGER)"
)


def loaded(report: DemoReport, folder: Path, pattern: str = "") -> Store:
    """Load a demo, or only the files below it whose names fit a pattern."""
    store = Store(f"sqlite:///{folder}/store.db")
    paths = sorted(report.folder.glob(pattern)) if pattern else [report.folder]
    reports = list(load_files(store, find_files(paths), owners(paths), Silent()))
    assert [one.refused for one in reports if one.refused] == []
    return store


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, dict[str, Any]]:
    """The smallest demo that has all of it but the budget, in a store, with what was planted."""
    report = small_demo()
    return loaded(report, tmp_path_factory.mktemp("small")), report.truth["planted"]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, DemoReport]:
    """The demo in its full size, with what the gate and the checks of the database say in a store."""
    folder = tmp_path_factory.mktemp("full")
    report = write_demo(folder / "demo", tasks=6000, days=365, until=UNTIL)
    return loaded(report, folder, "inbox/*/[gd]a*.[cn]*"), report


def one(store: Store, sql: str, planted: dict[str, Any]) -> tuple[Any, ...]:
    names = {name: planted[name] for name in ("first_day", "last_day")}
    return store.rows(f"SELECT {sql} AND {_DAYS}", names)[0]


def zone_in(store: Store, planted: dict[str, Any], zone: str) -> dict[str, Any]:
    """Return what the rollup says of patches that somebody or some rule decided on; others asked nobody."""
    names = ("patches", "accepted", "rolled_back", "rejected", "accepted_again", "second_reviewed", "waiting_ms")
    found = one(
        store,
        "sum(patch_count), sum(accepted_count), sum(rolled_back_count), sum(rejected_count), "
        "sum(accepted_again_count), sum(second_reviewed_count), sum(waiting_ms) FROM patch_decision_daily "
        f"WHERE risk_zone = '{zone}' AND model = 'claude-sonnet-4-5' AND actor IS NOT NULL",
        planted,
    )
    return dict(zip(names, found, strict=True))


def test_the_quarter_is_the_last_full_one_as_far_as_the_demo_holds_it() -> None:
    def quarter(first: date, last: date) -> Span:
        return plants_of(Span(first, last), 6000).review_quarter

    assert quarter(date(2025, 11, 26), date(2026, 11, 25)) == Span(date(2026, 7, 1), date(2026, 9, 30))
    assert quarter(date(2025, 4, 2), date(2026, 3, 31)) == Span(date(2025, 10, 1), date(2025, 12, 31))
    assert quarter(date(2026, 8, 31), date(2026, 11, 22)) == Span(date(2026, 8, 31), date(2026, 9, 30))
    # Nine days of it are no quarter to review: the whole demo stands for it.
    whole = Span(date(2026, 9, 22), date(2026, 11, 22))
    assert quarter(whole.first, whole.last) == whole


def test_in_full_size_each_truth_stands_out_and_rests_on_enough(full: tuple[Store, DemoReport]) -> None:
    report = full[1]
    planted = report.truth["planted"]
    assert report.left_out == {}
    lax, strict = planted["lax_zone"], planted["strict_zone"]
    assert lax["patches"] > 100
    assert lax["rollback_rate"] > 0.2 > 0.06 > max(of["rollback_rate"] for of in lax["by_other_zone"].values())
    assert strict["patches"] > 100
    assert strict["accepted_again_rate"] > 0.7
    assert strict["median_waiting_hours"] > 5 * max(of["median_waiting_hours"] for of in lax["by_other_zone"].values())
    assert strict["rollback_rate"] < 0.04
    decided = [lax, strict, *lax["by_other_zone"].values()]
    assert sum(of["patches"] for of in decided) > 300
    noisy = planted["noisy_integration"]
    assert noisy["inside"]["failure_rate"] > 0.3 > 3 * noisy["compared"]["failure_rate"]
    assert noisy["inside"]["repeated"] > 50
    failing = planted["failing_class"]
    lost = {name: 1 - of["success_rate"] for name, of in failing["by_class"].items()}
    assert lost["refactor"] > 2 * max(share for name, share in lost.items() if name != "refactor")
    assert failing["failed_with_it"] > 0.8 * (failing["inside"]["counted"] - failing["inside"]["completed"])
    budget = planted["tight_budget"]
    assert 1 < budget["breaks_at_usage"] < 2


def test_in_full_size_zones_and_integration_are_in_the_store(full: tuple[Store, DemoReport]) -> None:
    store, report = full
    planted = report.truth["planted"]
    for name in ("lax_zone", "strict_zone"):
        told = planted[name]
        found = zone_in(store, told, told["zone"])
        assert found == {measure: told[measure] for measure in found}
    for zone, told in planted["lax_zone"]["by_other_zone"].items():
        found = zone_in(store, planted["lax_zone"], zone)
        assert found == {measure: told[measure] for measure in found}
    noisy = planted["noisy_integration"]
    found = one(store, "sum(repeated_count) FROM integration_daily WHERE name = 'postgres'", noisy)
    assert found == (noisy["inside"]["repeated"],)


def test_a_rule_let_the_lax_zone_through_and_people_refused_the_strict_one(full: tuple[Store, DemoReport]) -> None:
    store, report = full
    planted = report.truth["planted"]
    sql = "group_concat(DISTINCT actor) FROM patch_decision_daily WHERE risk_zone = '{}'"
    assert one(store, sql.format("authentication"), planted["lax_zone"]) == ("policy",)
    assert one(store, sql.format("environment"), planted["strict_zone"]) == ("human",)
    evidence = dict(
        store.rows(
            "SELECT rollback_evidence, count(*) FROM patch WHERE risk_zone = 'authentication' "
            f"AND rolled_back_at IS NOT NULL AND proposed_{_DAYS} GROUP BY 1",
            {name: planted["lax_zone"][name] for name in ("first_day", "last_day")},
        )
    )
    assert evidence == planted["lax_zone"]["rolled_back_by"]


def test_in_the_small_demo_the_gate_decides_as_planted(small: tuple[Store, dict[str, Any]]) -> None:
    store, planted = small
    for name in ("lax_zone", "strict_zone"):
        told = planted[name]
        found = store.rows(
            "SELECT count(*), sum(rolled_back_at IS NOT NULL), sum(decision = 'rejected'), "
            "sum(decision = 'auto_approved'), sum(accepted_again_at IS NOT NULL) FROM patch "
            f"WHERE source = 'record' AND risk_zone = :zone AND proposed_{_DAYS}",
            {key: told[key] for key in ("zone", "first_day", "last_day")},
        )
        wanted = ("patches", "rolled_back", "rejected", "let_through", "accepted_again")
        assert found == [tuple(told[key] for key in wanted)]
        assert told["patches"] >= 24


def test_the_noisy_integration_is_found_among_all_calls(small: tuple[Store, dict[str, Any]]) -> None:
    store, planted = small
    noisy = planted["noisy_integration"]
    for server, told in ((noisy["server"], noisy["inside"]), (noisy["compared_server"], noisy["compared"])):
        found = one(
            store,
            "sum(attempt_count), sum(useful_count), sum(failed_count), sum(repeated_count) FROM integration_daily "
            f"WHERE kind = 'mcp_server' AND name = '{server}'",
            noisy,
        )
        assert found == tuple(told[key] for key in ("attempts", "useful", "failed", "repeated"))


def test_the_failing_class_and_its_reason_are_found(small: tuple[Store, dict[str, Any]]) -> None:
    store, planted = small
    failing = planted["failing_class"]
    rows = store.rows(
        "SELECT task_class, sum(task_count), sum(completed_count), sum(completed_count + failed_count + aborted_count) "
        f"FROM task_daily WHERE {_DAYS} GROUP BY 1",
        {name: failing[name] for name in ("first_day", "last_day")},
    )
    wanted = {name: (of["tasks"], of["completed"], of["counted"]) for name, of in failing["by_class"].items()}
    assert {name: tuple(found) for name, *found in rows} == wanted
    found = one(
        store,
        "sum(task_count) FROM failure_daily WHERE task_class = 'refactor' AND outcome_basis = 'error' "
        "AND error_kind = 'context_window'",
        failing,
    )
    assert found == (failing["failed_with_it"],)
    assert failing["failed_with_it"] > 0


def test_months_cost_in_the_store_what_the_truth_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(plants.NEEDS, "tight_budget", (28, 60))
    low = Budgets(Budget("o", "w", 0.01))
    monkeypatch.setattr(review_truths, "budgets", lambda: low)
    report = write_demo(tmp_path / "demo", tasks=100, days=63, until=UNTIL)
    assert report.left_out["tight_budget"] == "the budget of data/definitions/budgets.toml is not for so many tasks"
    # The months cost 0.93, 3.15 and 1.89 USD: the dearest keeps to 3.50 USD, twice the usual one, 3.98 USD, would not.
    enough = Budgets(Budget("o", "w", 3.5))
    monkeypatch.setattr(review_truths, "budgets", lambda: enough)
    report = write_demo(tmp_path / "demo", tasks=100, days=63, until=UNTIL)
    budget = report.truth["planted"]["tight_budget"]
    store = loaded(report, tmp_path)
    found = store.rows(
        f"SELECT strftime('%Y-%m', date * 86400, 'unixepoch'), sum(cost_micro_usd) FROM call_daily WHERE {_DAYS} "
        "GROUP BY 1",
        {name: budget[name] for name in ("first_day", "last_day")},
    )
    assert dict(found) == budget["spend_by_month_micro_usd"]
