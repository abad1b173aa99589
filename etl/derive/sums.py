"""Which rows add up to the tokens of a reply."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice

Tokens = tuple[int, int]
"""Tokens sent and received."""

MOST_ROWS_TRIED = 150
"""Of more rows than this in one window, only neighbours in time are tried: a crowded window cannot take long."""
_MOST_SUMS = 32


def rows_that_sum(tokens: Sequence[Tokens], wanted: Tokens, expected: int) -> list[tuple[int, ...]]:
    """Return the sets of places, in order of time, whose tokens add up to what is wanted.

    All rows together go first, then sets of as many rows as expected, then of one more, then of fewer; the first number
    of rows that comes out is the answer, as some sets of other sizes always add up by chance. Every set of up to four
    rows is tried, of more rows only neighbours in time.
    """
    sent, received = sum(one[0] for one in tokens), sum(one[1] for one in tokens)
    if not tokens or sent < wanted[0] or received < wanted[1]:
        return []
    if (sent, received) == wanted:
        return [tuple(range(len(tokens)))]
    for size in (expected, expected + 1, *range(expected - 1, 0, -1)):
        if size < len(tokens) and (found := _sets_of(tokens, wanted, size)):
            return found
    return []


def _sets_of(tokens: Sequence[Tokens], wanted: Tokens, size: int) -> list[tuple[int, ...]]:
    numbers = [_number(one) for one in tokens]
    if size > 4 or len(tokens) > MOST_ROWS_TRIED:
        return _neighbours(numbers, _number(wanted), size)
    places: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        places[number].append(place)
    return sorted(islice(_sets(numbers, places, _number(wanted), size, 0), _MOST_SUMS))


def _number(tokens: Tokens) -> int:
    """Return both counts as one number that adds up as they do: no sum of received tokens reaches the other half."""
    return tokens[0] << 48 | tokens[1]


def _neighbours(numbers: Sequence[int], wanted: int, size: int) -> list[tuple[int, ...]]:
    sums = [0, *accumulate(numbers)]
    return [
        tuple(range(first, first + size))
        for first in range(len(numbers) - size + 1)
        if sums[first + size] - sums[first] == wanted
    ]


def _sets(
    numbers: Sequence[int], places: Mapping[int, list[int]], wanted: int, size: int, first: int
) -> Iterator[tuple[int, ...]]:
    """Yield sets of a size from a place on; the last two of a set are looked up together, which is what is fast."""
    if size == 1:
        yield from ((place,) for place in places.get(wanted, ()) if place >= first)
        return
    if size == 2:
        fitting = places.keys() & {wanted - number for number in numbers[first:]}
        for number in fitting:
            for place in places[wanted - number]:
                if place >= first:
                    yield from ((place, other) for other in places[number] if other > place)
        return
    for place in range(first, len(numbers) - size + 1):
        if numbers[place] < wanted:
            for others in _sets(numbers, places, wanted - numbers[place], size - 1, place + 1):
                yield place, *others
