"""Which gateway rows may belong to which reply: the same person or an unnamed one, the same model, a fitting time."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from data.providers import definition_of
from data.words import CallStatus, MatchQuality
from etl.derive.pairing import Pairs
from etl.derive.sums import Tokens
from etl.derive.windows import SKEW, Block, Window
from etl.routes import provider_of_bolt


class GatewayRow(NamedTuple):
    """One gateway row as it is stored now; person and project as the gateway named them."""

    key: int
    started_at: int
    latency_ms: int | None
    person: str | None
    project: str | None
    key_hash: str | None
    requested_model: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    status: str
    trace_hash: int | None
    task_key: int | None
    message_key: int | None
    task_class: str | None
    match_quality: str
    stored_person: str | None
    stored_project: str | None

    @property
    def is_error(self) -> bool:
        """Whether the attempt failed."""
        return self.status == CallStatus.ERROR

    @property
    def ended_at(self) -> int:
        """When it ended; when it began where that is not known."""
        return self.started_at + (self.latency_ms or 0) * 1000

    @property
    def tokens(self) -> Tokens | None:
        """Tokens sent and received; null when not known or none."""
        if self.input_tokens is None or self.output_tokens is None or not (self.input_tokens or self.output_tokens):
            return None
        return self.input_tokens, self.output_tokens


@dataclass(slots=True, eq=False)
class Ask:
    """What is known of the calls that one reply (or unanswered request) must have made."""

    window: Window
    first: int
    last: int
    """Calls began between these two, both included; clocks may be apart by SKEW on top."""
    is_gateway: bool
    """Whether the provider that was asked is a gateway."""
    tokens: Tokens | None
    """Sum over the requests of the reply; null when any of them is missing."""
    main_tokens: Tokens | None
    """Tokens of the last main call, as the event log has them."""
    status: str | None
    rows: list[int] = field(default_factory=list[int])
    """Places of the rows that may belong to it, in order of time."""

    @property
    def expected_rows(self) -> int | None:
        """How many answered rows the reply stands for: two for each summary, one for each step; null when unknown."""
        if not self.window.has_reply:
            return None
        return 2 * self.window.features.summary_count + max(1, self.window.features.step_count)

    @property
    def is_error(self) -> bool:
        """Whether the chat or the log says that the request failed."""
        return self.status == CallStatus.ERROR

    @property
    def order(self) -> tuple[int, int]:
        """Order in time; ties by key."""
        return self.window.asked_at, self.window.message_key


@dataclass(slots=True)
class Matching:
    """Rows and asks of one block, and which was matched to which so far."""

    rows: Sequence[GatewayRow]
    asks: list[Ask]
    owner: dict[int, Ask] = field(default_factory=dict[int, Ask])
    """Place of a row to the ask it belongs to."""
    row_quality: dict[int, MatchQuality] = field(default_factory=dict[int, MatchQuality])
    ask_quality: dict[int, MatchQuality] = field(default_factory=dict[int, MatchQuality])
    """Message key of an ask to how well it was matched."""
    billed: list[Tokens | None] = field(init=False)
    """Tokens of each row that was answered; null for failures and where they are not known."""

    def __post_init__(self) -> None:
        """Look up once what every ask near a row wants to know."""
        self.billed = [None if row.is_error else row.tokens for row in self.rows]

    def give(self, ask: Ask, places: Iterable[int], quality: MatchQuality) -> None:
        """Give rows to an ask."""
        for place in places:
            self.owner[place] = ask
            self.row_quality[place] = quality

    def is_solved(self, ask: Ask) -> bool:
        """Whether the ask has its rows."""
        return self.ask_quality.get(ask.window.message_key, MatchQuality.NONE) not in (
            MatchQuality.NONE,
            MatchQuality.AMBIGUOUS,
        )

    def rows_of(self, ask: Ask) -> list[int]:
        """Return the places of the rows given to an ask, in order of time."""
        return [place for place in ask.rows if self.owner.get(place) is ask]


def asks_of(block: Block, pairs: Pairs) -> list[Ask]:
    """Return what each window of a block asks for, in order of time."""
    asks: list[Ask] = []
    for window in block.windows:
        usage = window.features.usage
        main = pairs.last_completed.get(window.message_key)
        main_tokens = None
        if main is not None and main.input_tokens is not None and main.output_tokens is not None:
            main_tokens = (main.input_tokens, main.output_tokens)
        is_whole = bool(usage) and all(any(one) for one in usage)
        asks.append(
            Ask(
                window=window,
                first=window.asked_at,
                last=_end_of(window, pairs),
                is_gateway=is_gateway(window.requested_provider),
                tokens=(sum(one[0] for one in usage), sum(one[1] for one in usage)) if is_whole else None,
                main_tokens=main_tokens,
                status=window.calls[0].status if window.calls else None,
            )
        )
    return asks


def find_candidates(asks: Iterable[Ask], rows: Sequence[GatewayRow], chat_people: Set[str]) -> None:
    """Fill in the rows that may belong to each ask; rows are in order of time.

    A row that names somebody else whose chats are known belongs to nobody else. A row of another model is in when an
    attempt of the same logical request asked for the right one: that is how a fallback looks.
    """
    places: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    by_trace: dict[int, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        whose = row.person if row.person in chat_people else None
        asked, served = model_name(row.requested_model), model_name(row.model)
        if asked is not None:
            places[asked, whose].append(place)
        if served is not None and served != asked:
            places[served, whose].append(place)
        if row.trace_hash is not None:
            by_trace[row.trace_hash].append(place)
    siblings = {place: found for found in by_trace.values() if len(found) > 1 for place in found}
    starts = {key: [rows[place].started_at for place in found] for key, found in places.items()}
    for ask in asks:
        name = model_name(ask.window.requested_model)
        if name is None:
            continue
        found: list[int] = []
        first, last = ask.first - SKEW, ask.last + SKEW
        for whose in {None, *ask.window.people}:
            key = (name, whose)
            if key in starts:
                found += places[key][bisect_left(starts[key], first) : bisect_right(starts[key], last)]
        if siblings:
            others = {other for place in found for other in siblings.get(place, ())}.difference(found)
            found += [
                other
                for other in others
                if first <= rows[other].started_at <= last and fits_person(rows[other], ask.window.people, chat_people)
            ]
        found.sort()
        ask.rows = found


def rows_between(starts: Sequence[int], first: int, last: int) -> range:
    """Return the places of rows that began between two instants, both included, of rows in order of time."""
    return range(bisect_left(starts, first), bisect_right(starts, last))


def fits_person(row: GatewayRow, people: Set[str | None], chat_people: Set[str]) -> bool:
    """Whether a row may be of one of the people; a name that no chat knows may be a shared key or an application."""
    return row.person is None or row.person in people or row.person not in chat_people


@lru_cache(maxsize=10_000)
def model_name(model: str | None) -> str | None:
    """Return a model as it is compared: lower case, without provider prefixes."""
    return None if not model else model.rstrip("/").rpartition("/")[2].lower() or None


@lru_cache(maxsize=1000)
def is_gateway(bolt_name: str | None) -> bool:
    """Tell whether a provider of bolt.diy stands for a gateway."""
    found = definition_of(provider_of_bolt(bolt_name))
    return found is not None and found.is_gateway


def _end_of(window: Window, pairs: Pairs) -> int:
    """Return the latest start of a call: before the log entry that ended the reply, the last save, the next request."""
    ends = [window.ends_at]
    for found in (pairs.last_completed, pairs.failed, pairs.aborted):
        entry = found.get(window.message_key)
        if entry is not None:
            ends.append(entry.occurred_at)
    if window.saved_at is not None and window.saved_at > window.started_at:
        ends.append(window.saved_at)
    return min(ends)
