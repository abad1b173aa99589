"""Records of LiteLLM as calls: a frame with the columns of llm_call, and what is wrong with records that are no use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from data.definitions import reporting
from data.keys import stable_keys
from data.words import CallSource, CallStatus, LatencyBasis, QuarantineReason, UsageStatus
from etl.context import LoadContext, earliest_allowed
from etl.sources.call_rows import MOST_SPEND_USD, MOST_TOKENS, llm_call_rows, micro_usd, plausible
from etl.sources.litellm_columns import frame_of_records
from etl.sources.litellm_records import Metadata, Record, UnusableRecordError, metadata_of

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
    tokens = ("prompt_tokens", "completion_tokens", "all_tokens", "cache_read_tokens", "cache_write_tokens")
    return [
        pl.col("native_id").is_null().alias("no_id"),
        (~pl.col("has_start")).alias("no_start"),
        (pl.col("has_start") & pl.col("started_at").is_null()).alias("no_time"),
        ~pl.col("started_at")
        .is_between(earliest_allowed(), context.latest_allowed)
        .fill_null(value=True)
        .alias("time_range"),
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
    duration = pl.coalesce(plausible(pl.col("duration_ms")), plausible(lasted))
    waited = pl.col("first_token_at") - pl.col("started_at")
    came_early = (waited >= 0) & (pl.col("first_token_at") < pl.col("ended_at")) & pl.col("streamed") & succeeded
    facts = (
        raw.lazy()
        .with_columns(is_used=is_used)
        .with_columns(
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
            reported_cost_micro_usd=micro_usd(pl.col("spend")),
            trace_hash=pl.Series(_traces(raw["trace"].to_list()), dtype=pl.Int64),
        )
        .collect()
    )
    return llm_call_rows(facts, CallSource.LITELLM, raw["native_id"], LatencyBasis.GATEWAY, context)


def _traces(traces: Sequence[str | None]) -> list[int | None]:
    keys = stable_keys("litellm trace", [trace or "" for trace in traces])
    return [key if trace else None for key, trace in zip(keys, traces, strict=True)]
