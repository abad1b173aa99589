"""GitHub pull requests, as `gh pr list --json` and the REST API give them, and reviews of the REST API."""

import re
from functools import partial
from typing import Any

from data.words import Platform, PullRequestState, QuarantineReason, ReviewState, SourceKind
from etl.context import LoadContext
from etl.places import stored_path
from etl.sources.base import About
from etl.sources.platform_copies import copy_of
from etl.sources.platform_fields import (
    Fields,
    flag,
    instant,
    missing,
    part,
    parts,
    repository_of,
    sha,
    text,
    whole,
    wrong,
)
from etl.sources.platform_source import PlatformSource, Reading
from etl.sources.request_facts import (
    RequestFacts,
    ReviewFact,
    Row,
    account_of,
    commit_row,
    file_row,
    request_key,
    reverted_number,
    reverted_sha,
    review_of,
)
from etl.sources.request_writing import write_requests

_MOST_NUMBER = 10**9
_PULL_KEYS = frozenset(
    {"mergedAt", "mergedBy", "mergeCommit", "headRefName", "headRefOid", "baseRefName", "isDraft", "changedFiles",
     "reviewDecision", "latestReviews", "headRepository", "statusCheckRollup", "mergeStateStatus", "reviewRequests",
     "isCrossRepository", "maintainerCanModify", "potentialMergeCommit", "autoMergeRequest"}
)  # fmt: skip
_REST_KEYS = frozenset(
    {"diff_url", "patch_url", "review_comments_url", "merge_commit_sha", "merged_at", "statuses_url", "head", "base"}
)
_PULL_IN_ADDRESS = re.compile(r"/pulls?/(\d{1,9})(?:[/#?]|$)")
_STATES = {
    "open": PullRequestState.OPEN,
    "closed": PullRequestState.CLOSED,
    "merged": PullRequestState.MERGED,
}
# What is stored under which name: columns by the name that gh gives them, and REST.
_TEXTS = (("opened_at", "createdAt", "created_at"), ("updated_at", "updatedAt", "updated_at"))


def is_record(keys: frozenset[str]) -> bool:
    """Tell whether an object with these keys is a pull request or a review of one."""
    if "pull_request_review_id" in keys or "diff_hunk" in keys:
        return False
    return _is_review(keys) or _is_rest(keys) or _is_gh(keys)


def _is_review(keys: frozenset[str] | Fields) -> bool:
    return "state" in keys and ("pull_request_url" in keys or {"submitted_at", "commit_id"} <= set(keys))


def _is_rest(keys: frozenset[str]) -> bool:
    if "labels_url" in keys or "iid" in keys:
        return False
    return ("number" in keys or "diff_url" in keys) and len(keys & _REST_KEYS) >= 2


def _is_gh(keys: frozenset[str]) -> bool:
    found = keys & _PULL_KEYS
    if {"number", "title"} <= keys:
        return bool(found)
    # gh writes keys in alphabetical order: of a large request the head shows the first ones only.
    return len(found) >= 1 and bool(keys & {"additions", "author", "commits", "closedAt", "createdAt", "number"})


def read(record: Fields, reading: Reading) -> RequestFacts:
    """Read a pull request or a review."""
    if _is_review(record) and "title" not in record:
        return _read_review(record, reading)
    number = whole(record, "number", _MOST_NUMBER)
    if not number:
        raise missing("number")
    repository = repository_of(record.get("html_url")) or repository_of(record.get("url"))
    key = request_key(reading.context.owner.project, Platform.GITHUB, repository, number)
    told = _told(record, number, repository, reading)
    reviews = _reviews(record, key, reading)
    as_of = told.get("updated_at") or max(
        (told[name] for name in ("opened_at", "merged_at", "closed_at") if told.get(name)), default=None
    )
    if reviews is not None and len(reviews) == len(record.get("reviews") or ()):
        # None means none only where every one of them could be read.
        told["reviews_told_at"] = max([as_of or 0, *(review.submitted_at or 0 for review in reviews)])
    told["as_of"] = as_of
    for name in ("opened_at", "merged_at", "closed_at", "updated_at"):
        reading.context.seen_at(told.get(name))
    step = 0 if told["state"] == PullRequestState.OPEN else 1
    return RequestFacts(
        key,
        copy_of(key, told, as_of, step),
        _commits(record, key, reading),
        _files(record, key, reading),
        reviews or (),
    )


def _told(record: Fields, number: int, repository: str | None, reading: Reading) -> dict[str, Any]:
    """Return the columns that this copy tells."""
    context, texts = reading.context, reading.texts
    title, branch, body = text(record, "title"), _branch(record), text(record, "body")
    told: dict[str, Any] = {"number": number, **_times(record, context)}
    told["state"] = _state(record, told)
    if repository:
        told["repository"] = texts.repository(repository)
    if title:
        told["title"] = texts.title(title)
    if branch:
        told["source_branch"] = texts.branch(branch)
    for column, names in (("person", ("author", "user")), ("merged_by", ("mergedBy", "merged_by"))):
        for name in names:
            if name in record and (account := account_of(part(record, name))):
                told[column] = texts.person(account.login)
    for column, names in (
        ("files_count", ("changedFiles", "changed_files")),
        ("lines_added", ("additions",)),
        ("lines_removed", ("deletions",)),
    ):
        for name in names:
            if (value := whole(record, name)) is not None:
                told[column] = value
    for name in ("isDraft", "draft"):
        if (is_draft := flag(record, name)) is not None:
            told["is_draft"] = is_draft
    if head_sha := sha(record, "headRefOid") or sha(part(record, "head") or {}, "sha"):
        told["head_sha"] = head_sha
    # Of a request that is not merged GitHub tells the commit of a trial.
    if told["state"] == PullRequestState.MERGED and (merge_sha := _merge_sha(record)):
        told["merge_sha"] = merge_sha
    if undone := reverted_number(title, branch, body, number):
        told["reverted_number"] = undone
    if undone_sha := reverted_sha(None, body):
        told["reverted_sha"] = undone_sha
    return told


