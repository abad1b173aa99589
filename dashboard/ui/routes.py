"""Parts of the routes page: the answer in words, the plane, what routes are used for, the policy, and what if."""

from dataclasses import replace

import streamlit as st

from dashboard.analysis.filters import NONE_NAME, Filter
from dashboard.analysis.frontier import plane
from dashboard.analysis.move_words import move_words
from dashboard.analysis.policy_frames import drift_frame, drift_routes_frame, fallback_frame
from dashboard.analysis.policy_words import drift_words, fallback_words
from dashboard.analysis.route_changes import changes_words, route_changes
from dashboard.analysis.route_comparison import FEWEST_TASKS, Quality
from dashboard.analysis.route_fallbacks import asked_frame, asked_routes, asked_words
from dashboard.analysis.route_frames import pair_frame, plane_frame, use_frame
from dashboard.analysis.route_table import RouteTable
from dashboard.analysis.route_words import (
    cost_words,
    frontier_words,
    headline,
    pair_words,
    quality_words,
    range_words,
    use_words,
)
from dashboard.analysis.routing_policy import drift, fallbacks
from dashboard.analysis.stratified import FEWEST_IN_CLASS
from dashboard.analysis.units import share_text
from dashboard.analysis.what_if import move
from dashboard.charts.routes import quality_cost_plane, route_use
from dashboard.ui.address import Address
from dashboard.ui.export import csv_button
from dashboard.ui.pictures import picture
from dashboard.ui.route_tables import changes_table, quality_table, service_table
from dashboard.ui.slo_rows import slo_rows_table
from dashboard.ui.tables import table as show_table
from dashboard.ui.text import counted, literal
from dashboard.ui.view import View
from data.definitions import routing_policy
from data.definitions.review_questions import review_questions

CHOICES = ("quality", "move_class", "move_from", "move_to", "of", "against", "rows")
"""What is picked on the page, as words of the address."""
_MOST_SENTENCES = 2


def without_route(chosen: Filter) -> Filter:
    """Return the filter over all routes: a page that compares them cannot show one alone."""
    if chosen.route is not None:
        st.caption(literal(f"All routes are shown; the filter for route {chosen.route} is not used on this page."))
    return replace(chosen, route=None)


def answer(found: RouteTable) -> None:
    """Say which route is best at what, and which raw leads mislead."""
    st.header(literal(headline(found)), anchor=False)
    sentences = [pair_words(pair, quality) for quality in Quality for pair in found.comparisons[quality].misleading]
    for sentence in sentences[:_MOST_SENTENCES]:
        st.warning(literal(sentence), icon=":material/balance:")
    if len(sentences) > _MOST_SENTENCES:
        left = counted(len(sentences) - _MOST_SENTENCES, "more raw lead")
        with st.expander(f"{left} that the mix of tasks makes, or may make"):
            for sentence in sentences[_MOST_SENTENCES:]:
                st.markdown(literal(sentence))


def quality_section(found: RouteTable, chosen: Filter) -> None:
    """Show success and acceptance of every route, raw and standardised side by side, and how to read them."""
    reference = literal(found.reference or "the most used route")
    for quality in Quality:
        st.subheader(literal(range_words(found, quality)), anchor=False)
        # The head of the page has said it of task success.
        said = "" if quality is Quality.SUCCESS else f"{literal(quality_words(found.comparisons[quality]))} "
        st.caption(f"{said}{quality.label}: {quality.meaning}.")
        quality_table(found, quality, chosen)
    st.caption(
        f"Intervals are 95 %. *At the team's mix*: the rate if the route had the team's share of each task class, over "
        f"the classes of which it has {FEWEST_IN_CLASS} and {reference}, the most used route, has any. *Drawn to the "
        "team*: the raw rate weighed against what routes of this team usually reach; the fewer records, the nearer. "
        "*Ties*: routes that share a letter are not told apart within task classes, all comparisons considered; a "
        f"route can be in two groups. Fewer than {FEWEST_TASKS} records are not compared."
    )
    frame = pair_frame(found)
    if not frame.is_empty():
        st.caption("Every two routes compared, raw and within task classes:")
        csv_button(frame, name="route_pairs", chosen=chosen, about="One row per pair of routes and quality.")


