"""Exports of what was published: Netlify deploys, Vercel deployments, GitHub deployments with their statuses."""

import json
from typing import Any
from uuid import UUID

from etl.demo.calendar import iso
from etl.demo.commits import made_sha
from etl.demo.deploys import Build, Host
from etl.demo.repository import ORGANISATION

_NOT_BUILT = "Build script returned non-zero exit code: 2"


def deploys_text(host: Host, builds: list[Build], project: str, clock_ms: int = 0) -> str:
    """Return the file that the platform's API gives, newest first; clock_ms moves every time."""
    records = [_RECORDS[host](build, project, clock_ms) for build in reversed(builds)]
    if host == "vercel":
        pagination = {"count": len(records), "next": None, "prev": None}
        return json.dumps({"pagination": pagination, "deployments": records}, indent=1) + "\n"
    return json.dumps(records, indent=1) + "\n"


def _seconds(moment: int) -> str:
    return iso(moment)[:19] + "Z"


def _uuid(seed: str) -> str:
    return str(UUID(made_sha(seed)[:32]))


def _netlify(build: Build, project: str, clock_ms: int) -> dict[str, Any]:
    number = f"{project}/netlify/{build.number}"
    is_bolts = build.commit is None
    ident = made_sha(number)[:24]
    host = f"{build.site}.netlify.app"
    return {
        "id": ident,
        "site_id": _uuid(f"{project}/{build.site}"),
        "user_id": made_sha(f"netlify/{build.person}")[:24],
        "build_id": None if is_bolts else made_sha(f"{number}/build")[:24],
        "state": "ready" if build.is_ok else "error",
        "name": build.site,
        "url": f"https://{host}",
        "deploy_url": f"https://{ident}--{host}",
        "created_at": iso(build.created_at + clock_ms),
        "updated_at": iso(max(build.ended_at, build.published_at or 0) + clock_ms),
        "published_at": None if build.published_at is None else iso(build.published_at + clock_ms),
        "error_message": None if build.is_ok else _NOT_BUILT,
        "commit_ref": build.commit and build.commit.sha,
        "commit_url": build.commit and f"https://github.com/{ORGANISATION}/{project}/commit/{build.commit.sha}",
        "branch": build.branch or "main",
        "context": "deploy-preview" if build.pull else "production",
        "review_id": build.pull and build.pull.number,
        "title": build.commit and build.commit.subject,
        "deploy_time": (build.ended_at - build.created_at) // 1000,
        "framework": "vite",
        "locked": False,
        "skipped": False,
    }


def _vercel(build: Build, project: str, clock_ms: int) -> dict[str, Any]:
    number = f"{project}/vercel/{build.number}"
    state = "READY" if build.is_ok else "ERROR"
    meta: dict[str, str] = {}
    if build.commit is not None:
        meta = {
            "githubCommitSha": build.commit.sha,
            "githubCommitRef": build.branch or "",
            "githubCommitMessage": build.commit.subject,
            "githubOrg": ORGANISATION,
            "githubRepo": project,
            "githubCommitAuthorName": build.commit.author.name,
        }
    if build.replays is not None:
        meta |= {"action": "redeploy", "originalDeploymentId": _vercel_id(project, build.replays)}
    record: dict[str, Any] = {
        "uid": _vercel_id(project, build),
        "name": build.site,
        "projectId": f"prj_{made_sha(f'{project}/{build.site}')[:24]}",
        "url": f"{build.site[:40]}-{made_sha(number)[:9]}-{ORGANISATION}.vercel.app",
        "created": build.created_at + clock_ms,
        "buildingAt": build.created_at + 900 + clock_ms,
        "ready": build.ended_at + clock_ms,
        "source": "cli" if build.commit is None else "redeploy" if build.replays else "git",
        "state": state,
        "readyState": state,
        "type": "LAMBDAS",
        "creator": {"uid": made_sha(f"vercel/{build.person}")[:24], "username": build.person},
        "target": "production",
        "aliasError": None,
        "isRollbackCandidate": False,
        "meta": meta,
    }
    return record | ({"readySubstate": "PROMOTED"} if build.is_ok else {"errorMessage": _NOT_BUILT})


def _vercel_id(project: str, build: Build) -> str:
    return f"dpl_{made_sha(f'{project}/vercel/{build.number}')[:28]}"


def _github(build: Build, project: str, clock_ms: int) -> dict[str, Any]:
    ident = 1_900_000_000 + int(made_sha(f"{project}/github")[:6], 16) + build.number
    url = f"https://api.github.com/repos/{ORGANISATION}/{project}/deployments/{ident}"
    environment = f"production/{build.site}"
    steps = (("queued", build.created_at + 1000), ("in_progress", build.created_at + 4000))
    steps = (*steps, ("success" if build.is_ok else "failure", build.ended_at))
    creator = {"login": build.person, "type": "User"}
    sha = build.commit.sha if build.commit else ""
    return {
        "url": url,
        "id": ident,
        "task": "deploy",
        "sha": sha,
        "ref": build.branch,
        "environment": environment,
        "original_environment": environment,
        "production_environment": True,
        "transient_environment": False,
        "payload": {},
        "description": None,
        "creator": creator,
        "created_at": _seconds(build.created_at + clock_ms),
        "updated_at": _seconds(build.ended_at + clock_ms),
        "statuses_url": f"{url}/statuses",
        "repository_url": f"https://api.github.com/repos/{ORGANISATION}/{project}",
        "statuses": [
            {
                "id": ident * 4 + number,
                "state": state,
                "environment": environment,
                "creator": creator,
                "created_at": _seconds(at + clock_ms),
                "description": "",
                "log_url": "",
            }
            for number, (state, at) in reversed(list(enumerate(steps)))
        ],
    }


_RECORDS = {"netlify": _netlify, "vercel": _vercel, "github": _github}
