"""Log-bucket histograms of whole numbers: counts that add up over days, quantiles with at most 1 % relative error.

How values fall into buckets, and how counts are stored, is in data.buckets.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data.buckets import HALF, LARGEST_COUNT, bucket_of, encode_counts

PAIRS = np.dtype([("bucket", "<u2"), ("count", "<u4")])
"""The stored form: bucket and count, end to end."""
RELATIVE_ERROR = 1 / (2 * HALF)
"""Largest relative error of a value read back: half the width of a bucket."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts by bucket, in the order of buckets; no bucket is empty."""

    buckets: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, values: Iterable[int]) -> "Histogram":
        """Build the histogram of values."""
        return cls.merged([encode_counts(Counter(map(bucket_of, values)))])

    @classmethod
    def merged(cls, blobs: Iterable[bytes | None]) -> "Histogram":
        """Add up stored histograms; nulls stand for empty ones."""
        pairs = np.frombuffer(b"".join(blob for blob in blobs if blob), dtype=PAIRS)
        return cls._counted(pairs["bucket"].astype(np.int64), pairs["count"])

    @classmethod
    def added(cls, parts: Iterable["Histogram"]) -> "Histogram":
        """Add up histograms."""
        listed = list(parts)
        if len(listed) == 1:
            return listed[0]
        none = np.zeros(0, np.int64)
        buckets = np.concatenate([none, *(part.buckets for part in listed)])
        return cls._counted(buckets, np.concatenate([none, *(part.counts for part in listed)]))

    @classmethod
    def _counted(cls, buckets: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> "Histogram":
        if len(buckets) == 0:
            return cls(np.zeros(0, np.int64), np.zeros(0, np.int64))
        # Counts stay below 2**53, so the float sums of bincount are exact.
        sums = np.bincount(buckets, weights=counts.astype(np.float64)).astype(np.int64)
        filled = np.flatnonzero(sums)
        return cls(filled, sums[filled])

    def __eq__(self, other: object) -> bool:
        return self.encode() == other.encode() if isinstance(other, Histogram) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.encode())

    def encode(self) -> bytes:
        """Return the stored form."""
        if len(self.counts) == 0 or int(self.counts.max()) <= LARGEST_COUNT:
            pairs = np.empty(len(self.counts), dtype=PAIRS)
            pairs["bucket"], pairs["count"] = self.buckets, self.counts
            return pairs.tobytes()
        return encode_counts(Counter(dict(zip(self.buckets.tolist(), self.counts.tolist(), strict=True))))

    @cached_property
    def n(self) -> int:
        """How many values."""
        return int(self.counts.sum())

    def at_rank(self, rank: int) -> float:
        """Return the value of a rank, 1 for the smallest; the middle of its bucket."""
        if not 1 <= rank <= self.n:
            raise ValueError(f"rank {rank} of {self.n} values")
        return _middle(int(self.buckets[int(np.searchsorted(self._running, rank))]))

    def quantile(self, share: float) -> float | None:
        """Return the smallest value that at least this share of the values does not exceed; null when empty."""
        n = self.n
        if n == 0:
            return None
        return self.at_rank(min(max(int(np.ceil(share * n - 1e-9)), 1), n))

    def median(self) -> float | None:
        """Return the median: the mean of the two middle values where there is no single one; null when empty."""
        n = self.n
        if n == 0:
            return None
        return (self.at_rank((n + 1) // 2) + self.at_rank(n // 2 + 1)) / 2

    def spread(self) -> float | None:
        """Return the standard deviation, as estimated from the values as a sample; null for fewer than two."""
        n = self.n
        if n < 2:
            return None
        shifts = np.maximum(self.buckets // HALF - 1, 0)
        middles = ((self.buckets - shifts * HALF) << shifts) + ((1 << shifts) - 1) / 2
        mean = float(self.counts @ middles) / n
        return float(np.sqrt(float(self.counts @ (middles - mean) ** 2) / (n - 1)))

    def count_up_to(self, value: int) -> int:
        """Return how many values lie in the buckets up to that of a value."""
        return int(self.counts[self.buckets <= bucket_of(value)].sum())

    @cached_property
    def _running(self) -> npt.NDArray[np.int64]:
        return np.cumsum(self.counts)


def _middle(bucket: int) -> float:
    if bucket < 2 * HALF:
        return float(bucket)
    shift = bucket // HALF - 1
    low = (bucket - shift * HALF) << shift
    return low + ((1 << shift) - 1) / 2
