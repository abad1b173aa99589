"""Spend on few rows: parts make up the whole, unknown is a range, and what stands out is told with where it was."""

from datetime import date, timedelta

import polars as pl
import pytest

from dashboard.analysis.call_rows import Calls, call_listing, call_row_count, call_rows
from dashboard.analysis.cost_discrepancy import discrepancies, discrepancy_frame
from dashboard.analysis.dearest_tasks import dearest_tasks, task_count, task_days
from dashboard.analysis.filters import NONE_NAME, Compare, Filter, Period, make_filter
from dashboard.analysis.newest_days import counts_by_day, newest_days
from dashboard.analysis.route_costs import Pricing
from dashboard.analysis.spend import MOST_GROUPS, Spend, SpendBy, spend
from dashboard.analysis.spend_amounts import Amount, UnitCosts, Unpriced, total_amount, unit_costs, unpriced_range
from dashboard.analysis.spend_frames import groups_frame, spend_frame, unpriced_frame
from dashboard.analysis.spend_parts import per_completed_task, pricing_of, unpriced_routes
from dashboard.analysis.spend_spikes import spikes
from dashboard.analysis.spend_words import (
    compared_words,
    discrepancy_words,
    headline,
    over_time_words,
    parts_words,
    token_words,
    unattributed_words,
    unpriced_remedies,
    unpriced_words,
)
from dashboard.analysis.token_use import token_use
from dashboard.analysis.trend_buckets import Every, PointState
from dashboard.analysis.unattributed import MayBe, unattributed
from data.store import Store
from fact_rows import Facts, at, day_number
from year_of_facts import LAST_DAY, year_of_facts

AS_OF = at("2026-03-20T12:00")
MARCH = Period(date(2026, 3, 1), date(2026, 3, 20))
SONNET, HAIKU, GROK = "anthropic/claude-sonnet-4-5", "anthropic/claude-haiku-4-5", "x-ai/grok-code-fast-1"


def march(compare: Compare = Compare.NONE, period: Period = MARCH, **named: str) -> Filter:
    return make_filter(AS_OF, custom=period, compare=compare, **named)


def spend_of(store: Store, by: SpendBy = SpendBy.MODEL, every: Every = Every.WEEK, chosen: Filter | None = None):
    with store.reading() as connection:
        return spend(connection, chosen or march(), AS_OF, every, by)


def priced(facts: Facts, route: str, calls: int, micro_usd: int, tokens: int, **columns: object) -> None:
    """Add calls of a known cost, each with this cost and these tokens, half sent and half received."""
    for number in range(calls):
        when = f"2026-03-{2 + number % 10:02}T10:00"
        facts.call(
            when, route=route, cost_micro_usd=micro_usd, input_tokens=tokens // 2, output_tokens=tokens // 2,
            total_tokens=tokens, **columns,
        )  # fmt: skip


