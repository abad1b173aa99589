"""Facts drawn at random, of all kinds that have rollups, with and without a day, a project, a route and an end."""

import random

from fact_rows import Facts, at

ROUTES = ("anthropic/claude-sonnet-4-5", "openai/gpt-5", None)


def random_facts(seed: int = 7, count: int = 120) -> Facts:
    draw = random.Random(seed)
    facts = Facts()
    for number in range(count):
        when = draw.choice([None, f"2026-03-{draw.randrange(1, 9):02d}T{draw.randrange(24):02d}:00"])
        shared = {"project": draw.choice(["shop", "crm", None]), "route": draw.choice(ROUTES)}
        task = facts.task(
            when,
            draw.choice(["completed", "failed", "aborted", "unknown"]),
            task_class=draw.choice(["edit", "fix"]),
            call_count=draw.choice([0, 1, 2]),
            unpriced_call_count=draw.choice([0, 0, 1]),
            known_cost_micro_usd=draw.randrange(6_000_000),
            **shared,
        )
        facts.call(
            when,
            draw.choice(["success", "error", "cancelled", "unknown"]),
            source=draw.choice(["litellm", "bolt_chat"]),
            task_key=draw.choice([task, None]),
            is_counted=draw.random() < 0.8,
            cost_micro_usd=draw.choice([None, draw.randrange(9_000_000)]),
            latency_ms=draw.choice([None, draw.randrange(100_000)]),
            total_tokens=draw.choice([None, number]),
            retry_count=draw.choice([None, 2]),
            is_fallback=draw.choice([None, True, False]),
            requested_provider=draw.choice([None, "openai"]),
            requested_model=draw.choice([None, "gpt-5", "smart"]),
            reported_cost_micro_usd=draw.choice([None, 0, 70]),
            computed_cost_micro_usd=draw.choice([None, 50]),
            cache_write_tokens=draw.choice([None, 10]),
            **shared,
        )
        patch = facts.patch(
            when,
            draw.choice([None, "2026-03-05", "2026-03-25"]),
            task_key=task,
            is_closed=draw.random() < 0.9,
            decision=draw.choice([None, "approved", "edited", "auto_approved", "rejected", "pending"]),
            rework_kind=draw.choice([None, "fix_request"]),
            decided_at=draw.choice([None, at("2026-03-03")]),
            risk_zone=draw.choice([None, "billing", "everything_else"]),
            accepted_again_at=draw.choice([None, at("2026-03-04")]),
            approver_count=draw.choice([None, 0, 1, 2, 3]),
            **shared,
        )
        status = draw.choice([None, "ok", "failed", "timeout", "cancelled"])
        facts.command(
            when, status, draw.choice([None, draw.randrange(60_000)]), task_key=task, project=shared["project"]
        )
        facts.approval(
            when,
            draw.choice(["approved", "rejected", "pending"]),
            task_key=task,
            actor=draw.choice(["human", "policy"]),
        )
        for _ in range(draw.randrange(5)):
            facts.approval(
                when,
                draw.choice(["approved", "rejected", "rejected", "pending"]),
                subject="patch",
                subject_key=patch,
                actor=draw.choice(["human", "policy", "unknown"]),
                decided_at=draw.choice([None, at("2026-03-03"), at("2026-03-04")]),
                waiting_ms=draw.choice([None, draw.randrange(100_000)]),
            )
    _tool_calls(facts, random.Random(seed), count)
    facts.tool_call(status="failed")
    facts.deployment(status="failure")
    facts.event()
    return facts


def _tool_calls(facts: Facts, draw: random.Random, count: int) -> None:
    """Add tool calls, asked about never, once or twice, on days of their own, and patches that people decided on."""
    for _ in range(count):
        day = draw.choice([None, f"2026-03-{draw.randrange(1, 9):02d}"])
        project = draw.choice(["shop", "crm", None])
        task = facts.task(day and f"{day}T09:00", project=project, route=draw.choice(ROUTES), task_class="edit")
        undated = {"called_at": None, "called_date": None} if day is None else {}
        call = facts.tool_call(
            f"{day or '2026-03-01'}T10:00",
            task_key=draw.choice([task, None]),
            project=project,
            server=draw.choice(["figma", "github", None]),
            tool=draw.choice(["read", "write"]),
            is_mutating=draw.choice([True, False, None]),
            **undated,
        )
        for _ in range(draw.choice([0, 1, 1, 2])):
            facts.approval(
                f"2026-03-{draw.randrange(1, 9):02d}T10:00",
                draw.choice(["approved", "edited", "auto_approved", "rejected", "pending"]),
                subject_key=call,
                task_key=task,
                actor=draw.choice(["human", "policy", "unknown"]),
                decided_at=draw.choice([None, at("2026-03-09"), at("2026-03-10")]),
            )
        facts.approval(
            day and f"{day}T11:00",
            draw.choice(["approved", "rejected", "pending"]),
            subject="patch",
            project=project,
            task_key=draw.choice([task, None]),
            actor=draw.choice(["human", "human", "policy"]),
            decided_by=draw.choice([None, *"abcdefg"]),
            waiting_ms=draw.choice([None, draw.randrange(9_000_000)]),
        )
