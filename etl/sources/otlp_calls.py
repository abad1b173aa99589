"""Spans of calls to models as rows of llm_call."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from data.keys import stable_keys
from data.words import CallSource, CallStatus, ErrorKind, LatencyBasis, QuarantineReason, UsageStatus
from etl.context import LoadContext
from etl.error_kinds import error_kind_of, is_cancelled
from etl.redact import redact_name
from etl.routes import clean_name, plain_name, provider_of_span, route_of_gateway
from etl.sources import otlp_attributes as names
from etl.sources.call_columns import flags, numbers, texts, wholes
from etl.sources.call_rows import LONGEST_CALL_MS, MOST_SPEND_USD, MOST_TOKENS, llm_call_rows, micro_usd, plausible
from etl.sources.gateway_people import People
from etl.sources.litellm_records import UnusableRecordError
from etl.sources.otlp_attributes import Attribute
from etl.sources.otlp_spans import Span

_TOKENS = (names.INPUT_TOKENS, names.OUTPUT_TOKENS, names.CACHE_READ_TOKENS, names.CACHE_WRITE_TOKENS)
_ERROR_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_CANCELLED = frozenset({"cancelled", "canceled", "cancellederror", "aborted", "aborterror", "interrupted"})
_MOST_RETRIES = 1000
_short_name = lru_cache(maxsize=4096)(clean_name)


def check_call(span: Span) -> None:
    """Raise UnusableRecordError when a figure of a call cannot be."""
    facts = span.facts
    for attribute in _TOKENS:
        if attribute in facts:
            facts[attribute] = _whole(attribute, facts[attribute])
    if names.COST in facts:
        facts[names.COST] = _cost(facts[names.COST])


def llm_calls(spans: Sequence[Span], context: LoadContext) -> pl.DataFrame:
    """Return calls with every column of llm_call, in its order; several copies of one span stay several rows here."""
    people = People(context)
    endings = [_ending_of(span) for span in spans]
    routes = [_route_of(span) for span in spans]
    raw = pl.DataFrame(
        [
            texts("native_id", [_native_id(span) for span in spans]),
            texts("person", [person_of(span, people) for span in spans]),
            texts("project", [project_of(span, people) for span in spans]),
            texts("requested_model", [route[0] for route in routes]),
            texts("provider", [route[1] for route in routes]),
            texts("model", [route[2] for route in routes]),
            wholes("started_at", [span.started_at for span in spans]),
            flags("has_ended", [span.ended_at is not None for span in spans]),
            wholes("latency_ms", [_duration(span) for span in spans]),
            numbers("first_seconds", [_figure(span.facts.get(names.FIRST_CHUNK_SECONDS)) for span in spans]),
            numbers("first_ms", [_figure(span.facts.get(names.FIRST_CHUNK_MS)) for span in spans]),
            texts("status", [ending[0] for ending in endings]),
            texts("error_kind", [ending[1] for ending in endings]),
            texts("error_class", [ending[2] for ending in endings]),
            wholes("sent", [span.facts.get(names.INPUT_TOKENS) for span in spans]),
            wholes("received", [span.facts.get(names.OUTPUT_TOKENS) for span in spans]),
            wholes("cache_read_tokens", [span.facts.get(names.CACHE_READ_TOKENS) for span in spans]),
            wholes("cache_write_tokens", [span.facts.get(names.CACHE_WRITE_TOKENS) for span in spans]),
            numbers("cost", [span.facts.get(names.COST) for span in spans]),
            wholes("trace_hash", stable_keys("otlp trace", [span.trace_id for span in spans])),
            wholes("retry_count", [_retries(span) for span in spans]),
            texts("call_type", [_short_name(span.text(names.OPERATION)) for span in spans]),
        ]
    )
    is_used = (pl.col("sent").fill_null(0) > 0) | (pl.col("received").fill_null(0) > 0)
    first = pl.coalesce(plausible(pl.col("first_seconds") * 1000), plausible(pl.col("first_ms")))
    facts = raw.with_columns(
        key_hash=pl.lit(None, dtype=pl.String),
        time_to_first_token_ms=first.round().cast(pl.Int64),
        input_tokens=pl.when(is_used).then("sent"),
        output_tokens=pl.when(is_used).then("received"),
        cache_read_tokens=pl.when(is_used).then("cache_read_tokens"),
        cache_write_tokens=pl.when(is_used).then("cache_write_tokens"),
        total_tokens=pl.when(is_used).then(pl.col("sent").fill_null(0) + pl.col("received").fill_null(0)),
        usage_status=pl.when(is_used)
        .then(pl.lit(UsageStatus.REPORTED.value))
        .when(
            (pl.col("status") == CallStatus.SUCCESS) & (pl.col("sent").is_not_null() | pl.col("received").is_not_null())
        )
        .then(pl.lit(UsageStatus.MISSING.value))
        .otherwise(pl.lit(UsageStatus.ABSENT.value)),
        reported_cost_micro_usd=micro_usd(pl.col("cost")),
        is_fallback=pl.lit(None, dtype=pl.Boolean),
        is_cache_hit=pl.lit(None, dtype=pl.Boolean),
    )
    identities = pl.Series([span.identity for span in spans], dtype=pl.String)
    return llm_call_rows(facts, CallSource.OTLP, identities, LatencyBasis.SPAN, context)


def person_of(span: Span, people: People) -> str | None:
    """Return who caused a span: whom it or its resource names, else the file's owner."""
    return people.person_of(None, span.text(names.PERSON), text_of(span.resource.get(names.PERSON)))


