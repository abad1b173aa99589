"""Parts of an SLO against the rest: tests of scipy and statsmodels, and parts that add up to the whole."""

import random
from datetime import date, timedelta

import polars as pl
import pytest
from scipy.stats import false_discovery_control, fisher_exact
from statsmodels.stats.proportion import proportions_ztest

from dashboard.analysis.breakdowns import (
    By,
    benjamini_hochberg,
    breakdown,
    breakdown_frame,
    compare_parts,
    difference_chance,
)
from dashboard.analysis.error_budget import error_budget
from dashboard.analysis.figures import Verdict
from dashboard.analysis.filters import NONE_NAME, Period, make_filter
from dashboard.analysis.slo_rows import slo_listing, slo_row_count, slo_rows
from dashboard.analysis.slos import slo_figures
from data.store import Store
from fact_rows import Facts, at
from year_of_facts import LAST_DAY, year_of_facts

SLOS = ("task_success", "diff_acceptance", "runtime_health", "provider_stability", "cost_efficiency")


@pytest.mark.parametrize(("k", "n", "k_rest", "n_rest"), [(90, 100, 850, 1000), (40, 80, 44, 80), (930, 1000, 90, 180)])
def test_the_chance_of_large_counts_is_that_of_the_pooled_z_test(k: int, n: int, k_rest: int, n_rest: int):
    _, chance = proportions_ztest([k, k_rest], [n, n_rest])
    assert difference_chance(k, n, k_rest, n_rest) == pytest.approx(float(chance), abs=1e-12)


@pytest.mark.parametrize(
    ("k", "n", "k_rest", "n_rest"), [(1, 5, 9, 10), (0, 3, 20, 20), (3, 3, 3, 3), (4, 4, 995, 1000), (2, 9, 30, 900)]
)
def test_the_chance_of_small_counts_is_fishers(k: int, n: int, k_rest: int, n_rest: int):
    exact = fisher_exact([[k, n - k], [k_rest, n_rest - k_rest]])
    assert difference_chance(k, n, k_rest, n_rest) == pytest.approx(float(exact.pvalue))  # pyright: ignore[reportAttributeAccessIssue]


def test_the_correction_for_many_is_that_of_scipy():
    chance = random.Random(1)
    chances = [chance.random() ** 3 for _ in range(40)] + [0.01, 0.01, 1.0]
    assert benjamini_hochberg(chances) == pytest.approx(list(false_discovery_control(chances)))
    assert benjamini_hochberg([]) == []


def test_one_part_alone_has_nothing_to_be_compared_with():
    (only,) = compare_parts([("a", 3, 4)])
    assert (only.verdict, only.chance, only.difference) == (Verdict.CANNOT_TELL, None, None)
    assert (only.bad_share, only.total_share) == (1, 1)


def test_what_stands_out_is_named_and_shares_add_up():
    found = compare_parts([("good", 990, 1000), ("bad", 800, 1000), ("few", 4, 5)])
    verdicts = {part.name: part.verdict for part in found}
    assert verdicts == {"bad": Verdict.WORSE, "good": Verdict.BETTER, "few": Verdict.CANNOT_TELL}
    assert found[0].name == "bad"
    # 200 of 211 bad events.
    assert found[0].bad_share == pytest.approx(200 / 211)
    assert sum(part.bad_share or 0 for part in found) == pytest.approx(1)
    assert sum(part.total_share or 0 for part in found) == pytest.approx(1)


def test_alike_parts_are_not_called_different():
    found = compare_parts([(str(number), 950, 1000) for number in range(10)])
    assert {part.verdict for part in found} == {Verdict.NO_DIFFERENCE}


