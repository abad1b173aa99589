"""Matching by tokens: rows that add up exactly to a reply, or a row that equals the main call in the event log."""

from collections import defaultdict
from typing import NamedTuple

from data.words import MatchQuality
from etl.derive.candidates import Ask, Matching
from etl.derive.sums import rows_that_sum
from etl.derive.windows import SKEW


class _Sum(NamedTuple):
    """Rows that add up to an ask; the smaller the better."""

    surprise: int
    """How far the number of rows is from what the reply stands for."""
    unnamed: int
    """Rows that do not name the person."""
    distance: int
    """Microseconds between the request and the first row."""
    order: tuple[int, int]
    places: tuple[int, ...]

    @property
    def grade(self) -> tuple[int, int]:
        """How well it fits, time aside."""
        return self.surprise, self.unnamed


def match_sums(matching: Matching) -> None:
    """Give each ask the rows that add up to its tokens; a row is used once.

    Several asks or several different sums that fit equally well, closer together in time than clocks can be trusted,
    are ambiguous.
    """
    asks = {ask.window.message_key: ask for ask in matching.asks}
    sums = {key: found for key, ask in asks.items() if (found := _sums_of(ask, matching))}
    unclear = {key for key, found in sums.items() if _differ(found, matching)}
    offers = sorted((offer, key) for key, found in sums.items() if key not in unclear for offer in found)
    taken: dict[int, tuple[int, _Sum]] = {}
    solved: dict[int, _Sum] = {}
    for offer, key in offers:
        if key not in solved and not any(place in taken for place in offer.places):
            solved[key] = offer
            taken.update(dict.fromkeys(offer.places, (key, offer)))
    unclear |= _contested(sums, solved, taken, unclear)
    for key, offer in solved.items():
        if key not in unclear:
            matching.give(asks[key], offer.places, MatchQuality.EXACT)
            matching.ask_quality[key] = MatchQuality.EXACT
    for key in unclear:
        matching.ask_quality[key] = MatchQuality.AMBIGUOUS
        for offer in sums[key]:
            for place in offer.places:
                if place not in matching.owner:
                    matching.row_quality[place] = MatchQuality.AMBIGUOUS
    add_attempts(matching)


def match_main(matching: Matching) -> None:
    """Give asks whose sum did not come out the row that equals the last main call in the event log."""
    for ask in matching.asks:
        if ask.main_tokens is None or matching.ask_quality.get(ask.window.message_key) is not None:
            continue
        fitting = [
            place
            for place in ask.rows
            if place not in matching.owner and matching.rows[place].tokens == ask.main_tokens
        ]
        if fitting:
            place = min(fitting, key=lambda place: (abs(matching.rows[place].ended_at - ask.last), place))
            matching.give(ask, (place,), MatchQuality.EXACT_MAIN)
            matching.ask_quality[ask.window.message_key] = MatchQuality.EXACT_MAIN
    add_attempts(matching)


def _sums_of(ask: Ask, matching: Matching) -> list[_Sum]:
    """Return the best sums of an ask, the best first."""
    if ask.tokens is None:
        return []
    sent, received = ask.tokens
    places: list[int] = []
    tokens: list[tuple[int, int]] = []
    for place in ask.rows:
        one = matching.billed[place]
        if one is not None and one[0] <= sent and one[1] <= received:
            places.append(place)
            tokens.append(one)
    offers: list[_Sum] = []
    for chosen in rows_that_sum(tokens, ask.tokens, ask.expected_rows or len(tokens)):
        members = tuple(places[index] for index in chosen)
        unnamed = sum(matching.rows[place].person not in ask.window.people for place in members)
        surprise = abs(len(members) - (ask.expected_rows or len(members)))
        distance = abs(matching.rows[members[0]].started_at - ask.window.asked_at)
        offers.append(_Sum(surprise, unnamed, distance, ask.order, members))
    offers.sort()
    return [offer for offer in offers if offer.grade == offers[0].grade]


def _differ(offers: list[_Sum], matching: Matching) -> bool:
    """Whether sums of one ask are of different rows; equal rows are interchangeable, the nearest one counts."""
    return len({tuple(sorted(matching.rows[place].tokens or (0, 0) for place in one.places)) for one in offers}) > 1


def _contested(
    sums: dict[int, list[_Sum]], solved: dict[int, _Sum], taken: dict[int, tuple[int, _Sum]], unclear: set[int]
) -> set[int]:
    """Return the asks that lost their rows to another one which does not fit clearly better, and the winners."""
    contested: set[int] = set()
    for key, offers in sums.items():
        if key in solved or key in unclear:
            continue
        for place in offers[0].places:
            if place in taken:
                winner, won = taken[place]
                if won.grade == offers[0].grade and offers[0].distance - won.distance <= SKEW:
                    contested |= {key, winner}
    return contested


def add_attempts(matching: Matching) -> None:
    """Give an ask the failed attempts that share the trace of a row it has: a fallback is two rows of one request."""
    by_trace: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(matching.rows):
        if row.trace_hash is not None and row.is_error and place not in matching.owner:
            by_trace[row.trace_hash].append(place)
    if not by_trace:
        return
    for place, ask in list(matching.owner.items()):
        trace = matching.rows[place].trace_hash
        for other in by_trace.get(trace, ()) if trace is not None else ():
            if other not in matching.owner:
                matching.give(ask, (other,), matching.row_quality[place])
