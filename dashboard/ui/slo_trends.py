"""The parts of the SLO trends page: pictures with their words and numbers, the error budget, and what is behind it."""

from collections.abc import Sequence

import streamlit as st

from dashboard.analysis.breakdowns import By, PartOfSlo, breakdown, breakdown_frame
from dashboard.analysis.burn_rates import BurnTable, RuleState, burn_table
from dashboard.analysis.error_budget import ErrorBudget, error_budget
from dashboard.analysis.error_kinds import errors_by_model, errors_frame, errors_of, errors_words
from dashboard.analysis.figures import SloFigure, Unit, Verdict
from dashboard.analysis.filters import NONE_NAME, Period
from dashboard.analysis.slo_events import events_of
from dashboard.analysis.slos import slo_figures
from dashboard.analysis.survival import patch_survival, survival_frame
from dashboard.analysis.timeline_marks import Marks, mark_words, marks_frame, timeline_marks
from dashboard.analysis.trend_buckets import Every, PointState, Trend, TrendPoint, bucket_name
from dashboard.analysis.trend_frames import budget_frame, burn_frame, states_in, trend_frame, window_words
from dashboard.analysis.trend_words import last_miss, trend_words
from dashboard.analysis.trends import slo_trends
from dashboard.analysis.units import interval_text, value_text
from dashboard.charts.burn_down import burn_down
from dashboard.charts.slo_trend import LETTERS, slo_trend
from dashboard.charts.survival import survival_curve
from dashboard.ui import states
from dashboard.ui.address import Address
from dashboard.ui.cards import facts_list
from dashboard.ui.header import scope
from dashboard.ui.pictures import picture
from dashboard.ui.slo_rows import slo_rows_table
from dashboard.ui.tables import PAGE_ROWS, all_rows_button, table
from dashboard.ui.text import counted, days, literal
from dashboard.ui.view import View
from data.definitions import slos

CHOICES = ("slo", "every", "by", "bucket", "against", "rows", "beside")
"""What this page keeps in the address."""
_SHORT = {
    "task_success": "Task success",
    "diff_acceptance": "Diff acceptance",
    "runtime_health": "Runtime health",
    "provider_stability": "Provider stability",
    "cost_efficiency": "Cost efficiency",
}
_DEFAULT_EVERY = ((31, Every.DAY), (200, Every.WEEK))
_ANY = "all"


def pick_slo(address: Address) -> str:
    """Let a person pick the objective."""
    names = [slo.name for slo in slos().slo if slo.name in _SHORT]
    return address.pick(
        "slo",
        names,
        names[0],
        st.segmented_control,
        "Objective",
        format_func=_SHORT.__getitem__,
        required=True,
        wrap=True,
    )


def pick_every(address: Address, view: View) -> Every:
    """Let a person pick the bucket; by default as fine as the period lets it say something."""
    length = view.chosen.period.day_count
    default = next((every for most, every in _DEFAULT_EVERY if length <= most), Every.MONTH)
    labels = {every.value: every.label for every in Every}
    picked = address.pick(
        "every", list(labels), default.value, st.segmented_control, "Points", format_func=labels.__getitem__,
        required=True, wrap=True,
    )  # fmt: skip
    return Every(picked)


def trends_of(view: View, slo: str, every: Every) -> tuple[Trend, ...]:
    """Show the trends of an objective and return them; says what to load where nothing was measured."""
    trends = view.ask(slo_trends, view.chosen, view.as_of, slo, every)
    span = last_miss(trends[0]) if slo == "provider_stability" else None
    words = trend_words(trends[0], view.ask_alone(errors_of, *span) if span else "")
    st.header(literal(words), anchor=False)
    scope(view)
    if not any(point.value is not None for trend in trends for point in trend.points):
        _not_measured(view, slo)
        return trends
    marks = view.ask_alone(timeline_marks)
    _picture(view, trends[0], marks, words, height=330)
    st.caption(_legend(trends, every, marks))
    for trend in trends[1:]:
        words = trend_words(trend)
        st.subheader(literal(words), anchor=False)
        _picture(view, trend, marks, words, height=230)
    _happened(view, marks)
    with st.expander("The numbers behind these pictures" if len(trends) > 1 else "The numbers behind this picture"):
        for trend in trends:
            if len(trends) > 1:
                st.markdown(f"**{literal(trend.title)}**")
            table(trend_frame(trend), name=f"{trend.name}_by_{trend.every.value}", chosen=view.chosen)
    return trends


