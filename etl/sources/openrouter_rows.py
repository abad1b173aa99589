"""Rows of OpenRouter's export as calls: what each cell means, and what is wrong with rows that are no use.

- ``cost_total`` is what OpenRouter billed. With a key of one's own (BYOK) the provider bills ``byok_usage_inference``
  on top, so that the cost of a call is the sum of both.
- ``tokens_prompt`` holds the cached tokens, ``tokens_completion`` those of reasoning.
- Rows are of finished generations. Calls that failed before are no rows, so that errors are a lower bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from data.definitions import reporting
from data.words import CallSource, CallStatus, ErrorKind, LatencyBasis, QuarantineReason, UsageStatus
from etl.context import LoadContext, earliest_allowed
from etl.sources.call_columns import times
from etl.sources.call_rows import MOST_SPEND_USD, MOST_TOKENS, llm_call_rows, micro_usd, plausible
from etl.sources.gateway_people import People, key_hash_of
from etl.sources.openrouter_header import REQUIRED
from etl.sources.openrouter_models import model_of_slug
from etl.sources.openrouter_zone import Zone

_USED = (
    *REQUIRED,
    "cost_total",
    "byok_usage_inference",
    "tokens_prompt",
    "tokens_completion",
    "tokens_cached",
    "model_permaslug",
    "variant",
    "cancelled",
    "streamed",
    "user",
    "finish_reason_raw",
    "finish_reason_normalized",
    "generation_time_ms",
    "time_to_first_token_ms",
    "api_key_name",
)
_MONEY = ("cost_total", "byok_usage_inference")
_TOKENS = ("tokens_prompt", "tokens_completion", "tokens_cached")
_PROVIDER = "openrouter"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the row at a place in a batch cannot be used."""

    index: int
    reason: QuarantineReason
    detail: str


def calls_of(
    header: Sequence[str], rows: Sequence[Sequence[str]], zone: Zone, context: LoadContext
) -> tuple[pl.DataFrame, list[Problem]]:
    """Return the calls that rows describe, every column of llm_call, and what is wrong with the other rows.

    All rows are as long as the header. Several copies of one call stay several rows here.
    """
    cells = _cells(header, rows)
    facts = cells.select(
        pl.int_range(pl.len()).alias("index"),
        "generation_id",
        pl.col("created_at").is_null().alias("has_no_time"),
        zone.in_utc(cells["generation_id"], times("created_at", cells["created_at"].to_list())),
        *(pl.col(name).cast(pl.Float64, strict=False) for name in (*_MONEY, *_TOKENS)),
        *(
            (pl.col(name).is_not_null() & pl.col(name).cast(pl.Float64, strict=False).is_null()).alias(f"{name} text")
            for name in (*_MONEY, *_TOKENS)
        ),
    )
    wrong = facts.select("index", *_checks(context)).filter(pl.any_horizontal(pl.exclude("index")))
    problems = [_problem(row) for row in wrong.iter_rows(named=True)]
    if problems:
        usable = ~facts["index"].is_in(wrong["index"].implode())
        cells, facts = cells.filter(usable), facts.filter(usable)
    return _llm_calls(cells, facts, context), problems


def _cells(header: Sequence[str], rows: Sequence[Sequence[str]]) -> pl.DataFrame:
    """Return the columns that are used as texts; null where a cell is empty or the file has no such column."""
    columns = dict(zip(header, zip(*rows, strict=True), strict=False)) if rows else {}
    nothing = [None] * len(rows)
    frame = pl.DataFrame({name: columns.get(name, nothing) for name in _USED}, schema=dict.fromkeys(_USED, pl.String))
    stripped = pl.all().str.strip_chars()
    return frame.with_columns(pl.when(stripped != "").then(stripped).name.keep())


def _checks(context: LoadContext) -> list[pl.Expr]:
    return [
        pl.col("generation_id").is_null().alias("no_id"),
        pl.col("has_no_time").alias("no_start"),
        (~pl.col("has_no_time") & pl.col("started_at").is_null()).alias("no_time"),
        ~pl.col("started_at")
        .is_between(earliest_allowed(), context.latest_allowed)
        .fill_null(value=True)
        .alias("time_range"),
        *(pl.col(f"{name} text") for name in (*_MONEY, *_TOKENS)),
        *(_is_outside(name, MOST_SPEND_USD).alias(name) for name in _MONEY),
        *(
            (_is_outside(name, MOST_TOKENS) | (pl.col(name) % 1 != 0).fill_null(value=False)).alias(name)
            for name in _TOKENS
        ),
    ]


def _is_outside(name: str, most: float) -> pl.Expr:
    # NaN is between no two numbers.
    return (~pl.col(name).is_between(0, most) | pl.col(name).is_nan()).fill_null(value=False)


_PROBLEMS: dict[str, tuple[QuarantineReason, str]] = {
    "no_id": (QuarantineReason.MISSING_FIELD, "generation_id is empty; without it the call cannot be told apart"),
    "no_start": (QuarantineReason.MISSING_FIELD, "created_at is empty"),
    "no_time": (
        QuarantineReason.BAD_TIME,
        "created_at is no time such as 2026-02-06 18:54:30.040, or does not fit the second in generation_id",
    ),
    "time_range": (QuarantineReason.BAD_TIME, "created_at is before {first_year} or in the future"),
}


