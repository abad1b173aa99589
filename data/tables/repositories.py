"""Tables of what git and code reviews tell: commits with their files, pull and merge requests, reviews.

These are facts, with keys from content; which patch a commit or a request carries is derived (data.tables.outcomes).
"""

from datetime import date, datetime

from sqlalchemy import Index, text

from data.tables.base import Row
from data.tables.columns import big, col, day, instant, key, must, ref


class VcsCommit(Row, table=True):
    """One row per commit of a project, whichever clones, branches and logs repeat it; without its message's body."""

    __table_args__ = (
        Index("ix_vcs_commit_undoing", "project", sqlite_where=text("revert_kind IS NOT NULL")),
        Index("ix_vcs_commit_subject_hash", "subject_hash"),
        Index("ix_vcs_commit_pull_number", "pull_number", sqlite_where=text("pull_number IS NOT NULL")),
    )

    vcs_commit_key: int = key("hash of the project and the commit's hash")
    project: str | None = col("which project")
    repository: str | None = col("name of the repository it was read from, redacted; null for a log that does not say")
    sha: str = must("the commit's hash, hexadecimal", index=True)
    parent_shas: str = must("hashes of its parents, separated by spaces; first the one it was made on")
    person: str | None = col("author, as far as mapped")
    authored_at: datetime | None = instant("when it was written")
    committed_at: datetime | None = instant("when it was committed")
    committed_date: date | None = day("day it was committed")
    subject: str | None = col("first line of its message, redacted")
    subject_hash: int | None = ref("hash of the first line as it is, to find what a revert names")
    push_kind: str | None = col("which of bolt.diy's own messages it bears (PushKind); null when none")
    revert_kind: str | None = col("how it says that it undoes something (RevertKind); null when it does not")
    reverted_sha: str | None = col("hash, or the beginning of it, of the commit that it undoes")
    reverted_subject_hash: int | None = ref("hash of the first line of the commit that it undoes")
    reverted_number: int | None = big("number of the pull or merge request that it undoes")
    pull_number: int | None = big("number of the pull or merge request that its first line names as its own")
    is_ai_assisted: bool | None = col("whether a trailer names a coding assistant; null when trailers were not read")
    review_trailer_count: int | None = big("trailers that name a reviewer; null when trailers were not read")
    files_count: int | None = big("files it changes; null when not told")
    lines_added: int | None = big("lines added, binary files aside")
    lines_removed: int | None = big("lines removed, binary files aside")
    is_left_behind: bool = must("whether a later reading of its repository no longer showed it: history was rewritten")
    record_rank: int | None = big("how complete this copy is: with files, with blobs; the most complete wins")
    load_id: int | None = ref("the load that first brought it")


class CommitFile(Row, table=True):
    """One row per file that a commit changes."""

    __table_args__ = (Index("ix_commit_file_place", "place_hash", "committed_at"),)

    commit_file_key: int = key("hash of commit and path")
    vcs_commit_key: int | None = ref("the commit", index=True)
    path: str = must("path in the repository, redacted")
    place_hash: int | None = ref("hash of project and path, by which files of patches are found (etl.places)")
    committed_at: datetime | None = instant("when the commit was made")
    operation: str | None = col("what it does to the file (FileOperation); null when not told")
    lines_added: int | None = big("lines added; null for binary files")
    lines_removed: int | None = big("lines removed; null for binary files")
    blob_hash: int | None = ref("hash of the blob after the commit; null when the log does not tell", index=True)


class RepositoryHead(Row, table=True):
    """One row per repository that was read in place and ref of it, as its last reading showed it."""

    repository_head_key: int = key("hash of project, repository and ref")
    project: str | None = col("which project")
    repository_hash: int | None = ref("hash of the place of the repository", index=True)
    ref_name: str = must("name of the ref, redacted")
    sha: str = must("commit it pointed to")
    load_id: int | None = ref("the load that saw it so")


class PullRequest(Row, table=True):
    """One row per pull or merge request, as its newest copy shows it."""

    __table_args__ = (
        Index(
            "ix_pull_request_undoing",
            "project",
            sqlite_where=text("reverted_number IS NOT NULL OR reverted_sha IS NOT NULL"),
        ),
    )

    pull_request_key: int = key("hash of project, platform, repository and number")
    project: str | None = col("which project")
    platform: str = must("where it is (Platform)")
    repository: str | None = col("repository, host and path; null when the file does not say")
    number: int = must("its number in the repository", index=True)
    title: str | None = col("title, redacted")
    state: str = must("how it stands (PullRequestState)")
    person: str | None = col("author, as far as mapped")
    source_branch: str | None = col("branch it merges, redacted")
    opened_at: datetime | None = instant("when it was opened")
    opened_date: date | None = day("day it was opened")
    merged_at: datetime | None = instant("when it was merged")
    closed_at: datetime | None = instant("when it was closed or merged")
    merged_by: str | None = col("who merged it, as far as mapped")
    updated_at: datetime | None = instant("when it last changed, as this copy says")
    is_draft: bool | None = col("whether it is a draft")
    is_review_known: bool = must("whether its reviews are known up to its end, or to its newest copy: none means none")
    head_sha: str | None = col("newest commit of its branch")
    merge_sha: str | None = col("commit that merged it", index=True)
    squash_sha: str | None = col("commit that it was squashed into", index=True)
    files_count: int | None = big("files it changes")
    lines_added: int | None = big("lines added")
    lines_removed: int | None = big("lines removed")
    reverted_number: int | None = big("number of the pull or merge request that it undoes")
    reverted_sha: str | None = col("hash, or the beginning of it, of the merge that it undoes")
    record_rank: int | None = big("how new and complete this copy is; the highest wins")
    load_id: int | None = ref("the load that first brought it")


class PullRequestCommit(Row, table=True):
    """One row per commit that a pull or merge request brings in, any copy of it taken together."""

    pull_request_commit_key: int = key("hash of request and commit")
    pull_request_key: int | None = ref("the request", index=True)
    vcs_commit_key: int | None = ref("the commit, whether or not it was loaded", index=True)
    sha: str = must("the commit's hash")


class PullRequestFile(Row, table=True):
    """One row per file that a pull or merge request changes, any copy of it taken together."""

    pull_request_file_key: int = key("hash of request and path")
    pull_request_key: int | None = ref("the request", index=True)
    path: str = must("path in the repository, redacted")
    place_hash: int | None = ref("hash of project and path, by which files of patches are found", index=True)
    lines_added: int | None = big("lines added, the most that a copy tells")
    lines_removed: int | None = big("lines removed, the most that a copy tells")


class PullRequestReview(Row, table=True):
    """One row per review that a person or a program handed in on a pull or merge request."""

    pull_request_review_key: int = key("hash of request, reviewer and time; of a GitLab approval without the time")
    pull_request_key: int | None = ref("the request", index=True)
    person: str | None = col("reviewer, as far as mapped")
    reviewer_hash: int | None = ref("hash of the reviewer's account, to tell reviewers apart")
    is_bot: bool | None = col("whether the reviewer is a program; null when not told")
    state: str = must("what was decided (ReviewState)")
    submitted_at: datetime | None = instant("when it was handed in; null when not told, as of GitLab's approvals")
    submitted_date: date | None = day("day of it")
    number_in_request: int = must("place among the reviews in the file, for those without a time")
    load_id: int | None = ref("the load that first brought it")
