"""What a repository showed at its last reading, and the commits that a later one no longer shows."""

import json
import sqlite3
from collections.abc import Callable, Iterable

from data.keys import stable_key
from etl.context import LoadContext, insert
from etl.git_command import GitReader
from etl.places import commit_key
from etl.redact import redact_name

_PARENTS = """
SELECT stored.vcs_commit_key, stored.sha, stored.parent_shas, stored.is_left_behind, stored.committed_date
FROM json_each(?) AS key CROSS JOIN vcs_commit AS stored ON stored.vcs_commit_key = key.value
"""


class Heads:
    """The commits that refs of one repository pointed to when it was read last, for one project."""

    def __init__(self, context: LoadContext, place: str) -> None:
        """Take the place of the repository, and look up what is known of it."""
        self._context = context
        self._project = context.owner.project
        self._repository = stable_key("repository", place)
        found = context.connection.execute(
            "SELECT sha FROM repository_head WHERE repository_hash = ? AND project IS ?",
            (self._repository, self._project),
        )
        self.before = frozenset(sha for (sha,) in found)

    def leave_behind(self, reader: GitReader, there: frozenset[str], tips: Iterable[str]) -> int:
        """Mark the commits that only heads of the last reading lead to, and return how many there are.

        Of these heads, ``there`` are still in the repository. Other repositories of the project that still show a
        commit keep it.
        """
        lost = self.before - there
        if not lost and not (there and reader.is_left_out(there, tips)):
            return 0
        shown = reader.reachable(tips)
        candidates = self._walk(self.before - shown, lambda sha: sha not in shown)
        if candidates and (others := self._heads_of_others()):
            kept = self._walk(others, lambda _sha: True)
            candidates = {key: day for key, day in candidates.items() if key not in kept}
        context = self._context
        context.connection.executemany(
            "UPDATE vcs_commit SET is_left_behind = 1 WHERE vcs_commit_key = ?", ((key,) for key in sorted(candidates))
        )
        context.touched.commit_keys.update(candidates)
        context.touched.days.update(day for day in candidates.values() if day is not None)
        return len(candidates)

    def remember(self, refs: Iterable[tuple[str, str]]) -> None:
        """Write down what the refs point to now; nothing for a repository that does not hold all of its history."""
        self._context.connection.execute(
            "DELETE FROM repository_head WHERE repository_hash = ? AND project IS ?", (self._repository, self._project)
        )
        rows = {
            (key := stable_key("repository_head", self._project, self._repository, name)): (
                key, self._project, self._repository, self._shown(name), sha, self._context.load_id,
            )
            for name, sha in refs
        }  # fmt: skip
        insert(self._context.connection, "repository_head", [rows[key] for key in sorted(rows)])

    def _shown(self, name: str) -> str:
        hidden = self._context.owner.hidden_names
        return hidden.in_text(redact_name(name)) if hidden else redact_name(name)

    def _heads_of_others(self) -> set[str]:
        found = self._context.connection.execute(
            "SELECT sha FROM repository_head WHERE repository_hash <> ? AND project IS ?",
            (self._repository, self._project),
        )
        return {sha for (sha,) in found}

    def _walk(self, heads: Iterable[str], goes_on: Callable[[str], bool]) -> dict[int, int | None]:
        """Return key and day of the stored commits that heads lead to, themselves included, not yet left behind."""
        found: dict[int, int | None] = {}
        visited: set[int] = set()
        asked = set(heads)
        while asked:
            keys = {commit_key(self._project, sha) for sha in asked} - visited
            visited |= keys
            asked = set()
            for key, sha, parents, is_left, day in _stored(self._context.connection, keys):
                if goes_on(sha):
                    asked.update(parents.split())
                    if not is_left:
                        found[key] = day
        return found


def _stored(connection: sqlite3.Connection, keys: set[int]) -> list[tuple[int, str, str, int, int | None]]:
    return connection.execute(_PARENTS, (json.dumps(sorted(keys)),)).fetchall() if keys else []
