"""The numbers behind prices that changed, as frames: what tables show and their CSV files hold."""

import polars as pl

from dashboard.analysis.as_of import day_number
from dashboard.analysis.intervals import ratio
from dashboard.analysis.price_effect import Cost, Effects, PriceEffect, RoutePrices
from dashboard.analysis.remembered import remembered
from dashboard.analysis.spend_amounts import MICRO_USD
from dashboard.analysis.spend_frames import ALL
from data.frames import Schema, frame_of

EFFECT_COLUMNS = (
    "price_effect_usd",
    "volume_effect_usd",
    "route_mix_effect_usd",
    "token_mix_effect_usd",
    "billing_effect_usd",
    "known_once_effect_usd",
)
_TEXT, _COUNT, _REAL, _DAY = pl.String(), pl.Int64(), pl.Float64(), pl.Date()


@remembered()
def price_frame(found: PriceEffect) -> pl.DataFrame:
    """Return one row per route, priced ones together first: its usage at the prices of its days and of the date."""
    day = day_number(found.prices_of)
    rows = [(ALL, *_prices(found.now, is_priced=True), None, day)] if found.routes else []
    rows += [
        (route.route, *_prices(route.now, is_priced=route.basis.is_priced), route.basis.value, day)
        for route in found.routes
        if route.now.calls
    ]
    money = ("list_cost_usd", "at_date_usd", "at_date_low_usd", "at_date_high_usd", "price_change_usd")
    schema: Schema = {
        "route": _TEXT,
        "n_count": _COUNT,
        **dict.fromkeys(money, _REAL),
        "price_change_rate": _REAL,
        "price_basis": _TEXT,
        "prices_of_date": _DAY,
    }
    return frame_of(rows, schema)


@remembered()
def change_frame(found: PriceEffect) -> pl.DataFrame:
    """Return one row per route, the whole first: the parts of the difference in known spend, which add up to it.

    No rows where nothing is compared, or cannot be.
    """
    day, effects = day_number(found.prices_of), found.effects
    rows: list[tuple[object, ...]] = []
    if effects is not None:
        now, before = sum(r.now.spent for r in found.routes), sum(r.before.spent for r in found.routes)
        rows = [(ALL, *_change(before, now, effects), day)]
        rows += [(route.route, *_route_change(route), day) for route in found.routes]
    schema: Schema = {
        "route": _TEXT,
        **dict.fromkeys(("compared_known_usd", "known_usd", "difference_usd", *EFFECT_COLUMNS), _REAL),
        "prices_of_date": _DAY,
    }
    return frame_of(rows, schema)


def effect_parts(effects: Effects) -> tuple[float, ...]:
    """Return the parts in USD, in the order of EFFECT_COLUMNS."""
    parts = (
        effects.prices, effects.volume, effects.route_mix, effects.token_mix, effects.billing, effects.known_once
    )  # fmt: skip
    return tuple(float(part / MICRO_USD) for part in parts)


def _route_change(route: RoutePrices) -> tuple[float | None, ...]:
    """Return the row of a route; where its cost is unknown in one period, only what the other one adds is a number."""
    if not route.is_unknown:
        return _change(route.before.spent, route.now.spent, route.effects or Effects())
    before, now = (None if cost.is_unknown else cost.spent / MICRO_USD for cost in (route.before, route.now))
    known_once = None if now is None and before is None else (now or 0.0) - (before or 0.0)
    return before, now, None, *([None] * (len(EFFECT_COLUMNS) - 1)), known_once


def _prices(cost: Cost, *, is_priced: bool) -> tuple[object, ...]:
    if not is_priced:
        return cost.known_calls, None, None, None, None, None, None
    change = cost.listed - cost.at_date
    bounds = (None if bound is None else float(bound / MICRO_USD) for bound in (cost.low, cost.high))
    return (
        cost.known_calls,
        cost.listed / MICRO_USD,
        float(cost.at_date / MICRO_USD),
        *bounds,
        float(change / MICRO_USD),
        ratio(float(change), float(cost.at_date)),
    )


def _change(before: int, now: int, effects: Effects) -> tuple[float, ...]:
    return before / MICRO_USD, now / MICRO_USD, (now - before) / MICRO_USD, *effect_parts(effects)