def project_of(span: Span, people: People) -> str | None:
    """Return the project of a span: as it or its resource names it, else the service's namespace, else the file's."""
    resource = span.resource
    return people.project_of(
        span.text(names.PROJECT), text_of(resource.get(names.PROJECT)), text_of(resource.get(names.NAMESPACE))
    )


def text_of(value: object) -> str | None:
    """Return a fact as text where it is one."""
    return value if isinstance(value, str) else None


def error_code_of(span: Span) -> str | None:
    """Return the HTTP status of a failure, which some write into error.type."""
    kind = span.text(names.ERROR_TYPE) or ""
    return span.text(names.HTTP_STATUS) or (kind if kind.isdecimal() else None)


def was_cancelled(span: Span) -> bool:
    """Tell whether a span ended because a person stopped it."""
    kind = (span.text(names.ERROR_TYPE) or "").rpartition(".")[2].strip().lower()
    return kind in _CANCELLED or is_cancelled(kind, error_code_of(span), span.message)


def _ending_of(span: Span) -> tuple[str, str | None, str | None]:
    """Return status, kind of error and name of the error."""
    if span.ended_at is None:
        return CallStatus.UNKNOWN.value, None, None
    kind = span.text(names.ERROR_TYPE)
    name = kind if kind and _ERROR_CLASS.fullmatch(kind) and redact_name(kind) == kind else None
    if span.is_failed:
        if was_cancelled(span):
            return CallStatus.CANCELLED.value, None, name
        # Types such as rate_limit_exceeded are words of a sentence and no names of classes.
        said = f"{kind or ''} {span.message}"
        return CallStatus.ERROR.value, error_kind_of(kind, error_code_of(span), said).value, name
    reasons = span.facts.get(names.FINISH_REASONS)
    if "error" in (reasons if isinstance(reasons, list) else [reasons]):
        return CallStatus.ERROR.value, ErrorKind.UNKNOWN.value, None
    return CallStatus.SUCCESS.value, None, None


def _route_of(span: Span) -> tuple[str | None, str | None, str | None]:
    """Return the model asked for, and provider and model that served."""
    asked, served = _short_name(span.text(names.REQUESTED_MODEL)), span.text(names.MODEL)
    provider = provider_of_span(span.text(names.PROVIDER))
    route = route_of_gateway(provider, served or asked, span.text(names.HOST))
    return asked or route.model, route.provider, route.model


def _native_id(span: Span) -> str:
    return plain_name(span.text(names.RESPONSE_ID)) or span.span_id


def _duration(span: Span) -> int | None:
    found = span.duration_ms
    return found if found is not None and found <= LONGEST_CALL_MS else None


def _figure(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and abs(value) < MOST_TOKENS else None


def _retries(span: Span) -> int | None:
    value = span.facts.get(names.RETRIES)
    return value if type(value) is int and 0 <= value <= _MOST_RETRIES else None


def _whole(attribute: Attribute, value: Any) -> int:
    name = attribute.column.partition(".")[2]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableRecordError(QuarantineReason.WRONG_TYPE, f"{name}: expected a number")
    if not (0 <= value <= MOST_TOKENS) or value % 1:
        raise UnusableRecordError(
            QuarantineReason.BAD_NUMBER, f"{name} is negative, more than {MOST_TOKENS:,}, or no whole number"
        )
    return int(value)


def _cost(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnusableRecordError(QuarantineReason.WRONG_TYPE, "cost: expected a number")
    if not 0 <= value <= MOST_SPEND_USD:
        raise UnusableRecordError(QuarantineReason.BAD_NUMBER, "the cost is negative or more than a million USD")
    return float(value)
