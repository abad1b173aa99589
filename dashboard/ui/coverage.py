"""What the data covers and how fresh it is."""

from html import escape

import polars as pl
import streamlit as st

from dashboard.analysis.coverage import SourceCoverage
from dashboard.analysis.families import families
from dashboard.analysis.figures import Fact
from dashboard.analysis.units import value_text
from dashboard.ui.tables import table
from dashboard.ui.text import NBSP, age, counted, days
from dashboard.ui.view import View

STALE_DAYS = 2.0
_INSTANT = pl.Datetime("us", "UTC")
_FRESHNESS = {
    "source": pl.String(),
    "file_count": pl.Int64(),
    "new_record_count": pl.Int64(),
    "first_record_at": _INSTANT,
    "last_record_at": _INSTANT,
    "last_loaded_at": _INSTANT,
    "age_days": pl.Float64(),
}


def coverage_card(view: View) -> None:
    """Show days, freshness, sources and how much is known, as a card beside the objectives."""
    covered = view.coverage
    st.metric(
        "Newest record", age(covered.newest_record_at, view.now), help="Time since the newest record of any source."
    )
    lines: list[str] = []
    if covered.first_day and covered.last_day:
        lines.append(
            f"<p>{counted(covered.file_count, 'file')}, {escape(days(covered.first_day, covered.last_day))}</p>"
        )
    period = view.chosen.period
    lines.append(
        f'<p class="bs-small">{covered.days_with_data:,} of the {counted(period.day_count, "day")} shown have records; '
        f"last load {escape(age(covered.last_loaded_at, view.now))}.</p>"
    )
    if covered.undated_count:
        lines.append(
            f'<p class="bs-small">{counted(covered.undated_count, "record")} without a time are in no period.</p>'
        )
    lines.append(f"<ul>{''.join(_source(source) for source in families(covered.sources))}</ul>")
    shares = "".join(_share(fact) for fact in covered.shares)
    lines.append(f"<ul>{shares}</ul>" if shares else "")
    st.html(f'<div class="bs-card">{"".join(lines)}</div>')


def freshness_table(view: View) -> None:
    """Show one row per source: how much was loaded, from when to when, and how old the newest record is."""
    rows = [
        (source.title, source.file_count, source.record_count, source.first_record_at, source.last_record_at,
         source.last_loaded_at, source.age_days)
        for source in view.coverage.sources
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=_FRESHNESS, orient="row")
    table(frame, name="freshness")


def _share(fact: Fact) -> str:
    value = escape(value_text(fact.value, fact.unit)).replace(" ", NBSP)
    return f"<li><span>{escape(fact.label)}</span><b>{value}</b></li>"


def _source(source: SourceCoverage) -> str:
    is_stale = source.age_days is not None and source.age_days > STALE_DAYS
    fresh = "no dated record" if source.age_days is None else f"{source.age_days:,.0f}{NBSP}d old"
    mark = "⚠ " if is_stale else ""
    return f"<li><span>{escape(source.title)}</span><b>{mark}{fresh}</b></li>"
