"""GitHub deployments with their statuses: in one file or in several, of the REST API or of GraphQL."""

import re
from functools import partial
from typing import Any, cast

from data.words import DeploymentStatus, Environment, FactSource, QuarantineReason, SourceKind
from etl.sources.base import About
from etl.sources.deployment_writing import (
    STATES,
    DeploymentFacts,
    StateFact,
    deployment_key,
    write_deployments,
)
from etl.sources.platform_copies import copy_of
from etl.sources.platform_fields import (
    Fields,
    flag,
    identity,
    instant,
    is_active_name,
    missing,
    part,
    parts,
    repository_of,
    sha,
    text,
    wrong,
)
from etl.sources.platform_source import PlatformSource, Reading
from etl.sources.request_facts import account_of

_ID_IN_ADDRESS = re.compile(r"/deployments/(\d{1,19})(?:/|$)")
_TIMES = (("created_at", ("created_at", "createdAt")), ("updated_at", ("updated_at", "updatedAt")))
_ADDRESSES = ("repository_url", "statuses_url", "url")
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# GraphQL's word for the deployment as a whole, where no status is told. Only what was published becomes inactive.
_WHOLE = {
    "active": DeploymentStatus.SUCCESS,
    "success": DeploymentStatus.SUCCESS,
    "inactive": DeploymentStatus.SUCCESS,
    "destroyed": DeploymentStatus.SUCCESS,
    "failure": DeploymentStatus.FAILURE,
    "error": DeploymentStatus.FAILURE,
    "abandoned": DeploymentStatus.CANCELLED,
    "in_progress": DeploymentStatus.RUNNING,
    "pending": DeploymentStatus.RUNNING,
    "queued": DeploymentStatus.RUNNING,
    "waiting": DeploymentStatus.RUNNING,
}


def is_record(keys: frozenset[str]) -> bool:
    """Tell whether an object with these keys is a deployment or a status of one."""
    if "deployment_url" in keys:
        return "state" in keys or "id" in keys
    if "iid" in keys or "workflow_id" in keys:
        return False
    is_rest = "environment" in keys and bool(keys & {"statuses_url", "original_environment", "production_environment"})
    is_cut = {"sha", "environment", "statuses"} <= keys
    return is_rest or is_cut or ("commitOid" in keys and bool(keys & {"environment", "latestStatus", "statuses"}))


def read(record: Fields, reading: Reading) -> DeploymentFacts:
    """Read a deployment, or a status that stands alone."""
    return _read_status(record, reading) if "deployment_url" in record else _read_deployment(record, reading)


def _read_deployment(record: Fields, reading: Reading) -> DeploymentFacts:
    context, texts = reading.context, reading.texts
    native_id = identity(record, "databaseId") or identity(record, "id")
    if native_id is None:
        raise missing("id")
    told: dict[str, Any] = {"native_id": native_id[:200]}
    for column, names in _TIMES:
        for name in names:
            if name in record:
                told[column] = instant(record, name, context)
                context.seen_at(told[column])
    if told.get("created_at") is None:
        raise missing("created_at")
    if repository := _repository(record):
        told["target"] = texts.repository(repository)
    name = text(record, "environment")
    if name:
        told["environment_name"] = texts.branch(name)
    if (environment := _environment(record, name)) is not None:
        told["environment"] = environment.value
    if commit := sha(record, "sha") or sha(record, "commitOid"):
        told["commit_sha"] = commit
    ref = record.get("ref")
    branch = text(cast("Fields", ref), "name") if isinstance(ref, dict) else text(record, "ref")
    if branch and not _HASH.fullmatch(branch):
        told["branch"] = texts.branch(branch.removeprefix("refs/heads/"))
    if account := account_of(part(record, "creator")):
        told["person"] = texts.person(account.login)
    if whole := text(record, "state"):
        if whole.lower() not in _WHOLE:
            raise wrong(QuarantineReason.UNKNOWN_WORD, "state is none that GitHub gives a deployment")
        told["status"] = _WHOLE[whole.lower()].value
    key = deployment_key(context.owner.project, FactSource.GITHUB, native_id)
    states = reading.each(_statuses(record), "statuses", lambda item, _number: _state(item, reading))
    return DeploymentFacts(copy_of(key, told, told.get("updated_at") or told["created_at"]), states)


def _repository(record: Fields) -> str | None:
    return next((found for name in _ADDRESSES if (found := repository_of(record.get(name)))), None)


def _statuses(record: Fields) -> list[Any] | None:
    statuses = parts(record, "statuses")
    latest = part(record, "latestStatus")
    return [*(statuses or ()), latest] if latest else statuses


def _environment(record: Fields, name: str | None) -> Environment | None:
    if flag(record, "transient_environment"):
        return Environment.PREVIEW
    if flag(record, "production_environment") or (name and is_active_name(name)):
        return Environment.ACTIVE
    return Environment.PREVIEW if name else None


def _read_status(record: Fields, reading: Reading) -> DeploymentFacts:
    address = text(record, "deployment_url")
    found = _ID_IN_ADDRESS.search(address or "")
    if found is None:
        raise wrong(QuarantineReason.WRONG_TYPE, "deployment_url is not the address of a deployment")
    told: dict[str, Any] = {"native_id": found[1]}
    if repository := repository_of(address):
        told["target"] = reading.texts.repository(repository)
    key = deployment_key(reading.context.owner.project, FactSource.GITHUB, found[1])
    # What little it tells of its deployment gives way to any copy of the deployment itself.
    return DeploymentFacts(copy_of(key, told, None), [_state(record, reading)], is_state=True)


def _state(item: Fields, reading: Reading) -> StateFact:
    word = text(item, "state")
    if word is None:
        raise missing("state")
    word = word.lower()
    if word not in STATES:
        raise wrong(QuarantineReason.UNKNOWN_WORD, f"state is none of {', '.join(sorted(STATES))}")
    name = "created_at"
    if not item.get(name):
        name = next((other for other in ("createdAt", "updatedAt") if item.get(other)), name)
    occurred_at = instant(item, name, reading.context)
    if occurred_at is None:
        raise missing("created_at")
    reading.context.seen_at(occurred_at)
    environment = text(item, "environment")
    active = None if not environment else Environment.ACTIVE if is_active_name(environment) else Environment.PREVIEW
    return StateFact(word, occurred_at, active.value if active else None)


GITHUB_DEPLOYMENTS = PlatformSource(
    SourceKind.GITHUB_DEPLOYMENTS,
    About(
        title="GitHub deployments",
        record="deployment or status",
        how_to_get=(
            "gh api --paginate repos/OWNER/REPO/deployments > deployments.json, and the statuses, without which "
            "nothing is known of their end: for id in $(jq '.[].id' deployments.json); do gh api --paginate "
            "repos/OWNER/REPO/deployments/$id/statuses; done > statuses.json. Deployments with their statuses "
            "embedded and the nodes of GraphQL (with databaseId) are read too."
        ),
        gives="success, failure and duration of deployments, the commit that was published, environment",
    ),
    is_record,
    read,
    partial(write_deployments, FactSource.GITHUB),
    "deployment",
)
