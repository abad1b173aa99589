"""Matching by time alone, for replies without usage: only where no other reply can have made the rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from data.words import MatchQuality
from etl.context import MICROSECONDS
from etl.derive.candidates import Ask, GatewayRow, Matching

# A request without a reply stands for a summary, a context selection and a main call at most.
_ROWS_WITHOUT_REPLY = 3
_PAUSE = 5 * MICROSECONDS
"""Nobody reads a reply and has the next request improved faster than this."""

KeyPeople = dict[str, frozenset[str | None]]
"""Gateway key to the people whose replies it is known to have paid for."""


class _Shares:
    """The rows that are left, parted among the asks that are left; kept up to date as asks are settled."""

    def __init__(self, matching: Matching, asks: Iterable[Ask], key_people: KeyPeople) -> None:
        solved = [ask for ask in matching.asks if ask.is_gateway and matching.is_solved(ask)]
        self._matching = matching
        self._key_people = key_people
        self._claims: dict[int, list[Ask]] = defaultdict(list)
        self._rivals: dict[int, list[Ask]] = {}
        for ask in asks:
            for place in ask.rows:
                if place not in matching.owner and not _is_over(ask, matching.rows[place], solved):
                    self._claims[place].append(ask)
        for place, claims in self._claims.items():
            self._rivals[place] = _likely(matching.rows[place], claims, key_people)

    def own(self, ask: Ask) -> list[int]:
        """Return the rows that nobody else can have made."""
        return [place for place in ask.rows if self._is_own(place, ask)]

    def contested(self, ask: Ask) -> list[int]:
        """Return the rows that others may have made as well."""
        return [place for place in ask.rows if ask in self._rivals.get(place, ()) and not self._is_own(place, ask)]

    def settle(self, ask: Ask) -> list[Ask]:
        """Take an ask, and the rows given to it, out of the game; return the asks whose share changed by that."""
        changed: list[Ask] = []
        for place in ask.rows:
            claims = self._claims.get(place)
            if claims is None:
                continue
            changed += self._rivals[place]
            if ask in claims:
                claims.remove(ask)
            if place in self._matching.owner or not claims:
                del self._claims[place], self._rivals[place]
            else:
                self._rivals[place] = _likely(self._matching.rows[place], claims, self._key_people)
                changed += self._rivals[place]
        return changed

    def _is_own(self, place: int, ask: Ask) -> bool:
        rivals = self._rivals.get(place, ())
        return len(rivals) == 1 and rivals[0] is ask and self._matching.row_quality.get(place) is None


def match_times(matching: Matching) -> None:
    """Give rows that are left to asks without usage, and to solved asks the rows that their tokens leave out.

    Asks whose rows others may have made as well are ambiguous, and so are these rows: counted once, for nobody's task.
    """
    _complete_sums(matching)
    key_people = _people_of_keys(matching)
    _claim_failures(matching, key_people)
    open_asks = [ask for ask in matching.asks if ask.is_gateway and ask.window.message_key not in matching.ask_quality]
    shares = _Shares(matching, open_asks, key_people)
    waiting = open_asks
    while accepted := [ask for ask in waiting if _fits(ask, shares, matching)]:
        for ask in accepted:
            matching.give(ask, _wanted(ask, shares.own(ask), matching), MatchQuality.TIME)
            matching.ask_quality[ask.window.message_key] = MatchQuality.TIME
        changed = {one.order: one for ask in accepted for one in shares.settle(ask)}
        waiting = [changed[order] for order in sorted(changed) if not matching.is_solved(changed[order])]
    for ask in open_asks:
        unclear = [] if matching.is_solved(ask) else [*shares.contested(ask), *shares.own(ask)]
        if any(ask.is_error or not matching.rows[place].is_error for place in unclear):
            matching.ask_quality[ask.window.message_key] = MatchQuality.AMBIGUOUS
            matching.row_quality.update(dict.fromkeys(unclear, MatchQuality.AMBIGUOUS))
    _add_failures(matching, key_people)


def _complete_sums(matching: Matching) -> None:
    """Give main calls to replies whose usage holds only their summaries: a gateway that reports no usage of streams.

    And give the calls before it to replies of which only the main call was found by its tokens.
    """
    for ask in matching.asks:
        quality = matching.ask_quality.get(ask.window.message_key)
        found = [place for place in matching.rows_of(ask) if not matching.rows[place].is_error]
        expected = ask.expected_rows
        if quality not in (MatchQuality.EXACT, MatchQuality.EXACT_MAIN) or not found or expected is None:
            continue
        missing = expected - len(found)
        is_overhead_only = quality is MatchQuality.EXACT and len(found) == 2 * ask.window.features.summary_count
        if missing <= 0 or (quality is MatchQuality.EXACT and not is_overhead_only):
            continue
        rivals = [other for other in matching.asks if other is not ask and not matching.is_solved(other)]
        contested = {place for other in rivals for place in other.rows}
        # Each request of a reply with tool calls has a pair of overhead calls; main calls follow the first pair.
        after, before = (found[1], len(matching.rows)) if is_overhead_only else (-1, found[0])
        spare = [
            place
            for place in ask.rows
            if after < place < before
            and place not in matching.owner
            and place not in contested
            and not matching.rows[place].is_error
            and matching.rows[place].started_at >= ask.first
        ]
        matching.give(ask, spare[:missing] if is_overhead_only else spare[-missing:], MatchQuality.TIME)


def _claim_failures(matching: Matching, key_people: KeyPeople) -> None:
    """Give solved asks the failures between their request and their last answer, before others are matched by time."""
    claims: dict[int, list[Ask]] = defaultdict(list)
    tight: dict[int, list[Ask]] = defaultdict(list)
    for ask in matching.asks:
        if not ask.is_gateway:
            continue
        answers = [place for place in matching.rows_of(ask) if not matching.rows[place].is_error]
        for place in ask.rows:
            row = matching.rows[place]
            if row.is_error and place not in matching.owner:
                claims[place].append(ask)
                if answers and place < answers[-1] and row.started_at >= ask.first:
                    tight[place].append(ask)
    for place, asks in sorted(tight.items()):
        rivals = _likely(matching.rows[place], claims[place], key_people)
        likely = [ask for ask in asks if ask in rivals]
        if len(likely) == 1 and not any(ask.is_error for ask in rivals):
            matching.give(likely[0], (place,), MatchQuality.TIME)


def _is_over(ask: Ask, row: GatewayRow, solved: Iterable[Ask]) -> bool:
    """Whether an ask had ended when a row began, and a solved one of the same person was under way instead."""
    return ask.last < row.started_at and any(
        ask.last <= later.first <= row.started_at <= later.last and later.window.person == ask.window.person
        for later in solved
    )


def _likely(row: GatewayRow, asks: Sequence[Ask], key_people: KeyPeople) -> list[Ask]:
    """Return who of several can have made a row, by the person, the key, the ending and the clock of one browser."""
    rivals = list(asks)
    if row.person is not None:
        rivals = [ask for ask in rivals if row.person in ask.window.people] or rivals
    if row.key_hash is not None and row.key_hash in key_people:
        people = key_people[row.key_hash]
        rivals = [ask for ask in rivals if ask.window.people & people] or rivals
    if row.is_error:
        rivals = [ask for ask in rivals if ask.is_error] or rivals
    else:
        rivals = [ask for ask in rivals if ask.window.has_reply and not ask.is_error] or rivals
    by_person: dict[str | None, list[Ask]] = defaultdict(list)
    for ask in rivals:
        by_person[ask.window.person].append(ask)
    return [ask for found in by_person.values() for ask in _in_turn(row, found)]


def _in_turn(row: GatewayRow, asks: Sequence[Ask]) -> list[Ask]:
    """Return which of one person's asks a row fits: those under way, or else the nearest, as clocks may be apart."""
    if len(asks) == 1:
        return list(asks)
    under_way = [ask for ask in asks if ask.first <= row.started_at <= ask.last]
    if not under_way:
        return [min(asks, key=lambda ask: (_gap(row, ask), ask.order))]
    newest = max(under_way, key=lambda ask: ask.order)
    # One that ended when the next began only touches it.
    return [ask for ask in under_way if ask is newest or ask.last > newest.first]