class TestWholeAndParts:
    @pytest.mark.parametrize("by", SpendBy)
    @pytest.mark.parametrize("every", Every)
    def test_the_parts_equal_the_whole_to_the_millionth(self, store: Store, by: SpendBy, every: Every) -> None:
        year_of_facts(store, tasks_a_day=3, days=200)
        as_of = LAST_DAY + timedelta(hours=20)
        for named in ({}, {"project": "shop"}, {"route": "openai/gpt-5-mini"}, {"task_class": "fix"}):
            chosen = make_filter(as_of, custom=Period(date(2026, 5, 10), date(2026, 11, 20)), **named)
            with store.reading() as connection:
                found = spend(connection, chosen, as_of, every, by)
                condition = "1" if not named else {
                    "project": "project = 'shop'", "route": "provider = 'openai'", "task_class": "task_class = 'fix'",
                }[next(iter(named))]  # fmt: skip
                rows = connection.execute(
                    "SELECT count(*), sum(cost_micro_usd), sum(cost_micro_usd IS NULL) FROM llm_call WHERE is_counted "
                    f"AND started_date >= 20583 AND {condition}"
                ).fetchone()
            assert date(1970, 1, 1) + timedelta(days=20583) == date(2026, 5, 10)
            assert (found.total.calls, found.total.micro_usd, found.total.unpriced) == rows
            assert sum(group.total.micro_usd for group in found.groups) == found.total.micro_usd
            for place, bucket in enumerate(found.buckets):
                parts = total_amount(group.buckets[place] for group in found.groups)
                assert (parts.calls, parts.unpriced, parts.micro_usd) == (
                    bucket.amount.calls, bucket.amount.unpriced, bucket.amount.micro_usd,
                )  # fmt: skip
                assert parts.high_micro_usd == pytest.approx(bucket.amount.high_micro_usd)
            assert sum(bucket.amount.micro_usd for bucket in found.buckets) == found.total.micro_usd

    def test_six_groups_are_named_and_the_rest_is_other(self, store: Store) -> None:
        facts = Facts()
        for number in range(9):
            facts.call(project=f"p{number}", cost_micro_usd=1_000_000 * (number + 1))
        found = spend_of(facts.write(store), SpendBy.PROJECT)
        assert [group.name for group in found.groups] == ["p8", "p7", "p6", "p5", "p4", "p3", "other (3)"]
        assert len(found.groups) == MOST_GROUPS + 1
        # 1 + 2 + 3 dollars.
        assert found.groups[-1].total.known_usd == 6.0
        assert found.groups[-1].is_other

    def test_a_seventh_group_stands_for_itself_and_rows_without_a_name_are_a_group(self, store: Store) -> None:
        facts = Facts()
        for number in range(6):
            facts.call(project=f"p{number}")
        facts.call(project=None, cost_micro_usd=1)
        found = spend_of(facts.write(store), SpendBy.PROJECT)
        assert len(found.groups) == 7
        assert found.groups[-1].name == NONE_NAME
        assert not found.groups[-1].is_other

    def test_days_without_a_call_are_a_gap_and_the_last_day_is_not_complete(self, store: Store) -> None:
        facts = Facts()
        facts.call("2026-03-02T10:00")
        facts.call("2026-03-20T10:00", cost_micro_usd=250_000)
        found = spend_of(facts.write(store), every=Every.DAY)
        frame = spend_frame(found)
        whole = frame.filter(frame["model"] == "all")
        assert whole.height == 20
        assert whole["known_usd"].to_list()[:3] == [None, 0.5, None]
        assert whole["known_usd"].to_list()[-1] == 0.25
        assert [bucket.state for bucket in found.buckets][-2:] == [PointState.SETTLED, PointState.INCOMPLETE]

    def test_the_compared_period_is_told_in_dollars_and_percent(self, store: Store) -> None:
        facts = Facts()
        facts.call("2026-03-10T10:00", cost_micro_usd=3_000_000)
        facts.call("2026-02-20T10:00", cost_micro_usd=2_000_000)
        facts.call("2026-02-01T10:00", cost_micro_usd=9_000_000)
        found = spend_of(facts.write(store), chosen=march(Compare.PREVIOUS))
        assert compared_words(found) == "Known spend was $2.00 in the compared period, +$1.00 (+50 %)."
        assert found.groups[0].before == Amount(1, 0, 2_000_000)

    def test_what_only_the_compared_period_has_stands_at_the_end_so_that_its_parts_add_up_too(
        self, store: Store
    ) -> None:
        facts = Facts()
        facts.call("2026-02-01T10:00", cost_micro_usd=1_000_000)
        facts.call("2026-02-20T10:00", cost_micro_usd=2_000_000, route="openai/gpt-5")
        facts.call("2026-02-20T11:00", cost_micro_usd=7_000_000, route="anthropic/claude-opus-4-5")
        facts.call("2026-03-10T10:00", cost_micro_usd=3_000_000, route="openai/gpt-5")
        found = spend_of(facts.write(store), chosen=march(Compare.PREVIOUS))
        frame = groups_frame(found, {})
        assert frame["model"].to_list() == ["openai/gpt-5", "anthropic/claude-opus-4-5"]
        assert frame["call_count"].to_list() == [1, 0]
        assert frame["compared_known_usd"].to_list() == [2.0, 7.0]
        assert frame["pricing"].to_list() == ["priced", None]
        assert total_amount(one.before or Amount() for one in (*found.groups, *found.gone)) == found.before

    def test_a_compared_period_in_which_records_begin_is_not_compared(self, store: Store) -> None:
        facts = Facts()
        facts.call("2026-03-10T10:00", cost_micro_usd=3_000_000)
        facts.call("2026-02-20T10:00", cost_micro_usd=2_000_000)
        told = compared_words(spend_of(facts.write(store), chosen=march(Compare.PREVIOUS)))
        assert told is not None
        assert told.startswith("Records of calls begin on 20 Feb 2026, within the compared period: its $2.00 cannot")


