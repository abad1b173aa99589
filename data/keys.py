"""Keys that come from what a row is, not from when it was loaded."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from struct import unpack

_MASK = (1 << 63) - 1


def stable_key(*parts: str | int | None) -> int:
    """Return a 63-bit key of the parts: the same parts give the same key on every machine and in every load order.

    Parts are told apart by position and length, so that no text in one part can pass for another part; null and the
    empty string differ, a number and its digits do not. Two different things among ten million share a key with a
    chance of about 5 in a million (birthday bound at 63 bits).
    """
    text = encoded(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") & _MASK


def encoded(parts: Iterable[str | int | None]) -> str:
    """Return the text whose hash is the key of the parts; those of parts one after the other make that of all."""
    return "".join(["~" if part is None else f"{len(text := str(part))}:{text}" for part in parts])


def stable_keys_under(
    befores: Mapping[str | None, Iterable[str | int | None]], names: Iterable[str | None], texts: Iterable[str]
) -> list[int]:
    """Return stable_key(*befores[name], text) of many names and texts, several times faster than one by one."""
    prefixes = {name: encoded(before) for name, before in befores.items()}
    return keys_of_encoded(f"{prefixes[name]}{len(text)}:{text}" for name, text in zip(names, texts, strict=True))


def stable_keys(first: str, texts: Iterable[str]) -> list[int]:
    """Return stable_key(first, text) of many texts, several times faster than one by one."""
    prefix = encoded((first,))
    return keys_of_encoded(f"{prefix}{len(text)}:{text}" for text in texts)


def keys_of_encoded(texts: Iterable[str]) -> list[int]:
    """Return the keys of parts that are encoded already."""
    return [number & _MASK for number in hashes_of(texts)]


def hashes_of(texts: Iterable[str]) -> tuple[int, ...]:
    """Return a hash of each of many texts, in 64 bits."""
    listed = list(texts)
    try:
        digests = [blake2b(text.encode(), digest_size=8).digest() for text in listed]
    except UnicodeEncodeError:
        digests = [blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in listed]
    return unpack(f">{len(digests)}Q", b"".join(digests))


def key_text(key: int | None) -> str | None:
    """Return a key as people and CSV files see it: x and 16 hexadecimal digits.

    Without the letter a spreadsheet takes one in a thousand for a number ("12345e67..."), and spoils it.
    """
    return None if key is None else f"x{key:016x}"


def key_sql(key: str) -> str:
    """Return the SQL that writes a key as key_text does; ``key`` is SQL of the program."""
    return f"iif({key} IS NULL, NULL, printf('x%016x', {key}))"
