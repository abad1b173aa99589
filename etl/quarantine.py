"""What could not be used: where it is, and why; never its text."""

import msgspec

from data.store import Store
from data.words import QuarantineReason


class Quarantined(msgspec.Struct, frozen=True):
    """One record that could not be used; also the shape of etl quarantine --json."""

    file: str
    kind: str
    position: str
    reason: str
    meaning: str
    detail: str
    excerpt: str | None
    load_id: int


def quarantined(store: Store, *, limit: int | None = None) -> list[Quarantined]:
    """Return the records in quarantine, those of the newest load first."""
    rows = store.rows(
        "SELECT l.file_name, l.kind, q.position, q.reason, q.detail, q.excerpt, q.load_id FROM quarantine q "
        "JOIN load l USING (load_id) ORDER BY q.load_id DESC, q.quarantine_id LIMIT ?",
        (-1 if limit is None else limit,),
    )
    return [
        Quarantined(name, kind, position, reason, QuarantineReason(reason).meaning, detail, excerpt, load_id)
        for name, kind, position, reason, detail, excerpt, load_id in rows
    ]
