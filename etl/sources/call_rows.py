"""Rows of llm_call from what a source of calls says: key, rank among copies, day, prices, every column."""

from zlib import crc32

import polars as pl

from data.definitions import reporting
from data.epoch import DAY_MICROSECONDS
from data.keys import stable_keys
from data.words import CallSource, LatencyBasis, MatchQuality
from etl.context import LoadContext, day_of
from etl.price_frames import with_cost
from etl.redact import ID_MAYBE_SECRET, redact_id

MOST_TOKENS = 10**12
MOST_SPEND_USD = 1e6
LONGEST_CALL_MS = 7 * 86_400_000
_QUARTER_MICROSECONDS = 900_000_000
_ID_CHARACTERS = 200


def llm_call_rows(
    facts: pl.DataFrame, source: CallSource, identities: pl.Series, basis: LatencyBasis, context: LoadContext
) -> pl.DataFrame:
    """Return calls with every column of llm_call, in its order, priced.

    The facts have the columns of llm_call that a source knows; ``identities`` tell the calls of the source apart, and
    ``basis`` says how durations are known where they are.
    """
    facts = facts.with_columns(
        source=pl.lit(source.value),
        started_date=days_of(facts["started_at"]),
        latency_basis=pl.when(pl.col("latency_ms").is_null())
        .then(pl.lit(LatencyBasis.NONE.value))
        .otherwise(pl.lit(basis.value)),
    )
    priced = with_cost(facts)
    text = pl.lit(None, dtype=pl.String)
    number = pl.lit(None, dtype=pl.Int64)
    return priced.select(
        pl.Series("llm_call_key", stable_keys(source.value, identities.to_list()), dtype=pl.Int64),
        _ids_without_secrets(facts["native_id"]),
        "source",
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
    """Return the rank of each copy: whether it has ended, how many facts it knows, then a checksum of them.

    No order of files decides. Sources whose records are all of ended calls have no column has_ended.
    """
    ended = facts["has_ended"].cast(pl.Int64) if "has_ended" in facts.columns else 0
    ranked = facts.select(
        pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in _COMPARED).alias("known"),
        pl.concat_str([pl.col(name).cast(pl.String).fill_null("\0") for name in _COMPARED], separator="\x1f").alias(
            "text"
        ),
    )
    checksums = [crc32(text) for text in ranked["text"].cast(pl.Binary).to_list()]
    known = ranked["known"] + ended * 2**8
    return (known * 2**32 + pl.Series(checksums, dtype=pl.Int64)).alias("record_rank")


def days_of(instants: pl.Series) -> pl.Series:
    """Return the day of each instant in the reporting time zone."""
    if reporting().time_zone == "UTC":
        return instants // DAY_MICROSECONDS
    quarters = instants // _QUARTER_MICROSECONDS
    distinct = quarters.unique()
    days = [day_of(quarter * _QUARTER_MICROSECONDS) for quarter in distinct.to_list()]
    return quarters.replace_strict(distinct, pl.Series(days, dtype=pl.Int64), return_dtype=pl.Int64)


def plausible(duration_ms: pl.Expr) -> pl.Expr:
    """Return a duration in milliseconds, null where it is negative or longer than a week."""
    return pl.when(duration_ms.is_between(0, LONGEST_CALL_MS)).then(duration_ms)


def micro_usd(usd: pl.Expr) -> pl.Expr:
    """Round half up to micro-USD; a float within 1e-7 micro-USD below a half counts as the half it was written as."""
    return (usd * 1e6 + 0.5 + 1e-7).floor().cast(pl.Int64)
