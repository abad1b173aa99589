"""Parts of the approvals page: the answer, the map of zones, the verdicts, and the decisions behind each."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.analysis.decision_rows import Group, Shown, decision_row_count, decision_rows
from dashboard.analysis.figures import Unit
from dashboard.analysis.strictness import Balance, Strictness, StrictnessCell, strictness
from dashboard.analysis.strictness_counts import ALL, Place
from dashboard.analysis.strictness_words import (
    changed_words,
    headline,
    named_first,
    place_words,
    support_words,
    verdict_words,
)
from dashboard.analysis.units import value_text
from dashboard.charts.approvals import on_map, zone_map
from dashboard.ui import states
from dashboard.ui.address import Address
from dashboard.ui.approval_tables import verdict_table
from dashboard.ui.header import scope
from dashboard.ui.pictures import picture
from dashboard.ui.tables import rows_page
from dashboard.ui.text import day, literal
from dashboard.ui.view import View
from data.definitions.approval_costs import approval_costs

CHOICES = ("every", "subject", "group", "class", "show", "decisions", "edits", "classes", "reviewers")
"""What the approvals page keeps in the address."""
_MOST_REASONS = 3


def answer(view: View) -> Strictness:
    """Say where approvals are too lax or too restrictive, with the figures that support it."""
    found = view.ask_filtered(strictness)
    st.header(literal(headline(found)), anchor=False)
    scope(view)
    if not any(cell.counts.decided for cell in found.by_zone):
        states.empty(
            "Nothing to judge" if not found.young else "All decisions are too young to be judged",
            "Choose a period that begins earlier, or load chats, reviews or own records of approvals.",
        )
        return found
    called = named_first(found)
    for cell in called[:_MOST_REASONS]:
        st.markdown(f":material/balance: {literal(support_words(cell))}")
    judged = "All decisions of the period are old enough to be judged"
    if found.young:
        judged = (
            f"Judged: decisions up to {day(found.settled)}; {found.young:,} are younger, and can still be rolled back"
        )
    st.caption(literal(f"{judged}. {changed_words(found) or ''}"))
    return found


def map_of_zones(view: View, found: Strictness) -> None:
    """Show what both sides cost in each zone, and the region that the stated costs call about right."""
    cells = on_map(found)
    if not cells:
        return
    beyond = [cell for cell in cells if cell.verdict in (Balance.TOO_LAX, Balance.TOO_RESTRICTIVE)]
    title = "No zone lies beyond what the costs call about right for certain"
    if beyond:
        title = f"{len(beyond)} of {len(cells)} lie beyond what the costs call about right for certain"
    st.header(title, anchor=False)
    picture(
        zone_map(found), name="zone_verdicts", chosen=view.chosen,
        alt=f"What mistakes cost against what asking costs, by zone and who decided, with intervals. {title}.",
    )  # fmt: skip
    costs = approval_costs()
    st.caption(
        literal(
            "Circle: people decide. Square: rules decide. Diamond: nobody is asked. Triangle: not known who. Filled: "
            "the verdict is clear, orange beyond the band; open: it cannot be told yet. Crosses are 95 % intervals. "
            "Scales: square roots. Asking: waiting, and good changes held. Marks without a name lie close to another. "
            f"The band is where neither side costs {value_text(costs.tolerance_usd, Unit.USD)} more than the other for "
            f"a hundred decisions. {costs.owner} stands for the costs: a rollback "
            f"{value_text(costs.rollback_usd(None), Unit.USD)} (some zones more), a good change that was rejected "
            f"{value_text(costs.blocked_usd, Unit.USD)}, an hour of waiting "
            f"{value_text(costs.waiting_hour_usd, Unit.USD)}. Change them in data/definitions/approval_costs.toml."
        )
    )


def verdicts(address: Address, view: View, found: Strictness) -> None:
    """Show the verdict on every zone and actor, and folded away on every task class."""
    if not found.by_zone:
        return
    st.subheader("The verdict on each zone, by who decided", anchor=False)
    verdict_table(found, found.by_zone, "zone_verdicts", view.chosen)
    st.caption(
        "*Taken back*: accepted and rolled back. *Good ones rejected*: rejected, and the same change accepted within "
        f"{approval_costs().accepted_again_hours} hours. Amounts are for a hundred decisions; the verdict rests on the "
        "interval of their difference, corrected for the number of comparisons. People, rules and changes that nobody "
        "was asked about are never one rate. *More decisions*: so many would very likely settle it. Where nobody ever "
        "rejected, the exact bound says how many rejections that still allows."
    )
    # What is folded away is judged only when somebody looks at it.
    with address.fold("classes", "By task class, and by zone and task class") as part:
        if not part.open:
            return
        verdict_table(found, found.by_class, "class_verdicts", view.chosen)
        verdict_table(found, found.by_zone_and_class, "zone_and_class_verdicts", view.chosen)
        st.markdown("All zones and classes together, where lax and strict zones hide each other:")
        verdict_table(found, found.whole, "whole_verdicts", view.chosen)


def behind(address: Address, view: View, found: Strictness) -> None:
    """Show the decisions behind a verdict, newest first, a page at a time."""
    cells = {_key(cell.place): cell for cell in found.by_zone if cell.counts.decided}
    if not cells:
        return
    slot = st.container()
    first = (named_first(found) or list(cells.values()))[0]
    with address.fold("decisions", "These decisions, newest first", "group", "class", "show") as part:
        if part.open:
            place, task_class, shown = _pick_group(address, found, cells, _key(first.place))
            group = Group(Place(place.zone, task_class, place.who), shown)
            rows_of(address, view, group, "decisions", "decision_rows", of_all="Download the decisions of all groups")
    cell = cells[address.asked("group", list(cells), _key(first.place))]
    slot.subheader(literal(f"The decisions behind a verdict: {place_words(cell)}"), anchor=False)


def _pick_group(
    address: Address, found: Strictness, cells: Mapping[str, StrictnessCell], first: str
) -> tuple[Place, str, Shown]:
    """Let a person pick zone and who decided, the task class, and which of these decisions are shown."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = address.pick(
            "group", list(cells), first, st.selectbox, "Decisions in",
            format_func=lambda key: f"{place_words(cells[key])}: {verdict_words(cells[key])}", width=430,
        )  # fmt: skip
        classes = {place.task_class for place in found.parts}
        task_class = address.pick(
            "class", [ALL, *sorted(classes)], ALL, st.selectbox, "Of task class",
            format_func=lambda name: "All classes" if name == ALL else name, width=170,
        )  # fmt: skip
        labels = {shown.value: shown.label for shown in Shown}
        shown = address.pick(
            "show", list(labels), Shown.ALL.value, st.selectbox, "Show", format_func=labels.__getitem__, width=280
        )  # fmt: skip
    return cells[picked].place, task_class, Shown(shown)


def rows_of(address: Address, view: View, group: Group, word: str, name: str, *, of_all: str | None = None) -> None:
    """Show a page of the patches of a group; ``word`` keeps the page in the address.

    ``of_all`` is what is offered as a file where the export of that name holds other groups too.
    """
    rows_page(
        address,
        view,
        partial(view.ask_alone, decision_rows, view.as_of, group),
        view.ask_alone(decision_row_count, view.as_of, group),
        word=word,
        name=name,
        chosen=view.chosen,
        of=(view.chosen, group),
        nothing="No such decision here.",
        of_all=of_all,
    )


def _key(place: Place) -> str:
    return f"{place.zone}.{place.who.value}"
