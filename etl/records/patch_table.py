"""Record table of patches: what was proposed, and what your own systems know became of it, as evidence."""

import json
from collections.abc import Iterator
from typing import Any

from data.keys import stable_key
from data.words import (
    Decision,
    EvidenceKind,
    FactSource,
    FileOperation,
    LinesBasis,
    ReworkKind,
    RollbackEvidence,
    SourceKind,
    TaskClass,
    TimeBasis,
)
from etl.context import LoadContext, upsert
from etl.records.between import both_or_none, not_before
from etl.records.contract import (
    ID,
    PERSON,
    PROJECT,
    RECORDED_AT,
    TASK_ID,
    Column,
    ColumnType,
    Problem,
    RecordTable,
    Rows,
    all_of,
    required,
    word,
)
from etl.records.task_links import classes_of, keys_of_tasks
from etl.records.work_tables import routes

_EVIDENCE = (
    (EvidenceKind.DECISION, "decision", "decided_at"),
    (EvidenceKind.ROLLBACK, "rollback_evidence", "rolled_back_at"),
    (EvidenceKind.REWORK, "rework_kind", "reworked_at"),
)


def _check(rows: Rows) -> list[Problem]:
    return [
        *not_before(rows, "proposed_at", "decided_at", "rolled_back_at", "reworked_at"),
        *both_or_none(rows, "rolled_back_at", "rollback_evidence"),
        *both_or_none(rows, "reworked_at", "rework_kind"),
    ]


def _patches(rows: Rows, context: LoadContext) -> Rows:
    provider, model = routes(rows)
    task_keys = keys_of_tasks(rows)
    classes = classes_of(context.connection, task_keys)
    return {
        "task_key": task_keys,
        "task_class": [known or own for known, own in zip(classes, rows["task_class"], strict=True)],
        "proposed_at_basis": all_of(rows, TimeBasis.GIVEN.value),
        "provider": provider,
        "model": model,
        "files_count": [
            len(paths) if files is None else files
            for files, paths in zip(rows["files_count"], rows["paths"], strict=True)
        ],
        "is_closed": all_of(rows, True),
        "source": all_of(rows, FactSource.RECORD.value),
    }


def _follow(written: Rows, context: LoadContext) -> None:
    connection, keys = context.connection, written["patch_key"]
    context.touched.patch_keys.update(keys)
    # Their number of patches is counted anew.
    context.touched.task_keys.update(filter(None, written["task_key"]))
    wanted = (json.dumps(keys),)
    connection.execute("DELETE FROM patch_file WHERE patch_key IN (SELECT value FROM json_each(?))", wanted)
    connection.execute(
        "DELETE FROM patch_evidence WHERE is_fact AND source_key = patch_key "
        "AND patch_key IN (SELECT value FROM json_each(?))",
        wanted,
    )
    upsert(connection, "patch_file", sorted(_files(written), key=lambda row: row[0]), rank=None)
    upsert(connection, "patch_evidence", sorted(_evidence(written), key=lambda row: row[0]), rank=None)


def _files(written: Rows) -> Iterator[tuple[Any, ...]]:
    for key, paths in zip(written["patch_key"], written["paths"], strict=True):
        for path in paths:
            yield (
                stable_key("patch_file", key, path), key, path, FileOperation.EDIT.value, None, None,
                LinesBasis.RECORDED.value, *(None,) * 4,
            )  # fmt: skip


def _evidence(written: Rows) -> Iterator[tuple[Any, ...]]:
    for kind, column, time in _EVIDENCE:
        for key, found, happened_at in zip(written["patch_key"], written[column], written[time], strict=True):
            if found is not None:
                source = FactSource.RECORD.value
                yield (
                    stable_key("patch_evidence", source, key, kind.value, found), key, kind.value, found, source, key,
                    happened_at, None, None, 1.0, True,
                )  # fmt: skip


PATCHES = RecordTable(
    SourceKind.RECORD_PATCHES,
    "patch",
    (
        ID,
        required("proposed_at", ColumnType.INSTANT, says="when it was proposed", example="2026-03-02T10:03:00Z"),
        required(
            "paths",
            ColumnType.PATHS,
            says="files that it changes, by their paths in the project; in a table separated by semicolons",
            example=["src/App.tsx", "src/cart.ts"],
        ),
        TASK_ID,
        PERSON,
        PROJECT,
        word("task_class", TaskClass, says="class of its task, where that is not in tasks", example="feature"),
        Column("provider", ColumnType.PROVIDER, example="anthropic"),
        Column("model", ColumnType.NAME, example="claude-sonnet-4-5"),
        Column("files_count", ColumnType.WHOLE, says="files it changes; empty: as many as paths", example=2),
        Column("lines_added", ColumnType.WHOLE, example=48),
        Column("lines_removed", ColumnType.WHOLE, example=5),
        word("decision", Decision, says="what was decided on it; empty: applied without being asked about",
             example="approved"),
        Column("decided_at", ColumnType.INSTANT, says="when that was decided", example="2026-03-02T10:20:00Z"),
        Column("commit_sha", ColumnType.HASH, says="hash of the commit that carries it, hexadecimal and whole",
               example="9fceb02d0ae598e95dc970b74767f19372d61af8"),
        Column("rolled_back_at", ColumnType.INSTANT, says="when it was undone; empty while it is in place"),
        word("rollback_evidence", RollbackEvidence),
        Column("reworked_at", ColumnType.INSTANT),
        word("rework_kind", ReworkKind),
        RECORDED_AT,
    ),
    at="proposed_at",
    date="proposed_date",
    fill=_patches,
    check=_check,
    follow=_follow,
    apart=frozenset(column for _, *pair in _EVIDENCE for column in pair),
)  # fmt: skip
