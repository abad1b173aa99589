"""Histograms add up, agree with SQL, and read back within one percent."""

import random
import sqlite3
from collections import Counter
from statistics import stdev

import numpy as np
import pytest

from data.buckets import LARGEST, bucket_of, bucket_sql, encode_buckets, encode_counts
from data.histogram import RELATIVE_ERROR, Histogram


def some_values(count: int = 2000) -> list[int]:
    draw = random.Random(3)
    return [draw.randrange(1 << draw.randrange(1, 50)) for _ in range(count)]


def test_small_values_have_a_bucket_each_and_every_doubling_has_64() -> None:
    assert [bucket_of(value) for value in (0, 1, 127)] == [0, 1, 127]
    assert [bucket_of(value) for value in (128, 129, 130, 254, 255)] == [128, 128, 129, 191, 191]
    assert bucket_of(256) == 192  # 128 buckets, and 64 for 128 to 255


def test_buckets_follow_the_order_of_values_without_holes() -> None:
    buckets = [bucket_of(value) for value in range(5000)]
    assert sorted(buckets) == buckets
    assert set(buckets) == set(range(max(buckets) + 1))


def test_sql_and_python_find_the_same_bucket() -> None:
    connection = sqlite3.connect(":memory:")
    values = [*range(600), *some_values(), LARGEST - 1, LARGEST, LARGEST + 1, 1 << 62]
    for value in values:
        assert connection.execute(f"SELECT {bucket_sql('?1')}", (value,)).fetchone() == (bucket_of(value),)


@pytest.mark.parametrize("value", [-1, None])
def test_sql_leaves_out_negative_and_unknown_values(value: int | None) -> None:
    assert sqlite3.connect(":memory:").execute(f"SELECT {bucket_sql('?1')}", (value,)).fetchone() == (None,)


def test_a_negative_value_is_an_error_in_python() -> None:
    with pytest.raises(ValueError, match="from 0"):
        bucket_of(-1)


def test_a_value_reads_back_within_one_percent() -> None:
    assert RELATIVE_ERROR <= 0.01
    for value in [*range(1, 3000), *some_values()]:
        assert Histogram.of([value]).at_rank(1) == pytest.approx(value, rel=RELATIVE_ERROR)


@pytest.mark.parametrize("share", [0.05, 0.25, 0.5, 0.9, 0.95, 0.99])
def test_quantiles_agree_with_numpy_within_one_percent(share: float) -> None:
    values = [int(value) for value in np.random.default_rng(1).lognormal(9, 1.2, 5001)]
    exact = float(np.quantile(values, share, method="inverted_cdf"))
    assert Histogram.of(values).quantile(share) == pytest.approx(exact, rel=0.01)


def test_the_median_of_an_even_number_is_the_middle_of_two() -> None:
    assert Histogram.of([10, 20, 30, 100]).median() == 25
    assert Histogram.of([10, 20, 30]).median() == 20


def test_merging_in_any_order_is_counting_everything_at_once() -> None:
    values = some_values()
    parts = [Histogram.of(values[start::7]).encode() for start in range(7)]
    merged = Histogram.merged([None, *parts, b""])
    assert merged.encode() == Histogram.merged(reversed(parts)).encode() == Histogram.of(values).encode()
    assert merged.n == len(values)


def test_an_empty_histogram_has_no_quantile() -> None:
    empty = Histogram.merged([None])
    assert (empty.n, empty.median(), empty.quantile(0.5), empty.encode()) == (0, None, None, b"")
    with pytest.raises(ValueError, match="rank 1 of 0"):
        empty.at_rank(1)


def test_buckets_listed_by_sql_are_counted() -> None:
    assert encode_buckets("12,14,12") == encode_counts(Counter({12: 2, 14: 1}))
    assert encode_buckets(None) is None


def test_counts_beyond_32_bits_are_kept() -> None:
    assert Histogram.merged([encode_counts(Counter({5: 10_000_000_000}))]).n == 10_000_000_000


def test_values_up_to_a_limit_are_counted_by_bucket() -> None:
    assert Histogram.of([1, 2, 3, 1000]).count_up_to(3) == 3


def test_the_spread_is_the_standard_deviation_of_a_sample_within_a_percent():
    values = [3, 400, 8_000, 8_100, 120_000, 3_600_000]
    assert Histogram.of(values).spread() == pytest.approx(float(np.std(values, ddof=1)), rel=0.01)
    assert Histogram.of([5, 5, 5]).spread() == 0
    assert Histogram.of([5]).spread() is None


def test_the_stored_form_of_a_histogram_is_that_of_its_counts_also_of_very_many():
    for copies in (1, 1 << 33):
        histogram = Histogram.of([0, 5, 5, 127, 128, 900, 123_456_789, LARGEST])
        histogram = Histogram(histogram.buckets, histogram.counts * copies)
        listed = Counter(dict(zip(histogram.buckets.tolist(), histogram.counts.tolist(), strict=True)))
        assert histogram.encode() == encode_counts(listed)
        assert Histogram.merged([histogram.encode()]).n == 8 * copies


def test_the_spread_is_that_of_the_middles_of_the_buckets():
    values = [0, 3, 64, 127, 128, 5_000, 1 << 40, LARGEST]
    middles = [Histogram.of([value]).at_rank(1) for value in values]
    assert Histogram.of(values).spread() == pytest.approx(stdev(middles))
