"""Parts that several answers rest on: worked out once for one state of the store, where somebody keeps answers."""

import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Keeper = Callable[[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]], Any]
"""Takes a question with its arguments, the connection left out, and returns its answer, from memory where it can."""
_KEEPER: ContextVar[Keeper | None] = ContextVar("keeper", default=None)
_PASSING: ContextVar[dict[str, Any] | None] = ContextVar("passing", default=None)


def shared(
    question: Callable[Concatenate[sqlite3.Connection, P], R],
) -> Callable[Concatenate[sqlite3.Connection, P], R]:
    """Let the keeper of answers, where there is one, answer a question that other questions ask as well.

    Its answer must not be changed by who asked. Without a keeper (the command line, tests) it is worked out each time.
    """

    @wraps(question)
    def ask(connection: sqlite3.Connection, *arguments: P.args, **named: P.kwargs) -> R:
        keeper = _KEEPER.get()
        return question(connection, *arguments, **named) if keeper is None else keeper(question, arguments, named)

    return ask


def shared_within(
    question: Callable[Concatenate[sqlite3.Connection, P], R],
) -> Callable[Concatenate[sqlite3.Connection, P], R]:
    """Let a question that is asked several times while another one is answered be worked out once, and not be kept.

    For what is large and soon read again. Its answer must not be changed by who asked.
    """

    @wraps(question)
    def ask(connection: sqlite3.Connection, *arguments: P.args, **named: P.kwargs) -> R:
        known = _PASSING.get()
        if known is None:
            return question(connection, *arguments, **named)
        key = f"{id(connection)} {question_key(question, arguments, named)}"
        if key not in known:
            known[key] = question(connection, *arguments, **named)
        return known[key]

    return ask


def question_key(question: Callable[..., Any], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """Return what tells a question from every other one; a shared one is the same as what is behind it."""
    return repr((question.__module__, question.__qualname__, arguments, named))


def unwrapped(question: Callable[..., R]) -> Callable[..., R]:
    """Return what works an answer out, past the keeper: for the keeper itself, which would wait for itself."""
    return getattr(question, "__wrapped__", question)


@contextmanager
def kept_once(connection: sqlite3.Connection) -> Generator[None]:
    """Let shared questions that are asked meanwhile be worked out once, where nobody keeps answers anyway."""
    if _KEEPER.get() is not None:
        yield
        return
    known: dict[str, Any] = {}

    def keep(question: Callable[..., Any], arguments: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        key = question_key(question, arguments, named)
        if key not in known:
            known[key] = question(connection, *arguments, **named)
        return known[key]

    with keeping(keep):
        yield


@contextmanager
def keeping(keeper: Keeper) -> Generator[None]:
    """Let a keeper answer shared questions that are asked meanwhile in this thread."""
    before = _KEEPER.set(keeper)
    passing = _PASSING.set({} if _PASSING.get() is None else _PASSING.get())
    try:
        yield
    finally:
        _PASSING.reset(passing)
        _KEEPER.reset(before)
