"""Spend as pictures: the whole by bucket, its parts as small multiples, and the running month against its budget."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dashboard.analysis.figures import Unit
from dashboard.analysis.intervals import ratio
from dashboard.analysis.remembered import remembered
from dashboard.analysis.spend import Spend, SpendBucket
from dashboard.analysis.spend_amounts import Amount, UnitCosts, unpriced_range
from dashboard.analysis.spend_month import BudgetVerdict, MonthSpend
from dashboard.analysis.trend_buckets import Every, PointState
from dashboard.analysis.units import interval_text, value_text
from dashboard.charts.drawing import Drawing, safe
from dashboard.charts.theme import BAD, PLAIN, UNKNOWN

if TYPE_CHECKING:
    from dashboard.charts.drawn import Drawn

_DAY_MS = 86_400_000
_PANEL_HEIGHT = 92
_HOLLOW = "rgba(59, 130, 196, 0.18)"
_TICKS = {Every.DAY: "%d %b", Every.WEEK: "%d %b", Every.MONTH: "%b %Y"}
_LONGEST_NAME = 38


@remembered(96)
def spend_over_time(found: Spend) -> "Drawn":
    """Return known spend as bars, the range of unpriced calls hatched on top; diamonds mark what stands out."""
    figure = Drawing()
    _add_bars(figure, found, [bucket.amount for bucket in found.buckets])
    marked = [bucket for bucket in found.buckets if _has_spike(bucket, found)]
    if marked:
        figure.add_scatter(
            x=[_middle(bucket) for bucket in marked],
            y=[(bucket.amount.known_usd or 0.0) + _top(bucket.amount, found.costs) for bucket in marked],
            mode="markers", marker={"symbol": "diamond", "size": 9, "color": BAD}, hoverinfo="skip", cliponaxis=False,
        )  # fmt: skip
    figure.update_layout(height=280, bargap=0.1)
    figure.update_xaxes(showgrid=False, type="date", tickformat=_TICKS[found.every], nticks=7)
    figure.update_yaxes(title={"text": f"USD a {found.every.value}", "standoff": 12}, rangemode="tozero")
    return figure.figure()


@remembered(96)
def spend_parts(found: Spend) -> "Drawn":
    """Return one row of bars for each part, all on the same scale."""
    rows = max(len(found.groups), 1)
    figure = Drawing(rows=rows, spacing=min(0.28 / rows, 0.08))
    highest = 0.0
    for row, group in enumerate(found.groups, 1):
        _add_bars(figure, found, group.buckets, row=row)
        tops = [(amount.known_usd or 0.0) + _top(amount, found.costs) for amount in group.buckets]
        highest = max(highest, *tops)
        figure.add_row_title(row, _panel_title(group.name, group.total, found))
    figure.update_layout(
        height=50 + _PANEL_HEIGHT * rows, bargap=0.1, margin={"l": 8, "r": 8, "t": 24, "b": 8}
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, type="date", tickformat=_TICKS[found.every], nticks=7, fixedrange=True)
    figure.update_yaxes(
        range=[0, highest * 1.05 or 1], nticks=3, tickprefix="$", fixedrange=True, automargin=True
    )  # fmt: skip
    return figure.figure()


@remembered(96)
def month_against_budget(month: MonthSpend) -> "Drawn":
    """Return spend from the first of the month on: solid what is known, dotted the projection with its interval."""
    known = [day for day in month.days if not day.is_projected]
    projected = [day for day in month.days if day.is_projected]
    figure = Drawing()
    coming = [*known[-1:], *projected]
    if projected:
        lows = [day.total_usd if day.low_usd is None else day.low_usd for day in coming]
        highs = [day.total_usd if day.high_usd is None else day.high_usd for day in coming]
        days = [day.day for day in coming]
        figure.add_scatter(
            x=[*days, *reversed(days)], y=[*highs, *reversed(lows)], fill="toself", mode="lines", hoverinfo="skip",
            fillcolor="rgba(59, 130, 196, 0.20)", line={"width": 0},
        )  # fmt: skip
        figure.add_scatter(
            x=days, y=[day.total_usd for day in coming], mode="lines", line={"color": PLAIN, "width": 2, "dash": "dot"},
            text=[f"projected, 95 % interval {interval_text(day.low_usd, day.high_usd, Unit.USD)}" for day in coming],
            hovertemplate="%{x|%d %b}: %{y:$,.2f}<br>%{text}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=[day.day for day in known], y=[day.total_usd for day in known], mode="lines+markers",
        line={"color": PLAIN, "width": 2}, marker={"size": 5, "color": PLAIN},
        hovertemplate="%{y:$,.2f} spent up to %{x|%d %b}<extra></extra>",
    )  # fmt: skip
    if month.budget is not None:
        limit = month.budget.month_usd
        is_over = month.verdict in (BudgetVerdict.OVER, BudgetVerdict.SPENT)
        color = BAD if is_over else UNKNOWN
        figure.add_hline(y=limit, line={"color": color, "width": 1.5, "dash": "dash"})
        figure.add_annotation(
            xref="paper", x=0, y=limit, xanchor="left", yanchor="bottom", showarrow=False,
            text=f"budget {value_text(limit, Unit.USD)}", font={"size": 11, "color": color},
        )  # fmt: skip
    figure.update_layout(height=280)
    figure.update_xaxes(
        showgrid=False, type="date", tickformat="%d %b", nticks=7,
        range=[month.first.isoformat(), (month.last + timedelta(days=1)).isoformat()],
    )  # fmt: skip
    figure.update_yaxes(title={"text": "USD since the first", "standoff": 12}, rangemode="tozero", zeroline=False)
    return figure.figure()


def _add_bars(figure: Drawing, found: Spend, amounts: Sequence[Amount], row: int | None = None) -> None:
    """Draw the known spend of each bucket, hollow where it is not complete, and hatched what is unknown on top."""
    shown = [(bucket, amount) for bucket, amount in zip(found.buckets, amounts, strict=True) if amount.calls]
    if not shown:
        return
    days = [_middle(bucket) for bucket, _ in shown]
    widths = [_width(bucket) for bucket, _ in shown]
    settled = [bucket.state is PointState.SETTLED for bucket, _ in shown]
    figure.add_bar(
        x=days, y=[amount.known_usd for _, amount in shown], width=widths,
        marker={"color": [PLAIN if is_settled else _HOLLOW for is_settled in settled],
                "line": {"color": PLAIN, "width": [0 if is_settled else 1.5 for is_settled in settled]}},
        hovertext=[_words(bucket, amount, found.costs) for bucket, amount in shown], hoverinfo="text", row=row,
    )  # fmt: skip
    unknown = [(bucket, amount) for bucket, amount in shown if _top(amount, found.costs) > 0]
    if unknown:
        figure.add_bar(
            x=[_middle(bucket) for bucket, _ in unknown], width=[_width(bucket) for bucket, _ in unknown],
            base=[amount.known_usd or 0.0 for _, amount in unknown],
            y=[_top(amount, found.costs) for _, amount in unknown],
            marker={"color": "rgba(125, 136, 148, 0.12)", "line": {"color": UNKNOWN, "width": 0.5},
                    "pattern": {"shape": "/", "fgcolor": UNKNOWN, "size": 5, "solidity": 0.25}},
            hovertext=[_words(bucket, amount, found.costs) for bucket, amount in unknown], hoverinfo="text", row=row,
        )  # fmt: skip
    figure.update_layout(barmode="overlay")


def _top(amount: Amount, costs: UnitCosts | None) -> float:
    return unpriced_range(amount, costs).high_usd or 0.0


def _words(bucket: SpendBucket, amount: Amount, costs: UnitCosts | None) -> str:
    span = f"{bucket.first:%d %b %Y}"
    if bucket.first != bucket.last:
        span = f"{bucket.first:%d %b} to {bucket.last:%d %b %Y}"
    known = "no known cost" if amount.known_usd is None else f"{value_text(amount.known_usd, Unit.USD)} known"
    lines = [f"<b>{known}</b>, {span}", f"n = {amount.calls:,} calls"]
    if amount.unpriced:
        between = unpriced_range(amount, costs)
        told = interval_text(between.low_usd, between.high_usd, Unit.USD)
        lines.append(f"{amount.unpriced:,} unpriced: {told} more")
    if bucket.state is not PointState.SETTLED:
        lines.append(f"{bucket.state.value}: may still grow")
    return "<br>".join(lines)


def _panel_title(name: str, total: Amount, found: Spend) -> str:
    shown = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    share = ratio(total.micro_usd, found.total.micro_usd)
    known = "no known cost" if total.known_usd is None else value_text(total.known_usd, Unit.USD)
    part = "" if share is None or total.known_usd is None else f", {value_text(share, Unit.RATE)}"
    return f"{safe(shown)}: {known}{part}"


def _has_spike(bucket: SpendBucket, found: Spend) -> bool:
    return any(spike.first <= bucket.last and spike.last >= bucket.first for spike in found.spikes)


def _middle(bucket: SpendBucket) -> date | str:
    return _noon(bucket.first, (bucket.last - bucket.first).days + 1)


def _noon(first: date, days: int) -> str:
    half, odd = divmod(days, 2)
    return f"{first + timedelta(days=half):%Y-%m-%d}T{'12' if odd else '00'}:00"


def _width(bucket: SpendBucket) -> float:
    return ((bucket.last - bucket.first).days + 1) * _DAY_MS * 0.86
