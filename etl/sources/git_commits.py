"""From what a log tells of a commit to rows of vcs_commit and commit_file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from zlib import crc32

from data.words import QuarantineReason
from etl.context import LoadContext, day_of, earliest_allowed
from etl.places import commit_key, place_hash, stored_path
from etl.redact import redact_person, redact_title
from etl.revert_words import pull_number_of, push_kind_of, subject_hash, trailers_of, undoing_of
from etl.sources.bolt_messages import instant_of
from etl.sources.git_changes import Changes, changes_of
from etl.sources.git_records import BadRecordError, LoggedCommit

_CHECKSUM_BITS = 32
# What a copy of a commit tells, in the order of its weight.
_BLOBS, _FILES, _PARENTS, _COMMIT_TIME, _REPOSITORY = 16, 8, 4, 2, 1


class TooOldError(Exception):
    """A commit from before anything is measured."""


FileRow = tuple[str, int, str | None, int | None, int | None, str | None]
"""Path as stored, hash of its place, operation, lines added and removed, id of the blob."""


@dataclass(slots=True)
class CommitRows:
    """The rows of one commit, all but the number of the load."""

    key: int
    rank: int
    day: int | None
    committed_at: int
    columns: tuple[object, ...]
    """Columns of vcs_commit from the project to the lines removed."""
    files: list[FileRow]


@dataclass
class CommitReader:
    """Turns what one log tells into rows, with the people, paths and names of one owner's files."""

    context: LoadContext
    repository: str | None
    tells_files: bool
    """Whether the log tells files at all, so that a commit without any changes none."""
    tells_lines: bool
    """Whether the log counts lines."""
    shallow: frozenset[str] = frozenset()
    """Commits at which a shallow clone ends: all files look new in them."""
    estimated_count: int = 0
    """Commits whose time is that of writing, as the log tells no other."""
    _places: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    _people: dict[tuple[str, str], str | None] = field(default_factory=dict[tuple[str, str], str | None])

    def __post_init__(self) -> None:
        if self.repository is not None:
            self.repository = self._shown(self.repository) or None

    def rows_of(self, commit: LoggedCommit, *, may_be_cut_off: bool) -> CommitRows:
        """Return the rows of a commit; that of the last record of a file may be cut off.

        Raises BadRecordError when it cannot be used, TooOldError when it is from before anything is measured.
        """
        context, project = self.context, self.context.owner.project
        committed_at = self._time(commit.committed if commit.committed is not None else commit.authored)
        authored_at = committed_at if commit.authored == commit.committed else time_of(commit.authored)
        if authored_at is not None and not earliest_allowed() <= authored_at <= context.latest_allowed:
            authored_at = None
        ends_here = commit.sha in self.shallow
        changes = Changes() if ends_here else changes_of(commit.changes)
        if may_be_cut_off and self.tells_lines and _lacks_lines(changes):
            raise BadRecordError(QuarantineReason.MISSING_FIELD, "the list of its files ends early: it was cut off")
        has_files = bool(changes.files)
        # A merge shows no files of its own unless it is asked to, so that none tells nothing.
        is_told = has_files or (self.tells_files and not commit.is_merge and not ends_here)
        key = commit_key(project, commit.sha)
        day = day_of(committed_at)
        files = self._files(changes)
        undoing = undoing_of(commit.subject, commit.body)
        push = push_kind_of(commit.subject)
        trailers = trailers_of(commit.trailers, commit.body)
        is_counted = changes.counted_lines or not has_files
        columns = (
            project,
            self.repository,
            commit.sha,
            "" if ends_here else commit.parents or "",
            self._person(commit.author, commit.email),
            authored_at,
            committed_at,
            day,
            self._shown(commit.subject) or None,
            subject_hash(commit.subject),
            push and push.value,
            undoing and undoing.kind.value,
            undoing and undoing.sha,
            undoing and undoing.subject and subject_hash(undoing.subject),
            undoing and undoing.number,
            pull_number_of(commit.subject, commit.body),
            int(trailers.is_ai_assisted),
            trailers.reviewers,
            len(files) if is_told else None,
            _sum(change.added for change in changes.files.values()) if is_told and is_counted else None,
            _sum(change.removed for change in changes.files.values()) if is_told and is_counted else None,
        )
        if commit.committed is None:
            self.estimated_count += 1
        knows = (
            _BLOBS * changes.has_blobs
            + _FILES * is_told
            + _PARENTS * (commit.parents is not None and not ends_here)
            + _COMMIT_TIME * (commit.committed is not None)
            + _REPOSITORY * (self.repository is not None)
        )
        checksum = crc32(repr((columns, files)).encode("utf-8", "surrogatepass"))
        # Of two clones under two names one gives all their commits its name.
        checksum = crc32((self.repository or "").encode("utf-8", "surrogatepass")) >> 16 << 16 | checksum >> 16
        return CommitRows(key, knows << _CHECKSUM_BITS | checksum, day, committed_at, columns, files)

    def _files(self, changes: Changes) -> list[FileRow]:
        rows: dict[str, FileRow] = {}
        for path, change in changes.files.items():
            place = self._places.get(path)
            if place is None:
                stored = stored_path(path)
                place = self._places[path] = (stored, place_hash(self.context.owner.project, stored))
            operation = change.operation.value if change.operation else None
            row = (*place, operation, change.added, change.removed, change.blob)
            # Two paths can be the same without their secrets; the first stands for both.
            rows.setdefault(place[0], row)
        return list(rows.values())

    def _time(self, text: str) -> int:
        instant = time_of(text)
        if instant is None:
            raise BadRecordError(
                QuarantineReason.BAD_TIME,
                "the time is none with a time zone; make the log with --date=iso-strict",
            )
        if instant > self.context.latest_allowed:
            raise BadRecordError(QuarantineReason.BAD_TIME, "the time is in the future")
        if instant < earliest_allowed():
            raise TooOldError
        return instant

    def _person(self, name: str, email: str) -> str | None:
        asked = (name, email)
        if asked not in self._people:
            context = self.context
            by_email = not name.strip() or context.is_mapped_user(email)
            person = context.person_of_gateway_user((email if by_email else name).strip() or None)
            self._people[asked] = redact_person(person) or None
        return self._people[asked]

    def _shown(self, text: str) -> str:
        title = redact_title(text)
        hidden = self.context.owner.hidden_names
        return hidden.in_text(title) if hidden else title


def time_of(text: str) -> int | None:
    """Return microseconds since 1970 of any date that git writes with its time zone; null when it is none.

    Known are the default, iso, iso-strict, rfc, raw and unix; relative, short and local dates tell no instant.
    """
    text = text.strip()
    if len(text) > 60:
        return None
    if text[10:11] == "T":
        return instant_of(text) if text[-6:-5] in {"+", "-"} or text.endswith("Z") else None
    try:
        moment = _moment(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return instant_of(moment.isoformat()) if moment is not None and moment.tzinfo is not None else None


def _moment(text: str) -> datetime | None:
    words = text.split()
    if words and words[0].isdecimal() and len(words) <= 2 and len(words[0]) <= 12:
        return datetime.fromisoformat("1970-01-01T00:00:00+00:00") + timedelta(seconds=int(words[0]))
    if len(words) == 3:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z")
    if "," in text:
        return parsedate_to_datetime(text)
    return datetime.strptime(text, "%a %b %d %H:%M:%S %Y %z")


def _lacks_lines(changes: Changes) -> bool:
    return changes.counted_lines < changes.raw_lines and not changes.has_changed_type


def _sum(lines: Iterable[int | None]) -> int:
    return sum(number for number in lines if number is not None)
