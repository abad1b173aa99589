"""What providers' caches saved: cached tokens at the full price of sent tokens, less what they cost."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

import polars as pl

from dashboard.analysis.filters import Filter, route_name
from dashboard.analysis.intervals import ratio
from dashboard.analysis.price_days import PriceBasis, cells_by_day
from dashboard.analysis.remembered import remembered
from dashboard.analysis.route_days import route_days
from dashboard.analysis.spend_amounts import MICRO_USD
from data.frames import Schema, frame_of
from data.prices import SCALE, PriceCell
from data.providers import is_self_hosted

_ZERO = Fraction(0)
_BASES = (PriceBasis.ESTIMATED, PriceBasis.EXACT, PriceBasis.SELF_HOSTED, PriceBasis.UNPRICED)
"""What is said of a route with days of several kinds: the first of these."""


@dataclass(frozen=True, slots=True)
class Savings:
    """What the caches of one route saved, in millionths of a US dollar; savings of days add up."""

    calls: int = 0
    """Calls whose tokens are known."""
    sent: int = 0
    cache_read: int = 0
    cache_write: int = 0
    full: Fraction = _ZERO
    """Cached tokens, read and written, at the price of tokens that are not cached."""
    paid: Fraction = _ZERO
    """The same tokens at the prices of the cache."""
    low: Fraction = _ZERO
    """The least that was saved, whatever the size of the requests and the time of day."""
    high: Fraction = _ZERO
    unpriced: int = 0
    """Of the cached tokens: those of days on which no price is known; they have no part in the amounts."""

    @property
    def cached(self) -> int:
        """Cached tokens, read and written."""
        return self.cache_read + self.cache_write

    @property
    def saved(self) -> Fraction:
        """What they saved; negative where writing to a cache cost more than reading from it saved."""
        return self.full - self.paid

    def __add__(self, other: "Savings") -> "Savings":
        return Savings(
            self.calls + other.calls,
            self.sent + other.sent,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
            self.full + other.full,
            self.paid + other.paid,
            self.low + other.low,
            self.high + other.high,
            self.unpriced + other.unpriced,
        )


@dataclass(frozen=True, slots=True)
class RouteSavings:
    """One route that used a cache; its savings have no amount where no price is known on any day of cached tokens."""

    route: str
    savings: Savings
    basis: PriceBasis


def cache_savings(connection: sqlite3.Connection, chosen: Filter) -> tuple[RouteSavings, ...]:
    """Return the routes of the filter's period of which a cached token was reported, most saved first."""
    found: dict[str, Savings] = {}
    bases: dict[str, set[PriceBasis]] = defaultdict(set)
    for (provider, model), days in groupby(
        route_days(connection, chosen, chosen.period), lambda one: (one.provider, one.model)
    ):
        name = route_name(provider, model)
        # Days on which the same prices hold for the same sizes are added up before anything is priced.
        alike: dict[_Alike, list[int]] = {}
        on_day = cells_by_day(provider, model)
        told: tuple[PriceCell, ...] | None = None
        for one in days:
            cells = on_day(one.day)
            possible = tuple(cell for cell in cells if cell.from_input <= one.sent)
            mean = one.sent // max(one.known_calls, 1)
            typical = tuple(cell for cell in possible if cell.from_input <= mean < cell.until_input)
            sums = alike.setdefault((possible, typical), [0] * 4)
            sums[0] += one.known_calls
            sums[1] += one.sent
            sums[2] += one.cache_read
            sums[3] += one.cache_write
            if (one.cache_read or one.cache_write) and cells is not told:
                told = cells
                bases[name].add(_basis(provider, cells))
        for (possible, typical), sums in alike.items():
            found[name] = found.get(name, Savings()) + _savings(
                Savings(sums[0], sums[1], sums[2], sums[3]), possible, typical
            )
    used = [RouteSavings(name, found[name], min(known, key=_BASES.index)) for name, known in bases.items()]
    return tuple(sorted(used, key=lambda one: (-one.savings.saved, -one.savings.cache_read, one.route)))


_Alike = tuple[tuple[PriceCell, ...], tuple[PriceCell, ...]]
"""Prices that some request of a day may have had, and those that one of mean size had."""


def total_savings(routes: tuple[RouteSavings, ...]) -> Savings:
    """Return the sum over the routes that have a price."""
    return sum((route.savings for route in routes if route.basis.is_priced), Savings())


@remembered()
def savings_frame(routes: tuple[RouteSavings, ...]) -> pl.DataFrame:
    """Return one row per route that used a cache: cached tokens, their share, and what they cost and saved."""
    rows = [
        (
            one.route,
            one.savings.calls,
            one.savings.sent,
            one.savings.cache_read,
            one.savings.cache_write,
            ratio(one.savings.cache_read, one.savings.sent),
            *(_amounts(one.savings) if one.basis.is_priced else (None,) * 5),
            ratio(one.savings.unpriced, one.savings.cached),
            one.basis.value,
        )
        for one in routes
    ]
    money = ("full_price_usd", "cached_usd", "saved_usd", "saved_low_usd", "saved_high_usd")
    schema: Schema = {
        "route": pl.String(),
        **dict.fromkeys(("n_count", "input_tokens", "cache_read_tokens", "cache_write_tokens"), pl.Int64()),
        "cache_read_rate": pl.Float64(),
        **dict.fromkeys(money, pl.Float64()),
        "unpriced_cached_rate": pl.Float64(),
        "price_basis": pl.String(),
    }
    return frame_of(rows, schema)


def _basis(provider: str | None, cells: tuple[PriceCell, ...]) -> PriceBasis:
    if not cells:
        return PriceBasis.SELF_HOSTED if is_self_hosted(provider) else PriceBasis.UNPRICED
    return PriceBasis.EXACT if len({_cache_prices(cell) for cell in cells}) == 1 else PriceBasis.ESTIMATED


def _savings(counts: Savings, possible: Sequence[PriceCell], typical: Sequence[PriceCell]) -> Savings:
    """Add the amounts to counts of days on which the same prices held."""
    hours = sum(cell.until_time - cell.from_time for cell in typical)
    if not hours:
        return counts + Savings(unpriced=counts.cached)
    if not counts.cached:
        return counts
    # Over the hours of a day alike: sums do not tell when the calls were made.
    shares = [(cell, Fraction(cell.until_time - cell.from_time, hours)) for cell in typical]
    full = sum((share * counts.cached * cell.input_price for cell, share in shares), _ZERO) / SCALE
    paid = sum((share * _paid(cell, counts) for cell, share in shares), _ZERO) / SCALE
    read = [counts.cache_read * (cell.input_price - cell.cache_read_price) for cell in possible]
    written = [counts.cache_write * (cell.input_price - cell.cache_write_price) for cell in possible]
    low, high = (Fraction(end(read) + end(written), SCALE) for end in (min, max))
    return counts + Savings(full=full, paid=paid, low=low, high=high)


def _paid(cell: PriceCell, counts: Savings) -> int:
    return counts.cache_read * cell.cache_read_price + counts.cache_write * cell.cache_write_price


def _cache_prices(cell: PriceCell) -> tuple[int, int, int]:
    return cell.input_price, cell.cache_read_price, cell.cache_write_price


def _amounts(savings: Savings) -> tuple[float, ...]:
    exact = (savings.full, savings.paid, savings.saved, savings.low, savings.high)
    return tuple(float(amount / MICRO_USD) for amount in exact)
