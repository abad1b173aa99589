"""Instants as people and scripts read them."""

from datetime import timedelta

from data.epoch import EPOCH


def iso(instant: int | None) -> str | None:
    """Return an instant in microseconds as ISO 8601 in UTC, to the second."""
    if instant is None:
        return None
    return (EPOCH + timedelta(microseconds=instant)).isoformat(timespec="seconds").replace("+00:00", "Z")
