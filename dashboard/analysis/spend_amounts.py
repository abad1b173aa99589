"""What calls cost, where some of them have no known cost: known spend, and a range for the rest.

An unpriced call is taken to cost as much as the other calls of its route. Where its route has no price, as much as on
the cheapest and on the dearest route of the period: per token where its tokens are known, else per call. One that did
not succeed may also have cost nothing.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dashboard.analysis.as_of import day_from_number
from dashboard.analysis.filters import Filter, Period, route_name
from dashboard.analysis.rollup_choice import condition_of
from dashboard.analysis.route_days import route_days
from dashboard.analysis.self_hosted import self_hosted_providers
from dashboard.analysis.shared import shared
from data.words import CallStatus

MICRO_USD = 1_000_000
FEWEST_PRICED_CALLS = 20
"""A route with fewer priced calls says too little about what a call may cost."""
AMOUNT = "call_count", "unpriced_count", "cost_micro_usd"
"""Columns of call_daily that make up an Amount, in the order of its first fields."""
_HAS_USAGE = "usage_known_count = call_count"
_OK = f"status = '{CallStatus.SUCCESS}'"
# Where priced and unpriced calls share a row, the tokens of the unpriced ones cannot be told apart.
_TOKENS = "iif(unpriced_count = call_count, input_tokens + output_tokens, 0)"
_WITH = "iif(unpriced_count = call_count, usage_known_count, 0)"
_WITHOUT = "iif(unpriced_count = call_count, call_count - usage_known_count, unpriced_count)"
_UNPRICED = ", ".join(
    [f"sum({each})" for each in (_TOKENS, _WITH, _WITHOUT)]
    + [f"sum(iif({_OK}, {each}, 0))" for each in (_TOKENS, _WITH, _WITHOUT)]
)
"""Columns of call_daily that make up Unpriced, in the order of its fields."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Counted calls and their spend; amounts add up."""

    calls: int = 0
    unpriced: int = 0
    micro_usd: int = 0
    """Known spend, in millionths of a US dollar."""
    low_micro_usd: float = 0.0
    """The least that the unpriced calls may have cost on top."""
    high_micro_usd: float = 0.0

    @property
    def known_usd(self) -> float | None:
        """Known spend; null when no call has a known cost."""
        return None if self.unpriced == self.calls else self.micro_usd / MICRO_USD

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.calls + other.calls,
            self.unpriced + other.unpriced,
            self.micro_usd + other.micro_usd,
            self.low_micro_usd + other.low_micro_usd,
            self.high_micro_usd + other.high_micro_usd,
        )


NO_CALLS = Amount()


def total_amount(amounts: Iterable[Amount]) -> Amount:
    """Return the sum of amounts."""
    calls = unpriced = micro_usd = 0
    low = high = 0.0
    for amount in amounts:
        calls += amount.calls
        unpriced += amount.unpriced
        micro_usd += amount.micro_usd
        low += amount.low_micro_usd
        high += amount.high_micro_usd
    return Amount(calls, unpriced, micro_usd, low, high)


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Calls of one route whose cost is unknown."""

    tokens: int
    with_tokens: int
    """Calls whose tokens these are."""
    without_tokens: int
    """Calls whose tokens are not known."""
    ok_tokens: int
    """Of the tokens: of calls that succeeded, so that they surely cost what their price is."""
    ok_with_tokens: int
    ok_without_tokens: int

    def __add__(self, other: "Unpriced") -> "Unpriced":
        return Unpriced(
            self.tokens + other.tokens,
            self.with_tokens + other.with_tokens,
            self.without_tokens + other.without_tokens,
            self.ok_tokens + other.ok_tokens,
            self.ok_with_tokens + other.ok_with_tokens,
            self.ok_without_tokens + other.ok_without_tokens,
        )


NOTHING_UNPRICED = Unpriced(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class UnitCosts:
    """What a token and a call cost on the routes of a period, in millionths of a US dollar."""

    by_route: Mapping[str, tuple[float | None, float]]
    """Mean cost of a token (null where none is known) and of a call on each route with enough; never empty."""

    @property
    def cheapest(self) -> str:
        """The route with the cheapest calls."""
        return min(self.by_route, key=lambda route: (self.by_route[route][1], route))

    @property
    def dearest(self) -> str:
        """The route with the dearest calls."""
        return max(self.by_route, key=lambda route: (self.by_route[route][1], route))

    def bounds(self, route: str, unpriced: Unpriced) -> tuple[float, float]:
        """Return the least and the most that unpriced calls of a route may have cost, in millionths of a US dollar."""
        own = self.by_route.get(route)
        low_token, high_token, low_call, high_call = self._of_any if own is None else (own[0], own[0], own[1], own[1])
        if low_token is None or high_token is None:
            low, high = unpriced.ok_with_tokens * low_call, unpriced.with_tokens * high_call
        else:
            low, high = unpriced.ok_tokens * low_token, unpriced.tokens * high_token
        return low + unpriced.ok_without_tokens * low_call, high + unpriced.without_tokens * high_call

    @cached_property
    def _of_any(self) -> tuple[float | None, float | None, float, float]:
        """Least and most of a token (null where none is known) and of a call, on all routes."""
        tokens = [token for token, _ in self.by_route.values() if token is not None]
        calls = [call for _, call in self.by_route.values()]
        return min(tokens, default=None), max(tokens, default=None), min(calls), max(calls)


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the most that unpriced calls may have cost, in USD; null when nothing says."""

    low_usd: float | None
    high_usd: float | None


