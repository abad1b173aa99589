"""Facts about pull and merge requests as they are read, before they are stored."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from data.keys import stable_key
from data.words import Platform, ReviewState
from etl.context import day_of
from etl.places import commit_key, place_hash
from etl.sources.platform_copies import Copy
from etl.sources.platform_fields import Fields, Texts, bot_of, flag, text

_REVERT_TITLE = re.compile(r'(?:Revert|Reapply) "')
_NUMBER_IN_TITLE = re.compile(r'[#!](\d{1,9})\)"?(?:\s*\([#!]\d{1,9}\))?\s*$')
_REVERT_BRANCH = re.compile(r"(?:.*[:/])?revert-(\d{1,9})-.+")
_REVERT_BRANCH_SHA = re.compile(r"(?:.*/)?revert-([0-9a-f]{8})(?:-.*)?")
_REVERTS = re.compile(r"(?im)^\s*(?:This )?reverts (?:merge request |pull request )?([\w.-]+/[\w./-]+)?[#!](\d{1,9})\b")
_REVERTS_COMMIT = re.compile(r"(?i)\bthis reverts commit ([0-9a-f]{7,64})\b")
_SEARCHED = 20_000


@dataclass(frozen=True, slots=True)
class ReviewFact:
    """A review that was handed in, with the account it came from."""

    key: int
    request_key: int
    person: str | None
    reviewer_hash: int | None
    is_bot: bool | None
    state: ReviewState
    submitted_at: int | None
    number: int

    def row(self, load_id: int) -> tuple[Any, ...]:
        """Return the row of pull_request_review."""
        day = day_of(self.submitted_at)
        return (
            self.key, self.request_key, self.person, self.reviewer_hash, self.is_bot, self.state.value,
            self.submitted_at, day, self.number, load_id,
        )  # fmt: skip


Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What one record tells: a copy of a request with its parts, or a review alone."""

    request_key: int
    copy: Copy | None = None
    commits: Sequence[Row] = ()
    """Rows of pull_request_commit."""
    files: Sequence[Row] = ()
    """Rows of pull_request_file."""
    reviews: Sequence[ReviewFact] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody, or a program, at a platform."""

    login: str
    is_bot: bool | None


def request_key(project: str | None, platform: Platform, place: str | None, number: int) -> int:
    """Return the key of a request: its repository counts in small letters, as platforms do not tell case apart."""
    return stable_key("pull_request", project, platform.value, place and place.lower(), number)


def commit_row(request: int, project: str | None, sha: str) -> Row:
    """Return the row of a commit that a request brings in."""
    return stable_key("pull_request_commit", request, sha), request, commit_key(project, sha), sha


def file_row(request: int, project: str | None, path: str, lines_added: int | None, lines_removed: int | None) -> Row:
    """Return the row of a file that a request changes; the path as it is stored."""
    place = _place_hash(project, path)
    return stable_key("pull_request_file", request, path), request, path, place, lines_added, lines_removed


@lru_cache(maxsize=65_536)
def _place_hash(project: str | None, path: str) -> int:
    return place_hash(project, path)


def account_of(fields: Fields | None) -> Account | None:
    """Return the account an object describes; null for a deleted one."""
    if fields is None:
        return None
    login = text(fields, "login") or text(fields, "username")
    if login is None:
        return None
    name, is_named_bot = bot_of(login)
    told = flag(fields, "is_bot") if "is_bot" in fields else flag(fields, "bot")
    kind = text(fields, "type")
    if is_named_bot or told or kind == "Bot":
        return Account(f"{name}[bot]" if kind == "Bot" and not is_named_bot else name, True)
    return Account(name, False if told is False or kind == "User" else None)


def review_of(
    request: int,
    platform: Platform,
    texts: Texts,
    account: Account | None,
    state: ReviewState,
    submitted_at: int | None,
    number: int,
) -> ReviewFact:
    """Return a review; one account hands in one review at a time, and at GitLab one approval altogether.

    GitLab's older answers tell no time: the same approval with and without its time is one.
    """
    login = account.login if account else None
    told_at = submitted_at if platform is Platform.GITHUB else None
    key = stable_key("review", request, login and login.lower(), told_at)
    return ReviewFact(
        key,
        request,
        texts.person(login),
        texts.account_hash(platform.value, login) if login else None,
        account.is_bot if account else None,
        state,
        submitted_at,
        number,
    )


def reverted_number(title: str | None, branch: str | None, body: str | None, number: int) -> int | None:
    """Return the number of the request that a request undoes, as its text, branch or title says; null if none."""
    named = _REVERTS.search(body[:_SEARCHED]) if body else None
    found = named[2] if named else None
    if found is None and branch and (by_branch := _REVERT_BRANCH.fullmatch(branch)):
        found = by_branch[1]
    if found is None and title and _REVERT_TITLE.match(title) and (by_title := _NUMBER_IN_TITLE.search(title[:1000])):
        found = by_title[1]
    # A number of its own in the title names no other request.
    return None if found is None or int(found) == number else int(found)


def reverted_sha(branch: str | None, body: str | None) -> str | None:
    """Return the hash, or its beginning, of the commit that a request undoes; null when nothing says so."""
    if body and (named := _REVERTS_COMMIT.search(body[:_SEARCHED])):
        return named[1].lower()
    found = _REVERT_BRANCH_SHA.fullmatch(branch) if branch else None
    return found[1] if found else None
