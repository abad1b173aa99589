"""How the rollups of people's decisions on patches follow from facts, by who decided."""

from data.words import Actor, Decision, Subject
from etl.source_rollups import Rollup, histogram_sql


def reviewer_rollups() -> tuple[Rollup, ...]:
    """Return the rollups of people's decisions on patches, in the order in which they follow from each other."""
    finest = Rollup(
        table="patch_reviewer_daily",
        facts="approval AS asked LEFT JOIN task USING (task_key)",
        where=f"asked.subject = '{Subject.PATCH}' AND asked.actor = '{Actor.HUMAN}' "
        f"AND asked.decision <> '{Decision.PENDING}'",
        date="asked.asked_date",
        dimensions={
            "project": "asked.project",
            "task_class": "asked.task_class",
            "provider": "task.provider",
            "model": "task.model",
            "reviewer": "asked.decided_by",
        },
        measures={
            "decided_count": "1",
            "rejected_count": f"asked.decision = '{Decision.REJECTED}'",
            "waiting_known_count": "waiting_ms IS NOT NULL",
            "waiting_ms": "waiting_ms",
        },
        histograms={"waiting_histogram": histogram_sql("waiting_ms")},
    )
    return finest.with_coarser(
        "reviewer_project_daily", "reviewer_route_daily", "reviewer_daily", "reviewer", by_class=False
    )
