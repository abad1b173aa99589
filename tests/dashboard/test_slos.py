"""The five objectives on few rows, with the arithmetic shown."""

from datetime import date

import pytest

from dashboard.analysis.figures import Fact, Figure, SloFigure, Standing, Verdict
from dashboard.analysis.filters import NONE_NAME, Compare, Filter, Period, make_filter
from dashboard.analysis.intervals import wilson
from dashboard.analysis.slos import daily_good_of_total, slo_figures
from data.store import Store
from fact_rows import Facts, at

AS_OF = at("2026-03-20T12:00")
MARCH = Period(date(2026, 3, 1), date(2026, 3, 20))


def march(**named: str) -> Filter:
    return make_filter(AS_OF, custom=MARCH, **named)


def figures(store: Store, chosen: Filter | None = None) -> dict[str, SloFigure]:
    with store.reading() as connection:
        return {found.slo.name: found for found in slo_figures(connection, chosen or march(), AS_OF)}


def fact(figure: Figure, label: str) -> Fact:
    return next(found for found in figure.beside if found.label == label)


def test_there_are_five_objectives_also_in_an_empty_store(store: Store) -> None:
    found = figures(store)
    assert list(found) == [
        "task_success",
        "diff_acceptance",
        "runtime_health",
        "provider_stability",
        "cost_efficiency",
    ]
    for figure in found.values():
        assert figure.main.value is None
        assert figure.rate.standing is Standing.NOT_MEASURED
        assert figure.rate.reason
        assert figure.rate.remedy


class TestTaskSuccess:
    def test_unknown_outcomes_stand_beside_and_do_not_count(self, store: Store) -> None:
        facts = Facts()
        for outcome, count in {"completed": 6, "failed": 2, "aborted": 1, "unknown": 3}.items():
            for _ in range(count):
                facts.task(outcome=outcome)
        rate = figures(facts.write(store))["task_success"].rate
        assert (rate.k, rate.n, rate.value) == (6, 9, 6 / 9)
        assert (rate.low, rate.high) == wilson(6, 9)
        assert fact(rate, "Outcome unknown").value == 3 / 12
        assert fact(rate, "Outcome unknown").is_warning
        assert (fact(rate, "Failed").value, fact(rate, "Aborted").value) == (2, 1)

    def test_only_unknown_outcomes_are_no_rate_of_zero(self, store: Store) -> None:
        facts = Facts()
        facts.task(outcome="unknown")
        rate = figures(facts.write(store))["task_success"].rate
        assert (rate.value, rate.low, rate.n) == (None, None, 0)
        assert rate.reason is not None
        assert "unknown outcome" in rate.reason

    def test_the_period_includes_its_first_and_last_day_and_nothing_else(self, store: Store) -> None:
        facts = Facts()
        for when in ("2026-02-28T23:59", "2026-03-01T00:00", "2026-03-20T23:59", "2026-03-21T00:00", None):
            facts.task(when)
        rate = figures(facts.write(store))["task_success"].rate
        assert rate.n == 2
        assert fact(rate, "Tasks without a time").value == 1

    @pytest.mark.parametrize(
        ("named", "expected"),
        [
            ({"project": "shop"}, 3),
            ({"project": NONE_NAME}, 1),
            ({"route": "openai/gpt-5"}, 1),
            ({"route": NONE_NAME}, 1),
            ({"route": "my/llm/qwen/3"}, 1),
            ({"route": "?/gpt-5?"}, 1),
            ({"task_class": "fix"}, 1),
            ({"project": "shop", "task_class": "edit", "route": "anthropic/claude-sonnet-4-5"}, 1),
            ({"project": "none such"}, 0),
        ],
    )
    def test_a_filter_selects_its_tasks(self, store: Store, named: dict[str, str], expected: int) -> None:
        facts = Facts()
        facts.task()
        facts.task(route="openai/gpt-5")
        facts.task(task_class="fix")
        facts.task(project=None, route=None)
        facts.task(project="wiki", task_class="feature", provider="my/llm", model="qwen/3")
        facts.task(project="wiki", task_class="feature", provider="?", model="gpt-5?")
        assert figures(facts.write(store), march(**named))["task_success"].rate.n == expected

    def test_a_clear_fall_is_worse(self, store: Store) -> None:
        facts = Facts()
        for _ in range(150):
            facts.task("2026-02-20T10:00")
            facts.task("2026-03-10T10:00", "completed" if _ % 3 else "failed")
        change = figures(facts.write(store))["task_success"].rate.change
        assert change is not None
        assert change.verdict is Verdict.WORSE
        assert change.before == 1
        assert change.difference == pytest.approx(-1 / 3)

    def test_without_comparison_there_is_no_change(self, store: Store) -> None:
        facts = Facts()
        facts.task()
        chosen = make_filter(AS_OF, custom=MARCH, compare=Compare.NONE)
        assert figures(facts.write(store), chosen)["task_success"].rate.change is None

    def test_the_series_has_a_point_a_day_gaps_are_null_and_the_last_day_is_provisional(self, store: Store) -> None:
        facts = Facts()
        facts.task("2026-03-02T10:00")
        facts.task("2026-03-02T11:00", "failed")
        facts.task("2026-03-20T10:00")
        series = figures(facts.write(store))["task_success"].rate.series
        assert len(series) == 20
        assert [(point.first.day, point.value, point.n) for point in series if point.value is not None] == [
            (2, 0.5, 2),
            (20, 1.0, 1),
        ]
        assert [point.first.day for point in series if point.is_provisional] == [20]

    def test_a_spotless_record_says_what_it_still_allows(self, store: Store) -> None:
        facts = Facts()
        for _ in range(5):
            facts.task()
        rate = figures(facts.write(store))["task_success"].rate
        assert fact(rate, "None bad; that still allows up to").value == pytest.approx(0.4507, abs=5e-5)
        assert rate.standing is Standing.CANNOT_TELL  # 5 of 5: from 56.6 % on