def counted_beside(address: Address, view: View, slo: str) -> None:
    """Show what must be read beside the rate: what is unknown, too young, or against it, and by what evidence."""
    with address.fold("beside", "What is counted beside it") as part:
        figure = _figure(view, slo) if part.open else None
        if figure is not None:
            st.html(f'<div class="bs-card">{facts_list(figure.rate.beside)}</div>')


def beside(view: View, slo: str) -> None:
    """Show what belongs to one objective only: how long patches stay; which models fail, and how."""
    if slo == "diff_acceptance":
        _survival(view)
    elif slo == "provider_stability":
        found = view.ask(errors_by_model, view.chosen)
        st.header(literal(errors_words(found)), anchor=False)
        table(
            errors_frame(found), name="errors_by_model", chosen=view.chosen,
            nothing="No call in this period.",
        )  # fmt: skip


def budget(view: View, slo: str) -> None:
    """Show the error budget: what is left, its burn-down, and how fast it burns."""
    found = view.ask_alone(error_budget, view.as_of, slo)
    st.header(literal(_budget_words(found)), anchor=False)
    if found.remaining is None:
        st.caption(literal(found.outlook))
        return
    allowed = f"{found.allowed:,.1f}" if found.allowed < 10 else f"{found.allowed:,.0f}"
    st.markdown(
        literal(
            f"{found.outlook} From {days(found.first, found.last)} {found.bad:,} of "
            f"{found.total:,} {events_of(slo).noun} went against the objective of "
            f"{value_text(found.slo.objective, Unit.RATE)}, which allows {allowed}; "
            f"95 % interval of what is left: {interval_text(found.low, found.high, Unit.RATE)}."
        )
    )
    picture(burn_down(found), name=f"{slo}_error_budget", alt=_budget_words(found), chosen=view.chosen)
    silent = len(found.days) - found.measured_days
    st.caption(
        "The dotted line is a budget that is spent evenly."
        + (f" On {counted(silent, 'day')} nothing was measured: the budget stays as it was." if silent else "")
    )
    with st.expander("The numbers behind this picture"):
        table(budget_frame(found), name=f"{slo}_error_budget", chosen=view.chosen)
    _burn_rates(view.ask_alone(burn_table, view.as_of, slo), view, slo)


def parts(address: Address, view: View, slo: str) -> None:
    """Show the objective by task class, route or project, and what is better or worse than the rest."""
    slot = st.container()
    labels = {by.value: by.label for by in By}
    picked = By(
        address.pick(
            "by", list(labels), By.TASK_CLASS.value, st.segmented_control, "Broken down by",
            format_func=labels.__getitem__, required=True, wrap=True,
        )
    )  # fmt: skip
    found = view.ask_alone(breakdown, view.as_of, slo, picked)
    slot.header(literal(_part_words(found, picked)), anchor=False)
    table(
        breakdown_frame(found, picked), name=f"{slo}_by_{picked.value}", chosen=view.chosen,
        nothing="Nothing that can be judged in this period.",
    )  # fmt: skip
    if found:
        st.caption(
            "Each is compared with all the others together. Better and worse are corrected for the number of "
            "comparisons: at most 5 % of those called so are expected to be so by chance."
        )


