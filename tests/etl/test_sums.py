"""Which rows add up: against trying every set."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from etl.derive.sums import rows_that_sum

_TOKENS = st.tuples(st.integers(0, 5), st.integers(0, 3)).filter(any)


@given(st.lists(_TOKENS, max_size=8), st.tuples(st.integers(1, 20), st.integers(0, 9)), st.integers(1, 4))
def test_every_set_of_the_first_size_that_comes_out_is_found(
    tokens: list[tuple[int, int]], wanted: tuple[int, int], expected: int
) -> None:
    def of_size(size: int) -> list[tuple[int, ...]]:
        return [
            places
            for places in combinations(range(len(tokens)), size)
            if (sum(tokens[place][0] for place in places), sum(tokens[place][1] for place in places)) == wanted
        ]

    sizes = [len(tokens), expected, *([expected + 1] if expected < 4 else []), *range(expected - 1, 0, -1)]
    answer = next((found for size in sizes if size and (found := of_size(size))), [])
    if expected == 4 and not answer:
        return  # of five rows only neighbours are tried
    found = rows_that_sum(tokens, wanted, expected)
    if expected == 4 and len(found) and len(found[0]) == 5:
        assert found[0] in of_size(5)
    else:
        assert found == answer[:32]


def test_five_rows_are_found_when_they_are_neighbours() -> None:
    tokens = [(100, 10), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (200, 20)]
    assert rows_that_sum(tokens, (15, 5), 5) == [(1, 2, 3, 4, 5)]


def test_a_crowd_of_rows_is_searched_for_neighbours_only() -> None:
    tokens = [(1000 + number, number) for number in range(400)]
    assert rows_that_sum(tokens, (2 * 1000 + 7 + 8, 7 + 8), 2) == [(7, 8)]
    assert rows_that_sum(tokens, (2 * 1000 + 7 + 9 + 1000, 16), 3) == []
