"""Stable pseudonyms: the same person is p-1a2b3c4d everywhere in a store, and only the key tells who that is."""

import hashlib
import hmac
import os
import re
import secrets
import sqlite3
import stat
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.errors import BoltscopeError
from data.store import Store

KEY_VARIABLE = "BOLTSCOPE_PSEUDONYM_KEY"
KEY_FILE = "pseudonym.key"
_SETTING = "pseudonymous"
_NAMES = "no"
_SHORTEST_KEY = 16
# Shorter names are initials, which would be found in every other title.
_SHORTEST_NAME = 3
_BETWEEN = r"[\W_]*"
_ADDRESS = re.compile(r"((?:[A-Za-z][\w+.-]*://)?[^/:]+(?::\d+(?=/))?[:/]/*)(.*)", re.DOTALL)


class PseudonymError(BoltscopeError):
    """Names and pseudonyms would be mixed, or the key is missing or another one."""


@dataclass(frozen=True)
class Pseudonyms:
    """Turns names into pseudonyms with a secret key."""

    key: bytes

    def of(self, name: str) -> str:
        """Return the pseudonym of a name: p- and 8 hexadecimal digits."""
        return f"p-{self._digest(name)[:8]}"

    def hidden(self, text: str) -> str:
        """Return a long hash of a text that may name people, such as a path."""
        return f"hidden:{self._digest(text)[:32]}"

    @property
    def fingerprint(self) -> str:
        """Hash that tells keys apart without giving them away."""
        return self._digest("\x00which key is this")[:16]

    def _digest(self, text: str) -> str:
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class HiddenNames:
    """Puts pseudonyms in place of people's names in titles, repositories and addresses of one owner's files."""

    def __init__(self, pseudonyms: Pseudonyms, owner: str | None, called: Iterable[tuple[str, str]] = ()) -> None:
        """Take whose files they are, and what people are called elsewhere, such as at the gateway.

        Of the owner each part of the name counts, of others only the whole name.
        """
        self._pseudonyms = pseudonyms
        self._people: dict[str, str] = {}
        names = [(name, person) for called_so, person in called for name in (called_so, person)]
        for name, person in [*names, *([(owner, owner)] if owner else [])]:
            parts = _parts(name)
            self._people.setdefault(" ".join(parts), person)
            if person == owner:
                self._people |= {part: person for part in parts if not part.isdecimal()}
        known = sorted((name for name in self._people if len(name) >= _SHORTEST_NAME), key=len, reverse=True)
        forms = "|".join(_BETWEEN.join(map(re.escape, name.split(" "))) for name in known)
        self._pattern = re.compile(rf"(?<![^\W\d_])(?:{forms})(?![^\W\d_])", re.IGNORECASE) if forms else None
        self._joined = {name.replace(" ", ""): self._people[name] for name in known}

    def in_text(self, text: str) -> str:
        """Return a text with pseudonyms in place of the names that are known."""
        if self._pattern is None:
            return text
        return self._pattern.sub(self._pseudonym, unicodedata.normalize("NFC", text))

    def in_target(self, target: str) -> str:
        """Return a repository such as ann.smith/shop with a pseudonym as its owner; names in the rest go too."""
        owner, slash, rest = target.partition("/")
        return f"{self._owner(owner)}/{self.in_text(rest)}" if slash else self.in_text(target)

    def in_address(self, address: str) -> str:
        """Return a git address with a pseudonym as the first part of its path; names in the rest go too."""
        found = _ADDRESS.fullmatch(address)
        if found is None:
            return self.in_text(address)
        owner, slash, rest = found[2].partition("/")
        return f"{self.in_text(found[1])}{self._owner(owner)}{slash}{self.in_text(rest)}"

    def _owner(self, name: str) -> str:
        if not name or name.startswith("["):
            return name
        person = self._joined.get("".join(_parts(name)))
        return self._pseudonyms.of(person or name)

    def _pseudonym(self, match: re.Match[str]) -> str:
        return self._pseudonyms.of(self._joined.get("".join(_parts(match[0])), match[0]))


def _parts(name: str) -> list[str]:
    """Return the parts of a name or e-mail address, in small letters, without the address's domain."""
    local = unicodedata.normalize("NFC", name).partition("@")[0]
    return [part for part in re.split(r"[\W_]+", local.casefold()) if part]


def pseudonyms_of(store: Store, *, wanted: bool, on_wait: Callable[[str], None] | None = None) -> Pseudonyms | None:
    """Return how the store names people: null for their names. The first load decides, and the store remembers.

    Raises PseudonymError when pseudonyms are wanted in a store that holds names, or when the key is not the one that
    the store's pseudonyms were made with.
    """
    remembered = _remembered(store)
    if remembered is None or (remembered == _NAMES and wanted):
        remembered = _decide(store, wanted=wanted, on_wait=on_wait)
    if remembered == _NAMES:
        return None
    pseudonyms = Pseudonyms(_key(store.path.parent, create=False))
    if pseudonyms.fingerprint != remembered:
        raise PseudonymError(
            f"The store {store.path} was made with another pseudonym key, so that the same person would get "
            f"a second pseudonym. Put back the first key ({store.path.parent / KEY_FILE}, or {KEY_VARIABLE}), or load "
            "everything into a new store with --database."
        )
    return pseudonyms


def _remembered(store: Store) -> str | None:
    rows = store.rows("SELECT value FROM setting WHERE name = ?", (_SETTING,))
    return str(rows[0][0]) if rows else None


def _decide(store: Store, *, wanted: bool, on_wait: Callable[[str], None] | None) -> str:
    """Write down how the store names people, unless another load did so meanwhile."""
    decision = Pseudonyms(_key(store.path.parent, create=True)).fingerprint if wanted else _NAMES
    with store.writing(on_wait=on_wait) as connection:
        remembered = _setting(connection)
        # Demo data gives way to the first file of one's own.
        is_empty = connection.execute("SELECT 1 FROM load WHERE NOT is_demo LIMIT 1").fetchone() is None
        if remembered not in {None, _NAMES}:
            return str(remembered)
        if wanted and not is_empty:
            raise PseudonymError(
                f"The store {store.path} already holds people by name. Names and pseudonyms are never mixed: load "
                "everything into a new store with --pseudonymous --database sqlite:///data/pseudonymous.db"
            )
        connection.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_SETTING, decision),
        )
    return decision


def _setting(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (_SETTING,)).fetchone()
    return None if row is None else str(row[0])


def _key(folder: Path, *, create: bool) -> bytes:
    given = os.environ.get(KEY_VARIABLE)
    if given:
        if len(given) < _SHORTEST_KEY:
            raise PseudonymError(f"{KEY_VARIABLE} is too short: at least {_SHORTEST_KEY} characters are needed.")
        return given.encode()
    path = folder / KEY_FILE
    if create:
        _create_key(path)
    try:
        status = path.stat()
        key = path.read_bytes().strip()
    except OSError as error:
        raise PseudonymError(
            f"The pseudonym key {path} cannot be read ({error.strerror}). Put it back from a copy, or give the key in "
            f"{KEY_VARIABLE}; without it nobody can tell which pseudonym a person has."
        ) from error
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise PseudonymError(f"The pseudonym key {path} can be read by others. Make it private: chmod 600 {path}")
    if len(key) < _SHORTEST_KEY:
        raise PseudonymError(f"The pseudonym key {path} is cut off or empty. Put it back from a copy.")
    return key


def _create_key(path: Path) -> None:
    """Create the key whole or not at all, whichever of two loads comes first."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_hex(32).encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
