"""The review to take away: a button for each format; nothing is made until somebody asks for it."""

import io
import shlex

import streamlit as st

from dashboard.analysis.filters import Filter
from dashboard.analysis.review.document import ReviewDocument
from dashboard.reports.bundle import FORMATS, Format, file_name


def take_away(document: ReviewDocument, chosen: Filter) -> None:
    """Offer what is shown in every format, the same figures and texts in each."""
    st.header("Take away", anchor=False)
    with st.container(horizontal=True):
        for one in FORMATS:
            st.download_button(
                one.title, data=lambda one=one: _made(document, one), icon=":material/download:",
                file_name=file_name(document, one), mime=one.mime, on_click="ignore", key=f"report_{one.name}",
            )  # fmt: skip
    st.caption("All carry the figures and texts of this page. The same from the command line, for schedules:")
    st.code(command(document, chosen), language="bash", wrap_lines=True)


def command(document: ReviewDocument, chosen: Filter) -> str:
    """Return the command that writes the same files: quarter, revision and filters of what is shown."""
    options = {
        "--quarter": document.quarter,
        "--revision": None if document.revision is None else str(document.revision),
        "--project": chosen.project,
        "--route": chosen.route,
        "--task-class": chosen.task_class,
    }
    # With = a value that begins with a dash is no option.
    said = [shlex.quote(f"{name}={value}") for name, value in options.items() if value is not None]
    return " ".join(["dashboard review --out DIR", *said])


def _made(document: ReviewDocument, chosen: Format) -> bytes:
    out = io.BytesIO()
    chosen.write(document, out)
    return out.getvalue()
