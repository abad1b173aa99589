"""Keys that come from what a row is, not from when it was loaded."""

from hashlib import blake2b

_SEPARATOR = b"\x1f"
_MASK = (1 << 63) - 1


def stable_key(*parts: str | int | None) -> int:
    """Return a 63-bit key of the parts: the same parts give the same key on every machine and in every load order.

    Parts are told apart by position; null and the empty string differ. Two different things among ten million share a
    key with a chance of about 5 in a million (birthday bound at 63 bits).
    """
    encoded = _SEPARATOR.join(b"\x00" if part is None else str(part).encode("utf-8", "surrogatepass") for part in parts)
    return int.from_bytes(blake2b(encoded, digest_size=8).digest(), "big") & _MASK


def key_text(key: int | None) -> str | None:
    """Return a key as people and CSV files see it: 16 hexadecimal digits."""
    return None if key is None else f"{key:016x}"
