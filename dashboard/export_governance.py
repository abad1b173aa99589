"""What can be exported of a team's own records about how it governs the platform."""

from collections.abc import Sequence

from dashboard.export_columns import OWNER, Column, ExportTable, filters_of, instant, key, plain, text


def _table(name: str, meaning: str, table: str, at: str, columns: Sequence[Column]) -> ExportTable:
    """Return a small table in the order of its time."""
    return ExportTable(
        name=name,
        meaning=meaning,
        source=table,
        instant=at,
        order=f"{at} IS NULL, {at}, {table}_key",
        filters=filters_of(table, has_class=False),
        columns=(key(f"{table}_id", f"{table}_key"), text("native_id"), *OWNER, *columns),
    )


GOVERNANCE_TABLES = (
    _table(
        "policy_changes",
        "one row per dated change of a rule or a route",
        "policy_change",
        "proposed_at",
        (
            text("title"),
            *plain("area", "stage"),
            *(instant(name) for name in ("proposed_at", "staged_at", "released_at", "rolled_back_at")),
        ),
    ),
    _table(
        "incidents",
        "one row per declared problem",
        "incident",
        "started_at",
        (
            text("title"),
            *plain("severity"),
            text("playbook"),
            *(instant(name) for name in ("started_at", "detected_at", "mitigated_at", "resolved_at")),
        ),
    ),
    _table(
        "secret_rotations",
        "one row per replacement of a secret by a new one; never the secret",
        "secret_rotation",
        "rotated_at",
        (text("secret"), text("provider"), instant("rotated_at"), instant("due_at")),
    ),
    _table(
        "access_grants",
        "one row per right that a person was given",
        "access_grant",
        "granted_at",
        (
            text("role"),
            text("granted_by"),
            *(instant(name) for name in ("granted_at", "reviewed_at", "revoked_at")),
        ),
    ),
    _table(
        "owners",
        "one row per thing that somebody answers for, and the time for which they do",
        "owner",
        "since_at",
        (*plain("owned_kind"), text("owned"), instant("since_at"), instant("until_at")),
    ),
)
