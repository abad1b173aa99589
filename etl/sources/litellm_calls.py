"""Records of LiteLLM as calls: a frame with the columns of llm_call, and what is wrong with records that are no use.

Columns are built for some thousands of records at a time; whatever takes few distinct values (routes, people, errors)
is worked out once per value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import starmap
from zlib import crc32

import polars as pl

from data.definitions import reporting
from data.keys import stable_keys
from data.tables.types import EPOCH, EPOCH_DAY
from data.words import CallSource, CallStatus, LatencyBasis, MatchQuality, QuarantineReason, UsageStatus
from etl.context import DAY_MICROSECONDS, LoadContext, day_of
from etl.prices import with_cost
from etl.routes import clean_name, route_of_gateway
from etl.sources.litellm_facts import (
    SUCCEEDED,
    People,
    cache_read_of,
    cache_write_of,
    ending_of,
    id_of,
    is_cache_hit,
    is_call,
    is_fallback,
    key_hash_of,
)
from etl.sources.litellm_records import Metadata, Record, UnusableRecordError, UsageObject, metadata_of

MOST_TOKENS = 10**12
MOST_SPEND_USD = 1e6
LONGEST_CALL_MS = 7 * 86_400_000
_QUARTER_MICROSECONDS = 900_000_000
_ID_CHARACTERS = 200
_Pairs = Sequence[tuple[Record, Metadata]]
_EMPTY = Metadata()
_NO_USAGE = UsageObject()
_short_name = lru_cache(maxsize=4096)(clean_name)


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
    raw = _raw_frame(records, _metadata_of_all(records, problems), context)
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


def _raw_frame(records: Sequence[Record], metadata: Sequence[Metadata], context: LoadContext) -> pl.DataFrame:
    """Return what the records say, one column per fact, cleaned and typed, nothing checked yet."""
    pairs = list(zip(records, metadata, strict=True))
    return pl.DataFrame(
        [
            pl.Series("index", range(len(records)), dtype=pl.Int64),
            _texts("native_id", [id_of(one.request_id or one.id) for one in records]),
            _times("started_at", [one.start_time for one in records]),
            _flags("has_start", [one.start_time not in (None, "") for one in records]),
            _times("ended_at", [one.end_time for one in records]),
            _times("first_token_at", [one.first_token_time for one in records]),
            _numbers("duration_ms", [one.request_duration_ms for one in records]),
            _flags("streamed", [one.stream is not False for one in records]),
            *_figures(records, metadata),
            *_names(pairs, context),
            *_routes(pairs),
            *_endings(pairs),
            _texts("trace", [one.trace_id or one.session_id or one.litellm_call_id for one in records]),
            _wholes("retry_count", [meta.attempted_retries for meta in metadata]),
            _flags("is_fallback", list(starmap(is_fallback, pairs))),
            _flags("is_cache_hit", [is_cache_hit(one.cache_hit) for one in records]),
            _texts("call_type", [_short_name(one.call_type) for one in records]),
            _flags("is_call", [bool(one.total_tokens or one.spend) or is_call(one, meta) for one, meta in pairs]),
        ]
    )


def _figures(records: Sequence[Record], metadata: Sequence[Metadata]) -> list[pl.Series]:
    usages = [meta.usage_object or meta.additional_usage_values or _NO_USAGE for meta in metadata]
    return [
        _numbers("spend", [one.response_cost if one.spend is None else one.spend for one in records]),
        _wholes("prompt_tokens", [one.prompt_tokens for one in records]),
        _wholes("completion_tokens", [one.completion_tokens for one in records]),
        _wholes("all_tokens", [one.total_tokens for one in records]),
        _wholes("cache_read_tokens", [cache_read_of(usage) for usage in usages]),
        _wholes("cache_write_tokens", [cache_write_of(usage) for usage in usages]),
    ]


def _names(pairs: _Pairs, context: LoadContext) -> list[pl.Series]:
    people = People(context)
    keys = [one.api_key or meta.user_api_key_hash or meta.user_api_key for one, meta in pairs]
    persons = [
        people.person_of(
            key,
            meta.user_api_key_user_id,
            meta.user_api_key_user_email,
            one.user,
            one.end_user,
            meta.user_api_key_end_user_id,
            meta.user_api_key_alias,
        )
        for key, (one, meta) in zip(keys, pairs, strict=True)
    ]
    projects = [
        people.project_of(meta.user_api_key_team_alias, meta.user_api_key_team_id, one.team_id) for one, meta in pairs
    ]
    return [
        _texts("person", persons),
        _texts("project", projects),
        _texts("key_hash", [key_hash_of(key) for key in keys]),
    ]


def _routes(pairs: _Pairs) -> list[pl.Series]:
    routes = [route_of_gateway(one.custom_llm_provider, one.model, one.api_base) for one, _ in pairs]
    groups = [_short_name(meta.original_model_group or one.model_group) for one, meta in pairs]
    return [
        _texts("requested_model", [group or route.model for group, route in zip(groups, routes, strict=True)]),
        _texts("provider", [route.provider for route in routes]),
        _texts("model", [route.model for route in routes]),
    ]


def _endings(pairs: _Pairs) -> list[pl.Series]:
    endings = [SUCCEEDED if one.status == "success" else ending_of(one, meta) for one, meta in pairs]
    return [
        _texts("status", [ending[0] for ending in endings]),
        _texts("error_kind", [ending[1] for ending in endings]),
        _texts("error_class", [ending[2] for ending in endings]),
    ]


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
        pl.col("native_id").str.slice(0, _ID_CHARACTERS),
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


def _texts(name: str, values: Sequence[str | None]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.String)


def _flags(name: str, values: Sequence[bool | None]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Boolean)


def _numbers(name: str, values: Sequence[float | None]) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Float64)


def _wholes(name: str, values: Sequence[int | None]) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=pl.Int64)
    except (OverflowError, TypeError, pl.exceptions.PolarsError):
        # Beyond 64 bits, far beyond what is allowed: kept as too large, so that the check finds it.
        clamped = [None if value is None else max(-(2**62), min(value, 2**62)) for value in values]
        return pl.Series(name, clamped, dtype=pl.Int64)


def _times(name: str, values: Sequence[str | float | None]) -> pl.Series:
    """Return times as microseconds since 1970, null where a value is no time; texts without a zone are UTC."""
    try:
        texts = pl.Series(name, values, dtype=pl.String)
    except TypeError:
        return pl.Series(name, [microseconds_of(value) for value in values], dtype=pl.Int64)
    plain = texts.str.strip_suffix("Z").str.strip_suffix("+00:00").str.replace("T", " ", literal=True)
    exact = plain.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False).cast(pl.Int64)
    if exact.null_count() == texts.null_count():
        return exact
    return pl.Series(
        name,
        [
            known if known is not None else microseconds_of(text)
            for known, text in zip(exact.to_list(), values, strict=True)
        ],
        dtype=pl.Int64,
    )


def microseconds_of(value: str | float | None) -> int | None:
    """Return a time as microseconds since 1970: ISO 8601 with or without a zone (then UTC), or seconds since 1970."""
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            try:
                value = float(text)
            except ValueError:
                return None
        else:
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (aware - EPOCH) // timedelta(microseconds=1)
    return round(value * 1_000_000) if abs(value) < 1e12 else None


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
