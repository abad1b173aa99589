"""Parts of the approvals page beside the verdicts: decisions over time, what waits, tools, second reviewers, replay."""

import streamlit as st

from dashboard.analysis.approval_replay import replays_of
from dashboard.analysis.approval_words import (
    NOUNS,
    decisions_words,
    one_replay_words,
    queue_words,
    replay_words,
    tool_words,
    waiting_words,
)
from dashboard.analysis.as_of import day_of
from dashboard.analysis.decisions_over_time import (
    DecisionSeries,
    decisions_frame,
    decisions_over_time,
    subjects_asked,
    waiting_frame,
)
from dashboard.analysis.filters import Period
from dashboard.analysis.older_store import is_not_derived
from dashboard.analysis.reviewers import reviewer_load
from dashboard.analysis.second_reviewers import (
    second_reviewer_frame,
    second_reviewer_words,
    second_reviewers,
    without_second_reviewer,
)
from dashboard.analysis.strictness import Strictness
from dashboard.analysis.tool_decisions import tool_decisions, tool_frame
from dashboard.analysis.trend_buckets import Every, PointState
from dashboard.analysis.waiting_now import waiting_now, waiting_now_frame
from dashboard.charts.approvals import decisions_picture, waiting_picture
from dashboard.ui.address import Address
from dashboard.ui.approval_tables import replay_table
from dashboard.ui.approvals import rows_of
from dashboard.ui.pictures import picture
from dashboard.ui.slo_trends import pick_every
from dashboard.ui.tables import table
from dashboard.ui.text import literal
from dashboard.ui.view import View
from data.definitions.approval_costs import approval_costs
from data.words import Subject

_MOST_REPLAYS = 3
_AFTER_LOAD = "is told after the next etl load"
"""Of what a store that came up from an older version has not derived yet: nothing there is not the same as none."""


def over_time(address: Address, view: View) -> None:
    """Show decisions by outcome over time, and how long they took; people and rules apart."""
    asked = view.ask_alone(subjects_asked)
    if not asked:
        st.header("No decision was asked for in this period", anchor=False)
        st.caption("Load reviews of pull requests, chats with tool calls, or own records of approvals: etl load PATH.")
        return
    slot = st.container()
    with st.container(horizontal=True):
        subjects = [subject.value for subject in asked]
        picked = address.pick(
            "subject", subjects, subjects[0], st.segmented_control, "Decisions on", required=True, wrap=True,
            format_func=lambda name: f"{NOUNS[Subject(name)].capitalize()} ({asked[Subject(name)]:,})",
        )  # fmt: skip
        every = pick_every(address, view)
    found = view.ask_alone(decisions_over_time, view.as_of, Subject(picked), every)
    slot.header(literal(decisions_words(found)), anchor=False)
    name = f"{picked}_decisions_by_{found.every.value}"
    picture(decisions_picture(found), name=name, alt=decisions_words(found), chosen=view.chosen)
    st.caption(literal(_legend(found, every)))
    waited = f"{picked}_waiting_by_{found.every.value}"
    title = waiting_words(found)
    st.subheader(literal(title), anchor=False)
    is_timed = any(bucket.waits.n for buckets in found.by_actor.values() for bucket in buckets)
    if is_timed:
        picture(waiting_picture(found), name=waited, alt=title, chosen=view.chosen)
        st.caption("Line: median. Band: its 95 % interval, where there are enough decisions for one.")
    with st.expander("The numbers behind these pictures"):
        table(decisions_frame(found), name=name, chosen=view.chosen)
        if is_timed:
            table(waiting_frame(found), name=waited, chosen=view.chosen)


def queue(view: View) -> None:
    """Show what waits for a decision now."""
    # Whatever the period, so that it is asked once for all of them.
    today = day_of(view.as_of)
    chosen = view.chosen
    anytime = chosen.during(Period(today, today))
    found = view.ask(waiting_now, anytime, view.as_of)
    st.header(literal(queue_words(found)), anchor=False)
    if not found:
        return
    table(waiting_now_frame(found), name="waiting_now", chosen=view.chosen)
    st.caption(
        literal(
            f"As of the newest record, {view.as_of:%d %b %Y %H:%M} UTC, whatever the period above. What was asked in a "
            "chat that was left waits for ever; nothing tells it apart."
        )
    )


