"""Reading cells: text of a table, values of JSON or Parquet, into what is kept; or why a cell cannot be."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache
from typing import cast

from data.definitions import reporting
from data.epoch import stored_instant
from data.words import QuarantineReason, Word
from etl.context import LoadContext, earliest_allowed
from etl.places import stored_path
from etl.records.contract import Column, ColumnType
from etl.redact import redact_name, redact_person, redact_title
from etl.routes import provider_of_bolt, provider_of_gateway

LONGEST_TEXT = 16_384
LONGEST_COMMAND = 1_000_000
LONGEST_ID = 1_000
MOST_WHOLE = 10**15
MOST_CODE = 2**32
PLAIN_DIGITS = 15
_MOST_USD = Decimal(1_000_000)
_MOST_PATHS = 10_000
_LAST_YEAR = 2100
_FLAGS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NOT_A_TIME = "is not a time; expected ISO 8601 with its zone, such as 2026-03-02T10:00:00Z"

Reader = Callable[[object], object]


class CellError(Exception):
    """A cell cannot be read; says why, without its text."""

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def reader_of(column: Column, context: LoadContext, *, has_decimal_comma: bool = False) -> Reader:
    """Return what reads the filled cells of a column; it raises CellError for a cell that cannot be used."""
    kind = column.reads
    if kind is ColumnType.WORD:
        return _words(cast("type[Word]", column.words))
    if kind is ColumnType.MONEY:
        return lambda value: _money(value, has_decimal_comma=has_decimal_comma)
    if kind in (ColumnType.INSTANT, ColumnType.LATER):
        return _instants(*allowed_instants(kind, context))
    if kind in _PLAIN:
        return _PLAIN[kind]
    return _remembered(_cleaners(context)[kind])


def _cleaners(context: LoadContext) -> dict[ColumnType, Callable[[str], str | None]]:
    """Return how each kind of text is made fit to keep."""
    hidden = context.owner.hidden_names

    def title(text: str) -> str:
        return redact_title(text if hidden is None else hidden.in_text(text))

    return {
        ColumnType.NAME: redact_name,
        ColumnType.TITLE: title,
        ColumnType.PERSON: lambda text: redact_person(context.person_of_gateway_user(text)),
        ColumnType.PROJECT: lambda text: redact_name(context.project_of_team(text)),
        ColumnType.PROVIDER: _provider,
    }


def _remembered(clean: Callable[[str], str | None]) -> Reader:
    """Return a reader of short texts, most of which occur again and again."""
    cleaned = lru_cache(maxsize=10_000)(clean)
    return lambda value: cleaned(_text(value, LONGEST_TEXT)) or None


def _provider(text: str) -> str | None:
    """Return the canonical name of a provider by any name that bolt.diy or a gateway has for it."""
    found = provider_of_gateway(text)
    return provider_of_bolt(text) if found == text.strip().lower() else found


def _text(value: object, longest: int) -> str:
    if type(value) is not str:
        if isinstance(value, bool) or not isinstance(value, int):
            raise CellError(QuarantineReason.WRONG_TYPE, f"is {_type_name(value)}; expected text")
        if abs(value) >= 10**100:
            raise CellError(QuarantineReason.BAD_NUMBER, "is a number with more digits than any id")
        return str(value)
    if len(value) > longest:
        raise CellError(QuarantineReason.TOO_LARGE, f"is {len(value)} characters long; at most {longest} are read")
    return value


def _id(value: object) -> str | None:
    return _text(value, LONGEST_ID).strip() or None


def _hash(value: object) -> str | None:
    text = _text(value, LONGEST_ID).strip().lower()
    if text and not _HASH.fullmatch(text):
        raise CellError(
            QuarantineReason.WRONG_TYPE, "is not the hash of a commit; expected 40 or 64 hexadecimal digits"
        )
    return text or None


def _command(value: object) -> str | None:
    text = _text(value, LONGEST_COMMAND)
    return text if text.strip() else None


def _words(words: type[Word]) -> Reader:
    known = {word.value: word.value for word in words}

    def read(value: object) -> str:
        found = known.get(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise _unknown_word(value, list(known))
        return found

    return read


def _unknown_word(value: object, known: Sequence[str]) -> CellError:
    """A word is quoted only when it is much like one of the list: anything else may be a secret in a wrong column."""
    if not isinstance(value, str):
        return CellError(QuarantineReason.WRONG_TYPE, f"is {_type_name(value)}; expected one of {', '.join(known)}")
    word = value.strip()
    near = get_close_matches(word.lower().replace(" ", "_").replace("-", "_")[:40], known, n=2, cutoff=0.6)
    if near:
        said = f"{redact_title(word)[:40]!r} is not in the list; did you mean {' or '.join(near)}?"
    else:
        said = f"holds a word of {len(word)} characters that is not in the list"
    return CellError(QuarantineReason.UNKNOWN_WORD, f"{said} (words: {', '.join(known)})")


def allowed_instants(kind: ColumnType, context: LoadContext) -> tuple[int, int]:
    """Return the earliest and the latest instant (microseconds) that a column of times may hold."""
    if kind is ColumnType.LATER:
        return earliest_allowed(), stored_instant(datetime(_LAST_YEAR, 1, 1, tzinfo=UTC))
    return earliest_allowed(), context.latest_allowed


def _instants(earliest: int, latest: int) -> Reader:
    parse = datetime.fromisoformat

    def read(value: object) -> int:
        if type(value) is not str:
            raise CellError(QuarantineReason.WRONG_TYPE, f"is {_type_name(value)}, and {_NOT_A_TIME}")
        try:
            moment = parse(value.strip())
        except ValueError:
            raise CellError(QuarantineReason.BAD_TIME, _NOT_A_TIME) from None
        if moment.tzinfo is None:
            raise CellError(
                QuarantineReason.BAD_TIME, "has no time zone; end it in Z for UTC, or in an offset such as +02:00"
            )
        instant = stored_instant(moment)
        if not earliest <= instant <= latest:
            raise CellError(QuarantineReason.BAD_TIME, f"is before {reporting().first_year} or too far in the future")
        return instant

    return read


def _whole(value: object) -> int:
    if type(value) is str and len(value) <= PLAIN_DIGITS and value.isascii() and value.isdigit():
        return int(value)
    return _whole_between(value, 0, MOST_WHOLE)


def _code(value: object) -> int:
    return _whole_between(value, -MOST_CODE, MOST_CODE)


def _whole_between(value: object, least: int, most: int) -> int:
    if type(value) is not int:
        value = _whole_of(value)
    if not least <= value <= most:
        raise CellError(QuarantineReason.BAD_NUMBER, f"is not from {least} to {most}")
    return value


def _whole_of(value: object) -> int:
    if isinstance(value, str):
        text = value.strip()
        if len(text) <= 30 and text.isascii() and text.removeprefix("-").isdigit():
            return int(text)
    number = _decimal(value, "a whole number")
    if number != number.to_integral_value():
        raise CellError(QuarantineReason.BAD_NUMBER, "is not a whole number")
    return int(number)


def _decimal(value: object, expected: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise CellError(QuarantineReason.WRONG_TYPE, f"is {_type_name(value)}; expected {expected}")
    text = str(value).strip() if isinstance(value, str | float) or abs(value) < 10**100 else "inf"
    try:
        # The digits that were written, not the float next to them.
        number = Decimal(text) if len(text) <= 100 else Decimal("nan")
    except InvalidOperation:
        raise CellError(QuarantineReason.WRONG_TYPE, f"is text that is no number; expected {expected}") from None
    if not number.is_finite() or abs(number.adjusted()) > 60:
        raise CellError(QuarantineReason.BAD_NUMBER, "is not a finite number of sensible size")
    return number


def _money(value: object, *, has_decimal_comma: bool) -> Decimal:
    # Programs that separate cells by semicolons do so because the comma is their decimal sign.
    if has_decimal_comma and isinstance(value, str) and value.count(",") == 1 and "." not in value:
        value = value.replace(",", ".")
    number = _decimal(value, "an amount such as 0.0252")
    if not 0 <= number <= _MOST_USD:
        raise CellError(QuarantineReason.BAD_NUMBER, f"is not from 0 to {_MOST_USD}")
    return number


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    found = _FLAGS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
    if found is None:
        raise CellError(QuarantineReason.WRONG_TYPE, f"is {_type_name(value)} that is neither true nor false")
    return found


def _paths(value: object) -> tuple[str, ...] | None:
    """Return the paths as they are stored, each once, in their order; null when there is none."""
    parts: list[object] = list(value.split(";")) if isinstance(value, str) else _listed(value)
    if len(parts) > _MOST_PATHS:
        raise CellError(QuarantineReason.TOO_LARGE, f"names {len(parts)} paths; at most {_MOST_PATHS} are read")
    stored = (stored_path(_text(part, LONGEST_TEXT).strip()) for part in parts)
    return tuple(dict.fromkeys(filter(None, stored))) or None


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise CellError(QuarantineReason.WRONG_TYPE, f"is {_type_name(value)}; expected a list of paths")
    return cast("list[object]", value)


_PLAIN: dict[ColumnType, Reader] = {
    ColumnType.ID: _id,
    ColumnType.HASH: _hash,
    ColumnType.COMMAND: _command,
    ColumnType.WHOLE: _whole,
    ColumnType.CODE: _code,
    ColumnType.FLAG: _flag,
    ColumnType.PATHS: _paths,
}


def _type_name(value: object) -> str:
    names: dict[type, str] = {str: "text", bool: "true or false", dict: "an object", list: "a list", type(None): "null"}
    return names.get(type(value), "a number")
