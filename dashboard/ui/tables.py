"""Tables: what a frame holds, readable, a page at a time, with a button that gives exactly that as CSV."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal, cast

import polars as pl
import streamlit as st

from dashboard.analysis.filters import Filter
from dashboard.analysis.headings import heading, sentence_of
from dashboard.analysis.remembered import remembered
from dashboard.ui.address import Address
from dashboard.ui.column_help import column_help
from dashboard.ui.export import csv_button, export_button
from dashboard.ui.view import View

PAGE_ROWS = 20
_MOST_IN_VIEW = 5
"""A table of more columns is scrolled on most screens."""
_WIDTHS: Mapping[str, Literal["medium", "large"]] = {
    "file_name": "medium",
    "detail": "large",
    "meaning": "large",
    "figure": "medium",
    "needs": "medium",
    "needed": "small",
    "proposal": "large",
    "evidence": "large",
    "expected_effect": "large",
}


def table(
    frame: pl.DataFrame,
    *,
    name: str,
    nothing: str = "Nothing to show.",
    chosen: Filter | None = None,
    page: int | None = None,
    file_stem: str | None = None,
    row_height: int | None = None,
) -> None:
    """Show a frame with its CSV button, or say why it is empty.

    ``name`` names the file, the widget and, for screen readers, the table; ``chosen`` is the filter that the rows come
    from, None for the whole store. ``file_stem`` names the file where it is not the export of that name. In rows of a
    ``row_height`` in pixels, for more than one line, long texts go on in the next line.
    """
    if frame.is_empty():
        st.caption(nothing)
        return
    st.dataframe(
        for_browser(frame),
        height="content",
        row_height=row_height,
        hide_index=True,
        placeholder="–",
        alt=sentence_of(name),
        key=f"table_{name}",
        column_config=_columns(name, tuple(frame.schema.items())),
    )
    csv_button(frame, name=file_stem or name, chosen=chosen, page=page)


def cell_table(
    shown: pl.DataFrame,
    full: pl.DataFrame,
    *,
    name: str,
    chosen: Filter,
    pinned: str,
    widths: Mapping[str, int],
    about: str,
) -> None:
    """Show rows that have a value, its interval and its n as text in one cell; the CSV file has ``full`` instead.

    Column names are the headings; ``pinned`` stays in view, ``widths`` are in pixels, ``about`` says what the file has.
    """
    st.dataframe(
        for_browser(shown),
        height="content",
        hide_index=True,
        alt=sentence_of(name),
        key=f"table_{name}",
        column_config={
            column: st.column_config.NumberColumn(column, format="%,d", help=column_help(column, name, ()))
            if dtype.is_integer()
            else st.column_config.TextColumn(
                column,
                pinned=column == pinned,
                width=widths.get(column),
                help=column_help(column, name, ()),
            )
            for column, dtype in shown.schema.items()
        },
    )
    csv_button(full, name=name, chosen=chosen, about=about)


def paged_table(address: Address, view: View, question: Callable[..., pl.DataFrame], total: int, *, name: str) -> None:
    """Show a long table about the whole store a page at a time, and offer all of it as the export of that name.

    The question takes a limit and an offset; the address keeps the page under ``name``. Nothing is shown of no rows.
    """
    if total == 0:
        return
    pages = max(-(-total // PAGE_ROWS), 1)
    slot = st.container()
    number = address.page(name, pages, ())
    offset = (number - 1) * PAGE_ROWS
    frame = view.ask(question, limit=PAGE_ROWS, offset=offset)
    with slot:
        if pages > 1:
            st.caption(f"Rows {offset + 1:,} to {offset + frame.height:,} of {total:,}.")
        table(frame, name=name, page=number)
        export_button(
            name,
            chosen=None,
            as_of=view.as_of,
            label="Download all rows",
            about=f"All rows with more columns, as dashboard export {name} writes them.",
        )


def rows_page(
    address: Address,
    view: View,
    question: Callable[..., pl.DataFrame],
    total: int,
    *,
    word: str,
    name: str,
    chosen: Filter,
    of: object,
    nothing: str,
    of_all: str | None = None,
) -> None:
    """Show a page of the facts behind a figure, newest first, with its file, and offer all of them as an export.

    The question takes a limit and an offset; the address keeps the page as ``word``, other rows (``of``) begin at their
    first page. ``of_all`` is what is offered where the export of that name holds more than these rows.
    """
    if total == 0:
        # Looking for a row would go through all of the period.
        st.caption(nothing)
        return
    pages, slot = -(-total // PAGE_ROWS), st.container()
    number = address.page(word, pages, of)
    offset = (number - 1) * PAGE_ROWS
    frame = question(limit=PAGE_ROWS, offset=offset)
    with slot:
        st.caption(f"Rows {offset + 1:,} to {offset + frame.height:,} of {total:,}, newest first.")
        stem = f"{name}_of_group" if of_all else None
        table(frame, name=name, chosen=chosen, page=number if pages > 1 else None, file_stem=stem)
        if of_all or pages > 1:
            all_rows_button(view, name, total, chosen, label=of_all)


def all_rows_button(view: View, name: str, total: int, chosen: Filter, *, label: str | None = None) -> None:
    """Offer all rows of a list of which a page is shown, as the export of that name."""
    export_button(
        name,
        chosen=chosen,
        as_of=view.as_of,
        label=label or f"Download all {total:,} rows",
        about=f"All rows in the order of the list, as dashboard export {name} writes them.",
    )


@remembered(256)
def for_browser(frame: pl.DataFrame) -> Any:
    """Return a frame as the Arrow table that the browser reads, so that no rerun converts it again.

    Rates are 0 to 1 everywhere; percent is for the eye, so only what is shown is scaled.
    """
    shown = frame.with_columns(pl.col(name) * 100 for name in frame.columns if name.endswith("_rate"))
    return shown.to_arrow(compat_level=pl.CompatLevel.oldest())


@lru_cache(maxsize=512)
def _columns(table_name: str, schema: tuple[tuple[str, pl.DataType], ...]) -> dict[str, Any]:
    names = tuple(column for column, _ in schema)
    told = {column: _column(column, dtype, column_help(column, table_name, names)) for column, dtype in schema}
    first, dtype = schema[0]
    if len(schema) > _MOST_IN_VIEW and dtype == pl.String:
        # What a row is about stays in view while the rest is scrolled.
        told[first]["pinned"] = True
    return {column: _Kept(config) for column, config in told.items()}


class _Kept(dict[str, Any]):
    """What Streamlit is told of a column: it copies that, to change keys of its own, whenever a table is shown.

    Nothing deeper is changed, and copying it took a tenth of the time of a page of tables.
    """

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__(_without_nulls(told))

    def __deepcopy__(self, _: Any) -> dict[str, Any]:
        return dict(self)


def _without_nulls(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(cast("Mapping[str, Any]", value)) if isinstance(value, dict) else value
        for key, value in told.items()
        if value is not None
    }


def _column(name: str, dtype: pl.DataType, about: str | None) -> Any:
    label = heading(name)
    if isinstance(dtype, pl.Datetime):
        return st.column_config.DatetimeColumn(label, help=about, format="YYYY-MM-DD HH:mm", timezone="UTC")
    if isinstance(dtype, pl.Date):
        return st.column_config.DateColumn(
            label, help=about, format="YYYY-MM" if name.endswith("month") else "YYYY-MM-DD"
        )
    if name.endswith("_rate"):
        return st.column_config.NumberColumn(label, help=about, format="%.1f %%")
    if name.endswith("_usd"):
        return st.column_config.NumberColumn(label, help=about, format="%,.3f")
    if dtype.is_integer() and not name.endswith("_id"):
        return st.column_config.NumberColumn(label, help=about, format="%,d")
    if dtype.is_integer():
        return st.column_config.NumberColumn(label, help=about, format="%d")
    if isinstance(dtype, pl.Boolean):
        return st.column_config.CheckboxColumn(label, help=about)
    if dtype.is_float():
        return st.column_config.NumberColumn(label, help=about, format="%,.1f")
    return st.column_config.TextColumn(label, help=about, width=_WIDTHS.get(name))
