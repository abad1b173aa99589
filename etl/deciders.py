"""Who decided on each patch, and by which approval: one answer, that rollups and pages read from the patch.

The deciding approval of a patch is, of those with its decision, the one nearest in time to when it was decided on; of
several a person's. Who decided is its actor, whatever was decided. Where no approval tells, nobody is known to have
decided: a team's own record may say approved or rejected without saying who. A policy decided what was let through, and
nobody what was applied without being asked about.
"""

import sqlite3

from data.words import Actor, Decision, Subject

_DECIDING = (
    # SQLite finds no column of the patch in ORDER BY, so what is ordered by is named one level below. A patch without a
    # decision has no approval to look for.
    "CASE WHEN patch.decision IS NOT NULL THEN (SELECT approval_key FROM (SELECT one.approval_key, "  # noqa: S608
    f"one.decided_at IS NULL AS is_undated, one.actor <> '{Actor.HUMAN}' AS is_no_person, "
    "abs(one.decided_at - coalesce(patch.decided_at, 0)) AS apart FROM approval AS one "
    f"WHERE one.subject_key = patch.patch_key AND one.subject = '{Subject.PATCH}' "
    "AND one.decision = patch.decision) ORDER BY is_undated, apart, is_no_person, approval_key LIMIT 1) END"
)
_ACTOR = (
    f"CASE WHEN found.decision = '{Decision.AUTO_APPROVED}' THEN '{Actor.POLICY}' "
    f"WHEN found.decision IS NOT NULL THEN coalesce(asked.actor, '{Actor.UNKNOWN}') END"
)


def name_deciders(connection: sqlite3.Connection, days: str) -> None:
    """Write anew who decided on the patches of the days that a condition on proposed_date selects."""
    changed = connection.execute(
        f"SELECT asked.approval_key, {_ACTOR}, found.patch_key FROM (SELECT patch_key, decision, decision_actor, "  # noqa: S608
        f"deciding_approval_key AS before, {_DECIDING} AS approval FROM patch WHERE {days}) AS found "
        "LEFT JOIN approval AS asked ON asked.approval_key = found.approval "
        f"WHERE found.before IS NOT asked.approval_key OR found.decision_actor IS NOT {_ACTOR}"
    ).fetchall()
    connection.executemany(
        "UPDATE patch SET deciding_approval_key = ?, decision_actor = ? WHERE patch_key = ?", changed
    )
