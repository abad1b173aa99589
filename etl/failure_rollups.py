"""How the rollups of what went wrong follow from facts: why tasks failed, and what attempts at integrations came to."""

from data.words import CallStatus, IntegrationKind, Outcome, ToolStatus
from etl.fact_sums import COMMANDS, DEPLOYMENTS
from etl.source_rollups import Rollup

_NONE = dict.fromkeys(("failed_count", "timeout_count", "denied_count", "not_run_count", "repeated_count"), "0")


def failures() -> Rollup:
    """Tasks that failed or were stopped, by footprint and kind of error of their last call that failed."""
    last_error = (
        "(SELECT error_kind FROM llm_call AS call WHERE call.task_key = task.task_key AND call.is_counted "  # noqa: S608
        f"AND call.status = '{CallStatus.ERROR}' ORDER BY call.started_at DESC, call.llm_call_key DESC LIMIT 1)"
    )
    own = ("project", "task_class", "provider", "model", "outcome", "outcome_basis")
    return Rollup(
        table="failure_daily",
        facts="task",
        where=f"outcome IN ('{Outcome.FAILED}', '{Outcome.ABORTED}')",
        date="requested_date",
        dimensions={**{name: name for name in own}, "error_kind": last_error},
        measures={"task_count": "1"},
    )


def integrations() -> tuple[Rollup, ...]:
    """Attempts at MCP servers, platforms and kinds of commands, all in one table."""
    return _tools(), _deployments(), _commands()


def _tools() -> Rollup:
    useless = ", ".join(f"'{word}'" for word in (ToolStatus.FAILED, ToolStatus.NOT_RUN))
    # Within the day, so that the rows of a day follow from its own facts.
    repeated = (
        "EXISTS (SELECT 1 FROM tool_call AS earlier WHERE earlier.task_key = call.task_key "  # noqa: S608
        "AND earlier.tool = call.tool AND earlier.server IS call.server AND earlier.called_date = call.called_date "
        f"AND earlier.called_at < call.called_at AND earlier.status IN ({useless}))"
    )
    return Rollup(
        table="integration_daily",
        facts="tool_call AS call",
        where=f"call.status <> '{ToolStatus.PENDING}'",
        date="call.called_date",
        dimensions={"project": "call.project", "kind": f"'{IntegrationKind.MCP_SERVER}'", "name": "call.server"},
        measures={
            **_NONE,
            "attempt_count": "1",
            "useful_count": f"call.status = '{ToolStatus.OK}'",
            "failed_count": f"call.status = '{ToolStatus.FAILED}'",
            "denied_count": f"call.status = '{ToolStatus.DENIED}'",
            "not_run_count": f"call.status = '{ToolStatus.NOT_RUN}'",
            "repeated_count": repeated,
        },
    )


def _deployments() -> Rollup:
    return Rollup(
        table="integration_daily",
        facts=DEPLOYMENTS,
        where="attempt_count > 0",
        date="date",
        dimensions={"project": "project", "kind": f"'{IntegrationKind.PLATFORM}'", "name": "platform"},
        measures={**_NONE, **{name: name for name in ("attempt_count", "useful_count", "failed_count")}},
    )


def _commands() -> Rollup:
    summed = ("attempt_count", "useful_count", "failed_count", "timeout_count")
    return Rollup(
        table="integration_daily",
        facts=COMMANDS,
        where="attempt_count > 0",
        date="date",
        dimensions={"project": "project", "kind": f"'{IntegrationKind.COMMANDS}'", "name": "kind"},
        measures={**_NONE, **{name: name for name in summed}},
    )