class TestUnpriced:
    def test_a_model_without_price_is_a_range_between_the_cheapest_and_the_dearest_route(self, store: Store) -> None:
        facts = Facts()
        # 20 calls of 1,000 tokens: 2 millionths a token; 20 of 2,000 tokens: 10 millionths a token.
        priced(facts, HAIKU, 20, 2_000, 1_000)
        priced(facts, SONNET, 20, 20_000, 2_000)
        facts.call(route="mistral/x", cost_micro_usd=None, input_tokens=900, output_tokens=100, total_tokens=1_000)
        facts.call(route=GROK, cost_micro_usd=None)
        with facts.write(store).reading() as connection:
            costs = unit_costs(connection, MARCH)
            assert costs == UnitCosts({HAIKU: (2.0, 2_000.0), SONNET: (10.0, 20_000.0)})
            found = spend(connection, march(), AS_OF, Every.WEEK, SpendBy.MODEL)
            routes = unpriced_routes(connection, march(), costs)
        by_name = {group.name: unpriced_range(group.total, costs) for group in found.groups}
        # 1,000 tokens at 2 and at 10 millionths; one call as much as a call on either route.
        assert (by_name["mistral/x"].low_usd, by_name["mistral/x"].high_usd) == (0.002, 0.01)
        assert (by_name[GROK].low_usd, by_name[GROK].high_usd) == (0.002, 0.02)
        assert (by_name[HAIKU].low_usd, by_name[HAIKU].high_usd) == (0, 0)
        # 20 x 0.002 + 20 x 0.02 = 0.44
        spent = "$0.44 was spent, and 2 calls of unknown cost may add $0.0040 to $0.030; "
        assert headline(found) == f"{spent}90.9 % of what is known went to {SONNET}"
        frame = unpriced_frame(routes, costs)
        assert frame["route"].to_list() == [GROK, "mistral/x"]
        assert frame["unpriced_tokens"].to_list() == [None, 1_000]
        assert frame["why"].to_list()[1] == "no price is known for the model"
        assert unpriced_words(routes, costs) == "2 calls of unknown cost: $0.0040 to $0.030 on top of what is known"

    def test_an_unpriced_call_of_a_priced_route_costs_as_its_others_and_a_failed_one_perhaps_nothing(self) -> None:
        costs = UnitCosts({HAIKU: (2.0, 2_000.0), SONNET: (10.0, 20_000.0)})
        assert costs.bounds(HAIKU, Unpriced(0, 0, 3, 0, 0, 2)) == (4_000.0, 6_000.0)
        assert costs.bounds(GROK, Unpriced(0, 0, 3, 0, 0, 2)) == (4_000.0, 60_000.0)
        # 5,000 tokens in 4 calls, 3 of which with 3,000 tokens succeeded.
        assert costs.bounds(GROK, Unpriced(5_000, 4, 0, 3_000, 3, 0)) == (6_000.0, 50_000.0)
        # No token has a price, so calls are counted.
        assert UnitCosts({HAIKU: (None, 2_000.0)}).bounds(GROK, Unpriced(5_000, 4, 0, 3_000, 3, 0)) == (
            6_000.0,
            8_000.0,
        )
        assert (costs.cheapest, costs.dearest) == (HAIKU, SONNET)

    def test_without_any_price_nothing_is_guessed(self, store: Store) -> None:
        facts = Facts()
        facts.call(cost_micro_usd=None)
        found = spend_of(facts.write(store))
        assert found.costs is None
        assert unpriced_range(found.total, found.costs).high_usd is None
        assert headline(found) == "What was spent is not known: the only call has no known cost"
        frame = spend_frame(found)
        assert frame["known_usd"].null_count() == frame.height
        assert frame["total_high_usd"].null_count() == frame.height

    def test_the_same_call_is_worth_the_same_under_every_filter(self, store: Store) -> None:
        facts = Facts()
        priced(facts, HAIKU, 20, 2_000, 1_000, project="intranet")
        facts.call(route=GROK, cost_micro_usd=None, project="shop")
        facts.write(store)
        for chosen in (march(), march(project="shop"), march(route=GROK)):
            found = spend_of(store, chosen=chosen)
            assert found.total.high_micro_usd == 2_000

    def test_own_machines_and_routes_with_few_calls_set_no_limit(self, store: Store) -> None:
        facts = Facts()
        priced(facts, "ollama/qwen2.5-coder:32b", 30, 0, 1_000)
        priced(facts, SONNET, 19, 20_000, 2_000)
        with facts.write(store).reading() as connection:
            assert unit_costs(connection, MARCH) is None

    def test_how_each_part_is_known_is_said(self, store: Store) -> None:
        facts = Facts()
        facts.call(route=GROK, cost_micro_usd=None)
        facts.call(route=HAIKU)
        facts.call(route=SONNET)
        facts.call(route=SONNET, cost_micro_usd=None)
        facts.call(route="ollama/q", cost_micro_usd=0)
        found = spend_of(facts.write(store))
        assert {group.name: pricing_of(found, group) for group in found.groups} == {
            GROK: Pricing.UNPRICED, HAIKU: Pricing.PRICED, SONNET: Pricing.PARTIAL, "ollama/q": Pricing.SELF_HOSTED,
        }  # fmt: skip


