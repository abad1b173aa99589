"""The running month: what is projected, how sure it is, and how it stands against its budget."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from dashboard.analysis.filters import Filter, make_filter
from dashboard.analysis.spend_frames import budgets_frame, month_frame
from dashboard.analysis.spend_month import BudgetVerdict, MonthSpend, draw_days, history, month_spend
from dashboard.analysis.spend_words import left_words, month_words
from data.definitions import budgets as module
from data.store import Store
from fact_rows import Facts, at

AS_OF = at("2026-03-21T00:00")
"""Midnight: 20 March is the newest whole day, and 11 days from 21 March on are to come."""


def daily(first: date, last: date, micro_usd: int = 1_000_000, **columns: object) -> Facts:
    """One call a day."""
    facts = Facts()
    for number in range((last - first).days + 1):
        facts.call(f"{first + timedelta(days=number)}T10:00", cost_micro_usd=micro_usd, **columns)
    return facts


def months(store: Store, as_of: datetime = AS_OF, chosen: Filter | None = None) -> tuple[MonthSpend, ...]:
    with store.reading() as connection:
        return month_spend(connection, chosen or make_filter(as_of), as_of)


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch):
    """Function that sets the budget of all, and those of projects."""

    def put(month_usd: float, **projects: float) -> None:
        text = f'owner = "Management"\nwhy = "Agreed."\nmonth_usd = {month_usd}\n'
        for name, value in projects.items():
            text += f'[[project]]\nname = "{name}"\nowner = "Team"\nwhy = "w"\nmonth_usd = {value}\n'
        read = module.read_budgets(text.encode())
        monkeypatch.setattr("dashboard.analysis.spend_month.budgets", lambda: read)

    return put


def test_the_same_every_day_is_projected_without_doubt(store: Store, budget):
    budget(40)
    (found,) = months(daily(date(2026, 1, 1), date(2026, 3, 20)).write(store))
    # 20 days of a dollar, and 11 more of them.
    assert found.spent_usd == 20
    assert found.projected_usd == 31
    assert found.interval == (31, 31)
    assert found.verdict is BudgetVerdict.WITHIN
    assert found.left_usd == 20
    assert len(found.days) == 31
    assert month_words(found) == "March stays within the budget of $40.00: projected $31.00"
    assert left_words(found) == "$20.00 of $40.00 is left, $2.00 a day for 10 more days. Agreed. Owner: Management."


@pytest.mark.parametrize(
    ("limit", "verdict", "used_up"),
    [(31, BudgetVerdict.WITHIN, None), (25, BudgetVerdict.OVER, date(2026, 3, 26)), (19, BudgetVerdict.SPENT, None)],
)
def test_the_budget_is_kept_or_not(store: Store, budget, limit: float, verdict: BudgetVerdict, used_up: date | None):
    budget(limit)
    (found,) = months(daily(date(2026, 1, 1), date(2026, 3, 20)).write(store))
    assert found.verdict is verdict
    if verdict is BudgetVerdict.OVER:
        # After the 25th 25 dollars are spent; the 26th passes them.
        assert found.used_up_on == used_up
        assert "it is used up on 26 Mar 2026" in left_words(found)
        assert month_words(found).startswith("March will go over the budget of $25.00")
    if verdict is BudgetVerdict.SPENT:
        assert month_words(found).startswith("March is over the budget of $19.00")
        assert left_words(found).startswith("$1.00 more than the budget of $19.00 is spent.")


def test_days_that_differ_give_an_interval_and_perhaps_no_verdict(store: Store, budget):
    facts = Facts()
    for number in range(79):
        day = date(2026, 1, 1) + timedelta(days=number)
        facts.call(f"{day}T10:00", cost_micro_usd=200_000 + 1_600_000 * (number % 2))
    budget(31)
    (found,) = months(facts.write(store))
    assert found.interval is not None
    assert found.projected_usd is not None
    low, high = found.interval
    assert low < found.projected_usd < high
    assert low < 31 < high
    assert found.verdict is BudgetVerdict.CANNOT_TELL
    assert "cannot tell yet whether the budget of $31.00 holds" in month_words(found)
    # The same data give the same figures.
    assert months(store) == (found,)


def test_what_was_spent_today_is_the_least_that_today_costs(store: Store, budget):
    budget(1000)
    facts = daily(date(2026, 1, 1), date(2026, 3, 20))
    facts.call("2026-03-21T08:00", cost_micro_usd=5_000_000)
    (found,) = months(facts.write(store), at("2026-03-21T09:00"))
    # 20 + 5 so far today, which is more than the usual dollar, + 10.
    assert found.spent_usd == 25
    assert found.projected_usd == 35


def test_too_few_days_and_stale_records_say_what_is_missing(store: Store, budget, tmp_path):
    budget(100)
    (found,) = months(daily(date(2026, 3, 1), date(2026, 3, 20)).write(store))
    assert found.verdict is BudgetVerdict.CANNOT_TELL
    assert found.reason == "a projection needs 28 whole days of records: 8 more"
    assert found.projected_usd is None
    assert month_words(found) == "March: $20.00 spent so far; cannot tell where it ends"
    assert month_frame(found).height == 21
    old = daily(date(2026, 1, 1), date(2026, 3, 2)).write(Store(f"sqlite:///{tmp_path / 'old.db'}"))
    (found,) = months(old)
    assert found.reason == "the newest call is of 2026-03-02; load newer exports and gateway logs"


def test_nothing_of_known_cost_is_not_nothing_spent(store: Store, budget):
    budget(100)
    facts = Facts()
    for number in range(70):
        day = date(2026, 1, 10) + timedelta(days=number)
        facts.call(f"{day}T10:00", cost_micro_usd=None)
    (found,) = months(facts.write(store))
    assert found.spent_usd is None
    assert found.projected_usd is None
    assert found.reason == "no call of the month has a known cost"
    assert "spend unknown" in month_words(found)


def test_each_project_with_a_budget_has_a_row_and_a_filter_its_own_budget(store: Store, budget):
    budget(100, shop=10, intranet=500)
    facts = daily(date(2026, 1, 1), date(2026, 3, 20), project="shop")
    facts.rows += daily(date(2026, 1, 1), date(2026, 3, 20), 2_000_000, project="intranet").rows[:]
    for place, (table, columns) in enumerate(facts.rows):
        facts.rows[place] = (table, {**columns, "llm_call_key": place + 1})
    facts.write(store)
    found = months(store)
    assert [(month.name, month.spent_usd, month.verdict) for month in found] == [
        (None, 60, BudgetVerdict.WITHIN),
        ("shop", 20, BudgetVerdict.SPENT),
        ("intranet", 40, BudgetVerdict.WITHIN),
    ]
    frame = budgets_frame(found)
    assert frame["budget_of"].to_list() == ["all", "shop", "intranet"]
    assert frame["left_usd"].to_list() == [40, -10, 460]
    (shop,) = months(store, chosen=make_filter(AS_OF, project="shop"))
    assert shop.budget is not None
    assert shop.budget.month_usd == 10
    (fix,) = months(store, chosen=make_filter(AS_OF, task_class="fix"))
    assert fix.verdict is BudgetVerdict.NO_BUDGET


def test_a_week_without_a_record_is_a_gap_and_a_day_without_one_costs_nothing():
    money = {day: 7 for day in range(1000, 1056) if not 1014 <= day < 1021 and day != 1050}
    found = history(money, 1055, 1000)
    assert sorted(value for values in found.values() for value in values) == [0] + [7] * 48
    assert all(len(values) == 7 for values in found.values())
    # Nothing is assumed about days before the first record.
    assert sum(len(values) for values in history({1055: 7}, 1055, 1052).values()) == 4


@pytest.mark.parametrize("coming", [3, 12, 25])
def test_the_interval_holds_about_as_often_as_it_says(coming: int):
    """Of 200 months whose days differ by a factor of 1.6, at least 9 of 10 end within their interval."""
    generator = np.random.default_rng(4)
    level = np.array([1.0, 1.1, 1.0, 0.9, 1.0, 0.2, 0.1])
    hits = 0
    for _ in range(200):
        past = {
            weekday: [int(value) for value in generator.lognormal(0, 0.5, 8) * level[weekday] * 1e6]
            for weekday in range(7)
        }
        weekdays = [number % 7 for number in range(coming)]
        real = sum(generator.lognormal(0, 0.5) * level[weekday] * 1e6 for weekday in weekdays)
        low, high = np.quantile(draw_days(past, weekdays).sum(axis=1), [0.025, 0.975])
        hits += low <= real <= high
    assert hits >= 180