class TestDiffAcceptance:
    def test_only_days_older_than_the_window_count_and_the_rest_stands_beside(self, store: Store) -> None:
        facts = Facts()
        facts.patch("2026-03-02T10:00")
        facts.patch("2026-03-02T10:00", "2026-03-04")
        facts.patch("2026-03-12T23:59")  # that day ends 13 March 00:00, 7 days and 12 hours ago
        facts.patch("2026-03-13T00:00")  # that day ends 6 days and 12 hours ago
        facts.patch("2026-03-13T00:00", "2026-03-14")  # known to be undone, but its day is not mature
        rate = figures(facts.write(store))["diff_acceptance"].rate
        assert (rate.k, rate.n) == (2, 3)
        assert fact(rate, "Too young to tell").value == 2
        assert [(point.first.day, point.is_provisional) for point in rate.series if point.n] == [
            (2, False),
            (12, False),
            (13, True),
        ]

    def test_rejected_patches_are_decided_and_not_accepted_unfinished_ones_are_neither(self, store: Store) -> None:
        facts = Facts()
        facts.patch(decision="approved")
        facts.patch(decision="rejected")
        facts.patch(decision="pending")
        facts.patch(is_closed=False)
        rate = figures(facts.write(store))["diff_acceptance"].rate
        assert (rate.k, rate.n) == (1, 2)
        assert fact(rate, "Rejected").value == 1

    def test_what_a_person_accepted_is_told_from_what_was_applied(self, store: Store) -> None:
        facts = Facts()
        facts.patch(decision="approved", by="human")
        facts.patch(undone="2026-03-03", decision="edited", by="human")
        facts.patch(decision="auto_approved")
        facts.patch(undone="2026-03-03", rollback_evidence="git_revert")
        facts.patch()
        rate = figures(facts.write(store))["diff_acceptance"].rate
        assert fact(rate, "Kept, of those that a person accepted").value == 1 / 2
        assert fact(rate, "Kept, of those accepted without a person").value == 2 / 3
        assert fact(rate, "Rolled back by a rewind").value == 1
        assert fact(rate, "Rolled back by a git revert").value == 1
        assert (rate.k, rate.n) == (3, 5)

    def test_only_young_patches_are_not_measured_yet(self, store: Store) -> None:
        facts = Facts()
        facts.patch("2026-03-19T10:00")
        rate = figures(facts.write(store))["diff_acceptance"].rate
        assert rate.value is None
        assert rate.reason == "all 1 patches are too young: they can still be rolled back"

    def test_patches_are_judged_from_the_newest_chat_export_and_other_sources_let_none_mature(
        self, store: Store
    ) -> None:
        facts = Facts()
        facts.patch("2026-03-01T10:00")
        facts.load(1, exported_at=at("2026-03-02T12:00"), last_record_at=at("2026-03-01T10:00"))
        facts.load(2, kind="litellm_spend", last_record_at=at("2026-04-02T10:00"))
        facts.call("2026-04-02T10:00")
        with facts.write(store).reading() as connection:
            chosen = make_filter(at("2026-04-02T10:00"), custom=MARCH)
            found = {figure.slo.name: figure for figure in slo_figures(connection, chosen, at("2026-04-02T10:00"))}
            days = [slo.name for _, slo, _, _ in daily_good_of_total(connection, chosen, at("2026-04-02T10:00"))]
        rate = found["diff_acceptance"].rate
        assert (rate.value, rate.n, fact(rate, "Too young to tell").value) == (None, 0, 1)
        assert fact(rate, "Judged from the chat export of").value == "2026-03-02"
        assert "diff_acceptance" not in days

    def test_a_chat_export_a_month_later_lets_patches_mature(self, store: Store) -> None:
        facts = Facts()
        facts.patch("2026-03-01T10:00")
        facts.load(1, exported_at=at("2026-03-02T12:00"))
        facts.load(2, kind="bolt_chat", exported_at=at("2026-04-02T10:00"))
        rate = figures(facts.write(store))["diff_acceptance"].rate
        assert (rate.k, rate.n) == (1, 1)
        assert fact(rate, "Judged as of the newest record").value == "2026-03-20"  # as_of comes before the export

    def test_an_export_without_a_date_reaches_to_its_newest_message(self, store: Store) -> None:
        facts = Facts()
        facts.patch("2026-03-01T10:00")
        facts.load(1, last_record_at=at("2026-03-08T23:59"))
        assert figures(facts.write(store))["diff_acceptance"].rate.n == 0  # 1 March ends 6.99 days before
        facts = Facts()
        facts.load(2, last_record_at=at("2026-03-09"))
        assert figures(facts.write(store))["diff_acceptance"].rate.n == 1

    def test_an_undoing_between_exports_far_apart_is_said(self, store: Store) -> None:
        facts = Facts()
        facts.patch("2026-03-02T10:00", "2026-03-15", rolled_back_after=at("2026-03-03"))
        rate = figures(facts.write(store))["diff_acceptance"].rate
        assert (rate.k, rate.n) == (1, 1)
        assert fact(rate, "Rolled back at an unknown time").value == 1


