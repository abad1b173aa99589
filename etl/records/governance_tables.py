"""Record tables of how a team governs its platform: policies, incidents, secrets, access, owners."""

from data.words import OwnedKind, PolicyArea, PolicyStage, Severity, SourceKind
from etl.context import LoadContext
from etl.records.between import needed_by, not_before
from etl.records.contract import (
    ID,
    RECORDED_AT,
    Column,
    ColumnType,
    Problem,
    RecordTable,
    Rows,
    required,
)

_PROJECT = Column(
    "project",
    ColumnType.PROJECT,
    says="which project; empty: the project of the file, and where that has none, all of them",
    example="shop",
    is_owners=True,
)


def _nothing(rows: Rows, context: LoadContext) -> Rows:  # noqa: ARG001
    return {}


def _person(says: str, *, is_required: bool = False) -> Column:
    return Column("person", ColumnType.PERSON, is_required=is_required, says=says, example="ann")


_STAGES = {
    PolicyStage.PROPOSED: "proposed_at",
    PolicyStage.STAGED: "staged_at",
    PolicyStage.RELEASED: "released_at",
    PolicyStage.ROLLED_BACK: "rolled_back_at",
}


def _check_policies(rows: Rows) -> list[Problem]:
    """A stage needs its time: what a change did cannot be told without."""
    needed = [problem for stage, time in _STAGES.items() for problem in needed_by(rows, time, "stage", (stage,))]
    return [*needed, *not_before(rows, "released_at", "rolled_back_at")]


POLICY_CHANGES = RecordTable(
    SourceKind.RECORD_POLICY_CHANGES,
    "policy_change",
    (
        ID,
        required("title", ColumnType.TITLE, says="what changes", example="Sonnet instead of GPT-4o for fixes"),
        required("area", ColumnType.WORD, words=PolicyArea, example="routing"),
        required("stage", ColumnType.WORD, words=PolicyStage, example="released"),
        Column("proposed_at", ColumnType.INSTANT, example="2026-02-20T09:00:00Z"),
        Column("staged_at", ColumnType.INSTANT, example="2026-02-25T09:00:00Z"),
        Column("released_at", ColumnType.INSTANT, example="2026-03-02T09:00:00Z"),
        Column("rolled_back_at", ColumnType.INSTANT),
        _person("who owns it"),
        _PROJECT,
        RECORDED_AT,
    ),
    at="released_at",
    date="released_date",
    fill=_nothing,
    check=_check_policies,
)

INCIDENTS = RecordTable(
    SourceKind.RECORD_INCIDENTS,
    "incident",
    (
        ID,
        required("title", ColumnType.TITLE, says="what happened", example="Provider answers with 529"),
        required("severity", ColumnType.WORD, words=Severity, example="major"),
        required("started_at", ColumnType.INSTANT, example="2026-03-03T08:10:00Z"),
        Column("detected_at", ColumnType.INSTANT, example="2026-03-03T08:18:00Z"),
        Column("mitigated_at", ColumnType.INSTANT, example="2026-03-03T08:40:00Z"),
        Column("resolved_at", ColumnType.INSTANT, example="2026-03-03T10:00:00Z"),
        Column("playbook", ColumnType.NAME, example="provider failure"),
        _person("who led it"),
        _PROJECT,
        RECORDED_AT,
    ),
    at="started_at",
    date="started_date",
    fill=_nothing,
    check=lambda rows: list(not_before(rows, "started_at", "detected_at", "mitigated_at", "resolved_at")),
)

SECRET_ROTATIONS = RecordTable(
    SourceKind.RECORD_SECRET_ROTATIONS,
    "secret_rotation",
    (
        ID,
        required("secret", ColumnType.NAME, says="name of the secret; never the secret itself",
                 example="ANTHROPIC_API_KEY"),
        required("rotated_at", ColumnType.INSTANT, example="2026-03-01T12:00:00Z"),
        Column("due_at", ColumnType.LATER, example="2026-06-01T12:00:00Z"),
        Column("provider", ColumnType.PROVIDER, says="provider that the secret belongs to", example="anthropic"),
        _person("who rotated it"),
        _PROJECT,
        RECORDED_AT,
    ),
    at="rotated_at",
    date="rotated_date",
    fill=_nothing,
    check=lambda rows: list(not_before(rows, "rotated_at", "due_at")),
)  # fmt: skip

ACCESS_GRANTS = RecordTable(
    SourceKind.RECORD_ACCESS_GRANTS,
    "access_grant",
    (
        ID,
        _person("who may", is_required=True),
        required("role", ColumnType.TITLE, says="what they may", example="approve deployments"),
        required("granted_at", ColumnType.INSTANT, example="2026-01-10T09:00:00Z"),
        Column("granted_by", ColumnType.PERSON, example="bob"),
        Column("reviewed_at", ColumnType.INSTANT, example="2026-03-01T09:00:00Z"),
        Column("revoked_at", ColumnType.INSTANT, says="when it was taken away; empty while it holds"),
        _PROJECT,
        RECORDED_AT,
    ),
    at="granted_at",
    date="granted_date",
    fill=_nothing,
    check=lambda rows: list(not_before(rows, "granted_at", "reviewed_at", "revoked_at")),
)

OWNERS = RecordTable(
    SourceKind.RECORD_OWNERS,
    "owner",
    (
        ID,
        required("owned_kind", ColumnType.WORD, words=OwnedKind, example="slo"),
        required("owned", ColumnType.TITLE, says="name of the thing", example="task_success"),
        _person("who answers for it", is_required=True),
        required("since_at", ColumnType.INSTANT, example="2026-01-01T00:00:00Z"),
        Column("until_at", ColumnType.LATER, says="until when; empty while they do"),
        _PROJECT,
        RECORDED_AT,
    ),
    at="since_at",
    date="since_date",
    fill=_nothing,
    check=lambda rows: list(not_before(rows, "since_at", "until_at")),
)