class TestPerCompletedTask:
    def test_failed_tasks_are_paid_for_and_unknown_is_not_free(self, store: Store) -> None:
        facts = Facts()
        for day in range(1, 9):
            when = f"2026-03-{day:02}T10:00"
            facts.task(when, route=SONNET, known_cost_micro_usd=1_000_000)
            facts.task(when, "failed", route=SONNET, known_cost_micro_usd=500_000)
            facts.task(when, route=GROK, unpriced_call_count=1)
            facts.task(when, route="ollama/q")
            facts.call(when, route=SONNET)
            facts.call(when, route=GROK, cost_micro_usd=None)
        with facts.write(store).reading() as connection:
            found = per_completed_task(connection, march(), SpendBy.MODEL)
            frame = groups_frame(spend(connection, march(), AS_OF, Every.WEEK, SpendBy.MODEL), found)
        # (1.00 + 0.50) for each completed task, the same every day.
        assert found[SONNET].estimate.value == 1.5
        assert found[SONNET].estimate.interval == (1.5, 1.5)
        assert found[SONNET].completed == 8
        assert found[GROK].estimate.value is None
        assert found["ollama/q"].estimate.value is None
        assert frame.filter(frame["model"] == GROK)["share_of_known_rate"].to_list() == [None]


class TestSpikes:
    def test_three_dear_days_in_a_row_are_one_spike_with_its_excess_where_it_lies(self) -> None:
        usual = dict.fromkeys(range(100, 170), 1000000)
        shop = {**usual, 168: 10_000_000, 169: 12_000_000}
        (found,) = spikes({"shop": shop, "intranet": usual}, 160, 169)
        # 10 + 12 + 1 + 1 dollars against 2 a day; all of the excess of 20 dollars is shop's.
        assert (found.micro_usd, found.usual_micro_usd) == (24_000_000, 4_000_000)
        assert (found.group, found.group_share) == ("shop", 1.0)
        assert (found.last - found.first).days == 1

    def test_weekdays_are_compared_with_their_like(self) -> None:
        # Every seventh day costs ten times as much: that is usual for it.
        days = {day: 10_000_000 if day % 7 == 0 else 1_000_000 for day in range(100, 170)}
        assert spikes({"shop": days}, 156, 169) == ()

    def test_cents_and_too_short_a_past_do_not_stand_out(self) -> None:
        assert spikes({"a": {**dict.fromkeys(range(100, 170), 1_000), 169: 900_000}}, 160, 169) == ()
        assert spikes({"a": {**dict.fromkeys(range(150, 170), 1_000_000), 169: 90_000_000}}, 160, 169) == ()
        assert spikes({}, 160, 169) == ()

    def test_a_dear_day_is_told_in_the_title(self, store: Store) -> None:
        facts = Facts()
        for number in range(70):
            day = date(2026, 1, 5) + timedelta(days=number)
            facts.call(f"{day}T10:00", cost_micro_usd=50_000_000 if day == date(2026, 3, 11) else 1_000_000)
        found = spend_of(facts.write(store), SpendBy.PROJECT)
        assert over_time_words(found) == "Spend stood out on 11 Mar 2026: $50.00"
        assert parts_words(found) == "All of it is project shop"

    @pytest.mark.parametrize("by", SpendBy)
    @pytest.mark.parametrize(
        ("compared", "days"),
        [
            # Of the eight weeks before, 4 January to 28 February: none, some, all and more, some and others, no others.
            (None, 0),
            (Period(date(2026, 2, 9), date(2026, 2, 28)), 20),
            (Period(date(2026, 1, 1), date(2026, 3, 5)), 64),
            (Period(date(2026, 1, 1), date(2026, 1, 10)), 10),
            (Period(date(2026, 2, 20), date(2026, 3, 5)), 14),
            (Period(date(2025, 12, 1), date(2025, 12, 5)), 5),
        ],
    )
    def test_what_is_usual_does_not_depend_on_what_is_compared(
        self, store: Store, by: SpendBy, compared: Period | None, days: int
    ) -> None:
        facts = Facts()
        for number in range(115):
            day = date(2025, 11, 20) + timedelta(days=number)
            dear = day == date(2026, 3, 11)
            for route in (SONNET, HAIKU):
                facts.call(f"{day}T10:00", route=route, cost_micro_usd=50_000_000 if dear else 1_000_000)
        compare = Compare.NONE if compared is None else Compare.DATES
        chosen = make_filter(AS_OF, custom=MARCH, compare=compare, other=compared)
        found = spend_of(facts.write(store), by, chosen=chosen)
        (spike,) = found.spikes
        assert (spike.first, spike.last) == (date(2026, 3, 11), date(2026, 3, 11))
        # Two calls a day.
        assert (spike.micro_usd, spike.usual_micro_usd) == (100_000_000, 2_000_000)
        assert found.before == (None if compared is None else Amount(2 * days, 0, 2_000_000 * days))
        if compared is not None:
            assert total_amount(group.before or Amount() for group in found.groups) == found.before