def service_section(found: RouteTable, chosen: Filter) -> None:
    """Show cost and service of every route."""
    st.subheader(literal(cost_words(found)), anchor=False)
    service_table(found, chosen)
    rule = review_questions().best_routes
    st.caption(
        "*Kept tasks*: completed, and no patch of theirs rolled back; tasks stay with the route they asked for, spend "
        "with the route that served. *Cost per completed task*: spend of all tasks that asked for the route. *Team's "
        f"mix*: as if the route had served the team's share of each task class; only of routes with {rule.least_tasks} "
        f"tasks and classes that make up {share_text(rule.least_covered_share)} of the mix. *Ties*: routes that "
        "share a letter are not told apart by kept tasks per dollar, within the classes that both have. No price is no "
        "cost of 0: unpriced routes have no ratio. *Latency*: calls that succeeded; a gateway times a request, a "
        "chat a whole answer, so compare only routes that are measured the same way (column of the CSV file)."
    )


def changes_section(view: View, chosen: Filter) -> None:
    """Show what changed of each route against the compared days."""
    found = view.ask(route_changes, chosen, view.as_of)
    if not found:
        return
    st.subheader(literal(changes_words(found)), anchor=False)
    with st.expander("Each route against the compared days"):
        changes_table(found, chosen)
    st.caption(
        "As counted, not at the team's mix: another mix of tasks changes these too. Patches kept are of days older "
        "than the rollback window. Named above is what is clear, all routes and figures considered; the verdict of a "
        "row in the table is of that row alone."
    )


def plane_section(address: Address, found: RouteTable, chosen: Filter) -> None:
    """Show quality against cost, for the quality that the address names."""
    titles = {quality.value: quality.label for quality in Quality}
    slot = st.container()
    picked = address.pick(
        "quality", list(titles), Quality.SUCCESS.value, st.selectbox, "Quality", format_func=titles.__getitem__
    )
    quality = Quality(picked)
    points = plane(found, quality)
    with slot:
        st.header(literal(frontier_words(points, quality)), anchor=False)
    if not points:
        st.caption(
            f"No route has {FEWEST_TASKS} {quality.unit} that count: choose a longer period, or load more chats."
        )
        return
    picture(
        quality_cost_plane(points, quality),
        name=f"route_plane_{quality}",
        chosen=chosen,
        alt=f"{quality.label} against spend per completed task, with intervals. {frontier_words(points, quality)}.",
        data=plane_frame(points),
        about="The routes of the picture with their intervals.",
    )
    st.caption(
        "Filled: on the frontier, no route is both better and cheaper. Open: another one is. Diamond: the rate covers "
        "less than half of the team's mix. Crosses are 95 % intervals. Both are at the team's mix of tasks, each "
        "over the classes that a route has enough of. Routes on "
        "own machines, without a known price or with too few tasks stand on the right: they have no place on a scale "
        "of dollars."
    )


def use_section(view: View, found: RouteTable, chosen: Filter) -> None:
    """Show what each route is used for."""
    use = view.ask(use_frame, chosen.alone(), view.as_of)
    if use.is_empty():
        return
    title = use_words(found)
    st.header(literal(title), anchor=False)
    picture(
        route_use(use), name="route_use", chosen=chosen, alt=f"Task classes of each route. {title}.", data=use,
        about="One row per route and task class.",
    )  # fmt: skip


def rows_section(address: Address, view: View, found: RouteTable, chosen: Filter) -> None:
    """Show the tasks behind the figures of one route."""
    asked = [row.route for row in found.rows if row.tasks and row.route != NONE_NAME]
    if not asked:
        return
    slot = st.container()
    with address.fold("rows", "These tasks, newest first", "of", "against") as part:
        if part.open:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                route = address.pick("of", asked, asked[0], st.selectbox, "Tasks that asked for", width=340)
                only_bad = address.switch("against", "Only those that were not completed")
            slo_rows_table(address, view, replace(chosen, route=route), "task_success", only_bad=only_bad)
    route = address.asked("of", asked, asked[0])
    row = found.row(route)
    of_all = "" if row is None else f", {row.completed:,} completed of {row.tasks - row.unknown:,} that ended"
    slot.header(literal(f"The tasks behind {route}{of_all}"), anchor=False)


