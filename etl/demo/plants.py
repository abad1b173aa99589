"""What is planted: when, where and how strong. Each of the truths must be found again in the store.

From 84 days and 300 tasks on, all are there. A smaller demo leaves out what does not fit, and says so.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from etl.demo.calendar import NEVER, NOWHERE, Span
from etl.demo.people import JONAS, MIRA, PRIYA, TOMAS

LEAST_DAYS = 84
LEAST_TASKS = 300
"""From both of these on, a demo shows all truths but tight_budget: a budget is an amount, for tasks of a whole year."""

NEEDS = {
    "outage": (28, 60),
    "cost_spike": (63, 120),
    "bad_patches": (56, 150),
    "easy_route": (1, 1),
    "helpful_policy": (28, 120),
    "missing_usage": (1, 1),
    "unpriced_model": (1, 1),
    "git_reverts": (1, 1),
    "deploy_rollbacks": (1, 1),
    "deployment_failures": (42, 100),
    "slow_commands": (42, 100),
    "lax_zone": (28, 60),
    "strict_zone": (28, 60),
    "noisy_integration": (28, 60),
    "failing_class": (84, 300),
    "tight_budget": (270, 5000),
}
"""Fewest days and tasks that have room for each truth. Those of one day may still get no task in a small demo."""

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
DEPLOY_SPATE_PROJECT = "field-app"
DEPLOY_SPATE_SHARE = 0.65
"""Share of attempts to publish the project that fail in the week of failures."""
SLOW_PROJECT = "backoffice"
SLOW_FACTOR = 4
"""How many times longer the project's commands take in the slow weeks."""
LAX_ZONE = "authentication"
STRICT_ZONE = "environment"
NOISY_SERVER = "postgres"
FAILING_CLASS = "refactor"
FAILING_PEOPLE = (MIRA, JONAS, PRIYA)
"""Those whose tasks show no other planted rate of success."""
FAILING_WEIGHT = 34.0
"""How often they ask for that class in the quarter, beside the weights of all kinds of work."""
FAILING_SHARE = 0.45
"""Share of these tasks that end because the chat no longer fits the model."""
LEAST_QUARTER_DAYS = 21
"""Fewer days of the last full quarter than these are no quarter to review: then the whole span stands for it."""
OUTAGE_PEOPLE = (MIRA, JONAS, PRIYA)
_LEAST_DAYS_OF_CHANGE = 28
"""A shorter demo has the unpriced model from its first day on, else it would hardly be asked."""


@dataclass(frozen=True)
class Plants:
    """The dates of the planted truths within a span of days; nowhere and never for what is left out."""

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
    deploy_spate: Span
    """Most attempts to publish one project fail."""
    slow_commands: Span
    """Commands of one project take much longer, and some run into their time limit."""
    review_quarter: Span = NOWHERE
    """The last full quarter before the end, as far as the demo holds it: what a review at the end is about."""
    is_full: bool = True
    """Whether there is room for all truths to stand out."""
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    """Why a truth is left out, by its name."""


def plants_of(span: Span, tasks: int) -> Plants:
    """Return the dates of the planted truths: the same places in every span, on the weekdays they need."""
    length = len(span.days)
    left_out = {name: why for name in NEEDS if (why := _lack(name, length, tasks))}

    def monday(share: float) -> date:
        day = span.first + timedelta(days=int(length * share))
        return day + timedelta(days=-day.weekday() % 7)

    def days(first: date, count: int) -> Span:
        return Span(first, first + timedelta(days=count - 1))

    def unless_left_out(name: str, place: Span) -> Span:
        return NOWHERE if name in left_out else place

    lost_usage = days(monday(0.12), 12)
    return Plants(
        span=span,
        # The old browser's chats are exported from the new one, on the day after.
        lost_usage=lost_usage if lost_usage.last < span.last else NOWHERE,
        gateway_silent=days(span.first, int(length * 0.2)),
        policy_on=NEVER if "helpful_policy" in left_out else monday(0.36),
        outage=unless_left_out("outage", days(monday(0.5), 7)),
        unpriced_from=monday(0.58) if length >= _LEAST_DAYS_OF_CHANGE else span.first,
        spate=unless_left_out("bad_patches", days(monday(0.64), 12)),
        spike=unless_left_out("cost_spike", days(monday(0.84) + timedelta(days=1), 3)),
        deploy_spate=unless_left_out("deployment_failures", days(monday(0.73), 5)),
        slow_commands=unless_left_out("slow_commands", days(monday(0.28), 19)),
        review_quarter=unless_left_out("lax_zone", _review_quarter(span)),
        is_full=length >= LEAST_DAYS and tasks >= LEAST_TASKS,
        left_out=left_out,
    )


def _review_quarter(span: Span) -> Span:
    """Return the days of the last full quarter, or all days where the demo holds too few of these."""
    begins = date(span.last.year, (span.last.month - 1) // 3 * 3 + 1, 1)
    last = begins - timedelta(days=1)
    first = max(date(last.year, last.month - 2, 1), span.first)
    return Span(first, last) if (last - first).days + 1 >= LEAST_QUARTER_DAYS else span


def _lack(name: str, days: int, tasks: int) -> str:
    """Return what a truth needs and does not have; empty when there is room for it."""
    least_days, least_tasks = NEEDS[name]
    needed = [f"{least_days} days"] if days < least_days else []
    if tasks < least_tasks:
        needed.append(f"{least_tasks} tasks")
    return f"needs at least {' and '.join(needed)}" if needed else ""


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
