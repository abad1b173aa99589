"""Prices of a model as cells: for which days, times of day and input sizes which prices hold.

Overrides come first, then the price table (genai-prices). Every choice between the table's periods is made by the
table's own code, asked once per cell; a cell is a box in which its answer cannot change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import pairwise
from typing import TYPE_CHECKING

from data.definitions import PriceOverride, price_overrides
from data.epoch import DAY_MICROSECONDS, EPOCH, EPOCH_DAY, stored_instant
from data.errors import DefinitionError
from data.providers import definition_of

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

# Prices in the table have at most 18 decimals; as integers of this scale all sums are exact.
SCALE = 10**18
_FIRST = -(2**62)
_LAST = 2**62


@dataclass(frozen=True, slots=True)
class PriceCell:
    """Prices of one model within a box of time, time of day and input size; ends are exclusive.

    Prices are micro-USD per token (the same number as USD per million tokens) times SCALE; the fee is per request.
    """

    from_instant: int
    until_instant: int
    from_time: int
    until_time: int
    from_input: int
    until_input: int
    input_price: int
    cache_read_price: int
    cache_write_price: int
    output_price: int
    request_fee: int
    version: str

    @property
    def is_dated(self) -> bool:
        """Whether it depends on when the call was made."""
        return (self.from_instant, self.until_instant, self.from_time, self.until_time) != (
            _FIRST,
            _LAST,
            0,
            DAY_MICROSECONDS,
        )


@lru_cache(maxsize=50_000)
def cells_of(provider: str | None, model: str | None) -> tuple[PriceCell, ...]:
    """Return the price cells of a model at a provider (canonical names); empty when nobody knows its price.

    The cells of one model never overlap. A model is only looked up at its own provider, never at another one.
    """
    if not provider or not model:
        return ()
    overrides = _overrides_of(provider, model)
    found = _model_of(provider, model)
    if not overrides and found is None:
        return ()
    days = sorted({*_override_days(overrides), *_start_days(found)})
    times = sorted({0, *_times_of_day(found), DAY_MICROSECONDS})
    return tuple(
        cell
        for from_instant, until_instant in pairwise((_FIRST, *days, _LAST))
        for from_time, until_time in pairwise(times)
        for cell in _cells_in(overrides, found, (from_instant, until_instant, from_time, until_time))
    )


@cache
def table_version() -> str:
    """Return the name and version of the price table."""
    return f"genai-prices {version('genai-prices')}"


def override_version(override: PriceOverride) -> str:
    """Return the name of an override as it is stored with what it priced."""
    start = f"@{override.valid_from}" if override.valid_from else ""
    return f"override:{override.provider}/{override.model}{start}"


def _cells_in(
    overrides: Sequence[PriceOverride], found: "ModelInfo | None", box: tuple[int, int, int, int]
) -> Iterable[PriceCell]:
    """Return the cells of one box of time: one, or one per tier of input size."""
    from_instant, until_instant, from_time, _ = box
    day = from_instant if from_instant != _FIRST else until_instant - DAY_MICROSECONDS if until_instant != _LAST else 0
    instant = day + from_time
    for override in reversed(overrides):
        if _first_instant(override) <= instant < _last_instant(override):
            yield _override_cell(override, box)
            return
    if found is not None:
        yield from _table_cells(found.get_prices(EPOCH + timedelta(microseconds=instant)), box)


def _override_cell(override: PriceOverride, box: tuple[int, int, int, int]) -> PriceCell:
    base = override.input_usd_per_million
    read, write = override.cache_read_usd_per_million, override.cache_write_usd_per_million
    return PriceCell(
        *box,
        from_input=0,
        until_input=_LAST,
        input_price=_scaled(Decimal(repr(base))),
        cache_read_price=_scaled(Decimal(repr(base if read is None else read))),
        cache_write_price=_scaled(Decimal(repr(base if write is None else write))),
        output_price=_scaled(Decimal(repr(override.output_usd_per_million))),
        request_fee=0,
        version=override_version(override),
    )


def _table_cells(prices: "ModelPrice", box: tuple[int, int, int, int]) -> Iterable[PriceCell]:
    """Return one cell per tier; none for a model that is not billed by tokens or requests (such as audio hours).

    A tier holds for the whole request once its input is larger than the tier's start. Cached tokens without a price of
    their own are billed as input.
    """
    named = {key: getattr(prices, f"{key}_mtok") for key in ("input", "cache_read", "cache_write", "output")} | {
        "requests": prices.requests_kcount
    }
    if named["input"] is None and named["output"] is None and named["requests"] is None:
        return
    starts = sorted({tier.start + 1 for price in named.values() for tier in getattr(price, "tiers", ())})
    for from_input, until_input in pairwise((0, *starts, _LAST)):
        at = {key: _price_at(price, from_input) for key, price in named.items()}
        base = at["input"] or Decimal(0)
        yield PriceCell(
            *box,
            from_input=from_input,
            until_input=until_input,
            input_price=_scaled(base),
            cache_read_price=_scaled(base if at["cache_read"] is None else at["cache_read"]),
            cache_write_price=_scaled(base if at["cache_write"] is None else at["cache_write"]),
            output_price=_scaled(at["output"] or Decimal(0)),
            request_fee=_scaled((at["requests"] or Decimal(0)) * 1000),
            version=table_version(),
        )


def _price_at(price: object, input_tokens: int) -> Decimal | None:
    """Return a price (plain or tiered) for a request of this many input tokens."""
    from genai_prices.types import TieredPrices

    if isinstance(price, TieredPrices):
        return next((tier.price for tier in reversed(price.tiers) if input_tokens > tier.start), price.base)
    return price if isinstance(price, Decimal) else None


def _scaled(price: Decimal) -> int:
    return int((price * SCALE).to_integral_value())


def _model_of(provider: str, model: str) -> "ModelInfo | None":
    """Return the price table's entry of a model at exactly this provider."""
    from genai_prices.data_snapshot import get_snapshot

    definition = definition_of(provider)
    table_id = definition.price_table_id if definition else provider
    snapshot = get_snapshot()
    if table_id is None or all(one.id != table_id for one in snapshot.providers):
        return None
    try:
        return snapshot.find_provider_model(model, None, table_id, None)[1]
    except LookupError:
        return None