class TestBills:
    def test_only_calls_with_both_costs_count_and_the_worst_comes_first(self, store: Store) -> None:
        facts = Facts()
        for day in range(1, 11):
            when = f"2026-03-{day:02}T10:00"
            both = {"reported_cost_micro_usd": 120_000, "computed_cost_micro_usd": 100_000}
            facts.call(when, route=SONNET, **both)
            facts.call(when, route=HAIKU, reported_cost_micro_usd=50_000, computed_cost_micro_usd=50_000)
            facts.call(when, route=GROK, reported_cost_micro_usd=70_000)
            facts.call(when, route=SONNET, is_counted=False, **both)
        with facts.write(store).reading() as connection:
            found = discrepancies(connection, march())
        assert [route.route for route in found.routes] == [SONNET, HAIKU]
        worst = found.routes[0]
        # 10 x (0.12 - 0.10), a fifth more than 1.00.
        assert worst.calls == 10
        assert worst.difference_usd == pytest.approx(0.2)
        assert worst.relative == pytest.approx(0.2)
        assert worst.interval == pytest.approx((0.2, 0.2))
        assert worst.counts == "reported"
        assert discrepancy_words(found) == f"{SONNET} is reported 20.0 % more than tokens times price: +$0.20"
        assert discrepancy_frame(found)["n_count"].to_list() == [10, 10]
        assert found.calls == 20

    def test_all_days_are_compared_also_where_one_of_them_has_calls_of_which_either_cost_counts(
        self, store: Store
    ) -> None:
        facts = Facts()
        both = {"reported_cost_micro_usd": 120_000, "computed_cost_micro_usd": 100_000, "cost_micro_usd": 120_000}
        for day in range(1, 19):
            for number in range(20):
                facts.call(f"2026-03-{day:02}T{number:02}:00", project="shop", **both)
                facts.call(f"2026-03-{day:02}T{number:02}:30", project="blog", **both)
        # One call of which nobody would know from the sums of its day which of its costs counts.
        facts.call("2026-03-09T10:00", project="shop", **both | {"cost_basis": "computed", "cost_micro_usd": 100_000})
        with facts.write(store).reading() as connection:
            (whole,) = discrepancies(connection, march()).routes
            (shop,) = discrepancies(connection, march(project="shop")).routes
            (classless,) = discrepancies(connection, march(task_class=NONE_NAME)).routes
        assert (whole.calls, whole.reported_counts) == (721, 720)
        assert (shop.calls, shop.reported_counts) == (361, 360)
        assert classless == whole
        assert (whole.difference_usd, shop.difference_usd) == pytest.approx((721 * 0.02, 361 * 0.02))
        assert shop.interval == pytest.approx((0.2, 0.2))

    def test_calls_of_one_cost_beside_calls_of_both_change_nothing(self, store: Store) -> None:
        facts = Facts()
        both = {"route": SONNET, "reported_cost_micro_usd": 120_000, "computed_cost_micro_usd": 100_000}
        for day in range(1, 4):
            when = f"2026-03-{day:02}T10:00"
            # What counts is what is reported; beside it is one of unknown cost.
            facts.call(when, cost_micro_usd=120_000, **both)
            facts.call(when, cost_micro_usd=None, route=SONNET)
        when = "2026-03-04T10:00"
        # One is only reported, of another the computed cost counts.
        facts.call(when, cost_micro_usd=120_000, **both)
        facts.call(when, route=SONNET, reported_cost_micro_usd=70_000, cost_micro_usd=70_000)
        computed = {"reported_cost_micro_usd": 0, "computed_cost_micro_usd": 90_000, "cost_basis": "computed"}
        facts.call(when, route=SONNET, cost_micro_usd=90_000, **computed)
        with facts.write(store).reading() as connection:
            (found,) = discrepancies(connection, march()).routes
        # 4 x 0.12 and 0 reported, 4 x 0.10 and 0.09 computed.
        assert (found.calls, found.reported_counts) == (5, 4)
        assert (found.reported_usd, found.computed_usd) == pytest.approx((0.48, 0.49))
        assert found.counts == "reported for 4, computed for the others"

    def test_without_a_gateway_there_is_nothing_to_compare(self, store: Store) -> None:
        facts = Facts()
        facts.call(computed_cost_micro_usd=500_000, cost_basis="computed")
        with facts.write(store).reading() as connection:
            found = discrepancies(connection, march())
        assert discrepancy_words(found) == "No call has both a reported and a computed cost"

    def test_only_as_many_of_the_newest_days_are_read_as_can_be(self, store: Store) -> None:
        facts = Facts()
        for day in range(1, 11):
            facts.call(f"2026-03-{day:02}T10:00")
            facts.call(f"2026-03-{day:02}T11:00")
        with facts.write(store).reading() as connection:
            counts = counts_by_day(connection, march(), "call_daily", "call_count")
            assert newest_days(counts, MARCH, most=20) == MARCH
            assert newest_days(counts, MARCH, most=6) == Period(date(2026, 3, 8), MARCH.last)
            # One day is read whatever it holds.
            assert newest_days(counts, MARCH, most=1) == Period(date(2026, 3, 10), MARCH.last)
            none = counts_by_day(connection, march(project="none"), "call_daily", "call_count")
            assert newest_days(none, MARCH) is None


