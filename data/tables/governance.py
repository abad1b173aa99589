"""Tables of a team's own records about how it governs the platform: policies, incidents, secrets, access, owners."""

from datetime import date, datetime

from data.tables.base import Row
from data.tables.columns import big, col, day, instant, key, must, ref


class PolicyChange(Row, table=True):
    """One row per dated change of a rule or a route."""

    policy_change_key: int = key("hash of the id in the team's own record")
    native_id: str = must("id in the team's own record")
    project: str | None = col("which project; null for all")
    title: str | None = col("what changes, redacted")
    area: str = must("what it is about (PolicyArea)")
    stage: str = must("how far it is (PolicyStage)")
    person: str | None = col("who owns it")
    proposed_at: datetime | None = instant("when it was proposed")
    staged_at: datetime | None = instant("when it was tried on a part")
    released_at: datetime | None = instant("when it came into force")
    released_date: date | None = day("day it came into force")
    rolled_back_at: datetime | None = instant("when it was taken back")
    record_rank: int | None = big("which copy of the record this is; the newest wins")
    load_id: int | None = ref("the load that first brought it")


class Incident(Row, table=True):
    """One row per declared problem."""

    incident_key: int = key("hash of the id in the team's own record")
    native_id: str = must("id in the team's own record")
    project: str | None = col("which project; null for all")
    title: str | None = col("what happened, redacted")
    severity: str = must("how bad it is (Severity)")
    playbook: str | None = col("name of the playbook that was followed")
    person: str | None = col("who led it")
    started_at: datetime | None = instant("when it began")
    started_date: date | None = day("day it began")
    detected_at: datetime | None = instant("when it was noticed")
    mitigated_at: datetime | None = instant("when users no longer felt it")
    resolved_at: datetime | None = instant("when it was over")
    record_rank: int | None = big("which copy of the record this is; the newest wins")
    load_id: int | None = ref("the load that first brought it")


class SecretRotation(Row, table=True):
    """One row per replacement of a secret by a new one; never the secret."""

    secret_rotation_key: int = key("hash of the id in the team's own record")
    native_id: str = must("id in the team's own record")
    project: str | None = col("which project; null for all")
    secret: str | None = col("name of the secret, redacted")
    provider: str | None = col("provider that the secret belongs to, canonical")
    person: str | None = col("who rotated it")
    rotated_at: datetime | None = instant("when it was replaced")
    rotated_date: date | None = day("day of it")
    due_at: datetime | None = instant("when the next one is due")
    record_rank: int | None = big("which copy of the record this is; the newest wins")
    load_id: int | None = ref("the load that first brought it")


class AccessGrant(Row, table=True):
    """One row per right that a person was given."""

    access_grant_key: int = key("hash of the id in the team's own record")
    native_id: str = must("id in the team's own record")
    project: str | None = col("which project; null for all")
    person: str | None = col("who may")
    role: str | None = col("what they may, redacted")
    granted_by: str | None = col("who gave it")
    granted_at: datetime | None = instant("when it was given")
    granted_date: date | None = day("day of it")
    reviewed_at: datetime | None = instant("when it was last looked at")
    revoked_at: datetime | None = instant("when it was taken away; null while it holds")
    record_rank: int | None = big("which copy of the record this is; the newest wins")
    load_id: int | None = ref("the load that first brought it")


class Owner(Row, table=True):
    """One row per thing that somebody answers for, and the time for which they do."""

    owner_key: int = key("hash of the id in the team's own record")
    native_id: str = must("id in the team's own record")
    project: str | None = col("which project; null for all")
    owned_kind: str = must("what kind of thing it is (OwnedKind)")
    owned: str | None = col("name of the thing, redacted")
    person: str | None = col("who answers for it")
    since_at: datetime | None = instant("from when on")
    since_date: date | None = day("day of it")
    until_at: datetime | None = instant("until when; null while they do")
    record_rank: int | None = big("which copy of the record this is; the newest wins")
    load_id: int | None = ref("the load that first brought it")
