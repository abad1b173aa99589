"""The one cache between pages and the store, keyed by store, state of its data, question and arguments."""

import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from dashboard.analysis.shared import keeping, question_key, unwrapped
from dashboard.ui import turns
from dashboard.ui.answering import Asked
from dashboard.ui.answers import Answers
from dashboard.ui.beside import Answerers

T = TypeVar("T")
# About twenty for each view that somebody looked at, some MB together where it spans a year of a large store.
_answers = Answers(most=2_000)
answerers = Answerers()
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
    a repr that tells them apart, which filters, instants and numbers have. Whoever waits, for a process or for
    somebody who works out the same, lets another page have its turn meanwhile.
    """
    return _known(connection, Asked(store_name, data_version, question, arguments, named), is_part=False)


def _known(connection: sqlite3.Connection, asked: Asked, *, is_part: bool) -> Any:
    state = asked.store_name, asked.data_version
    key = question_key(asked.question, asked.arguments, asked.named)
    while True:
        place, is_own = _answers.place(state, key)
        if is_own:
            with _answers.filling(state, key, place):
                _fill(place, connection, asked, is_part=is_part)
            return place.result()
        if not place.done():
            with turns.given_away():
                wait([place])
        if place.exception() is None:
            return place.result()


def _fill(place: Future[Any], connection: sqlite3.Connection, asked: Asked, *, is_part: bool) -> None:
    """Put the answer into its place: from a process where one can be asked, else worked out here."""
    if not is_part and answerers.can_answer(asked.question):
        with turns.given_away():
            reply = answerers.ask(asked)
            if reply.is_found:
                # Before this page waits for a turn again: others wait for the answer alone.
                place.set_result(reply.answer)
                return
    place.set_result(_worked_out(connection, asked))


def _worked_out(connection: sqlite3.Connection, asked: Asked) -> Any:
    def keep(part: Callable[..., Any], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        return _known(connection, asked._replace(question=part, arguments=arguments, named=named), is_part=True)

    with keeping(keep):
        return unwrapped(asked.question)(connection, *asked.arguments, **asked.named)