def rows(address: Address, view: View, slo: str, trend: Trend) -> None:
    """Show the rows behind a bucket of the trend when they are asked for, newest first, a page at a time."""
    measured = {point.first.isoformat(): point for point in trend.points if point.n or point.value is not None}
    noun = events_of(slo).noun
    if not measured:
        st.header(f"No {noun} in this period", anchor=False)
        return
    slot = st.container()
    options = [_ANY, *reversed(measured)]
    names = {_ANY: "The whole period"} | {first: _bucket_words(point, trend) for first, point in measured.items()}
    with address.fold("rows", f"These {noun}, newest first", "bucket", "against") as part:
        if part.open:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                bucket = address.pick(
                    "bucket", options, _ANY, st.selectbox, "Point", format_func=names.__getitem__, width=340
                )
                only_bad = address.switch("against", "Only those against the objective")
            point = measured.get(bucket)
            first, last = (point.first, point.last) if point else (view.chosen.period.first, view.chosen.period.last)
            slo_rows_table(address, view, view.chosen.during(Period(first, last)), slo, only_bad=only_bad)
    picked = address.asked("bucket", options, _ANY)
    slot.header(literal(f"The {noun} behind {names[picked] if picked in measured else 'all points'}"), anchor=False)


def _picture(view: View, trend: Trend, marks: Marks, words: str, *, height: int) -> None:
    name = f"{trend.name}_by_{trend.every.value}"
    picture(slo_trend(trend, marks.drawn, height=height), name=name, alt=words, chosen=view.chosen)
    if trend.note:
        st.caption(literal(trend.note))


def _happened(view: View, marks: Marks) -> None:
    """Show what is marked as a list, the newest first."""
    if not marks.counts:
        return
    frame, whole = marks_frame(marks), sum(marks.counts.values())
    with st.expander(literal(f"What happened in these days: {mark_words(marks.counts)}")):
        table(frame.head(PAGE_ROWS), name="what_happened", chosen=view.chosen, file_stem="what_happened_newest")
        if whole > PAGE_ROWS:
            all_rows_button(view, "what_happened", whole, view.chosen)


def _legend(trends: Sequence[Trend], every: Every, marks: Marks) -> str:
    said = ["Band: 95 % interval."]
    if any(trend.objective is not None for trend in trends):
        said.append("Diamond: clearly misses the objective, the number of points considered.")
    if any(point is not None and point.value is not None for trend in trends for point in trend.before):
        said.append("Grey line: compared period.")
    shown = states_in(trends)
    if PointState.PROVISIONAL.value in shown:
        said.append("Dotted and hollow: patches that can still be rolled back.")
    if PointState.INCOMPLETE.value in shown:
        said.append("The last, hollow point is not complete yet.")
    if PointState.GAP.value in shown:
        said.append("A gap is time in which nothing was measured.")
    if trends[0].every is not every:
        said.append(f"The period is too long for {every.label.lower()} points; these are by {trends[0].every.value}.")
    if marks.drawn:
        letters = ", ".join(f"{LETTERS[kind]} {kind.lower()}" for kind in marks.drawn_counts)
        said.append(f"{letters}: {mark_words(marks.drawn_counts)}.")
    if marks.only_counted:
        said.append(f"Too many to mark: {mark_words(marks.only_counted)}.")
    return literal(" ".join(said))


def _not_measured(view: View, slo: str) -> None:
    figure = _figure(view, slo)
    if figure is None:
        return
    reason = figure.rate.reason or "nothing to measure it by is loaded"
    states.empty(f"Not measured: {reason}", figure.rate.remedy or "Load more, or choose a longer period.")


def _figure(view: View, slo: str) -> SloFigure | None:
    return next((figure for figure in view.ask_filtered(slo_figures) if figure.slo.name == slo), None)