class TestUnattributed:
    def test_what_no_task_explains_is_told_by_cause(self, store: Store) -> None:
        facts = Facts()
        task = facts.task()
        facts.call(task_key=task, cost_micro_usd=6_000_000)
        facts.call("2026-03-03T10:00", cost_micro_usd=1_000_000)
        facts.call("2026-03-03T10:00", project=None, cost_micro_usd=2_000_000)
        facts.call("2026-03-03T10:00", project="nobody knows", cost_micro_usd=None)
        facts.call("2026-03-19T10:00", cost_micro_usd=1_000_000)
        facts.load(1, exported_at=at("2026-03-15"))
        with facts.write(store).reading() as connection:
            frame = unattributed(connection, march(), AS_OF)
        told = dict(zip(frame["may_be"].to_list(), frame["known_usd"].to_list(), strict=True))
        assert told == {
            MayBe.NO_PROJECT.value: 2.0, MayBe.OTHER.value: 1.0, MayBe.NOT_EXPORTED.value: 1.0,
            MayBe.NO_CHATS.value: None,
        }  # fmt: skip
        # 4 of 10 dollars.
        assert unattributed_words(frame) == "4 calls belong to no task: $4.00, 40.0 % of known spend"

    def test_the_parts_are_all_calls_without_a_task(self, store: Store) -> None:
        with year_of_facts(store, days=60).reading() as connection:
            chosen = make_filter(LAST_DAY, custom=Period(date(2026, 9, 1), date(2026, 11, 20)))
            frame = unattributed(connection, chosen, LAST_DAY)
            count = connection.execute(
                "SELECT count(*) FROM llm_call WHERE is_counted AND task_key IS NULL"
            ).fetchone()[0]
        assert int(frame["call_count"].sum()) == count


