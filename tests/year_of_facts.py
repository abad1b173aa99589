"""Stores to look at: a plausible year of a small team, one task, and odd data with hostile names."""

import random
from datetime import UTC, datetime, timedelta

from data.keys import stable_key
from data.store import Store
from fact_rows import Facts

LAST_DAY = datetime(2026, 11, 20, tzinfo=UTC)
HOSTILE = "<script>alert('x')</script> **bold** $a$ and $b$ :smile: [l](javascript:alert(1)) =1+1"
ROUTES = ("anthropic/claude-sonnet-4-5", "openai/gpt-5-mini", "google/gemini-2.5-pro")
CLASSES = ("feature", "edit", "fix", "scaffold", "discuss")
PROJECTS = ("shop", "intranet", None)


def year_of_facts(store: Store, *, tasks_a_day: int = 4, days: int = 365, is_demo: bool = True) -> Store:
    """Write a year that ends on LAST_DAY: growing success, a week without data, an outage, unknown costs."""
    chance = random.Random(7)
    facts = Facts()
    for back in range(days, -1, -1):
        day = LAST_DAY - timedelta(days=back)
        if 150 <= back < 157:
            continue
        for number in range(tasks_a_day):
            when = (day + timedelta(hours=8 + number * 2, minutes=chance.randrange(60))).strftime("%Y-%m-%dT%H:%M")
            route = ROUTES[chance.randrange(len(ROUTES))]
            place = {"project": PROJECTS[chance.randrange(3)], "task_class": chance.choice(CLASSES)}
            about = {"route": route, **place}
            is_outage = route == ROUTES[1] and 40 <= back < 43
            good = 0.2 if is_outage else 0.95 - 0.1 * back / days
            draw = chance.random()
            outcome = (
                "completed" if draw < good else "unknown" if draw > 0.985 else chance.choice(("failed", "aborted"))
            )
            cost = None if chance.random() < 0.06 else chance.randrange(20_000, 1_400_000)
            task = facts.task(
                when, outcome, unpriced_call_count=int(cost is None), known_cost_micro_usd=cost or 0, **about
            )
            status = "error" if is_outage or chance.random() < 0.015 else "success"
            facts.call(
                when, status, task_key=task, cost_micro_usd=cost, latency_ms=chance.randrange(900, 30_000), **about
            )
            if place["task_class"] != "discuss":
                is_undone = chance.random() < 0.1
                undone = (day + timedelta(days=2)).strftime("%Y-%m-%d") if is_undone and back > 2 else None
                facts.patch(when, undone, task_key=task, **about)
                facts.command(when, None, None, task_key=task, **place)
            if chance.random() < 0.2:
                facts.approval(when, chance.choice(("approved", "approved", "rejected")), **place)
    _loads(facts, days, is_demo)
    return facts.write(store)


def one_task(store: Store) -> Store:
    """Write a single completed task with one call."""
    facts = Facts()
    task = facts.task("2026-11-20T10:00")
    facts.call("2026-11-20T10:00", task_key=task)
    facts.load(1, 2, 2, first_record_at=LAST_DAY, last_record_at=LAST_DAY + timedelta(hours=10), finished_at=LAST_DAY)
    return facts.write(store)


def odd_facts(store: Store) -> Store:
    """Write what can go wrong: all failed or unknown, no cost, patches without a time, hostile names everywhere."""
    facts = Facts()
    for hour in range(6):
        when = f"2026-11-20T{10 + hour}:00"
        about = {"route": f"{HOSTILE}/{HOSTILE}", "project": HOSTILE}
        task = facts.task(when, "failed" if hour < 3 else "unknown", unpriced_call_count=1, **about)
        facts.call(when, "error", task_key=task, cost_micro_usd=None, error_class=HOSTILE, **about)
    facts.patch(None, project=HOSTILE)
    facts.task(None, "unknown", project=HOSTILE)
    facts.load(1, 20, 12, 3, 5, file_name=f"{HOSTILE}.json", person=HOSTILE, project=HOSTILE, last_record_at=LAST_DAY)
    facts.known(1, "loaded_before", 3)
    for number in range(5):
        facts.quarantined(1, position=f"line {number}", detail=HOSTILE, excerpt='{"model": "…"}')
    return facts.write(store)


def _loads(facts: Facts, days: int, is_demo: bool) -> None:
    kinds = ("bolt_chats", "bolt_events_json", "litellm_payload")
    for number in range(1, 46):
        start = LAST_DAY - timedelta(days=days * (46 - number) / 45)
        bad = 3 if number % 9 == 0 else 0
        facts.load(
            number,
            400,
            370 - bad,
            30,
            bad,
            kind=kinds[number % 3],
            file_name=f"export-{number:02}.json",
            file_sha256=f"{stable_key('file', number):064x}",
            person=("ada", "bob", "eve")[number % 3],
            project=PROJECTS[number % 3],
            first_record_at=start,
            last_record_at=start + timedelta(days=8, hours=17),
            started_at=LAST_DAY + timedelta(hours=18),
            finished_at=LAST_DAY + timedelta(hours=18, minutes=number),
            exported_at=start + timedelta(days=8, hours=18),
            is_demo=is_demo,
        )
        facts.known(number, "repeated_in_file" if number % 2 else "loaded_before", 30)
        for line in range(bad):
            facts.quarantined(
                number, "bad_time" if line else "wrong_type", position=f"line {line + 7}", detail="year 1970"
            )
