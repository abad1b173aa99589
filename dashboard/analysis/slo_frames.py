"""The five objectives as they stand, as a frame: what the CSV file of the overview holds."""

from collections.abc import Sequence

import polars as pl

from dashboard.analysis.figures import Figure, SloFigure
from dashboard.analysis.remembered import remembered
from data.frames import Schema, frame_of

_HEADLINES = ("median_command_duration_s", "spend_per_completed_task_usd")
_BOUNDS = ("", "low", "high")


@remembered()
def slo_frame(figures: Sequence[SloFigure]) -> pl.DataFrame:
    """Return one row per objective: rate with interval, n, objective, standing and change, and its headline figure."""
    rates = ("value_rate", "low_rate", "high_rate")
    changes = ("compared_value_rate", "difference_rate", "difference_low_rate", "difference_high_rate")
    schema: Schema = {
        "slo": pl.String(),
        **dict.fromkeys(rates, pl.Float64()),
        "good_count": pl.Int64(),
        "n_count": pl.Int64(),
        "n_unit": pl.String(),
        "objective_rate": pl.Float64(),
        "standing": pl.String(),
        "compared_n_count": pl.Int64(),
        **dict.fromkeys(changes, pl.Float64()),
        "verdict": pl.String(),
        **dict.fromkeys((_bounded(name, end) for name in _HEADLINES for end in _BOUNDS), pl.Float64()),
        "headline_n_count": pl.Int64(),
        "why": pl.String(),
    }
    return frame_of([_row(figure) for figure in figures], schema)


def _bounded(name: str, end: str) -> str:
    stem, _, unit = name.rpartition("_")
    return f"{stem}_{end}_{unit}" if end else name


def _row(figure: SloFigure) -> tuple[object, ...]:
    rate, headline = figure.rate, figure.headline
    change = rate.change
    return (
        figure.slo.name,
        rate.value,
        rate.low,
        rate.high,
        rate.k,
        rate.n,
        rate.n_unit,
        rate.objective,
        rate.standing.value,
        None if change is None else change.before_n,
        *((None,) * 4 if change is None else (change.before, change.difference, change.low, change.high)),
        None if change is None else change.verdict.value,
        *(value for name in _HEADLINES for value in _headline(headline, name)),
        None if headline is None else headline.n,
        rate.reason,
    )


def _headline(figure: Figure | None, column: str) -> tuple[float | None, float | None, float | None]:
    if figure is None or f"{figure.name}_{figure.unit.value}" != column:
        return None, None, None
    return figure.value, figure.low, figure.high
