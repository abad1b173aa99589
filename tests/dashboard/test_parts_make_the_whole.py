"""The parts of every figure add up to the whole under every grouping, on random facts.

A quantity is whatever a page shows as a count or an amount: it is asked once for everything, and once for each part
of a grouping. Rates follow from these counts, so that their parts are held together as well.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import product

import polars as pl
import pytest

from dashboard.analysis.as_of import day_number
from dashboard.analysis.breakdowns import By, breakdown
from dashboard.analysis.burn_rates import burn_table
from dashboard.analysis.cache_savings import cache_savings
from dashboard.analysis.control_plane import control_plane
from dashboard.analysis.cost_discrepancy import discrepancies
from dashboard.analysis.coverage import coverage
from dashboard.analysis.dearest_tasks import dearest_tasks, task_count, task_days
from dashboard.analysis.decisions_over_time import decisions_over_time, subjects_asked
from dashboard.analysis.error_budget import error_budget
from dashboard.analysis.filters import NONE_NAME, Compare, Filter, Period
from dashboard.analysis.price_effect import price_effect
from dashboard.analysis.reviewers import reviewer_load
from dashboard.analysis.route_fallbacks import asked_routes
from dashboard.analysis.route_frames import use_frame
from dashboard.analysis.route_table import route_table
from dashboard.analysis.second_reviewers import second_reviewers
from dashboard.analysis.selection import MEASURES, daily_histograms, daily_sums
from dashboard.analysis.slo_rows import slo_row_count, slo_rows
from dashboard.analysis.slos import daily_good_of_total
from dashboard.analysis.spend import SpendBy, spend
from dashboard.analysis.spend_month import month_spend
from dashboard.analysis.spend_parts import per_completed_task, unpriced_routes
from dashboard.analysis.strictness_counts import decided, total
from dashboard.analysis.survival import patch_survival
from dashboard.analysis.timeline_marks import timeline_marks
from dashboard.analysis.token_use import token_use
from dashboard.analysis.tool_decisions import tool_decisions
from dashboard.analysis.trend_buckets import Every
from dashboard.analysis.trends import slo_trends
from dashboard.analysis.unattributed import unattributed
from dashboard.analysis.waiting_now import waiting_now
from dashboard.analysis.what_if import move
from data.definitions import slos
from data.histogram import Histogram
from data.store import Store
from data.words import Actor, Decision, Subject
from fact_rows import Facts, at

AS_OF = at("2026-05-20T12:00")
PERIOD = Period(date(2026, 3, 1), date(2026, 4, 30))
WHOLE = Filter(PERIOD)
ROUTES = ("anthropic/claude-sonnet-4-5", "openai/gpt-5", "deepseek/deepseek-chat", None)
CLASSES = ("edit", "fix", "feature")
PROJECTS = ("shop", "crm", None)

Amounts = Mapping[str, float]


def random_facts(seed: int) -> Facts:
    """Facts of two months: every outcome, status, decision and zone, and rows without a project, route or day."""
    draw = random.Random(seed)
    facts = Facts()
    for _ in range(260):
        day = PERIOD.first + timedelta(days=draw.randrange(PERIOD.day_count))
        when = draw.choice([None, *[f"{day}T{draw.randrange(24):02}:00"] * 9])
        task_class, place = draw.choice(CLASSES), {"project": draw.choice(PROJECTS), "route": draw.choice(ROUTES)}
        cost = draw.choice([None, 0, draw.randrange(9_000_000)])
        task = facts.task(
            when, draw.choice(["completed", "failed", "aborted", "unknown"]), task_class=task_class,
            call_count=draw.choice([0, 1]), unpriced_call_count=int(cost is None), known_cost_micro_usd=cost or 0,
            **place,
        )  # fmt: skip
        sent = draw.randrange(300_000)
        used = {"input_tokens": sent, "output_tokens": draw.randrange(9_000), "total_tokens": sent + 1}
        used |= {
            "cache_read_tokens": draw.randrange(sent // 3 + 1),
            "cache_write_tokens": draw.randrange(sent // 3 + 1),
        }
        is_ours = draw.random() < 0.7
        facts.call(
            when, draw.choice(["success", "success", "error", "cancelled", "unknown"]),
            source=draw.choice(["litellm", "bolt_chat"]), task_key=task if is_ours else None,
            task_class=task_class if is_ours else None, cost_micro_usd=cost, is_counted=draw.random() < 0.9,
            latency_ms=draw.choice([None, draw.randrange(90_000)]), is_fallback=draw.choice([None, False, True]),
            requested_model=draw.choice(["gpt-5", "smart"]), reported_cost_micro_usd=cost,
            computed_cost_micro_usd=draw.choice([None, draw.randrange(9_000_000)]), **place,
            **draw.choice([{}, used, used]),
        )  # fmt: skip
        decision = draw.choice([None, "approved", "edited", "auto_approved", "rejected", "pending"])
        facts.patch(
            when, draw.choice([None, f"{day + timedelta(days=2)}", f"{day + timedelta(days=30)}"]), task_key=task,
            task_class=task_class, is_closed=draw.random() < 0.9, decision=decision,
            approver_count=draw.choice([None, 1, 2]), rework_kind=draw.choice([None, "fix_request"]),
            risk_zone=draw.choice(["authentication", "everything_else", None]), **place,
        )  # fmt: skip
        facts.command(
            when, draw.choice([None, "ok", "failed", "timeout", "cancelled"]),
            draw.choice([None, draw.randrange(60_000)]), task_key=task, task_class=task_class, project=place["project"],
        )  # fmt: skip
        facts.approval(
            when, draw.choice(["approved", "rejected", "pending"]), task_key=task, task_class=task_class,
            project=place["project"], actor=draw.choice(["human", "policy"]),
            subject=draw.choice(["tool_call", "command", "patch"]), decided_by=draw.choice([None, *"abcdef"]),
            waiting_ms=draw.choice([None, draw.randrange(10**7)]),
        )  # fmt: skip
    facts.load(1, last_record_at=AS_OF)
    return facts


@pytest.fixture(scope="module", params=[3, 8])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    return random_facts(request.param).write(Store(f"sqlite:///{tmp_path_factory.mktemp('parts') / 'parts.db'}"))


def _measures(connection, chosen: Filter) -> Amounts:
    sums = daily_sums(connection, chosen, chosen.period)
    return {name: sums.total(name) for name in MEASURES}


def _histograms(connection, chosen: Filter) -> Amounts:
    found: dict[str, float] = {}
    for table, column in (("task_daily", "cost_histogram"), ("command_daily", "duration_histogram")):
        by_day = daily_histograms(connection, chosen, chosen.period, table, column)
        found[column] = Histogram.merged(blob for blobs in by_day.values() for blob in blobs).n
    return found


def _objectives(connection, chosen: Filter) -> Amounts:
    found: Counter[str] = Counter()
    for _, slo, good, counted in daily_good_of_total(connection, chosen, AS_OF):
        found.update({f"{slo.name} good": good, f"{slo.name} total": counted})
    return found


def _trends(every: Every) -> Callable[..., Amounts]:
    def asked(connection, chosen: Filter) -> Amounts:
        return {
            trend.name: sum(point.n for point in trend.points)
            for slo in slos().slo
            for trend in slo_trends(connection, chosen, AS_OF, slo.name, every)
            # Medians and spend per task rest on the same events as the rates.
            if trend.name.endswith("_rate")
        }

    return asked


def _spend(connection, chosen: Filter) -> Amounts:
    found = spend(connection, chosen, AS_OF, Every.WEEK, SpendBy.MODEL).total
    return {"calls": found.calls, "unpriced": found.unpriced, "micro_usd": found.micro_usd}


def _prices(connection, chosen: Filter) -> Amounts:
    found = price_effect(connection, chosen, date(2025, 8, 1))
    costs = [route.now for route in found.routes]
    return {
        name: sum(getattr(cost, name) for cost in costs)
        for name in ("calls", "known_calls", "tokens", "spent", "listed")
    }


def _caches(connection, chosen: Filter) -> Amounts:
    found = [route.savings for route in cache_savings(connection, chosen)]
    return {name: sum(getattr(one, name) for one in found) for name in ("cache_read", "cache_write")}


def _frame(question: Callable[..., pl.DataFrame], *columns: str) -> Callable[..., Amounts]:
    def asked(connection, chosen: Filter) -> Amounts:
        frame = question(connection, chosen)
        return {column: frame[column].sum() or 0 for column in columns}

    return asked


def _both_costs(connection, chosen: Filter) -> Amounts:
    routes = discrepancies(connection, chosen).routes
    return {
        "calls": sum(route.calls for route in routes),
        "billed": sum(route.reported_counts for route in routes),
        "reported": round(sum(route.reported_usd for route in routes) * 1_000_000),
        "computed": round(sum(route.computed_usd for route in routes) * 1_000_000),
    }


def _fallbacks(connection, chosen: Filter) -> Amounts:
    return {"calls": sum(route.by_others for route in asked_routes(connection, chosen))}


def _decisions(connection, chosen: Filter) -> Amounts:
    found: Counter[str] = Counter()
    for subject in (Subject.TOOL_CALL, Subject.COMMAND, Subject.PATCH):
        series = decisions_over_time(connection, chosen, AS_OF, subject, Every.WEEK)
        for actor, buckets in series.by_actor.items():
            for bucket in buckets:
                found.update({f"{subject} {actor} {decision}": n for decision, n in bucket.counts.items()})
    return found


def _strictness(connection, chosen: Filter) -> Amounts:
    found = decided(connection, chosen, AS_OF, chosen.period)
    whole = total(found.parts.values())
    names = ("accepted", "rolled_back", "rejected", "pending", "unfinished", "reviewers_known", "second_reviewed")
    return {name: getattr(whole, name) for name in names} | {"young": found.young}


def _reviewers(connection, chosen: Filter) -> Amounts:
    zones = second_reviewers(connection, chosen)
    return {name: sum(getattr(zone, name) for zone in zones) for name in ("accepted", "known", "not_asked")}


def _waiting(connection, chosen: Filter) -> Amounts:
    return {"waiting": sum(queue.count for queue in waiting_now(connection, chosen, AS_OF))}


QUANTITIES: Mapping[str, Callable[..., Amounts]] = {
    "measures": _measures,
    "histograms": _histograms,
    "objectives": _objectives,
    **{f"trends by {every}": _trends(every) for every in Every},
    "spend": _spend,
    "prices": _prices,
    "caches": _caches,
    "tokens": _frame(token_use, "call_count", "n_count", "input_tokens", "output_tokens"),
    "unattributed": _frame(lambda connection, chosen: unattributed(connection, chosen, AS_OF), "call_count"),
    "both costs": _both_costs,
    "fallbacks": _fallbacks,
    "decisions": _decisions,
    "strictness": _strictness,
    "second reviewers": _reviewers,
    "waiting": _waiting,
}
NOT_BY = {
    # What waits now waits whatever the period is.
    ("waiting", "day"),
}


def _days() -> Iterator[Filter]:
    for back in range(PERIOD.day_count):
        day = PERIOD.first + timedelta(days=back)
        yield Filter(Period(day, day))


GROUPINGS: Mapping[str, list[Filter]] = {
    "project": [Filter(PERIOD, project=project or NONE_NAME) for project in PROJECTS],
    # Calls that belong to no task have no class.
    "task class": [Filter(PERIOD, task_class=name) for name in (*CLASSES, NONE_NAME)],
    "route": [Filter(PERIOD, route=route or NONE_NAME) for route in ROUTES],
    "day": list(_days()),
    "project and class": [
        Filter(PERIOD, project=project or NONE_NAME, task_class=name)
        for project, name in product(PROJECTS, (*CLASSES, NONE_NAME))
    ],
}


@pytest.mark.parametrize(("quantity", "grouping"), sorted({*product(QUANTITIES, GROUPINGS)} - NOT_BY))
def test_the_parts_add_up_to_the_whole(store: Store, quantity: str, grouping: str) -> None:
    ask = QUANTITIES[quantity]
    with store.reading() as connection:
        whole = {name: value for name, value in ask(connection, WHOLE).items() if value}
        parts: Counter[str] = Counter()
        for part in GROUPINGS[grouping]:
            parts.update({name: value for name, value in ask(connection, part).items() if value})
    assert whole
    assert dict(parts) == whole


@pytest.mark.parametrize("by", By)
def test_a_breakdown_holds_every_event_of_its_objective_once(store: Store, by: By) -> None:
    with store.reading() as connection:
        whole = _objectives(connection, WHOLE)
        for slo in slos().slo:
            parts = breakdown(connection, WHOLE, AS_OF, slo.name, by)
            counted = sum(part.good for part in parts), sum(part.total for part in parts)
            assert counted == (whole[f"{slo.name} good"], whole[f"{slo.name} total"])
            assert sum(part.bad_share or 0 for part in parts) == pytest.approx(1)
            assert sum(part.total_share or 0 for part in parts) == pytest.approx(1)


def test_sources_and_people_make_up_the_whole_too(store: Store) -> None:
    with store.reading() as connection:
        calls = _measures(connection, WHOLE)["call_count"]
        days = f"date BETWEEN {day_number(PERIOD.first)} AND {day_number(PERIOD.last)}"
        for table in ("call_daily", "route_daily"):
            by_source = connection.execute(f"SELECT source, sum(call_count) FROM {table} WHERE {days} GROUP BY 1")
            counts = dict(by_source.fetchall())
            assert len(counts) == 2
            assert sum(counts.values()) == calls
        unnamed = reviewer_load(connection, WHOLE).unnamed
        people = reviewer_load(connection, WHOLE).frame
        series = decisions_over_time(connection, WHOLE, AS_OF, Subject.PATCH, Every.MONTH)
    made = series.total(Actor.HUMAN)
    assert people.height == 6
    assert people["decided_count"].sum() + unnamed == made.total() - made[Decision.PENDING]
    assert people["rejected_count"].sum() <= made[Decision.REJECTED]
    assert people["share_of_decisions_rate"].sum() == pytest.approx(1)


def _alone(question: Callable[..., object], *arguments: object, **named: object) -> Callable[..., object]:
    return lambda connection, chosen: question(connection, chosen, *arguments, **named)


SPAN = (PERIOD.first, PERIOD.last)
ALONE: Mapping[str, Callable[..., object]] = {
    "coverage": _alone(coverage, AS_OF),
    "control plane": _alone(control_plane, AS_OF),
    "burn rates": _alone(burn_table, AS_OF, "task_success"),
    "error budget": _alone(error_budget, AS_OF, "cost_efficiency"),
    "breakdown": _alone(breakdown, AS_OF, "diff_acceptance", By.ROUTE),
    "rows": _alone(slo_rows, "task_success", *SPAN, only_bad=True, limit=20, offset=0),
    "row count": _alone(slo_row_count, "task_success", *SPAN, only_bad=True),
    "marks": _alone(timeline_marks),
    "survival": _alone(patch_survival, AS_OF),
    "both costs": _alone(discrepancies),
    "month": _alone(month_spend, AS_OF),
    "unattributed": _alone(unattributed, AS_OF),
    "tokens": _alone(token_use),
    "caches": _alone(cache_savings),
    "per task": _alone(per_completed_task, SpendBy.MODEL),
    "unpriced": _alone(unpriced_routes, None),
    "days of tasks": _alone(task_days, *SPAN),
    "number of tasks": _alone(task_count, *SPAN),
    "dearest tasks": _alone(dearest_tasks, *SPAN, limit=20, offset=0),
    "routes": _alone(route_table, AS_OF),
    "use of routes": _alone(use_frame, AS_OF),
    "stand-ins": _alone(asked_routes),
    "a move": _alone(move, "edit", "openai/gpt-5", "anthropic/claude-sonnet-4-5"),
    "subjects": _alone(subjects_asked),
    "second reviewers": _alone(second_reviewers),
    "tools": _alone(tool_decisions),
}


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("project", [None, "shop"])
def test_what_is_asked_of_a_filter_alone_does_not_depend_on_what_is_compared(
    store: Store, name: str, project: str | None
) -> None:
    before = Period(date(2026, 3, 1), date(2026, 3, 31))
    chosen = Filter(
        Period(date(2026, 4, 1), date(2026, 4, 30)), compare=Compare.DATES, compared=before, project=project
    )
    with store.reading() as connection:
        compared, alone = (ALONE[name](connection, one) for one in (chosen, chosen.alone()))
    assert chosen.alone().compared is None
    if isinstance(compared, pl.DataFrame):
        assert compared.equals(alone)
    else:
        assert repr(compared) == repr(alone)
