"""The lower half of the spend page: month and budget, bills against prices, and the rows behind the money."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from dashboard.analysis.call_rows import Calls
from dashboard.analysis.cost_discrepancy import discrepancies, discrepancy_frame
from dashboard.analysis.dearest_tasks import dearest_tasks, task_count, task_days
from dashboard.analysis.filters import Period
from dashboard.analysis.spend import Spend
from dashboard.analysis.spend_frames import budgets_frame, month_frame
from dashboard.analysis.spend_month import FEWEST_WEEKS, HISTORY_WEEKS, month_spend
from dashboard.analysis.spend_words import (
    discrepancy_words,
    dollars,
    left_words,
    month_words,
    token_words,
    unattributed_words,
)
from dashboard.analysis.token_use import token_use
from dashboard.analysis.trend_buckets import Every, bucket_name
from dashboard.analysis.unattributed import unattributed
from dashboard.charts.spend import month_against_budget
from dashboard.ui.address import Address
from dashboard.ui.call_rows import calls_behind
from dashboard.ui.pictures import picture
from dashboard.ui.tables import PAGE_ROWS, all_rows_button, table
from dashboard.ui.text import days, literal
from dashboard.ui.view import View

_ANY = "all"


def month(view: View) -> None:
    """Show the running month, projected to its end, against the budget."""
    months = view.ask_alone(month_spend, view.as_of)
    whole = months[0]
    st.header(literal(month_words(whole)), anchor=False)
    st.markdown(literal(left_words(whole)))
    picture(month_against_budget(whole), name="month_to_date", alt=month_words(whole), chosen=view.chosen)
    st.caption(
        literal(
            f"The month of the newest record, whatever period is chosen. Known spend only. Days to come: mean of the "
            f"same weekday in the last {HISTORY_WEEKS} weeks, at least {FEWEST_WEEKS}, with a 95 % interval from a "
            "bootstrap over days; growth within the month is not assumed. Budgets: data/definitions/budgets.toml, for "
            "all spend and for projects."
        )
    )
    table(budgets_frame(months), name="budgets", chosen=view.chosen)
    for one in months[1:]:
        st.markdown(f"{literal(month_words(one))}.")
    with st.expander("The numbers behind this picture"):
        table(month_frame(whole), name="month_to_date", chosen=view.chosen)


def discrepancy(address: Address, view: View) -> None:
    """Show reported against computed cost by route."""
    found = view.ask_alone(discrepancies)
    st.header(literal(discrepancy_words(found)), anchor=False)
    table(
        discrepancy_frame(found), name="reported_against_computed", chosen=view.chosen,
        nothing="Gateway logs report what a call cost; chats do not. Load them: etl load PATH.",
    )  # fmt: skip
    if found.routes:
        st.caption(
            literal(
                f"Only calls that have both costs: {found.calls:,} in the period. "
                "Difference: reported minus computed, also as a share of computed, with a bootstrap over days. "
                "Computed is tokens times the price on the day of the call."
            )
        )
        calls_behind(address, view, Calls.TWO_COSTS)


def without_task(address: Address, view: View) -> None:
    """Show spend that no task explains, and what it may be."""
    frame = view.ask_alone(unattributed, view.as_of)
    st.header(literal(unattributed_words(frame)), anchor=False)
    table(
        frame, name="unattributed_spend", chosen=view.chosen,
        nothing="Nothing to explain: each call was found in a loaded chat.",
    )  # fmt: skip
    if not frame.is_empty():
        calls_behind(address, view, Calls.UNATTRIBUTED)


def tokens(view: View) -> None:
    """Show tokens by route and how much was read from caches."""
    frame = view.ask_alone(token_use)
    st.header(literal(token_words(frame)), anchor=False)
    table(frame, name="tokens", chosen=view.chosen, nothing="No call in this period.")
    st.caption("n: calls whose tokens are known. No share: the source never reported a read from a cache.")


def dearest(address: Address, view: View, found: Spend) -> None:
    """Show the most expensive tasks of the period or of one bar, a page at a time."""
    slot = st.container()
    measured = {bucket.first.isoformat(): bucket for bucket in found.buckets if bucket.amount.calls}
    names = {_ANY: "The whole period"} | {
        first: _bucket_words(bucket.first, bucket.last, found.every, bucket.amount.known_usd)
        for first, bucket in measured.items()
    }
    picked = address.pick(
        "bucket", [_ANY, *reversed(measured)], _ANY, st.selectbox, "Tasks asked in", format_func=names.__getitem__,
        width=340,
    )  # fmt: skip
    bar = measured.get(picked)
    first, last = (bar.first, bar.last) if bar else (view.chosen.period.first, view.chosen.period.last)
    read = view.ask_alone(task_days, first, last)
    total = 0 if read is None else view.ask_alone(task_count, read.first, read.last)
    if read is None or not total:
        slot.header("No task of known cost to list", anchor=False)
        st.caption("Load chat exports beside the gateway logs, or choose a longer period.")
        return
    page = st.container()
    pages = -(-total // PAGE_ROWS)
    number = address.page("tasks", pages, (view.chosen, read))
    offset = (number - 1) * PAGE_ROWS
    frame = view.ask_alone(dearest_tasks, read.first, read.last, limit=PAGE_ROWS, offset=offset)
    costs = [value for value in frame["known_usd"].to_list() if value is not None]
    slot.header(literal(_dearest_words(costs, number)), anchor=False)
    with page:
        st.caption(
            literal(
                f"Rows {offset + 1:,} to {offset + frame.height:,} of {total:,}, the dearest first, "
                f"{_read(read, view)}. Where calls are unpriced, the cost is a lower bound."
            )
        )
        chosen = view.chosen.during(read)
        table(frame, name="dearest_tasks", chosen=chosen, page=number if pages > 1 else None)
        if pages > 1:
            all_rows_button(view, "dearest_tasks", total, chosen)


def _dearest_words(costs: Sequence[float], page: int) -> str:
    if not costs or not max(costs):
        return "No task has a known cost above $0" if page == 1 else "Tasks without a known cost above $0"
    span = dollars(max(costs)) if max(costs) == min(costs) else f"{dollars(max(costs))} to {dollars(min(costs))}"
    return f"The most expensive tasks: {span}" if page == 1 else f"Tasks of {span}"


def _read(read: Period, view: View) -> str:
    if read.first > view.chosen.period.first and read.last == view.chosen.period.last:
        return f"read from the newest days only, {days(read.first, read.last)}"
    return days(read.first, read.last)


def _bucket_words(first: date, last: date, every: Every, known: float | None) -> str:
    name = bucket_name(first, every, with_year=every is not Every.WEEK)
    span = f" ({days(first, last)})" if every is Every.WEEK else ""
    return f"{name[:1].upper()}{name[1:]}{span}: {dollars(known)}"