def year(store: Store) -> Store:
    year_of_facts(store, tasks_a_day=3, days=120)
    facts = Facts()
    for hour in range(9):
        when, place = f"2026-11-0{hour + 1}T10:00", {"project": None if hour > 6 else "x"}
        status, ms = ("ok", 40_000 if hour == 3 else 900) if hour else ("timeout", None)
        facts.command(when, status, ms, command_run_key=1 + hour, **place)
        facts.command(when, "failed", None, command_run_key=100 + hour, **place)
        facts.patch(when, patch_key=1 + hour, decision="rejected" if hour else "pending")
        facts.patch(when, patch_key=100 + hour, is_closed=False)
        facts.call(when, "error", llm_call_key=1 + hour, is_counted=False)
    return facts.write(store)


@pytest.mark.parametrize("slo", SLOS)
def test_parts_facts_and_budget_add_up_to_the_whole(store: Store, slo: str):
    """Rollups by any grouping, facts one by one, and the card on the overview tell the same n and the same good."""
    as_of = LAST_DAY + timedelta(hours=20)
    chosen = make_filter(as_of, custom=Period(date(2026, 10, 22), date(2026, 11, 20)))
    with year(store).reading() as connection:
        whole = next(figure for figure in slo_figures(connection, chosen, as_of) if figure.slo.name == slo).rate
        assert whole.n > 0
        for by in By:
            parts = breakdown(connection, chosen, as_of, slo, by)
            assert (sum(part.good for part in parts), sum(part.total for part in parts)) == (whole.k, whole.n)
        last = date(2026, 11, 20) if slo != "diff_acceptance" else error_budget(connection, chosen, as_of, slo).last
        asked = (connection, chosen, slo, chosen.period.first, last)
        assert slo_row_count(*asked, only_bad=False) == whole.n
        assert slo_row_count(*asked, only_bad=True) == whole.n - (whole.k or 0)
        everything = slo_rows(*asked, only_bad=False, limit=10_000, offset=0)
        assert everything["is_good"].sum() == whole.k
        for only_bad in (False, True):
            # A page reads only the days that it lies in, as the rollup counts them; a file reads the facts.
            listing = slo_listing(chosen.during(Period(chosen.period.first, last)), slo, only_bad=only_bad)
            rows = pl.concat([everything.clear(), *listing.parts(connection)])
            offsets = range(0, rows.height + 1, 30)
            pages = [slo_rows(*asked, only_bad=only_bad, limit=30, offset=offset) for offset in offsets]
            assert pl.concat(pages).equals(rows)
        if slo != "diff_acceptance":
            budget = error_budget(connection, chosen, as_of, slo)
            assert (budget.total, budget.bad) == (whole.n, whole.n - (whole.k or 0))


def test_parts_without_a_name_are_one_part(store: Store):
    facts = Facts()
    facts.task(project=None)
    facts.task(outcome="failed", project="shop")
    chosen = make_filter(at("2026-03-20"), custom=Period(date(2026, 3, 1), date(2026, 3, 20)))
    with facts.write(store).reading() as connection:
        found = breakdown(connection, chosen, at("2026-03-20"), "task_success", By.PROJECT)
    assert {part.name for part in found} == {NONE_NAME, "shop"}
    frame = breakdown_frame(found, By.PROJECT)
    assert frame["n_count"].to_list() == [1, 1]
    assert frame.filter(frame["project"] == "shop")["good_rate"].item() == 0


def test_rows_come_newest_first_a_page_at_a_time(store: Store):
    facts = Facts()
    for minute in range(25):
        facts.task(f"2026-03-02T10:{minute:02}", "failed", provider="a", model=f"m/{minute}")
    chosen = make_filter(at("2026-03-20"), custom=Period(date(2026, 3, 1), date(2026, 3, 20)))
    with facts.write(store).reading() as connection:
        asked = (connection, chosen, "task_success", date(2026, 3, 1), date(2026, 3, 20))
        first = slo_rows(*asked, only_bad=True, limit=20, offset=0)
        second = slo_rows(*asked, only_bad=True, limit=20, offset=20)
    assert (first.height, second.height) == (20, 5)
    assert first["route"][0] == "a/m/24"
    assert second["route"].to_list()[-1] == "a/m/0"
    assert first["requested_at"].is_sorted(descending=True)
    assert len(first["task_id"][0]) == 17