def tools(view: View) -> None:
    """Show the tools that were called, and what was decided before."""
    found = view.ask_alone(tool_decisions)
    if not found and is_not_derived(view.connection):
        st.header(f"Which tools were called {_AFTER_LOAD}", anchor=False)
        return
    st.header(literal(tool_words(found)), anchor=False)
    if not found:
        return
    table(tool_frame(found), name="tool_decisions", chosen=view.chosen)
    st.caption(
        literal(
            "Tools that change something come first, then those of which nobody says. Own records of tool calls tell "
            "whether a tool changes something (is_mutating)."
        )
    )


def second(address: Address, view: View) -> None:
    """Show the high-risk edits without a second reviewer."""
    found = view.ask_alone(second_reviewers)
    st.header(literal(second_reviewer_words(found)), anchor=False)
    if not found:
        return
    table(second_reviewer_frame(found), name="second_reviewers", chosen=view.chosen)
    st.caption(
        "Accepted edits in zones of high risk (risk_zones.toml). The share is of those of which it is known how many "
        "people approved them; those applied without a question, and those of which nobody says, stand beside."
    )
    group = without_second_reviewer()
    if any(zone.without_second.k for zone in found):
        with address.fold("edits", "The edits without a second reviewer") as part:
            if part.open:
                rows_of(address, view, group, "edits", "second_reviewer_rows")


def replay(view: View, found: Strictness) -> None:
    """Show what a stricter or laxer rule would have done on history."""
    replayed = replays_of(found)
    if not replayed:
        return
    st.header(literal(replay_words(replayed)), anchor=False)
    ranked = sorted(replayed, key=lambda one: -abs(one.saved_usd.value) if one.saved_usd else 0.0)
    for one in ranked[:_MOST_REPLAYS]:
        st.markdown(f":material/replay: {literal(one_replay_words(one))}")
    replay_table(replayed, view.chosen)
    st.caption(
        "Proposed, never applied. Replayed on the judged decisions of the period. Assumed: people decide on other "
        "changes as they did on these, and as fast; a rejected change that was not accepted within "
        f"{approval_costs().accepted_again_hours} hours would have been rolled back; a second reviewer sees what a "
        "first one sees; the changes that were rolled back are spread evenly over those with one and with two "
        "reviewers. Intervals are those of how people decide, not of these assumptions. Negative: fewer than in fact."
    )


def reviewers(address: Address, view: View) -> None:
    """Show how decisions are spread over reviewers, where so many decided that nobody is looked at alone."""
    with address.fold("reviewers", "How decisions are spread over reviewers") as part:
        if not part.open:
            return
        found = view.ask_alone(reviewer_load)
        if not found.reviewers and is_not_derived(view.connection):
            st.markdown(f"How decisions are spread {_AFTER_LOAD}.")
            return
        st.markdown(literal(f"{found.words}."))
        if not found.frame.is_empty():
            table(found.frame, name="reviewers", chosen=view.chosen)
            unnamed = f" {found.unnamed:,} decisions name no reviewer." if found.unnamed else ""
            st.caption(literal(f"Decisions of people on patches.{unnamed}"))


def _legend(found: DecisionSeries, every: Every) -> str:
    said = ["Blue: accepted (approved, edited or let through by a rule). Hatched: rejected. Hollow: still waits."]
    said.append("By the day on which a decision was asked for; people and rules apart.")
    if any(bucket.state is PointState.INCOMPLETE for buckets in found.by_actor.values() for bucket in buckets):
        said.append("The last bar is cut short: its days are not over, or not in the period.")
    if found.every is not every:
        said.append(f"The period is too long for {every.label.lower()} bars; these are by {found.every.value}.")
    return " ".join(said)
