"""Single facts of a LiteLLM record: its id, how it ended, and whether it is a call of a model at all."""

import re
from functools import lru_cache

from data.words import CallStatus
from etl.error_kinds import error_kind_of, is_cancelled
from etl.redact import redact_name
from etl.routes import plain_name
from etl.sources.litellm_records import ErrorInformation, Metadata, PromptDetails, Record, UsageObject

_MISSING_WORDS = frozenset({"", "None", "null"})
_ERROR_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_ERROR_PREFIX = re.compile(r"\s*(?:litellm\.)?([A-Za-z]+(?:Error|Exception|Timeout)|Timeout)\b")
# Requests of the OpenAI interface and of the gateway itself that ask no model for anything.
_NOT_A_CALL_TYPE = re.compile(
    r"_?a?_?(?:get|list|delete|retrieve|cancel|file|upload|add_message|vector_store|ingest|query|call_mcp|create_file"
    r"|create_thread|create_assistants|create_container|create_sandbox|create_fine_tuning|create_skill|video_"
    r"(?:list|retrieve|content|delete|get)).*"
)
_NOT_A_CALL_ROUTE = re.compile(
    r"(?:/[\w.-]+)?/(?:models?|key|user|team|organization|budget|spend|global|health|files|batches|assistants|threads"
    r"|vector_stores|fine_tuning|mcp|config|model_group)(?:/.*)?"
)
_NO_DETAILS = PromptDetails()
SUCCEEDED: tuple[str, None, None] = (CallStatus.SUCCESS.value, None, None)
"""Ending of a call that did not fail: status, kind of error, name of the error."""


def id_of(text: str | None) -> str | None:
    """Return an id without control characters; null when LiteLLM wrote that there is none."""
    if text is None or text in _MISSING_WORDS:
        return None
    return text if text.isprintable() else plain_name(text)


def cache_read_of(usage: UsageObject) -> int | None:
    """Return how many tokens were read from the provider's cache."""
    if usage.cache_read_input_tokens is not None:
        return usage.cache_read_input_tokens
    return (usage.prompt_tokens_details or usage.input_tokens_details or _NO_DETAILS).cached_tokens


def cache_write_of(usage: UsageObject) -> int | None:
    """Return how many tokens were written to the provider's cache."""
    if usage.cache_creation_input_tokens is not None:
        return usage.cache_creation_input_tokens
    return (usage.prompt_tokens_details or _NO_DETAILS).cache_creation_tokens


def ending_of(record: Record, metadata: Metadata) -> tuple[str, str | None, str | None]:
    """Return status, kind of error and name of the error."""
    error = record.error_information or metadata.error_information
    status = record.status or metadata.status or ("failure" if error or record.error_str else "success")
    if status == "success":
        return SUCCEEDED
    if status != "failure":
        return CallStatus.UNKNOWN.value, None, None
    return _failure(error or ErrorInformation(), record.error_str)


def _failure(error: ErrorInformation, text: str | None) -> tuple[str, str | None, str | None]:
    message = (error.error_message or text or "")[:2000]
    name = error.error_class or ((found := _ERROR_PREFIX.match(message)) and found[1]) or None
    kept = name if name and _ERROR_CLASS.fullmatch(name) and redact_name(name) == name else None
    if is_cancelled(name, error.error_code, message):
        return CallStatus.CANCELLED.value, None, kept
    return CallStatus.ERROR.value, error_kind_of(name, error.error_code, message).value, kept


def is_fallback(record: Record, metadata: Metadata) -> bool | None:
    """Tell whether another model group than the one asked for served the call; null when the record does not say.

    The gateway writes the fallback's group into the failed attempts as well; nothing served those.
    """
    asked = metadata.original_model_group
    is_elsewhere = bool(metadata.attempted_fallbacks or (asked and record.model_group and asked != record.model_group))
    if is_elsewhere or (asked and record.model_group):
        return is_elsewhere and ending_of(record, metadata)[0] != CallStatus.ERROR
    return None if metadata.attempted_fallbacks is None else False


@lru_cache(maxsize=1000)
def is_cache_hit(value: str | bool | None) -> bool | None:
    """Tell whether the gateway answered from its own cache; LiteLLM writes the words True, False and None."""
    if value is None or isinstance(value, bool):
        return value
    return {"true": True, "t": True, "false": False, "f": False}.get(value.strip().lower())


def is_call(record: Record, metadata: Metadata) -> bool:
    """Tell whether a record is a call of a model: what was billed is one; a list of models, a file upload is not."""
    if record.total_tokens or record.prompt_tokens or record.completion_tokens or record.spend or record.response_cost:
        return True
    if record.status == "success" and record.model and record.call_type == "acompletion":
        return True
    names_a_model = bool(record.model or record.model_group or record.custom_llm_provider)
    return names_a_model and not _asks_no_model(record.call_type, metadata.user_api_key_request_route)


@lru_cache(maxsize=1000)
def _asks_no_model(call_type: str | None, route: str | None) -> bool:
    kind = (call_type or "").strip()
    path = (kind if kind.startswith("/") else (route or "")).partition("?")[0].rstrip("/")
    return _NOT_A_CALL_TYPE.fullmatch(kind) is not None or _NOT_A_CALL_ROUTE.fullmatch(path) is not None
