"""Spend at another date's prices, and why spend differs from that of the compared period.

What usage costs at the prices of its day was computed request by request when it was loaded; it is carried to the
prices of another date in proportion (price_days). Where no price changed, that is exact.

The difference to the compared period is split, route by route, into parts that add up to it exactly:

- prices: cost at the prices of the days less cost at the prices of one date, now less before
- volume: all tokens grew or shrank alike, at the prices of that date
- mix of routes: tokens moved to dearer or cheaper routes
- mix of tokens: the same number of tokens, more or fewer of them received, cached, or in large requests
- billing: what known spend and cost by list prices differ by, such as discounts, failed requests, no known price
- known once: known spend of routes of which no call of the other period has a known cost: nobody knows what moved it

Where the two periods cannot be held against each other at all (compared_spend), nothing is split.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import groupby

from dashboard.analysis.compared_spend import why_not_compared
from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.price_days import (
    PriceBasis,
    Relative,
    Tokens,
    cells_by_day,
    cells_on,
    relative,
    relative_of_any,
)
from dashboard.analysis.route_days import route_days
from dashboard.analysis.spend_amounts import Amount, first_call_date, total_amount
from data.prices import PriceCell
from data.providers import is_self_hosted

_NOTHING = Fraction(0)
# The surest first: a route is known as well as the least sure of its days.
_SURENESS = tuple(PriceBasis)


@dataclass(frozen=True, slots=True)
class Cost:
    """Usage of one route in one period, in millionths of a US dollar."""

    calls: int = 0
    known_calls: int = 0
    """Calls whose tokens are known."""
    tokens: int = 0
    spent: int = 0
    """Known spend."""
    listed: int = 0
    """Computed cost: tokens times the prices of their days."""
    at_date: Fraction = _NOTHING
    """The same tokens at the prices of the date."""
    low: Fraction | None = _NOTHING
    high: Fraction | None = _NOTHING
    unpriced: int = 0
    """Calls of unknown cost."""

    @property
    def is_unknown(self) -> bool:
        """Whether there are calls and nobody knows what any of them cost, which is not the same as nothing."""
        return 0 < self.calls == self.unpriced

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.calls + other.calls,
            self.known_calls + other.known_calls,
            self.tokens + other.tokens,
            self.spent + other.spent,
            self.listed + other.listed,
            self.at_date + other.at_date,
            None if self.low is None or other.low is None else self.low + other.low,
            None if self.high is None or other.high is None else self.high + other.high,
            self.unpriced + other.unpriced,
        )


@dataclass(frozen=True, slots=True)
class Effects:
    """Parts of a difference in known spend, in millionths of a US dollar; they add up to it exactly."""

    prices: Fraction = _NOTHING
    volume: Fraction = _NOTHING
    route_mix: Fraction = _NOTHING
    token_mix: Fraction = _NOTHING
    billing: Fraction = _NOTHING
    known_once: Fraction = _NOTHING

    @property
    def total(self) -> Fraction:
        """The difference in known spend."""
        return self.prices + self.volume + self.route_mix + self.token_mix + self.billing + self.known_once

    def __add__(self, other: "Effects") -> "Effects":
        return Effects(
            self.prices + other.prices,
            self.volume + other.volume,
            self.route_mix + other.route_mix,
            self.token_mix + other.token_mix,
            self.billing + other.billing,
            self.known_once + other.known_once,
        )


@dataclass(frozen=True, slots=True)
class RoutePrices:
    """One route: its cost in the period and in the compared one, and what their difference is made of."""

    route: str
    basis: PriceBasis
    now: Cost
    before: Cost
    effects: Effects | None
    """Null where nothing is compared."""

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows what the route cost in one of the periods."""
        return self.now.is_unknown or self.before.is_unknown


@dataclass(frozen=True, slots=True)
class PriceEffect:
    """All routes at the prices of one date, most spend first."""

    prices_of: date
    compared: Period | None
    routes: tuple[RoutePrices, ...]
    refused: str | None
    """Why the two periods are not held against each other; null where they are, or where nothing is compared."""

    @property
    def now(self) -> Cost:
        """The routes that have prices, together; what has none is apart."""
        return _sum(route.now for route in self.routes if route.basis.is_priced)

    @property
    def effects(self) -> Effects | None:
        """The parts over all routes; null where nothing is compared, or cannot be."""
        if self.compared is None or self.refused is not None:
            return None
        return sum((route.effects for route in self.routes if route.effects is not None), Effects())


def default_date(chosen: Filter) -> date:
    """Return the date whose prices are taken unless another one is chosen: when the compared period begins."""
    return (chosen.compared or chosen.period).first


def price_effect(connection: sqlite3.Connection, chosen: Filter, prices_of: date | None = None) -> PriceEffect:
    """Return the usage of the filter at the prices of a date, by route."""
    when = prices_of or default_date(chosen)
    now = _usage(connection, chosen, chosen.period, when)
    before = {} if chosen.compared is None else _usage(connection, chosen, chosen.compared, when)
    pairs = {name: (now.get(name, _NO_USAGE), before.get(name, _NO_USAGE)) for name in {*now, *before}}
    routes = [
        RoutePrices(name, _least_sure(*pair), pair[0].cost, pair[1].cost, None)
        for name, pair in sorted(pairs.items(), key=lambda each: (*(-one.cost.spent for one in each[1]), each[0]))
    ]
    if chosen.compared is None:
        return PriceEffect(when, None, tuple(routes), None)
    refused = _refused(connection, chosen, chosen.compared, routes)
    if refused is not None:
        return PriceEffect(when, chosen.compared, tuple(routes), refused)
    priced = [route for route in routes if route.basis.is_priced and not route.is_unknown]
    growth = _growth(sum(route.now.tokens for route in priced), sum(route.before.tokens for route in priced))
    with_effects = [
        replace(route, effects=effects_of(route.now, route.before, route.basis, growth)) for route in routes
    ]
    return PriceEffect(when, chosen.compared, tuple(with_effects), None)


