"""Prices of one model on two days, held against each other for tokens that are known only as sums of many requests.

A price can depend on the size of a request and on the time of day, which sums do not tell. What such tokens would have
cost is then told for a request of mean size over the hours of a day, with the least and the most that is possible.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from dashboard.analysis.as_of import day_number
from data.epoch import DAY_MICROSECONDS
from data.prices import SCALE, PriceCell, cells_of


class PriceBasis(StrEnum):
    """How it is known what the same usage costs at other prices."""

    UNCHANGED = "unchanged"
    EXACT = "by tokens"
    ESTIMATED = "by mean request"
    """The price depends on the size of a request or the time of day."""
    NOT_THEN = "no price known on that date"
    NO_TOKENS = "tokens not known"
    UNPRICED = "no price known"
    SELF_HOSTED = "own machines"

    @property
    def is_priced(self) -> bool:
        """Whether the usage has a cost at the prices of its days."""
        return self not in (PriceBasis.NO_TOKENS, PriceBasis.UNPRICED, PriceBasis.SELF_HOSTED)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of requests to one model, added up."""

    requests: int
    sent: int
    """Cached ones included."""
    cache_read: int
    cache_write: int
    received: int

    @property
    def all(self) -> int:
        """Tokens sent and received."""
        return self.sent + self.received

    def by_kind(self) -> tuple[int, int, int, int, int]:
        """Return what is billed apart: sent and not cached, read from and written to a cache, received, requests."""
        plain = max(self.sent - self.cache_read - self.cache_write, 0)
        return plain, self.cache_read, self.cache_write, self.received, self.requests


@dataclass(frozen=True, slots=True)
class Relative:
    """What usage costs on one day as a multiple of what it costs on another, with the least and the most possible.

    The bounds are null where the usage was free on the other day.
    """

    basis: PriceBasis
    times: Fraction
    low: Fraction | None
    high: Fraction | None


_SAME = Relative(PriceBasis.UNCHANGED, Fraction(1), Fraction(1), Fraction(1))
_NOT_THEN = Relative(PriceBasis.NOT_THEN, Fraction(1), Fraction(1), Fraction(1))


def cells_on(provider: str | None, model: str | None, day: date) -> tuple[PriceCell, ...]:
    """Return the prices of a model that held when a day (UTC) began: one, or several by size and time of day."""
    instant = day_number(day) * DAY_MICROSECONDS
    return tuple(cell for cell in cells_of(provider, model) if cell.from_instant <= instant < cell.until_instant)


def cells_by_day(provider: str | None, model: str | None) -> Callable[[int], tuple[PriceCell, ...]]:
    """Return what gives, for the number of a day, what ``cells_on`` does: the same object while no price changes."""
    cells = cells_of(provider, model)
    changes = sorted({instant for cell in cells for instant in (cell.from_instant, cell.until_instant)})
    known: dict[int, tuple[PriceCell, ...]] = {}

    def on_day(day: int) -> tuple[PriceCell, ...]:
        instant = day * DAY_MICROSECONDS
        place = bisect_right(changes, instant)
        if place not in known:
            known[place] = tuple(cell for cell in cells if cell.from_instant <= instant < cell.until_instant)
        return known[place]

    return on_day


def prices_of(cell: PriceCell) -> tuple[int, int, int, int, int]:
    """Return the prices of what is billed apart, in the order of Tokens.by_kind, times SCALE."""
    return cell.input_price, cell.cache_read_price, cell.cache_write_price, cell.output_price, cell.request_fee


def list_cost(cell: PriceCell, tokens: Tokens) -> Fraction:
    """Return what tokens cost at the prices of one cell, in millionths of a US dollar."""
    return Fraction(sum(n * price for n, price in zip(tokens.by_kind(), prices_of(cell), strict=True)), SCALE)


def relative_of_any(on_day: Sequence[PriceCell], at_date: Sequence[PriceCell]) -> Relative | None:
    """Return what any tokens cost as a multiple of their cost on their day; null where it depends on the tokens."""
    if not at_date:
        return _NOT_THEN
    if all(prices_of(then) == prices_of(other) for then, other, _ in _pairs(on_day, at_date)):
        return _SAME
    return None


def relative(on_day: Sequence[PriceCell], at_date: Sequence[PriceCell], tokens: Tokens) -> Relative:
    """Return what tokens of a day cost at the prices of another date, as a multiple of their cost on their day."""
    told = relative_of_any(on_day, at_date)
    if told is not None:
        return told
    pairs = list(_pairs(on_day, at_date))
    # No request is larger than all of them together.
    possible = [pair for pair in pairs if max(pair[0].from_input, pair[1].from_input) <= tokens.sent]
    mean = tokens.sent // max(tokens.requests, 1)
    typical = [pair for pair in possible if all(_holds_for(cell, mean) for cell in pair[:2])]
    cost = sum((list_cost(then, tokens) * hours for then, _, hours in typical), Fraction(0))
    if not cost:
        return Relative(PriceBasis.ESTIMATED, Fraction(1), None, None)
    times = sum((list_cost(other, tokens) * hours for _, other, hours in typical), Fraction(0)) / cost
    if len({(prices_of(then), prices_of(other)) for then, other, _ in possible}) == 1:
        return Relative(PriceBasis.EXACT, times, times, times)
    low, high = _bounds(possible, tokens)
    return Relative(PriceBasis.ESTIMATED, times, low, high)


def _bounds(
    possible: Sequence[tuple[PriceCell, PriceCell, int]], tokens: Tokens
) -> tuple[Fraction | None, Fraction | None]:
    """Return the least and the greatest change; however the requests were spread over the cells, it lies between."""
    kinds = [(kind, n) for kind, n in enumerate(tokens.by_kind()) if n]
    prices = [(prices_of(then), prices_of(other)) for then, other, _ in possible]
    if len({then for then, _ in prices}) == 1:
        # One price on the day: each kind of tokens costs between its cheapest and its dearest price at the date.
        paid = sum(n * prices[0][0][kind] for kind, n in kinds)
        least, most = (sum(n * end(other[kind] for _, other in prices) for kind, n in kinds) for end in (min, max))
        return Fraction(least, paid), Fraction(most, paid)
    pairs = [(then[kind], other[kind]) for then, other in prices for kind, _ in kinds if then[kind] or other[kind]]
    if any(not then for then, _ in pairs):
        return None, None
    changes = [Fraction(other, then) for then, other in pairs]
    return min(changes), max(changes)


def _pairs(on_day: Sequence[PriceCell], at_date: Sequence[PriceCell]) -> Iterator[tuple[PriceCell, PriceCell, int]]:
    """Yield each two cells that can hold for the same request, with the time of the day for which both do."""
    for then in on_day:
        for other in at_date:
            shared = min(then.until_time, other.until_time) - max(then.from_time, other.from_time)
            is_alike = then.from_input < other.until_input and other.from_input < then.until_input
            if shared > 0 and is_alike:
                yield then, other, shared


def _holds_for(cell: PriceCell, request: int) -> bool:
    return cell.from_input <= request < cell.until_input
