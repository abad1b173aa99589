"""The parts of the spend page: where the money goes over time, and what is not known of it."""

import streamlit as st

from dashboard.analysis.call_rows import Calls
from dashboard.analysis.spend import Spend, SpendBy, spend
from dashboard.analysis.spend_frames import groups_frame, spend_frame, unpriced_frame
from dashboard.analysis.spend_parts import per_completed_task, unpriced_routes
from dashboard.analysis.spend_words import (
    compared_words,
    headline,
    over_time_words,
    parts_words,
    spike_words,
    unpriced_remedies,
    unpriced_words,
)
from dashboard.analysis.trend_buckets import Every, PointState
from dashboard.analysis.trend_frames import trend_frame
from dashboard.analysis.trend_words import trend_words
from dashboard.analysis.trends import slo_trends
from dashboard.charts.slo_trend import slo_trend
from dashboard.charts.spend import spend_over_time, spend_parts
from dashboard.ui import states
from dashboard.ui.address import Address
from dashboard.ui.call_rows import calls_behind
from dashboard.ui.header import scope
from dashboard.ui.pictures import picture
from dashboard.ui.tables import table
from dashboard.ui.text import literal
from dashboard.ui.view import View

CHOICES = ("every", "by", "prices", "bucket", "tasks", *Calls)
"""What the spend page keeps in the address."""
_MOST_SPIKES = 3


def pick_by(address: Address) -> SpendBy:
    """Let a person pick what spend is broken down by."""
    labels = {by.value: by.label for by in SpendBy}
    picked = address.pick(
        "by", list(labels), SpendBy.MODEL.value, st.segmented_control, "Broken down by",
        format_func=labels.__getitem__, required=True,
    )  # fmt: skip
    return SpendBy(picked)


def spend_of(view: View, every: Every, by: SpendBy) -> Spend:
    """Say what was spent and where most of it went; a period without calls says what to do."""
    found = view.ask(spend, view.chosen, view.as_of, every, by)
    st.header(literal(headline(found)), anchor=False)
    scope(view)
    if not found.has_calls:
        states.empty(
            "No call to a model in this period", "Choose a longer period, or load gateway logs: etl load PATH."
        )
        return found
    told = compared_words(found)
    if told:
        st.caption(literal(told))
    return found


def over_time(view: View, found: Spend, every: Every) -> None:
    """Show spend by bucket, its parts, and what a part costs per completed task."""
    title = over_time_words(found)
    st.subheader(literal(title), anchor=False)
    name = f"spend_by_{found.every.value}_and_{found.by.value}"
    picture(spend_over_time(found), name=name, alt=title, chosen=view.chosen)
    st.caption(literal(_legend(found, every)))
    largest = sorted(found.spikes, key=lambda spike: spike.usual_micro_usd - spike.micro_usd)[:_MOST_SPIKES]
    for spike in sorted(largest, key=lambda spike: spike.first):
        st.markdown(f":material/priority_high: {literal(spike_words(spike, found.by.noun))}")
    st.subheader(literal(parts_words(found)), anchor=False)
    picture(
        spend_parts(found), name=f"spend_by_{found.by.value}", chosen=view.chosen,
        alt=f"Spend by {found.by.noun}, one row of bars each. {parts_words(found)}.",
    )  # fmt: skip
    table(
        groups_frame(found, view.ask_alone(per_completed_task, found.by)),
        name=f"spend_by_{found.by.value}", chosen=view.chosen,
    )  # fmt: skip
    st.caption(_groups_note(found))
    with st.expander("The numbers behind these pictures"):
        table(spend_frame(found), name=name, chosen=view.chosen)


def per_task(view: View, every: Every) -> None:
    """Show spend per completed task over time, with its interval."""
    trend = view.ask(slo_trends, view.chosen, view.as_of, "cost_efficiency", every)[0]
    st.header(trend_words(trend), anchor=False)
    if not any(point.value is not None for point in trend.points):
        st.caption("No completed task of known cost: load chat exports with the gateway logs, or a longer period.")
        return
    picture(
        slo_trend(trend, height=260), name=f"{trend.name}_by_{trend.every.value}", alt=trend_words(trend),
        chosen=view.chosen,
    )  # fmt: skip
    st.caption(
        literal(f"Band: 95 % interval, a BCa bootstrap over days. Grey line: compared period. {trend.note or ''}")
    )
    with st.expander("The numbers behind this picture"):
        table(trend_frame(trend), name=f"{trend.name}_by_{trend.every.value}", chosen=view.chosen)


def unpriced(address: Address, view: View, found: Spend) -> None:
    """Show the routes whose calls have no known cost, and what they may have cost."""
    routes = view.ask_alone(unpriced_routes, found.costs)
    st.header(literal(unpriced_words(routes, found.costs)), anchor=False)
    table(
        unpriced_frame(routes, found.costs), name="unpriced_calls", chosen=view.chosen,
        nothing="Nothing is missing: totals are numbers, not ranges.",
    )  # fmt: skip
    if not routes:
        return
    if found.costs is None:
        said = "No route of this period has enough calls of known price to judge these by."
    else:
        said = (
            "A call counts as much as the other calls of its route. Where its route has no price, from the cheapest "
            f"({found.costs.cheapest}) to the dearest route of the period ({found.costs.dearest}): per token where "
            "tokens are known, else per call. One that did not succeed may have cost nothing."
        )
    st.caption(literal(said))
    st.caption(literal(unpriced_remedies(routes)))
    calls_behind(address, view, Calls.UNPRICED)


def _groups_note(found: Spend) -> str:
    said = "Known spend of the parts adds up to the whole. Low and high add what unpriced calls may have cost. "
    if found.gone:
        said += "What only the compared period has stands at the end. "
    if found.by in (SpendBy.PROVIDER, SpendBy.MODEL):
        said += "Spend lies with the route that served a call, spend per completed task with the route it asked for. "
    if found.by is SpendBy.TASK_CLASS:
        said += "(none): calls that belong to no task. "
    return said + "Per completed task: spend of all its tasks, failed ones included, with a bootstrap over days."


def _legend(found: Spend, every: Every) -> str:
    said = ["Bars: known spend."]
    if found.total.unpriced and found.costs is not None:
        said.append("Hatched: what unpriced calls may have added at most.")
    if any(bucket.state is PointState.INCOMPLETE for bucket in found.buckets):
        said.append("The hollow bar is not complete yet.")
    if any(not bucket.amount.calls for bucket in found.buckets):
        said.append("No bar: no call is recorded.")
    if found.spikes:
        said.append("Diamond: holds a day at least three times as dear as the same weekday of the eight weeks before.")
    if found.every is not every:
        said.append(f"The period is too long for {every.label.lower()} bars; these are by {found.every.value}.")
    return " ".join(said)
