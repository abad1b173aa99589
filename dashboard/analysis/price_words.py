"""What the parts about prices and caches of the spend page show, in sentences that are computed from the data."""

from datetime import date

from dashboard.analysis.cache_savings import RouteSavings, total_savings
from dashboard.analysis.figures import Unit
from dashboard.analysis.intervals import ratio
from dashboard.analysis.price_days import PriceBasis
from dashboard.analysis.price_effect import PriceEffect
from dashboard.analysis.price_frames import effect_parts
from dashboard.analysis.spend_amounts import MICRO_USD
from dashboard.analysis.units import difference_text, value_text

EFFECT_NAMES = ("Prices", "Volume", "Mix of routes", "Mix of tokens", "Billing", "Known in one period only")
"""The parts of a difference as people read them, in the order of EFFECT_COLUMNS."""


def price_words(found: PriceEffect) -> str:
    """Say what the same usage would have cost at the prices of the date."""
    day, now = _day(found.prices_of), found.now
    priced = [route for route in found.routes if route.basis.is_priced and route.now.calls]
    if not priced:
        return "No call of this period has both known tokens and a list price: what other prices would do is not known"
    changed = [route for route in priced if route.now.at_date != route.now.listed]
    if not changed:
        return f"No price has changed since {day}: the same usage would have cost the same"
    change = float((now.at_date - now.listed) / MICRO_USD)
    more = "more" if change > 0 else "less"
    most = max(changed, key=lambda route: abs(route.now.at_date - route.now.listed))
    names = most.route if len(changed) == 1 else f"most on {most.route}"
    amount = value_text(abs(change), Unit.USD)
    return f"At the prices of {day} the same usage would have cost {amount} {more} ({names})"


def change_words(found: PriceEffect) -> str:
    """Say by how much known spend differs from the compared period, and which part of that is largest."""
    if found.refused is not None:
        return found.refused
    effects = found.effects
    if effects is None:
        return "Nothing is compared: choose a period to compare with"
    total = float(effects.total / MICRO_USD)
    if not effects.total:
        return "Known spend is the same as in the compared period"
    parts = dict(zip(EFFECT_NAMES, effect_parts(effects), strict=True))
    largest = max(parts, key=lambda name: abs(parts[name]))
    moved = "more" if total > 0 else "less"
    amount = value_text(abs(total), Unit.USD)
    return (
        f"Known spend was {amount} {moved} than in the compared period, most of it by {_in_sentence(largest)} "
        f"({difference_text(parts[largest], Unit.USD)})"
    )


def apart_words(found: PriceEffect) -> str | None:
    """Say which routes have no part in what prices did; null when all have."""
    apart: dict[PriceBasis, list[str]] = {}
    for route in found.routes:
        if route.now.calls and (not route.basis.is_priced or route.basis is PriceBasis.NOT_THEN):
            apart.setdefault(route.basis, []).append(route.route)
    said = [f"{basis.value}: {', '.join(names)}" for basis, names in sorted(apart.items())]
    return f"Apart: {'; '.join(said)}." if said else None


def cache_words(routes: tuple[RouteSavings, ...]) -> str:
    """Say what caches saved."""
    if not routes:
        return "No source reported a token that was read from a cache"
    whole = total_savings(routes)
    if not any(route.basis.is_priced for route in routes):
        return "What caches saved is not known: no route that used one has a list price"
    saved = float(whole.saved / MICRO_USD)
    apart = _unpriced_words(routes)
    if saved < 0:
        return f"Writing to caches cost {value_text(-saved, Unit.USD)} more than reading from them saved{apart}"
    full = float(whole.full / MICRO_USD)
    share = f", {value_text(saved / full, Unit.RATE)} of what cached tokens cost in full" if full else ""
    return f"Caches saved {value_text(saved, Unit.USD)}{share}{apart}"


def _unpriced_words(routes: tuple[RouteSavings, ...]) -> str:
    billed = [route.savings for route in routes if route.basis is not PriceBasis.SELF_HOSTED]
    share = ratio(sum(one.unpriced for one in billed), sum(one.cached for one in billed))
    return (
        f"; {value_text(share, Unit.RATE)} of the cached tokens have no known price and no part in this"
        if share
        else ""
    )


def _in_sentence(name: str) -> str:
    said = {
        "Prices": "changed prices",
        "Billing": "billing",
        "Known in one period only": "routes whose cost is known in one of both only",
    }
    return said.get(name, f"the {name[:1].lower()}{name[1:]}")


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