class TestTasksAndTokens:
    def test_the_dearest_come_first_a_page_at_a_time_with_the_tokens_of_their_calls(self, store: Store) -> None:
        facts = Facts()
        for number in range(25):
            task = facts.task(f"2026-03-02T10:{number:02}", known_cost_micro_usd=number * 1_000_000)
            facts.call(task_key=task, input_tokens=10 * number, cache_read_tokens=number, output_tokens=1)
            facts.call(task_key=task, input_tokens=5, output_tokens=1)
            facts.call(task_key=task, input_tokens=99_999, is_counted=False)
        facts.task("2026-03-03T10:00", call_count=1, unpriced_call_count=1)
        with facts.write(store).reading() as connection:
            assert task_days(connection, march(), MARCH.first, MARCH.last) == MARCH
            # The task of unknown cost is nowhere in a list by cost.
            assert task_count(connection, march(), MARCH.first, MARCH.last) == 25
            first = dearest_tasks(connection, march(), MARCH.first, MARCH.last, limit=20, offset=0)
            second = dearest_tasks(connection, march(), MARCH.first, MARCH.last, limit=20, offset=20)
            assert dearest_tasks(connection, march(project="x"), *MARCH_DAYS, limit=20, offset=0).height == 0
        assert first["known_usd"].to_list() == [float(number) for number in range(24, 4, -1)]
        assert second.height == 5
        assert (first["input_tokens"][0], first["cache_read_tokens"][0], first["output_tokens"][0]) == (245, 24, 2)

    def test_cache_share_is_of_input_and_unknown_where_no_cache_was_ever_reported(self, store: Store) -> None:
        facts = Facts()
        used = {"output_tokens": 50, "total_tokens": 1_050}
        facts.call(route=SONNET, input_tokens=1_000, cache_read_tokens=250, **used)
        facts.call(route=SONNET, cost_micro_usd=None)
        facts.call(route=HAIKU, input_tokens=1_000, **used)
        facts.call(route=GROK, cost_micro_usd=None)
        with facts.write(store).reading() as connection:
            frame = token_use(connection, march())
        rows = {row["route"]: row for row in frame.iter_rows(named=True)}
        assert rows[SONNET]["cache_read_rate"] == 0.25
        assert (rows[SONNET]["call_count"], rows[SONNET]["n_count"]) == (2, 1)
        assert rows[HAIKU]["cache_read_rate"] is None
        assert rows[GROK]["input_tokens"] is None
        # 250 of 2,000.
        assert token_words(frame) == "2,000 tokens sent, 100 received; 12.5 % of the sent ones were read from caches"


MARCH_DAYS = (MARCH.first, MARCH.last)


