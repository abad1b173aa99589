"""GitLab deployments of the REST API."""

from functools import partial
from typing import Any

from data.words import DeploymentStatus, Environment, FactSource, QuarantineReason, SourceKind
from etl.sources.base import About
from etl.sources.deployment_writing import DeploymentFacts, deployment_key, write_deployments
from etl.sources.platform_copies import copy_of
from etl.sources.platform_fields import (
    Fields,
    identity,
    instant,
    is_active_name,
    missing,
    part,
    repository_of,
    seconds_as_ms,
    sha,
    text,
    wrong,
)
from etl.sources.platform_source import PlatformSource, Reading
from etl.sources.request_facts import account_of

_STATUSES = {
    "created": DeploymentStatus.RUNNING,
    "running": DeploymentStatus.RUNNING,
    "blocked": DeploymentStatus.RUNNING,
    "success": DeploymentStatus.SUCCESS,
    "failed": DeploymentStatus.FAILURE,
    "canceled": DeploymentStatus.CANCELLED,
    "skipped": DeploymentStatus.CANCELLED,
}


def is_record(keys: frozenset[str]) -> bool:
    """Tell whether an object with these keys is a deployment."""
    return "iid" in keys and len(keys & {"environment", "deployable", "status", "sha", "ref"}) >= 3


def read(record: Fields, reading: Reading) -> DeploymentFacts:
    """Read a deployment."""
    context, texts = reading.context, reading.texts
    native_id = identity(record, "id")
    if native_id is None:
        raise missing("id")
    status = _status(record)
    told: dict[str, Any] = {"native_id": native_id[:200], "status": status.value}
    for name in ("created_at", "updated_at"):
        told[name] = instant(record, name, context)
        context.seen_at(told[name])
    if told["created_at"] is None:
        raise missing("created_at")
    job = part(record, "deployable") or {}
    finished_at = instant(job, "finished_at", context)
    if finished_at is None and status is not DeploymentStatus.RUNNING:
        finished_at = told["updated_at"]
    context.seen_at(finished_at)
    if finished_at is not None:
        told["finished_at"] = finished_at
    if (duration := seconds_as_ms(job, "duration")) is not None:
        told["duration_ms"] = duration
    place = part(record, "environment") or {}
    if name := text(place, "name"):
        told["environment_name"] = texts.branch(name)
        is_active = text(place, "tier") == "production" if text(place, "tier") else is_active_name(name)
        told["environment"] = (Environment.ACTIVE if is_active else Environment.PREVIEW).value
    if status is DeploymentStatus.SUCCESS:
        told["published_at"] = finished_at
    if commit := sha(record, "sha"):
        told["commit_sha"] = commit
    if branch := text(record, "ref"):
        told["branch"] = texts.branch(branch)
    if account := account_of(part(record, "user")):
        told["person"] = texts.person(account.login)
    addresses = (job.get("web_url"), (part(job, "pipeline") or {}).get("web_url"), _commit_address(job))
    if repository := next(filter(None, map(repository_of, addresses)), None):
        told["target"] = texts.repository(repository)
    key = deployment_key(context.owner.project, FactSource.GITLAB, native_id)
    step = 0 if status is DeploymentStatus.RUNNING else 1
    return DeploymentFacts(copy_of(key, told, told["updated_at"] or finished_at or told["created_at"], step))


def _commit_address(job: Fields) -> object:
    return (part(job, "commit") or {}).get("web_url")


def _status(record: Fields) -> DeploymentStatus:
    word = text(record, "status")
    if word is None:
        raise missing("status")
    if word not in _STATUSES:
        raise wrong(QuarantineReason.UNKNOWN_WORD, f"status is none of {', '.join(_STATUSES)}")
    return _STATUSES[word]


GITLAB_DEPLOYMENTS = PlatformSource(
    SourceKind.GITLAB_DEPLOYMENTS,
    About(
        title="GitLab deployments",
        record="deployment",
        how_to_get="glab api --paginate 'projects/ID/deployments?per_page=100' > deployments.json",
        gives="success, failure and duration of deployments, the commit that was published, environment",
    ),
    is_record,
    read,
    partial(write_deployments, FactSource.GITLAB),
    "deployment",
)
