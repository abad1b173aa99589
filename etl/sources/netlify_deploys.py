"""Netlify deploys; sites that bolt.diy made tell the chat in their name."""

import re
from functools import partial
from typing import Any

from data.words import DeploymentStatus, Environment, FactSource, QuarantineReason, SourceKind
from etl.sources.base import About
from etl.sources.deployment_writing import DeploymentFacts, deployment_key, write_deployments
from etl.sources.platform_copies import copy_of
from etl.sources.platform_fields import (
    Fields,
    chat_of_site,
    flag,
    instant,
    missing,
    seconds_as_ms,
    sha,
    text,
    wrong,
)
from etl.sources.platform_source import PlatformSource, Reading

_STATUSES = {
    "ready": DeploymentStatus.SUCCESS,
    "current": DeploymentStatus.SUCCESS,
    "old": DeploymentStatus.SUCCESS,
    "error": DeploymentStatus.FAILURE,
    "rejected": DeploymentStatus.CANCELLED,
    "canceled": DeploymentStatus.CANCELLED,
    "cancelled": DeploymentStatus.CANCELLED,
    **dict.fromkeys(
        ("new", "created", "open", "pending_review", "accepted", "enqueued", "building", "uploading", "uploaded",
         "preparing", "prepared", "processing", "processed", "retrying"),
        DeploymentStatus.RUNNING,
    ),
}  # fmt: skip
_CANCELLED = re.compile(r"(?i)\s*(?:build )?(?:cancel|skip)")
_SITE_ADDRESS = re.compile(r"https?://(?:[0-9a-z-]+--)?([0-9a-z-]+)\.netlify\.app(?:/|$)")


def is_record(keys: frozenset[str]) -> bool:
    """Tell whether an object with these keys is a deploy."""
    return "site_id" in keys and bool(
        keys & {"deploy_time", "published_at", "commit_ref", "deploy_ssl_url", "deploy_url", "build_id", "context"}
    )


def read(record: Fields, reading: Reading) -> DeploymentFacts:
    """Read a deploy."""
    context, texts = reading.context, reading.texts
    native_id = text(record, "id")
    if native_id is None:
        raise missing("id")
    status = _status(record)
    told: dict[str, Any] = {"native_id": texts.site(native_id), "status": status.value}
    for name in ("created_at", "updated_at", "published_at"):
        if name in record:
            told[name] = instant(record, name, context)
            context.seen_at(told[name])
    created_at, published_at = told.get("created_at"), told.get("published_at")
    if created_at is None:
        raise missing("created_at")
    duration = seconds_as_ms(record, "deploy_time")
    if duration is not None:
        told["duration_ms"] = duration
    finished_at = _finished_at(status, duration, told)
    if finished_at is not None:
        told["finished_at"] = finished_at
    if (environment := _environment(record)) is not None:
        told["environment"] = environment.value
    if commit := sha(record, "commit_ref"):
        told["commit_sha"] = commit
    if branch := text(record, "branch"):
        told["branch"] = texts.branch(branch)
    user = text(record, "user_id")
    mapped = user if user and context.is_mapped_user(user) else None
    if person := texts.person(mapped or text(record, "committer")):
        told["person"] = person
    site = _site(record)
    if target := texts.site(site or text(record, "site_id")):
        told["target"] = target
    if chat := chat_of_site(site):
        told["native_chat_id"] = chat
    key = deployment_key(context.owner.project, FactSource.NETLIFY, native_id)
    step = 0 if status is DeploymentStatus.RUNNING else 1
    as_of = max(filter(None, (told.get("updated_at"), published_at, created_at)))
    return DeploymentFacts(copy_of(key, told, as_of, step))


def _status(record: Fields) -> DeploymentStatus:
    word = text(record, "state")
    if word is None:
        raise missing("state")
    if word not in _STATUSES:
        raise wrong(QuarantineReason.UNKNOWN_WORD, "state is none that Netlify gives a deploy")
    if _STATUSES[word] is DeploymentStatus.FAILURE and _is_cancelled(record):
        return DeploymentStatus.CANCELLED
    return _STATUSES[word]


def _is_cancelled(record: Fields) -> bool:
    """Netlify calls a build that a person or a rule stopped an error."""
    return bool(flag(record, "skipped")) or _CANCELLED.match(text(record, "error_message") or "") is not None


def _finished_at(status: DeploymentStatus, duration: int | None, told: Fields) -> int | None:
    """Return the end of the build. A deploy that is published again is changed and published later than that."""
    if status is DeploymentStatus.RUNNING:
        return None
    if duration is not None:
        return told["created_at"] + duration * 1000
    return min(filter(None, (told.get("updated_at"), told.get("published_at"))), default=None)


def _environment(record: Fields) -> Environment | None:
    context = text(record, "context")
    if context is None:
        return None
    is_active = context == "production" and not flag(record, "draft")
    return Environment.ACTIVE if is_active else Environment.PREVIEW


def _site(record: Fields) -> str | None:
    """Return the name of the site, from its own address where the record does not tell it."""
    if name := text(record, "name"):
        return name
    for field in ("ssl_url", "url", "deploy_ssl_url", "deploy_url"):
        if found := _SITE_ADDRESS.match(text(record, field) or ""):
            return found[1]
    return None


NETLIFY_DEPLOYS = PlatformSource(
    SourceKind.NETLIFY_DEPLOYS,
    About(
        title="Netlify deploys",
        record="deploy",
        how_to_get=(
            'netlify api listSiteDeploys --data \'{"site_id": "ID"}\' > deploys.json, or GET '
            "/api/v1/sites/ID/deploys?per_page=100, for each site. Never bolt.diy's settings export, which holds the "
            "token."
        ),
        gives="success, failure and duration of deploys, what was published when, the chat of sites bolt.diy made",
    ),
    is_record,
    read,
    partial(write_deployments, FactSource.NETLIFY),
    "deployment",
)
