"""What a review of the last full quarter must find, in exact figures: zones, an integration, a class, a budget."""

from collections import Counter, defaultdict
from datetime import timedelta

from data.definitions.budgets import budgets
from data.words import Actor, Decision, ToolStatus
from etl.demo.calendar import HOUR, Span, day_at
from etl.demo.facts import TaskFact
from etl.demo.figures import Figures, counts, rate, success
from etl.demo.gate import Change, in_span
from etl.demo.gateway import Attempt
from etl.demo.outside import Outside
from etl.demo.plants import FAILING_CLASS, LAX_ZONE, NOISY_SERVER, STRICT_ZONE, Plants

_COMPARED_SERVER = "github"
_GROWTH = 2


def lax_zone(world: Outside, plants: Plants) -> Figures:
    """Return how many changes of one zone a rule let through, and how many were taken back; and those of others."""
    return _zone(world, plants, LAX_ZONE)


def strict_zone(world: Outside, plants: Plants) -> Figures:
    """Return how many changes of one zone were refused and accepted again, and how long they waited."""
    return _zone(world, plants, STRICT_ZONE)


def noisy_integration(facts: list[TaskFact], world: Outside, plants: Plants) -> Figures:
    """Return what calls of one MCP server came to in the quarter, and those of another one."""
    return {
        **_days(plants),
        "server": NOISY_SERVER,
        "inside": _calls(facts, world, NOISY_SERVER, plants.review_quarter),
        "compared_server": _COMPARED_SERVER,
        "compared": _calls(facts, world, _COMPARED_SERVER, plants.review_quarter),
    }


def failing_class(facts: list[TaskFact], plants: Plants) -> Figures:
    """Return how the tasks of each class ended in the quarter, and why those of one class failed."""
    own = [fact for fact in facts if day_at(fact.asked) in plants.review_quarter]
    classes = sorted({fact.task_class for fact in own})
    failing = [fact for fact in own if fact.task_class == FAILING_CLASS]
    return {
        **_days(plants),
        "task_class": FAILING_CLASS,
        "error_kind": "context_window",
        "failed_with_it": sum(fact.is_too_long for fact in failing),
        "inside": success(failing),
        "others": success([fact for fact in own if fact.task_class != FAILING_CLASS]),
        "by_class": {name: success([fact for fact in own if fact.task_class == name]) for name in classes},
    }


def tight_budget(facts: list[TaskFact], attempts: list[Attempt], plants: Plants) -> Figures:
    """Return what each month of the quarter cost, as far as prices are known, and the budget that it keeps to."""
    months: Counter[str] = Counter()
    for attempt in attempts:
        day = day_at(attempt.started)
        if day in plants.review_quarter:
            months[f"{day:%Y-%m}"] += attempt.spend
    for fact in facts:
        months.update(_direct_spend(fact, plants.review_quarter))
    spent = dict(sorted(months.items()))
    budget = round(budgets().whole.month_usd * 1_000_000)
    return {
        **_days(plants),
        "budget_micro_usd": budget,
        "spend_by_month_micro_usd": spent,
        "breaks_at_usage": rate(budget * len(spent), sum(spent.values())),
        "growth": _GROWTH,
    }


def keeps_budget_until_growth(of: Figures) -> bool:
    """Whether every month keeps to the budget, and the usual month would not at that many times the usage."""
    months = list(of["spend_by_month_micro_usd"].values())
    return max(months, default=0) <= of["budget_micro_usd"] < of["growth"] * sum(months) / max(1, len(months))


def _days(plants: Plants) -> Figures:
    return {
        "first_day": plants.review_quarter.first.isoformat(),
        "last_day": plants.review_quarter.last.isoformat(),
    }


def _zone(world: Outside, plants: Plants, zone: str) -> Figures:
    changes = in_span(world.gate, plants.review_quarter, zone)
    return {**_days(plants), "zone": zone, **_changes(changes), "by_other_zone": _others(world, plants, zone)}


def _others(world: Outside, plants: Plants, zone: str) -> Figures:
    others = sorted({change.zone.name for change in world.gate} - {LAX_ZONE, STRICT_ZONE, zone})
    return {name: _changes(in_span(world.gate, plants.review_quarter, name)) for name in others}


def _changes(changes: list[Change]) -> Figures:
    accepted = [change for change in changes if change.is_accepted]
    rejected = [change for change in changes if not change.is_accepted]
    undone = [change for change in accepted if change.rolled_back is not None]
    again = [change for change in rejected if change.again is not None]
    waited = sorted(change.waited for change in changes)
    return {
        "patches": len(changes),
        "accepted": len(accepted),
        "let_through": sum(change.decision is Decision.AUTO_APPROVED for change in accepted),
        "decided_by_people": sum(change.actor is Actor.HUMAN for change in changes),
        "second_reviewed": sum(len(change.approvers) > 1 for change in accepted),
        "rolled_back": len(undone),
        "rollback_rate": rate(len(undone), len(accepted)),
        "rolled_back_by": counts(change.evidence for change in undone if change.evidence is not None),
        "rejected": len(rejected),
        "accepted_again": len(again),
        "accepted_again_rate": rate(len(again), len(rejected)),
        "waiting_ms": sum(waited),
        "median_waiting_hours": round(waited[len(waited) // 2] / HOUR, 2) if waited else None,
    }


def _calls(facts: list[TaskFact], world: Outside, server: str, span: Span) -> Figures:
    """Count calls that were decided on; a call is a repeat when one of its job failed before it on that day."""
    statuses = [
        tool.status.value
        for fact in facts
        for tool in fact.tools
        if tool.server == server and tool.status is not ToolStatus.PENDING and day_at(tool.at) in span
    ]
    first, last = span.first.isoformat(), span.last.isoformat()
    rows = [
        row for row in world.records.tool_calls if row["server"] == server and first <= row["called_at"][:10] <= last
    ]
    failed_jobs: dict[tuple[str, str], bool] = defaultdict(bool)
    repeats = 0
    for row in rows:
        statuses.append(row["status"])
        if job := row.get("task_id"):
            repeats += failed_jobs[job, row["called_at"][:10]]
            failed_jobs[job, row["called_at"][:10]] |= row["status"] == ToolStatus.FAILED
    failed = statuses.count(ToolStatus.FAILED.value)
    return {
        "attempts": len(statuses),
        "useful": statuses.count(ToolStatus.OK.value),
        "failed": failed,
        "repeated": repeats,
        "failure_rate": rate(failed, len(statuses)),
    }


def _direct_spend(fact: TaskFact, span: Span) -> Counter[str]:
    """Return what the calls of a task past the gateway cost by month; unknown for unpriced models and lost usage."""
    from etl.prices import computed_cost

    found: Counter[str] = Counter()
    route = fact.route
    # One day more on either side: a reply may begin after the midnight that follows its request.
    if route.served is not None or fact.is_usage_lost or not (
        span.first - timedelta(days=1) <= day_at(fact.asked) <= span.last
    ):  # fmt: skip
        return found
    for (prompt, completion), at in zip(fact.usage, fact.answered, strict=True):
        day = day_at(at)
        if day in span and (prompt or completion):
            cost = computed_cost(
                route.provider, route.model, at * 1000, input_tokens=prompt, output_tokens=completion
            ).micro_usd
            found[f"{day:%Y-%m}"] += cost or 0
    return found
