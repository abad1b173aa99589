"""All record tables, in the order in which documentation and refusals name them."""

from data.words import SourceKind
from etl.records.contract import RecordTable
from etl.records.control_tables import APPROVALS, COMMAND_RUNS, DEPLOYMENTS, TOOL_CALLS
from etl.records.governance_tables import ACCESS_GRANTS, INCIDENTS, OWNERS, POLICY_CHANGES, SECRET_ROTATIONS
from etl.records.patch_table import PATCHES
from etl.records.work_tables import LLM_CALLS, TASKS

TABLES: tuple[RecordTable, ...] = (
    TASKS,
    LLM_CALLS,
    PATCHES,
    APPROVALS,
    COMMAND_RUNS,
    TOOL_CALLS,
    DEPLOYMENTS,
    POLICY_CHANGES,
    INCIDENTS,
    SECRET_ROTATIONS,
    ACCESS_GRANTS,
    OWNERS,
)


def table_of(kind: SourceKind) -> RecordTable:
    """Return the record table that a kind of file holds."""
    return next(table for table in TABLES if table.kind is kind)
