"""Who stood in for the route that was asked for: shares of the calls that asked for it, on few rows."""

from datetime import date

import pytest

from dashboard.analysis.filters import Filter, Period
from dashboard.analysis.intervals import wilson
from dashboard.analysis.route_fallbacks import asked_frame, asked_routes, asked_words
from data.store import Store
from data.tables import FoundFallback
from fact_rows import Facts

MARCH = Filter(Period(date(2026, 3, 1), date(2026, 3, 31)))
SONNET, GPT, GEMINI = "anthropic/claude-sonnet-4-5", "openai/gpt-5", "google/gemini-2.5-pro"


def asked_of(store: Store, chosen: Filter = MARCH):
    with store.reading() as connection:
        return asked_routes(connection, chosen)


def test_each_route_that_was_asked_for_says_what_share_others_served_and_who(store: Store) -> None:
    facts = Facts()
    for _ in range(6):
        facts.call(route=SONNET)
    for route, status in ((GEMINI, "success"), (GEMINI, "success"), (GEMINI, "error"), (GPT, "success")):
        # The gateway's record names the model alone, as its group.
        facts.call(route=route, status=status, is_fallback=True, requested_model="claude-sonnet-4-5")
    key = facts.call(route=SONNET, is_fallback=True, requested_model="claude-sonnet-4-5")
    facts.add(FoundFallback, llm_call_key=key, failed_provider="openai", failed_model="gpt-5")
    facts.call(route=GPT, is_fallback=True, requested_model="smart")
    found = asked_of(facts.write(store))
    # Sonnet: 6 of its own and 4 that others served; GPT: none of its own, 1 by Sonnet; smart is no single route.
    assert [(route.route, route.asked, route.by_others) for route in found] == [
        (SONNET, 10, 4), ("?/smart", None, 1), (GPT, 1, 1),
    ]  # fmt: skip
    first = asked_frame(found).row(0, named=True)
    assert (first["served_by"], first["call_count"], first["n_count"], first["error_count"]) == (GEMINI, 3, 10, 1)
    assert first["served_rate"] == 0.3
    assert (first["served_low_rate"], first["served_high_rate"]) == pytest.approx(wilson(3, 10))
    assert asked_words(found) == (
        f"40.0 % (16.8 % to 68.7 %) of the calls that asked for {SONNET} were served by {GEMINI} and {GPT}; "
        "2 more routes needed others"
    )


def test_a_name_that_two_routes_have_is_no_single_route_and_filters_hold(store: Store) -> None:
    facts = Facts()
    for provider in ("anthropic", "aws"):
        facts.call(route=f"{provider}/claude", project="crm")
    facts.call(route=GPT, is_fallback=True, requested_model="claude", project="crm")
    facts.write(store)
    assert [(route.route, route.asked) for route in asked_of(store)] == [("?/claude", None)]
    assert asked_words(asked_of(store)) == f"1 call that asked for ?/claude went to {GPT}"
    assert asked_of(store, Filter(MARCH.period, project="shop")) == ()
    assert asked_words(()) == "No call was served by another route than the one it asked for"