class TestRuntimeHealth:
    def test_proposals_alone_are_not_measured_and_say_what_to_do(self, store: Store) -> None:
        facts = Facts()
        facts.command(status=None)
        found = figures(facts.write(store))["runtime_health"]
        for figure in (found.rate, found.headline):
            assert figure is not None
            assert figure.value is None
            assert figure.reason is not None
            assert figure.reason.startswith("only proposals are known: 1 commands")
            assert figure.remedy

    def test_the_median_leaves_timeouts_out_and_the_rate_counts_them_as_bad(self, store: Store) -> None:
        facts = Facts()
        for seconds in (1, 2, 3, 4, 5, 6, 40):
            facts.command(ms=seconds * 1000)
        facts.command(status="timeout", ms=60_000)
        facts.command(status=None)
        found = figures(facts.write(store))["runtime_health"]
        assert (found.rate.k, found.rate.n) == (6, 8)  # 40 s and the timeout are bad
        assert found.headline is not None
        assert found.headline.n == 7
        assert found.headline.value == pytest.approx(4.0, rel=0.01)
        assert found.headline.low == pytest.approx(1.0, rel=0.01)  # ranks 1 and 7 of 7
        assert found.headline.high == pytest.approx(40.0, rel=0.01)
        assert fact(found.rate, "Timed out").value == 1 / 8
        assert fact(found.rate, "Only proposed").value == 1

    def test_a_median_of_few_runs_has_no_interval(self, store: Store) -> None:
        facts = Facts()
        facts.command(ms=2000)
        headline = figures(facts.write(store))["runtime_health"].headline
        assert headline is not None
        assert headline.value == pytest.approx(2.0, rel=0.01)
        assert (headline.low, headline.high) == (None, None)
        assert headline.reason == "too few runs for an interval"


