"""Patches as linking and judging see them, read from the store."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from data.words import EvidenceKind, FactSource, RollbackEvidence
from etl.places import place_hash


@dataclass(slots=True)
class PatchFacts:
    """One patch with its files; times in microseconds."""

    key: int
    project: str | None
    chat_key: int | None
    person: str | None
    task_key: int | None
    task_class: str | None
    proposed_at: int | None
    proposed_date: int | None
    commit_sha: str | None
    is_closed: bool = True
    judged: tuple[Any, ...] = ()
    """The derived columns as they are in the store, in the order of JUDGED."""
    files: dict[int, int | None] = field(default_factory=dict[int, "int | None"])
    """Hash of the place of each file: hash of its content as git would store it; null when that is not known."""
    edited: dict[int, list[int]] | None = None
    """The same of what a person made of a file before the next turn."""


JUDGED = (
    "decision", "decided_at", "approver_count", "rolled_back_at", "rolled_back_after", "rollback_evidence",
    "rollback_confidence", "rework_kind", "reworked_at", "survival_ms", "has_commit", "has_pull_request",
    "has_deployment",
)  # fmt: skip
"""Columns of a patch that say what became of it, and what carried it."""


def read_patches(connection: sqlite3.Connection, keys: str, *, with_files: bool = True) -> dict[int, PatchFacts]:
    """Return the patches whose keys are in a temporary table (see differences.key_table)."""
    columns = ", ".join(f"p.{name}" for name in JUDGED)
    found = {
        row[0]: PatchFacts(*row[:9], is_closed=bool(row[9]), judged=row[10:])
        for row in connection.execute(
            "SELECT p.patch_key, p.project, t.chat_key, p.person, p.task_key, p.task_class, p.proposed_at, "  # noqa: S608
            f"p.proposed_date, lower(p.commit_sha), p.is_closed, {columns} FROM temp.{keys} k "
            "CROSS JOIN patch p ON p.patch_key = k.key LEFT JOIN task t ON t.task_key = p.task_key"
        )
    }
    if with_files:
        hashed = lru_cache(maxsize=None)(place_hash)
        for key, path, blob in connection.execute(
            "SELECT f.patch_key, f.path, f.blob_hash "  # noqa: S608
            f"FROM temp.{keys} k CROSS JOIN patch_file f ON f.patch_key = k.key"
        ):
            if patch := found.get(key):
                patch.files[hashed(patch.project, path)] = blob
        for key, path, blob in connection.execute(
            "SELECT e.patch_key, e.path, e.blob_hash "  # noqa: S608
            f"FROM temp.{keys} k CROSS JOIN patch_edit e ON e.patch_key = k.key ORDER BY e.patch_edit_key"
        ):
            if patch := found.get(key):
                patch.edited = patch.edited or {}
                patch.edited.setdefault(hashed(patch.project, path), []).append(blob)
    return found


def by_chat(patches: Mapping[int, PatchFacts]) -> list[list[PatchFacts]]:
    """Return the patches of each chat in their order of time; those of no chat, and without a time, are left out."""
    chats: dict[int, list[PatchFacts]] = defaultdict(list)
    for patch in patches.values():
        if patch.chat_key is not None and patch.proposed_at is not None:
            chats[patch.chat_key].append(patch)
    return [sorted(chat, key=lambda patch: (patch.proposed_at, patch.key)) for chat in chats.values()]


def undone_in_chat(connection: sqlite3.Connection, keys: str) -> dict[int, int]:
    """Return when each patch that was undone inside its chat was so first."""
    return dict(
        connection.execute(
            "SELECT e.patch_key, min(e.happened_at) "  # noqa: S608
            f"FROM temp.{keys} k CROSS JOIN patch_evidence e ON e.patch_key = k.key "
            f"WHERE e.kind = '{EvidenceKind.ROLLBACK}' AND e.source = '{FactSource.BOLT_CHAT}' "
            f"AND e.evidence IN ('{RollbackEvidence.REWIND}', '{RollbackEvidence.HUMAN_OVERWRITE}') "
            "AND e.happened_at IS NOT NULL GROUP BY e.patch_key"
        )
    )
