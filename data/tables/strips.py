"""Rows of daily rollups once more, many to a row: see data.strips."""

from sqlalchemy import Index

from data.tables.base import Row
from data.tables.columns import col, must, number


class RollupStrip(Row, table=True):
    """One row per rollup, block of 32 days, and group of names that the rollup keeps apart.

    Names that it does not keep apart are null. Records without a day are in no strip.
    """

    # Holds what filters choose: only chosen rows are looked up.
    __table_args__ = (Index("ix_rollup_strip_block", "rollup", "block", "project", "task_class", "provider", "model"),)

    rollup_strip_id: int | None = number("number of the row")
    rollup: str = must("table of the rollup")
    block: int = must("number of the block of days: 0 begins on 1970-01-01")
    project: str | None = col("project")
    task_class: str | None = col("class of the task")
    provider: str | None = col("provider of the route")
    model: str | None = col("model of the route")
    source: str | None = col("where calls were read (CallSource)")
    status: str | None = col("how calls ended (CallStatus)")
    error_kind: str | None = col("kind of error of calls (ErrorKind)")
    is_attributed: bool | None = col("whether calls belong to a task")
    risk_zone: str | None = col("zone of the files of patches (risk_zones.toml)")
    subject: str | None = col("what decisions are about (Subject)")
    decision: str | None = col("what was decided (Decision)")
    actor: str | None = col("who decided (Actor)")
    reviewer: str | None = col("person who decided")
    server: str | None = col("MCP server of a tool")
    tool: str | None = col("tool")
    is_mutating: bool | None = col("whether a tool changes something")
    kind: str | None = col("kind of integration (IntegrationKind)")
    name: str | None = col("integration")
    records: bytes = must("day, measures and length of the histogram of each row of the rollup, end to end")
    histograms: bytes = must("histograms of these rows in their order, end to end (data.histogram)")
