"""Writing commits: one row per commit of a project, its files with it, whichever copies come in whatever order."""

import json
from collections.abc import Sequence

from data.keys import stable_keys
from data.words import KnownReason
from etl.context import LoadContext, insert, upsert
from etl.places import blobs_of_ids
from etl.sources.git_commits import CommitRows

_STORED = """
SELECT stored.vcs_commit_key, stored.record_rank, stored.is_left_behind, stored.committed_date
FROM json_each(?) AS key CROSS JOIN vcs_commit AS stored ON stored.vcs_commit_key = key.value
"""


class CommitWriter:
    """Writes batches of commits and counts each as loaded or already known."""

    def __init__(self, context: LoadContext, *, shows_now: bool) -> None:
        """Take the load; shows_now when a repository shows these commits itself, so that none of them is left behind.

        A saved log tells nothing about that: it may be older than what a repository showed later.
        """
        self._context = context
        self._shows_now = shows_now
        self._seen: set[int] = set()
        self.returned_count = 0

    def write(self, commits: Sequence[CommitRows]) -> None:
        """Write commits. Of the copies of one the most complete stays, with its files, of equal ones any but one."""
        context = self._context
        best: dict[int, CommitRows] = {}
        for commit in commits:
            context.seen_at(commit.committed_at)
            other = best.get(commit.key)
            if other is None or commit.rank > other.rank:
                best[commit.key] = commit
        repeated = len(commits) - len(best) + len(self._seen & best.keys())
        context.already_known(KnownReason.REPEATED_IN_FILE, repeated)
        stored = {key: row for key, *row in context.connection.execute(_STORED, (json.dumps(sorted(best)),))}
        rows: list[CommitRows] = []
        left_behind: dict[int, int] = {}
        for key, commit in best.items():
            rank, is_left, day = stored.get(key, (None, 0, None))
            returns = bool(is_left) and self._shows_now
            left_behind[key] = 0 if returns else is_left
            is_better = rank is None or commit.rank > rank
            if key not in self._seen:
                if is_better or returns:
                    context.loaded()
                else:
                    context.already_known(KnownReason.LOADED_BEFORE)
            if is_better:
                rows.append(commit)
            if returns:
                self.returned_count += 1
                context.connection.execute("UPDATE vcs_commit SET is_left_behind = 0 WHERE vcs_commit_key = ?", (key,))
            if is_better or returns:
                context.touched.commit_keys.add(key)
                context.touched.days.update(one for one in (commit.day, day) if one is not None)
        self._seen |= best.keys()
        self._store(sorted(rows, key=lambda commit: commit.key), left_behind, set(stored))

    def _store(self, commits: list[CommitRows], left_behind: dict[int, int], stored: set[int]) -> None:
        connection = self._context.connection
        load_id = self._context.load_id
        replaced = [(commit.key,) for commit in commits if commit.key in stored]
        connection.executemany("DELETE FROM commit_file WHERE vcs_commit_key = ?", replaced)
        rows = [(one.key, *one.columns, left_behind[one.key], one.rank, load_id) for one in commits]
        changed = upsert(connection, "vcs_commit", rows)
        if changed != len(rows):
            raise AssertionError(f"{len(rows)} commits to write, {changed} written")
        insert(connection, "commit_file", _file_rows(commits))


def _file_rows(commits: list[CommitRows]) -> list[tuple[object, ...]]:
    """Return the rows of all files, by key; hashing all at once is several times faster than one by one."""
    files = [(commit, row) for commit in commits for row in commit.files]
    keys = stable_keys("commit_file", (f"{commit.key:x}/{row[0]}" for commit, row in files))
    blobs = {blob for _, row in files if (blob := row[5]) is not None}
    hashes: dict[str | None, int] = dict(zip(blobs, blobs_of_ids(blobs), strict=True))
    return sorted(
        (key, commit.key, row[0], row[1], commit.committed_at, *row[2:5], hashes.get(row[5]))
        for key, (commit, row) in zip(keys, files, strict=True)
    )