def policy_section(view: View, chosen: Filter) -> None:
    """Show drift from the routing policy, and whether its fallbacks would hold."""
    policy = routing_policy()
    drifts = view.ask(drift, chosen, view.as_of)
    st.header(literal(drift_words(drifts)), anchor=False)
    st.caption(
        literal(f"{policy.why} Owner: {policy.owner}. The policy is data/definitions/routing_policy.toml.")
        + " *Other*: used, and named by no rule."
    )
    show_table(
        drift_frame(drifts),
        name="routing_drift",
        chosen=chosen,
        nothing="No task in this period: choose a longer one, or load chat exports.",
    )
    if drifts:
        with st.expander("Which routes the tasks of each class asked for"):
            show_table(drift_routes_frame(drifts), name="routing_drift_routes", chosen=chosen)
    found = view.ask(fallbacks, chosen, view.as_of)
    st.header(literal(fallback_words(found, policy.tested_within_days)), anchor=False)
    st.caption(
        f"Over all projects, in the {policy.tested_within_days} days before the newest record. Only gateway records "
        "tell that a call was served by another route than the one asked for."
    )
    show_table(fallback_frame(found), name="fallback_readiness", chosen=None)


def asked_section(view: View, chosen: Filter) -> None:
    """Show for each route that was asked for how many of its calls others served, and who."""
    found = view.ask(asked_routes, chosen.alone())
    st.header(literal(asked_words(found)), anchor=False)
    show_table(
        asked_frame(found), name="served_by_others", chosen=chosen,
        nothing="Only gateway records tell that a call was served by another route than the one asked for.",
    )  # fmt: skip
    if found:
        st.caption(
            "Asked for: the route of the attempt that failed beside the call, else the name in the gateway's record. "
            "n: calls that asked for the route, whoever served them; none where the name stands for no single route."
        )


def what_if_section(address: Address, view: View, found: RouteTable, chosen: Filter) -> None:
    """Let a class of tasks be moved from one route to another, and say what would change."""
    st.header("What if a class of tasks went to another route?", anchor=False)
    classes = _classes(found, chosen)
    if not classes:
        st.caption("This needs two routes with tasks in this period: choose a longer one, or load more chats.")
        return
    columns = st.columns(3)
    task_class = address.pick("move_class", classes, classes[0], columns[0].selectbox, "Task class")
    routes = _routes_of(found, task_class)
    origin = address.pick("move_from", routes, routes[0], columns[1].selectbox, "From route")
    others = [route for route in _all_routes(found, task_class) if route != origin]
    target = address.pick("move_to", others, others[0], columns[2].selectbox, "To route")
    judged = view.ask(move, chosen.alone(), task_class, origin, target)
    for sentence in move_words(judged):
        st.markdown(literal(sentence))
    st.caption(
        "Judged from the tasks of this class in the period, if those that move are as hard as those that the other "
        "route had. The interval of success is Newcombe's; that of spend is a bootstrap over whole days."
    )


def _classes(found: RouteTable, chosen: Filter) -> list[str]:
    """Return the classes that a route had, most tasks first; none where there is no other route to go to."""
    classes = {name for work in found.works.values() for name in work.tasks}
    usable = [name for name in classes if _routes_of(found, name) and chosen.task_class in (None, name)]
    if sum(work.name != NONE_NAME and work.task_count > 0 for work in found.works.values()) < 2:
        return []
    return sorted(usable, key=lambda name: (-sum(work.tasks.get(name, 0) for work in found.works.values()), name))


def _all_routes(found: RouteTable, task_class: str) -> list[str]:
    """Return every route that tasks asked for, those with the most tasks of a class first."""
    used = [work for work in found.works.values() if work.task_count and work.name != NONE_NAME]
    ordered = sorted(used, key=lambda work: (-work.tasks.get(task_class, 0), -work.task_count, work.name))
    return [work.name for work in ordered]


def _routes_of(found: RouteTable, task_class: str) -> list[str]:
    used = [work for work in found.works.values() if work.tasks.get(task_class) and work.name != NONE_NAME]
    return [work.name for work in sorted(used, key=lambda work: (-work.tasks[task_class], work.name))]
