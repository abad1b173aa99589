"""Derives outcomes from facts that tests write straight into a store, in pieces and in any order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import SQLModel

from data.epoch import EPOCH_DAY
from data.store import Store
from data.tables import (
    CommitFile,
    Deployment,
    Patch,
    PatchFile,
    PullRequest,
    PullRequestCommit,
    PullRequestFile,
    PullRequestReview,
    Task,
    VcsCommit,
)
from etl.context import Touched
from etl.derive.run import derive
from fact_rows import Facts, write_row

Piece = Sequence[tuple[type[SQLModel], Mapping[str, Any]]]


def derived(store: Store, facts: Facts) -> Store:
    """Write all facts at once and derive what follows."""
    load_piece(store, facts.rows)
    return store


def load_piece(store: Store, piece: Piece) -> None:
    """Write some facts and derive what follows, as one load does."""
    touched = Touched()
    with store.writing() as connection:
        for table, columns in piece:
            write_row(connection, table, columns)
            _touch(touched, table, columns)
        derive(connection, touched)


def pieces_of(facts: Facts) -> list[Piece]:
    """Part facts into pieces: a patch, a commit or a request with what belongs to it, a task, a deployment."""
    pieces: list[list[tuple[type[SQLModel], Mapping[str, Any]]]] = []
    for table, columns in facts.rows:
        parts = (PatchFile, CommitFile, PullRequestCommit, PullRequestFile, PullRequestReview)
        if table in parts or (table is Patch and pieces and pieces[-1][-1][0] is Task):
            pieces[-1].append((table, columns))
        else:
            pieces.append([(table, columns)])
    return list(pieces)


def load_in_order(store: Store, pieces: Sequence[Piece], order: Iterable[int]) -> None:
    for number in order:
        load_piece(store, pieces[number])


def _touch(touched: Touched, table: type[SQLModel], columns: Mapping[str, Any]) -> None:
    touched.days.update((day - EPOCH_DAY).days for name, day in columns.items() if name.endswith("_date") and day)
    for names, tables, keys in (
        ("patch_key", (Patch, PatchFile), touched.patch_keys),
        ("vcs_commit_key", (VcsCommit, CommitFile), touched.commit_keys),
        (
            "pull_request_key",
            (PullRequest, PullRequestCommit, PullRequestFile, PullRequestReview),
            touched.pull_request_keys,
        ),
        ("deployment_key", (Deployment,), touched.deployment_keys),
    ):
        if table in tables:
            keys.add(columns[names])


def links(store: Store) -> list[tuple[Any, ...]]:
    """Return patch, kind, target, method and confidence of every link."""
    return store.rows("SELECT patch_key, kind, target_key, method, confidence FROM patch_link ORDER BY 1, 2, 3")
