"""The glossary on the screen: a search over everything, or one part of it; each entry folded to its meaning."""

from collections.abc import Iterable, Sequence

import streamlit as st

from dashboard.analysis.glossary import Entry, Group, found_in, glossary, glossary_frame
from dashboard.ui import states
from dashboard.ui.address import Address
from dashboard.ui.export import csv_button
from dashboard.ui.text import counted, literal

CHOICES = ("find", "part")
"""What this page keeps in the address."""
_LONGEST = 100
_OPEN = 3
"""As many entries as this are shown unfolded when a search finds no more."""


def pick(address: Address) -> tuple[str, Group]:
    """Let a person search, and pick a part; the part is what shows while nothing is searched."""
    text = address.text("find", "Search", _LONGEST, placeholder="Such as: rollback, cost_basis, unpriced, burn rate")
    labels = {group.value: group.label for group in Group}
    picked = address.pick(
        "part", list(labels), Group.OBJECTIVES.value, st.pills, "Part", format_func=labels.__getitem__,
        disabled=bool(text), required=True,
    )  # fmt: skip
    return text, Group(picked)


def entries(text: str, group: Group) -> None:
    """Show what a search found, part by part; without one, the entries of the picked part."""
    everything = glossary()
    if not text:
        _part(group, [entry for entry in everything if entry.group is group], is_open=False)
        return
    found = found_in(everything, text)
    if not found:
        states.empty(f"Nothing here fits {text}", "Try fewer words, or a part of one; or clear the search.")
        return
    st.caption(literal(f"{counted(len(found), 'entry', 'entries')} in all parts."))
    for one in Group:
        _part(one, [entry for entry in found if entry.group is one], is_open=len(found) <= _OPEN)


def whole() -> None:
    """Offer the whole glossary as a CSV file."""
    csv_button(
        glossary_frame(), name="glossary", chosen=None, about="The whole glossary, whatever is searched or picked."
    )


def _part(group: Group, found: Sequence[Entry], *, is_open: bool) -> None:
    if not found:
        return
    st.header(group.label, anchor=False)
    st.caption(group.about)
    plain = [entry for entry in found if not entry.details and not entry.parts]
    for entry in found:
        if entry.details or entry.parts:
            with st.expander(_line(entry.name, entry.meaning), expanded=is_open):
                st.markdown(_listed([*entry.details, *((part.name, part.meaning) for part in entry.parts)]))
    if plain:
        st.markdown(_listed((entry.name, entry.meaning) for entry in plain))


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- {_line(name, text)}" for name, text in pairs)


def _line(name: str, text: str) -> str:
    return f"**{literal(name)}**: {literal(text)}"
