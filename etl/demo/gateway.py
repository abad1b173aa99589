"""Rows of the LiteLLM gateway, in the three shapes that its logs had over the year."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from etl.demo.people import Person
from etl.demo.randomness import Chance
from etl.demo.routes import Served

Shape = Literal["old_spend", "spend", "payload"]
Purpose = Literal["summary", "context", "main", "enhancer", "template", "model_list"]

_SHARED_KEY = "c1d0" + "5e7a" * 15


@dataclass(frozen=True)
class Failure:
    """How an attempt failed."""

    error_class: str
    code: str
    message: str


OVERLOADED = Failure("InternalServerError", "529", "Overloaded")
SERVER_ERROR = Failure("ServiceUnavailableError", "503", "The server is temporarily unavailable")
RATE_LIMITED = Failure("RateLimitError", "429", "Rate limit reached for requests per minute")
TIMED_OUT = Failure("Timeout", "408", "Request timed out after 60 seconds")
CONTEXT_FULL = Failure("ContextWindowExceededError", "400", "prompt is too long: 214382 tokens > 200000 maximum")
KEY_REFUSED = Failure("Exception", "", "Authentication Error, Invalid proxy server token passed")


@dataclass(frozen=True)
class Attempt:
    """One row of the gateway's log: one attempt to call a model, or a refused request for the list of models."""

    row_id: str
    call_id: str
    trace_id: str
    purpose: Purpose
    person: Person
    is_shared_key: bool
    served: Served
    group: str
    """Public name of the model group; after a fallback it is already that of the fallback."""
    started: int
    first_token: int | None
    ended: int
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    failure: Failure | None = None
    fallback_from: str | None = None
    """Group that was asked for, when a fallback served."""

    @property
    def is_success(self) -> bool:
        """Whether the provider answered."""
        return self.failure is None

    @property
    def is_llm_call(self) -> bool:
        """Whether a model was asked at all."""
        return self.purpose != "model_list"

    @property
    def spend(self) -> int:
        """Cost in micro-USD."""
        return self.served.spend(self.prompt, self.cached, self.completion) if self.is_success else 0

    @property
    def key_hash(self) -> str:
        """Hash of the key that paid."""
        return _SHARED_KEY if self.is_shared_key else Chance(f"key of {self.person.name}").hexadecimal(64)


def row_text(attempt: Attempt, shape: Shape) -> str:
    """Return one line of the log."""
    build = {"old_spend": _old_spend_row, "spend": spend_row, "payload": _payload}[shape]
    return json.dumps(build(attempt), separators=(",", ":"))


def _usd(micro_usd: int) -> float:
    return micro_usd / 1_000_000


def _moment(milliseconds: int, *, naive: bool) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, tz=UTC).replace(microsecond=milliseconds % 1000 * 1000)
    if naive:
        return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return moment.isoformat(timespec="microseconds")


def _user(attempt: Attempt) -> str:
    return "" if attempt.is_shared_key else attempt.person.name


def _identity(attempt: Attempt) -> dict[str, Any]:
    return {
        "user_api_key": attempt.key_hash,
        "user_api_key_alias": "bolt-shared" if attempt.is_shared_key else f"bolt-{attempt.person.name}",
        "user_api_key_user_id": _user(attempt) or None,
        "user_api_key_team_id": attempt.person.project,
        "user_api_key_team_alias": attempt.person.project,
    }


def _error_information(failure: Failure, served: Served) -> dict[str, Any]:
    return {
        "error_code": failure.code,
        "error_class": failure.error_class,
        "llm_provider": served.gateway_provider if failure.code else "",
        "error_message": failure.message,
        "traceback": "",
    }


def _usage_object(attempt: Attempt) -> dict[str, Any]:
    return {
        "prompt_tokens": attempt.prompt,
        "completion_tokens": attempt.completion,
        "total_tokens": attempt.prompt + attempt.completion,
        "prompt_tokens_details": {"cached_tokens": attempt.cached},
    }


def _row_metadata(attempt: Attempt) -> dict[str, Any]:
    metadata = _identity(attempt) | {
        "status": "success" if attempt.is_success else "failure",
        "user_agent": "node",
        "attempted_retries": 0,
        "attempted_fallbacks": int(attempt.fallback_from is not None and attempt.is_success),
    }
    if attempt.fallback_from is not None:
        metadata["original_model_group"] = attempt.fallback_from
    if attempt.failure is not None:
        metadata["error_information"] = _error_information(attempt.failure, attempt.served)
    elif attempt.cached:
        metadata["usage_object"] = _usage_object(attempt)
    if not attempt.is_llm_call:
        metadata["user_api_key_request_route"] = "/v1/models"
    return metadata


