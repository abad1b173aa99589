"""Redaction at the door: what may be kept of titles, addresses and paths, and the masked shape of a bad record."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

import msgspec

from etl.secret_patterns import PUBLIC_ADDRESS, RANDOM, Secret, find_secrets, is_mixed

TITLE_CHARACTERS = 200
NAME_CHARACTERS = 200
PATH_CHARACTERS = 400
SHAPE_CHARACTERS = 300
SECRET = "[secret]"
# Longer texts are cut before they are searched: no title needs more, and searching stays fast on hostile ones.
_SEARCHED_CHARACTERS = 1000
_SHAPE_BYTES = 1_000_000
_SHAPE_DEPTH = 4
_SHAPE_KEYS = 12
_LONGEST_NUMBER = 10**18

_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PLAIN_KEY = re.compile(r"[A-Za-z_]{1,30}[0-9]{0,2}")
_TIME_LIKE = re.compile(r"[0-9TZ:+. /-]{1,40}")
_SCP_ADDRESS = re.compile(r"(?:[^@/\s]+@)?([\w.-]+):(?!//)([^\s?#]*)")
# Names, ids and paths without any of these hold no secret that could be told from them: most are searched no further.
# Alternatives that begin with a plain character are found several times faster.
_BEGINNINGS = (
    r"AIza|ya29\.|xai-|gsk_|hf_|pplx-|fw_|tgp_v1_|r8_|github_pat_|gh[opsur]_|GR1348941|gl[a-z]{2,5}-|npm_|pypi-"
    r"|nf[pcoub]_|sb[ps]_|xox|xapp-|eyJ|SG\.|sq0csp|AKC|BEGIN|PuTTY|A3T|ABIA|ACCA|AKIA|ASIA|@| |:|\"|'"
)
_MARKS = re.compile(rf"sk-|sk_|rk_|pk_|pk-|=|{_BEGINNINGS}")
_LONG_IN_PATH = re.compile(r"(?<![A-Za-z0-9+=_-])[A-Za-z0-9+=_-]{32}")
_LONG_IN_NAME = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/=_-]{32}")
ID_MAYBE_SECRET = rf"\b(?:[srp]k[-_]|csk-)|=[^=]|{_BEGINNINGS}"
"""Pattern for many ids at once, as polars understands it: those that must go through redact_id; all others stay."""
_HASH = re.compile(r"[0-9a-f]{8,128}|[0-9A-F]{8,128}|(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_KEY = re.compile(r"sk-\S*")
_UNBROKEN = re.compile(r"[A-Za-z0-9]{12,}")
_HEX = re.compile(r"[0-9a-fA-F]*")
_LOGIN = re.compile(r"://[^\s/@:]*(?::[^\s@]{0,200})?@")
_ASSIGNED_IN_PATH = re.compile(r"(?i)[\w-]{0,60}(?:passw(?:or)?d|pwd|secret|key|token)[\w-]{0,60}=\S+")
_HOME_FOLDER = re.compile(r"(?i)((?:^|[/\\])(?:users|home|documents and settings)[/\\])(?!project(?:[/\\]|$))[^/\\]+")


def redact_title(text: object, limit: int = TITLE_CHARACTERS) -> str:
    """Return a title without secrets, e-mail and public internet addresses and control characters, at most 200 long."""
    return _redacted(text[:_SEARCHED_CHARACTERS], limit) if isinstance(text, str) else ""


def redact_name(name: object, limit: int = NAME_CHARACTERS) -> str:
    """Return the name of a model, provider, team, tool or target on one line, without secrets and e-mail addresses.

    Hashes, UUIDs and ordinary names stay as they are, however long and mixed they are.
    """
    return _redacted_name(name[:_SEARCHED_CHARACTERS], limit, False) if isinstance(name, str) else ""


def redact_person(name: object) -> str:
    """Return the name of a person at the gateway without secrets; an e-mail address is a name here."""
    return _redacted_name(name[:_SEARCHED_CHARACTERS], NAME_CHARACTERS, True) if isinstance(name, str) else ""


def redact_id(text: str, limit: int = NAME_CHARACTERS) -> str:
    """Return an id without secrets that are known by their form; ids look random by nature, so that alone is none."""
    if text.isascii() and text.isprintable() and not _MARKS.search(text, 0, _SEARCHED_CHARACTERS):
        return text[:limit]
    return _redacted_id(text[:_SEARCHED_CHARACTERS], limit)


def redact_url(url: object) -> str:
    """Return scheme, host and path of an address: no user, password, query or fragment; empty when it is no address."""
    if not isinstance(url, str) or not url.strip():
        return ""
    text = _plain(url.strip()[:_SEARCHED_CHARACTERS])
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme and host:
        address = f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"
    elif "://" not in text and (scp := _SCP_ADDRESS.fullmatch(text.split("?")[0].split("#")[0])):
        address = f"{scp[1]}:{scp[2]}"
    else:
        return ""
    return _cut(_mask_path(address), PATH_CHARACTERS)


def redact_path(path: object, limit: int = PATH_CHARACTERS) -> str:
    """Return a file path without secrets, e-mail addresses, control characters and the names of home folders."""
    if not isinstance(path, str):
        return ""
    return _cut(_redacted_path(path[:_SEARCHED_CHARACTERS]), limit)


def shape_of(record: object) -> str:
    """Return the shape of a record that could not be used, at most 300 characters: keys, types, lengths, numbers.

    Text values are never shown, only their length. Of bytes that do not parse, the length and a masked beginning.
    """
    if isinstance(record, bytes | bytearray | memoryview):
        return _cut(_shape_of_bytes(bytes(record)), SHAPE_CHARACTERS)
    return _cut(_shape(record, 0), SHAPE_CHARACTERS)


@lru_cache(maxsize=65_536)
def _redacted(text: str, limit: int) -> str:
    return _cut(_mask(_plain(text)), limit)


@lru_cache(maxsize=65_536)
def _redacted_path(path: str) -> str:
    return _mask_path(_HOME_FOLDER.sub(r"\1[person]", _plain(path)))


@lru_cache(maxsize=65_536)
def _redacted_name(name: str, limit: int, keep_email: bool) -> str:
    name = _plain(name)
    if not (_MARKS.search(name) or _LONG_IN_NAME.search(name)) or _HASH.fullmatch(name):
        return name[:limit]
    if _KEY.fullmatch(name):
        return SECRET
    return _mask(name, keep=_is_ordinary_in_names, keep_email=keep_email)[:limit]


@lru_cache(maxsize=4096)
def _redacted_id(text: str, limit: int) -> str:
    return _mask(_plain(text), keep=_is_ordinary_in_ids)[:limit]


def _is_ordinary_in_names(secret: Secret, found: str) -> bool:
    """Names of models are long and mixed too, but made of short words; hashes are no secrets."""
    if secret.kind != RANDOM:
        return secret.kind == PUBLIC_ADDRESS
    return _HEX.fullmatch(found) is not None or not any(map(is_mixed, _UNBROKEN.findall(found)))


def _is_ordinary_in_ids(secret: Secret, found: str) -> bool:  # noqa: ARG001
    return secret.kind in {RANDOM, PUBLIC_ADDRESS}


def _is_ordinary_in_paths(secret: Secret, found: str) -> bool:  # noqa: ARG001
    return secret.kind == PUBLIC_ADDRESS


def _mask_path(path: str) -> str:
    """Return the path with each part masked by itself: a whole path is long and mixed enough to look random."""
    if not _may_hold_secret(path):
        return path
    path = _ASSIGNED_IN_PATH.sub(SECRET, _LOGIN.sub(f"://{SECRET}", path))
    return "/".join(
        _mask(part, keep=_is_ordinary_in_paths) if _may_hold_secret(part) else part for part in path.split("/")
    )


def _may_hold_secret(path: str) -> bool:
    return _MARKS.search(path) is not None or _LONG_IN_PATH.search(path) is not None


def _mask(text: str, *, keep: Callable[[Secret, str], bool] | None = None, keep_email: bool = False) -> str:
    """Return the text with marks in place of secrets, except those that ``keep`` says are ordinary there."""
    pieces: list[str] = []
    end = 0
    for secret in find_secrets(text):
        if keep is not None and keep(secret, text[secret.start : secret.end]):
            continue
        is_address = secret.kind == PUBLIC_ADDRESS
        pieces += [text[end : secret.start], "[address]" if is_address else SECRET]
        end = secret.end
    masked = "".join([*pieces, text[end:]])
    return _EMAIL.sub("[e-mail]", masked) if "@" in masked and not keep_email else masked


def _plain(text: str) -> str:
    """Return the text on one line without control, direction-changing, invisible and half characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = "".join(" " if char.isspace() else _visible(char) for char in text)
    return " ".join(kept.split())


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    # The zero-width joiner holds emoji together; all other format characters only hide or reorder text.
    return "" if category in {"Cc", "Cf"} and char != "\u200d" else char


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _shape_of_bytes(data: bytes) -> str:
    if len(data) <= _SHAPE_BYTES:
        try:
            return _shape(msgspec.json.decode(data), 0)
        except (msgspec.DecodeError, ValueError, RecursionError):
            pass
    beginning = data[:60].decode("utf-8", "replace")
    masked = "".join("a" if char.isalpha() else "9" if char.isdigit() else char for char in _plain(beginning))
    return f"{len(data)} bytes: {masked}"


