"""How values read on screen: percent, seconds, dollars, counts. Files keep the plain value."""

from dashboard.analysis.figures import Unit

MISSING = "–"


def value_text(value: float | int | str | None, unit: Unit) -> str:
    """Return a value with its unit, as short as it stays exact enough to act on."""
    if value is None:
        return MISSING
    if isinstance(value, str) or unit in (Unit.TEXT, Unit.DAY):
        return str(value)
    match unit:
        case Unit.RATE:
            return _percent(float(value))
        case Unit.SECONDS:
            return _seconds(float(value))
        case Unit.USD:
            return _dollars(float(value))
        case _:
            return f"{value:,.0f}"


def difference_text(value: float | None, unit: Unit) -> str:
    """Return a signed difference; that of two rates is in percentage points."""
    if value is None:
        return MISSING
    text = f"{abs(value) * 100:.1f} pp" if unit is Unit.RATE else value_text(abs(value), unit)
    is_nothing = not any(digit in text for digit in "123456789")
    return ("±" if is_nothing else "+" if value > 0 else "−") + text


def share_text(share: float) -> str:
    """Return a share in whole percent; one that is nearly all or nearly none keeps its digit."""
    percent = share * 100
    if 99.5 <= percent < 100 or 0 < percent < 0.5:
        return _percent(share)
    return f"{percent:.0f} %".replace("-", "−")


def interval_text(low: float | None, high: float | None, unit: Unit) -> str:
    """Return an interval as low to high."""
    if low is None or high is None:
        return MISSING
    return f"{value_text(low, unit)} to {value_text(high, unit)}"


def _percent(value: float) -> str:
    # Never round 99.96 % up to a full 100 %, nor a rare event down to 0 %.
    percent = value * 100
    if 99.95 <= percent < 100:
        return "> 99.9 %"
    if 0 < percent < 0.05:
        return "< 0.1 %"
    return f"{percent:.1f} %".replace("-", "−")


def _seconds(value: float) -> str:
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 120:
        return f"{value:.1f} s"
    minutes = value / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _dollars(value: float) -> str:
    if value < 0:
        return f"−{_dollars(-value)}"
    if value == 0:
        return "$0"
    if value < 0.01:
        return f"${value:.4f}"
    if value < 0.1:
        return f"${value:.3f}"
    return f"${value:,.2f}" if value < 100_000 else f"${value:,.0f}"