def _times(record: Fields, context: LoadContext) -> dict[str, int | None]:
    times: dict[str, int | None] = {}
    for column, *names in (
        *_TEXTS, ("merged_at", "mergedAt", "merged_at"), ("closed_at", "closedAt", "closed_at"),
    ):  # fmt: skip
        for name in names:
            if name in record:
                times[column] = instant(record, name, context)
    return times


def _state(record: Fields, times: Fields) -> PullRequestState:
    word = text(record, "state")
    if times.get("merged_at") or flag(record, "merged"):
        return PullRequestState.MERGED
    if word is None:
        if times.get("closed_at") and "merged_at" in times:
            return PullRequestState.CLOSED
        if "closed_at" in times and times["closed_at"] is None:
            return PullRequestState.OPEN
        raise missing("state")
    state = _STATES.get(word.lower())
    if state is None:
        raise wrong(QuarantineReason.UNKNOWN_WORD, "state is none of OPEN, CLOSED and MERGED")
    if word == "closed" and "merged_at" not in record and "merged" not in record:
        raise wrong(QuarantineReason.MISSING_FIELD, "merged_at is missing, which tells merged from closed")
    return state


def _branch(record: Fields) -> str | None:
    return text(record, "headRefName") or text(part(record, "head") or {}, "ref")


def _merge_sha(record: Fields) -> str | None:
    return sha(part(record, "mergeCommit") or {}, "oid") or sha(record, "merge_commit_sha")


def _commits(record: Fields, key: int, reading: Reading) -> list[Row]:
    # A single request of the REST API tells only how many there are.
    items = None if isinstance(record.get("commits"), int) else parts(record, "commits")
    project = reading.context.owner.project

    def one(item: Fields, _number: int) -> Row:
        found = sha(item, "oid") or sha(item, "sha") or sha(part(item, "commit") or {}, "oid")
        if found is None:
            raise missing("oid")
        return commit_row(key, project, found)

    return reading.each(items, "commits", one)


def _files(record: Fields, key: int, reading: Reading) -> list[Row]:
    project = reading.context.owner.project

    def one(item: Fields, _number: int) -> Row:
        path = stored_path(text(item, "path") or text(item, "filename") or "")
        if not path:
            raise missing("path")
        return file_row(key, project, path, whole(item, "additions"), whole(item, "deletions"))

    return reading.each(parts(record, "files"), "files", one)


def _reviews(record: Fields, key: int, reading: Reading) -> list[ReviewFact] | None:
    if "reviews" not in record:
        return None
    return reading.each(parts(record, "reviews"), "reviews", lambda item, number: _review(item, key, number, reading))


def _read_review(record: Fields, reading: Reading) -> RequestFacts:
    address = text(record, "pull_request_url") or text(record, "html_url")
    if address is None:
        raise missing("pull_request_url")
    found, repository = _PULL_IN_ADDRESS.search(address), repository_of(address)
    if found is None or repository is None:
        raise wrong(QuarantineReason.WRONG_TYPE, "pull_request_url is not the address of a pull request")
    key = request_key(reading.context.owner.project, Platform.GITHUB, repository, int(found[1]))
    return RequestFacts(key, reviews=[_review(record, key, 0, reading)])


def _review(item: Fields, key: int, number: int, reading: Reading) -> ReviewFact:
    word = text(item, "state")
    if word is None:
        raise missing("state")
    try:
        state = ReviewState(word.lower())
    except ValueError:
        raise wrong(QuarantineReason.UNKNOWN_WORD, f"state is none of {', '.join(ReviewState)}") from None
    name = "submittedAt" if "submittedAt" in item else "submitted_at"
    submitted_at = instant(item, name, reading.context)
    reading.context.seen_at(submitted_at)
    account = account_of(part(item, "author") if "author" in item else part(item, "user"))
    return review_of(key, Platform.GITHUB, reading.texts, account, state, submitted_at, number)


GITHUB_PULLS = PlatformSource(
    SourceKind.GITHUB_PULLS,
    About(
        title="GitHub pull requests",
        record="pull request or review",
        how_to_get=(
            "gh pr list --state all --limit 1000 --json number,title,state,isDraft,author,createdAt,updatedAt,closedAt,"
            "mergedAt,mergedBy,mergeCommit,headRefName,headRefOid,additions,deletions,changedFiles,files,commits,"
            "reviews,url > pulls.json. The REST API is read too: gh api --paginate "
            "'repos/OWNER/REPO/pulls?state=all', and repos/OWNER/REPO/pulls/NUMBER/reviews."
        ),
        gives="decisions of reviewers with their time, what was merged as which commit, what was reverted",
    ),
    is_record,
    read,
    partial(write_requests, Platform.GITHUB),
    "pull_request",
)
