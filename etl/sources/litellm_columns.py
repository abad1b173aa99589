"""What records of LiteLLM say, as a typed frame: one row per record, one column per fact, cleaned and not yet checked.

Columns are built for some thousands of records at a time; whatever takes few distinct values (routes, people, errors)
is worked out once per value.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import starmap

import polars as pl

from etl.context import LoadContext
from etl.routes import clean_name, route_of_gateway
from etl.sources.call_columns import flags, numbers, texts, times, wholes
from etl.sources.gateway_people import People, key_hash_of
from etl.sources.litellm_facts import (
    SUCCEEDED,
    cache_read_of,
    cache_write_of,
    ending_of,
    id_of,
    is_cache_hit,
    is_call,
    is_fallback,
)
from etl.sources.litellm_records import Metadata, Record, UsageObject

_Pairs = Sequence[tuple[Record, Metadata]]
_NO_USAGE = UsageObject()
_short_name = lru_cache(maxsize=4096)(clean_name)


def frame_of_records(records: Sequence[Record], metadata: Sequence[Metadata], context: LoadContext) -> pl.DataFrame:
    """Return what the records say, one column per fact, cleaned and typed, nothing checked yet."""
    pairs = list(zip(records, metadata, strict=True))
    return pl.DataFrame(
        [
            pl.Series("index", range(len(records)), dtype=pl.Int64),
            texts("native_id", [id_of(one.request_id or one.id) for one in records]),
            times("started_at", [one.start_time for one in records]),
            flags("has_start", [one.start_time not in (None, "") for one in records]),
            times("ended_at", [one.end_time for one in records]),
            times("first_token_at", [one.first_token_time for one in records]),
            numbers("duration_ms", [one.request_duration_ms for one in records]),
            flags("streamed", [one.stream is not False for one in records]),
            *_figures(records, metadata),
            *_names(pairs, context),
            *_routes(pairs),
            *_endings(pairs),
            texts("trace", [one.trace_id or one.session_id or one.litellm_call_id for one in records]),
            wholes("retry_count", [meta.attempted_retries for meta in metadata]),
            flags("is_fallback", list(starmap(is_fallback, pairs))),
            flags("is_cache_hit", [is_cache_hit(one.cache_hit) for one in records]),
            texts("call_type", [_short_name(one.call_type) for one in records]),
            flags("is_call", [bool(one.total_tokens or one.spend) or is_call(one, meta) for one, meta in pairs]),
        ]
    )


def _figures(records: Sequence[Record], metadata: Sequence[Metadata]) -> list[pl.Series]:
    usages = [meta.usage_object or meta.additional_usage_values or _NO_USAGE for meta in metadata]
    return [
        numbers("spend", [one.response_cost if one.spend is None else one.spend for one in records]),
        wholes("prompt_tokens", [one.prompt_tokens for one in records]),
        wholes("completion_tokens", [one.completion_tokens for one in records]),
        wholes("all_tokens", [one.total_tokens for one in records]),
        wholes("cache_read_tokens", [cache_read_of(usage) for usage in usages]),
        wholes("cache_write_tokens", [cache_write_of(usage) for usage in usages]),
    ]


def _names(pairs: _Pairs, context: LoadContext) -> list[pl.Series]:
    people = People(context)
    keys = [one.api_key or meta.user_api_key_hash or meta.user_api_key for one, meta in pairs]
    persons = [
        people.person_of(
            key,
            meta.user_api_key_user_id,
            one.user,
            one.end_user,
            meta.user_api_key_end_user_id,
            meta.user_api_key_alias,
            meta.user_api_key_user_email,
        )
        for key, (one, meta) in zip(keys, pairs, strict=True)
    ]
    projects = [
        people.project_of(meta.user_api_key_team_alias, meta.user_api_key_team_id, one.team_id) for one, meta in pairs
    ]
    return [
        texts("person", persons),
        texts("project", projects),
        texts("key_hash", [key_hash_of(key) for key in keys]),
    ]


def _routes(pairs: _Pairs) -> list[pl.Series]:
    routes = [route_of_gateway(one.custom_llm_provider, one.model, one.api_base) for one, _ in pairs]
    groups = [_short_name(meta.original_model_group or one.model_group) for one, meta in pairs]
    return [
        texts("requested_model", [group or route.model for group, route in zip(groups, routes, strict=True)]),
        texts("provider", [route.provider for route in routes]),
        texts("model", [route.model for route in routes]),
    ]


def _endings(pairs: _Pairs) -> list[pl.Series]:
    endings = [SUCCEEDED if one.status == "success" else ending_of(one, meta) for one, meta in pairs]
    return [
        texts("status", [ending[0] for ending in endings]),
        texts("error_kind", [ending[1] for ending in endings]),
        texts("error_class", [ending[2] for ending in endings]),
    ]
