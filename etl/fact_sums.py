"""Sums over facts that several rollups are made of: the facts are grouped once, and the rollups add up what came out.

Each is a temporary table for the days that are written anew, with the dimensions of all rollups that are made of it.
"""

from data.words import CommandStatus, DeploymentStatus
from etl.source_rollups import Rollup, histogram_sql

COMMANDS = "temp.command_sum"
DEPLOYMENTS = "temp.deployment_sum"


def fact_sums(longest_command_ms: int) -> tuple[Rollup, ...]:
    """Return the sums; a command that ran longer than so many milliseconds was not good."""
    return _commands(longest_command_ms), _deployments()


def _commands(longest_ms: int) -> Rollup:
    ended = f"status IN ('{CommandStatus.OK}', '{CommandStatus.FAILED}')"
    timed_out = f"status = '{CommandStatus.TIMEOUT}'"
    return Rollup(
        table=COMMANDS,
        facts="command_run AS run LEFT JOIN task USING (task_key)",
        date="run.started_date",
        dimensions={
            "project": "run.project",
            "task_class": "run.task_class",
            "provider": "task.provider",
            "model": "task.model",
            "kind": "run.kind",
            "source": "run.source",
        },
        measures={
            "record_count": "1",
            "proposed_count": "status IS NULL",
            "run_count": f"{ended} AND duration_ms IS NOT NULL OR {timed_out}",
            "good_count": f"{ended} AND duration_ms <= {longest_ms}",
            "timeout_count": timed_out,
            "cancelled_count": f"status = '{CommandStatus.CANCELLED}'",
            "untimed_count": f"{ended} AND duration_ms IS NULL",
            "attempt_count": f"{ended} OR {timed_out}",
            "useful_count": f"status = '{CommandStatus.OK}'",
            "failed_count": f"status = '{CommandStatus.FAILED}'",
        },
        histograms={"duration_histogram": histogram_sql("duration_ms", ended)},
    )


def _deployments() -> Rollup:
    succeeded, failed = f"status = '{DeploymentStatus.SUCCESS}'", f"status = '{DeploymentStatus.FAILURE}'"
    return Rollup(
        table=DEPLOYMENTS,
        facts="deployment",
        date="finished_date",
        dimensions={name: name for name in ("project", "platform", "source")},
        measures={
            "record_count": "1",
            "attempt_count": f"{succeeded} OR {failed}",
            "useful_count": succeeded,
            "failed_count": failed,
            "rolled_back_count": "rolled_back_at IS NOT NULL",
        },
    )
