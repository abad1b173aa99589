"""Record tables of what people asked for: tasks, calls to models."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from data.words import (
    CallSource,
    CallStatus,
    ErrorKind,
    FactSource,
    LatencyBasis,
    MatchQuality,
    Outcome,
    OutcomeBasis,
    QuarantineReason,
    SourceKind,
    TaskClass,
    TimeBasis,
    UsageStatus,
)
from etl.context import HOUR_MICROSECONDS, LoadContext
from etl.records.between import not_before
from etl.records.contract import (
    ID,
    PERSON,
    PROJECT,
    RECORDED_AT,
    TASK_ID,
    Column,
    ColumnType,
    Problem,
    RecordTable,
    Rows,
    all_of,
    required,
    without_nulls,
    word,
)
from etl.records.task_links import class_children, classes_of, keys_of_tasks
from etl.redact import redact_id
from etl.routes import route_of_gateway

_RULES = "recorded"
"""Stands in place of the version of the rules where a team classified its tasks itself."""


def routes(rows: Rows) -> tuple[list[str | None], list[str | None]]:
    """Return canonical provider and model of each record."""
    found = [
        route_of_gateway(provider, model, None) for provider, model in zip(rows["provider"], rows["model"], strict=True)
    ]
    return [route.provider for route in found], [route.model for route in found]


def _tasks(rows: Rows, context: LoadContext) -> Rows:  # noqa: ARG001
    provider, model = routes(rows)
    return {
        "task_class_version": all_of(rows, _RULES),
        "requested_at_basis": all_of(rows, TimeBasis.GIVEN.value),
        "outcome_basis": all_of(rows, OutcomeBasis.RECORDED.value),
        "provider": provider,
        "model": model,
        "requested_provider": rows["provider"],
        "requested_model": rows["model"],
        "prompt_chars": without_nulls(rows["prompt_chars"], 0),
        "turn_count": without_nulls(rows["turn_count"], 1),
        "retry_count": without_nulls(rows["retry_count"], 0),
        "fix_request_count": without_nulls(rows["fix_request_count"], 0),
        # Added up from calls and patches after the load.
        **dict.fromkeys(
            ("patch_count", "call_count", "unpriced_call_count", "fallback_count", "known_cost_micro_usd"),
            all_of(rows, 0),
        ),
        "source": all_of(rows, FactSource.RECORD.value),
    }


def _follow_tasks(written: Rows, context: LoadContext) -> None:
    context.touched.task_keys.update(written["task_key"])
    class_children(context, written["task_key"])


TASKS = RecordTable(
    SourceKind.RECORD_TASKS,
    "task",
    (
        ID,
        required("requested_at", ColumnType.INSTANT, example="2026-03-02T10:00:00Z"),
        required("task_class", ColumnType.WORD, words=TaskClass, example="feature"),
        required("outcome", ColumnType.WORD, words=Outcome, example="completed"),
        Column("finished_at", ColumnType.INSTANT, says="when it ended", example="2026-03-02T10:04:30Z"),
        PERSON,
        PROJECT,
        Column("provider", ColumnType.PROVIDER, says="provider of the route it asked for", example="anthropic"),
        Column("model", ColumnType.NAME, example="claude-sonnet-4-5"),
        Column("prompt_chars", ColumnType.WHOLE, says="length of the request; empty counts as 0", example=240),
        Column("turn_count", ColumnType.WHOLE, says="turns, the first one included; empty counts as 1", example=2),
        Column(
            "retry_count",
            ColumnType.WHOLE,
            says="repeats of the same request after a failed turn; empty counts as 0",
            example=0,
        ),
        Column("fix_request_count", ColumnType.WHOLE, says="automatic fix requests; empty counts as 0", example=1),
        RECORDED_AT,
    ),
    at="requested_at",
    date="requested_date",
    fill=_tasks,
    check=lambda rows: list(not_before(rows, "requested_at", "finished_at")),
    follow=_follow_tasks,
)


def _check_calls(rows: Rows) -> list[Problem]:
    """More tokens from the cache than were sent: then the input was given without the cached ones."""
    columns = ("input_tokens", "cache_read_tokens", "cache_write_tokens")
    return [
        Problem(
            index,
            QuarantineReason.BAD_NUMBER,
            "cache_read_tokens and cache_write_tokens are more than input_tokens, which includes them",
        )
        for index, (sent, read, written) in enumerate(zip(*(rows[name] for name in columns), strict=True))
        if sent is not None and (read or 0) + (written or 0) > sent
    ]


def _micro_usd(amounts: list[Decimal | None]) -> list[int | None]:
    """Return amounts in millionths of a US dollar, half up."""
    return [None if usd is None else int(usd * 1_000_000 + Decimal("0.5")) for usd in amounts]


def _calls(rows: Rows, context: LoadContext) -> Rows:
    provider, model = routes(rows)
    task_keys = keys_of_tasks(rows)
    # Of every copy, the older ones too: what is noted must not depend on the order of files.
    people = zip(rows["person"], rows["started_at"], strict=True)
    context.touched.gateway_hours.update((person, at // HOUR_MICROSECONDS) for person, at in people if person)
    tokens = list(zip(rows["input_tokens"], rows["output_tokens"], strict=True))
    filled: dict[str, Sequence[Any]] = {
        "native_id": [
            redact_id(response or own) for response, own in zip(rows["response_id"], rows["id"], strict=True)
        ],
        "source": all_of(rows, CallSource.RECORD.value),
        "is_counted": all_of(rows, True),
        "match_quality": all_of(rows, MatchQuality.NONE.value),
        "task_key": task_keys,
        "task_class": classes_of(context.connection, task_keys),
        "provider": provider,
        "model": model,
        "latency_basis": [
            (LatencyBasis.NONE if latency is None else LatencyBasis.RECORDED).value for latency in rows["latency_ms"]
        ],
        "error_kind": [
            (kind or ErrorKind.UNKNOWN.value) if status == CallStatus.ERROR else None
            for kind, status in zip(rows["error_kind"], rows["status"], strict=True)
        ],
        "total_tokens": [
            None if sent is None and received is None else (sent or 0) + (received or 0) for sent, received in tokens
        ],
        "usage_status": [
            (UsageStatus.ABSENT if sent is None and received is None else UsageStatus.REPORTED).value
            for sent, received in tokens
        ],
        "reported_cost_micro_usd": _micro_usd(list(rows["cost_usd"])),
    }
    return {**filled, **_costs({**rows, **filled})}


def _costs(rows: Rows) -> Rows:
    # Only calls need frames, which take longer to import than many files of other records to load.
    import polars as pl

    from etl.price_frames import PRICED_BY, with_cost

    priced = with_cost(pl.DataFrame({name: rows[name] for name in PRICED_BY}, schema=PRICED_BY))
    return {
        name: priced[name].to_list()
        for name in ("computed_cost_micro_usd", "price_version", "cost_micro_usd", "cost_basis")
    }


def _follow_calls(written: Rows, context: LoadContext) -> None:
    """Note what may be the same calls in other files, and where chats may show them."""
    touched = context.touched
    touched.task_keys.update(filter(None, written["task_key"]))
    touched.call_sources.add(CallSource.RECORD.value)
    touched.call_days.update(filter(None, written["started_date"]))
    touched.add_gateway_span(min(written["started_at"]), max(written["started_at"]))


LLM_CALLS = RecordTable(
    SourceKind.RECORD_LLM_CALLS,
    "llm_call",
    (
        ID,
        required("started_at", ColumnType.INSTANT, example="2026-03-02T10:00:02Z"),
        required("model", ColumnType.NAME, says="model that served it", example="claude-sonnet-4-5"),
        required("status", ColumnType.WORD, words=CallStatus, example="success"),
        TASK_ID,
        Column(
            "response_id",
            ColumnType.ID,
            says="id that the provider or the gateway gave the call, by which the same call in other files is found",
            example="gen-8f21",
        ),
        PERSON,
        PROJECT,
        Column("provider", ColumnType.PROVIDER, says="provider that served it", example="anthropic"),
        Column("requested_provider", ColumnType.PROVIDER, example="anthropic"),
        Column("requested_model", ColumnType.NAME, example="claude-sonnet-4-5"),
        Column("latency_ms", ColumnType.WHOLE, says="from the request to the end of the answer", example=5200),
        Column("time_to_first_token_ms", ColumnType.WHOLE, says="from the request to the first token", example=800),
        Column("input_tokens", ColumnType.WHOLE, example=12000),
        Column("cache_read_tokens", ColumnType.WHOLE, example=9000),
        Column("cache_write_tokens", ColumnType.WHOLE, example=0),
        Column("output_tokens", ColumnType.WHOLE, example=900),
        Column(
            "cost_usd",
            ColumnType.MONEY,
            says="cost as the provider or gateway reported it; empty: it is computed from tokens and price list",
            example=0.0252,
        ),
        word("error_kind", ErrorKind, says="kind of error; counts only where status is error"),
        Column("retry_count", ColumnType.WHOLE, says="retries made inside this call", example=0),
        Column("is_fallback", ColumnType.FLAG, example=False),
        Column("is_cache_hit", ColumnType.FLAG, says="whether a cache of the gateway answered", example=False),
        RECORDED_AT,
    ),
    at="started_at",
    date="started_date",
    fill=_calls,
    check=_check_calls,
    follow=_follow_calls,
)