@pytest.mark.parametrize("named", [{}, {"project": "shop", "route": "a/b", "task_class": "fix"}])
def test_facts_are_read_by_index(store: Store, named: dict[str, str]):
    facts = Facts()
    facts.call()
    facts.task()
    with facts.write(store).reading() as connection:
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        # The filter selects rows of the rollups only without names; where they have none, no fact is asked for.
        task_count(connection, march(**named), *MARCH_DAYS)
        dearest_tasks(connection, march(**named), *MARCH_DAYS, limit=20, offset=0)
        connection.set_trace_callback(None)
        plans = [row[3] for one in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {one}")]
    assert named or any("ix_task_cost" in step for step in plans)
    assert not [step for step in plans if step.startswith(("SCAN task", "SCAN llm_call")) and "_daily" not in step]


def test_a_period_without_calls_says_so(store: Store):
    found = spend_of(Facts().write(store))
    assert not found.has_calls
    assert headline(found) == "No call to a model in this period"
    assert isinstance(found, Spend)
    assert spend_frame(found).height > 0


@pytest.mark.parametrize("project", [None, "shop"])
@pytest.mark.parametrize(
    ("index_pays", "read_by"),
    [
        # From all days, whatever the page.
        (0, {"ix_task_requested_date"}),
        # Pages near an end of the index from there, as far as it pays to look; the others from their days.
        (4, {"ix_task_cost", "ix_task_requested_date"}),
        # All from the nearer end of the index.
        (1_000, {"ix_task_cost"}),
    ],
)
def test_the_dearest_tasks_are_the_same_along_the_index_of_costs_and_by_their_days(
    store: Store, monkeypatch: pytest.MonkeyPatch, project: str | None, index_pays: int, read_by: set[str]
):
    monkeypatch.setattr("dashboard.analysis.dearest_tasks._INDEX_PAYS", index_pays)
    facts = Facts()
    for number in range(400):
        # Costs repeat, so that ties are decided by the key; of every seventh task no call has a known cost.
        unpriced = int(number % 7 == 0)
        facts.task(
            f"2026-03-{1 + number % 20:02}T10:00", project="shop" if number % 3 else "intranet",
            known_cost_micro_usd=0 if unpriced else number % 50 * 1000, unpriced_call_count=unpriced,
        )  # fmt: skip
    facts.write(store)
    whole, short = (date(2026, 3, 1), date(2026, 3, 20)), (date(2026, 3, 2), date(2026, 3, 3))
    plans: list[str] = []
    with store.reading() as connection:
        for first, last in (whole, short):
            chosen = Filter(Period(first, last), project=project)
            priced = connection.execute(
                "SELECT printf('x%016x', task_key) FROM task WHERE call_count > unpriced_call_count "
                "AND requested_date BETWEEN ? AND ? AND (? IS NULL OR project = ?) "
                "ORDER BY known_cost_micro_usd DESC, task_key",
                (day_number(first), day_number(last), project, project),
            ).fetchall()
            assert task_count(connection, chosen, first, last) == len(priced)
            for offset in range(0, len(priced) + 20, 20):
                statements: list[str] = []
                connection.set_trace_callback(statements.append)
                page = dearest_tasks(connection, chosen, first, last, limit=20, offset=offset)
                connection.set_trace_callback(None)
                assert page["task_id"].to_list() == [key for (key,) in priced[offset : offset + 20]]
                plans += [row[3] for one in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {one}")]
    assert {index for index in ("ix_task_cost", "ix_task_requested_date") if any(index in step for step in plans)} == (
        read_by
    )


@pytest.mark.parametrize("offset", [0, 2, 24, 46, 48])
def test_tasks_that_all_cost_less_than_others_are_found_though_the_index_is_left_on_the_way(store: Store, offset: int):
    facts = Facts()
    for number in range(3_000):
        facts.task(f"2026-02-{1 + number % 28:02}T10:00", project="dear", known_cost_micro_usd=5_000)
    # In a store so large, it does not pay to look through the whole index for the tasks of such a day.
    for number in range(50):
        facts.task("2026-03-01T10:00", project="cheap", known_cost_micro_usd=number)
    with facts.write(store).reading() as connection:
        day = date(2026, 3, 1)
        page = dearest_tasks(connection, Filter(Period(day, day), project="cheap"), day, day, limit=2, offset=offset)
    assert page["known_usd"].to_list() == [(49 - offset) / 1e6, (48 - offset) / 1e6]


class TestCallsBehind:
    @pytest.mark.parametrize("calls", Calls)
    @pytest.mark.parametrize("named", [{}, {"project": "shop"}, {"task_class": "edit"}])
    def test_the_rows_are_as_many_as_the_rollup_counts(self, store: Store, calls: Calls, named: dict[str, str]):
        facts = Facts()
        costs = {"cost_micro_usd": 700, "reported_cost_micro_usd": 700, "computed_cost_micro_usd": 600}
        for number in range(50):
            task = facts.task(f"2026-03-{number % 20 + 1:02}T09:00") if number % 2 else None
            kinds = ({"cost_micro_usd": None}, {"cost_micro_usd": 500}, costs)[number % 3]
            facts.call(f"2026-03-{number % 20 + 1:02}T09:{number:02}", task_key=task, task_class="edit", **kinds)
        with facts.write(store).reading() as connection:
            chosen = march(**named)
            total = call_row_count(connection, chosen, calls)
            rows = pl.concat(list(call_listing(chosen, calls).parts(connection)))
            pages = [call_rows(connection, chosen, calls, limit=7, offset=offset) for offset in range(0, total, 7)]
        # 17 without a cost, 16 with two, 25 without a task.
        assert total == {Calls.UNPRICED: 17, Calls.TWO_COSTS: 16, Calls.UNATTRIBUTED: 25}[calls]
        assert rows.height == total
        assert pl.concat(pages).equals(rows)
        assert rows["started_at"].is_sorted(descending=True)


def test_tokens_that_nobody_tells_are_not_mended_by_a_price(store: Store):
    facts = Facts()
    facts.call(route="a/no-price", cost_micro_usd=None, input_tokens=900, output_tokens=100, total_tokens=1_000)
    facts.call(route="b/no-tokens", cost_micro_usd=None, total_tokens=None, input_tokens=None)
    for status in ("error", "cancelled"):
        facts.call(route="c/failed", cost_micro_usd=None, total_tokens=None, input_tokens=None, status=status)
    with facts.write(store).reading() as connection:
        said = unpriced_remedies(unpriced_routes(connection, march(), None))
    assert "the range of a/no-price a number, add the model to data/definitions/price_overrides.toml" in said
    assert (
        "Of 1 call that succeeded no file tells the tokens (b/no-tokens): a price cannot help there. Load what the "
        "gateway recorded of it."
    ) in said
    assert said.endswith(
        "Of 2 calls without tokens it is not known that the provider answered (c/failed): they may have cost nothing; "
        "only the provider's bill tells."
    )


def test_a_task_of_which_only_what_cost_nothing_is_known_has_no_known_cost(store: Store):
    facts = Facts()
    facts.task("2026-03-02T09:00", known_cost_micro_usd=0, call_count=2, unpriced_call_count=1)
    facts.task("2026-03-02T10:00", known_cost_micro_usd=0, call_count=1, unpriced_call_count=0)
    with facts.write(store).reading() as connection:
        frame = dearest_tasks(connection, march(), *MARCH_DAYS, limit=20, offset=0)
    assert sorted(frame["known_usd"].to_list(), key=str) == [0.0, None]
