"""Exports of reviews: `gh pr list --json ...` on GitHub, merge requests and their approvals on GitLab."""

import json
from typing import Any

from etl.demo.calendar import iso
from etl.demo.commits import Change, line_counts
from etl.demo.pulls import POLICY_BOT, Pull
from etl.demo.repository import ORGANISATION

_PROJECT_ID = 4711


def github_text(pulls: list[Pull], project: str, clock_ms: int = 0) -> str:
    """Return what `gh pr list --state all --json ...` prints, newest first; clock_ms moves every time."""
    return json.dumps([_github(pull, project, clock_ms) for pull in reversed(pulls)], indent=1) + "\n"


def gitlab_texts(pulls: list[Pull], project: str, clock_ms: int = 0) -> tuple[str, str]:
    """Return the merge requests, and their approvals, as the API gives them; clock_ms moves every time."""
    requests = [_gitlab(pull, project, clock_ms) for pull in reversed(pulls)]
    approvals = [_approvals(pull, project, clock_ms) for pull in reversed(pulls)]
    return json.dumps(requests, indent=1) + "\n", json.dumps(approvals, indent=1) + "\n"


def changed_files(pull: Pull) -> list[Change]:
    """Return the files that a request changes, by path."""
    before, after = pull.commits[0].parents[0].tree, pull.head.tree
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return [(path, before.get(path), after.get(path)) for path in paths]


def _time(moment: int | None, clock_ms: int) -> str | None:
    return None if moment is None else iso(moment + clock_ms)[:19] + "Z"


def _account(login: str | None) -> dict[str, Any] | None:
    if login is None:
        return None
    is_bot = login == POLICY_BOT
    return {"login": f"app/{login}" if is_bot else login, "is_bot": is_bot}


def _github(pull: Pull, project: str, clock_ms: int) -> dict[str, Any]:
    counted = [(path, *line_counts(before, after)) for path, before, after in changed_files(pull)]
    decisions = pull.decisions
    merged_at = pull.ended_at if pull.state == "merged" else None
    return {
        "number": pull.number,
        "title": pull.title,
        "state": pull.state.upper(),
        "isDraft": False,
        "author": _account(pull.author),
        "createdAt": _time(pull.opened_at, clock_ms),
        "updatedAt": _time(pull.updated_at, clock_ms),
        "closedAt": _time(pull.ended_at, clock_ms),
        "mergedAt": _time(merged_at, clock_ms),
        "mergedBy": _account(pull.merged_by),
        "mergeCommit": pull.merge and {"oid": pull.merge.sha},
        "headRefName": pull.branch,
        "headRefOid": pull.head.sha,
        "baseRefName": pull.base,
        "additions": sum(added for _, added, _ in counted),
        "deletions": sum(removed for _, _, removed in counted),
        "changedFiles": len(counted),
        "files": [{"path": path, "additions": added, "deletions": removed} for path, added, removed in counted],
        "commits": [
            {"oid": made.sha, "messageHeadline": made.subject, "committedDate": _time(made.at, clock_ms)}
            for made in pull.commits
        ],
        "labels": [],
        "reviews": [
            {
                "author": {"login": review.reviewer},
                "state": review.verdict,
                "submittedAt": _time(review.at, clock_ms),
                "body": "",
            }
            for review in pull.reviews
        ],
        "reviewDecision": decisions[-1].verdict if decisions else "",
        "autoMergeRequest": None,
        "url": f"https://github.com/{ORGANISATION}/{project}/pull/{pull.number}",
    }


def _user(login: str) -> dict[str, Any]:
    return {"username": login, "name": login.capitalize(), "state": "active"}


def _gitlab(pull: Pull, project: str, clock_ms: int) -> dict[str, Any]:
    merged_at = _time(pull.ended_at, clock_ms) if pull.state == "merged" else None
    closed_at = _time(pull.ended_at, clock_ms) if pull.state == "closed" else None
    merged_by = None
    if pull.merged_by is not None:
        merged_by = _user(f"project_{_PROJECT_ID}_bot" if pull.merged_by == POLICY_BOT else pull.merged_by)
    return {
        "id": 90_000 + pull.number,
        "iid": pull.number,
        "project_id": _PROJECT_ID,
        "title": pull.title,
        "description": pull.body,
        "state": "opened" if pull.state == "open" else pull.state,
        "created_at": _time(pull.opened_at, clock_ms),
        "updated_at": _time(pull.updated_at, clock_ms),
        "merged_at": merged_at,
        "closed_at": closed_at,
        "merge_user": merged_by,
        "author": _user(pull.author),
        "reviewers": [_user(name) for name in dict.fromkeys(review.reviewer for review in pull.reviews)],
        "source_branch": pull.branch,
        "target_branch": pull.base,
        "sha": pull.head.sha,
        "merge_commit_sha": pull.merge and pull.merge.sha,
        "squash_commit_sha": pull.squash and pull.squash.sha,
        "squash": pull.squash is not None,
        "draft": False,
        "labels": [],
        "user_notes_count": sum(review.verdict == "COMMENTED" for review in pull.reviews),
        "detailed_merge_status": "mergeable" if pull.state == "open" else "not_open",
        "changes_count": str(len(changed_files(pull))),
        "references": {"full": f"{ORGANISATION}/{project}!{pull.number}"},
        "web_url": f"https://gitlab.com/{ORGANISATION}/{project}/-/merge_requests/{pull.number}",
    }


def _approvals(pull: Pull, project: str, clock_ms: int) -> dict[str, Any]:
    approvals = [review for review in pull.reviews if review.verdict == "APPROVED"]
    return {
        "id": 90_000 + pull.number,
        "iid": pull.number,
        "project_id": _PROJECT_ID,
        "title": pull.title,
        "state": "opened" if pull.state == "open" else pull.state,
        "created_at": _time(pull.opened_at, clock_ms),
        "updated_at": _time(pull.updated_at, clock_ms),
        "approved": bool(approvals),
        "approvals_required": 1,
        "approvals_left": 0 if approvals else 1,
        "approved_by": [
            {"user": _user(review.reviewer), "approved_at": _time(review.at, clock_ms)} for review in approvals
        ],
        "web_url": f"https://gitlab.com/{ORGANISATION}/{project}/-/merge_requests/{pull.number}",
    }
