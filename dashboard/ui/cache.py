"""The one cache between pages and the store, keyed by store, state of its data, question and arguments."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import streamlit as st

from dashboard.analysis.shared import keeping
from dashboard.ui import turns
from dashboard.ui.beside import Asked, Helpers

T = TypeVar("T")
# About twenty for each view that somebody looked at, some MB together where it spans a year of a large store.
_MOST_ANSWERS = 2_000
helpers = Helpers()
"""Processes that answer where pages crowd; none before they are allowed."""


def ask(
    connection: sqlite3.Connection,
    store_name: str,
    data_version: int,
    question: Callable[..., T],
    *arguments: Any,
    **named: Any,
) -> T:
    """Return question(connection, *arguments, **named), from memory where the same was asked of the same data.

    Answers are shared between people: they are immutable (frozen dataclasses, Polars frames). The arguments must have
    a repr that tells them apart, which filters, instants and numbers have.
    """
    asked = Asked(store_name, data_version, question, arguments, named)

    def answer() -> T:
        if helpers.can_answer(question):
            turns.give_away()
            reply = helpers.ask(asked)
            if reply.is_found:
                return reply.answer
        return _worked_out(connection, asked)

    # Whoever waits for the same answer keeps a turn: it is taken back only when the answer is there for all.
    with turns.taken_back():
        return _answer(_key(asked), answer)


def _worked_out(connection: sqlite3.Connection, asked: Asked) -> Any:
    def keep(part: Callable[..., Any], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        of_part = asked._replace(question=part, arguments=arguments, named=named)
        return _answer(_key(of_part), lambda: _worked_out(connection, of_part))

    with keeping(keep):
        return asked.question(connection, *asked.arguments, **asked.named)


def _key(asked: Asked) -> str:
    question = asked.question
    return repr((
        asked.store_name, asked.data_version, question.__module__, question.__qualname__, asked.arguments, asked.named,
    ))  # fmt: skip


@st.cache_resource(max_entries=_MOST_ANSWERS, show_spinner=False)
def _answer(key: str, _ask: Callable[[], Any]) -> Any:  # noqa: ARG001  # the key is what the cache looks at
    return _ask()
