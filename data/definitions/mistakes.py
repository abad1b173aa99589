"""What is wrong with a value, in words for the person who wrote it: what is given, and what is expected."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta

_LONGEST_SHOWN = 60
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "keys and values",
    "datetime": "a date and time",
    "date": "a date",
    "time": "a time",
    "null": "nothing",
    "bytes": "binary data",
}
_BOUNDS = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}
_NOT_AS_EXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_BEYOND = re.compile(r"Expected `[^`]+` (>=|<=|>|<) (\S+)")
_LENGTH = re.compile(r"Expected `([^`]+)` of length (>= |<= |)(\d+)")
_MULTIPLE = re.compile(r"Expected `[^`]+` that's a multiple of (\S+)")
_PLACE = re.compile(r" - at `\$(.*)`$")


def mistake_of(error: msgspec.ValidationError, value: object, kind: Any) -> str:
    """Return what is wrong with a value that cannot be read as a kind."""
    text = str(error)
    place = _PLACE.search(text)
    inside = _inside(value, place[1]) if place else value
    where = "" if place is None else f"{_place_words(place[1])}: "
    text = _PLACE.sub("", text)
    if found := _NOT_AS_EXPECTED.fullmatch(text):
        expected = " or ".join(_KINDS.get(name, name) for name in found[1].split(" | ") if name != "null")
        quotes = "; write it in quotes" if found[1].split(" | ")[0] == "str" and found[2] in ("int", "float") else ""
        return f"{where}{expected} is expected, not {_KINDS.get(found[2], found[2])}{quotes}"
    if found := _BEYOND.fullmatch(text):
        return f"{where}must be {_BOUNDS[found[1]]} {_number(found[2])}, and is {shown(inside)}"
    if found := _LENGTH.match(text):
        return where + _length_words(found, inside)
    if found := _MULTIPLE.fullmatch(text):
        return f"{where}must be a multiple of {_number(found[1])}, and is {shown(inside)}"
    if text.startswith("Invalid enum value"):
        return f"{where}'{shown(inside)}' is not known; {expected_words(_members(kind))}"
    if "matching regex" in text:
        return f"{where}'{shown(inside)}' is not written as expected{_such_as(kind)}"
    return where + text


def unknown_words(key: object, expected: Iterable[str]) -> str:
    """Say that a key is not known, which one may be meant, and which there are."""
    names = list(expected)
    near = get_close_matches(str(key), names, 1)
    meant = f" (is {near[0]} meant?)" if near else ""
    return f"unknown key {shown(key)}{meant}; {expected_words(names)}"


def expected_words(names: Iterable[str]) -> str:
    """Say which words may stand in a place."""
    listed = list(names)
    return f"expected is {listed[0]}" if len(listed) == 1 else f"expected are {', '.join(listed)}"


def shown(text: object, longest: int = _LONGEST_SHOWN) -> str:
    """Return foreign text fit for a message: short, and without characters that steer a terminal."""
    escaped = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(text)[: longest + 1])
    return escaped if len(escaped) <= longest else f"{escaped[:longest]}…"


def _length_words(found: re.Match[str], value: object) -> str:
    is_text, many = found[1] == "str", int(found[3])
    length = len(value) if isinstance(value, (str, list, tuple, dict)) else 0  # pyright: ignore[reportUnknownArgumentType]
    if found[2] == ">= " and many == 1:
        return "must not be empty"
    if found[2] == "" and many == 0:
        return f"must be empty, and has {length} {'characters' if is_text else 'entries'}"
    bound = {">= ": "at least ", "<= ": "at most ", "": "exactly "}[found[2]]
    return f"must have {bound}{many} {'characters' if is_text else 'entries'}, and has {length}"


def _members(kind: Any) -> list[str]:
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return [str(name) for name in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(member.value) for member in kind]
    # Of a list, what its entries may be.
    return [name for one in get_args(kind) for name in _members(one)]


def _such_as(kind: Any) -> str:
    for one in (*get_args(kind), *(inner for part in get_args(kind) for inner in get_args(part))):
        if isinstance(one, Meta) and one.examples:
            return f", such as {one.examples[0]}"
    return ""


def _inside(value: object, path: str) -> object:
    for step in re.findall(r"\[(\d+)\]", path):
        if not isinstance(value, (list, tuple)) or int(step) >= len(value):  # pyright: ignore[reportUnknownArgumentType]
            return value
        value = value[int(step)]  # pyright: ignore[reportUnknownVariableType]
    return value  # pyright: ignore[reportUnknownVariableType]


def _place_words(path: str) -> str:
    if path == "[...]":
        # Of a table with keys of any name.
        return "one of its values"
    places = re.findall(r"\[(\d+)\]", path)
    return f"entry {int(places[0]) + 1}" if places and "." not in path else path.lstrip(".")


def _number(text: str) -> str:
    return text.removesuffix(".0")
