"""What every page is given: one committed state of the store, the filter, and the cache between the two."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import streamlit as st

from dashboard.analysis.choices import Choices
from dashboard.analysis.coverage import Coverage
from dashboard.analysis.filters import Filter
from dashboard.ui import cache
from dashboard.ui.text import days

T = TypeVar("T")
_KEY = "_view"


def now() -> datetime:
    """Return the present instant; the only clock of the dashboard."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class View:
    """One rerun's look at the store: all figures of a page come from the same committed state."""

    connection: sqlite3.Connection
    store_name: str
    data_version: int
    now: datetime
    as_of: datetime
    """Time of the newest record: the moment that figures are seen from."""
    chosen: Filter
    choices: Choices
    coverage: Coverage

    def ask(self, question: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Return the answer of an analysis function, computed once per state of the store and arguments."""
        return cache.ask(self.connection, self.store_name, self.data_version, question, *arguments, **named)

    def ask_alone(self, question: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Return the answer of an analysis function of the filter that compares nothing, first of its arguments."""
        return self.ask(question, self.chosen.alone(), *arguments, **named)

    def ask_filtered(self, question: Callable[..., T]) -> T:
        """Return the answer of an analysis function of the filter and as_of."""
        return self.ask(question, self.chosen, self.as_of)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been loaded yet."""
        return self.coverage.file_count == 0 and self.coverage.first_day is None

    @property
    def days(self) -> str:
        """The days of the period in words."""
        return days(self.chosen.period.first, self.chosen.period.last)


def show(view: View) -> None:
    """Make the view of this rerun known to the page that runs next."""
    st.session_state[_KEY] = view


def current() -> View:
    """Return the view of this rerun."""
    return st.session_state[_KEY]


def forget() -> None:
    """Drop the view: its connection is closed when the rerun ends."""
    st.session_state.pop(_KEY, None)
