"""Matching of calls that only an event log shows with the gateway rows that are left."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from data.words import EventKind, MatchQuality
from etl.derive.candidates import GatewayRow, Matching, fits_person, is_gateway, model_name
from etl.derive.pairing import Pairs, log_call_key
from etl.derive.windows import LONGEST_REQUEST, SKEW, LogEntry

# Three tries with growing pauses lie between the first failure at the gateway and the entry in the log.
_TRIES = 60_000_000


@dataclass
class LogMatches:
    """Which log calls a gateway row describes as well."""

    quality: dict[int, MatchQuality] = field(default_factory=dict[int, MatchQuality])
    """Key of the log call to how well it was matched."""
    entry_of: dict[int, LogEntry] = field(default_factory=dict[int, LogEntry])
    """Place of a row to the entry that names its person."""


def match_log_calls(matching: Matching, pairs: Pairs, chat_people: Set[str]) -> LogMatches:
    """Match entries that no chat explains with rows that no chat took, in order of time."""
    matches = LogMatches()
    for entry, window in sorted(pairs.unexplained, key=lambda one: (one[0].occurred_at, one[0].key)):
        call_key = log_call_key(entry)
        if window is not None and window.message_key in matching.ask_quality:
            matches.quality[call_key] = matching.ask_quality[window.message_key]
            continue
        places, quality = _rows_of(entry, matching, matches, chat_people)
        if not places:
            continue
        matches.quality[call_key] = quality
        if quality is not MatchQuality.AMBIGUOUS:
            matches.entry_of.update(dict.fromkeys(places, entry))
        matching.row_quality.update(dict.fromkeys(places, quality))
    return matches


def _rows_of(
    entry: LogEntry, matching: Matching, matches: LogMatches, chat_people: Set[str]
) -> tuple[list[int], MatchQuality]:
    name = model_name(entry.model)
    free = [
        place
        for place in _near(matching.rows, entry)
        if place not in matching.owner
        and place not in matches.entry_of
        and matching.row_quality.get(place) is None
        and (
            name is None
            or name in (model_name(matching.rows[place].requested_model), model_name(matching.rows[place].model))
        )
    ]
    rows = matching.rows
    own = [place for place in free if fits_person(rows[place], {entry.person}, chat_people)]
    if (
        entry.kind == EventKind.RESPONSE_COMPLETED
        and entry.input_tokens is not None
        and entry.output_tokens is not None
    ):
        # A log without a person may be anybody's: equal tokens at that time say whose.
        anyone = own if entry.person is not None else free
        equal = [place for place in anyone if rows[place].tokens == (entry.input_tokens, entry.output_tokens)]
        nearest = sorted(equal, key=lambda p: (p not in own, abs(rows[p].ended_at - entry.occurred_at), p))
        return nearest[:1], MatchQuality.EXACT_MAIN
    if not is_gateway(entry.provider):
        return [], MatchQuality.NONE
    if entry.kind == EventKind.REQUEST_FAILED:
        since = entry.occurred_at - _TRIES
        return [p for p in own if rows[p].is_error and rows[p].ended_at >= since], MatchQuality.TIME
    under_way = [place for place in own if _spans(rows[place], entry)]
    return under_way, MatchQuality.TIME if len(under_way) == 1 else MatchQuality.AMBIGUOUS


def _near(rows: Sequence[GatewayRow], entry: LogEntry) -> list[int]:
    first = bisect_left(rows, entry.occurred_at - LONGEST_REQUEST, key=lambda row: row.started_at)
    last = bisect_right(rows, entry.occurred_at + SKEW, key=lambda row: row.started_at)
    return list(range(first, last))


def _spans(row: GatewayRow, entry: LogEntry) -> bool:
    """Whether an answered row ended with a finished reply, or was under way when the person stopped it."""
    if row.is_error:
        return False
    if entry.kind == EventKind.RESPONSE_COMPLETED:
        return abs(row.ended_at - entry.occurred_at) <= SKEW
    return row.started_at <= entry.occurred_at + SKEW and row.ended_at >= entry.occurred_at - SKEW
