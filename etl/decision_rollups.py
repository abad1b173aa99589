"""How the rollups of decisions that were asked for follow from facts: of all, and of people's on patches by person."""

from collections.abc import Mapping

from data.words import Actor, Decision, Subject
from etl.source_rollups import Rollup, histogram_sql

_ASKED = "approval AS asked LEFT JOIN task USING (task_key)"
_OF_TASK: Mapping[str, str] = {
    "project": "asked.project",
    "task_class": "asked.task_class",
    "provider": "task.provider",
    "model": "task.model",
}
_DECIDED = f"decision <> '{Decision.PENDING}'"


def approval_rollups() -> tuple[Rollup, ...]:
    """Return the rollups of decisions that were asked for, in the order in which they follow from each other."""
    finest = Rollup(
        table="approval_daily",
        facts=_ASKED,
        date="asked.asked_date",
        dimensions={**_OF_TASK, **{name: name for name in ("subject", "decision", "actor")}},
        measures={
            "approval_count": "1",
            "waiting_known_count": f"{_DECIDED} AND waiting_ms IS NOT NULL",
            "waiting_ms": f"iif({_DECIDED}, waiting_ms, NULL)",
            "second_reviewer_count": "is_second_reviewer",
        },
        histograms={"waiting_histogram": histogram_sql("waiting_ms", _DECIDED)},
    )
    return finest.with_coarser(
        "decision_project_daily", "decision_route_daily", "decision_daily",
        "task_class", "subject", "decision", "actor",
    )  # fmt: skip


def reviewer_rollups() -> tuple[Rollup, ...]:
    """Return the rollups of people's decisions on patches, in the order in which they follow from each other."""
    finest = Rollup(
        table="patch_reviewer_daily",
        facts=_ASKED,
        where=f"subject = '{Subject.PATCH}' AND actor = '{Actor.HUMAN}' AND {_DECIDED}",
        date="asked.asked_date",
        dimensions={**_OF_TASK, "reviewer": "asked.decided_by"},
        measures={
            "decided_count": "1",
            "rejected_count": f"decision = '{Decision.REJECTED}'",
            "waiting_known_count": "waiting_ms IS NOT NULL",
            "waiting_ms": "waiting_ms",
        },
        histograms={"waiting_histogram": histogram_sql("waiting_ms")},
    )
    return finest.with_coarser(
        "reviewer_project_daily", "reviewer_route_daily", "reviewer_daily", "reviewer", by_class=False
    )
