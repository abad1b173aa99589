"""JSON as browsers and scripts write it, made strict: half characters, NaN and Infinity."""

import json


def as_strict_json(data: bytes) -> bytes | None:
    """Return the same JSON as strict JSON, or null when it is no JSON at all.

    JavaScript cuts text between the halves of a character and writes the half that is left (a lone surrogate), which
    becomes a question mark here, so that lengths stay as JavaScript counts them. NaN and Infinity become texts, so that
    only the records that hold them cannot be used.
    """
    try:
        value = json.loads(data, parse_constant=lambda constant: f"not a number: {constant}")
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return None