def _start_days(found: "ModelInfo | None") -> Iterable[int]:
    from genai_prices.types import StartDateConstraint

    if found is not None and isinstance(found.prices, list):
        for period in found.prices:
            if isinstance(period.constraint, StartDateConstraint):
                yield _instant(period.constraint.start_date)


def _times_of_day(found: "ModelInfo | None") -> Iterable[int]:
    from genai_prices.types import TimeOfDateConstraint

    if found is not None and isinstance(found.prices, list):
        for period in found.prices:
            if isinstance(period.constraint, TimeOfDateConstraint):
                yield _microseconds_of_day(period.constraint.start_time)
                yield _microseconds_of_day(period.constraint.end_time)


def _microseconds_of_day(moment: time) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    instant = datetime.combine(date(1970, 1, 2), aware).astimezone(UTC)
    return stored_instant(instant) % DAY_MICROSECONDS


@cache
def _overrides_by_model() -> dict[tuple[str, str], tuple[PriceOverride, ...]]:
    """Return the overrides of each model; of two that hold on the same day, the later one in the file wins."""
    found: dict[tuple[str, str], tuple[PriceOverride, ...]] = {}
    for override in price_overrides().override:
        key = (override.provider, override.model.lower())
        found[key] = (*found.get(key, ()), override)
    return found


def _overrides_of(provider: str, model: str) -> tuple[PriceOverride, ...]:
    return _overrides_by_model().get((provider, model.lower()), ())


def _override_days(overrides: Iterable[PriceOverride]) -> Iterable[int]:
    for override in overrides:
        yield from (
            instant for instant in (_first_instant(override), _last_instant(override)) if instant not in (_FIRST, _LAST)
        )


def _first_instant(override: PriceOverride) -> int:
    return _FIRST if override.valid_from is None else _instant(_day(override, override.valid_from))


def _last_instant(override: PriceOverride) -> int:
    """Return the end of the last day on which an override holds."""
    if override.valid_until is None:
        return _LAST
    return _instant(_day(override, override.valid_until)) + DAY_MICROSECONDS


def _day(override: PriceOverride, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DefinitionError(
            f"data/definitions/price_overrides.toml: {override.provider}/{override.model} has the date '{text}'. "
            "Expected a day such as 2026-03-01."
        ) from None


def _instant(day: date) -> int:
    return (day - EPOCH_DAY).days * DAY_MICROSECONDS
