"""Another date's prices and the parts of a difference in spend, on few rows and against single requests."""

import random
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise

import msgspec
import pytest

from dashboard.analysis.cache_savings import cache_savings, savings_frame
from dashboard.analysis.filters import Compare, Filter, Period, Preset
from dashboard.analysis.price_days import PriceBasis, Tokens, list_cost, relative
from dashboard.analysis.price_effect import Cost, effects_of, price_effect
from dashboard.analysis.price_frames import EFFECT_COLUMNS, change_frame, price_frame
from dashboard.analysis.price_words import apart_words, cache_words, change_words, price_words
from data import definitions, prices
from data.epoch import DAY_MICROSECONDS
from data.prices import SCALE, PriceCell
from data.store import Store
from fact_rows import Facts

BEFORE, NOW = Period(date(2026, 3, 1), date(2026, 3, 5)), Period(date(2026, 3, 11), date(2026, 3, 15))
CHOSEN = Filter(NOW, Preset.CUSTOM, Compare.DATES, BEFORE)
ALPHA, BETA = "mistral/alpha", "mistral/beta"


def price(model: str, sent: float, received: float, **days: str) -> definitions.PriceOverride:
    return definitions.PriceOverride(
        provider="mistral", model=model, owner="Us", why="Contract", input_usd_per_million=sent,
        output_usd_per_million=received, **days,
    )  # fmt: skip