class TestProviderStability:
    def test_each_attempt_counts_and_stopped_calls_are_no_errors(self, store: Store) -> None:
        facts = Facts()
        for status in ("success", "success", "cancelled", "unknown", "error"):
            facts.call(status=status)
        facts.call(status="error", is_counted=False)
        rate = figures(facts.write(store))["provider_stability"].rate
        # Of five calls that count, the end of four is known, and three of these are without an error.
        assert (rate.k, rate.n) == (3, 4)
        assert fact(rate, "Error: timeout").value == 1
        assert fact(rate, "End unknown").value == 1 / 5
        assert fact(rate, "Cancelled").value == 1

    def test_calls_of_which_nobody_says_how_they_ended_are_no_rate(self, store: Store) -> None:
        facts = Facts()
        facts.call(status="unknown")
        facts.call(status="unknown")
        rate = figures(facts.write(store))["provider_stability"].rate
        assert (rate.value, rate.n) == (None, 0)
        assert rate.reason == "of 2 calls no file says how they ended"

    @pytest.mark.parametrize("named", [{}, {"project": "shop"}, {"task_class": "edit"}])
    def test_the_routes_add_up_to_the_whole(self, store: Store, named: dict[str, str]) -> None:
        facts = Facts()
        words = {"s": "success", "e": "error", "u": "unknown"}
        for route, ends in {"openai/gpt-5": "sseu", "anthropic/claude-sonnet-4-5": "ss", None: "e"}.items():
            for end in ends:
                facts.call(status=words[end], route=route, task_class="edit")
        found = figures(facts.write(store), march(**named))["provider_stability"]
        assert [part.label for part in found.parts] == ["openai/gpt-5", "anthropic/claude-sonnet-4-5", NONE_NAME]
        assert sum(part.figure.n for part in found.parts) == found.rate.n == 6
        assert sum(part.figure.k or 0 for part in found.parts) == found.rate.k == 4
        assert fact(found.parts[0].figure, "Error: timeout").value == 1

    def test_errors_of_openrouter_calls_are_said_to_be_a_lower_bound(self, store: Store) -> None:
        facts = Facts()
        facts.call()
        rate = figures(facts.write(store))["provider_stability"].rate
        assert not any(beside.label.startswith("Errors a lower bound") for beside in rate.beside)
        facts = Facts()
        for number in range(2):
            facts.call(source="openrouter", llm_call_key=100 + number, route="openrouter/openai/gpt-5")
        rate = figures(facts.write(store))["provider_stability"].rate
        assert fact(rate, "Errors a lower bound for").value == 2
        assert "leaves most failed calls out" in (fact(rate, "Errors a lower bound for").note or "")

    def test_retries_inside_the_gateway_are_said(self, store: Store) -> None:
        facts = Facts()
        facts.call(retry_count=3)
        rate = figures(facts.write(store))["provider_stability"].rate
        assert rate.n == 1
        assert fact(rate, "Retries inside the gateway").value == 3


