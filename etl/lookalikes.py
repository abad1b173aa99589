"""JSON of a platform that looks like one of the sources and is not: what it is, and what to hand over instead."""

import re
from collections.abc import Callable

from etl.credentials import outermost
from etl.sources.platform_shapes import record_keys

Keys = frozenset[str]

_PULLS = "Pull requests with their reviews: gh pr list --state all --limit 1000 --json number,title,state,…,url"
_KINDS: tuple[tuple[Callable[[Keys], bool], str], ...] = (
    (
        lambda keys: "workflow_id" in keys or "run_attempt" in keys or {"databaseId", "workflowName"} <= keys,
        (
            "holds workflow runs, which may publish nothing. Hand over deployments with their "
            "statuses, gh api --paginate repos/OWNER/REPO/deployments."
        ),
    ),
    (
        lambda keys: {"number", "labels_url"} <= keys or {"number", "repository_url", "events_url"} <= keys,
        f"holds issues of GitHub, which tell neither reviews nor merges. {_PULLS}.",
    ),
    (
        lambda keys: "pull_request_review_id" in keys or {"diff_hunk", "path"} <= keys,
        (
            "holds remarks on lines of pull requests, which decide nothing. Decisions are in the reviews: "
            "gh api repos/OWNER/REPO/pulls/NUMBER/reviews, or gh pr list --json …,reviews."
        ),
    ),
    (
        lambda keys: {"number", "title"} <= keys and len(keys & {"state", "createdAt", "author", "url"}) >= 1,
        f"holds issues or pull requests of GitHub, and too little to tell which. {_PULLS}.",
    ),
    (
        lambda keys: ("iid" in keys and "issue_type" in keys) or {"iid", "due_date", "weight"} <= keys,
        "holds issues of GitLab. Merge requests: glab api --paginate 'projects/ID/merge_requests?state=all'.",
    ),
    (
        lambda keys: {"iid", "before_sha"} <= keys or {"iid", "web_url", "ref", "source"} <= keys,
        "holds pipelines of GitLab, which may publish nothing. Deployments: glab api projects/ID/deployments.",
    ),
    (
        lambda keys: "published_deploy" in keys or {"account_slug", "build_settings"} <= keys,
        'holds sites of Netlify. Their deploys: netlify api listSiteDeploys --data \'{"site_id": "ID"}\'.',
    ),
    (
        lambda keys: {"accountId", "framework"} <= keys or {"latestDeployments", "name"} <= keys,
        "holds projects of Vercel. Their deployments: GET /v6/deployments.",
    ),
    (
        lambda keys: {"sha", "commit", "parents"} <= keys,
        "holds commits of an API. They are read from git itself: etl load on the repository.",
    ),
)
_ANSWERS = (
    (
        {"message", "documentation_url"},
        (
            "is an error answer of the GitHub API in place of the records: the login failed or lacks a right, or the "
            "address is wrong. Check gh auth status, and get the file again."
        ),
    ),
    (
        {"errors", "data"},
        "is a GraphQL answer without records; it reports errors. Check rights and query, and get the file again.",
    ),
)
_ERROR_KEYS = frozenset({"message", "error", "errors", "error_description", "code", "status", "statusCode", "scope"})
_EMPTY = re.compile(rb'\[\s*(?:\[\s*\]\s*)?\]|\{\s*"deployments"\s*:\s*\[\s*\].{0,2000}', re.DOTALL)
_ERROR = (
    "is an error answer of an API in place of the records: the login failed or lacks a right, or the address is wrong. "
    "Get the file again."
)


def lookalike(head: bytes) -> str | None:
    """Return what a JSON file of a platform is that no source reads, with what to hand over instead; null if none."""
    text = head.strip()
    if _EMPTY.fullmatch(text):
        return "is an empty list: there was nothing to export, or the request asked for the wrong place."
    if text.startswith(b"{"):
        keys = set(outermost(head))
        for wanted, meaning in _ANSWERS:
            if wanted <= keys:
                return meaning
        if keys and keys <= _ERROR_KEYS and keys & {"message", "error", "errors"}:
            return _ERROR
        if "workflow_runs" in keys:
            return _KINDS[0][1]
    objects = record_keys(head)
    return next((meaning for is_kind, meaning in _KINDS if any(map(is_kind, objects))), None)
