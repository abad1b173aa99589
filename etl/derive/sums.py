"""Which rows add up to the tokens of a reply."""

from collections.abc import Sequence

Tokens = tuple[int, int]
"""Tokens sent and received."""

MOST_ROWS = 8
"""No reply is looked for in more rows than this, unless all rows of its window add up."""
_SEARCHED_ROWS = 16
_MOST_STEPS = 20_000
_MOST_SUMS = 32


def rows_that_sum(tokens: Sequence[Tokens], wanted: Tokens, most: int = MOST_ROWS) -> list[tuple[int, ...]]:
    """Return the sets of places whose tokens add up to what is wanted, each in order.

    All rows together go first. Up to 16 rows every set of as many as asked for (8 at most) is tried; of more rows only
    neighbours in time and pairs, so that a crowded window cannot take long.
    """
    sent, received = sum(one[0] for one in tokens), sum(one[1] for one in tokens)
    if not tokens or sent < wanted[0] or received < wanted[1]:
        return []
    if (sent, received) == wanted:
        return [tuple(range(len(tokens)))]
    search = _all_sets if len(tokens) <= _SEARCHED_ROWS else _near_sets
    return search(tokens, wanted, min(most, MOST_ROWS))


def _all_sets(tokens: Sequence[Tokens], wanted: Tokens, most: int) -> list[tuple[int, ...]]:
    left_sent, left_received = [0], [0]
    for sent, received in reversed(tokens):
        left_sent.append(left_sent[-1] + sent)
        left_received.append(left_received[-1] + received)
    left_sent.reverse()
    left_received.reverse()
    found: list[tuple[int, ...]] = []
    steps = 0
    open_sets: list[tuple[int, int, int, tuple[int, ...]]] = [(0, *wanted, ())]
    while open_sets and steps < _MOST_STEPS and len(found) < _MOST_SUMS:
        steps += 1
        place, sent, received, chosen = open_sets.pop()
        if sent == 0 and received == 0:
            found.append(chosen)
            continue
        if place == len(tokens) or sent > left_sent[place] or received > left_received[place]:
            continue
        open_sets.append((place + 1, sent, received, chosen))
        one = tokens[place]
        if len(chosen) < most and one[0] <= sent and one[1] <= received:
            open_sets.append((place + 1, sent - one[0], received - one[1], (*chosen, place)))
    return found


def _near_sets(tokens: Sequence[Tokens], wanted: Tokens, most: int) -> list[tuple[int, ...]]:
    found: set[tuple[int, ...]] = set()
    for first in range(len(tokens)):
        sent = received = 0
        for last in range(first, min(first + most, len(tokens))):
            sent, received = sent + tokens[last][0], received + tokens[last][1]
            if (sent, received) == wanted:
                found.add(tuple(range(first, last + 1)))
            if sent > wanted[0] or received > wanted[1]:
                break
    places: dict[Tokens, list[int]] = {}
    for place, one in enumerate(tokens):
        for other in places.get((wanted[0] - one[0], wanted[1] - one[1]), ()):
            if len(found) < _MOST_SUMS:
                found.add((other, place))
        places.setdefault(one, []).append(place)
    return sorted(found)
