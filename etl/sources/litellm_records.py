"""One record of LiteLLM as it is written: a spend row or a StandardLoggingPayload, old or new.

Records decode straight into typed structs. What does not fit (numbers as text, NaN, other types) goes through the
lenient reader, which gives the same struct or says why the record cannot be used. Fields that are not named here are
skipped while decoding: messages, responses, addresses and headers never become part of a row.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import UnionType
from typing import Any, TypeVar, cast, get_args

import msgspec

from data.words import QuarantineReason

T = TypeVar("T", bound=msgspec.Struct)
_MISSING_WORDS = frozenset({"", "null", "none", "\\n", "undefined"})


class UnusableRecordError(Exception):
    """A record cannot be used; says why."""

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class PromptDetails(msgspec.Struct, gc=False):
    """How the tokens sent are made up."""

    cached_tokens: int | None = None
    cache_creation_tokens: int | None = None


class UsageObject(msgspec.Struct, gc=False):
    """Usage as the provider wrote it; only what the record itself does not have."""

    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    input_tokens_details: PromptDetails | None = None


class ErrorInformation(msgspec.Struct, gc=False):
    """What a failed record says of its error; the message is read for its kind and never kept."""

    error_code: str | int | None = None
    error_class: str | None = None
    error_message: str | None = None


class Metadata(msgspec.Struct, gc=False):
    """The part of a record's metadata that is used."""

    status: str | None = None
    error_information: ErrorInformation | None = None
    usage_object: UsageObject | None = None
    additional_usage_values: UsageObject | None = None
    attempted_retries: int | None = None
    attempted_fallbacks: int | None = None
    original_model_group: str | None = None
    user_api_key: str | None = None
    user_api_key_hash: str | None = None
    user_api_key_alias: str | None = None
    user_api_key_user_id: str | None = None
    user_api_key_user_email: str | None = None
    user_api_key_team_id: str | None = None
    user_api_key_team_alias: str | None = None
    user_api_key_end_user_id: str | None = None
    user_api_key_request_route: str | None = None


class Record(
    msgspec.Struct,
    gc=False,
    rename={"start_time": "startTime", "end_time": "endTime", "first_token_time": "completionStartTime"},
):
    """One record; spend rows and payloads share most fields."""

    request_id: str | None = None
    id: str | None = None
    litellm_call_id: str | None = None
    trace_id: str | None = None
    session_id: str | None = None
    call_type: str | None = None
    stream: bool | None = None
    status: str | None = None
    start_time: str | float | None = None
    end_time: str | float | None = None
    first_token_time: str | float | None = None
    request_duration_ms: float | None = None
    model: str | None = None
    model_group: str | None = None
    custom_llm_provider: str | None = None
    api_base: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    spend: float | None = None
    response_cost: float | None = None
    cache_hit: str | bool | None = None
    api_key: str | None = None
    user: str | None = None
    end_user: str | None = None
    team_id: str | None = None
    metadata: Metadata | str | None = None
    error_information: ErrorInformation | None = None
    error_str: str | None = None


# A wrong type in one of these makes the record unusable; elsewhere it only makes the field unknown.
_ESSENTIAL = frozenset(
    {
        "request_id",
        "id",
        "status",
        "startTime",
        "model",
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "spend",
        "response_cost",
        "metadata",
    }
)
_LONGEST_TEXT = 16_384
_RECORD = msgspec.json.Decoder(Record)
_METADATA = msgspec.json.Decoder(Metadata)


def decode_records(raws: Sequence[object]) -> list[Record] | None:
    """Return records from their JSON in one go; null when one of them needs the careful decode_record."""
    try:
        if max(map(len, raws)) > _LONGEST_TEXT:  # pyright: ignore[reportArgumentType]
            return None
        return [_RECORD.decode(raw) for raw in raws]  # pyright: ignore[reportArgumentType]
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError):
        return None


def decode_record(raw: bytes) -> Record:
    """Return a record from its JSON. Raises UnusableRecordError."""
    try:
        record = _RECORD.decode(raw)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.DecodeError, ValueError):
        return record_of(parsed_json(raw))
    return _clipped(record) if len(raw) > _LONGEST_TEXT else record


def record_of(value: object) -> Record:
    """Return a record from decoded JSON or the cells of a CSV row, reading leniently. Raises UnusableRecordError."""
    if not isinstance(value, Mapping):
        raise UnusableRecordError(
            QuarantineReason.WRONG_TYPE, f"expected an object with the fields of one record, got {_type_name(value)}"
        )
    return _clipped(_struct_of(Record, cast("Mapping[str, object]", value), _ESSENTIAL))


def _clipped(record: Record) -> Record:
    """Cut texts that are longer than any real name, so that what is remembered between records stays small."""
    record.metadata = metadata_of(record.metadata)
    for part in (record, record.metadata):
        if part is not None:
            for name in part.__struct_fields__:
                value = getattr(part, name)
                if isinstance(value, str) and len(value) > _LONGEST_TEXT:
                    setattr(part, name, value[:_LONGEST_TEXT])
    return record


