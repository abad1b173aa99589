"""GitLab merge requests of the REST API, and the answers to /approvals."""

from functools import partial
from typing import Any

from data.words import Platform, PullRequestState, QuarantineReason, ReviewState, SourceKind
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
    account_of,
    request_key,
    reverted_number,
    reverted_sha,
    review_of,
)
from etl.sources.request_writing import write_requests

_MOST_NUMBER = 10**9
_MERGE_KEYS = frozenset(
    {"source_branch", "target_branch", "merge_status", "detailed_merge_status", "approved_by", "approvals_required",
     "merge_commit_sha", "squash_commit_sha", "merged_at"}
)  # fmt: skip
# A request that is being merged is locked; it is neither merged nor closed yet.
_STATES = {
    "opened": PullRequestState.OPEN,
    "locked": PullRequestState.OPEN,
    "closed": PullRequestState.CLOSED,
    "merged": PullRequestState.MERGED,
}


def is_record(keys: frozenset[str]) -> bool:
    """Tell whether an object with these keys is a merge request or an answer about its approvals."""
    return "iid" in keys and bool(keys & _MERGE_KEYS)


def read(record: Fields, reading: Reading) -> RequestFacts:
    """Read a merge request, or what is told of its approvals."""
    number = whole(record, "iid", _MOST_NUMBER)
    if not number:
        raise missing("iid")
    # Approvals tell no address, and lists tell both: the project's number is what they have in common.
    project_id = whole(record, "project_id", _MOST_NUMBER)
    repository = repository_of(record.get("web_url"))
    place = f"gitlab project {project_id}" if project_id is not None else repository
    if place is None:
        raise missing("project_id")
    key = request_key(reading.context.owner.project, Platform.GITLAB, place, number)
    told = _told(record, number, reading)
    told["place"] = place
    if repository:
        told["repository"] = reading.texts.repository(repository)
    as_of = told.get("updated_at") or max(
        (told[name] for name in ("opened_at", "merged_at", "closed_at") if told.get(name)), default=None
    )
    reviews = _approvals(record, key, reading)
    if reviews is not None and len(reviews) == len(record.get("approved_by") or ()):
        # None means none only where every one of them could be read.
        told["reviews_told_at"] = max([as_of or 0, *(review.submitted_at or 0 for review in reviews)])
    told["as_of"] = as_of
    for name in ("opened_at", "merged_at", "closed_at", "updated_at"):
        reading.context.seen_at(told.get(name))
    step = 0 if told["state"] == PullRequestState.OPEN else 1
    return RequestFacts(key, copy_of(key, told, as_of, step), reviews=reviews or ())


def _told(record: Fields, number: int, reading: Reading) -> dict[str, Any]:
    """Return the columns that this copy tells."""
    context, texts = reading.context, reading.texts
    title, branch = text(record, "title"), text(record, "source_branch")
    body = text(record, "description")
    told: dict[str, Any] = {"number": number, "state": _state(record)}
    for column, name in (
        ("opened_at", "created_at"), ("updated_at", "updated_at"), ("merged_at", "merged_at"),
        ("closed_at", "closed_at"),
    ):  # fmt: skip
        if name in record:
            told[column] = instant(record, name, context)
    if title:
        told["title"] = texts.title(title)
    if branch:
        told["source_branch"] = texts.branch(branch)
    if account := account_of(part(record, "author")):
        told["person"] = texts.person(account.login)
    if account := account_of(part(record, "merge_user")) or account_of(part(record, "merged_by")):
        told["merged_by"] = texts.person(account.login)
    is_draft = flag(record, "draft") if "draft" in record else flag(record, "work_in_progress")
    if is_draft is not None:
        told["is_draft"] = is_draft
    for column, name in (
        ("head_sha", "sha"), ("merge_sha", "merge_commit_sha"), ("squash_sha", "squash_commit_sha"),
    ):  # fmt: skip
        if name in record:
            told[column] = sha(record, name)
    # "1000+" is not a number of files.
    if (changes := record.get("changes_count")) is not None and str(changes).isdecimal():
        told["files_count"] = min(int(str(changes)[:9]), _MOST_NUMBER)
    if undone := reverted_number(title, None, body, number):
        told["reverted_number"] = undone
    if undone_sha := reverted_sha(branch, body):
        told["reverted_sha"] = undone_sha
    return told


def _state(record: Fields) -> PullRequestState:
    word = text(record, "state")
    if word is None:
        raise missing("state")
    state = _STATES.get(word.lower())
    if state is None:
        raise wrong(QuarantineReason.UNKNOWN_WORD, f"state is none of {', '.join(_STATES)}")
    return state


def _approvals(record: Fields, key: int, reading: Reading) -> list[ReviewFact] | None:
    if "approved_by" not in record:
        return None

    def one(item: Fields, number: int) -> ReviewFact:
        account = account_of(part(item, "user") if "user" in item else item)
        if account is None:
            raise missing("user")
        approved_at = instant(item, "approved_at", reading.context)
        reading.context.seen_at(approved_at)
        return review_of(key, Platform.GITLAB, reading.texts, account, ReviewState.APPROVED, approved_at, number)

    return reading.each(parts(record, "approved_by"), "approved_by", one)


GITLAB_MERGES = PlatformSource(
    SourceKind.GITLAB_MERGES,
    About(
        title="GitLab merge requests",
        record="merge request, or its approvals",
        how_to_get=(
            "glab api --paginate 'projects/ID/merge_requests?state=all&per_page=100' > merges.json, and for who "
            "approved: glab api projects/ID/merge_requests/IID/approvals of each, together or one by one."
        ),
        gives="who approved, what was merged as which commit, what was reverted",
    ),
    is_record,
    read,
    partial(write_requests, Platform.GITLAB),
    "pull_request",
)