def _gap(row: GatewayRow, ask: Ask) -> int:
    return max(ask.first - row.started_at, row.started_at - ask.last, 0)


def _fits(ask: Ask, shares: _Shares, matching: Matching) -> bool:
    """Whether an ask may be matched by time: it has no full usage, rows of its own, and lacks no contested one."""
    if ask.tokens is not None:
        return False
    own = shares.own(ask)
    answered = [place for place in own if not matching.rows[place].is_error]
    if not own or (not answered and not ask.is_error):
        return False
    if _has_more(ask, answered, matching):
        return False
    expected = ask.expected_rows
    is_complete = expected is not None and not ask.is_error and len(answered) >= expected
    return is_complete or not shares.contested(ask)


def _has_more(ask: Ask, answered: Sequence[int], matching: Matching) -> bool:
    """Whether more answers than the reply stands for came at its time, so that no one knows which are its own.

    What began before the request, or a while after the reply's calls had ended, is the prompt enhancer or the choice of
    a template.
    """
    if ask.expected_rows is None or ask.is_error:
        return False
    inside = [matching.rows[place] for place in answered if matching.rows[place].started_at >= ask.first]
    taken, more = inside[: ask.expected_rows], inside[ask.expected_rows :]
    return bool(more) and more[0].started_at < max(row.ended_at for row in taken) + _PAUSE


def _wanted(ask: Ask, own: Sequence[int], matching: Matching) -> list[int]:
    """Return which of its own rows an ask takes: as many answers as it stands for, and every failure.

    A failed request takes the answers before its last failure: its summary and its context selection.
    """
    failures = [place for place in own if matching.rows[place].is_error]
    answers = [place for place in own if not matching.rows[place].is_error]
    if ask.is_error and failures:
        answers = [place for place in answers if place < failures[-1]]
    most = ask.expected_rows or _ROWS_WITHOUT_REPLY
    answers.sort(key=lambda place: (_gap(matching.rows[place], ask), place))
    return sorted([*answers[:most], *failures])


def _add_failures(matching: Matching, key_people: KeyPeople) -> None:
    """Give failed attempts that are left to the one solved ask in whose time they lie: the app tries three times."""
    claims: dict[int, list[Ask]] = defaultdict(list)
    for ask in matching.asks:
        for place in ask.rows:
            if ask.is_gateway and place not in matching.owner and matching.rows[place].is_error:
                claims[place].append(ask)
    for place, asks in sorted(claims.items()):
        rivals = _likely(matching.rows[place], asks, key_people)
        if len(rivals) == 1 and matching.is_solved(rivals[0]):
            matching.give(rivals[0], (place,), MatchQuality.TIME)


def _people_of_keys(matching: Matching) -> KeyPeople:
    """Return whose replies each gateway key has paid for in this block, where that is one person: a hint, not proof."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for place, ask in matching.owner.items():
        key = matching.rows[place].key_hash
        if key is not None:
            found[key].add(ask.window.person)
    return {key: frozenset(people) for key, people in found.items() if len(people) == 1}