def _shape(value: object, depth: int) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return _number_shape(value)
    if isinstance(value, str):
        return _text_shape(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, Mapping):
        return _object_shape(cast("Mapping[object, object]", value), depth)
    if isinstance(value, Sequence):
        items = cast("Sequence[object]", value)
        if not items or depth >= _SHAPE_DEPTH:
            return f"[{len(items)} items]" if items else "[]"
        return f"[{_shape(items[0], depth + 1)}{f' and {len(items) - 1} more' if len(items) > 1 else ''}]"
    return f"<{type(value).__name__}>"


def _object_shape(value: Mapping[object, object], depth: int) -> str:
    if depth >= _SHAPE_DEPTH:
        return f"{{{len(value)} keys}}" if value else "{}"
    shown = [f"{_key_shape(key)}: {_shape(item, depth + 1)}" for key, item in list(value.items())[:_SHAPE_KEYS]]
    if len(value) > _SHAPE_KEYS:
        shown.append(f"{len(value) - _SHAPE_KEYS} more")
    return "{" + ", ".join(shown) + "}"


def _key_shape(key: object) -> str:
    if isinstance(key, str) and _PLAIN_KEY.fullmatch(key):
        return key
    return f"<key of {len(str(key)) if isinstance(key, str) else 0}>"


def _number_shape(value: float) -> str:
    if isinstance(value, int) and abs(value) >= _LONGEST_NUMBER:
        return f"<integer of {value.bit_length()} bits>"
    return repr(value)


def _text_shape(value: str) -> str:
    if _TIME_LIKE.fullmatch(value):
        return '"' + re.sub(r"\d", "9", value) + '"'
    return f"<text of {len(value)}>"
