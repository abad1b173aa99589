"""truth.json: what was planted and counted in the simulated world, in exact figures that the store must show again."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from data.words import Outcome
from etl.demo.calendar import Span, day_at, start_of
from etl.demo.facts import PatchFact, TaskFact
from etl.demo.gateway import Attempt
from etl.demo.gateway_files import GatewayTally
from etl.demo.people import JONAS, SAM
from etl.demo.plants import Plants
from etl.demo.routes import ANTHROPIC_HAIKU, DEEPSEEK, GATEWAY_GPT, GOOGLE_FLASH, GPT, MISTRAL_DEVSTRAL, XAI_GROK, Route
from etl.demo.year import Tally

Truth = dict[str, Any]

_COUNTED = (Outcome.COMPLETED, Outcome.FAILED, Outcome.ABORTED)


def truth_of(
    facts: list[TaskFact],
    attempts: list[Attempt],
    tallies: dict[str, Tally],
    gateway: GatewayTally,
    plants: Plants,
    seed: int,
) -> Truth:
    """Return everything that is known about the demo."""
    broken = [entry for tally in tallies.values() for entry in tally.broken] + gateway.broken
    return {
        "boltscope_demo": 1,
        "seed": seed,
        "first_day": plants.span.first.isoformat(),
        "last_day": plants.span.last.isoformat(),
        "tasks": _tasks(facts),
        "patches": _patches(facts),
        "tool_calls": _tool_calls(facts),
        "tokens": _tokens(facts, attempts),
        "gateway": _gateway(facts, attempts, gateway),
        "chats": _chats(tallies),
        "event_log": _event_log(tallies),
        "quarantine": {
            "records": len(broken),
            "by_reason": _counts(entry["reason"] for entry in broken),
            "where": broken,
        },
        "planted": {
            "outage": _outage(facts, attempts, plants),
            "cost_spike": _spike(facts, attempts, plants),
            "bad_patches": _spate(facts, plants),
            "easy_route": _mix(facts),
            "helpful_policy": _policy(facts, plants),
            "missing_usage": _missing_usage(facts),
            "unpriced_model": _unpriced(facts),
        },
    }


def _counts(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _outcomes(facts: list[TaskFact]) -> dict[str, int]:
    found = Counter(fact.outcome for fact in facts)
    return {outcome.value: found[outcome] for outcome in (*_COUNTED, Outcome.UNKNOWN)}


def _success(facts: list[TaskFact]) -> Truth:
    outcomes = _outcomes(facts)
    counted = len(facts) - outcomes[Outcome.UNKNOWN.value]
    completed = outcomes[Outcome.COMPLETED.value]
    return {"tasks": len(facts), "completed": completed, "counted": counted, "success_rate": _rate(completed, counted)}


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _served_name(route: Route) -> str:
    """Return the route that serves what was asked; behind the gateway another one than its name says."""
    return route.name if route.served is None else f"{route.served.provider}/{route.served.model}"


def _usd(micro_usd: int) -> float:
    return micro_usd / 1_000_000


def _in(facts: list[TaskFact], span: Span) -> list[TaskFact]:
    return [fact for fact in facts if day_at(fact.asked) in span]


def _tasks(facts: list[TaskFact]) -> Truth:
    return {
        "total": len(facts),
        "by_outcome": _outcomes(facts),
        "by_person": _counts(fact.person.name for fact in facts),
        "by_project": _counts(fact.person.project for fact in facts),
        "by_class": _counts(fact.task_class for fact in facts),
        "by_route": _counts(_served_name(fact.route) for fact in facts),
        "by_requested_route": _counts(fact.route.name for fact in facts),
        "retries": sum(fact.retries for fact in facts),
        "fix_requests": sum(fact.fix_requests for fact in facts),
        "failed_turns": sum(fact.failed_turns for fact in facts),
        "usage_lost": sum(fact.is_usage_lost for fact in facts),
    }


def _all_patches(facts: list[TaskFact]) -> list[PatchFact]:
    return [patch for fact in facts for patch in fact.patches]


def _patches(facts: list[TaskFact]) -> Truth:
    patches = _all_patches(facts)
    rewound = sorted(patch.message_id for patch in patches if patch.rewound_at is not None)
    overwritten = sorted(
        patch.message_id for patch in patches if patch.rewound_at is None and patch.overwritten_at is not None
    )
    return {
        "total": len(patches),
        "files": sum(len(patch.paths) for patch in patches),
        "unfinished": sum(not patch.is_closed for patch in patches),
        "rewound_count": len(rewound),
        "overwritten_count": len(overwritten),
        "rewound": rewound,
        "overwritten": overwritten,
    }


def _tool_calls(facts: list[TaskFact]) -> Truth:
    tools = [tool for fact in facts for tool in fact.tools]
    return {
        "total": len(tools),
        "by_decision": _counts(tool.decision.value for tool in tools),
        "by_status": _counts(tool.status.value for tool in tools),
        "by_server": _counts(tool.server for tool in tools),
    }


def _is_direct(fact: TaskFact) -> bool:
    return fact.route.served is None


def _tokens(facts: list[TaskFact], attempts: list[Attempt]) -> Truth:
    direct = [usage for fact in facts if _is_direct(fact) and not fact.is_usage_lost for usage in fact.usage]
    return {
        "chats_past_the_gateway": {
            "requests": len(direct),
            "requests_without_usage": sum(not any(usage) for usage in direct),
            "input": sum(usage[0] for usage in direct),
            "output": sum(usage[1] for usage in direct),
        },
        "gateway": {
            "input": sum(attempt.prompt for attempt in attempts),
            "cached_input": sum(attempt.cached for attempt in attempts),
            "output": sum(attempt.completion for attempt in attempts),
        },
    }


def _gateway(facts: list[TaskFact], attempts: list[Attempt], tally: GatewayTally) -> Truth:
    calls = [attempt for attempt in attempts if attempt.is_llm_call]
    spend = sum(attempt.spend for attempt in calls)
    overhead = [attempt for attempt in calls if attempt.purpose in ("enhancer", "template")]
    of_tasks = sum(fact.gateway_spend for fact in facts)
    return {
        "records": tally.records,
        "repeated_records": tally.repeated,
        "rows": len(attempts),
        "llm_calls": len(calls),
        "refused_model_lists": len(attempts) - len(calls),
        "failed_calls": sum(not attempt.is_success for attempt in calls),
        "fallback_successes": sum(attempt.fallback_from is not None and attempt.is_success for attempt in calls),
        "calls_by_served_route": _counts(f"{attempt.served.provider}/{attempt.served.model}" for attempt in calls),
        "spend_micro_usd": spend,
        "spend_usd": _usd(spend),
        "spend_of_tasks_micro_usd": of_tasks,
        "calls_of_tasks": sum(fact.gateway_rows for fact in facts),
        "calls_without_chat": len(overhead),
        "spend_without_chat_micro_usd": sum(attempt.spend for attempt in overhead),
    }


def _chats(tallies: dict[str, Tally]) -> Truth:
    records = sum(tally.message_records for tally in tallies.values())
    distinct: set[tuple[str, str]] = set()
    distinct.update(*(tally.messages for tally in tallies.values()))
    broken = sum(entry["position"].startswith("messages") for tally in tallies.values() for entry in tally.broken)
    branches: Counter[str] = Counter()
    for tally in tallies.values():
        branches.update(tally.branches)
    return {
        "files": sum(tally.chat_files for tally in tallies.values()),
        "message_records": records,
        "messages": len(distinct),
        "repeated_records": records - len(distinct) - broken,
        "forks": branches["forks"],
        "copies": branches["copies"],
        "imports_from_colleagues": branches["imports"],
        "reused_chat_numbers": sum(tally.reused_chat_numbers for tally in tallies.values()),
    }


def _event_log(tallies: dict[str, Tally]) -> Truth:
    records = sum(tally.event_records for tally in tallies.values())
    entries = sum(len(tally.event_ids) for tally in tallies.values())
    broken = sum(entry["position"].startswith("logs") for tally in tallies.values() for entry in tally.broken)
    return {
        "files": sum(tally.log_files for tally in tallies.values()),
        "records": records,
        "entries": entries,
        "repeated_records": records - entries - broken,
    }


def _outage(facts: list[TaskFact], attempts: list[Attempt], plants: Plants) -> Truth:
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
        "error_rate": _rate(failed, len(inside)),
        "calls_outside": len(outside),
        "failed_calls_outside": failed_outside,
        "error_rate_outside": _rate(failed_outside, len(outside)),
        "tasks": _success(asked),
    }


def _spike(facts: list[TaskFact], attempts: list[Attempt], plants: Plants) -> Truth:
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
        "spend_usd": _usd(sum(days.values())),
        "median_workday_micro_usd": usual[len(usual) // 2],
        "tasks": len([fact for fact in _in(facts, plants.spike) if fact.person.project == JONAS.project]),
    }


def _spate(facts: list[TaskFact], plants: Plants) -> Truth:
    def count(patches: list[PatchFact]) -> Truth:
        rewound = [patch for patch in patches if patch.rewound_at is not None]
        return {"patches": len(patches), "rewound": len(rewound), "rewound_rate": _rate(len(rewound), len(patches))}

    patches = [patch for patch in _all_patches(facts) if patch.route is DEEPSEEK]
    inside = [patch for patch in patches if day_at(patch.proposed) in plants.spate]
    return {
        "first_day": plants.spate.first.isoformat(),
        "last_day": plants.spate.last.isoformat(),
        "route": DEEPSEEK.name,
        "inside": count(inside),
        "outside": count([patch for patch in patches if day_at(patch.proposed) not in plants.spate]),
        "rewound": sorted(patch.message_id for patch in inside if patch.rewound_at is not None),
    }


def _mix(facts: list[TaskFact]) -> Truth:
    """Success by class on both routes of one person: alike in each class, far apart in all."""

    def by_class(route: Route) -> Truth:
        own = [fact for fact in facts if fact.person is SAM and fact.route is route]
        classes = sorted({fact.task_class for fact in own})
        return {
            "route": route.name,
            **_success(own),
            "by_class": {name: _success([fact for fact in own if fact.task_class == name]) for name in classes},
        }

    return {"person": SAM.name, "easy": by_class(GOOGLE_FLASH), "hard": by_class(ANTHROPIC_HAIKU)}


def _policy(facts: list[TaskFact], plants: Plants) -> Truth:
    own = [fact for fact in facts if fact.person.project == "field-app"]
    starts = start_of(plants.policy_on)
    return {
        "project": "field-app",
        "first_day": plants.policy_on.isoformat(),
        "change": "Prompt template updated to optimized; Context optimization enabled",
        "before": _success([fact for fact in own if fact.asked < starts]),
        "after": _success([fact for fact in own if fact.asked >= starts]),
    }


def _missing_usage(facts: list[TaskFact]) -> Truth:
    own = [fact for fact in facts if fact.route is XAI_GROK]
    usage = [usage for fact in own for usage in fact.usage]
    return {
        "route": XAI_GROK.name,
        "tasks": len(own),
        "requests": len(usage),
        "requests_without_usage": sum(not any(tokens) for tokens in usage),
    }


def _unpriced(facts: list[TaskFact]) -> Truth:
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