def _problem(row: dict[str, object]) -> Problem:
    index = row.pop("index")
    assert isinstance(index, int)
    name = next(name for name, is_wrong in row.items() if is_wrong)
    if name in _PROBLEMS:
        reason, detail = _PROBLEMS[name]
        return Problem(index, reason, detail.format(first_year=reporting().first_year))
    if name.endswith(" text"):
        return Problem(index, QuarantineReason.WRONG_TYPE, f"{name.removesuffix(' text')}: expected a number, got text")
    limit = "a million USD" if name in _MONEY else f"{MOST_TOKENS:,}, or no whole number"
    return Problem(index, QuarantineReason.BAD_NUMBER, f"{name} is negative or more than {limit}")


def _llm_calls(cells: pl.DataFrame, facts: pl.DataFrame, context: LoadContext) -> pl.DataFrame:
    people = People(context)
    sent, received = pl.col("tokens_prompt").cast(pl.Int64), pl.col("tokens_completion").cast(pl.Int64)
    is_used = (sent.fill_null(0) > 0) | (received.fill_null(0) > 0)
    is_zero = sent.is_not_null() | received.is_not_null()
    status = _statuses(cells, is_used)
    waited = plausible(pl.col("time_to_first_token_ms").cast(pl.Float64, strict=False))
    columns = pl.concat([cells.drop(*_MONEY, *_TOKENS, "generation_id", "created_at"), facts], how="horizontal")
    rows = (
        columns.lazy()
        .with_columns(
            native_id=pl.col("generation_id").str.replace_all(r"\p{C}", " "),
            # The name of a key counts only where sources.toml says whose it is: any other may be of a shared key.
            person=pl.Series([people.person_of(key, user) for user, key in _names(cells)], dtype=pl.String),
            project=pl.lit(context.owner.project, dtype=pl.String),
            key_hash=pl.Series([_hash_of_name(key) for _, key in _names(cells)], dtype=pl.String),
            provider=pl.lit(_PROVIDER),
            model=pl.Series(list(map(model_of_slug, cells["model_permaslug"], cells["variant"])), dtype=pl.String),
            latency_ms=plausible(pl.col("generation_time_ms").cast(pl.Float64, strict=False)).round().cast(pl.Int64),
            time_to_first_token_ms=pl.when(pl.col("streamed").str.to_lowercase() != "false")
            .then(waited.round().cast(pl.Int64))
            .otherwise(None),
            status=status,
            error_class=pl.lit(None, dtype=pl.String),
            is_used=is_used,
            input_tokens=pl.when(is_used).then(sent),
            output_tokens=pl.when(is_used).then(received),
            cache_read_tokens=pl.when(is_used).then(pl.col("tokens_cached").cast(pl.Int64)),
            cache_write_tokens=pl.lit(None, dtype=pl.Int64),
            total_tokens=pl.when(is_used).then(sent.fill_null(0) + received.fill_null(0)),
            reported_cost_micro_usd=micro_usd(pl.col("cost_total") + pl.col("byok_usage_inference").fill_null(0)),
            trace_hash=pl.lit(None, dtype=pl.Int64),
            retry_count=pl.lit(None, dtype=pl.Int64),
            is_fallback=pl.lit(None, dtype=pl.Boolean),
            is_cache_hit=pl.lit(None, dtype=pl.Boolean),
            call_type=pl.lit(None, dtype=pl.String),
        )
        .with_columns(
            requested_model="model",
            error_kind=pl.when(pl.col("status") == CallStatus.ERROR).then(pl.lit(ErrorKind.UNKNOWN.value)),
            usage_status=pl.when("is_used")
            .then(pl.lit(UsageStatus.REPORTED.value))
            .when((pl.col("status") == CallStatus.SUCCESS) & is_zero)
            .then(pl.lit(UsageStatus.MISSING.value))
            .otherwise(pl.lit(UsageStatus.ABSENT.value)),
        )
        .collect()
    )
    return llm_call_rows(rows, CallSource.OPENROUTER, rows["native_id"], LatencyBasis.GATEWAY, context)


def _statuses(cells: pl.DataFrame, is_used: pl.Expr) -> pl.Expr:
    """Return how each call ended: rows are of finished generations, unless they say that they were stopped or failed.

    Where the file has reasons, a row without one and without tokens says nothing of how it ended.
    """
    reason = pl.coalesce("finish_reason_normalized", "finish_reason_raw").str.to_lowercase()
    has_reasons = cells["finish_reason_normalized"].null_count() < cells.height
    is_open = pl.lit(has_reasons) & reason.is_null() & ~is_used
    return (
        pl.when(pl.col("cancelled").str.to_lowercase().is_in(["true", "t", "1"]).fill_null(value=False))
        .then(pl.lit(CallStatus.CANCELLED.value))
        .when((reason == "error").fill_null(value=False))
        .then(pl.lit(CallStatus.ERROR.value))
        .when(is_open)
        .then(pl.lit(CallStatus.UNKNOWN.value))
        .otherwise(pl.lit(CallStatus.SUCCESS.value))
    )


def _names(cells: pl.DataFrame) -> list[tuple[str | None, str | None]]:
    return list(zip(cells["user"].to_list(), cells["api_key_name"].to_list(), strict=True))


def _hash_of_name(key_name: str | None) -> str | None:
    """Return a hash that tells keys apart; the export has their names alone."""
    return None if key_name is None else key_hash_of(f"openrouter key {key_name}")
