"""Where the events of each SLO are: the rollup that counts them by day, and the facts with their times behind it.

What is good and what counts is said twice, for rollup rows and for facts; a test holds both against each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.definitions import Slo, slos
from data.epoch import DAY_MICROSECONDS
from data.words import CallStatus, CommandStatus, Decision, Outcome


@dataclass(frozen=True, slots=True)
class SloEvents:
    """Events of one SLO. All texts but the last are SQL of the program."""

    rollup: str
    rollup_good: str
    rollup_total: str
    facts: str
    """FROM clause of the facts."""
    key: str
    date: str
    """Indexed column of the day."""
    instant: str
    counts: str
    """Condition under which a fact counts."""
    good: str
    """Condition under which one that counts is good; never null."""
    dimensions: Mapping[str, str] = field(default_factory=dict[str, str])
    """Column of facts for project, task_class, provider and model."""
    noun: str = "tasks"


def events_of(slo_name: str) -> SloEvents:
    """Return where the events of an SLO are."""
    return _EVENTS[slo_name](slos().named(slo_name))


def _same(*names: str, of: str = "") -> dict[str, str]:
    return {name: f"{of}{name}" for name in names}


_DIMENSIONS = ("project", "task_class", "provider", "model")


def _task_success(_: Slo) -> SloEvents:
    ended = (Outcome.COMPLETED, Outcome.FAILED, Outcome.ABORTED)
    return SloEvents(
        rollup="task_daily",
        rollup_good="completed_count",
        rollup_total="completed_count + failed_count + aborted_count",
        facts="task",
        key="task_key",
        date="requested_date",
        instant="requested_at",
        counts=f"outcome IN ({_listed(*ended)})",
        good=f"outcome = '{Outcome.COMPLETED}'",
        dimensions=_same(*_DIMENSIONS),
    )


def _diff_acceptance(_: Slo) -> SloEvents:
    window = slos().rollback_window_days * DAY_MICROSECONDS
    return SloEvents(
        rollup="patch_daily",
        rollup_good="decided_count - rolled_back_count",
        rollup_total="decided_count + rejected_count",
        facts="patch",
        key="patch_key",
        date="proposed_date",
        instant="proposed_at",
        counts=f"is_closed AND (decision IS NULL OR decision <> '{Decision.PENDING}')",
        good=(
            f"coalesce(decision, '') <> '{Decision.REJECTED}' AND NOT (rolled_back_at IS NOT NULL "
            f"AND coalesce(rolled_back_at <= proposed_at + {window}, 1))"
        ),
        dimensions=_same(*_DIMENSIONS),
        noun="patches",
    )


def _runtime_health(slo: Slo) -> SloEvents:
    ended = f"status IN ({_listed(CommandStatus.OK, CommandStatus.FAILED)})"
    threshold = round((slo.threshold or 0) * 1_000)
    return SloEvents(
        rollup="command_daily",
        rollup_good="good_count",
        rollup_total="run_count",
        facts="command_run AS run LEFT JOIN task USING (task_key)",
        key="run.command_run_key",
        date="run.started_date",
        instant="run.started_at",
        counts=f"({ended} AND duration_ms IS NOT NULL OR status = '{CommandStatus.TIMEOUT}')",
        good=f"({ended} AND duration_ms <= {threshold})",
        dimensions=_same("project", "task_class", of="run.") | _same("provider", "model", of="task."),
        noun="runs",
    )


def _provider_stability(_: Slo) -> SloEvents:
    return SloEvents(
        rollup="call_daily",
        rollup_good=f"iif(status IN ('{CallStatus.ERROR}', '{CallStatus.UNKNOWN}'), 0, call_count)",
        rollup_total=f"iif(status = '{CallStatus.UNKNOWN}', 0, call_count)",
        facts="llm_call",
        key="llm_call_key",
        date="started_date",
        instant="started_at",
        counts=f"is_counted AND status <> '{CallStatus.UNKNOWN}'",
        good=f"status <> '{CallStatus.ERROR}'",
        dimensions=_same(*_DIMENSIONS),
        noun="calls",
    )


def _cost_efficiency(slo: Slo) -> SloEvents:
    budget = round((slo.threshold or 0) * 1_000_000)
    return SloEvents(
        rollup="task_daily",
        rollup_good="within_budget_count",
        rollup_total="completed_priced_count",
        facts="task",
        key="task_key",
        date="requested_date",
        instant="requested_at",
        counts=f"outcome = '{Outcome.COMPLETED}' AND call_count > 0 AND unpriced_call_count = 0",
        good=f"known_cost_micro_usd <= {budget}",
        dimensions=_same(*_DIMENSIONS),
        noun="completed tasks",
    )


def _listed(*words: str) -> str:
    return ", ".join(f"'{word}'" for word in words)


_EVENTS = {
    "task_success": _task_success,
    "diff_acceptance": _diff_acceptance,
    "runtime_health": _runtime_health,
    "provider_stability": _provider_stability,
    "cost_efficiency": _cost_efficiency,
}
