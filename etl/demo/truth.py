"""truth.json: what was planted and counted in the simulated world, in exact figures that the store must show again."""

from collections import Counter
from typing import Any

from etl.demo.facts import TaskFact
from etl.demo.figures import all_patches, counts, outcomes, usd
from etl.demo.gateway import Attempt
from etl.demo.gateway_files import GatewayTally
from etl.demo.outside import Outside
from etl.demo.planted import planted
from etl.demo.plants import Plants
from etl.demo.routes import Route
from etl.demo.undone import deployment_figures, git_figures, record_figures, review_figures
from etl.demo.year import Tally

Truth = dict[str, Any]


def truth_of(
    facts: list[TaskFact],
    attempts: list[Attempt],
    tallies: dict[str, Tally],
    gateway: GatewayTally,
    outside: Outside,
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
        "git": git_figures(outside),
        "reviews": review_figures(outside),
        "deployments": deployment_figures(outside),
        "records": record_figures(outside),
        "quarantine": {
            "records": len(broken),
            "by_reason": counts(entry["reason"] for entry in broken),
            "where": broken,
        },
        "planted": planted(facts, attempts, outside, plants),
    }


def _served_name(route: Route) -> str:
    """Return the route that serves what was asked; behind the gateway another one than its name says."""
    return route.name if route.served is None else f"{route.served.provider}/{route.served.model}"


def _tasks(facts: list[TaskFact]) -> Truth:
    return {
        "total": len(facts),
        "by_outcome": outcomes(facts),
        "by_person": counts(fact.person.name for fact in facts),
        "by_project": counts(fact.person.project for fact in facts),
        "by_class": counts(fact.task_class for fact in facts),
        "by_route": counts(_served_name(fact.route) for fact in facts),
        "by_requested_route": counts(fact.route.name for fact in facts),
        "retries": sum(fact.retries for fact in facts),
        "fix_requests": sum(fact.fix_requests for fact in facts),
        "failed_turns": sum(fact.failed_turns for fact in facts),
        "usage_lost": sum(fact.is_usage_lost for fact in facts),
    }


def _patches(facts: list[TaskFact]) -> Truth:
    patches = all_patches(facts)
    rewound = sorted(patch.message_id for patch in patches if patch.rewound_at is not None)
    overwritten = sorted(
        patch.message_id for patch in patches if patch.rewound_at is None and patch.overwritten_at is not None
    )
    reverted = sorted(patch.message_id for patch in patches if patch.reverted_at is not None)
    withdrawn = sorted(patch.message_id for patch in patches if patch.withdrawn_at is not None)
    return {
        "total": len(patches),
        "files": sum(len(patch.paths) for patch in patches),
        "unfinished": sum(not patch.is_closed for patch in patches),
        "rewound_count": len(rewound),
        "overwritten_count": len(overwritten),
        "reverted_count": len(reverted),
        "withdrawn_count": len(withdrawn),
        "rewound": rewound,
        "overwritten": overwritten,
        "reverted": reverted,
        "withdrawn": withdrawn,
    }


def _tool_calls(facts: list[TaskFact]) -> Truth:
    tools = [tool for fact in facts for tool in fact.tools]
    return {
        "total": len(tools),
        "by_decision": counts(tool.decision.value for tool in tools),
        "by_status": counts(tool.status.value for tool in tools),
        "by_server": counts(tool.server for tool in tools),
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
        "calls_by_served_route": counts(f"{attempt.served.provider}/{attempt.served.model}" for attempt in calls),
        "spend_micro_usd": spend,
        "spend_usd": usd(spend),
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
