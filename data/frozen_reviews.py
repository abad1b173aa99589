"""Quarterly reviews that were frozen: one row per revision, never changed and never removed.

Freezing takes the connection of Store.writing(): its number and its row are one transaction, so that two people who
freeze at the same time get one revision, and one refusal.

Reviews of demo data are not the team's: once the store holds own files they stay in it, and are neither shown nor
counted.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from data.epoch import EPOCH, stored_instant
from data.errors import BoltscopeError, StoreError
from data.keys import stable_key
from data.review_notes import clean_name, clean_text

LONGEST_REASON = 500
_COLUMNS = "revision, frozen_at, frozen_by, reason, data_version, definitions_hash, document_hash, is_demo"
_OWN = "EXISTS (SELECT 1 FROM load WHERE NOT is_demo)"
_COUNTS = f"(NOT is_demo OR NOT {_OWN})"
"""Condition: demo data are left out once there are own files."""


class AlreadyFrozenError(BoltscopeError):
    """The quarter was frozen before, and no new revision was asked for."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One freezing of a quarter's review, without what it holds."""

    quarter: str
    scope: str
    """Filters other than the days, as words of an address; empty for everything."""
    revision: int
    frozen_at: datetime
    frozen_by: str | None
    reason: str | None
    """Why it was frozen anew; null for the first."""
    data_version: int
    definitions_hash: str
    document_hash: str
    is_demo: bool = False
    """Whether the store held nothing but demo data."""


def freeze(
    connection: sqlite3.Connection,
    quarter: str,
    scope: str,
    document_of: Callable[[int], bytes],
    *,
    frozen_at: datetime,
    frozen_by: str | None,
    reason: str | None,
    data_version: int,
    definitions: Mapping[str, str],
    definitions_hash: str,
) -> Revision:
    """Freeze a review and return its revision; document_of gives the JSON to keep for the number that it gets.

    A reason asks for a new revision. Raises AlreadyFrozenError when there is a revision and no reason, and EntryError
    for a name or reason that is too long.
    """
    latest = connection.execute(
        f"SELECT max(revision) FROM frozen_review WHERE quarter = ? AND scope = ? AND {_COUNTS}",  # noqa: S608
        (quarter, scope),
    ).fetchone()[0]
    is_demo = bool(
        connection.execute(f"SELECT EXISTS (SELECT 1 FROM load) AND NOT {_OWN}").fetchone()[0]  # noqa: S608
    )
    asked_anew = bool((reason or "").strip())
    if latest is not None and not asked_anew:
        raise AlreadyFrozenError(
            f"{quarter} is frozen already, as revision {latest}, and stays as it is. To keep another revision beside "
            "it, say why."
        )
    revision = (latest or 0) + 1
    document = document_of(revision)
    found = Revision(
        quarter,
        scope,
        revision,
        frozen_at,
        clean_name(frozen_by, "name"),
        clean_text(reason, "reason", LONGEST_REASON) if latest is not None else None,
        data_version,
        definitions_hash,
        sha256(document).hexdigest(),
        is_demo,
    )
    connection.execute(
        f"INSERT INTO frozen_review (frozen_review_key, quarter, scope, {_COLUMNS}, definitions, document) "  # noqa: S608
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_key(found), quarter, scope, revision, stored_instant(frozen_at),
         found.frozen_by, found.reason, data_version, definitions_hash, found.document_hash, is_demo,
         json.dumps(dict(definitions), sort_keys=True), document.decode("utf-8")),
    )  # fmt: skip
    return found


def revisions(connection: sqlite3.Connection, quarter: str, scope: str) -> tuple[Revision, ...]:
    """Return the revisions of a quarter and scope, the newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM frozen_review WHERE quarter = ? AND scope = ? AND {_COUNTS} "  # noqa: S608
        "ORDER BY revision DESC",
        (quarter, scope),
    ).fetchall()
    return tuple(Revision(quarter, scope, row[0], EPOCH + timedelta(microseconds=row[1]), *row[2:]) for row in rows)


def frozen_quarters(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the quarters that have a frozen review, whatever its scope, oldest first."""
    sql = f"SELECT DISTINCT quarter FROM frozen_review WHERE {_COUNTS} ORDER BY quarter"  # noqa: S608
    return tuple(row[0] for row in connection.execute(sql))


def frozen_days(connection: sqlite3.Connection, quarter: str) -> tuple[date, date] | None:
    """Return first and last day of a quarter as its newest frozen review has them; null where none is frozen."""
    row = connection.execute(
        "SELECT json_extract(document, '$.first'), json_extract(document, '$.last') FROM frozen_review "  # noqa: S608
        f"WHERE quarter = ? AND json_valid(document) AND {_COUNTS} ORDER BY frozen_at DESC LIMIT 1",
        (quarter,),
    ).fetchone()
    return None if row is None or None in row else (date.fromisoformat(row[0]), date.fromisoformat(row[1]))


def frozen_document(connection: sqlite3.Connection, revision: Revision) -> bytes:
    """Return the JSON that was kept, byte for byte. Raises StoreError when it is not what was frozen."""
    row = connection.execute("SELECT document FROM frozen_review WHERE frozen_review_key = ?", (_key(revision),))
    document = str(row.fetchone()[0]).encode("utf-8")
    if sha256(document).hexdigest() != revision.document_hash:
        raise StoreError(
            f"Revision {revision.revision} of {revision.quarter} is not what was frozen: somebody changed it in the "
            "store. Restore a copy of the store."
        )
    return document


def frozen_definitions(connection: sqlite3.Connection, revision: Revision) -> dict[str, str]:
    """Return the definitions that a review was made with: text by file name."""
    row = connection.execute("SELECT definitions FROM frozen_review WHERE frozen_review_key = ?", (_key(revision),))
    return json.loads(row.fetchone()[0])


def _key(revision: Revision) -> int:
    name = "frozen_review_of_demo" if revision.is_demo else "frozen_review"
    return stable_key(name, revision.quarter, revision.scope, revision.revision)
