"""Vercel deployments; projects that bolt.diy made tell the chat in their name."""

from functools import partial
from typing import Any

from data.words import DeploymentStatus, Environment, FactSource, QuarantineReason, SourceKind
from etl.sources.base import About
from etl.sources.deployment_writing import DeploymentFacts, deployment_key, write_deployments
from etl.sources.platform_copies import copy_of
from etl.sources.platform_fields import Fields, chat_of_site, instant, missing, part, sha, text, wrong
from etl.sources.platform_source import PlatformSource, Reading

_STATUSES = {
    "READY": DeploymentStatus.SUCCESS,
    "ERROR": DeploymentStatus.FAILURE,
    "CANCELED": DeploymentStatus.CANCELLED,
    "QUEUED": DeploymentStatus.RUNNING,
    "INITIALIZING": DeploymentStatus.RUNNING,
    "BUILDING": DeploymentStatus.RUNNING,
    "BLOCKED": DeploymentStatus.RUNNING,
}
_HOSTS = ("github", "gitlab", "bitbucket")
# Built for production, and not shown to users, or not to all of them.
_NOT_PROMOTED = frozenset({"STAGED", "ROLLING"})


def is_record(keys: frozenset[str]) -> bool:
    """Tell whether an object with these keys is a deployment."""
    if "uid" in keys:
        return bool(keys & {"readyState", "readySubstate", "state", "buildingAt"}) and bool(
            keys & {"created", "createdAt", "name", "url"}
        )
    return "readyState" in keys and bool(keys & {"buildingAt", "createdAt", "created", "projectId"})


def read(record: Fields, reading: Reading) -> DeploymentFacts:
    """Read a deployment."""
    context, texts = reading.context, reading.texts
    native_id = text(record, "uid") or text(record, "id")
    if native_id is None:
        raise missing("uid")
    created_at = instant(record, "created" if "created" in record else "createdAt", context)
    if created_at is None:
        raise missing("created")
    building_at, ready_at = instant(record, "buildingAt", context), instant(record, "ready", context)
    status = _status(record, ready_at)
    told: dict[str, Any] = {
        "native_id": texts.site(native_id), "status": status.value, "created_at": created_at,
    }  # fmt: skip
    for moment in (created_at, ready_at):
        context.seen_at(moment)
    if ready_at is not None:
        told["finished_at"] = ready_at
        if building_at is not None and building_at <= ready_at:
            told["duration_ms"] = (ready_at - building_at) // 1000
    if "target" in record:
        is_active = text(record, "target") == "production"
        told["environment"] = (Environment.ACTIVE if is_active else Environment.PREVIEW).value
    substate = text(record, "readySubstate")
    if status is DeploymentStatus.SUCCESS:
        told["published_at"] = None if substate in _NOT_PROMOTED else ready_at
    name = text(record, "name")
    if target := texts.site(name or text(record, "projectId")):
        told["target"] = target
    if chat := chat_of_site(name):
        told["native_chat_id"] = chat
    told |= _origin(record, reading)
    key = deployment_key(context.owner.project, FactSource.VERCEL, native_id)
    as_of = max(filter(None, (created_at, building_at, ready_at)))
    return DeploymentFacts(copy_of(key, told, as_of, _step(status, substate)))


def _step(status: DeploymentStatus, substate: str | None) -> int:
    """Return how far a deployment had come; Vercel does not tell when it last changed."""
    if status is DeploymentStatus.RUNNING:
        return 0
    return 2 if substate == "PROMOTED" else 1


def _status(record: Fields, ready_at: int | None) -> DeploymentStatus:
    word = text(record, "readyState") or text(record, "state")
    if word is None:
        raise missing("state")
    if word == "DELETED":
        return DeploymentStatus.CANCELLED if ready_at is None else DeploymentStatus.SUCCESS
    if word not in _STATUSES:
        raise wrong(QuarantineReason.UNKNOWN_WORD, "state is none that Vercel gives a deployment")
    return _STATUSES[word]


def _origin(record: Fields, reading: Reading) -> dict[str, Any]:
    """Return commit, branch and person; what was deployed from a machine or by bolt.diy tells no commit."""
    meta, git, creator = part(record, "meta") or {}, part(record, "gitSource") or {}, part(record, "creator") or {}
    told: dict[str, Any] = {}
    commits = (sha(meta, f"{host}CommitSha") for host in _HOSTS)
    if commit := next(filter(None, commits), None) or sha(git, "sha"):
        told["commit_sha"] = commit
    branches = (text(meta, f"{host}CommitRef") for host in _HOSTS)
    if branch := next(filter(None, branches), None) or text(git, "ref"):
        told["branch"] = reading.texts.branch(branch)
    names = (text(creator, name) for name in ("username", "githubLogin", "gitlabLogin", "email", "uid"))
    given = list(filter(None, names))
    mapped = next(filter(reading.context.is_mapped_user, given), None)
    if person := reading.texts.person(mapped or next(iter(given), None)):
        told["person"] = person
    return told


VERCEL_DEPLOYMENTS = PlatformSource(
    SourceKind.VERCEL_DEPLOYMENTS,
    About(
        title="Vercel deployments",
        record="deployment",
        how_to_get=(
            "GET /v6/deployments?limit=100 (with teamId, and app for one project), saved as JSON; further pages with "
            "until= and the number under pagination.next. Never bolt.diy's settings export, which holds the token."
        ),
        gives="success, failure and duration of deployments, what was published, the chat of projects bolt.diy made",
    ),
    is_record,
    read,
    partial(write_deployments, FactSource.VERCEL),
    "deployment",
)
