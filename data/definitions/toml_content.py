"""TOML of a file that a person wrote: its values, or what keeps it from being TOML, in words for that person."""

import re
from codecs import BOM_UTF8
from typing import Any

import msgspec

from data.definitions.mistakes import shown

_IN_TOML = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


class TomlError(Exception):
    """The bytes are not taken as TOML; the text says why and, where known, in which line."""


def read_toml(content: bytes) -> dict[str, Any]:
    """Return the values of a file. Raises TomlError."""
    try:
        # Some editors mark UTF-8 with bytes that TOML does not know.
        return msgspec.toml.decode(content.removeprefix(BOM_UTF8))
    except (ValueError, RecursionError) as error:
        raise TomlError(_why_not(error, content)) from error


def _why_not(error: Exception, content: bytes) -> str:
    """Say where a file stops being TOML, and why."""
    if isinstance(error, UnicodeDecodeError):
        line = error.object.count(b"\n", 0, error.start) + 1
        return f"line {line} is not written in UTF-8; save the file as UTF-8"
    if isinstance(error, RecursionError):
        return "too many levels lie in each other"
    found = _IN_TOML.fullmatch(str(error))
    if found is None:
        return f"it is no TOML: {shown(error, 200)}"
    why = found[1][:1].lower() + found[1][1:]
    if found[2] is None:
        return f"it is no TOML: at its end, {why}"
    line = content.decode(errors="replace").splitlines()[int(found[2]) - 1 : int(found[2])]
    said = f": {shown(line[0].strip())}" if line and line[0].strip() else ""
    return f"line {found[2]}, column {found[3]} is no TOML, {why}{said}"
