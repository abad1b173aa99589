"""Costs of many calls at once, in frames; the rules are those of etl.prices."""

from collections.abc import Sequence

import polars as pl

from data.epoch import DAY_MICROSECONDS
from data.prices import SCALE, cells_of
from data.providers import is_self_hosted
from data.words import CallStatus, CostBasis
from etl.prices import BILLING_SOURCES

PRICED_BY: dict[str, pl.DataType] = {
    "provider": pl.String(),
    "model": pl.String(),
    "started_at": pl.Int64(),
    "input_tokens": pl.Int64(),
    "output_tokens": pl.Int64(),
    "cache_read_tokens": pl.Int64(),
    "cache_write_tokens": pl.Int64(),
    "status": pl.String(),
    "is_cache_hit": pl.Boolean(),
    "reported_cost_micro_usd": pl.Int64(),
}
"""Columns that the cost of a call follows from, beside its source where that is known."""
_CELL_COLUMNS: dict[str, pl.DataType] = {
    "model_number": pl.UInt32(),
    "is_dated": pl.Boolean(),
    "from_instant": pl.Int64(),
    "until_instant": pl.Int64(),
    "from_time": pl.Int64(),
    "until_time": pl.Int64(),
    "from_input": pl.Int64(),
    "until_input": pl.Int64(),
    "input_price": pl.Int128(),
    "cache_read_price": pl.Int128(),
    "cache_write_price": pl.Int128(),
    "output_price": pl.Int128(),
    "request_fee": pl.Int128(),
    "price_version": pl.String(),
}


def with_computed_cost(calls: pl.DataFrame) -> pl.DataFrame:
    """Add computed_cost_micro_usd and price_version to a frame of calls, as ``computed_cost`` defines them.

    Needs provider, model, started_at (integer microseconds) and the four token columns; keeps the order of rows.
    """
    models = calls.select("provider", "model").unique(maintain_order=True).with_row_index("model_number")
    cells = _cell_frame(models.select("provider", "model").rows())
    read, write = pl.col("cache_read_tokens").fill_null(0), pl.col("cache_write_tokens").fill_null(0)
    time_of_day = pl.col("started_at") % DAY_MICROSECONDS
    instant_fits = pl.col("started_at").is_between("from_instant", "until_instant", closed="left")
    time_fits = time_of_day.is_between("from_time", "until_time", closed="left")
    input_fits = pl.col("input_tokens").is_between("from_input", "until_input", closed="left")
    sums = (
        (pl.col("input_tokens") - read - write).cast(pl.Int128) * pl.col("input_price")
        + read.cast(pl.Int128) * pl.col("cache_read_price")
        + write.cast(pl.Int128) * pl.col("cache_write_price")
        + pl.col("output_tokens").cast(pl.Int128) * pl.col("output_price")
        + pl.col("request_fee")
    )
    priced = (
        calls.lazy()
        .with_row_index("call_number")
        .join(models.lazy(), on=["provider", "model"], how="left", nulls_equal=True)
        .filter(pl.col("output_tokens").is_not_null() & (read + write <= pl.col("input_tokens")))
        .join(cells.lazy(), on="model_number", how="inner")
        .filter((~pl.col("is_dated") | (instant_fits & time_fits)) & input_fits)
        .select(
            "call_number",
            ((sums + SCALE // 2) // SCALE).cast(pl.Int64).alias("computed_cost_micro_usd"),
            "price_version",
        )
    )
    return (
        calls.lazy()
        .drop("computed_cost_micro_usd", "price_version", strict=False)
        .with_row_index("call_number")
        .join(priced, on="call_number", how="left", maintain_order="left")
        .drop("call_number")
        .collect()
    )


def with_cost(calls: pl.DataFrame) -> pl.DataFrame:
    """Add computed cost, price version, cost and its basis to a frame of calls, as ``chosen_cost`` defines them.

    Needs the columns of PRICED_BY; knows the source of each call from a column of that name, where there is one.
    """
    calls = with_computed_cost(calls)
    reported = pl.col("reported_cost_micro_usd")
    hosted = [name for name in calls["provider"].unique().to_list() if is_self_hosted(name)]
    has_failed = pl.col("status") == CallStatus.ERROR
    is_billed = pl.col("source").is_in(BILLING_SOURCES) if "source" in calls.columns else pl.lit(value=False)
    is_hit = pl.col("is_cache_hit").fill_null(value=False)
    is_reported = reported.is_not_null() & ((reported > 0) | is_hit | has_failed | is_billed)
    is_computed = pl.col("computed_cost_micro_usd").is_not_null()
    is_hosted = pl.col("provider").is_in(hosted).fill_null(value=False)
    return calls.with_columns(
        pl.when(is_reported)
        .then(reported)
        .when(is_computed)
        .then("computed_cost_micro_usd")
        .when(is_hosted)
        .then(0)
        .otherwise(None)
        .alias("cost_micro_usd"),
        pl.when(is_reported)
        .then(pl.lit(CostBasis.REPORTED.value))
        .when(is_computed)
        .then(pl.lit(CostBasis.COMPUTED.value))
        .when(is_hosted)
        .then(pl.lit(CostBasis.SELF_HOSTED.value))
        .otherwise(pl.lit(CostBasis.UNKNOWN.value))
        .alias("cost_basis"),
    )


def _cell_frame(models: Sequence[tuple[str | None, str | None]]) -> pl.DataFrame:
    """Return the price cells of several models, one row per cell; model_number is the place in the sequence."""
    rows = [
        (
            number,
            cell.is_dated,
            cell.from_instant,
            cell.until_instant,
            cell.from_time,
            cell.until_time,
            cell.from_input,
            cell.until_input,
            cell.input_price,
            cell.cache_read_price,
            cell.cache_write_price,
            cell.output_price,
            cell.request_fee,
            cell.version,
        )
        for number, (provider, model) in enumerate(models)
        for cell in cells_of(provider, model)
    ]
    return pl.DataFrame(rows, schema=_CELL_COLUMNS, orient="row")