def unpriced_range(amount: Amount, costs: UnitCosts | None) -> Range:
    """Return what the unpriced calls of an amount may have cost; 0 when all are priced."""
    if amount.unpriced and costs is None:
        return Range(None, None)
    return Range(amount.low_micro_usd / MICRO_USD, amount.high_micro_usd / MICRO_USD)


@shared
def unit_costs(connection: sqlite3.Connection, period: Period) -> UnitCosts | None:
    """Return what tokens and calls cost on the routes of a period; null when no route has enough priced calls.

    Over all projects and classes, so that the same call is worth the same under every filter. Own machines have no
    price per token and failed calls no typical cost, so neither counts.
    """
    condition, parameters = condition_of(Filter(period), period, "route_daily")
    hosted = self_hosted_providers()
    found: dict[str, tuple[float | None, float]] = {}
    for provider, model, calls, cost, tokens, token_cost in connection.execute(
        f"WITH of_routes AS (SELECT *, unpriced_count = 0 AND {_HAS_USAGE} AS is_alike FROM route_daily "  # noqa: S608
        f"WHERE {condition} AND {_OK}), "
        # What holds for all calls of a route's row holds for each row that it is the sum of; others are looked at.
        "parts AS (SELECT provider, model, call_count, cost_micro_usd, usage_known_count, input_tokens, output_tokens "
        "FROM of_routes WHERE is_alike UNION ALL "
        "SELECT call.provider, call.model, call.call_count, call.cost_micro_usd, call.usage_known_count, "
        "call.input_tokens, call.output_tokens FROM of_routes AS whole CROSS JOIN call_daily AS call "
        "ON call.provider IS whole.provider AND call.model IS whole.model AND call.date = whole.date "
        "AND call.source = whole.source AND call.status = whole.status AND call.error_kind IS whole.error_kind "
        "WHERE NOT whole.is_alike AND call.unpriced_count = 0) "
        "SELECT provider, model, sum(call_count), sum(cost_micro_usd), "
        f"sum(iif({_HAS_USAGE}, input_tokens + output_tokens, 0)), sum(iif({_HAS_USAGE}, cost_micro_usd, 0)) "
        "FROM parts GROUP BY provider, model",
        parameters,
    ):
        if calls >= FEWEST_PRICED_CALLS and cost > 0 and provider not in hosted:
            found[route_name(provider, model)] = token_cost / tokens if tokens else None, cost / calls
    return UnitCosts(found) if found else None


UnpricedDays = tuple[tuple[str | None, str | None, str | None, int, Unpriced], ...]
"""Provider, model, name of a group, and day, each with its calls of unknown cost."""


def unpriced_days(connection: sqlite3.Connection, chosen: Filter, by: str | None = None) -> UnpricedDays:
    """Return the filter's calls of unknown cost, with what is known of these, by route and day.

    ``by`` is a column of call_daily that keeps them apart too; else the name of their group is null.
    """
    return _unpriced_days(connection, chosen.during(chosen.period), by)


@shared
def _unpriced_days(connection: sqlite3.Connection, chosen: Filter, by: str | None) -> UnpricedDays:
    # Days alone come in the order of the index, and need no sorting.
    part, groups = ("NULL", "date") if by is None else (by, f"{by}, date")
    condition, parameters = condition_of(chosen, chosen.period, "call_daily")
    # Few routes have any, and the index of routes leads to them.
    days = route_days(connection, chosen, chosen.period)
    return tuple(
        (*route, name, day, Unpriced(*sums))
        for route in dict.fromkeys((one.provider, one.model) for one in days if one.unpriced)
        for name, day, *sums in connection.execute(
            f"SELECT {part}, date, {_UNPRICED} FROM call_daily WHERE {condition} "  # noqa: S608
            f"AND provider IS :own_provider AND model IS :own_model AND unpriced_count > 0 GROUP BY {groups}",
            parameters | {"own_provider": route[0], "own_model": route[1]},
        )
    )


def first_call_date(connection: sqlite3.Connection, chosen: Filter) -> date | None:
    """Return the first day with a call of the filter's project; routes and classes do not say when records begin."""
    return _first_call_date(connection, Filter(chosen.period, project=chosen.project))


@shared
def _first_call_date(connection: sqlite3.Connection, chosen: Filter) -> date | None:
    condition, parameters = condition_of(chosen, None, "project_daily")
    condition = condition.replace("date IS NULL", "date IS NOT NULL")
    row = connection.execute(
        f"SELECT min(date) FROM project_daily WHERE {condition} AND call_count > 0",  # noqa: S608
        parameters,
    ).fetchone()
    return None if row[0] is None else day_from_number(row[0])
