"""git history: a repository as it is, or a saved log: commits with their files, and what they say that they undo.

Messages are read for what they undo and who is named in their trailers; of them only the redacted first line is kept.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from data.definitions import reporting
from data.words import KnownReason, QuarantineReason, SourceKind
from etl.context import LoadContext
from etl.git_command import GitReader
from etl.redact import shape_of
from etl.repositories import RepositoryFile
from etl.sources.base import About, RawFile, RefusedError
from etl.sources.git_changes import TELLS_FILES, TELLS_LINES
from etl.sources.git_commits import CommitReader, CommitRows, TooOldError
from etl.sources.git_heads import Heads
from etl.sources.git_records import (
    LARGEST_RECORD,
    LIVE_FORMAT,
    PLAIN_LOG,
    SAVED_FORMAT,
    SAVED_LOG,
    BadRecordError,
    LoggedCommit,
    commit_of,
    live_records,
    plain_commit_of,
    plain_records,
    saved_records,
)
from etl.sources.git_writing import CommitWriter

LOG_COMMAND = (
    "git log --all --raw --numstat --no-renames --no-abbrev --date=iso-strict --pretty=format:'" + SAVED_FORMAT + "'"
)
_BATCH = 5000
_Record = TypeVar("_Record")


class GitHistory:
    """The source; one record is a commit."""

    about = About(
        title="git history",
        record="commit",
        how_to_get=(
            "Give the folder of the repository itself, work tree or bare (git must be installed; nothing is written to "
            "it, and nothing in it is run). Or save its log where it is, and load that file: "
            f"`{LOG_COMMAND} > commits.log`. A plain `git log --numstat --pretty=fuller` is read too, with less in it."
        ),
        gives="commits by author, files and lines, reverts in all their forms, bolt.diy's pushes, review trailers",
    )

    def recognise(self, file: RawFile) -> SourceKind | None:
        """Recognise a repository, the documented log, and the log that git prints for people."""
        if isinstance(file, RepositoryFile):
            return SourceKind.GIT_REPOSITORY
        head = file.head
        return SourceKind.GIT_LOG if SAVED_LOG.match(head) or PLAIN_LOG.match(head) else None

    def load(self, file: RawFile, kind: SourceKind, context: LoadContext) -> None:  # noqa: ARG002
        """Read all commits, of a repository only those that its last reading did not show."""
        if isinstance(file, RepositoryFile):
            with file.reader() as reader:
                _load_repository(file, reader, context)
            return
        commits = CommitReader(
            context, None, TELLS_FILES.search(file.head) is not None, TELLS_LINES.search(file.head) is not None
        )
        writer = CommitWriter(context, shows_now=False)
        with file.open() as stream:
            if SAVED_LOG.match(file.head):
                _read(saved_records(stream), commit_of, commits, writer)
            else:
                _read(plain_records(stream), plain_commit_of, commits, writer)
        if context.read_count == context.quarantined_count:
            raise RefusedError(
                f"{file.name} is a git log of which no commit can be used. Make it again, with "
                f"whole hashes and dates: {LOG_COMMAND}"
            )
        if commits.estimated_count:
            context.notes.append(
                "The log tells when commits were written, not when they were made; the one is taken for the other. "
                "After a rebase they differ: --pretty=fuller tells both."
            )


def _load_repository(file: RepositoryFile, reader: GitReader, context: LoadContext) -> None:
    refs = reader.refs()
    if not refs:
        raise RefusedError(f"{file.name} is a git repository without commits. Load it when it has some.")
    heads = Heads(context, str(file.folder.common_dir))
    commit_behind = reader.commits_of([*(sha for _, sha in refs), *heads.before])
    tips = {sha: commit_behind[sha] for _, sha in refs if sha in commit_behind}
    if not tips:
        raise RefusedError(
            f"{file.name}: none of its refs leads to a commit that is there. Copy the whole repository, or clone it "
            "again."
        )
    shallow = reader.shallow()
    options = reader.log_options()
    commits = CommitReader(context, file.repository, "--raw" in options, "--numstat" in options, shallow)
    writer = CommitWriter(context, shows_now=True)
    known: frozenset[str] = frozenset() if shallow else heads.before & commit_behind.keys()
    with reader.log(LIVE_FORMAT, tips.values(), known, options) as stream:
        _read(live_records(stream), commit_of, commits, writer)
    if shallow:
        heads.remember(())
        context.notes.append(
            "This is a shallow clone: older commits are missing, and a rewritten history cannot be noticed. "
            "'git fetch --unshallow' in it completes it."
        )
    else:
        _say_what_is_gone(heads.leave_behind(reader, known, tips.values()), context)
        heads.remember((name, tips[sha]) for name, sha in refs if sha in tips)
    if writer.returned_count:
        context.notes.append(f"{writer.returned_count:,} commits that were left behind are in it again.")
    if missing := len({sha for _, sha in refs} - tips.keys()):
        context.notes.append(f"{missing:,} of its refs lead to no commit that is there, and were passed over.")
    if not commits.tells_lines:
        context.notes.append("This is a partial clone: lines were not counted, as contents are missing in it.")


def _say_what_is_gone(gone: int, context: LoadContext) -> None:
    if gone:
        context.notes.append(
            f"{gone:,} commits that were read before are no longer in it: its history was rewritten, or branches were "
            "deleted. They stay in the store as left behind."
        )


def _read(
    records: Iterable[Any],
    read_one: Callable[[Any], LoggedCommit],
    commits: CommitReader,
    writer: CommitWriter,
) -> None:
    context = commits.context
    old = 0
    batch: list[CommitRows] = []
    for number, record, is_last in _numbered(records):
        context.read()
        try:
            if record is None:
                raise BadRecordError(QuarantineReason.TOO_LARGE, f"the record is larger than {LARGEST_RECORD >> 20} MB")
            rows = commits.rows_of(read_one(record), may_be_cut_off=is_last)
        except TooOldError:
            old += 1
            continue
        except BadRecordError as error:
            context.quarantine(f"record {number}", error.reason, error.detail, _shape(record))
            continue
        batch.append(rows)
        if len(batch) >= _BATCH:
            writer.write(batch)
            batch = []
    writer.write(batch)
    if old:
        context.already_known(KnownReason.NOT_MEASURED, old)
        context.notes.append(f"{old:,} commits are from before {reporting().first_year}, where measuring begins.")


def _numbered(records: Iterable[_Record]) -> Iterator[tuple[int, _Record, bool]]:
    """Yield each record with its number and whether it is the last one, which a copy may have cut off."""
    held: list[_Record] = []
    number = 0
    for record in records:
        if held:
            yield number, held.pop(), False
        number += 1
        held.append(record)
    if held:
        yield number, held.pop(), True


def _shape(record: Any) -> str | None:
    if record is None:
        return None
    return shape_of(b"\x1f".join(record)[:2000] if isinstance(record, list) else record[:2000])


GIT = GitHistory()
