"""Routes compared: standardised figures, the planted mix effect, a reversal, ties, the frontier, and the words."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from dashboard.analysis.bootstrap import ratio_over_days
from dashboard.analysis.figures import Verdict
from dashboard.analysis.filters import Compare, Filter, Period
from dashboard.analysis.frontier import outdone_by, plane
from dashboard.analysis.route_changes import changes_frame, changes_words, route_changes
from dashboard.analysis.route_comparison import Effect, Quality, compare, pairs_of
from dashboard.analysis.route_costs import Pricing
from dashboard.analysis.route_frames import cost_frame, pair_frame, plane_frame, quality_frame, use_frame
from dashboard.analysis.route_table import RouteTable, route_table
from dashboard.analysis.route_words import (
    cost_words,
    frontier_words,
    headline,
    pair_words,
    quality_words,
    range_words,
    use_words,
    value_words,
)
from dashboard.analysis.route_work import RouteWork
from dashboard.exports import Selection, write_csv
from data.store import Store
from etl.demo import write_demo
from fact_rows import Facts, at
from route_facts import AS_OF, CHOSEN, EASY_ROUTE, FLASH, HAIKU, HARD_ROUTE, SONNET, TEAM, add_tasks


def table_of(facts: Facts, store: Store) -> RouteTable:
    facts.write(store)
    with store.reading() as connection:
        return route_table(connection, CHOSEN, AS_OF)


@pytest.fixture
def planted(store: Store) -> RouteTable:
    """The demo's planted mix: an easy and a hard route beside the team's main one."""
    facts = Facts()
    add_tasks(facts, SONNET, TEAM, with_patches=True)
    add_tasks(facts, FLASH, EASY_ROUTE, micro_usd=20_000, with_patches=True)
    add_tasks(facts, HAIKU, HARD_ROUTE, micro_usd=60_000, with_patches=True)
    return table_of(facts, store)


def works(**counts: dict[str, tuple[int, int]]) -> dict[str, RouteWork]:
    return {name: RouteWork(name, False, success=dict(found)) for name, found in counts.items()}


class TestMixEffect:
    def test_the_better_looking_route_is_named_as_a_mix_effect(self, planted: RouteTable):
        (pair,) = planted.comparisons[Quality.SUCCESS].misleading
        assert (pair.leader, pair.other, pair.effect, pair.better) == (FLASH, HAIKU, Effect.MIX, None)
        assert (pair.leader_counts, pair.other_counts) == ((115, 120), (175, 194))
        words = pair_words(pair, Quality.SUCCESS)
        # 115/120 - 175/194 = 5.6 points
        assert words.startswith(
            f"{FLASH} looks better than {HAIKU} on task success: 95.8 % of 120 against 90.2 % of 194"
        )
        assert f"a mix effect: {FLASH} has the easier tasks" in words
        assert "+5.6 pp" in words

    def test_within_the_classes_nothing_is_left_of_the_lead(self, planted: RouteTable):
        (pair,) = planted.comparisons[Quality.SUCCESS].misleading
        assert pair.pooled is not None
        assert abs(pair.pooled.value) < 0.01
        assert pair.mix.low > 0
        assert pair.mix.value + pair.pooled.value * pair.pooled.overlap == pytest.approx(pair.raw.value)

    def test_at_the_teams_mix_the_two_come_close(self, planted: RouteTable):
        flash, haiku = (planted.row(route) for route in (FLASH, HAIKU))
        assert flash is not None
        assert haiku is not None
        raw = [row.quality[Quality.SUCCESS].raw.value or 0 for row in (flash, haiku)]
        at_mix = [row.quality[Quality.SUCCESS].standardised for row in (flash, haiku)]
        assert at_mix[0] is not None
        assert at_mix[1] is not None
        assert abs(at_mix[0].value - at_mix[1].value) < abs(raw[0] - raw[1]) / 1.5
        # FLASH has three of seven classes: discuss 90, edit 210 and feature 198 of 734 tasks.
        assert at_mix[0].coverage == pytest.approx(498 / 734)
        assert at_mix[1].coverage == 1.0

    def test_what_the_demo_plants_is_a_mix_effect(self, tmp_path: Path):
        """As truth.json tells it: one person gives the easy classes to one route, and both lose alike in each class."""
        planted = write_demo(tmp_path, tasks=1500, days=365, until=date(2026, 11, 22)).truth["planted"]["easy_route"]
        counts = {
            planted[side]["route"]: {
                name: (of["completed"], of["counted"]) for name, of in planted[side]["by_class"].items()
            }
            for side in ("easy", "hard")
        }
        pair = pairs_of(counts)[0]
        assert (pair.leader, pair.effect) == (planted["easy"]["route"], Effect.MIX)

    def test_routes_that_share_few_tasks_leave_open_whether_it_is_the_mix(self):
        # 150 of 160 (94 %) against 160 of 200 (80 %), but only 10 and 40 tasks are of the class that both have.
        counts = {
            "easy": {"edit": (141, 150), "feature": (9, 10)},
            "hard": {"fix": (124, 160), "feature": (36, 40)},
        }
        pair = pairs_of(counts)[0]
        assert (pair.leader, pair.effect, pair.shared) == ("easy", Effect.UNCLEAR, ((9, 10), (36, 40)))
        words = pair_words(pair, Quality.SUCCESS)
        assert "only 10 of its 160 tasks, and 40 of 200 of hard, are of task classes that both have" in words
        assert "mix effect" not in words

    def test_a_reversal_within_a_few_shared_tasks_cannot_be_told(self):
        # 392 of 411 (95 %) against 310 of 341 (91 %); of the class that both have 2 of 11 and 39 of 41.
        counts = {
            "easy": {"edit": (390, 400), "feature": (2, 11)},
            "hard": {"fix": (271, 300), "feature": (39, 41)},
        }
        pair = pairs_of(counts)[0]
        assert pair.pooled is not None
        assert pair.raw.low > 0 > pair.pooled.high
        assert pair.effect is Effect.UNCLEAR
        assert "Simpson" not in pair_words(pair, Quality.SUCCESS)

    def test_a_lead_over_a_route_with_other_classes_alone_cannot_be_told(self):
        pair = pairs_of({"a": {"edit": (198, 200)}, "b": {"fix": (160, 200)}})[0]
        assert (pair.leader, pair.pooled, pair.effect) == ("a", None, Effect.UNCLEAR)
        assert "only 0 of its 200 tasks, and 0 of 200 of b, are of task classes that both have" in pair_words(
            pair, Quality.SUCCESS
        )

    def test_what_is_known_to_mislead_comes_before_what_cannot_be_told(self):
        counts = {
            # Each class goes alike on the first two; the third has a class of its own, and the best raw rate.
            "easy": {"edit": (270, 300), "feature": (25, 50)},
            "hard": {"edit": (45, 50), "feature": (150, 300)},
            "other": {"discuss": (990, 1000)},
        }
        found = compare(works(**counts), Quality.SUCCESS, [])
        assert [pair.effect for pair in found.misleading] == [Effect.MIX, Effect.UNCLEAR, Effect.UNCLEAR]

    def test_a_reversal_is_said_in_words(self):
        # Raw 0.83 against 0.66; in each class the other one is better by 5 and by 10 points.
        counts = {
            "easy": {"edit": (900, 1000), "feature": (100, 200)},
            "hard": {"edit": (190, 200), "feature": (600, 1000)},
        }
        pair = pairs_of(counts)[0]
        assert (pair.leader, pair.effect) == ("easy", Effect.REVERSED)
        words = pair_words(pair, Quality.SUCCESS)
        assert "reversal (Simpson): within the same task classes hard is clearly better" in words
        found = compare(works(**counts), Quality.SUCCESS, [])
        assert found.beaten == {"easy": ("hard",), "hard": ()}
        assert quality_words(found) == "hard is best on task success."

    def test_a_lead_within_classes_is_plain(self):
        pair = pairs_of({"good": {"edit": (95, 100)}, "bad": {"edit": (60, 100)}})[0]
        assert (pair.leader, pair.effect) == ("good", Effect.PLAIN)
        assert pair_words(pair, Quality.SUCCESS) == ""

    def test_routes_that_share_no_class_are_never_told_apart(self):
        found = compare(works(a={"edit": (99, 100)}, b={"fix": (10, 100)}), Quality.SUCCESS, ["a", "b"])
        assert found.pairs[0].pooled is None
        assert found.beaten == {"a": (), "b": ()}
        assert set(found.tie_marks.values()) == {"A"}


class TestTable:
    def test_figures_of_a_route_are_the_sums_of_its_tasks_and_calls(self, planted: RouteTable):
        row = planted.row(HAIKU)
        assert row is not None
        success, acceptance = row.quality[Quality.SUCCESS].raw, row.quality[Quality.ACCEPTANCE].raw
        assert (row.tasks, row.completed, success.k, success.n) == (194, 175, 175, 194)
        assert success.interval == pytest.approx(proportion_confint(175, 194, method="wilson"))
        # All patches are of 1 to 20 March, seen from 10 April; those of failed tasks were rolled back.
        assert (acceptance.k, acceptance.n) == (175, 194)
        # 194 tasks of 0.06 USD for 175 completed ones.
        assert row.cost.value == pytest.approx(194 * 0.06 / 175)
        assert row.figure.quality_per_usd == pytest.approx(175 / (194 * 0.06))
        assert (row.errors.k, row.errors.n, row.unpriced.k, row.fallback.k) == (0, 194, 0, 0)
        assert row.latency is not None
        assert row.latency.median == pytest.approx(2.02, abs=0.03)
        assert row.latency.measured_by == ("litellm",)

    def test_the_parts_add_up_to_the_whole_and_the_most_used_route_leads(self, planted: RouteTable):
        assert planted.reference == SONNET
        assert [row.route for row in planted.rows] == [SONNET, HAIKU, FLASH]
        assert sum(row.tasks for row in planted.rows) == 420 + 194 + 120
        for quality in Quality:
            for row in planted.rows:
                counts = quality.counts(planted.works[row.route])
                assert sum(n for _, n in counts.values()) == row.quality[quality].raw.n

    def test_young_patches_are_not_counted_and_tasks_are(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, {"edit": (20, 20)}, with_patches=True)
        facts.write(store)
        with store.reading() as connection:
            # Seen from noon of 15 March, patches of 1 to 7 March are older than 7 days: one each day.
            found = route_table(connection, CHOSEN, AS_OF.replace(month=3, day=15, hour=12))
        row = found.rows[0]
        assert (row.tasks, row.quality[Quality.ACCEPTANCE].raw.n) == (20, 7)

    @pytest.mark.parametrize(
        ("route", "micro_usd", "pricing"),
        [
            ("ollama/qwen", 0, Pricing.SELF_HOSTED),
            ("x/unpriced", None, Pricing.UNPRICED),
            ("x/free", 0, Pricing.UNPRICED),
        ],
    )
    def test_no_price_is_not_a_price_of_nothing(
        self, store: Store, route: str, micro_usd: int | None, pricing: Pricing
    ):
        facts = Facts()
        add_tasks(facts, route, {"edit": (18, 20)}, micro_usd=micro_usd)
        row = table_of(facts, store).rows[0]
        assert (row.pricing, row.cost.value, row.cost.interval) == (pricing, None, None)
        assert row.cost.reason

    def test_many_unpriced_calls_make_a_range_that_reaches_up(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, {"edit": (20, 20)}, micro_usd=100_000)
        add_tasks(facts, SONNET, {"edit": (20, 20)}, micro_usd=None)
        row = table_of(facts, store).rows[0]
        # 2 USD for 40 tasks at least; twice that if the unpriced half cost as much.
        assert (row.pricing, row.cost.value) == (Pricing.PARTIAL, None)
        assert row.cost.interval == pytest.approx((0.05, 0.1))

    def test_unknown_outcomes_are_beside_the_rate_not_in_it(self, store: Store):
        facts = Facts()
        facts.task("2026-03-02T10:00", "unknown")
        facts.task("2026-03-02T11:00", "aborted")
        row = table_of(facts, store).rows[0]
        assert (row.tasks, row.unknown, row.quality[Quality.SUCCESS].raw.n) == (2, 1, 1)

    def test_an_empty_store_has_no_routes(self, store: Store):
        found = table_of(Facts(), store)
        assert (found.rows, found.reference) == ((), None)
        assert quality_frame(found, Quality.SUCCESS).is_empty()
        assert plane(found, Quality.SUCCESS) == ()


class TestFrontier:
    def test_a_route_is_outdone_by_one_that_is_as_good_and_cheaper(self):
        routes = [
            ("dear", 0.95, 2.0),
            ("cheap", 0.95, 1.0),
            ("poor", 0.8, 0.5),
            ("worse", 0.7, 0.9),
            ("free", 0.9, None),
        ]
        assert outdone_by(routes) == {"dear": "cheap", "worse": "poor"}

    def test_equals_do_not_outdo_each_other(self):
        assert outdone_by([("a", 0.9, 1.0), ("b", 0.9, 1.0)]) == {}

    def test_the_plane_holds_the_compared_routes_with_the_unpriced_last(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, {"edit": (95, 100)}, micro_usd=200_000)
        add_tasks(facts, FLASH, {"edit": (90, 100)}, micro_usd=20_000)
        add_tasks(facts, HAIKU, {"edit": (45, 50)}, micro_usd=90_000)
        add_tasks(facts, "ollama/qwen", {"edit": (40, 40)}, micro_usd=0)
        add_tasks(facts, "x/rare", {"edit": (9, 9)})
        points = plane(table_of(facts, store), Quality.SUCCESS)
        assert [point.route for point in points] == [FLASH, HAIKU, SONNET, "ollama/qwen"]
        assert [point.is_efficient for point in points] == [True, False, True, False]
        assert [point.outdone_by for point in points] == [None, FLASH, None, None]
        assert (
            frontier_words(points, Quality.SUCCESS) == f"On the frontier of cost and task success: {FLASH} and {SONNET}"
        )
        assert plane_frame(points)["standardised_cost_per_completed_task_usd"].to_list()[-1] is None


class TestAtTheTeamsMix:
    def test_cost_and_value_are_weighted_like_the_rates(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, {"edit": (90, 100), "feature": (10, 20)}, micro_usd=200_000)
        add_tasks(facts, HAIKU, {"edit": (19, 20), "feature": (60, 100)}, micro_usd=100_000)
        row = table_of(facts, store).row(SONNET)
        assert row is not None
        assert row.cost_at_mix is not None
        assert row.per_dollar_at_mix is not None
        # The team has 120 edits and 120 features: 0.9 / 2 + 0.5 / 2 = 0.7 of its tasks are completed, for $0.20 each.
        assert row.cost_at_mix.value == pytest.approx(0.2 / 0.7)
        assert row.per_dollar_at_mix.value == pytest.approx(0.7 / 0.2)
        # As counted, 120 tasks of $0.20 completed 100.
        assert row.cost.value == pytest.approx(0.24)
        low, high = row.cost_at_mix.interval or (0, 0)
        assert 0 < low < row.cost_at_mix.value < high

    def test_a_single_class_costs_at_the_mix_what_it_costs(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, {"edit": (90, 100)}, micro_usd=200_000)
        row = table_of(facts, store).row(SONNET)
        assert row is not None
        assert row.cost_at_mix is not None
        assert row.cost_at_mix.value == pytest.approx(row.cost.value)

    def test_a_route_that_kept_nothing_may_still_keep_some(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, {"edit": (0, 100)}, micro_usd=200_000)
        row = table_of(facts, store).row(SONNET)
        assert row is not None
        assert row.cost_at_mix is None
        assert row.per_dollar_at_mix is not None
        # None of 100 for $20: at most 3.69 events (Poisson, two-sided 95 %).
        assert row.per_dollar_at_mix.interval == pytest.approx((0, 3.6889 / 20), rel=1e-4)


class TestWords:
    def test_a_route_that_is_behind_is_named_and_the_rest_tie(self, store: Store):
        facts = Facts()
        for route, completed in ((SONNET, 190), (FLASH, 189), (HAIKU, 130)):
            add_tasks(facts, route, {"edit": (completed, 200)})
        found = table_of(facts, store)
        assert headline(found).startswith(f"Clearly behind on task success: {HAIKU}; the other 2 tie.")
        assert "Most completed and kept tasks per dollar" in value_words(found)

    def test_few_tasks_say_how_many_more_would_tell(self):
        found = compare(works(a={"edit": (475, 500)}, b={"edit": (19, 20)}), Quality.SUCCESS, [])
        words = quality_words(found)
        assert words.startswith("Cannot tell yet which route is best on task success:")
        assert "more tasks on b would show a difference of 5 pp to a" in words

    def test_many_tasks_without_a_difference_tie(self):
        found = compare(works(a={"edit": (4750, 5000)}, b={"edit": (4751, 5000)}), Quality.SUCCESS, [])
        assert quality_words(found) == "No difference seen on task success: 2 routes tie."

    @pytest.mark.parametrize(
        ("counts", "said"),
        [
            ({}, "none has 10 tasks that count"),
            ({"a": {"edit": (9, 9)}}, "none has 10 tasks that count"),
            ({"a": {"edit": (10, 10)}, "b": {"edit": (1, 1)}}, "Only a has enough tasks to be judged"),
        ],
    )
    def test_too_little_is_said(self, counts: dict[str, dict[str, tuple[int, int]]], said: str):
        assert said in quality_words(compare(works(**counts), Quality.SUCCESS, []))

    def test_the_most_unusual_mix_is_named(self, planted: RouteTable):
        # 70 of 120 tasks of FLASH are edits; 210 of the team's 734 are.
        assert (
            use_words(planted) == f"{FLASH} has the most unusual mix of tasks: 58.3 % edit, against 28.6 % in the team"
        )


class TestFrames:
    def test_every_value_has_its_interval_and_n(self, planted: RouteTable):
        quality, cost, pairs = quality_frame(planted, Quality.SUCCESS), cost_frame(planted), pair_frame(planted)
        for name in ("success", "success_standardised", "success_shrunk"):
            assert {name, f"{name}_low", f"{name}_high"} <= set(quality.columns)
        assert {"success_n", "success_standardised_n", "covered_share_of_mix"} <= set(quality.columns)
        for name in ("quality_per_usd", "cost_per_completed_task_usd", "error", "median_latency_s"):
            assert {name, f"{name}_low", f"{name}_high"} <= set(cost.columns)
        assert pairs.height == 6  # 3 pairs, 2 qualities
        assert (pairs["raw_difference_low"] <= pairs["raw_difference"]).all()

    def test_shares_of_a_route_add_up_to_one(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, TEAM)
        add_tasks(facts, FLASH, EASY_ROUTE)
        facts.write(store)
        with store.reading() as connection:
            use = use_frame(connection, CHOSEN, AS_OF)
        sums = use.drop("task_class").group_by("route").sum()
        assert sums["share"].to_list() == pytest.approx([1.0, 1.0])
        assert sums["team_share"].to_list() == pytest.approx([1.0, 1.0])

    def test_the_export_has_the_figures_of_the_page(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, TEAM, with_patches=True)
        add_tasks(facts, FLASH, EASY_ROUTE, with_patches=True)
        row = next(row for row in table_of(facts, store).rows if row.route == FLASH)
        out = io.BytesIO()
        with store.reading() as connection:
            write_csv(connection, "routes", out, Selection(CHOSEN.period.first, CHOSEN.period.last), AS_OF)
        written = next(
            line for line in csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")) if line["route"] == FLASH
        )
        success, at_mix = row.quality[Quality.SUCCESS].raw, row.quality[Quality.SUCCESS].standardised
        assert at_mix is not None
        assert success.interval is not None
        assert written["task_success"] == repr(115 / 120)
        assert written["task_success_low"] == repr(success.interval[0])
        assert written["task_success_at_team_mix"] == repr(at_mix.value)
        # 120 tasks of 0.10 USD, 115 of them completed.
        assert written["cost_per_completed_task_usd"] == repr(12 / 115)
        assert (written["call_error_rate"], written["median_latency_s_low"] != "") == ("0.0", True)


AGAINST_FEBRUARY = Filter(
    Period(date(2026, 3, 1), date(2026, 3, 10)), compare=Compare.PREVIOUS,
    compared=Period(date(2026, 2, 1), date(2026, 2, 10)),
)  # fmt: skip


class TestChanges:
    def test_a_route_is_held_against_itself_in_the_compared_days(self, store: Store):
        facts = Facts()
        # FLASH completed 95 of 100 tasks before and 60 of 100 now, HAIKU 90 of 100 in both; only SONNET is new.
        for route, before, now in ((FLASH, 95, 60), (HAIKU, 90, 90), (SONNET, 0, 90)):
            for first, completed in ((date(2026, 2, 1), before), (date(2026, 3, 1), now)):
                for number in range(100 if completed else 0):
                    day = first + timedelta(days=number % 10)
                    outcome = "completed" if number < completed else "failed"
                    if number == 0:
                        # In no rate: nobody knows how it ended.
                        facts.task(f"{day}T10:30", route=route, outcome="unknown", known_cost_micro_usd=0)
                    facts.task(f"{day}T10:00", route=route, outcome=outcome, known_cost_micro_usd=100_000)
        facts.write(store)
        with store.reading() as connection:
            found = route_changes(connection, AGAINST_FEBRUARY, AS_OF)
        completed = {one.route: one for one in found if one.figure == "completed"}
        assert completed.keys() == {FLASH, HAIKU}
        low, high = confint_proportions_2indep(60, 100, 95, 100, method="newcomb")
        change = completed[FLASH].change
        assert (change.difference, change.low, change.high) == pytest.approx((-0.35, low, high))
        assert (change.verdict, completed[FLASH].is_clear) == (Verdict.WORSE, True)
        assert not completed[HAIKU].is_clear
        words = changes_words(found)
        # A completed task cost 10 / 95 dollars and costs 10 / 60 now.
        assert words == f"Clearly worse than in the compared days: {FLASH} (tasks completed, cost per completed task)"
        frame = changes_frame(found)
        flash = frame.filter(pl.col("route") == FLASH)
        assert flash["compared_value_rate"].to_list() == [0.95, None]
        assert flash["compared_value_usd"].to_list() == [None, pytest.approx(10 / 95)]

    @pytest.mark.parametrize(("unpriced", "figures"), [(0, {"completed", "cost"}), (30, {"completed"})])
    def test_costs_are_not_compared_where_many_calls_have_none(self, store: Store, unpriced: int, figures: set[str]):
        facts = Facts()
        for first in (date(2026, 2, 1), date(2026, 3, 1)):
            for number in range(100):
                day, known = first + timedelta(days=number % 10), number >= unpriced
                task = facts.task(
                    f"{day}T10:00", route=FLASH, known_cost_micro_usd=(100_000 + number) * known,
                    call_count=1, unpriced_call_count=int(not known),
                )  # fmt: skip
                facts.call(
                    f"{day}T10:00",
                    "unknown",
                    route=FLASH,
                    task_key=task,
                    cost_micro_usd=100_000 + number if known else None,
                )
        facts.write(store)
        with store.reading() as connection:
            assert {one.figure for one in route_changes(connection, AGAINST_FEBRUARY, AS_OF)} == figures

    def test_routes_that_are_written_alike_count_a_day_once(self, store: Store):
        facts = Facts()
        for number in range(40):
            # "openai/?" both ways; a day of the one is a day of the other.
            when = f"2026-03-{1 + number % 20:02}T10:00"
            for model in ("?", None):
                cost, about = 100_000 * (1 + number % 3), {"provider": "openai", "model": model}
                task = facts.task(when, task_class="edit", known_cost_micro_usd=cost, call_count=1, **about)
                facts.call(when, task_key=task, task_class="edit", cost_micro_usd=cost, **about)
        row = table_of(facts, store).rows[0]
        whole = [sum(100_000 * (1 + number % 3) * 2 for number in (day, day + 20)) / 1e6 for day in range(20)]
        assert row.figure.route == "openai/?"
        assert row.cost.interval == ratio_over_days(whole, [4] * 20).interval

    def test_classes_that_cost_nothing_have_no_ratio_and_are_held_against_none(self, store: Store):
        facts = Facts()
        for route, micro_usd in ((FLASH, 0), (SONNET, 50_000)):
            add_tasks(facts, route, {"edit": (55, 60)}, micro_usd=micro_usd)
            # So few of a class that they do not count in the mix; without them there is no spend of FLASH at all.
            for number in range(8):
                when, about = (
                    f"2026-03-{number + 1:02}T10:00",
                    {"route": route, "task_class": ("fix", "batch")[number % 2]},
                )
                task = facts.task(when, known_cost_micro_usd=100_000, call_count=1, **about)
                facts.call(when, task_key=task, cost_micro_usd=100_000, **about)
        found = table_of(facts, store)
        rows = {row.route: row for row in found.rows}
        assert rows[FLASH].per_dollar_at_mix is None
        assert rows[SONNET].per_dollar_at_mix is not None

    def test_patches_kept_are_those_of_days_that_can_be_judged(self, store: Store):
        facts = Facts()
        # FLASH kept 58 of 60 patches before and 30 of 60 now; those of the young days are not judged.
        for first, kept in ((date(2026, 2, 1), 58), (date(2026, 3, 1), 30)):
            for number in range(60):
                day = first + timedelta(days=number % 5)
                facts.patch(f"{day}T10:00", None if number < kept else f"{day}T12:00", route=FLASH)
        for number in range(40):
            facts.patch("2026-03-10T10:00", f"2026-03-10T{11 + number % 10}:00", route=FLASH)
        facts.write(store)
        with store.reading() as connection:
            (found,) = route_changes(connection, AGAINST_FEBRUARY, at("2026-03-14T12:00"))
        assert (found.figure, found.n, found.change.before_n) == ("kept", 60, 60)
        low, high = confint_proportions_2indep(30, 60, 58, 60, method="newcomb")
        change = found.change
        assert (change.difference, change.low, change.high) == pytest.approx((-28 / 60, low, high))
        assert changes_words((found,)) == f"Clearly worse than in the compared days: {FLASH} (patches kept)"

    def test_nothing_compared_is_nothing_said(self, planted: RouteTable, store: Store):
        with store.reading() as connection:
            assert route_changes(connection, CHOSEN.alone(), AS_OF) == ()


class TestTiesOfValue:
    def test_routes_that_cost_alike_share_a_letter_and_a_cheap_one_does_not(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, {"edit": (90, 100)}, micro_usd=200_000)
        add_tasks(facts, HAIKU, {"edit": (90, 100)}, micro_usd=200_000)
        add_tasks(facts, FLASH, {"edit": (90, 100)}, micro_usd=20_000)
        add_tasks(facts, "x/rare", {"edit": (9, 9)})
        found = table_of(facts, store)
        assert {row.route: row.value_ties for row in found.rows} == {
            FLASH: "A",
            SONNET: "B",
            HAIKU: "B",
            "x/rare": None,
        }
        assert found.best_value == (FLASH,)


class TestTitles:
    def test_the_range_leaves_out_a_route_with_few_classes_of_the_mix(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, {"edit": (90, 100), "feature": (80, 100)})
        add_tasks(facts, HAIKU, {"edit": (95, 100), "feature": (85, 100)})
        # FLASH has a class that 20 of 420 tasks are of.
        add_tasks(facts, FLASH, {"fix": (20, 20)})
        found = table_of(facts, store)
        # At 200 edits and 200 features of 420: 85 % and 90 %.
        assert range_words(found, Quality.SUCCESS) == (
            f"Task success lies between 85.0 % ({SONNET}) and 90.0 % ({HAIKU}) at the team's mix of tasks"
        )

    def test_the_cost_of_a_completed_task_is_told_from_the_cheapest_to_the_dearest_route(self, store: Store):
        facts = Facts()
        add_tasks(facts, SONNET, {"edit": (80, 100)}, micro_usd=400_000)
        add_tasks(facts, HAIKU, {"edit": (100, 100)}, micro_usd=250_000)
        # 0.40 / 0.8 and 0.25 / 1.
        assert cost_words(table_of(facts, store)) == (
            f"A completed task costs between $0.25 ({HAIKU}) and $0.50 ({SONNET}) at the team's mix of tasks"
        )