def metadata_of(value: Metadata | str | None) -> Metadata | None:
    """Return metadata that may be JSON text, as databases export it. Raises UnusableRecordError."""
    if not isinstance(value, str):
        return value
    if value.strip().lower() in _MISSING_WORDS:
        return None
    try:
        return _METADATA.decode(value)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.DecodeError, ValueError):
        pass
    try:
        parsed = parsed_json(value.encode("utf-8", "surrogatepass"))
    except UnusableRecordError as error:
        raise UnusableRecordError(error.reason, f"metadata is text that is no JSON: {error.detail}") from None
    return _metadata(parsed)


def parsed_json(raw: bytes) -> object:
    """Return JSON that the fast parser refuses: with NaN, halves of surrogate pairs, or line breaks in texts.

    Raises UnusableRecordError.
    """
    try:
        return json.loads(raw, strict=False)
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError as error:
        raise UnusableRecordError(QuarantineReason.NOT_JSON, f"not UTF-8 text at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise UnusableRecordError(
            QuarantineReason.NOT_JSON, f"not JSON at character {error.pos + 1}: {error.msg}"
        ) from None
    except ValueError:
        raise UnusableRecordError(
            QuarantineReason.BAD_NUMBER, "a number with more digits than any real number"
        ) from None


def _too_deep() -> UnusableRecordError:
    return UnusableRecordError(QuarantineReason.TOO_DEEP, "nested deeper than any real record")


def _struct_of(shape: type[T], value: Mapping[str, object], essential: frozenset[str]) -> T:
    fields: dict[str, object] = {}
    for field in msgspec.structs.fields(shape):
        given = value.get(field.encode_name)
        if given is None:
            continue
        try:
            fields[field.name] = _READERS[field.type](given)
        except UnusableRecordError as error:
            if field.encode_name in essential:
                raise UnusableRecordError(error.reason, f"{field.encode_name}: {error.detail}") from None
    return shape(**fields)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return _whole_characters(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _wrong_type("a text", value)


def _whole(value: object) -> int | None:
    number = _number(value)
    if number is None:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().lstrip("+-").isdecimal() and len(value) < 100:
        return int(value)
    if not number.is_integer():
        raise UnusableRecordError(QuarantineReason.BAD_NUMBER, f"expected a whole number, got {number:.6g}")
    return int(number)


def _number(value: object) -> float | None:
    if isinstance(value, str):
        if value.strip().lower() in _MISSING_WORDS:
            return None
        try:
            number = float(value)
        except ValueError:
            raise _wrong_type("a number", value) from None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
    else:
        raise _wrong_type("a number", value)
    if not math.isfinite(number):
        raise UnusableRecordError(QuarantineReason.BAD_NUMBER, "a number that is not finite")
    return number


def _moment(value: object) -> str | float | None:
    return _whole_characters(value) if isinstance(value, str) else _number(value)


def _whole_characters(text: str) -> str:
    """Replace halves of surrogate pairs, which cannot be stored."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "t": True, "false": False, "f": False}.get(value.strip().lower())
    raise _wrong_type("true or false", value)


def _text_or_flag(value: object) -> str | bool | None:
    return value if isinstance(value, bool) else _text(value)


def _code(value: object) -> str | int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _nested(shape: type[T], value: object) -> T | None:
    if not isinstance(value, Mapping):
        raise _wrong_type("an object", value)
    return _struct_of(shape, cast("Mapping[str, object]", value), frozenset())


def _metadata(value: object) -> Metadata | None:
    return metadata_of(value) if isinstance(value, str) else _nested(Metadata, value)


def _wrong_type(expected: str, value: object) -> UnusableRecordError:
    return UnusableRecordError(QuarantineReason.WRONG_TYPE, f"expected {expected}, got {_type_name(value)}")


def _type_name(value: object) -> str:
    names: dict[type, str] = {str: "text", bool: "true or false", dict: "an object", list: "a list", type(None): "null"}
    return names.get(type(value), "a number")


def _optional_struct(annotation: UnionType) -> Callable[[object], object]:
    shape = next(one for one in get_args(annotation) if one is not type(None))
    return partial(_nested, shape)


_READERS: dict[Any, Callable[[object], object]] = {
    str | None: _text,
    int | None: _whole,
    float | None: _number,
    bool | None: _flag,
    str | float | None: _moment,
    str | bool | None: _text_or_flag,
    str | int | None: _code,
    Metadata | str | None: _metadata,
    PromptDetails | None: _optional_struct(PromptDetails | None),
    UsageObject | None: _optional_struct(UsageObject | None),
    ErrorInformation | None: _optional_struct(ErrorInformation | None),
}
