"""Kinds of files that take each other's place, such as rows and payloads of one gateway, seen as one source."""

from collections.abc import Iterable
from dataclasses import replace

from dashboard.analysis.coverage import SourceCoverage
from data.words import SourceKind

_FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("bolt.diy chats", (SourceKind.BOLT_CHATS, SourceKind.BOLT_CHAT)),
    ("bolt.diy event logs", (SourceKind.BOLT_EVENTS_JSON, SourceKind.BOLT_EVENTS_CSV)),
    ("LiteLLM gateway", (SourceKind.LITELLM_SPEND, SourceKind.LITELLM_PAYLOAD)),
    ("OpenRouter", (SourceKind.OPENROUTER_ACTIVITY,)),
    ("OpenTelemetry", (SourceKind.OTLP,)),
    ("Git", (SourceKind.GIT_REPOSITORY, SourceKind.GIT_LOG)),
    ("Pull and merge requests", (SourceKind.GITHUB_PULLS, SourceKind.GITLAB_MERGES)),
    (
        "Deployments",
        (
            SourceKind.GITHUB_DEPLOYMENTS,
            SourceKind.GITLAB_DEPLOYMENTS,
            SourceKind.NETLIFY_DEPLOYS,
            SourceKind.VERCEL_DEPLOYMENTS,
        ),
    ),
    ("Own records", tuple(kind for kind in SourceKind if kind.value.startswith("record_"))),
)


def families(sources: Iterable[SourceCoverage]) -> tuple[SourceCoverage, ...]:
    """Return one row per family that was loaded, in a fixed order: its sums, its first and its newest record."""
    by_kind = {source.kind: source for source in sources}
    found = ((title, [by_kind[kind] for kind in kinds if kind in by_kind]) for title, kinds in _FAMILIES)
    return tuple(_together(title, members) for title, members in found if members)


def _together(title: str, members: list[SourceCoverage]) -> SourceCoverage:
    return replace(
        members[0],
        title=title,
        file_count=sum(member.file_count for member in members),
        record_count=sum(member.record_count for member in members),
        first_record_at=min((at for member in members if (at := member.first_record_at)), default=None),
        last_record_at=max((at for member in members if (at := member.last_record_at)), default=None),
        last_loaded_at=max((at for member in members if (at := member.last_loaded_at)), default=None),
        age_days=min((age for member in members if (age := member.age_days) is not None), default=None),
    )