class TestCostEfficiency:
    def test_spend_of_failed_tasks_is_borne_by_the_completed_ones(self, store: Store) -> None:
        facts = Facts()
        facts.task(known_cost_micro_usd=1_000_000)
        facts.task(known_cost_micro_usd=4_000_000)
        facts.task(outcome="failed", known_cost_micro_usd=3_000_000)
        found = figures(facts.write(store))["cost_efficiency"]
        assert found.headline is not None
        assert found.headline.value == 4.0  # (1 + 4 + 3) / 2
        assert found.headline.n == 2
        assert (found.rate.k, found.rate.n) == (1, 2)  # 4 USD is above the task budget of 3 USD
        assert fact(found.headline, "Median cost of a completed task").value == pytest.approx(2.5, rel=0.01)
        assert found.headline.reason is not None  # one day is too few for an interval
        assert (found.headline.low, found.headline.high) == (None, None)

    def test_days_give_an_interval_that_holds_the_value(self, store: Store) -> None:
        facts = Facts()
        for day in range(1, 13):
            facts.task(f"2026-03-{day:02d}T10:00", known_cost_micro_usd=500_000 + 100_000 * (day % 4))
        headline = figures(facts.write(store))["cost_efficiency"].headline
        assert headline is not None
        assert headline.value == pytest.approx(0.65)  # mean of 0.6, 0.7, 0.8 and 0.5
        assert headline.low is not None
        assert headline.high is not None
        assert 0.5 < headline.low < 0.65 < headline.high < 0.8

    def test_unpriced_calls_make_a_lower_bound_with_a_range(self, store: Store) -> None:
        facts = Facts()
        facts.task(known_cost_micro_usd=1_000_000, call_count=2, unpriced_call_count=1)
        facts.task(known_cost_micro_usd=1_000_000)
        facts.call(cost_micro_usd=1_000_000)
        facts.call(cost_micro_usd=1_000_000)
        facts.call(cost_micro_usd=None)
        headline = figures(facts.write(store))["cost_efficiency"].headline
        assert headline is not None
        assert headline.value == 1.0  # 2 / 2, a lower bound
        unpriced = fact(headline, "Unpriced calls")
        assert (unpriced.value, unpriced.is_warning) == (1, True)
        assert unpriced.note is not None
        assert "lower bound" in unpriced.note
        assert fact(headline, "Spend is a lower bound; at most about").value == 1.5  # (2 + 1 call at 1 USD) / 2

    def test_spend_of_which_nothing_is_known_is_not_zero(self, store: Store) -> None:
        facts = Facts()
        facts.task(unpriced_call_count=1)
        found = figures(facts.write(store))["cost_efficiency"]
        assert found.main.value is None
        assert found.main.reason == "no completed task has a known cost"

    def test_without_a_completed_task_there_is_no_ratio(self, store: Store) -> None:
        facts = Facts()
        facts.task(outcome="failed", known_cost_micro_usd=5)
        main = figures(facts.write(store))["cost_efficiency"].main
        assert (main.value, main.reason) == (None, "no task was completed in this period")
        # A price would not help.
        assert main.remedy == "Choose a longer period; task success says how the tasks ended."

    @staticmethod
    def self_hosted(facts: Facts, count: int, when: str = "2026-03-02T10:00") -> None:
        for _ in range(count):
            task = facts.task(when, route="ollama/qwen")
            facts.call(when, task_key=task, route="ollama/qwen", cost_micro_usd=0, cost_basis="self_hosted")

    def test_self_hosted_tasks_alone_are_not_measured_rather_than_free(self, store: Store) -> None:
        facts = Facts()
        self.self_hosted(facts, 3)
        self.self_hosted(facts, 2, "2026-02-20T10:00")  # the compared period
        facts.call(status="error", cost_micro_usd=0, task_key=1)  # a gateway reports 0 for a failed call
        found = figures(facts.write(store))["cost_efficiency"]
        assert found.headline is not None
        for figure in (found.headline, found.rate):
            assert (figure.value, figure.standing) == (None, Standing.NOT_MEASURED)
            assert figure.reason is not None
            assert "self-hosted" in figure.reason
            assert figure.change is not None
            assert figure.change.before is None
        assert found.rate.n == 0
        assert fact(found.headline, "Completed on self-hosted routes").value == 3
        assert fact(found.headline, "Known spend of all tasks").value is None
        assert fact(found.headline, "Median cost of a completed task").value is None
        with store.reading() as connection:
            assert "cost_efficiency" not in {
                slo.name for _, slo, _, _ in daily_good_of_total(connection, march(), AS_OF)
            }

    def test_self_hosted_tasks_among_others_are_told(self, store: Store) -> None:
        facts = Facts()
        self.self_hosted(facts, 3)
        task = facts.task(known_cost_micro_usd=2_000_000)
        facts.call(task_key=task, cost_micro_usd=2_000_000)
        found = figures(facts.write(store))["cost_efficiency"]
        assert found.headline is not None
        assert found.headline.value == 0.5  # 2 / (3 + 1)
        assert fact(found.headline, "Completed on self-hosted routes").value == 3
        hosted = figures(store, march(route="ollama/qwen"))["cost_efficiency"]
        paid = figures(store, march(route="anthropic/claude-sonnet-4-5"))["cost_efficiency"]
        assert (hosted.main.value, paid.main.value) == (None, 2.0)
        assert not [found for found in paid.main.beside if "self-hosted" in found.label]

    def test_a_self_hosted_route_with_a_price_of_its_own_is_measured(self, store: Store) -> None:
        facts = Facts()
        task = facts.task(route="ollama/qwen", known_cost_micro_usd=40_000)
        facts.call(task_key=task, route="ollama/qwen", cost_micro_usd=40_000, cost_basis="computed")
        found = figures(facts.write(store))["cost_efficiency"]
        assert (found.main.value, found.rate.k, found.rate.n) == (0.04, 1, 1)

    def test_a_model_that_costs_nothing_elsewhere_is_free(self, store: Store) -> None:
        facts = Facts()
        task = facts.task(route="openrouter/qwen:free")
        facts.call(task_key=task, route="openrouter/qwen:free", cost_micro_usd=0, cost_basis="computed")
        assert figures(facts.write(store))["cost_efficiency"].main.value == 0

    def test_spend_that_belongs_to_no_task_is_said(self, store: Store) -> None:
        facts = Facts()
        facts.call(cost_micro_usd=250_000)
        facts.call(cost_micro_usd=750_000, task_key=1)
        headline = figures(facts.write(store))["cost_efficiency"].headline
        assert headline is not None
        assert fact(headline, "Unattributed spend").value == 0.25


