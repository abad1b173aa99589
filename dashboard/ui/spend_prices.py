"""The parts of the spend page about prices: another date's prices, why spend changed, and what caches saved."""

import streamlit as st

from dashboard.analysis.cache_savings import cache_savings, savings_frame
from dashboard.analysis.price_effect import Cost, PriceEffect, default_date, price_effect
from dashboard.analysis.price_frames import change_frame, effect_parts, price_frame
from dashboard.analysis.price_words import EFFECT_NAMES, apart_words, cache_words, change_words, price_words
from dashboard.analysis.spend_amounts import MICRO_USD
from dashboard.charts.spend_change import spend_change
from dashboard.ui.address import Address
from dashboard.ui.pictures import picture
from dashboard.ui.tables import table
from dashboard.ui.text import days, literal
from dashboard.ui.view import View


def prices(address: Address, view: View) -> None:
    """Show the same usage at the prices of a date, and what the difference to the compared period is made of."""
    slot = st.container()
    when = address.day("prices", default_date(view.chosen), "At the prices of", width=200)
    found = view.ask(price_effect, view.chosen, when)
    slot.header(literal(price_words(found)), anchor=False)
    table(price_frame(found), name="price_effect", chosen=view.chosen, nothing="No call in this period.")
    st.caption(
        literal(
            "List prices: of the price table, or data/definitions/price_overrides.toml. What usage costs at the prices "
            "of its days was computed call by call. Where a price that changed depends on the size of a request or the "
            "time of day, sums do not tell it: the amount is for a request of mean size over all hours, and low to "
            "high is all that is possible. Discounts and what a gateway bills differently are not in these columns."
        )
    )
    apart = apart_words(found)
    if apart:
        st.caption(literal(apart))
    _change(view, found)


def _change(view: View, found: PriceEffect) -> None:
    title = change_words(found)
    st.subheader(literal(title), anchor=False)
    effects, compared = found.effects, found.compared
    if effects is None or compared is None:
        return
    before, now = (sum(cost.spent for cost in side) / MICRO_USD for side in _sides(found))
    steps = tuple(zip(EFFECT_NAMES, effect_parts(effects), strict=True))
    if not effects.known_once:
        steps = steps[:-1]
    picture(
        spend_change(before, now, steps), name="spend_change", chosen=view.chosen,
        alt=f"Steps from the spend of the compared period to that of this one. {title}.",
    )  # fmt: skip
    table(change_frame(found), name="spend_change", chosen=view.chosen)
    st.caption(
        literal(
            f"Compared: {days(compared.first, compared.last)}. The parts add up to the difference. Prices: usage at "
            "the prices of its days, less the same at the prices of the date above. Volume: all tokens grew or shrank "
            "alike. Mix of routes: tokens moved to dearer or cheaper routes. Mix of tokens: as many tokens, but more "
            "or fewer received, cached, or in large requests. Billing: what is paid beside list prices, such as "
            "discounts, and calls without a price or without known tokens. Known in one period only: spend of routes "
            "of which no call of the other period has a known cost."
        )
    )


def _sides(found: PriceEffect) -> tuple[list[Cost], list[Cost]]:
    return [route.before for route in found.routes], [route.now for route in found.routes]


def caches(view: View) -> None:
    """Show what reading from providers' caches saved."""
    routes = view.ask_alone(cache_savings)
    st.header(literal(cache_words(routes)), anchor=False)
    table(
        savings_frame(routes), name="cache_savings", chosen=view.chosen,
        nothing="Gateways report cached tokens where the provider does; chats do not.",
    )  # fmt: skip
    if routes:
        st.caption(
            "Saved: cached tokens at the price of tokens sent, less their own price; writing to a cache can cost more "
            "than that. At list prices of the days, for a request of mean size; low to high: what any size allows."
        )