def _refused(
    connection: sqlite3.Connection, chosen: Filter, compared: Period, routes: Sequence[RoutePrices]
) -> str | None:
    now, before = (
        total_amount(Amount(cost.calls, cost.unpriced, cost.spent) for cost in costs)
        for costs in ([route.now for route in routes], [route.before for route in routes])
    )
    return why_not_compared(now, before, compared, first_call_date(connection, chosen))


def effects_of(now: Cost, before: Cost, basis: PriceBasis, growth: Fraction | None) -> Effects:
    """Return what the difference between two costs of a route is made of; growth is that of all tokens of all routes.

    Without a growth (no token before) all is the mix of routes: there is no volume to scale.
    """
    if now.is_unknown or before.is_unknown:
        return Effects(known_once=Fraction(now.spent - before.spent))
    billing = Fraction((now.spent - now.listed) - (before.spent - before.listed))
    if not basis.is_priced:
        # Nothing of it follows from tokens and prices.
        return Effects(billing=Fraction(now.spent - before.spent))
    prices = (now.listed - now.at_date) - (before.listed - before.at_date)
    grown = Fraction(1) if growth is None else growth
    volume = before.at_date * (grown - 1)
    if before.tokens:
        per_token, moved = before.at_date / before.tokens, now.tokens - before.tokens * grown
        route_mix = moved * per_token
    else:
        route_mix = now.at_date - before.at_date
    token_mix = now.at_date - before.at_date - volume - route_mix
    return Effects(prices, volume, route_mix, token_mix, billing)


@dataclass
class _Usage:
    cost: Cost = field(default_factory=Cost)
    bases: set[PriceBasis] = field(default_factory=set[PriceBasis])


_NO_USAGE = _Usage()


def _usage(connection: sqlite3.Connection, chosen: Filter, period: Period, when: date) -> dict[str, _Usage]:
    found: dict[str, _Usage] = {}
    for (provider, model), days in groupby(
        route_days(connection, chosen, period), lambda one: (one.provider, one.model)
    ):
        usage = found.setdefault(route_name(provider, model), _Usage())
        at_date = cells_on(provider, model, when)
        on_day = cells_by_day(provider, model)
        # By identity, of prices and of what is told of them: both are the same objects day after day.
        told: dict[int, Relative | PriceBasis | None] = {}
        # Days whose cost changes alike, whatever their tokens, are added up before anything is multiplied.
        alike: dict[int, tuple[Relative | PriceBasis, list[int]]] = {}
        for one in days:
            cells = on_day(one.day)
            if id(cells) not in told:
                told[id(cells)] = _of_any(provider, cells, at_date)
            here = told[id(cells)]
            if cells and not one.listed and not one.known_calls:
                here = PriceBasis.NO_TOKENS
            if here is None:
                tokens = Tokens(one.known_calls, one.sent, one.cache_read, one.cache_write, one.received)
                here = relative(cells, at_date, tokens)
            _, sums = alike.setdefault(id(here), (here, [0] * 6))
            sums[0] += one.calls
            sums[1] += one.known_calls
            sums[2] += one.sent + one.received
            sums[3] += one.micro_usd
            sums[4] += one.listed
            sums[5] += one.unpriced
        for here, sums in alike.values():
            usage.bases.add(here if isinstance(here, PriceBasis) else here.basis)
            usage.cost += _cost(sums, None if isinstance(here, PriceBasis) else here)
    return found


def _of_any(
    provider: str | None, on_day: tuple[PriceCell, ...], at_date: tuple[PriceCell, ...]
) -> Relative | PriceBasis | None:
    """Return what is told of any tokens of a day; null where it depends on the tokens."""
    if not on_day:
        return PriceBasis.SELF_HOSTED if is_self_hosted(provider) else PriceBasis.UNPRICED
    return relative_of_any(on_day, at_date)


def _cost(sums: Sequence[int], told: Relative | None) -> Cost:
    calls, known_calls, tokens, spent, listed, unpriced = sums
    if told is None:
        return Cost(calls, known_calls, 0, spent, 0, unpriced=unpriced)
    low = None if told.low is None else listed * told.low
    high = None if told.high is None else listed * told.high
    return Cost(calls, known_calls, tokens, spent, listed, listed * told.times, low, high, unpriced)


def _least_sure(now: _Usage, before: _Usage) -> PriceBasis:
    """Return how a route is known: days without tokens or without a price do not take the others' away."""
    bases = now.bases | before.bases
    priced = {basis for basis in bases if basis.is_priced}
    return max(priced or bases, key=_SURENESS.index)


def _growth(tokens: int, before: int) -> Fraction | None:
    return Fraction(tokens, before) if before else None


def _sum(costs: Iterable[Cost]) -> Cost:
    return sum(costs, Cost())
