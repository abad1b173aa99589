"""Records of LiteLLM as calls: a frame with the columns of llm_call, and what is wrong with records that are no use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zlib import crc32

import polars as pl

from data.definitions import reporting
from data.keys import stable_keys
from data.tables.types import EPOCH_DAY
from data.words import CallSource, CallStatus, LatencyBasis, MatchQuality, QuarantineReason, UsageStatus
from etl.context import DAY_MICROSECONDS, LoadContext, day_of
from etl.prices import with_cost
from etl.redact import ID_MAYBE_SECRET, redact_id
from etl.sources.litellm_columns import frame_of_records
from etl.sources.litellm_records import Metadata, Record, UnusableRecordError, metadata_of

MOST_TOKENS = 10**12
MOST_SPEND_USD = 1e6
LONGEST_CALL_MS = 7 * 86_400_000
_QUARTER_MICROSECONDS = 900_000_000
_ID_CHARACTERS = 200
_EMPTY = Metadata()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the record at a place in a batch cannot be used."""

    index: int
    reason: QuarantineReason
    detail: str


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of one batch, every column of llm_call in its order; how many records were no calls; and what is wrong."""

    frame: pl.DataFrame
    not_a_call: int
    problems: list[Problem]


def calls_of(records: Sequence[Record], context: LoadContext) -> Calls:
    """Return the calls that records describe; several copies of one call stay several rows here."""
    problems: list[Problem] = []
    raw = frame_of_records(records, _metadata_of_all(records, problems), context)
    unreadable = [problem.index for problem in problems]
    wrong = raw.select("index", *_checks(context)).filter(
        ~pl.col("index").is_in(unreadable) & pl.any_horizontal(pl.exclude("index"))
    )
    problems += [_problem(row) for row in wrong.iter_rows(named=True)]
    bad = [problem.index for problem in problems]
    usable = raw.filter(~pl.col("index").is_in(bad)) if bad else raw
    calls = usable.filter(pl.col("is_call"))
    return Calls(_llm_calls(calls, context), usable.height - calls.height, problems)


def _metadata_of_all(records: Iterable[Record], problems: list[Problem]) -> list[Metadata]:
    """Return the metadata of each record; what cannot be read is noted as a problem."""
    found: list[Metadata] = []
    for index, record in enumerate(records):
        value = record.metadata
        if type(value) is str:
            try:
                value = metadata_of(value)
            except UnusableRecordError as error:
                problems.append(Problem(index, error.reason, error.detail))
                value = None
        found.append(value or _EMPTY)  # pyright: ignore[reportArgumentType]
    return found


def _checks(context: LoadContext) -> list[pl.Expr]:
    first = (date(reporting().first_year, 1, 1) - EPOCH_DAY).days * DAY_MICROSECONDS
    tokens = ("prompt_tokens", "completion_tokens", "all_tokens", "cache_read_tokens", "cache_write_tokens")
    return [
        pl.col("native_id").is_null().alias("no_id"),
        (~pl.col("has_start")).alias("no_start"),
        (pl.col("has_start") & pl.col("started_at").is_null()).alias("no_time"),
        ~pl.col("started_at").is_between(first, context.latest_allowed).fill_null(value=True).alias("time_range"),
        *(~pl.col(name).is_between(0, MOST_TOKENS).fill_null(value=True).alias(name) for name in tokens),
        ~pl.col("spend").is_between(0, MOST_SPEND_USD).fill_null(value=True).alias("spend"),
    ]


_PROBLEMS: dict[str, tuple[QuarantineReason, str]] = {
    "no_id": (QuarantineReason.MISSING_FIELD, "neither request_id nor id; without it the call cannot be told apart"),
    "no_start": (QuarantineReason.MISSING_FIELD, "startTime is missing"),
    "no_time": (QuarantineReason.BAD_TIME, "startTime is not a time; expected ISO 8601 or seconds since 1970"),
    "time_range": (QuarantineReason.BAD_TIME, "startTime is before {first_year} or in the future"),
    "spend": (QuarantineReason.BAD_NUMBER, "the cost is negative or more than a million USD"),
}


def _problem(row: dict[str, object]) -> Problem:
    index = row.pop("index")
    assert isinstance(index, int)
    name = next(name for name, is_wrong in row.items() if is_wrong)
    reason, detail = _PROBLEMS.get(
        name,
        (QuarantineReason.BAD_NUMBER, f"{name.replace('all_', 'total_')} is negative or more than {MOST_TOKENS:,}"),
    )
    return Problem(index, reason, detail.format(first_year=reporting().first_year))


def _llm_calls(raw: pl.DataFrame, context: LoadContext) -> pl.DataFrame:
    """Return the usable calls with every column of llm_call, in its order."""
    sent, received, total = pl.col("prompt_tokens"), pl.col("completion_tokens"), pl.col("all_tokens")
    is_used = (sent.fill_null(0) > 0) | (received.fill_null(0) > 0) | (total.fill_null(0) > 0)
    is_zero = pl.any_horizontal(sent.is_not_null(), received.is_not_null(), total.is_not_null())
    succeeded = pl.col("status") == CallStatus.SUCCESS
    lasted = (pl.col("ended_at") - pl.col("started_at")) / 1000
    duration = pl.coalesce(_plausible(pl.col("duration_ms")), _plausible(lasted))
    waited = pl.col("first_token_at") - pl.col("started_at")
    came_early = (waited >= 0) & (pl.col("first_token_at") < pl.col("ended_at")) & pl.col("streamed") & succeeded
    facts = (
        raw.lazy()
        .with_columns(is_used=is_used)
        .with_columns(
            started_date=_days(raw["started_at"]),
            latency_ms=duration.round().cast(pl.Int64),
            time_to_first_token_ms=pl.when(came_early).then((waited / 1000).round().cast(pl.Int64)),
            input_tokens=pl.when("is_used").then(sent),
            cache_read_tokens=pl.when("is_used").then("cache_read_tokens"),
            cache_write_tokens=pl.when("is_used").then("cache_write_tokens"),
            output_tokens=pl.when("is_used").then(received),
            total_tokens=pl.when("is_used").then(
                pl.when(total.fill_null(0) > 0).then(total).otherwise(sent.fill_null(0) + received.fill_null(0))
            ),
            usage_status=pl.when("is_used")
            .then(pl.lit(UsageStatus.REPORTED.value))
            .when(succeeded & is_zero)
            .then(pl.lit(UsageStatus.MISSING.value))
            .otherwise(pl.lit(UsageStatus.ABSENT.value)),
            reported_cost_micro_usd=_micro_usd(pl.col("spend")),
            trace_hash=pl.Series(_traces(raw["trace"].to_list()), dtype=pl.Int64),
        )
        .with_columns(
            latency_basis=pl.when(pl.col("latency_ms").is_null())
            .then(pl.lit(LatencyBasis.NONE.value))
            .otherwise(pl.lit(LatencyBasis.GATEWAY.value))
        )
        .collect()
    )
    priced = with_cost(facts)
    text = pl.lit(None, dtype=pl.String)
    number = pl.lit(None, dtype=pl.Int64)
    return priced.select(
        pl.Series("llm_call_key", stable_keys(CallSource.LITELLM.value, raw["native_id"].to_list()), dtype=pl.Int64),
        _ids_without_secrets(raw["native_id"]),
        pl.lit(CallSource.LITELLM.value).alias("source"),
        _ranks(facts),
        pl.lit(value=True).alias("is_counted"),
        pl.lit(MatchQuality.NONE.value).alias("match_quality"),
        number.alias("task_key"),
        number.alias("message_key"),
        "person",
        "project",
        "key_hash",
        text.alias("requested_provider"),
        "requested_model",
        "provider",
        "model",
        text.alias("task_class"),
        "started_at",
        "started_date",
        "latency_ms",
        "latency_basis",
        "time_to_first_token_ms",
        "status",
        "error_kind",
        "error_class",
        "input_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "output_tokens",
        "total_tokens",
        "usage_status",
        "reported_cost_micro_usd",
        "computed_cost_micro_usd",
        "cost_micro_usd",
        "cost_basis",
        "price_version",
        "trace_hash",
        "retry_count",
        "is_fallback",
        "is_cache_hit",
        "call_type",
        pl.lit(context.load_id, dtype=pl.Int64).alias("load_id"),
    )


def _ids_without_secrets(ids: pl.Series) -> pl.Series:
    """Return ids as they are kept; nearly all stay as they are, which is told for all at once."""
    kept = ids.str.slice(0, _ID_CHARACTERS)
    is_odd = ids.str.contains(ID_MAYBE_SECRET)
    if not is_odd.any():
        return kept
    masked = ids.filter(is_odd).map_elements(redact_id, return_dtype=pl.String)
    return kept.scatter(is_odd.arg_true(), masked)


# What copies of one record can differ in; the more of it is known, the more complete is the copy.
_COMPARED = (
    "person",
    "project",
    "key_hash",
    "requested_model",
    "provider",
    "model",
    "started_at",
    "latency_ms",
    "time_to_first_token_ms",
    "status",
    "error_kind",
    "error_class",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "total_tokens",
    "reported_cost_micro_usd",
    "trace_hash",
    "retry_count",
    "is_fallback",
    "is_cache_hit",
    "call_type",
)


def _ranks(facts: pl.DataFrame) -> pl.Series:
    """Return the rank of each copy: how many facts it knows, then a checksum of them, so that no order decides."""
    ranked = facts.select(
        pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in _COMPARED).alias("known"),
        pl.concat_str([pl.col(name).cast(pl.String).fill_null("\0") for name in _COMPARED], separator="\x1f").alias(
            "text"
        ),
    )
    checksums = [crc32(text) for text in ranked["text"].cast(pl.Binary).to_list()]
    return (ranked["known"] * 2**32 + pl.Series(checksums, dtype=pl.Int64)).alias("record_rank")


def _days(instants: pl.Series) -> pl.Series:
    """Return the day of each instant in the reporting time zone."""
    if reporting().time_zone == "UTC":
        return instants // DAY_MICROSECONDS
    quarters = instants // _QUARTER_MICROSECONDS
    distinct = quarters.unique()
    days = [day_of(quarter * _QUARTER_MICROSECONDS) for quarter in distinct.to_list()]
    return quarters.replace_strict(distinct, pl.Series(days, dtype=pl.Int64), return_dtype=pl.Int64)


def _plausible(duration_ms: pl.Expr) -> pl.Expr:
    return pl.when(duration_ms.is_between(0, LONGEST_CALL_MS)).then(duration_ms)


def _micro_usd(usd: pl.Expr) -> pl.Expr:
    """Round half up to micro-USD; a float within 1e-7 micro-USD below a half counts as the half it was written as."""
    return (usd * 1e6 + 0.5 + 1e-7).floor().cast(pl.Int64)


def _traces(traces: Sequence[str | None]) -> list[int | None]:
    keys = stable_keys("litellm trace", [trace or "" for trace in traces])
    return [key if trace else None for key, trace in zip(keys, traces, strict=True)]