@pytest.fixture
def own_prices(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Alpha costs 2 and 4 dollars a million tokens sent and received, twice that from 10 March; beta always 1 and 1."""
    known = definitions.price_overrides()
    own = (
        price("alpha", 2, 4, valid_until="2026-03-09"),
        price("alpha", 4, 8, valid_from="2026-03-10"),
        price("beta", 1, 1),
    )
    monkeypatch.setattr(prices, "price_overrides", lambda: msgspec.structs.replace(known, override=own))
    _forget_prices()
    yield
    monkeypatch.undo()
    _forget_prices()


@pytest.fixture
def later_price(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Alpha has a price from 12 March on: 5 dollars a million tokens sent, 2 where they are read from a cache."""
    own = msgspec.structs.replace(price("alpha", 5, 5, valid_from="2026-03-12"), cache_read_usd_per_million=2)
    known = definitions.price_overrides()
    monkeypatch.setattr(prices, "price_overrides", lambda: msgspec.structs.replace(known, override=(own,)))
    _forget_prices()
    yield
    monkeypatch.undo()
    _forget_prices()


def _forget_prices() -> None:
    prices.cells_of.cache_clear()
    prices._overrides_by_model.cache_clear()


def used(
    facts: Facts, day: str, route: str, sent: int, received: int, listed: float, paid: float | None = None
) -> None:
    """Add a call: tokens, its cost by list prices, and what was paid where that is another amount, in USD."""
    facts.call(
        f"{day}T10:00", route=route, input_tokens=sent, output_tokens=received, total_tokens=sent + received,
        computed_cost_micro_usd=round(listed * 1e6), cost_micro_usd=round((listed if paid is None else paid) * 1e6),
    )  # fmt: skip


def two_periods() -> Facts:
    facts = Facts()
    # Records begin before the compared period.
    used(facts, "2026-02-20", BETA, 1_000, 0, 0.001)
    # Before: 1.0 M sent, 0.5 M received on alpha: 2 + 2 dollars; 1.5 M sent on beta: 1.50.
    used(facts, "2026-03-02", ALPHA, 1_000_000, 500_000, 4)
    used(facts, "2026-03-03", BETA, 1_500_000, 0, 1.5)
    # Now, twice as many tokens in all: alpha 2.5 M and 2.0 M at the doubled price: 10 + 16, paid 10 % less; beta alike.
    used(facts, "2026-03-12", ALPHA, 2_500_000, 2_000_000, 26, paid=23.4)
    used(facts, "2026-03-13", BETA, 1_500_000, 0, 1.5)
    return facts


def test_nothing_known_in_either_period_is_not_called_the_same(store: Store) -> None:
    facts = Facts()
    for day in range(1, 21):
        facts.call(f"2026-03-{day:02}T10:00", cost_micro_usd=None)
    with facts.write(store).reading() as connection:
        found = price_effect(connection, CHOSEN)
    assert all(calls for route in found.routes for calls in (route.now.calls, route.before.calls))
    assert change_words(found) == "No cost is known in either period: nothing to compare"


@pytest.mark.parametrize(("unknown", "said"), [("2026-03-02", "the compared period"), ("2026-03-12", "this period")])
def test_a_cost_that_is_known_in_one_period_only_is_not_held_against_the_other(
    store: Store, unknown: str, said: str
) -> None:
    facts = Facts()
    for day in ("2026-02-20", "2026-03-02", "2026-03-12"):
        facts.call(f"{day}T10:00", cost_micro_usd=None if day == unknown else 5_000_000)
    with facts.write(store).reading() as connection:
        found = price_effect(connection, CHOSEN)
    assert change_words(found) == f"No cost is known in {said}: it cannot be held against the other one"
    assert found.effects is None
    assert change_frame(found).is_empty()


def test_a_compared_period_in_which_records_begin_is_not_split(store: Store) -> None:
    facts = Facts()
    for day in ("2026-03-03", "2026-03-12"):
        facts.call(f"{day}T10:00", cost_micro_usd=5_000_000)
    with facts.write(store).reading() as connection:
        found = price_effect(connection, CHOSEN)
    assert change_words(found).startswith("Records of calls begin on 3 Mar 2026, within the compared period: its $5.00")
    assert change_frame(found).is_empty()


@pytest.mark.usefixtures("own_prices")
def test_a_route_that_is_known_in_one_period_only_is_a_part_of_its_own(store: Store) -> None:
    facts = two_periods()
    facts.call("2026-03-02T10:00", route="mistral/new-price", cost_micro_usd=None)
    facts.call("2026-03-12T10:00", route="mistral/new-price", cost_micro_usd=30_000_000)
    facts.call("2026-03-12T10:00", route="mistral/never", cost_micro_usd=None)
    with facts.write(store).reading() as connection:
        found = price_effect(connection, CHOSEN)
    rows = {row["route"]: row for row in change_frame(found).to_dicts()}
    numbers = ("compared_known_usd", "known_usd", "difference_usd", *EFFECT_COLUMNS)
    assert [rows["mistral/new-price"][name] for name in numbers] == [None, 30, None, None, None, None, None, None, 30]
    assert [rows["mistral/never"][name] for name in numbers] == [0, None, None, None, None, None, None, None, 0]
    whole = rows["all"]
    assert whole["difference_usd"] == pytest.approx(49.4)
    # What is known of both is split as if the others were not there.
    assert [whole[name] for name in EFFECT_COLUMNS] == pytest.approx([13, 5.5, 2.5, 1, -2.6, 30])
    assert change_words(found) == (
        "Known spend was $49.40 more than in the compared period, most of it by routes whose cost is known in one of "
        "both only (+$30.00)"
    )


@pytest.mark.usefixtures("own_prices")
def test_a_difference_is_split_into_parts_that_can_be_checked_on_paper(store: Store) -> None:
    with two_periods().write(store).reading() as connection:
        found = price_effect(connection, CHOSEN)
    rows = {row["route"]: row for row in change_frame(found).to_dicts()}
    parts = {name: [row[column] for column in EFFECT_COLUMNS] for name, row in rows.items()}
    # Alpha at the prices of 1 March: 5 + 8 = 13 dollars now.
    # Prices: 26 - 13. Volume: 4 x (6.0 M / 3.0 M - 1). Mix of routes: 4.5 M tokens are 1.5 M more than twice as many,
    # at 4 / 1.5 dollars a million. Mix of tokens: 13 - 4 x 3, more of them received. Billing: 23.40 - 26.
    assert parts[ALPHA] == pytest.approx([13, 4, 4, 1, -2.6, 0])
    # Beta should have doubled (1.50 more) and did not (1.5 M tokens fewer at a dollar a million).
    assert parts[BETA] == pytest.approx([0, 1.5, -1.5, 0, 0, 0])
    assert parts["all"] == pytest.approx([13, 5.5, 2.5, 1, -2.6, 0])
    assert rows["all"]["difference_usd"] == pytest.approx(24.9 - 5.5) == pytest.approx(sum(parts["all"]))
    assert change_words(found) == (
        "Known spend was $19.40 more than in the compared period, most of it by changed prices (+$13.00)"
    )


@pytest.mark.usefixtures("own_prices")
def test_the_same_usage_at_the_prices_of_another_date(store: Store) -> None:
    with two_periods().write(store).reading() as connection:
        earlier, later = price_effect(connection, CHOSEN), price_effect(connection, CHOSEN, date(2026, 3, 20))
    rows = {row["route"]: row for row in price_frame(earlier).to_dicts()}
    assert [row["prices_of_date"] for row in rows.values()] == [BEFORE.first] * 3
    alpha = rows[ALPHA]
    assert (alpha["list_cost_usd"], alpha["at_date_usd"], alpha["price_change_usd"]) == pytest.approx((26, 13, 13))
    assert (alpha["at_date_low_usd"], alpha["at_date_high_usd"], alpha["price_change_rate"]) == pytest.approx(
        (13, 13, 1)
    )
    assert [rows[name]["price_basis"] for name in ("all", ALPHA, BETA)] == [
        None, PriceBasis.EXACT, PriceBasis.UNCHANGED,
    ]  # fmt: skip
    assert rows["all"]["at_date_usd"] == pytest.approx(14.5)
    assert price_words(earlier) == f"At the prices of 1 Mar 2026 the same usage would have cost $13.00 less ({ALPHA})"
    assert price_words(later) == "No price has changed since 20 Mar 2026: the same usage would have cost the same"
    # At later prices the compared period is dearer: 2 + 2 became 4 + 4, and 4.00 of the 19.40 is no price any more.
    effects = later.effects
    assert effects is not None
    assert float(effects.prices / 10**6) == pytest.approx(4)
    assert effects.total == 19_400_000


@pytest.mark.usefixtures("own_prices")
def test_what_has_no_price_is_apart_and_its_spend_is_still_in_the_whole(store: Store) -> None:
    facts = two_periods()
    facts.call(
        "2026-03-12T10:00", route="mistral/nobody-knows", cost_micro_usd=7_000_000, total_tokens=5, input_tokens=5
    )
    facts.call("2026-03-12T10:00", route="ollama/qwen", cost_micro_usd=0, total_tokens=5, input_tokens=5)
    facts.call("2026-03-12T10:00", route=BETA.replace("beta", "alpha"), cost_micro_usd=1_000_000)
    with facts.write(store).reading() as connection:
        found = price_effect(connection, CHOSEN)
    basis = {route.route: route.basis for route in found.routes}
    assert basis == {
        ALPHA: PriceBasis.EXACT, BETA: PriceBasis.UNCHANGED, "mistral/nobody-knows": PriceBasis.UNPRICED,
        "ollama/qwen": PriceBasis.SELF_HOSTED,
    }  # fmt: skip
    assert apart_words(found) == "Apart: no price known: mistral/nobody-knows; own machines: ollama/qwen."
    effects = found.effects
    assert effects is not None
    # 19.40 as before; 7 dollars without a price and 1 of a call without known tokens are billing.
    assert float(effects.total / 10**6) == pytest.approx(27.4)
    assert float(effects.billing / 10**6) == pytest.approx(-2.6 + 7 + 1)
    assert price_frame(found).filter(price_frame(found)["route"] == "ollama/qwen")["at_date_usd"].to_list() == [None]


def test_without_a_compared_period_the_date_is_the_first_day_and_nothing_is_split(store: Store) -> None:
    facts = Facts()
    used(facts, "2026-03-12", "openai/gpt-5", 1_000_000, 0, 1.25)
    with facts.write(store).reading() as connection:
        found = price_effect(connection, Filter(NOW, Preset.CUSTOM, Compare.NONE))
    assert (found.prices_of, found.effects) == (NOW.first, None)
    assert change_frame(found).is_empty()
    assert change_words(found).startswith("Nothing is compared")


def test_prices_by_time_of_day_are_told_for_all_hours_with_the_least_and_the_most(store: Store) -> None:
    facts = Facts()
    # The table had DeepSeek at 0.27, and at 0.135 from 16:30 to 00:30; since September 2025 it is 0.28 at any time.
    used(facts, "2026-03-12", "deepseek/deepseek-chat", 1_000_000, 0, 0.28)
    with facts.write(store).reading() as connection:
        found = price_effect(connection, CHOSEN, date(2025, 8, 1))
    row = price_frame(found).row(1, named=True)
    assert row["price_basis"] == PriceBasis.ESTIMATED
    # 0.27 for 16 and 0.135 for 8 of 24 hours.
    assert (row["at_date_low_usd"], row["at_date_usd"], row["at_date_high_usd"]) == pytest.approx((0.135, 0.225, 0.27))


def random_effects(draw: random.Random) -> tuple[Cost, Cost, PriceBasis]:
    def cost() -> Cost:
        if draw.random() < 0.2:
            return Cost()
        listed = draw.randrange(9_000_000)
        times = Fraction(draw.randrange(1, 50), draw.randrange(1, 50))
        tokens, spent = draw.choice([0, draw.randrange(10**9)]), draw.randrange(9_000_000)
        return Cost(1, 1, tokens, spent, listed, listed * times, unpriced=int(draw.random() < 0.1))

    return cost(), cost(), draw.choice(list(PriceBasis))


def test_the_parts_of_any_two_periods_add_up_exactly() -> None:
    draw = random.Random(4)
    for _ in range(500):
        routes = [random_effects(draw) for _ in range(draw.randrange(1, 6))]
        known = [pair for pair in routes if pair[2].is_priced and not (pair[0].is_unknown or pair[1].is_unknown)]
        tokens = [sum(pair[side].tokens for pair in known) for side in (0, 1)]
        growth = Fraction(tokens[0], tokens[1]) if tokens[1] else None
        for now, before, basis in routes:
            assert effects_of(now, before, basis, growth).total == now.spent - before.spent
        priced = [effects_of(*pair, growth) for pair in known if pair[1].tokens]
        if growth is not None and len(priced) == len(known):
            # All routes together grew as all tokens did: volume is the growth of the whole.
            whole = sum(pair[1].at_date for pair in known)
            assert sum(effects.volume for effects in priced) == whole * (growth - 1)


def cell(times: tuple[int, int], sizes: tuple[int, int], amounts: list[int]) -> PriceCell:
    scaled = [amount * SCALE // 100 for amount in amounts]
    return PriceCell(-(2**62), 2**62, *times, *sizes, *scaled, version="test")


def random_cells(draw: random.Random) -> list[PriceCell]:
    hours = draw.choice([[0, DAY_MICROSECONDS], [0, DAY_MICROSECONDS // 3, DAY_MICROSECONDS]])
    sizes = draw.choice([[0, 2**62], [0, 50, 2**62]])
    return [
        cell((first, last), (low, high), [draw.randrange(1, 400) for _ in range(5)])
        for first, last in pairwise(hours)
        for low, high in pairwise(sizes)
    ]


def test_single_requests_never_cost_less_than_the_least_or_more_than_the_most() -> None:
    draw = random.Random(11)
    estimated = 0
    for _ in range(400):
        on_day, at_date = random_cells(draw), random_cells(draw)
        requests: list[tuple[Tokens, int]] = []
        for _ in range(draw.randrange(1, 8)):
            sent = draw.randrange(1, 90)
            read, written = draw.randrange(sent // 2 + 1), draw.randrange(sent // 2 + 1)
            requests.append((Tokens(1, sent, read, written, draw.randrange(50)), draw.randrange(DAY_MICROSECONDS)))
        whole = Tokens(
            len(requests),
            *(
                sum(getattr(one, name) for one, _ in requests)
                for name in ("sent", "cache_read", "cache_write", "received")
            ),
        )
        told = relative(on_day, at_date, whole)
        paid, other = (
            sum(
                list_cost(one, tokens)
                for tokens, moment in requests
                for one in cells
                if one.from_input <= tokens.sent < one.until_input and one.from_time <= moment < one.until_time
            )
            for cells in (on_day, at_date)
        )
        assert told.low is not None
        assert told.high is not None
        assert paid * told.low <= other <= paid * told.high
        assert told.low <= told.times <= told.high
        estimated += told.basis is PriceBasis.ESTIMATED
        if told.basis is PriceBasis.EXACT:
            assert paid * told.times == other
    assert 100 < estimated < 400


def test_caches_saved_the_full_price_less_their_own(store: Store) -> None:
    facts = Facts()
    for _ in range(20):
        facts.call(
            "2026-03-12T10:00", input_tokens=100_000, cache_read_tokens=50_000, cache_write_tokens=10_000,
            output_tokens=1_000, total_tokens=101_000,
        )  # fmt: skip
    facts.call("2026-03-12T10:00", route="openai/gpt-5", input_tokens=10, total_tokens=10)
    facts.call("2026-03-12T10:00", route="mistral/nobody", input_tokens=10, cache_read_tokens=5, total_tokens=10)
    with facts.write(store).reading() as connection:
        found = cache_savings(connection, CHOSEN)
    sonnet, nobody = savings_frame(found).to_dicts()
    # A million tokens read at 0.30 instead of 3.00 dollars; 0.2 million written at 3.75 instead of 3.00.
    assert (sonnet["full_price_usd"], sonnet["cached_usd"]) == pytest.approx((3.6, 1.05))
    assert sonnet["saved_usd"] == pytest.approx(2.55)
    assert (sonnet["cache_read_rate"], sonnet["n_count"]) == (0.5, 20)
    # Had they been requests of more than 200,000 tokens: 5.40 less for reading, 0.30 more for writing.
    assert (sonnet["saved_low_usd"], sonnet["saved_high_usd"]) == pytest.approx((2.7 - 0.3, 5.4 - 0.15))
    assert (nobody["saved_usd"], nobody["cache_read_tokens"], nobody["price_basis"]) == (None, 5, PriceBasis.UNPRICED)
    # 5 tokens of 1,200,005 have no price.
    assert cache_words(found) == (
        "Caches saved $2.55, 70.8 % of what cached tokens cost in full; < 0.1 % of the cached tokens have no known "
        "price and no part in this"
    )
    with Facts().write(store).reading() as connection:
        assert cache_words(cache_savings(connection, Filter(BEFORE))).startswith("No source reported")


@pytest.mark.usefixtures("later_price")
def test_a_day_without_a_price_takes_no_savings_from_the_days_that_have_one(store: Store) -> None:
    facts = Facts()
    # No price is known before 12 March: on the 11th nothing is read from the cache, on the 12th 3 M, later 1 M.
    for day, read in (("10", 1_000_000), ("11", 0), ("12", 3_000_000)):
        facts.call(f"2026-03-{day}T10:00", route=ALPHA, input_tokens=4_000_000, cache_read_tokens=read)
    with facts.write(store).reading() as connection:
        priced = savings_frame(cache_savings(connection, CHOSEN)).row(0, named=True)
        whole = cache_savings(connection, Filter(Period(date(2026, 3, 10), NOW.last)))
    # 3 M at 2.00 instead of 5.00 dollars a million.
    assert priced["saved_usd"] == pytest.approx(9)
    assert (priced["unpriced_cached_rate"], priced["price_basis"]) == (0, PriceBasis.EXACT)
    row = savings_frame(whole).row(0, named=True)
    assert (row["saved_usd"], row["cache_read_tokens"]) == (pytest.approx(9), 4_000_000)
    assert row["unpriced_cached_rate"] == pytest.approx(1 / 4)
    assert "25.0 % of the cached tokens have no known price" in cache_words(whole)
