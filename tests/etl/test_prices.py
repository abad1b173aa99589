"""Prices of calls: equal to the price table call by call, overrides first, unknown never 0."""

import random
import warnings
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import StartDateConstraint, TieredPrices
from hypothesis import given, settings
from hypothesis import strategies as st

from data.definitions import providers
from data.epoch import EPOCH
from data.words import CallStatus, CostBasis
from etl.price_frames import with_computed_cost, with_cost
from etl.prices import chosen_cost, computed_cost

TABLE_TO_NAME = {one.price_table_id: one.name for one in providers().provider if one.price_table_id}
TOKEN_COLUMNS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")


def at(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def table_price(provider_id, model, started_at, tokens) -> int | None:
    """The price table's own answer, rounded half up to micro-USD."""
    usage = Usage(**dict(zip(TOKEN_COLUMNS, tokens, strict=True)))
    when = EPOCH + timedelta(microseconds=started_at)
    try:
        price = calc_price(usage, model, provider_id=provider_id, genai_request_timestamp=when)
    except LookupError:
        return None
    if all(getattr(price.model_price, key) is None for key in ("input_mtok", "output_mtok", "requests_kcount")):
        return None
    return int((price.total_price * 1_000_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def every_model():
    """All models of the table; model ids that name another entry of the same provider are found by that entry."""
    overridden = {("deepseek", "deepseek-chat")}
    for provider in get_snapshot().providers:
        for model in provider.models:
            if (provider.id, model.id) not in overridden:
                yield provider, model


def interesting_times(model):
    yield from (
        at("2020-01-01T00:00:00+00:00"),
        at("2026-11-23T12:00:00+00:00"),
        at("2026-11-23T00:29:59.999999+00:00"),
    )
    for period in model.prices if isinstance(model.prices, list) else ():
        if isinstance(period.constraint, StartDateConstraint):
            start = datetime.combine(period.constraint.start_date, datetime.min.time(), UTC)
            first = (start - EPOCH) // timedelta(microseconds=1)
            yield from (first - 1, first, first + 3_600_000_000 * 7)
        elif period.constraint is not None:
            for moment in (period.constraint.start_time, period.constraint.end_time):
                first = at(f"2026-05-05T{moment.strftime('%H:%M:%S')}+00:00")
                yield from (first - 1, first)


def interesting_inputs(model):
    yield 1000
    for period in model.prices if isinstance(model.prices, list) else [model]:
        for price in period.prices.__dict__.values():
            if isinstance(price, TieredPrices):
                for tier in price.tiers:
                    yield from (tier.start, tier.start + 1)


@pytest.fixture(scope="module")
def sampled_calls() -> list[tuple[str, str, str, int, tuple[int, int, int, int]]]:
    """Every model of the table, at the edges of its periods and tiers, with and without cached tokens."""
    draw = random.Random(7)
    calls = []
    for provider, model in every_model():
        inputs = sorted(set(interesting_inputs(model)))
        for started_at in sorted(set(interesting_times(model))):
            for tokens in (draw.choice(inputs), inputs[0], inputs[-1]):
                read = draw.choice([0, tokens // 3, tokens])
                write = draw.choice([0, (tokens - read) // 2, tokens - read])
                name = TABLE_TO_NAME.get(provider.id, provider.id)
                calls.append((provider.id, name, model.id, started_at, (tokens, read, write, draw.randrange(5000))))
    return calls


def frame_of_calls(calls) -> pl.DataFrame:
    return pl.DataFrame(
        [(provider, model, started_at, *tokens) for provider, model, started_at, tokens in calls],
        schema={
            "provider": pl.String,
            "model": pl.String,
            "started_at": pl.Int64,
            **dict.fromkeys(TOKEN_COLUMNS, pl.Int64),
        },
        orient="row",
    )


def test_every_model_of_the_table_costs_what_the_table_says_at_the_edges_of_its_periods_and_tiers(sampled_calls):
    assert len(sampled_calls) > 15_000
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = [table_price(table_id, model, when, tokens) for table_id, _, model, when, tokens in sampled_calls]
    frame = with_computed_cost(frame_of_calls([call[1:] for call in sampled_calls]))
    wrong = [
        (call, want, got)
        for call, want, got in zip(sampled_calls, expected, frame["computed_cost_micro_usd"].to_list(), strict=True)
        if want != got
    ]
    assert wrong == []
    assert sum(cost is not None for cost in expected) > 15_000
    one_by_one = [
        computed_cost(name, model, when, **dict(zip(TOKEN_COLUMNS, tokens, strict=True))).micro_usd
        for _, name, model, when, tokens in sampled_calls
    ]
    assert one_by_one == expected


NAMED = [
    ("anthropic", "claude-sonnet-4-5-20250929"),
    ("aws", "anthropic.claude-3-5-sonnet-20241022-v2:0"),
    ("aws", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
    ("azure", "gpt-4o-2024-08-06"),
    ("google", "gemini-2.5-pro"),
    ("google", "claude-sonnet-4@20250514"),
    ("openai", "o3"),
    ("openrouter", "anthropic/claude-sonnet-4.5"),
    ("deepseek", "deepseek-reasoner"),
    ("x-ai", "grok-4"),
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(NAMED),
    st.integers(at("2020-01-01T00:00:00+00:00"), at("2027-01-01T00:00:00+00:00")),
    st.integers(0, 2_000_000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 200_000),
)
def test_any_call_costs_what_the_table_says(route, started_at, sent, read_share, write_share, received):
    provider, model = route
    read = int(sent * read_share)
    write = int((sent - read) * write_share)
    tokens = (sent, read, write, received)
    table_id = next(key for key, name in TABLE_TO_NAME.items() if name == provider)
    expected = table_price(table_id, model, started_at, tokens)
    single = computed_cost(provider, model, started_at, **dict(zip(TOKEN_COLUMNS, tokens, strict=True)))
    frame = with_computed_cost(frame_of_calls([(provider, model, started_at, tokens)]))
    assert single.micro_usd == expected
    assert frame.row(0)[-2:] == (expected, single.price_version)


def test_a_request_over_the_tier_pays_the_higher_price_for_all_of_it():
    # gemini-2.5-pro: 1.25 USD per million up to 200,000 tokens, 2.50 above; output 10.
    small = computed_cost(
        "google", "gemini-2.5-pro", at("2026-03-02T10:00:00+00:00"), input_tokens=150_000, output_tokens=1000
    )
    large = computed_cost(
        "google", "gemini-2.5-pro", at("2026-03-02T10:00:00+00:00"), input_tokens=250_000, output_tokens=1000
    )
    assert small.micro_usd == 187_500 + 10_000
    assert large.micro_usd == 625_000 + 15_000


def test_the_price_is_that_of_the_day_of_the_call():
    # o3 became five times cheaper on 10 June 2025: 1000 in, 100 out.
    before = computed_cost("openai", "o3", at("2025-05-01T00:00:00+00:00"), input_tokens=1000, output_tokens=100)
    after = computed_cost("openai", "o3", at("2025-07-01T00:00:00+00:00"), input_tokens=1000, output_tokens=100)
    assert (before.micro_usd, after.micro_usd) == (14_000, 2_800)
    assert after.price_version == "genai-prices 0.2.3"


def test_cached_tokens_pay_their_own_price():
    # claude-sonnet-4-5: 1000 uncached at 3, 8000 read at 0.30, 1000 written at 3.75, 500 out at 15 USD per million.
    cost = computed_cost(
        "anthropic",
        "claude-sonnet-4-5",
        at("2026-03-02T10:00:00+00:00"),
        input_tokens=10_000,
        cache_read_tokens=8_000,
        cache_write_tokens=1_000,
        output_tokens=500,
    )
    assert cost.micro_usd == 3_000 + 2_400 + 3_750 + 7_500


def test_an_override_goes_before_the_table_from_its_first_day():
    # Override from 2025-09-05: 0.28 in, 0.028 cached, 0.42 out; before it the table's own price by time of day.
    day = computed_cost(
        "deepseek", "deepseek-chat", at("2025-09-05T00:00:00+00:00"), input_tokens=1_000_000, output_tokens=0
    )
    eve = computed_cost(
        "deepseek", "DeepSeek-Chat", at("2025-09-04T23:59:59+00:00"), input_tokens=1_000_000, output_tokens=0
    )
    cached = computed_cost(
        "deepseek",
        "deepseek-chat",
        at("2026-01-01T12:00:00+00:00"),
        input_tokens=1_000_000,
        cache_read_tokens=1_000_000,
        output_tokens=1_000_000,
    )
    assert (day.micro_usd, day.price_version) == (280_000, "override:deepseek/deepseek-chat@2025-09-05")
    assert eve.price_version == "genai-prices 0.2.3"
    assert eve.micro_usd == table_price(
        "deepseek", "deepseek-chat", at("2025-09-04T23:59:59+00:00"), (1_000_000, 0, 0, 0)
    )
    assert cached.micro_usd == 28_000 + 420_000


def test_half_a_micro_dollar_is_rounded_up():
    # gpt-4o-mini: 0.15 USD per million in; 10 tokens are 1.5, 30 are 4.5, 29 are 4.35 micro-USD.
    when = at("2026-03-02T10:00:00+00:00")
    costs = [
        computed_cost("openai", "gpt-4o-mini", when, input_tokens=sent, output_tokens=0).micro_usd
        for sent in (10, 30, 29)
    ]
    assert costs == [2, 5, 4]


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("anthropic", "gpt-4o"),
        ("openai", "no-such-model-at-all"),
        ("hyperbolic", "gpt-4o"),
        ("openai_like", "gpt-4o"),
        ("no-such-provider", "gpt-4o"),
        ("ollama", "llama3"),
        (None, "gpt-4o"),
        ("openai", None),
    ],
)
def test_a_model_that_its_provider_has_no_price_for_is_unknown_and_never_priced_as_anothers(provider, model):
    when = at("2026-03-02T10:00:00+00:00")
    assert computed_cost(provider, model, when, input_tokens=1000, output_tokens=10).micro_usd is None
    frame = with_computed_cost(frame_of_calls([(provider, model, when, (1000, 0, 0, 10))]))
    assert frame.row(0)[-2:] == (None, None)


@pytest.mark.parametrize("tokens", [(None, None, None, 10), (10, None, None, None), (100, 90, 11, 5)])
def test_unknown_or_contradictory_tokens_have_no_computed_cost(tokens):
    when = at("2026-03-02T10:00:00+00:00")
    single = computed_cost("openai", "gpt-4o", when, **dict(zip(TOKEN_COLUMNS, tokens, strict=True)))
    frame = with_computed_cost(frame_of_calls([("openai", "gpt-4o", when, tokens)]))
    assert single.micro_usd is None
    assert frame.row(0)[-2:] == (None, None)


def test_a_call_without_a_time_is_priced_only_where_the_price_never_changed():
    assert computed_cost("openai", "o3", None, input_tokens=1000, output_tokens=100).micro_usd is None
    assert computed_cost("openai", "gpt-4o-mini", None, input_tokens=1000, output_tokens=100).micro_usd == 150 + 60


COSTS = [
    # reported, computed, status, cache hit, provider: which counts
    (500, 700, CallStatus.SUCCESS, False, "openai", (500, CostBasis.REPORTED)),
    (500, None, CallStatus.SUCCESS, False, "ollama", (500, CostBasis.REPORTED)),
    (0, 700, CallStatus.SUCCESS, True, "openai", (0, CostBasis.REPORTED)),
    (0, None, CallStatus.ERROR, None, "openai", (0, CostBasis.REPORTED)),
    # A stream that broke off: the gateway knows its tokens and billed nothing.
    (0, 700, CallStatus.ERROR, False, "openai", (0, CostBasis.REPORTED)),
    (500, 700, CallStatus.ERROR, False, "openai", (500, CostBasis.REPORTED)),
    (None, 700, CallStatus.ERROR, False, "openai", (700, CostBasis.COMPUTED)),
    (0, 700, CallStatus.SUCCESS, None, "openai", (700, CostBasis.COMPUTED)),
    (0, None, CallStatus.SUCCESS, False, "openai", (None, CostBasis.UNKNOWN)),
    (0, None, CallStatus.SUCCESS, False, "ollama", (0, CostBasis.SELF_HOSTED)),
    (None, 700, CallStatus.SUCCESS, False, "openai", (700, CostBasis.COMPUTED)),
    (None, None, CallStatus.SUCCESS, False, "vllm", (0, CostBasis.SELF_HOSTED)),
    (None, None, CallStatus.CANCELLED, False, "openai", (None, CostBasis.UNKNOWN)),
    (0, None, CallStatus.CANCELLED, False, None, (None, CostBasis.UNKNOWN)),
]


@pytest.mark.parametrize(("reported", "computed", "status", "hit", "provider", "expected"), COSTS)
def test_the_cost_that_counts_follows_the_rules(reported, computed, status, hit, provider, expected):
    chosen = chosen_cost(
        provider,
        status=status,
        is_cache_hit=hit,
        reported_micro_usd=reported,
        computed_micro_usd=computed,
    )
    assert chosen == expected


def test_the_cost_of_a_frame_is_the_cost_of_each_call():
    when = at("2026-03-02T10:00:00+00:00")
    rows = [
        (
            provider,
            model,
            when,
            tokens,
            0,
            0,
            50,
            None if tokens is None else tokens + 50,
            reported,
            status,
            hit,
            source,
        )
        for source in ("litellm", "openrouter")
        for provider, model in (("openai", "gpt-4o"), ("openai", "unpriced"), ("ollama", "llama3"), (None, None))
        for tokens in (1000, None)
        for reported in (None, 0, 77)
        for status in (CallStatus.SUCCESS, CallStatus.ERROR, CallStatus.CANCELLED)
        for hit in (True, False, None)
    ]
    schema = {"provider": pl.String, "model": pl.String, "started_at": pl.Int64, "input_tokens": pl.Int64}
    schema |= dict.fromkeys(("cache_read_tokens", "cache_write_tokens", "output_tokens", "total_tokens"), pl.Int64)
    schema |= {"reported_cost_micro_usd": pl.Int64, "status": pl.String, "is_cache_hit": pl.Boolean}
    schema |= {"source": pl.String}
    frame = with_cost(pl.DataFrame(rows, schema=schema, orient="row"))
    for row in frame.iter_rows(named=True):
        tokens = {name: row[name] for name in TOKEN_COLUMNS}
        computed = computed_cost(row["provider"], row["model"], when, **tokens)
        assert (row["computed_cost_micro_usd"], row["price_version"]) == (computed.micro_usd, computed.price_version)
        assert (row["cost_micro_usd"], row["cost_basis"]) == chosen_cost(
            row["provider"],
            status=row["status"],
            is_cache_hit=row["is_cache_hit"],
            reported_micro_usd=row["reported_cost_micro_usd"],
            computed_micro_usd=row["computed_cost_micro_usd"],
            source=row["source"],
        )


def test_openrouter_bills_itself_so_its_zero_is_a_free_model():
    for source, expected in (("litellm", (12, CostBasis.COMPUTED)), ("openrouter", (0, CostBasis.REPORTED))):
        cost = chosen_cost(
            "openrouter",
            status="success",
            is_cache_hit=None,
            reported_micro_usd=0,
            computed_micro_usd=12,
            source=source,
        )
        assert cost == expected
