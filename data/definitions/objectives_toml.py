"""Objectives as the text of slos.toml."""

import msgspec

from data.definitions.objectives import Slo, Slos

# The order in which the file is written; a test compares it with the fields.
_ORDER = (
    "name",
    "title",
    "owner",
    "objective",
    "window_days",
    "threshold",
    "threshold_unit",
    "headline",
    "headline_target",
    "headline_unit",
    "why",
    "good",
    "total",
    "help",
)
_ABOUT_WINDOW = "# A patch that was not rolled back within this many days counts as kept."
_NAMED_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def toml_of(objectives: Slos) -> str:
    """Return the text of slos.toml that reads back as these objectives."""
    lines = [f"{_ABOUT_WINDOW}\nrollback_window_days = {objectives.rollback_window_days}\n"]
    lines += ["\n".join(["[[slo]]", *_lines(slo)]) + "\n" for slo in objectives.slo]
    return "\n".join(lines)


def _lines(slo: Slo) -> list[str]:
    values = msgspec.structs.asdict(slo)
    return [f"{key} = {_value(values[key])}" for key in _ORDER if values[key] is not None]


def _value(value: str | float) -> str:
    if not isinstance(value, str):
        return repr(value)
    return '"' + "".join(_escaped(sign) for sign in value) + '"'


def _escaped(sign: str) -> str:
    if sign in _NAMED_ESCAPES:
        return _NAMED_ESCAPES[sign]
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 else sign
