"""Freezing a review on the screen: freeze now, the revisions that there are, and what changed since one was frozen."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

import msgspec
import streamlit as st

from dashboard.analysis.filters import Filter
from dashboard.analysis.older_store import check_derived
from dashboard.analysis.review.compare import Comparison, compare
from dashboard.analysis.review.document import NoteLine, ReviewDocument
from dashboard.analysis.review.since import LoadsSince, loads_since
from dashboard.analysis.review.stored import lines_of, scope_text
from dashboard.ui import entries, review_choice, view
from dashboard.ui.review import Shown
from dashboard.ui.stores import data_version
from dashboard.ui.text import counted, literal
from dashboard.ui.view import View
from data.definitions.texts import definition_texts, definitions_hash, on_disk_words
from data.errors import BoltscopeError
from data.frozen_reviews import LONGEST_REASON, Revision, freeze, frozen_definitions
from data.review_notes import LONGEST_NAME, notes_of

_MOST = 12
"""Figures that differ are named up to so many; the others are counted."""


class ChangedMeanwhileError(BoltscopeError):
    """What is to be frozen is not what was looked at."""


def panel(shown: Shown, found: Sequence[Revision], chosen: Filter) -> None:
    """Show the revisions and the form to freeze another one."""
    st.header("Freeze this review", anchor=False)
    st.markdown(
        "Freezing keeps answers, figures, texts, decisions and definitions as they stand. It renders the same later, "
        "whatever is loaded afterwards. A revision is never changed and never removed."
    )
    if found:
        st.markdown("\n".join(f"- {_line(one)}" for one in found))
        st.caption("To look at one, choose it above, beside the quarter.")
    if shown.notes is None or not shown.notes.can_write:
        st.caption("Nothing can be frozen here: the store can only be read.")
        return
    if not shown.document.is_complete:
        st.caption("This quarter is not over yet. What is frozen now lacks its last days.")
    with st.form("freeze_form"):
        st.text_input("Your name", key="freeze_by", max_chars=LONGEST_NAME, placeholder="Who freezes it")
        if found:
            st.text_input(
                "Why a new revision", key="freeze_reason", max_chars=LONGEST_REASON,
                placeholder="Such as: late exports of September were loaded",
            )  # fmt: skip
        st.form_submit_button(
            f"Freeze {shown.quarter.name}" + (f" as revision {found[0].revision + 1}" if found else ""),
            icon=":material/ac_unit:", on_click=_freeze,
            args=(shown.document, shown.quarter.name, scope_text(chosen)),
        )  # fmt: skip


def since(view: View, frozen: Shown, revision: Revision) -> None:
    """Say what has changed since a review was frozen: verdicts, figures, definitions, data, loads."""
    definitions = frozen_definitions(view.connection, revision)
    found = compare(frozen.document, review_choice.now(view, frozen.quarter), definitions, definition_texts())
    st.header(literal(since_words(found)), anchor=False)
    loads = loads_since(view.connection, revision.frozen_at)
    told = [*_data_lines(found, loads), *_definition_lines(found)]
    if told:
        st.markdown("\n".join(f"- {line}" for line in told))
    with st.expander("Verdict by verdict and figure by figure", expanded=not found.is_same):
        lines = [
            f"- **{literal(change.question)}** {literal(change.frozen or 'not asked')} → "
            f"{literal(change.now or 'not asked any more')}"
            for change in found.verdicts
        ]
        lines += [
            f"- {literal(change.question)} {literal(change.label)}: {literal(change.frozen_words)} → "
            f"{literal(change.now_words)}"
            for change in found.figures[:_MOST]
        ]
        if len(found.figures) > _MOST:
            lines.append(f"- and {len(found.figures) - _MOST} more figures")
        st.markdown("\n".join(lines) or f"All {found.figure_count} figures and all verdicts are the same.")


def since_words(found: Comparison) -> str:
    """Return in one line what a recomputation would say differently."""
    if found.is_same:
        return "Computed anew, this review would say the same"
    parts = [
        counted(len(found.verdicts), "verdict") if found.verdicts else "",
        f"{len(found.figures)} of {counted(found.figure_count, 'figure')}" if found.figures else "",
    ]
    return f"Computed anew, {' and '.join(part for part in parts if part)} would differ"


def _data_lines(found: Comparison, loads: LoadsSince) -> list[str]:
    if not found.is_other_data:
        return ["The data are those that it was made from."]
    if not loads.file_count:
        return ["The data were derived anew since; no file was loaded."]
    names = ", ".join(literal(name) for name in loads.newest_files)
    more = ", …" if loads.file_count > len(loads.newest_files) else ""
    loaded = f"{counted(loads.file_count, 'file')} with {counted(loads.record_count, 'new record')}"
    return [f"{loaded} loaded since: {names}{more}"]


def _definition_lines(found: Comparison) -> list[str]:
    parts = {
        "changed": found.definitions.changed,
        "new": found.definitions.added,
        "gone": found.definitions.removed,
    }
    lines = [f"Definitions {what}: {literal(', '.join(names))}" for what, names in parts.items() if names]
    if found.is_other_prices:
        lines.append("The price table is another version.")
    return lines or ["The definitions are the same."]


def _line(one: Revision) -> str:
    by = f" by {literal(one.frozen_by)}" if one.frozen_by else ""
    why = f": {literal(one.reason)}" if one.reason else ""
    return f"**Revision {one.revision}**, {one.frozen_at:%Y-%m-%d %H:%M} UTC{by}{why}"


def _freeze(document: ReviewDocument, quarter: str, scope: str) -> None:
    state = st.session_state
    moment = view.now()

    def write(connection: sqlite3.Connection) -> None:
        check_derived(connection)
        differ = on_disk_words()
        if differ is not None:
            raise ChangedMeanwhileError(f"{differ} Nothing was frozen.")
        definitions = definition_texts()
        version = data_version(connection)
        if version != document.data_version or definitions_hash(definitions) != document.definitions_hash:
            raise ChangedMeanwhileError(
                "Data or definitions changed after this page was drawn, and nothing was frozen. Look at the review as "
                "it is now, then freeze it."
            )
        freeze(
            connection,
            quarter,
            scope,
            lambda revision: _as_frozen(document, revision, moment, lines_of(notes_of(connection, quarter))).to_json(),
            frozen_at=moment,
            frozen_by=state["freeze_by"],
            reason=state.get("freeze_reason"),
            data_version=version,
            definitions=definitions,
            definitions_hash=document.definitions_hash,
        )

    if entries.keep(write, f"{quarter} is frozen."):
        state["freeze_by"] = ""
        if "freeze_reason" in state:
            state["freeze_reason"] = ""


def _as_frozen(
    document: ReviewDocument, revision: int, moment: datetime, notes: tuple[NoteLine, ...]
) -> ReviewDocument:
    return msgspec.structs.replace(document, revision=revision, frozen_at=moment, notes=notes)
