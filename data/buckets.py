"""Buckets of log-bucket histograms: the bucket of a value, in Python and in SQL, and counts by bucket as bytes.

A bucket is found with integer arithmetic alone, so SQL and Python agree on every machine: values below 128 have a
bucket each; above, every doubling is cut into 64 equal parts. The stored form is a run of (bucket, count) pairs of
6 bytes, so that merging is laying blobs end to end.
"""

from collections import Counter
from struct import Struct

HALF = 64
"""Parts of a doubling."""
_DOUBLINGS = 46
LARGEST = (1 << (7 + _DOUBLINGS)) - 1
"""Largest value told apart (about 9e15: 285 years in microseconds); larger ones count as this one."""
_PAIR = Struct("<HI")
LARGEST_COUNT = (1 << 32) - 1
"""Largest count that a pair holds."""


def bucket_of(value: int) -> int:
    """Return the bucket of a value; negative values are an error."""
    if value < 0:
        raise ValueError(f"a histogram holds values from 0; got {value}")
    value = min(value, LARGEST)
    shift = max(value.bit_length() - 7, 0)
    return shift * HALF + (value >> shift)


def bucket_sql(value: str) -> str:
    """Return the SQL expression for the bucket of a value that is a column or an expression of the program."""
    # One comparison for each doubling: nearly all values are found within the first twenty.
    shifts = "".join(
        f" WHEN {value} < {1 << (7 + shift)} THEN {shift * HALF} + ({value} >> {shift})"
        for shift in range(_DOUBLINGS + 1)
    )
    return f"CASE WHEN {value} IS NULL OR {value} < 0 THEN NULL{shifts} ELSE {bucket_of(LARGEST)} END"


def encode_buckets(listed: str | None) -> bytes | None:
    """Return the stored form of buckets as SQL's group_concat lists them, "12,14,12"; null for none."""
    if not listed:
        return None
    return encode_counts(Counter(map(int, listed.split(","))))


def encode_counts(counts: Counter[int]) -> bytes:
    """Return the stored form of counts by bucket, in the order of buckets."""
    pairs: list[bytes] = []
    for bucket, count in sorted(counts.items()):
        whole, rest = divmod(count, LARGEST_COUNT)
        pairs.extend([_PAIR.pack(bucket, LARGEST_COUNT)] * whole)
        pairs.append(_PAIR.pack(bucket, rest))
    return b"".join(pairs)
