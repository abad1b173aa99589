"""The truths in exact figures: what was planted, or why it was left out."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from etl.demo.calendar import Span, day_at, start_of
from etl.demo.facts import PatchFact, TaskFact
from etl.demo.figures import Figures, all_patches, rate, success, usd
from etl.demo.gateway import Attempt
from etl.demo.outside import Outside
from etl.demo.people import JONAS, SAM
from etl.demo.plants import LEAST_DAYS, LEAST_TASKS, Plants
from etl.demo.review_truths import (
    failing_class,
    keeps_budget_until_growth,
    lax_zone,
    noisy_integration,
    strict_zone,
    tight_budget,
)
from etl.demo.routes import ANTHROPIC_HAIKU, DEEPSEEK, GATEWAY_GPT, GOOGLE_FLASH, GPT, MISTRAL_DEVSTRAL, XAI_GROK, Route
from etl.demo.undone import deploy_rollbacks, deployment_failures, git_reverts, slow_commands

_OTHER_BUDGET = "the budget of data/definitions/budgets.toml is not for so many tasks"
_FAINT = f"does not stand out in so small a demo; {LEAST_TASKS} tasks and {LEAST_DAYS} days have room for it"


def planted(facts: list[TaskFact], attempts: list[Attempt], outside: Outside, plants: Plants) -> Figures:
    """Return the figures of each truth that is there, and for the others why not.

    What chance left too faint to be found in a small demo counts as left out.
    """
    figures: dict[str, Callable[[], Figures]] = {
        "outage": lambda: _outage(facts, attempts, plants),
        "cost_spike": lambda: _spike(facts, attempts, plants),
        "bad_patches": lambda: _spate(facts, plants),
        "easy_route": lambda: _mix(facts),
        "helpful_policy": lambda: _policy(facts, plants),
        "missing_usage": lambda: _missing_usage(facts),
        "unpriced_model": lambda: _unpriced(facts),
        "git_reverts": lambda: git_reverts(outside),
        "deploy_rollbacks": lambda: deploy_rollbacks(outside),
        "deployment_failures": lambda: deployment_failures(outside, plants),
        "slow_commands": lambda: slow_commands(outside, plants),
        "lax_zone": lambda: lax_zone(outside, plants),
        "strict_zone": lambda: strict_zone(outside, plants),
        "noisy_integration": lambda: noisy_integration(facts, outside, plants),
        "failing_class": lambda: failing_class(facts, plants),
        "tight_budget": lambda: tight_budget(facts, attempts, plants),
    }
    found: Figures = {}
    for name, figures_of in figures.items():
        why = plants.left_out.get(name)
        shown = {} if why else figures_of()
        if not why and name == "tight_budget" and not keeps_budget_until_growth(shown):
            why = _OTHER_BUDGET
        if not why and not plants.is_full and not _STANDS_OUT[name](shown):
            why = _FAINT
        found[name] = {"planted": False, "why": why} if why else {"planted": True, **shown}
    return found


def left_out(truths: Figures) -> dict[str, str]:
    """Return why a truth was left out, by its name."""
    return {name: truth["why"] for name, truth in truths.items() if not truth["planted"]}


def _is_more(high: float | None, low: float | None) -> bool:
    """Say whether both rates are known and the first is above the second."""
    return high is not None and low is not None and high > low


_STANDS_OUT: dict[str, Callable[[Figures], bool]] = {
    "outage": lambda of: _is_more(of["error_rate"], 2 * (of["error_rate_outside"] or 0)),
    "cost_spike": lambda of: min(of["spend_by_day_micro_usd"].values()) > 2 * of["median_workday_micro_usd"],
    "bad_patches": lambda of: _is_more(of["inside"]["rewound_rate"], 2 * (of["outside"]["rewound_rate"] or 0)),
    "easy_route": lambda of: _is_more(of["easy"]["success_rate"], of["hard"]["success_rate"]),
    "helpful_policy": lambda of: _is_more(of["after"]["success_rate"], of["before"]["success_rate"]),
    "missing_usage": lambda of: of["requests"] > 0,
    "unpriced_model": lambda of: of["requests_with_usage"] > 0,
    "git_reverts": lambda of: bool(of["patches"]),
    "deploy_rollbacks": lambda of: bool(of["patches"]),
    "deployment_failures": lambda of: _is_more(of["inside"]["failure_rate"], 2 * (of["outside"]["failure_rate"] or 0)),
    "slow_commands": lambda of: (of["inside"]["median_ms"] or 0) > 2 * (of["outside"]["median_ms"] or 0),
    "lax_zone": lambda of: of["let_through"] == of["accepted"] and (of["rollback_rate"] or 0) > 0.15,
    "strict_zone": lambda of: of["rejected"] > of["accepted"] / 2 and (of["accepted_again_rate"] or 0) > 0.5,
    "noisy_integration": lambda of: _is_more(of["inside"]["failure_rate"], 2 * (of["compared"]["failure_rate"] or 0)),
    "failing_class": lambda of: _is_more(
        1 - (of["inside"]["success_rate"] or 1), 2 * (1 - (of["others"]["success_rate"] or 1))
    ),
    "tight_budget": keeps_budget_until_growth,
}


def _in(facts: list[TaskFact], span: Span) -> list[TaskFact]:
    return [fact for fact in facts if day_at(fact.asked) in span]


def _outage(facts: list[TaskFact], attempts: list[Attempt], plants: Plants) -> Figures:
    calls = [attempt for attempt in attempts if attempt.is_llm_call and attempt.served is GPT]
    inside = [attempt for attempt in calls if day_at(attempt.started) in plants.outage]
    outside = [attempt for attempt in calls if day_at(attempt.started) not in plants.outage]
    failed, failed_outside = sum(not call.is_success for call in inside), sum(not call.is_success for call in outside)
    asked = [fact for fact in _in(facts, plants.outage) if fact.route is GATEWAY_GPT]
    return {
        "first_day": plants.outage.first.isoformat(),
        "last_day": plants.outage.last.isoformat(),
        "provider": GPT.provider,
        "model": GPT.model,
        "calls": len(inside),
        "failed_calls": failed,
        "error_rate": rate(failed, len(inside)),
        "calls_outside": len(outside),
        "failed_calls_outside": failed_outside,
        "error_rate_outside": rate(failed_outside, len(outside)),
        "tasks": success(asked),
    }


def _spike(facts: list[TaskFact], attempts: list[Attempt], plants: Plants) -> Figures:
    """Spend of the project by day of the call; all of the project goes through the gateway."""
    by_day: dict[date, int] = defaultdict(int)
    for attempt in attempts:
        if attempt.person.project == JONAS.project:
            by_day[day_at(attempt.started)] += attempt.spend
    usual = sorted(by_day[day] for day in plants.span.workdays if day not in plants.spike)
    days = {day.isoformat(): by_day[day] for day in plants.spike.days}
    return {
        "project": JONAS.project,
        "first_day": plants.spike.first.isoformat(),
        "last_day": plants.spike.last.isoformat(),
        "spend_by_day_micro_usd": days,
        "spend_micro_usd": sum(days.values()),
        "spend_usd": usd(sum(days.values())),
        "median_workday_micro_usd": usual[len(usual) // 2],
        "tasks": len([fact for fact in _in(facts, plants.spike) if fact.person.project == JONAS.project]),
    }


def _spate(facts: list[TaskFact], plants: Plants) -> Figures:
    def count(patches: list[PatchFact]) -> Figures:
        rewound = [patch for patch in patches if patch.rewound_at is not None]
        return {"patches": len(patches), "rewound": len(rewound), "rewound_rate": rate(len(rewound), len(patches))}

    patches = [patch for patch in all_patches(facts) if patch.route is DEEPSEEK]
    inside = [patch for patch in patches if day_at(patch.proposed) in plants.spate]
    return {
        "first_day": plants.spate.first.isoformat(),
        "last_day": plants.spate.last.isoformat(),
        "route": DEEPSEEK.name,
        "inside": count(inside),
        "outside": count([patch for patch in patches if day_at(patch.proposed) not in plants.spate]),
        "rewound": sorted(patch.message_id for patch in inside if patch.rewound_at is not None),
    }


def _mix(facts: list[TaskFact]) -> Figures:
    """Success by class on both routes of one person: alike in each class, far apart in all."""

    def by_class(route: Route) -> Figures:
        own = [fact for fact in facts if fact.person is SAM and fact.route is route]
        classes = sorted({fact.task_class for fact in own})
        return {
            "route": route.name,
            **success(own),
            "by_class": {name: success([fact for fact in own if fact.task_class == name]) for name in classes},
        }

    return {"person": SAM.name, "easy": by_class(GOOGLE_FLASH), "hard": by_class(ANTHROPIC_HAIKU)}


def _policy(facts: list[TaskFact], plants: Plants) -> Figures:
    own = [fact for fact in facts if fact.person.project == "field-app"]
    starts = start_of(plants.policy_on)
    return {
        "project": "field-app",
        "first_day": plants.policy_on.isoformat(),
        "change": "Prompt template updated to optimized; Context optimization enabled",
        "before": success([fact for fact in own if fact.asked < starts]),
        "after": success([fact for fact in own if fact.asked >= starts]),
    }


def _missing_usage(facts: list[TaskFact]) -> Figures:
    own = [fact for fact in facts if fact.route is XAI_GROK]
    usage = [usage for fact in own for usage in fact.usage]
    return {
        "route": XAI_GROK.name,
        "tasks": len(own),
        "requests": len(usage),
        "requests_without_usage": sum(not any(tokens) for tokens in usage),
    }


def _unpriced(facts: list[TaskFact]) -> Figures:
    own = [fact for fact in facts if fact.route is MISTRAL_DEVSTRAL]
    usage = [usage for fact in own for usage in fact.usage]
    first = min((day_at(fact.asked) for fact in own), default=None)
    return {
        "route": MISTRAL_DEVSTRAL.name,
        "first_day": first.isoformat() if first else None,
        "tasks": len(own),
        "requests_with_usage": sum(any(tokens) for tokens in usage),
        "tokens": sum(prompt + completion for prompt, completion in usage),
    }
