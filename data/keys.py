"""Keys that come from what a row is, not from when it was loaded."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from struct import unpack

_MASK = (1 << 63) - 1


def stable_key(*parts: str | int | None) -> int:
    """Return a 63-bit key of the parts: the same parts give the same key on every machine and in every load order.

    Parts are told apart by position and length, so that no text in one part can pass for another part; null and the
    empty string differ, a number and its digits do not. Two different things among ten million share a key with a
    chance of about 5 in a million (birthday bound at 63 bits).
    """
    encoded = _encoded(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(encoded, digest_size=8).digest(), "big") & _MASK


def _encoded(parts: Iterable[str | int | None]) -> str:
    return "".join(["~" if part is None else f"{len(text := str(part))}:{text}" for part in parts])


def stable_keys_under(parts: Sequence[Sequence[str | int | None]], texts: Sequence[str]) -> list[int]:
    """Return stable_key(*parts, text) of many texts, each with the parts before it, of which few are different."""
    prefixes: dict[Sequence[str | int | None], str] = {}
    digests: list[bytes] = []
    for before, text in zip(parts, texts, strict=True):
        prefix = prefixes.get(before)
        if prefix is None:
            prefix = prefixes[before] = _encoded(before)
        encoded = f"{prefix}{len(text)}:{text}".encode("utf-8", "surrogatepass")
        digests.append(blake2b(encoded, digest_size=8).digest())
    return [number & _MASK for number in unpack(f">{len(digests)}Q", b"".join(digests))]


def stable_keys(first: str, texts: Iterable[str]) -> list[int]:
    """Return stable_key(first, text) of many texts, several times faster than one by one."""
    prefix = f"{len(first)}:{first}"
    digests = [
        blake2b(f"{prefix}{len(text)}:{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in texts
    ]
    return [number & _MASK for number in unpack(f">{len(digests)}Q", b"".join(digests))]


def key_text(key: int | None) -> str | None:
    """Return a key as people and CSV files see it: 16 hexadecimal digits."""
    return None if key is None else f"{key:016x}"
