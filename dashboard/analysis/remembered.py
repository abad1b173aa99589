"""Results that follow from answers alone, worked out once for the same answers: frames to show and pictures."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from enum import Enum
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
_PLAIN = (str, bytes, int, float, bool, date, Enum, type(None))
_CHANGEABLE = (list, dict, set, bytearray)


class _ChangeableError(Exception):
    """An argument may change after it was given."""


def remembered(most: int = 64) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a pure function remember its results, the ``most`` last used ones.

    Plain values and tuples are the same when they are equal; everything else (answers, which the cache of the dashboard
    hands out as the same objects to everybody, and frames) when it is the same object, so that nothing large is
    compared. Answers never change; with a list, a dict or a set nothing is remembered. Results are shared: leave them
    as they are.
    """

    def remember(function: Callable[P, R]) -> Callable[P, R]:
        known: OrderedDict[Any, tuple[object, R]] = OrderedDict()
        lock = Lock()

        @wraps(function)
        def call(*arguments: P.args, **named: P.kwargs) -> R:
            try:
                key = (_key(arguments), *((name, _key(named[name])) for name in sorted(named)))
            except _ChangeableError:
                return function(*arguments, **named)
            with lock:
                if key in known:
                    known.move_to_end(key)
                    return known[key][1]
            result = function(*arguments, **named)
            with lock:
                # The arguments are kept: as long as they are, no other object can have their identity.
                known[key] = ((arguments, named), result)
                while len(known) > most:
                    known.popitem(last=False)
            return result

        return call

    return remember


def _key(value: object) -> object:
    if isinstance(value, _PLAIN):
        return type(value), value
    if type(value) is tuple:
        return tuple(_key(part) for part in cast("tuple[object, ...]", value))
    if isinstance(value, _CHANGEABLE):
        raise _ChangeableError
    return id(value)
