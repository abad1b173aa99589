"""Adding up stored histograms in SQL."""

import sqlite3


def add_merging(connection: sqlite3.Connection) -> None:
    """Give a connection the aggregate merge_histograms(blob): the sum of stored histograms, null when there is none."""
    connection.create_aggregate("merge_histograms", 1, _MergeHistograms)  # pyright: ignore[reportArgumentType]


class _MergeHistograms:
    def __init__(self) -> None:
        self._blobs: list[bytes] = []

    def step(self, blob: bytes | None) -> None:
        if blob:
            self._blobs.append(blob)

    def finalize(self) -> bytes | None:
        if len(self._blobs) < 2:
            return self._blobs[0] if self._blobs else None
        # Arrays take longer to import than a small load; many have nothing to add up.
        from data.histogram import Histogram

        return Histogram.merged(self._blobs).encode()
