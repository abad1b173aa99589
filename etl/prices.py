"""What a call costs: computed from its tokens at the prices of its day, beside what the gateway reported.

Rounding: the exact sum of tokens times prices is rounded half up to the nearest micro-USD, once per call. Prices apply
per request, so that tiers by input size and prices by time of day hold; never price the sum of several calls.

Which cost counts (``cost_micro_usd`` with its ``cost_basis``):

- reported > 0: reported
- reported 0 on a cache hit, or on a failed call: reported, 0; the gateway billed nothing, tokens or not
- reported 0 by OpenRouter, which bills the calls itself: reported, 0; the model is free
- otherwise, when there is a computed cost: computed
- otherwise, when the provider is self-hosted: self_hosted, 0
- otherwise: unknown, null

A gateway writes 0 for a model that it has no price for, so a reported 0 for a call that was answered is not believed.
A call of a self-hosted provider has a computed cost only when an override gives its model a price.
"""

from dataclasses import dataclass

from data.epoch import DAY_MICROSECONDS
from data.prices import SCALE, PriceCell, cells_of
from data.providers import is_self_hosted
from data.words import CallSource, CallStatus, CostBasis

BILLING_SOURCES = (CallSource.OPENROUTER.value,)
"""Sources whose figure is the bill itself, and not what a gateway thinks that somebody else will bill."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Computed cost of one call and the price table it comes from; both null when no price is known."""

    micro_usd: int | None = None
    price_version: str | None = None


def computed_cost(
    provider: str | None,
    model: str | None,
    started_at: int | None,
    *,
    input_tokens: int | None,
    output_tokens: int | None,
    cache_read_tokens: int | None = None,
    cache_write_tokens: int | None = None,
) -> Computed:
    """Return the computed cost of one call.

    ``started_at`` is in microseconds since 1970; input tokens include the cached ones. Null when the model has no
    price, tokens are not known, more tokens are cached than sent, or the price depends on a time that is not known.
    """
    read, write = cache_read_tokens or 0, cache_write_tokens or 0
    if input_tokens is None or output_tokens is None or read + write > input_tokens:
        return Computed()
    for cell in cells_of(provider, model):
        if not (cell.from_input <= input_tokens < cell.until_input and _holds_at(cell, started_at)):
            continue
        scaled = (
            (input_tokens - read - write) * cell.input_price
            + read * cell.cache_read_price
            + write * cell.cache_write_price
            + output_tokens * cell.output_price
            + cell.request_fee
        )
        return Computed((scaled + SCALE // 2) // SCALE, cell.version)
    return Computed()


def chosen_cost(
    provider: str | None,
    *,
    status: str,
    is_cache_hit: bool | None,
    reported_micro_usd: int | None,
    computed_micro_usd: int | None,
    source: str | None = None,
) -> tuple[int | None, CostBasis]:
    """Return the cost of one call that counts, and how it is known; the rules are in the module's text."""
    is_believed = is_cache_hit or status == CallStatus.ERROR or source in BILLING_SOURCES
    if reported_micro_usd is not None and (reported_micro_usd > 0 or is_believed):
        return reported_micro_usd, CostBasis.REPORTED
    if computed_micro_usd is not None:
        return computed_micro_usd, CostBasis.COMPUTED
    return (0, CostBasis.SELF_HOSTED) if is_self_hosted(provider) else (None, CostBasis.UNKNOWN)


def _holds_at(cell: PriceCell, started_at: int | None) -> bool:
    if not cell.is_dated:
        return True
    return (
        started_at is not None
        and cell.from_instant <= started_at < cell.until_instant
        and cell.from_time <= started_at % DAY_MICROSECONDS < cell.until_time
    )
