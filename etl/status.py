"""What the store holds: sources and how fresh they are, counts, coverage, quarantine and duplicates by reason."""

import sqlite3
from typing import TypeVar

import msgspec

from data.store import Store
from data.words import CostBasis, KnownReason, LatencyBasis, Outcome, QuarantineReason, SourceKind, UsageStatus, Word
from etl.timestamps import iso

W = TypeVar("W", bound=Word)


class SourceStatus(msgspec.Struct, frozen=True):
    """One kind of file that was loaded; times are UTC, ISO 8601."""

    kind: str
    meaning: str
    files: int
    read: int
    loaded: int
    known: int
    quarantined: int
    first_record_at: str | None
    last_record_at: str | None
    last_exported_at: str | None
    last_loaded_at: str | None


class CoverageStatus(msgspec.Struct, frozen=True):
    """How much is known; rates are 0 to 1, and null where there is nothing to divide by."""

    calls: int
    cost_known_rate: float | None
    latency_known_rate: float | None
    usage_known_rate: float | None
    spend_usd: float
    """Sum of the known costs."""
    attributed_spend_rate: float | None
    """Share of that spend that is attributed to a task."""
    tasks: int
    unknown_outcome: int
    unknown_outcome_rate: float | None


class ReasonStatus(msgspec.Struct, frozen=True):
    """One reason and how many records it befell."""

    reason: str
    meaning: str
    records: int


class StoreStatus(msgspec.Struct, frozen=True):
    """All of it; also the shape of etl status --json."""

    database: str
    data_version: int
    files: int
    demo_files: int
    is_pseudonymous: bool
    read: int
    loaded: int
    known: int
    quarantined: int
    sources: tuple[SourceStatus, ...]
    counts: dict[str, int]
    coverage: CoverageStatus
    quarantine: tuple[ReasonStatus, ...]
    duplicates: tuple[ReasonStatus, ...]


_COUNTED = ("chat", "message", "event", "task", "llm_call", "patch", "patch_file", "approval", "tool_call",
            "command_run", "deployment", "vcs_commit", "pull_request", "pull_request_review", "patch_link",
            "policy_change", "incident", "secret_rotation", "access_grant", "owner")  # fmt: skip


def status_of(store: Store) -> StoreStatus:
    """Return the status of a store; all figures are of one committed state."""
    with store.reading() as connection:
        files, demo_files, read, loaded, known, quarantined = connection.execute(
            "SELECT count(*), coalesce(sum(is_demo), 0), coalesce(sum(read_count), 0), coalesce(sum(loaded_count), 0), "
            "coalesce(sum(known_count), 0), coalesce(sum(quarantined_count), 0) FROM load"
        ).fetchone()
        settings = dict(connection.execute("SELECT name, value FROM setting").fetchall())
        return StoreStatus(
            database=str(store.path),
            data_version=int(settings.get("data_version", 0)),
            files=files,
            demo_files=demo_files,
            is_pseudonymous=settings.get("pseudonymous", "no") != "no",
            read=read,
            loaded=loaded,
            known=known,
            quarantined=quarantined,
            sources=_sources(connection),
            counts=_counts(connection),
            coverage=_coverage(connection),
            quarantine=_reasons(
                connection,
                QuarantineReason,
                "SELECT reason, count(*) FROM quarantine GROUP BY reason ORDER BY 2 DESC, 1",
            ),
            duplicates=_reasons(
                connection,
                KnownReason,
                "SELECT reason, sum(known_count) FROM load_known GROUP BY reason ORDER BY 2 DESC, 1",
            ),
        )


def _sources(connection: sqlite3.Connection) -> tuple[SourceStatus, ...]:
    rows = connection.execute(
        "SELECT kind, count(*), sum(read_count), sum(loaded_count), sum(known_count), sum(quarantined_count), "
        "min(first_record_at), max(last_record_at), max(exported_at), max(finished_at) "
        "FROM load GROUP BY kind ORDER BY kind"
    ).fetchall()
    return tuple(
        SourceStatus(kind, _meaning(SourceKind, kind), *counts[:5], *(iso(instant) for instant in counts[5:]))
        for kind, *counts in rows
    )


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    counts = {
        table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
        for table in _COUNTED
    }
    counts["llm_call"] = int(connection.execute("SELECT count(*) FROM llm_call WHERE is_counted").fetchone()[0])
    return counts


def _coverage(connection: sqlite3.Connection) -> CoverageStatus:
    calls, cost, latency, usage, spend, attributed = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE cost_basis <> ?), count(*) FILTER (WHERE latency_basis <> ?), "
        "count(*) FILTER (WHERE usage_status = ?), coalesce(sum(cost_micro_usd), 0), "
        "coalesce(sum(cost_micro_usd) FILTER (WHERE task_key IS NOT NULL), 0) FROM llm_call WHERE is_counted",
        (CostBasis.UNKNOWN.value, LatencyBasis.NONE.value, UsageStatus.REPORTED.value),
    ).fetchone()
    tasks, unknown = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE outcome = ?) FROM task", (Outcome.UNKNOWN.value,)
    ).fetchone()
    return CoverageStatus(
        calls=calls,
        cost_known_rate=_rate(cost, calls),
        latency_known_rate=_rate(latency, calls),
        usage_known_rate=_rate(usage, calls),
        spend_usd=spend / 1_000_000,
        attributed_spend_rate=_rate(attributed, spend),
        tasks=tasks,
        unknown_outcome=unknown,
        unknown_outcome_rate=_rate(unknown, tasks),
    )


def _reasons(connection: sqlite3.Connection, words: type[Word], sql: str) -> tuple[ReasonStatus, ...]:
    return tuple(ReasonStatus(reason, _meaning(words, reason), records) for reason, records in connection.execute(sql))


def _meaning(words: type[Word], value: str) -> str:
    return words(value).meaning if value in set(words) else value


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