def _survival(view: View) -> None:
    found = view.ask_alone(patch_survival, view.as_of)
    if not found.groups:
        st.header("How long patches stay: none was accepted in this period", anchor=False)
        return
    week = [(group.group, next(mark for mark in group.marks if mark.age_minutes == 10_080)) for group in found.groups]
    told = " and ".join(
        f"{value_text(mark.value, Unit.RATE)} of those {name[0].lower()}{name[1:]}"
        for name, mark in week
        if mark.value is not None
    )
    title = f"After 7 days {told} were still in place" if told else "How long patches stay: too young for 7 days"
    st.header(literal(title), anchor=False)
    picture(survival_curve(found), name="patch_survival", alt=title, chosen=view.chosen)
    said = [f"Kaplan-Meier with Greenwood's interval, as seen on {found.judged_at:%d %b %Y}."]
    if found.difference is not None:
        said.append(
            "Accepted by a person against accepted without one (let through, applied, or by whom is not known), after "
            f"7 days: {found.difference.words}"
        )
    elif len(found.groups) == 1:
        said.append("Decisions by people and automatic ones cannot be compared: only one kind is loaded.")
    loose = sum(group.loosely_dated for group in found.groups)
    if loose:
        said.append(
            f"{loose:,} of {sum(group.rolled_back for group in found.groups):,} rollbacks are dated by the next export "
            "only; before it the curve may be too high."
        )
    st.caption(literal(" ".join(said)))
    table(survival_frame(found), name="patch_survival", chosen=view.chosen)


def _budget_words(found: ErrorBudget) -> str:
    title = found.slo.title
    if found.remaining is None:
        return f"Error budget of {title.lower()}: nothing measured"
    if found.remaining <= 0:
        times = 1 - found.remaining
        return f"The error budget of {found.slo.window_days} days is used up: {times:.1f} times what is allowed"
    return f"{value_text(found.remaining, Unit.RATE)} of the error budget of {found.slo.window_days} days is left"


def _burn_rates(found: BurnTable, view: View, slo: str) -> None:
    firing = [rate for rate in found.rates if rate.state is RuleState.FIRES]
    title = "No burn-rate rule fires" if not firing else f"{counted(len(firing), 'burn-rate rule')} fires"
    if len(firing) > 1:
        title = f"{len(firing)} burn-rate rules fire"
    st.subheader(f"{title}, as of {found.ends_at:%d %b %Y %H:%M} UTC", anchor=False)
    table(burn_frame(found), name=f"{slo}_burn_rates", chosen=view.chosen)
    said = [
        "A burn rate of 1 uses up the budget exactly in its window.",
        "A rule fires when both windows exceed its factor and there are enough events.",
    ]
    said += [
        f"The {rate.rule.severity} rule of {window_words(rate.rule.long_minutes)} is out of reach: "
        f"{rate.reason.removeprefix('Cannot fire: ')}"
        for rate in found.rates
        if rate.state is RuleState.CANNOT_FIRE
    ]
    if slo == "diff_acceptance":
        said.append("Younger patches can still be rolled back, so the windows end before them.")
    if found.undated_count:
        said.append(f"{found.undated_count:,} events of these days carry only a day and are in no window.")
    st.caption(literal(" ".join(said)))


def _part_words(found: Sequence[PartOfSlo], by: By) -> str:
    noun = {By.TASK_CLASS: "task class", By.ROUTE: "route", By.PROJECT: "project"}[by]
    if not found:
        return f"By {noun}: nothing to judge"
    if len(found) == 1:
        name = found[0].name
        return f"The {noun} of these is not known" if name == NONE_NAME else f"All of these are {name}"
    worse = [part for part in found if part.verdict is Verdict.WORSE]
    if worse:
        named = " and ".join(f"{part.name} ({value_text(part.rate, Unit.RATE)})" for part in worse[:2])
        more = f" and {len(worse) - 2} more" if len(worse) > 2 else ""
        return f"Worse than the rest: {named}{more}"
    better = [part for part in found if part.verdict is Verdict.BETTER]
    if better:
        return f"Better than the rest: {better[0].name} ({value_text(better[0].rate, Unit.RATE)})"
    return f"No {noun} stands out from the rest"


def _bucket_words(point: TrendPoint, trend: Trend) -> str:
    name = bucket_name(point.first, trend.every, with_year=trend.every is not Every.WEEK)
    span = f" ({days(point.first, point.last)})" if trend.every is Every.WEEK else ""
    return f"{name[:1].upper()}{name[1:]}{span}: {value_text(point.value, trend.unit)}, n = {point.n:,}"
