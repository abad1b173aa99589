"""What is planted: when, where and how strong. Each of the seven truths must be found again in the store."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from etl.demo.calendar import Span
from etl.demo.people import JONAS, MIRA, PRIYA, TOMAS

LEAST_DAYS = 84
LEAST_TASKS = 300

OUTAGE_FAILURE_SHARE = 0.4
"""Share of turns on the route that fail during the outage."""
SPATE_REWOUND_SHARE = 0.55
"""Share of tasks on the route whose patches are taken back during the spate."""
TROUBLE_BEFORE_POLICY = 0.13
TROUBLE_AFTER_POLICY = 0.02
"""Share of tasks of the project that end in trouble, before and after the policy."""
MIX_TROUBLE = {
    "scaffold": 0.13,
    "feature": 0.1,
    "refactor": 0.12,
    "batch": 0.12,
    "fix": 0.08,
    "edit": 0.03,
    "discuss": 0.02,
}
"""Share of tasks that end in trouble by class, the same on the easy and on the hard route."""
OUTAGE_PEOPLE = (MIRA, JONAS, PRIYA)


@dataclass(frozen=True)
class Plants:
    """The dates of the planted truths within a span of days."""

    span: Span
    lost_usage: Span
    """One browser is replaced: what was asked in it then is known only through a data-tab import."""
    gateway_silent: Span
    """The gateway does not send usage to bolt.diy yet: chats through it say 0/0/0, the gateway's rows know better."""
    policy_on: date
    """First day of the new prompt template and of context optimisation in the project field-app."""
    outage: Span
    spate: Span
    unpriced_from: date
    spike: Span


def plants_of(span: Span) -> Plants:
    """Return the dates of the planted truths: the same places in every span, on the weekdays they need."""
    length = len(span.days)

    def monday(share: float) -> date:
        day = span.first + timedelta(days=int(length * share))
        return day + timedelta(days=-day.weekday() % 7)

    def days(first: date, count: int) -> Span:
        return Span(first, first + timedelta(days=count - 1))

    return Plants(
        span=span,
        lost_usage=days(monday(0.12), 12),
        gateway_silent=days(span.first, int(length * 0.2)),
        policy_on=monday(0.36),
        outage=days(monday(0.5), 7),
        unpriced_from=monday(0.58),
        spate=days(monday(0.64), 12),
        spike=days(monday(0.84) + timedelta(days=1), 3),
    )


def fixed_tasks(plants: Plants) -> Counter[tuple[str, date]]:
    """Return the tasks that must happen whatever the number of tasks, so that small demos show every truth."""
    fixed: Counter[tuple[str, date]] = Counter()
    for day in plants.outage.workdays:
        fixed.update((person.name, day) for person in OUTAGE_PEOPLE)
    for day in plants.spate.workdays:
        fixed[TOMAS.name, day] += 3
    for day in plants.spike.days:
        fixed[JONAS.name, day] += 4
    return fixed
