"""What attempts at integrations came to: useful and useless ones, by MCP server, provider, platform and command."""

import sqlite3
from dataclasses import dataclass, field

from dashboard.analysis.filters import NONE_NAME, Filter
from dashboard.analysis.review.worst import Counts
from dashboard.analysis.shared import shared
from dashboard.analysis.strips import strips_of
from data.words import CallStatus, IntegrationKind

_PARTS = ("useful_count", "failed_count", "timeout_count", "denied_count", "not_run_count", "repeated_count")
KIND_WORDS = {
    IntegrationKind.MCP_SERVER: "MCP server",
    IntegrationKind.PROVIDER: "provider",
    IntegrationKind.PLATFORM: "platform",
}


@dataclass(frozen=True, slots=True)
class Integration:
    """One integration: attempts = useful + failed + timed out + denied + never run + retried."""

    kind: IntegrationKind
    name: str
    useful_count: int = 0
    failed_count: int = 0
    timeout_count: int = 0
    denied_count: int = 0
    not_run_count: int = 0
    repeated_count: int = 0
    """Of the attempts: calls of a tool that had failed before."""
    retry_count: int = 0
    """Attempts that the gateway made again inside a call; each of them stands for one that had failed."""
    error_kinds: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def label(self) -> str:
        """Kind and name, as a name of its own."""
        if self.kind is IntegrationKind.COMMANDS:
            return f"{self.name} commands"
        return f"{KIND_WORDS[self.kind]} {self.name}"

    @property
    def useless_count(self) -> int:
        """Attempts that came to nothing."""
        return self.failed_count + self.timeout_count + self.denied_count + self.not_run_count + self.retry_count

    @property
    def counts(self) -> Counts:
        """Useless attempts, of all."""
        return self.useless_count, self.useless_count + self.useful_count

    @property
    def per_100_useful(self) -> float | None:
        """Useless attempts for each hundred useful ones; null when none was useful."""
        return per_100(self.useless_count, self.useful_count)


def per_100(useless: float, useful: float) -> float | None:
    """Return useless attempts for each hundred useful ones; null when none was useful."""
    return 100 * useless / useful if useful else None


@shared
def integrations(connection: sqlite3.Connection, chosen: Filter) -> dict[str, Integration]:
    """Return what was tried in the days of a filter, by label."""
    # Attempts at integrations are counted by project alone.
    of_project = _of_project(connection, Filter(chosen.period, project=chosen.project))
    return {one.label: one for one in (*of_project, *_providers(connection, chosen)) if sum(one.counts)}


@shared
def _of_project(connection: sqlite3.Connection, chosen: Filter) -> tuple[Integration, ...]:
    found = strips_of(connection, chosen, chosen.period, "integration_daily").sums(("kind", "name"), _PARTS)
    listed = sorted(found.items(), key=lambda one: (one[0][0], one[0][1] or ""))
    return tuple(
        Integration(IntegrationKind(kind), name or NONE_NAME, useful, failed, timeout, denied, not_run, repeated)
        for (kind, name), (useful, failed, timeout, denied, not_run, repeated) in listed
    )


def _ended(provider: str | None, status: str, kind: str | None) -> tuple[str, str, str]:
    return provider or NONE_NAME, status, kind or "unknown"


def _providers(connection: sqlite3.Connection, chosen: Filter) -> list[Integration]:
    """Return the providers. Calls that a person stopped, or whose end is unknown, count neither way."""
    ends = strips_of(connection, chosen, chosen.period, "call_daily").sums(
        ("provider", "status", "error_kind"), ("call_count", "retry_count"), _ended
    )
    calls: dict[str, list[int]] = {}
    kinds: dict[str, dict[str, int]] = {}
    for (provider, status, kind), (count, retries) in sorted(ends.items()):
        own = calls.setdefault(provider, [0, 0, 0])
        own[0] += count if status == CallStatus.SUCCESS else 0
        own[2] += retries
        if status == CallStatus.ERROR:
            own[1] += count
            counted = kinds.setdefault(provider, {})
            counted[kind] = counted.get(kind, 0) + count
    return [
        Integration(
            IntegrationKind.PROVIDER,
            name,
            useful_count=useful,
            failed_count=failed,
            retry_count=retries,
            error_kinds=kinds.get(name, {}),
        )
        for name, (useful, failed, retries) in calls.items()
    ]
