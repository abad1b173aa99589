"""Matching of fallbacks: rows of another model than the one asked for, where their tokens add up exactly.

The gateway writes the model group of the fallback into its rows, and may not say which one was asked for.
"""

from collections import Counter
from collections.abc import Sequence, Set

from data.words import MatchQuality
from etl.derive.candidates import Ask, Matching, fits_person, rows_between
from etl.derive.match_tokens import add_attempts
from etl.derive.sums import rows_that_sum
from etl.derive.windows import SKEW

_MOST_CALLS = 3
"""A summary, a context selection and a main call; larger sets of another application's rows fit by chance."""


def match_fallbacks(matching: Matching, chat_people: Set[str]) -> None:
    """Give asks that no row of their model explains the one set of rows, of any model, that adds up to their tokens.

    Rows of other models are in when a failed attempt shares their trace, or else when they name the person. Sets that
    several asks fit are ambiguous.
    """
    failed = {row.trace_hash for row in matching.rows if row.is_error and row.trace_hash is not None}
    starts = [row.started_at for row in matching.rows]
    offers: dict[int, tuple[Ask, tuple[int, ...]]] = {}
    for ask in matching.asks:
        if ask.is_gateway and ask.tokens is not None and ask.window.message_key not in matching.ask_quality:
            near = [
                place
                for place in rows_between(starts, ask.first - SKEW, ask.last + SKEW)
                if place not in matching.owner and matching.billed[place] is not None
            ]
            own = set(ask.rows)
            fallbacks = [
                place
                for place in near
                if place in own
                or (
                    matching.rows[place].trace_hash in failed
                    and fits_person(matching.rows[place], ask.window.people, chat_people)
                )
            ]
            named = [place for place in near if place in own or _names(matching, place, ask)]
            found = _only_sum(ask, fallbacks, matching) or _only_sum(ask, named, matching)
            if found is not None:
                offers[ask.window.message_key] = (ask, found)
    claims = Counter(place for _, places in offers.values() for place in places)
    for key, (ask, places) in offers.items():
        if any(claims[place] > 1 for place in places):
            matching.ask_quality[key] = MatchQuality.AMBIGUOUS
            matching.row_quality.update(dict.fromkeys(places, MatchQuality.AMBIGUOUS))
        else:
            ask.rows = sorted({*ask.rows, *places})
            matching.give(ask, places, MatchQuality.EXACT)
            matching.ask_quality[key] = MatchQuality.EXACT
    if offers:
        add_attempts(matching)


def _names(matching: Matching, place: int, ask: Ask) -> bool:
    person = matching.rows[place].person
    return person is not None and person in ask.window.people


def _only_sum(ask: Ask, places: Sequence[int], matching: Matching) -> tuple[int, ...] | None:
    """Return the rows that add up to an ask, as many as it stands for; null unless there is one such set."""
    expected = ask.expected_rows
    if ask.tokens is None or expected is None or expected > _MOST_CALLS:
        return None
    sent, received = ask.tokens
    fitting = [
        (place, one)
        for place in places
        if (one := matching.billed[place]) is not None and one[0] <= sent and one[1] <= received
    ]
    found = [
        chosen for chosen in rows_that_sum([one for _, one in fitting], ask.tokens, expected) if len(chosen) == expected
    ]
    return tuple(fitting[index][0] for index in found[0]) if len(found) == 1 else None