@pytest.mark.parametrize("named", [{}, {"project": "shop"}, {"route": "openai/gpt-5"}, {"task_class": "edit"}])
def test_the_days_sum_up_to_the_figures(store: Store, named: dict[str, str]) -> None:
    facts = Facts()
    for day in range(1, 21):
        when = f"2026-03-{day:02d}T10:00"
        for route in ("openai/gpt-5", "anthropic/claude-sonnet-4-5"):
            task = facts.task(
                when, "completed" if day % 4 else "failed", route=route, known_cost_micro_usd=day * 400_000
            )
            facts.patch(when, None if day % 5 else "2026-03-21", task_key=task, route=route)
            facts.call(when, "error" if day % 7 == 0 else "success", route=route, task_class="edit")
            facts.command(when, ms=day * 2000, task_key=task)
    chosen = march(**named)
    found = figures(facts.write(store), chosen)
    with store.reading() as connection:
        days = list(daily_good_of_total(connection, chosen, AS_OF))
    for name, figure in found.items():
        summed = [(good, total) for _, slo, good, total in days if slo.name == name]
        assert (sum(good for good, _ in summed), sum(total for _, total in summed)) == (figure.rate.k, figure.rate.n)
        assert figure.rate.n > 0
        assert sum(point.n for point in figure.rate.series if not point.is_provisional) <= figure.rate.n
