"""The words over a column read as people write them."""

import pytest

from dashboard.analysis.headings import heading


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("counted_task_count", "Counted tasks"),
        ("before_counted_task_count", "Counted tasks before"),
        ("before_failure_low_rate", "Failure low before"),
        ("before_attempt_count", "Attempts before"),
        ("useless_count", "Useless"),
        ("useless_rate", "Share useless"),
        ("newest_record_at", "Newest record (UTC)"),
        ("p_value", "p-value"),
    ],
)
def test_a_heading_says_what_the_column_is(column: str, words: str):
    assert heading(column) == words
