"""A store with decisions on patches: facts with risk zones, reviews and tool calls, rolled up as a load does it."""

import random
from datetime import timedelta

from data.store import Store
from fact_rows import Facts
from year_of_facts import HOSTILE, LAST_DAY

REVIEWERS = ("ada", "bob", "eve", "dan", "fay", "gus")


def decided_facts(store: Store, *, days: int = 100, reviewers: int = 6) -> Store:
    """Write days that end on LAST_DAY.

    Billing is too lax: of four changes a day that people accept, one is rolled back two days later. Configuration is
    too restrictive: of three, two are rejected after a day and accepted again the day after. Other changes are applied
    and nobody is asked; a rule lets one change of infrastructure pass a day.
    """
    chance = random.Random(9)
    facts = Facts()
    for back in range(days, -1, -1):
        day = LAST_DAY - timedelta(days=back)
        for number in range(4):
            undone = (day + timedelta(days=2)).strftime("%Y-%m-%d") if number == 0 and back > 2 else None
            _decided(
                facts, f"{day:%Y-%m-%d}T09:{number:02}", "billing", "approved", 20 + number, reviewers, undone=undone
            )
        for number in range(3):
            again = day + timedelta(days=1) if number else None
            _decided(
                facts, f"{day:%Y-%m-%d}T10:{number:02}", "environment", "rejected" if number else "approved",
                24 * 60 + number, reviewers, accepted_again_at=again,
            )  # fmt: skip
        _decided(facts, f"{day:%Y-%m-%d}T11:00", "deployment", "auto_approved", 0, reviewers)
        for number in range(5):
            undone = (day + timedelta(days=1)).strftime("%Y-%m-%d") if chance.random() < 0.05 and back > 2 else None
            facts.patch(f"{day:%Y-%m-%d}T12:{number:02}", undone, risk_zone="everything_else", task_class="fix")
        when = f"{day:%Y-%m-%d}T13:00"
        call = facts.tool_call(when, server="supabase", tool="execute_sql", is_mutating=True)
        facts.approval(when, "rejected" if back % 5 == 0 else "approved", subject_key=call, server="supabase")
        facts.tool_call(when, server="files", tool="write", is_mutating=True)
        facts.tool_call(when, server="search", tool="find", is_mutating=None)
    _decided(facts, f"{LAST_DAY:%Y-%m-%d}T09:30", "billing", "pending", None, reviewers)
    facts.approval("2026-11-01T08:00", "pending", subject="command", tool="npm")
    facts.task(f"{LAST_DAY:%Y-%m-%d}T09:00")
    end = LAST_DAY + timedelta(hours=14)
    facts.load(1, 9, 9, first_record_at=LAST_DAY - timedelta(days=days), last_record_at=end, exported_at=end)
    return facts.write(store)


def hostile_decisions(store: Store) -> Store:
    """Write decisions whose project, zone, tool, server and reviewers have hostile names."""
    facts = Facts()
    for number in range(7):
        when = f"2026-11-02T10:{number:02}"
        patch = facts.patch(when, risk_zone=HOSTILE, project=HOSTILE, decision="approved", approver_count=1)
        facts.approval(
            when, "approved", subject="patch", subject_key=patch, project=HOSTILE, decided_by=f"{HOSTILE}{number}",
            waiting_ms=5_000, tool=None,
        )  # fmt: skip
        facts.tool_call(when, server=HOSTILE, tool=HOSTILE, project=HOSTILE)
    end = LAST_DAY + timedelta(hours=14)
    facts.load(1, 9, 9, last_record_at=end, exported_at=end)
    return facts.write(store)


def _decided(
    facts: Facts, when: str, zone: str, decision: str, minutes: int | None, reviewers: int, **columns: object
) -> None:
    """Add a patch with the decision on it; of every second one that was accepted two people approved."""
    number = len(facts.rows)
    is_second = number % 4 < 2
    is_accepted = decision == "approved"
    patch = facts.patch(
        when, columns.pop("undone", None), risk_zone=zone, decision=decision,
        approver_count=(2 if is_second else 1) if is_accepted else None, **columns,
    )  # fmt: skip
    facts.approval(
        when, decision, subject="patch", subject_key=patch, tool=None,
        actor="policy" if decision == "auto_approved" else "human",
        waiting_ms=None if minutes is None else minutes * 60_000,
        decided_by=None if decision in ("auto_approved", "pending") else REVIEWERS[number % reviewers],
    )  # fmt: skip