def spend_row(attempt: Attempt) -> dict[str, Any]:
    """Return a row as the API gives it with summarize=false."""
    is_call = attempt.is_llm_call
    return {
        "request_id": attempt.row_id,
        "litellm_call_id": attempt.call_id,
        "call_type": "acompletion" if is_call else "",
        "api_key": attempt.key_hash,
        "spend": _usd(attempt.spend),
        "total_tokens": attempt.prompt + attempt.completion,
        "prompt_tokens": attempt.prompt,
        "completion_tokens": attempt.completion,
        "startTime": _moment(attempt.started, naive=False),
        "endTime": _moment(attempt.ended, naive=False),
        "completionStartTime": None if attempt.first_token is None else _moment(attempt.first_token, naive=False),
        "request_duration_ms": attempt.ended - attempt.started,
        "model": attempt.served.prefixed if is_call else "",
        "model_group": attempt.group if is_call else "",
        "custom_llm_provider": attempt.served.gateway_provider if is_call else "",
        "api_base": attempt.served.api_base if is_call else "",
        "user": _user(attempt),
        "metadata": _row_metadata(attempt),
        "cache_hit": "False" if attempt.is_success else "None",
        "request_tags": [],
        "team_id": attempt.person.project,
        "end_user": "",
        "session_id": "",
        "status": "success" if attempt.is_success else "failure",
        "messages": {},
        "response": {},
    }


def _old_spend_row(attempt: Attempt) -> dict[str, Any]:
    """Return a row of an older gateway: texts in place of objects, times without a zone, no status, no session."""
    row = spend_row(attempt)
    for name in ("litellm_call_id", "session_id", "status", "request_duration_ms"):
        del row[name]
    first = attempt.first_token
    return row | {
        "startTime": _moment(attempt.started, naive=True),
        "endTime": _moment(attempt.ended, naive=True),
        "completionStartTime": None if first is None else _moment(first, naive=True),
        "metadata": json.dumps(row["metadata"]),
        "request_tags": "[]",
    }


def _payload(attempt: Attempt) -> dict[str, Any]:
    """Return a StandardLoggingPayload as file loggers write it, with message logging switched off."""
    is_call = attempt.is_llm_call
    first = attempt.first_token if attempt.first_token is not None else attempt.ended
    metadata = _identity(attempt) | {"user_api_key_hash": attempt.key_hash, "requester_ip_address": None}
    if attempt.is_success and attempt.cached:
        metadata["usage_object"] = _usage_object(attempt)
    if attempt.fallback_from is not None:
        metadata["original_model_group"] = attempt.fallback_from
    if not is_call:
        metadata["user_api_key_request_route"] = "/v1/models"
    failure = attempt.failure
    return {
        "id": attempt.row_id,
        "trace_id": attempt.trace_id,
        "litellm_call_id": attempt.call_id,
        "call_type": "acompletion" if is_call else "",
        "stream": None if failure is not None else attempt.purpose in ("main", "enhancer"),
        "response_cost": _usd(attempt.spend),
        "status": "success" if failure is None else "failure",
        "custom_llm_provider": attempt.served.gateway_provider if is_call else None,
        "total_tokens": attempt.prompt + attempt.completion,
        "prompt_tokens": attempt.prompt,
        "completion_tokens": attempt.completion,
        "startTime": attempt.started / 1000,
        "endTime": attempt.ended / 1000,
        "completionStartTime": first / 1000,
        "response_time": (first - attempt.started) / 1000,
        "model": attempt.served.prefixed if is_call else "",
        "model_id": None,
        "model_group": attempt.group if is_call else None,
        "api_base": attempt.served.api_base if is_call else "",
        "metadata": metadata,
        "cache_hit": None if failure is not None else False,
        "saved_cache_cost": 0.0,
        "request_tags": [],
        "end_user": "",
        "user_agent": "node",
        "messages": "redacted-by-litellm",
        "response": None if failure is not None else "redacted-by-litellm",
        "error_str": None if failure is None else failure.message,
        "error_information": None if failure is None else _error_information(failure, attempt.served),
        "hidden_params": {"additional_headers": None, "litellm_overhead_time_ms": 12.5},
    }
