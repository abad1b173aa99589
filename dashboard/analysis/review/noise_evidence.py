"""What the answer on noisy integrations rests on: shares and numbers of useless attempts, as pictures and tables."""

from collections.abc import Mapping

from dashboard.analysis.figures import Unit
from dashboard.analysis.intervals import Interval
from dashboard.analysis.review.asked import Asked
from dashboard.analysis.review.document import ChartKind, ChartSeries, EvidenceChart, EvidenceTable
from dashboard.analysis.review.integration_noise import Integration
from dashboard.analysis.review.parts import (
    COUNT,
    FLAG,
    NUMBER,
    TEXT,
    Row,
    bounded,
    rate_cells,
    rate_series,
    share_of,
    table_of,
)
from dashboard.analysis.review.worst import Worst
from dashboard.analysis.wording import capital, listed

Found = Mapping[str, Integration]
_MOST_DRAWN = 8


def per_100_bounds(interval: Interval | None) -> tuple[float, float] | None:
    """Return the interval of useless per 100 useful, from that of the share of useless ones; null when unbounded."""
    if interval is None or interval[1] >= 1:
        return None
    return 100 * interval[0] / (1 - interval[0]), 100 * interval[1] / (1 - interval[1])


def charts(worst: Worst, now: Found, before: Found | None, asked: Asked) -> tuple[EvidenceChart, ...]:
    """Return the shares of useless attempts, and what the largest numbers of them came to."""
    names = tuple(part.name for part in worst.parts[:_MOST_DRAWN])
    series = [rate_series(asked.quarter.name, [now[name].counts for name in names])]
    if before is not None:
        earlier = [before[name].counts if name in before else (0, 0) for name in names]
        series.append(rate_series(asked.quarter.previous().name, earlier))
    most = sorted(now.values(), key=lambda one: (-one.useless_count, one.label))[:_MOST_DRAWN]
    rates = (
        EvidenceChart(
            name="noisy_integrations_rates",
            title=title_of(worst),
            kind=ChartKind.POINTS,
            categories=names,
            series=tuple(series),
            unit=Unit.RATE,
            axis="Share of attempts that came to nothing",
            n_unit="attempts",
        ),
    )
    if not most or not most[0].useless_count:
        return rates
    return (
        *rates,
        EvidenceChart(
            name="noisy_integrations_counts",
            title=f"Most useless attempts in number: {most[0].label}",
            kind=ChartKind.BARS,
            categories=tuple(one.label for one in most),
            series=(
                ChartSeries(
                    asked.quarter.name,
                    values=tuple(float(one.useless_count) for one in most),
                    n=tuple(one.counts[1] for one in most),
                ),
            ),
            unit=Unit.COUNT,
            axis="Attempts that came to nothing",
            n_unit="attempts",
        ),
    )


def title_of(worst: Worst) -> str:
    """Return what the shares say."""
    if not worst.named:
        return "No integration makes clearly more noise than the others"
    makes = "make" if len(worst.named) > 1 else "makes"
    return f"{capital(listed(worst.named))} {makes} clearly more noise than the others"


_NOISE = {
    "integration": TEXT,
    "kind": TEXT,
    "attempt_count": COUNT,
    "useful_count": COUNT,
    "useless_count": COUNT,
    **bounded("useless_rate"),
    "per_100_useful": NUMBER,
    "per_100_useful_low": NUMBER,
    "per_100_useful_high": NUMBER,
    "is_named": FLAG,
    "against_the_rest": TEXT,
    "before_attempt_count": COUNT,
    "before_useless_rate": NUMBER,
}


def noise_table(worst: Worst, now: Found, before: Found) -> EvidenceTable:
    """Return how noisy each integration is, with the quarter before."""
    rows: list[Row] = []
    for part in worst.parts:
        one, earlier = now[part.name], before.get(part.name)
        low, high = per_100_bounds(part.interval) or (None, None)
        rows.append(
            {
                "integration": one.name,
                "kind": one.kind.value,
                "attempt_count": part.total,
                "useful_count": one.useful_count,
                "useless_count": part.bad,
                **rate_cells("useless_rate", (part.bad, part.total)),
                "per_100_useful": one.per_100_useful,
                "per_100_useful_low": low,
                "per_100_useful_high": high,
                "is_named": part.name in worst.named,
                "against_the_rest": "too few attempts" if part.verdict is None else part.verdict.value,
                "before_attempt_count": None if earlier is None else earlier.counts[1],
                "before_useless_rate": None if earlier is None else share_of(*earlier.counts),
            }
        )
    return table_of(
        rows,
        _NOISE,
        name="noisy_integrations_rates",
        title="Useless attempts at each integration, for its use",
        meaning="one row per integration, the highest share of useless attempts first",
    )


_KINDS = {
    "integration": TEXT,
    "kind": TEXT,
    "useful_count": COUNT,
    "failed_count": COUNT,
    "timeout_count": COUNT,
    "denied_count": COUNT,
    "not_run_count": COUNT,
    "retry_count": COUNT,
    "repeated_count": COUNT,
    "most_frequent_error": TEXT,
}


def kinds_table(worst: Worst, now: Found) -> EvidenceTable:
    """Return what the attempts at each integration came to."""
    rows: list[Row] = []
    for part in worst.parts:
        one = now[part.name]
        errors = sorted(one.error_kinds.items(), key=lambda pair: (-pair[1], pair[0]))
        rows.append(
            {
                "integration": one.name,
                "kind": one.kind.value,
                **{name: getattr(one, name) for name in _KINDS if name.endswith("_count")},
                "most_frequent_error": errors[0][0] if errors else None,
            }
        )
    return table_of(
        rows,
        _KINDS,
        name="noisy_integrations_kinds",
        title="What the attempts came to",
        meaning="one row per integration",
    )
