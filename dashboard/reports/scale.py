"""The value axis of a drawn chart: its ends, its ticks, and what they read."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from dashboard.analysis.figures import Unit
from dashboard.analysis.review.document import EvidenceChart
from dashboard.analysis.units import value_text

_TICKS = 6


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from its first tick to its last."""

    ticks: tuple[float, ...]

    def share(self, value: float) -> float:
        """Return where a value lies, from 0 at the first tick to 1 at the last."""
        first, last = self.ticks[0], self.ticks[-1]
        return min(max((value - first) / (last - first), 0.0), 1.0)


def scale_of(values: Sequence[float], unit: Unit) -> Scale:
    """Return an axis that holds these values and nothing at all; a rate does not go beyond 100 % for its interval."""
    low, high = min((0.0, *values)), max((0.0, *values))
    if low == high:
        high = 1.0
    size = _size_of_unit(max(high, -low), unit)
    step = _round_step((high - low) / _TICKS / size) * size
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    if unit is Unit.COUNT and step < 1:
        step, first, last = 1.0, floor(low), ceil(high)
    return Scale(tuple(tick * step for tick in range(first, last + 1)))


def scale_of_chart(chart: EvidenceChart) -> Scale:
    """Return the axis of a chart: it holds its values, their intervals and what they are compared with."""
    values = [
        value
        for series in chart.series
        for value in (*series.values, *series.low, *series.high, chart.reference)
        if value is not None and isfinite(value)
    ]
    return scale_of(values, chart.unit)


def tick_text(value: float, unit: Unit) -> str:
    """Return what stands at a tick: as short as it can be told apart from the next."""
    if unit is Unit.RATE:
        return f"{value * 100:.6g} %".replace("-", "−")
    if unit is Unit.USD and value == int(value):
        return f"${value:,.0f}".replace("$-", "−$")
    return "0" if value == 0 else value_text(value, unit)


def _size_of_unit(largest: float, unit: Unit) -> float:
    """Return how many seconds the unit has in which the values will read; ticks are whole numbers of it."""
    if unit is not Unit.SECONDS:
        return 1.0
    return 1.0 if largest < 120 else 60.0 if largest < 7200 else 3600.0


def _round_step(step: float) -> float:
    power = 10 ** floor(log10(step))
    return next(nice * power for nice in (1, 2, 5, 10) if nice * power >= step * (1 - 1e-9))
