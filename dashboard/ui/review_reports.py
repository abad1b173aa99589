"""The review to take away: a button for each format; nothing is made until somebody asks for it."""

import io

import streamlit as st

from dashboard.analysis.review.document import ReviewDocument
from dashboard.reports.bundle import FORMATS, Format, file_name


def take_away(document: ReviewDocument) -> None:
    """Offer what is shown in every format, the same figures and texts in each."""
    st.header("Take away", anchor=False)
    with st.container(horizontal=True):
        for chosen in FORMATS:
            st.download_button(
                chosen.title, data=lambda chosen=chosen: _made(document, chosen), icon=":material/download:",
                file_name=file_name(document, chosen), mime=chosen.mime, on_click="ignore", key=f"report_{chosen.name}",
            )  # fmt: skip
    frozen = "" if document.revision is None else " --frozen"
    st.caption(
        "All carry the figures and texts of this page. The same from the command line, for schedules: "
        f"`dashboard review --quarter {document.quarter} --out DIR{frozen}`"
    )


def _made(document: ReviewDocument, chosen: Format) -> bytes:
    out = io.BytesIO()
    chosen.write(document, out)
    return out.getvalue()
